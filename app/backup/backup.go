// Package backup is what people ask of the copies of the book: where they go, whether they are
// there, take one now. How copies are made and sent is the engine's business (sync/backup); this
// package knows no network.
package backup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zafe/app/aside"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// Light is how worried the owner should be; it turns red by the clock, not only by an error.
type Light string

// The lights.
const (
	Green Light = "green"
	Amber Light = "amber"
	Red   Light = "red"
)

// Provider is one kind of storage. Titles are message keys when there is one of our own.
type Provider struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	TitleKey string `json:"title_key"`
	HelpKey  string `json:"help_key"`
	First    bool   `json:"first"`   // in the short list
	Browser  bool   `json:"browser"` // the log-in happens in the browser
	Bucket   bool   `json:"bucket"`  // its folder starts with the name of a bucket
	// Shared says that the log-in uses an identity that many programs share, which the provider may slow down or end.
	Shared bool `json:"shared,omitempty"`
}

// Field is one box of a destination's form, or one question of its set-up.
type Field struct {
	Name     string   `json:"name"`
	LabelKey string   `json:"label_key"` // "" : show Name
	HelpKey  string   `json:"help_key"`  // "" : show Help
	Help     string   `json:"help"`
	Kind     string   `json:"kind"` // text password bool int size duration choice suggest path
	Required bool     `json:"required"`
	Advanced bool     `json:"advanced"`
	Secret   bool     `json:"secret"`
	Default  string   `json:"default"`
	Choices  []Choice `json:"choices"`
	// Reading is set for what is only asked about a place that one restores from.
	Reading bool `json:"reading,omitempty"`
	// Own is set for what the owner decides about the copies there, whatever the provider.
	Own bool `json:"own,omitempty"`
}

// Choice is one value a field may take.
type Choice struct {
	Value string `json:"value"`
	Help  string `json:"help"`
}

// NewDestination describes a destination to make, or to change when ID is set.
type NewDestination struct {
	ID       string            `json:"id,omitempty"`
	Provider string            `json:"provider"`
	Label    string            `json:"label"`
	Folder   string            `json:"folder"`
	Values   map[string]string `json:"values"`
	Again    bool              `json:"again,omitempty"` // log in again
}

// Validate asks for the essentials.
func (n NewDestination) Validate() error {
	switch {
	case n.Provider == "":
		return fault.Field("provider", "backup.provider_missing")
	case n.Label == "":
		return fault.Field("label", "backup.label_missing")
	}
	return nil
}

// Question is the provider's next question while a destination is being made.
type Question struct {
	Field   Field  `json:"field"`
	Problem string `json:"problem"` // the provider's complaint about the previous answer
}

// Step is where the making of a destination stands: a question to answer, or ready to finish.
type Step struct {
	Question *Question `json:"question,omitempty"`
}

// Destination is a place copies are sent to.
type Destination struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Provider string `json:"provider"`
	Folder   string `json:"folder"`
	Away     bool   `json:"away"` // it is in another building than the book, as far as the owner said
	Limits   Limits `json:"limits,omitzero"`
	// Reach is a fingerprint of what the recovery sheet says of how to get there: kind, folder, address and log-in, without
	// what is secret of them, and not the label. "" where it is not known.
	Reach string `json:"-"`               // see DestinationsResponse
	Keyed bool   `json:"keyed,omitempty"` // one logs in there by an SSH key: there is no password to type anew
}

// Where names the place as the recovery sheet prints it.
func (d Destination) Where() string { return d.Named() + d.Folder }

// Named is the beginning of Where, before the folder.
func (d Destination) Named() string { return d.Label + " – " }

// Elsewhere tells whether a copy is in another building at this moment: a disk that is plugged in at the main PC burns
// with it, wherever it lies at night. Of disks that take turns, another one with a copy may be elsewhere meanwhile.
func (c Copy) Elsewhere() bool {
	carried := func(d TurnDisk) bool { return !d.Here && !d.LastOK.IsZero() }
	return c.Away && !c.OnDisk && (c.Plug != PluggedIn || slices.ContainsFunc(c.Disks, carried))
}

// Carried is the copy that is elsewhere, of one for which that is so: that of another disk, while one that takes turns with
// it is plugged in, has nothing of later.
func (c Copy) Carried() Copy {
	if c.Plug != PluggedIn {
		return c
	}
	for _, d := range c.Disks { // the newest first
		if !d.Here && !d.LastOK.IsZero() {
			c.Folder, c.LastOK, c.Undated, c.Lacks = d.Folder, d.LastOK, d.Undated, true
			if c.Oldest.IsZero() || c.Oldest.After(d.LastOK) {
				c.Oldest = d.LastOK
			}
			break
		}
	}
	return c
}

// Health is what trying a destination found.
type Health struct {
	Empty bool  `json:"empty"`
	Vault bool  `json:"vault"`
	Free  int64 `json:"free"` // bytes, -1 unknown
}

// Copy is the state of one destination.
type Copy struct {
	Destination
	Light  Light     `json:"light"`
	LastOK time.Time `json:"last_ok"`
	// Undated: the copy is complete, and a clock that was ahead noted when. LastOK is when that was seen: it is older.
	Undated bool      `json:"undated,omitempty"`
	Tried   time.Time `json:"tried"`
	Drilled time.Time `json:"drilled"` // last trial restore from it that passed
	Lacks   bool      `json:"lacks"`   // the book has work that is not there
	// Oldest is when the oldest work was done that is not there; zero when all of it is.
	Oldest time.Time `json:"oldest,omitzero"`
	OnDisk bool      `json:"on_disk,omitempty"` // it is on the disk that holds the book
	Event  int64     `json:"event,omitempty"`   // the last change of the journal that is there; 0 for none
	// Again: it has the copies of an earlier recovery sheet, and nothing yet that the present one opens.
	Again   bool         `json:"again,omitempty"`
	Fault   *fault.Fault `json:"fault,omitempty"`
	Running *Running     `json:"running,omitempty"` // work under way there
	Late    Late         `json:"late"`
	Shelter Shelter      `json:"shelter,omitzero"`
	Plug    Plug         `json:"plug,omitempty"`
	Disks   []TurnDisk   `json:"disks,omitempty"` // that take turns there, the newest copy first
	// Waiting is when the work that is not there may leave at the earliest, where its own rhythm holds it back.
	Waiting time.Time `json:"waiting,omitzero"`
	// Metered: what is not there is too much for the metered connection of the moment, and waits for another one or for
	// somebody who wants it sent all the same.
	Metered bool `json:"metered,omitempty"`
	// Book is when the restore point was made that is there without some attachments, of WaitBytes in all, which wait for
	// another connection. Zero where the point of LastOK is the newest.
	Book      time.Time `json:"book,omitzero"`
	WaitBytes int64     `json:"wait_bytes,omitempty"`
	// Broken is why nobody may rely on this copy, naming it; nil if they may. The last trial restore from there failed, or
	// something that its newest restore point needs is not there. It is being mended, unless Fault says what that waits
	// for.
	Broken *fault.Fault `json:"broken,omitempty"`
	Holes  int          `json:"holes,omitempty"` // pieces of older points that are missing there
	// Alarms are what the owner must look into at that place: an older state put back, another PC that
	// goes on with the same book.
	Alarms []*fault.Fault `json:"alarms,omitempty"`
}

// Sound tells whether a copy is there, and nothing says that the book would not come back from it.
func (c Copy) Sound() bool { return !c.LastOK.IsZero() && c.Broken == nil }

// Running is work under way.
type Running struct {
	Stage       string `json:"stage"` // message key "backup.stage." + Stage
	Destination string `json:"destination"`
	Done        int64  `json:"done"`            // bytes
	Total       int64  `json:"total"`           // bytes, 0 unknown
	Files       int    `json:"files,omitempty"` // of Of: objects that are done, such as attachments
	Of          int    `json:"of,omitempty"`    // objects in all, 0 unknown
}

// Progress is a step of a restore.
type Progress struct {
	Stage string // message key "backup.stage." + Stage
	Done  int64  // bytes
	Total int64  // bytes, 0 unknown
	Files int    // of Of: objects that are done, such as attachments
	Of    int    // objects in all, 0 unknown
}

// Line is what the system of the main PC says of its connection; "" where it says nothing, as macOS always does.
type Line string

// The connections that are told apart.
const (
	LineFree    Line = "free"
	LineMetered Line = "metered"
)

// Status is the truth the shield shows.
type Status struct {
	Light   Light     `json:"light"`
	Saved   time.Time `json:"saved"`   // newest restore point on this PC
	Unsaved bool      `json:"unsaved"` // the book has work no restore point has
	Copies  []Copy    `json:"copies"`
	Drill   time.Time `json:"drill"` // last trial restore that passed
	// DrillUndated: one passed, and a clock that was ahead noted when. The next one comes at once.
	DrillUndated bool      `json:"drill_undated,omitempty"`
	Proof        *Measure  `json:"proof,omitempty"` // what it showed, when the book knows
	DrillFailed  time.Time `json:"drill_failed"`
	Running      *Running  `json:"running,omitempty"` // on this PC, or else at one of the copies
	// Coming is how far the attachments are that come back after a restore, while people work on the book.
	Coming *Running `json:"coming,omitempty"`
	// ComingHeld is that they wait for a connection that is not metered, or for a copy that is asked for by hand.
	ComingHeld bool         `json:"coming_held,omitempty"`
	LastFault  *fault.Fault `json:"last_fault,omitempty"` // of the local restore point
	// Worries are why the light is not green, beside what each copy says, the worst first: all copies under one
	// roof, no proof for long.
	Worries []*fault.Fault `json:"worries,omitempty"`
	// Clock is what is odd about the clock of the main PC, with what to do, nil for nothing. It is among the worries too.
	Clock      *fault.Fault `json:"clock,omitempty"`
	SheetKnown bool         `json:"sheet_known"` // the recovery sheet was typed back
	// Renewed: the recovery key is not the book's first. What was copied under an earlier one is not listed here, and only
	// its own sheet opens it.
	Renewed bool `json:"renewed,omitempty"`
	// Origin is the point that the book was restored from, while it has none of its own.
	Origin *Point `json:"origin,omitempty"`
	Rules  Rules  `json:"rules"`
	// Paused is until when nothing is sent by itself, zero for no pause.
	Paused time.Time `json:"paused,omitzero"`
	// Line is the connection of the main PC. While it is metered (connexion limitée), no more than SmallBytes leave at once
	// by themselves, and no trial restore is made over it; what is asked for by hand is done.
	Line       Line  `json:"line,omitempty"`
	SmallBytes int64 `json:"small_bytes,omitempty"`
	// LossSeconds is how old the oldest work is that would be lost with this PC now; -1 when nothing is elsewhere.
	LossSeconds int64 `json:"loss_seconds"`
}

// Anew tells that the copies begin again under a new recovery key, the old ones staying readable with the old
// sheet, and that this is on its way: nothing is late yet, nothing waits for the owner.
func (s Status) Anew() bool {
	again := slices.ContainsFunc(s.Copies, func(c Copy) bool { return c.Again })
	late := slices.ContainsFunc(s.Copies, func(c Copy) bool { return c.Light != Green })
	return again && !late && s.LastFault == nil
}

// Point is one restore point: a state of the book that can be brought back.
type Point struct {
	ID       string    `json:"id"`
	Writer   string    `json:"writer"`    // name of the PC that made it
	WriterID string    `json:"writer_id"` // its identity among the PCs that made copies of the book
	Seq      uint64    `json:"seq"`
	Made     time.Time `json:"made"`
	Bytes    int64     `json:"bytes"`   // size of the book
	Invoice  string    `json:"invoice"` // number of the last invoice in it
	Invoices int64     `json:"invoices"`
	// Old tells that the PC which made it had been taken over from by another one, and went on.
	Old bool `json:"old,omitempty"`
	Age Age  `json:"age,omitzero"`
	// Doubt tells that a clock was wrong when it was made: its date lies in the future, or after that of a later point.
	Doubt bool `json:"doubt,omitempty"`
	// Before is when the recovery sheet was replaced that alone opens it; zero where the present one does. It cannot be
	// looked at from here: "Restore" asks for the sheet.
	Before time.Time `json:"before,omitzero"`
	// Here tells that the book that is open is the one that made it, not one before it or beside it.
	Here bool `json:"here,omitempty"`
}

// For is the point as somebody may see it: of what is in it nothing, for who reads no sales.
func (p Point) For(a auth.Actor) Point {
	if !a.May(auth.SalesRead) {
		p.Invoice, p.Invoices = "", 0
	}
	return p
}

// Engine makes and keeps the copies; sync/backup/keeper does.
type Engine interface {
	Providers(all bool) []Provider
	Form(ctx context.Context, provider, id string, values map[string]string) (FormResponse, error)
	Begin(ctx context.Context, n NewDestination) (Step, error)
	Answer(ctx context.Context, value string) (Step, error)
	Finish(ctx context.Context) (Destination, error)
	Cancel()
	// LoginLink is the address that the browser was sent to for the log-in under way, "" for none.
	LoginLink(ctx context.Context) string
	Destinations() []Destination
	Probe(ctx context.Context, id string) (Health, error)
	// SameDisk tells whether a folder of the main PC is on the disk that holds the book, as far as the
	// system says.
	SameDisk(folder string) bool
	Rename(ctx context.Context, id, label string) error
	Remove(ctx context.Context, id string) error
	// Now makes a restore point and sends it everywhere; it returns when that is done or failed.
	Now(ctx context.Context) (Status, error)
	// Drill restores the newest copy of a destination ("" the local one) to nowhere and compares.
	Drill(ctx context.Context, id string) (Status, error)
	Stop() // cancels what is running
	Status(ctx context.Context) (Status, error)
	Points(ctx context.Context, id string) ([]Point, error)
	// Kept lists what is set aside on the main PC, the newest first; RemoveKept deletes one of them for good.
	// Faults backup.kept_gone, backup.kept_stays.
	Kept(ctx context.Context) ([]aside.Kept, error)
	RemoveKept(ctx context.Context, name string) error
	// Acknowledge notes that the owner saw that somebody put an older state back at a destination. Fault
	// backup.dest_unknown.
	Acknowledge(ctx context.Context, id string) (Status, error)
	// EndRival notes the owner's word that another PC goes on with the book no more, as one that was destroyed: alarm.rival,
	// whose "writer" it is. A newer copy of that PC's brings the alarm back. Fault backup.no_rival, at writer.
	EndRival(ctx context.Context, writer string) (Status, error)
	// Refill begins again at a destination whose copies are gone, or with those of the main PC when id is "": until
	// then backup.vault_gone is said, as they may only be out of reach. Fault backup.dest_unknown.
	Refill(ctx context.Context, id string) (Status, error)
	// Continue goes on with the book after it was put back as it once was: alarm.put_back, alarm.local_behind.
	Continue(ctx context.Context) (Status, error)
	// SetLoss keeps the most work that may have to be done again, and follows it at once.
	SetLoss(ctx context.Context, most Loss) (Status, error)
	// Pause stops the sending, and begins none by itself for a time, or ends a pause. Points are still made on the main
	// PC, and what is asked for by hand is done.
	Pause(ctx context.Context, q PauseRequest) (Status, error)
	// SetSpeed limits how much of the line the copies take from now on.
	SetSpeed(ctx context.Context, s Speed) (Status, error)
}

// AllRequest asks for the short or the whole list.
type AllRequest struct {
	All bool `json:"all"`
}

// FormRequest asks for the form of a provider, given what was entered so far.
type FormRequest struct {
	Provider string            `json:"provider"`
	ID       string            `json:"id,omitempty"` // of a destination being changed
	Values   map[string]string `json:"values,omitempty"`
}

// FolderRequest names a folder of the main PC.
type FolderRequest struct {
	Folder string `json:"folder"`
}

// DiskResponse tells where a folder is.
type DiskResponse struct {
	Same bool `json:"same"` // on the disk of the book: a copy there is lost with it
}

// IDRequest names a destination; "" is the local vault where that makes sense.
type IDRequest struct {
	ID string `json:"id"`
}

// RivalRequest names a PC by what its copies are known by.
type RivalRequest struct {
	Writer string `json:"writer"`
}

// RenameRequest gives a destination another label.
type RenameRequest struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// AnswerRequest answers a provider's question.
type AnswerRequest struct {
	Value string `json:"value"`
}

// ProvidersResponse lists kinds of storage.
type ProvidersResponse struct {
	Providers []Provider `json:"providers"`
}

// FormResponse is a form.
type FormResponse struct {
	Fields []Field `json:"fields"`
	Late   Late    `json:"late"` // what follows from the rhythm that is chosen
}

// LinkResponse is the address of a log-in, "" while none is under way.
type LinkResponse struct {
	Link string `json:"link"`
}

// DestinationsResponse lists destinations.
type DestinationsResponse struct {
	Destinations []Destination `json:"destinations"`
	Reaches      []string      `json:"reaches,omitempty"` // Destination.Reach of each, for who prints the recovery sheet
}

// KeptResponse lists what is set aside on the main PC, the newest first.
type KeptResponse struct {
	Kept []aside.Kept `json:"kept"`
}

// KeptRequest names something that is set aside.
type KeptRequest struct {
	Name string `json:"name"`
}

// PointsResponse lists restore points, newest first.
type PointsResponse struct {
	Points []Point `json:"points"`
}

func spec(name string, needs auth.Permission, fresh bool, doc string) op.Spec {
	return op.Spec{Name: name, Kind: op.Action, Needs: needs, Fresh: fresh, Since: 1, Doc: doc}
}

func quiet(name string, needs auth.Permission, doc string) op.Spec {
	s := spec(name, needs, false, doc)
	s.Kind = op.Query
	return s
}

// The operations on copies.
var (
	Providers = op.Op[AllRequest, ProvidersResponse]{
		Spec: quiet("backup.providers", auth.BackupPlace, "Lists the kinds of places copies can go to."),
	}
	Form = op.Op[FormRequest, FormResponse]{
		Spec: quiet("backup.form", auth.BackupPlace, "Gives the form of a kind of place, for what was entered so far."),
	}
	Disk = op.Op[FolderRequest, DiskResponse]{
		Spec: quiet("backup.disk", auth.BackupPlace, "Tells whether a folder is on the disk that holds the book."),
	}
	Begin = op.Op[NewDestination, Step]{
		Spec: secret("destination.begin", "Starts making or changing a destination."),
	}
	AnswerQuestion = op.Op[AnswerRequest, Step]{
		Spec: secret("destination.answer", "Answers the provider's question."),
	}
	Finish = op.Op[op.Empty, Destination]{
		Spec: spec("destination.finish", auth.BackupPlace, true, "Tries the destination for real and keeps it."),
	}
	Cancel = op.Op[op.Empty, op.Empty]{
		Spec: spec("destination.cancel", auth.BackupPlace, false, "Forgets the destination being made."),
	}
	Link = op.Op[op.Empty, LinkResponse]{
		Spec: quiet("destination.link", auth.BackupPlace,
			"Gives the address of the log-in under way, for when no browser opens by itself."),
	}
	Destinations = op.Op[op.Empty, DestinationsResponse]{
		Spec: quiet("destination.list", auth.BackupRead, "Lists the destinations."),
	}
	Probe = op.Op[IDRequest, Health]{
		Spec: spec("destination.probe", auth.BackupManage, false, "Tries a destination: list, write, read back, remove."),
	}
	Rename = op.Op[RenameRequest, op.Empty]{
		Spec: spec("destination.rename", auth.BackupPlace, false, "Renames a destination."),
	}
	Remove = op.Op[IDRequest, op.Empty]{
		Spec: spec("destination.remove", auth.BackupPlace, true, "Forgets a destination; what it holds stays there."),
	}
	Now = op.Op[op.Empty, Status]{
		Spec: spec("backup.now", auth.BackupManage, false, "Makes a restore point and sends it to every destination."),
	}
	Drill = op.Op[IDRequest, Status]{
		Spec: spec("backup.drill", auth.BackupManage, false, "Restores a copy to nowhere and compares it with the book."),
	}
	Stop = op.Op[op.Empty, op.Empty]{
		Spec: spec("backup.stop", auth.BackupManage, false, "Cancels the backup under way."),
	}
	GetStatus = op.Op[op.Empty, Status]{
		Spec: quiet("backup.status", auth.BackupRead, "Tells how the copies stand."),
	}
	Acknowledge = op.Op[IDRequest, Status]{
		Spec: spec("destination.acknowledge", auth.BackupManage, false,
			"Notes that the owner saw that somebody put an older state back at a destination."),
	}
	EndRival = op.Op[RivalRequest, Status]{
		Spec: spec("backup.end_rival", auth.BackupPlace, true,
			"Notes the owner's word that another PC goes on with the book no more."),
	}
	Refill = op.Op[IDRequest, Status]{
		Spec: spec("destination.refill", auth.BackupPlace, true,
			"Begins again at a destination whose copies are gone, or with those of the main PC."),
	}
	Continue = op.Op[op.Empty, Status]{
		Spec: spec("backup.continue", auth.BackupManage, true,
			"Goes on with the book as it is, after it or its copies on this PC were put back as they once were."),
	}
	Points = op.Op[IDRequest, PointsResponse]{
		Spec: quiet("backup.points", auth.BackupRead, "Lists the restore points of a place."),
	}
	Kept = op.Op[op.Empty, KeptResponse]{
		Spec: quiet("kept.list", auth.BackupManage,
			"Lists what is set aside on the main PC, such as a book in whose place another was restored."),
	}
	RemoveKept = op.Op[KeptRequest, op.Empty]{
		Spec: spec("kept.remove", auth.BackupManage, true,
			"Deletes something that is set aside on the main PC, for good."),
	}
)

func secret(name, doc string) op.Spec {
	s := spec(name, auth.BackupPlace, true, doc)
	s.Secret = true
	return s
}

// Bind registers the operations over an engine.
func Bind[T op.Tx](r *op.Registry[T], e Engine) {
	bindRules(r, e)
	op.BindElsewhere(r, Providers, func(_ context.Context, q AllRequest) (ProvidersResponse, error) {
		return ProvidersResponse{e.Providers(q.All)}, nil
	})
	op.BindElsewhere(r, Form, func(ctx context.Context, q FormRequest) (FormResponse, error) {
		return e.Form(ctx, q.Provider, q.ID, q.Values)
	})
	op.BindElsewhere(r, Disk, func(_ context.Context, q FolderRequest) (DiskResponse, error) {
		return DiskResponse{e.SameDisk(q.Folder)}, nil
	})
	op.BindElsewhere(r, Link, func(ctx context.Context, _ op.Empty) (LinkResponse, error) {
		return LinkResponse{e.LoginLink(ctx)}, nil
	})
	op.BindElsewhere(r, Destinations, func(ctx context.Context, _ op.Empty) (DestinationsResponse, error) {
		out := DestinationsResponse{Destinations: e.Destinations()}
		if op.Actor(ctx).May(auth.KeyManage) {
			for _, d := range out.Destinations {
				out.Reaches = append(out.Reaches, d.Reach)
			}
		}
		return out, nil
	})
	op.BindElsewhere(r, GetStatus, func(ctx context.Context, _ op.Empty) (Status, error) { return e.Status(ctx) })
	op.BindElsewhere(r, Points, func(ctx context.Context, q IDRequest) (PointsResponse, error) {
		ps, err := e.Points(ctx, q.ID)
		out := make([]Point, 0, len(ps))
		for _, p := range ps {
			out = append(out, p.For(op.Actor(ctx)))
		}
		return PointsResponse{out}, err
	})
	op.BindElsewhere(r, Kept, func(ctx context.Context, _ op.Empty) (KeptResponse, error) {
		all, err := e.Kept(ctx)
		return KeptResponse{all}, err
	})
	op.BindAction(r, RemoveKept, func(ctx context.Context, q KeptRequest) (op.Empty, error) {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"name":%q}`, q.Name))
		return op.Empty{}, e.RemoveKept(ctx, q.Name)
	})
	op.BindAction(r, Begin, func(ctx context.Context, n NewDestination) (Step, error) { return e.Begin(ctx, n) })
	op.BindAction(r, AnswerQuestion, func(ctx context.Context, q AnswerRequest) (Step, error) { return e.Answer(ctx, q.Value) })
	op.BindAction(r, Finish, func(ctx context.Context, _ op.Empty) (Destination, error) { return e.Finish(ctx) })
	op.BindAction(r, Cancel, func(context.Context, op.Empty) (op.Empty, error) { e.Cancel(); return op.Empty{}, nil })
	op.BindAction(r, Probe, func(ctx context.Context, q IDRequest) (Health, error) { return e.Probe(ctx, q.ID) })
	op.BindAction(r, Rename, func(ctx context.Context, q RenameRequest) (op.Empty, error) {
		return op.Empty{}, e.Rename(ctx, q.ID, q.Label)
	})
	op.BindAction(r, Remove, func(ctx context.Context, q IDRequest) (op.Empty, error) {
		return op.Empty{}, e.Remove(ctx, q.ID)
	})
	op.BindAction(r, Now, func(ctx context.Context, _ op.Empty) (Status, error) { return e.Now(ctx) })
	op.BindAction(r, Drill, func(ctx context.Context, q IDRequest) (Status, error) { return e.Drill(ctx, q.ID) })
	op.BindAction(r, Acknowledge, func(ctx context.Context, q IDRequest) (Status, error) {
		return e.Acknowledge(ctx, q.ID)
	})
	op.BindAction(r, EndRival, func(ctx context.Context, q RivalRequest) (Status, error) {
		return e.EndRival(ctx, q.Writer)
	})
	op.BindAction(r, Refill, func(ctx context.Context, q IDRequest) (Status, error) { return e.Refill(ctx, q.ID) })
	op.BindAction(r, Continue, func(ctx context.Context, _ op.Empty) (Status, error) { return e.Continue(ctx) })
	op.BindAction(r, Stop, func(context.Context, op.Empty) (op.Empty, error) { e.Stop(); return op.Empty{}, nil })
}

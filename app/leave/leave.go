// Package leave is about somebody who goes (départ): what they hold is gathered on one sheet, they are put out at
// once or after their last day, what is theirs goes to somebody else, and a paper with the journal's seal tells what
// was done. The account itself stays: its name is on what it did. Accounts are package user's, PCs package device's.
package leave

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/user"
)

// State is how far a departure has come.
type State string

// The states of a departure.
const (
	Planned State = "planned" // for the day after the last day of the account
	Out     State = "out"     // they are out; the rest is under way, or was interrupted
	Done    State = "done"
)

// Leave is a departure that was asked for.
type Leave struct {
	ID      int64       `json:"id"`
	User    auth.UserID `json:"user"`
	State   State       `json:"state"`
	Heir    auth.UserID `json:"heir,omitempty"`
	Keep    []device.ID `json:"keep,omitempty"` // PCs of theirs alone that stay
	AskedAt time.Time   `json:"asked_at"`
	AskedBy string      `json:"asked_by"`
	Event   int64       `json:"event,omitempty"` // of the journal, by which it was done
	Report  Report      `json:"report"`          // what was done so far
}

// Report is what somebody holds, and once they are out what was done about it.
type Report struct {
	Name        string    `json:"name"`
	Login       string    `json:"login"`
	Role        auth.Role `json:"role"`
	RoleName    string    `json:"role_name,omitempty"` // of a role that the company made
	Sessions    int       `json:"sessions"`            // that were open
	Opens       bool      `json:"opens"`               // their password opened the sealed book
	Second      bool      `json:"second"`              // they had a second factor
	PCs         []PC      `json:"pcs,omitempty"`       // they worked on, but for the main PC
	Invitations int64     `json:"invitations"`         // files of theirs that let a PC in, and were not used
	Heir        string    `json:"heir,omitempty"`      // who has their customers and drafts now
	Customers   int64     `json:"customers"`
	Drafts      int64     `json:"drafts"`
	Exports     []Export  `json:"exports,omitempty"` // that they took with them of late, the newest first
	Secrets     []Secret  `json:"secrets"`           // that they may know, to be changed by hand
}

// PC is a PC on which somebody worked.
type PC struct {
	ID     device.ID `json:"id"`
	Name   string    `json:"name"`
	Print  string    `json:"print"`            // how its fingerprint begins
	Others []string  `json:"others,omitempty"` // who else works there
	Shut   bool      `json:"shut"`             // it is shut out with them
	Relay  bool      `json:"relay,omitempty"`  // it is the one that could take over from the main PC
}

// Export is a file that somebody took out of the book.
type Export struct {
	At time.Time `json:"at"`
	Op string    `json:"op"`           // its name for people is message "event." and the operation
	PC string    `json:"pc,omitempty"` // "" is the main PC
	// Rows is how many were in the file, 0 where the journal does not say.
	Rows int `json:"rows,omitempty"`
}

// Said is what a person took and how much of it.
func (x Export) Said(p *i18n.Printer) string {
	said := p.T("event."+x.Op, nil)
	if x.Rows > 0 {
		said += " (" + p.N("leave.rows", x.Rows, nil) + ")"
	}
	return said
}

// Secret is something that stays in a head or a drawer; what to do about it is message "leave.secret.<secret>".
type Secret string

// The secrets.
const (
	Key    Secret = "key"    // their password opened the book: it takes a new key
	Sheet  Secret = "sheet"  // they printed the recovery sheet
	Places Secret = "places" // they could set up the places the copies go to, and the mail
	Around Secret = "around" // what is no business of this program
)

// How far back exports are shown, and how many.
const (
	exportsFor = 30 * 24 * time.Hour
	exportsMax = 100
)

// Request names a person.
type Request struct {
	User auth.UserID `json:"user"`
}

// NowRequest puts somebody out now. Heir gets their customers and drafts; 0 when there are none.
type NowRequest struct {
	User auth.UserID `json:"user"`
	Heir auth.UserID `json:"heir,omitempty"`
	Keep []device.ID `json:"keep,omitempty"`
}

// ScheduleRequest has the same done after somebody's last day.
type ScheduleRequest struct {
	NowRequest
	On civil.Date `json:"on"`
}

// keepMax bounds the PCs that a request names.
const keepMax = 1000

// Validate bounds the list: fault op.bad_request.
func (r NowRequest) Validate() error {
	if len(r.Keep) > keepMax {
		return fault.New(fault.Invalid, "op.bad_request", "detail", "keep")
	}
	return nil
}

// Validate asks for the day: fault leave.day_missing.
func (r ScheduleRequest) Validate() error {
	if r.On.IsZero() {
		return fault.Field("on", "leave.day_missing")
	}
	return r.NowRequest.Validate()
}

// PaperRequest asks for the paper on somebody's last departure, in a language.
type PaperRequest struct {
	User auth.UserID `json:"user"`
	Lang string      `json:"lang"`
}

// Subject names the person in the event of the printing.
func (r PaperRequest) Subject() (kind string, id int64) { return "user", int64(r.User) }

// Plan is what the departure of somebody means now.
type Plan struct {
	User    user.User    `json:"user"`
	Report  Report       `json:"report"` // what they hold now
	Heirs   []user.Name  `json:"heirs"`  // who can take over
	Last    *Leave       `json:"last,omitempty"`
	Refused *fault.Fault `json:"refused,omitempty"` // why they cannot be put out: the last owner, oneself
}

// Tx is what this package needs of a transaction.
type Tx interface {
	device.Tx
	user.Tx
	// Link returns an event by its number, and whether the journal has it.
	Link(id int64) (audit.Event, bool, error)
	// Leave returns the last departure of a person, and whether there is one.
	Leave(id auth.UserID) (Leave, bool, error)
	OpenLeaves() ([]Leave, error)                     // that are not done
	SaveLeave(l Leave) (Leave, error)                 // ID 0 inserts
	DropLeave(id int64) error                         // one that is planned
	PeopleOn(fingerprint string) ([]user.Name, error) // in work, who have logged in on a PC
	// Holdings counts what has to go to somebody else: the customers and the drafts of a person.
	Holdings(id auth.UserID) (customers, drafts int64, err error)
	// HandOver gives them to another, as changes by the actor.
	HandOver(from, to auth.UserID, by auth.Actor) error
	// Exports lists the files that a person took out of the book since, the newest first, at most limit.
	Exports(id auth.UserID, since time.Time, limit int) ([]audit.Event, error)
	// PrintedSheet tells whether a person ever printed what opens the book.
	PrintedSheet(id auth.UserID) (bool, error)
}

func spec(name string, kind op.Kind, fresh bool, doc string) op.Spec {
	return op.Spec{Name: name, Kind: kind, Needs: auth.UserManage, Fresh: fresh, Since: 1, Doc: doc}
}

// The operations on departures.
var (
	Get = op.Op[Request, Plan]{
		Spec: spec("leave.get", op.Query, false,
			"Tells what somebody holds who is to go, and how far their departure is."),
	}
	Now = op.Op[NowRequest, Leave]{
		Spec: spec("leave.now", op.Action, true, "Puts somebody out at once, and what they hold in other hands."),
	}
	Schedule = op.Op[ScheduleRequest, Leave]{
		Spec: spec("leave.schedule", op.Command, true, "Has somebody put out after their last day."),
	}
	Cancel = op.Op[Request, op.Empty]{
		Spec: spec("leave.cancel", op.Command, true,
			"Forgets a departure that is planned, and the last day of the account."),
	}
	Run = op.Op[op.Empty, op.Empty]{
		Spec: spec("leave.run", op.Action, false,
			"Does the departures whose day is over, ends those that were interrupted, and tells of accounts that end soon."),
	}
	Paper = op.Op[PaperRequest, op.Download]{
		Spec: spec("leave.paper", op.Stream, false, "Prints what was done when somebody went, to be signed."),
	}
)

// People puts accounts out; package user's service does.
type People[T any] interface {
	ShutOut(ctx context.Context, id auth.UserID, also func(tx T, was user.User) error) error
}

// Service performs departures.
type Service[T Tx] struct {
	work   op.Work[T]
	people People[T]
	cut    func(fingerprint string)
	spare  []func(tx T, d device.Device) error
}

// New makes the service: cut closes the living connections of a PC, and each of spare may refuse that one is shut out.
func New[T Tx](w op.Work[T], people People[T], cut func(fingerprint string), spare ...func(tx T, d device.Device) error,
) *Service[T] {
	return &Service[T]{work: w, people: people, cut: cut, spare: spare}
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], s *Service[T]) {
	op.Bind(r, Get, s.get)
	op.BindAction(r, Now, s.now)
	op.Bind(r, Schedule, schedule[T])
	op.Bind(r, Cancel, cancel[T])
	op.BindAction(r, Run, s.run)
	op.BindStream(r, Paper, paper[T])
}

func (s *Service[T]) get(ctx context.Context, tx T, req Request) (p Plan, err error) {
	if p.User, err = user.MayGo(ctx, tx, req.User); err != nil {
		f := fault.Of(err)
		if f.Code != fault.Conflict {
			return p, err
		}
		p.Refused = f
	}
	if l, ok, err := tx.Leave(req.User); err != nil {
		return p, err
	} else if ok {
		p.Last = &l
	}
	var keep []device.ID
	if p.Last != nil && p.Last.State != Done {
		keep = p.Last.Keep
	}
	if p.Report, err = s.survey(tx, p.User, keep); err != nil {
		return p, err
	}
	p.Heirs, err = heirs(tx, req.User)
	return p, err
}

// heirs lists who can take over what somebody leaves: who can log in, is of the company, and changes customers and drafts.
// Who only reads them could do nothing with them.
func heirs(tx Tx, but auth.UserID) (out []user.Name, err error) {
	people, err := tx.Users()
	for _, u := range people {
		goesOn := u.Rights.Scope(auth.CustomerWrite) != auth.None && u.Rights.Scope(auth.SalesWrite) != auth.None
		if u.ID != but && !u.Disabled && !u.Ended(tx.Today()) && !u.Role.Outside() && goesOn {
			out = append(out, user.Name{ID: u.ID, Name: u.Name})
		}
	}
	return out, err
}

// survey gathers what somebody holds now.
func (s *Service[T]) survey(tx T, u user.User, keep []device.ID) (r Report, err error) {
	r = Report{
		Name: u.Name, Login: u.Login, Role: u.Role, RoleName: u.RoleName, Opens: u.OpensBook(), Second: u.SecondOn,
	}
	open, err := user.OpenSessions(tx, u)
	if err != nil {
		return r, err
	}
	r.Sessions = len(open)
	if r.PCs, err = s.pcs(tx, u.ID, keep); err != nil {
		return r, err
	}
	if r.Customers, r.Drafts, err = tx.Holdings(u.ID); err != nil {
		return r, err
	}
	taken, err := tx.Exports(u.ID, tx.Now().Add(-exportsFor), exportsMax)
	if err != nil {
		return r, err
	}
	for _, e := range taken {
		name, err := tx.PCName(e.Device)
		if err != nil {
			return r, err
		}
		var file struct{ Rows int }
		_ = json.Unmarshal([]byte(e.Payload), &file) // of an older program, or none: nothing is said of it
		r.Exports = append(r.Exports, Export{At: e.At, Op: e.Op, PC: name, Rows: file.Rows})
	}
	r.Secrets, err = secrets(tx, u)
	return r, err
}

// pcs lists the PCs on which somebody worked. What is used by them alone goes with them.
func (s *Service[T]) pcs(tx T, id auth.UserID, keep []device.ID) (out []PC, err error) {
	places, err := tx.Places(id)
	if err != nil {
		return nil, err
	}
	post, err := relay.Of(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		d, known, err := tx.DeviceByFingerprint(p.Device)
		if err != nil {
			return nil, err
		}
		if !known || d.State != device.Active || d.Fingerprint == post.Main {
			continue // the main PC, also where it was another's before, or one that is out already
		}
		pc := PC{
			ID: d.ID, Name: d.Name, Print: d.Fingerprint[:min(16, len(d.Fingerprint))],
			Relay: d.Fingerprint == post.Relay,
		}
		people, err := tx.PeopleOn(d.Fingerprint)
		if err != nil {
			return nil, err
		}
		for _, other := range people {
			if other.ID != id {
				pc.Others = append(pc.Others, other.Name)
			}
		}
		// Who worked on a PC while it was the main one is not known.
		pc.Shut = len(pc.Others) == 0 && d.Fingerprint != post.Was && !slices.Contains(keep, d.ID)
		for _, refuse := range s.spare {
			if f := fault.Of(refuse(tx, d)); f != nil && f.Code == fault.Internal {
				return nil, f
			} else if f != nil {
				pc.Shut = false
			}
		}
		out = append(out, pc)
	}
	return out, nil
}

// secrets lists what somebody may know.
func secrets(tx Tx, u user.User) (out []Secret, err error) {
	if u.OpensBook() {
		out = append(out, Key)
	}
	printed, err := tx.PrintedSheet(u.ID)
	if printed {
		out = append(out, Sheet)
	}
	if u.Rights.Scope(auth.BackupPlace) != auth.None {
		out = append(out, Places)
	}
	return append(out, Around), err
}

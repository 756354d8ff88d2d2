// Package witness proves that a book is not older than it was: others keep checkpoints of it (package audit),
// the PCs of the office, the relay and the copies, and what the book's own journal does not hold any more is
// told to its owners until one of them takes the book as it is. Where checkpoints are kept is the business of
// others.
package witness

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/user"
)

// Journal is what a checkpoint is taken of and compared with.
type Journal interface {
	company.Settings
	Now() time.Time
	Head() (audit.Event, error)
	Link(id int64) (audit.Event, bool, error)
}

// Of is how far a book is now, signed with its key.
func Of(tx Journal) (c audit.Checkpoint, err error) {
	id, _, err := setup.IdentityOf(tx)
	if err != nil {
		return c, err
	}
	p, err := relay.Of(tx)
	if err != nil {
		return c, err
	}
	head, err := tx.Head()
	if err != nil {
		return c, err
	}
	c = audit.Checkpoint{
		Book: id.BookID, Term: p.Term, Lead: p.Lead, Event: head.ID, Hash: head.Hash.String(), At: tx.Now(),
	}
	key, err := id.Signer()
	if err != nil || key == nil {
		return c, err
	}
	return c.Sign(key), nil
}

// Later tells whether one checkpoint of a book is of a later line than another: between them an owner had it
// go back, move to another PC, or took it as it is.
func Later(c, than audit.Checkpoint) bool { return relay.Later(c.Term, c.Lead, than.Term, than.Lead) }

// Older tells whether a book lacks the event of a checkpoint of its own, though no owner had it do so.
// Another book's is not compared.
func Older(tx Journal, c audit.Checkpoint) (bool, error) {
	now, err := Of(tx)
	if err != nil || c.Event == 0 || now.Book != c.Book || Later(now, c) {
		return false, err
	}
	e, ok, err := tx.Link(c.Event)
	return err == nil && (!ok || e.Hash.String() != c.Hash), err
}

// Proven tells whether the book said a checkpoint itself.
func Proven(tx Journal, c audit.Checkpoint) (bool, error) {
	id, _, err := setup.IdentityOf(tx)
	if err != nil {
		return false, err
	}
	key, err := id.Signer()
	if err != nil || key == nil {
		return false, err
	}
	return c.Proven(key.Public().(ed25519.PublicKey)), nil
}

// alertsKey is the setting with what no owner has answered yet.
const alertsKey = "witness"

// alertsMax bounds how many wait.
const alertsMax = 100

// Who saw the book further than it is.
const (
	FromPC     = "pc"     // another PC of the office
	FromMain   = "main"   // the PC that has the book
	FromCopies = "copies" // the newest copy
)

// Alert is what others have of the book and it does not.
type Alert struct {
	From   string    `json:"from"`
	Device string    `json:"device,omitempty"` // fingerprint of another PC
	Name   string    `json:"name,omitempty"`   // of it
	Seen   int64     `json:"seen"`             // the event that they have
	Hash   string    `json:"hash"`
	Made   time.Time `json:"made,omitzero"` // when the book was so far
	Shown  int64     `json:"shown"`         // the last event of the book when it was noticed
	At     time.Time `json:"at"`            // when that was
}

// Tx is what this package needs of a transaction.
type Tx interface {
	relay.Tx
	Journal
	Users() ([]user.User, error)
	AddNotice(to auth.UserID, n user.Notice) error
}

// Alerts are those that wait for an owner, the oldest first.
func Alerts(tx company.Settings) (all []Alert, err error) {
	_, err = tx.Setting(alertsKey, &all)
	return all, err
}

// Raise tells the owners what others have of the book and it does not, once each; fresh is false for what is
// known. What was done since is lost, numbers given out among it: they are asked for.
func Raise(tx Tx, a Alert) (fresh bool, err error) {
	all, err := Alerts(tx)
	if err != nil {
		return false, err
	}
	if len(all) >= alertsMax || slices.ContainsFunc(all, func(b Alert) bool {
		return a.From == b.From && a.Device == b.Device && a.Hash == b.Hash
	}) {
		return false, nil
	}
	head, err := tx.Head()
	if err != nil {
		return false, err
	}
	a.Shown, a.At = head.ID, tx.Now()
	if err := tx.SetSetting(alertsKey, append(all, a)); err != nil {
		return false, err
	}
	made := head.At
	if !a.Made.IsZero() && a.Made.Before(made) {
		made = a.Made // there is new work since
	}
	if err := billing.AskNumbers(tx, made, tx.Now()); err != nil {
		return false, err
	}
	return true, tell(tx, a)
}

// tell keeps a notice for every owner in work. What the main PC itself knows is said when the book opens.
func tell(tx Tx, a Alert) error {
	kind, told := map[string]user.NoticeKind{FromPC: user.NoticeOlder, FromCopies: user.NoticeOlderCopy}[a.From]
	if !told {
		return nil
	}
	return user.TellOwners(tx, 0, kind, a.Name)
}

// Compare raises the alert of the copies when their newest holds more than the book, with its event.
func Compare(tx Tx, newest audit.Checkpoint) error {
	older, err := Older(tx, newest)
	if err != nil || !older {
		return err
	}
	fresh, err := Raise(tx, Alert{From: FromCopies, Seen: newest.Event, Hash: newest.Hash, Made: newest.At})
	if err != nil || !fresh {
		return err
	}
	note, err := facts(newest.Event, newest.Hash)
	if err != nil {
		return err
	}
	_, err = tx.AppendEvent(audit.Event{Op: "book.older", ActorName: "Zafè", Payload: note})
	return err
}

// facts are what the event of an alert keeps.
func facts(seen int64, hash string) (string, error) {
	note, err := json.Marshal(map[string]any{"hash": hash, "seen": seen})
	return string(note), err
}

// Heard is what a PC of the office last said to have of the book.
type Heard struct {
	Event int64     `json:"event"`
	At    time.Time `json:"at"`
}

// Witness is a PC of the office that keeps a checkpoint.
type Witness struct {
	Device device.ID `json:"device"`
	Name   string    `json:"name"`
	Heard
}

// Status is what proves from outside how far the book is.
type Status struct {
	Event     int64     `json:"event"` // the last one
	Alerts    []Alert   `json:"alerts,omitempty"`
	Witnesses []Witness `json:"witnesses,omitempty"` // since this program started, the last heard first
}

// The operations.
var (
	Get = op.Op[op.Empty, Status]{Spec: op.Spec{
		Name: "witness.get", Kind: op.Query, Needs: auth.AuditRead, Since: 1,
		Doc: "Tells which PCs keep how far the book was, and which of them saw more than it shows.",
	}}
	Report = op.Op[audit.Checkpoint, op.Empty]{Spec: op.Spec{
		Name: "witness.older", Kind: op.Command, Needs: auth.Public, Since: 1,
		Doc: "A PC of the office proves that it saw the book further than it is.",
	}}
	Accept = op.Op[op.Empty, Status]{Spec: op.Spec{
		Name: "witness.accept", Kind: op.Command, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Takes the book as it is though others saw it further, and ends the alerts.",
	}}
)

// Bind registers the operations. heard is what the PCs said, by fingerprint; accepted is told that an owner
// took the book as it is.
func Bind[T Tx](r *op.Registry[T], heard func() map[string]Heard, accepted func()) {
	op.Bind(r, Get, func(_ context.Context, tx T, _ op.Empty) (Status, error) { return status(tx, heard()) })
	op.Bind(r, Report, func(ctx context.Context, tx T, c audit.Checkpoint) (op.Empty, error) {
		return op.Empty{}, report(ctx, tx, c)
	})
	op.Bind(r, Accept, func(ctx context.Context, tx T, _ op.Empty) (Status, error) {
		if err := accept(ctx, tx); err != nil {
			return Status{}, err
		}
		op.AfterCommit(ctx, accepted)
		return status(tx, heard())
	})
}

func status(tx Tx, heard map[string]Heard) (s Status, err error) {
	if s.Alerts, err = Alerts(tx); err != nil {
		return s, err
	}
	head, err := tx.Head()
	if err != nil {
		return s, err
	}
	s.Event = head.ID
	for fingerprint, h := range heard {
		d, known, err := tx.DeviceByFingerprint(fingerprint)
		if err != nil {
			return s, err
		}
		if known && d.State == device.Active {
			s.Witnesses = append(s.Witnesses, Witness{Device: d.ID, Name: d.Name, Heard: h})
		}
	}
	slices.SortFunc(s.Witnesses, func(a, b Witness) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Device, b.Device))
	})
	return s, nil
}

// report takes the word of a PC of the office that can prove it: nobody else can cry wolf. Faults
// witness.no_pc, witness.unproven, witness.not_older, witness.known.
func report(ctx context.Context, tx Tx, c audit.Checkpoint) error {
	d, known, err := tx.DeviceByFingerprint(op.CredentialOf(ctx).Device)
	if err != nil {
		return err
	}
	if !known || d.State != device.Active {
		return fault.New(fault.Forbidden, "witness.no_pc")
	}
	proven, err := Proven(tx, c)
	if err != nil {
		return err
	}
	if !proven {
		return fault.New(fault.Invalid, "witness.unproven")
	}
	older, err := Older(tx, c)
	if err != nil {
		return err
	}
	if !older {
		return fault.New(fault.Conflict, "witness.not_older")
	}
	fresh, err := Raise(tx, Alert{
		From: FromPC, Device: d.Fingerprint, Name: d.Name, Seen: c.Event, Hash: c.Hash, Made: c.At,
	})
	if err != nil {
		return err
	}
	if !fresh {
		return fault.New(fault.Conflict, "witness.known")
	}
	note, err := facts(c.Event, c.Hash)
	op.Note(ctx, "device", int64(d.ID), "", note)
	return err
}

// accept begins another line of the book, which the PCs follow without a word. Fault witness.nothing.
func accept(ctx context.Context, tx Tx) error {
	alerts, err := Alerts(tx)
	if err != nil {
		return err
	}
	if len(alerts) == 0 {
		return fault.New(fault.Conflict, "witness.nothing")
	}
	note, err := json.Marshal(map[string]any{"alerts": alerts})
	if err != nil {
		return err
	}
	op.Note(ctx, "", 0, "", string(note))
	if err := tx.SetSetting(alertsKey, nil); err != nil {
		return err
	}
	return relay.Accept(tx, 0)
}

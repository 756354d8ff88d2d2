// Package bin is the wastebasket (corbeille) of a book: what people take away or write over is kept there for thirty
// days, by whom, and put back in one act. It counts that too, in the transaction that does it: whoever takes away or
// writes over very many records within a minute is held back until an owner decides (features.md P9). It knows how
// many are too many; what a record is, and how it comes back, is the business of its area. What changes many records
// on purpose, such as an import, does not come here: a restore point is made before it, and it is undone as a whole.
package bin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/user"
)

// The numbers (features.md P9: more than 50 in a minute, 30 days).
const (
	Most   = 50          // records that one person takes away or writes over within Window
	Window = time.Minute // rolling: the last minute before each of them
	Kept   = 30 * 24 * time.Hour
	// listMax is how many rows a list has at most, the youngest first.
	listMax = 500
	// weekDays is what an owner is told of at a glance.
	weekDays = 7
)

// RowID identifies a row of the bin.
type RowID int64

// HoldID identifies a hold.
type HoldID int64

// Row is a record that was taken away or written over.
type Row struct {
	ID     RowID       `json:"id"`
	At     time.Time   `json:"at"`
	User   auth.UserID `json:"user"`
	By     string      `json:"by"`
	Op     string      `json:"op"`
	Kind   string      `json:"kind"`   // of record
	Record int64       `json:"record"` // its number then
	Name   string      `json:"name,omitempty"`
	Gone   bool        `json:"gone,omitempty"` // taken away, rather than written over
}

// Entry is a row as the book keeps it.
type Entry struct {
	Row
	Was   []byte            // the record as it was, JSON
	After int64             // its version then, 0 when it is gone
	Files []file.Attachment // what was attached to a record that is gone
	Hold  HoldID            // 0 for none
	Back  time.Time         // when it was put back, zero for what was not
}

// Hold says that somebody went over Most: what they would take away or write over next waits for an owner. It is open
// until FreedAt.
type Hold struct {
	ID      HoldID      `json:"id"`
	User    auth.UserID `json:"user"`
	Name    string      `json:"name"`
	At      time.Time   `json:"at"`
	Rows    int         `json:"rows"`             // records of the minute before
	Left    int         `json:"left"`             // of which are not put back yet
	Sample  []string    `json:"sample,omitempty"` // what some of them are called
	FreedAt time.Time   `json:"freed_at,omitzero"`
	FreedBy auth.UserID `json:"freed_by,omitempty"`
}

// Open tells whether it still holds.
func (h Hold) Open() bool { return h.FreedAt.IsZero() }

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	user.Telling
	user.Hands
	party.Tx
	catalog.Tx
	billing.Tx
	ledger.Tx
	file.Linking
	// AddLost keeps a row, and forgets those that are older than Kept.
	AddLost(e Entry) error
	// CountLost counts what a person took away or wrote over since an instant.
	CountLost(who auth.UserID, since time.Time) (int, error)
	// LostSince returns the rows since an instant that were not put back, the youngest first.
	LostSince(since time.Time, limit int) ([]Row, error)
	// LostBy returns those of one person.
	LostBy(who auth.UserID, since time.Time, limit int) ([]Row, error)
	// LostRows returns rows that were not put back: those of a hold, or those with some ids; the youngest first.
	LostRows(hold HoldID, ids []RowID) ([]Entry, error)
	// LostBack notes that rows were put back.
	LostBack(ids []RowID) error
	// Holds returns those that are open, or were made since an instant, the youngest first.
	Holds(since time.Time) ([]Hold, error)
	// HoldOf returns the last hold of a person, and whether there is one.
	HoldOf(who auth.UserID) (Hold, bool, error)
	// AddHold makes a hold over the rows of its person since an instant.
	AddHold(h Hold, since time.Time) (Hold, error)
	// FreeHold ends a hold.
	FreeHold(h Hold) error
	// WeekOf counts what happened since an instant.
	WeekOf(since time.Time) (Week, error)
}

// Lose keeps what somebody takes away or writes over, and refuses it to who is held or goes over Most: fault bin.held.
// The program itself is never held. Everything else that the person may do goes on.
func Lose[T Tx](ctx context.Context, tx T, l op.Lost) (refusal, err error) {
	a := op.Actor(ctx)
	if !a.System {
		since := tx.Now().Add(-Window)
		last, ok, err := tx.HoldOf(a.User)
		if err != nil {
			return nil, err
		}
		if ok && last.Open() {
			return fault.New(fault.Forbidden, "bin.held", "max", Most), nil
		}
		if ok && last.FreedAt.After(since) {
			since = last.FreedAt // what an owner has seen is not counted again
		}
		n, err := tx.CountLost(a.User, since)
		if err != nil {
			return nil, err
		}
		if n >= Most {
			return fault.New(fault.Forbidden, "bin.held", "max", Most), nil
		}
	}
	e := Entry{
		Row: Row{
			At: tx.Now(), User: a.User, Op: op.Running(ctx), Kind: l.Kind, Record: l.ID, Name: l.Name,
			Gone: l.After == 0 || op.Running(ctx) == party.Archive.Name || op.Running(ctx) == catalog.Archive.Name,
		},
		After: l.After,
	}
	if e.Was, err = json.Marshal(l.Was); err != nil {
		return nil, fmt.Errorf("bin: %s %d: %w", l.Kind, l.ID, err)
	}
	if s, takes := attached(e.Row); takes && l.After == 0 {
		if e.Files, err = tx.Attachments(s); err != nil {
			return nil, err
		}
	}
	return nil, tx.AddLost(e)
}

// attached is what attachments of a record that goes are under, and whether it takes any.
func attached(r Row) (file.Subject, bool) {
	switch r.Kind {
	case "quote", "invoice", "credit_note":
		return file.Subject{Kind: file.Document, ID: r.Record}, true
	case "entry":
		return file.Subject{Kind: file.Entry, ID: r.Record}, true
	}
	return file.Subject{}, false
}

// Held makes the hold of somebody who went over Most at an instant, once, and tells the owners.
func Held[T Tx](ctx context.Context, tx T, who auth.Actor, at time.Time) error {
	last, ok, err := tx.HoldOf(who.User)
	if err != nil || ok && last.Open() {
		return err
	}
	h, err := tx.AddHold(Hold{User: who.User, At: tx.Now()}, at.Add(-Window))
	if err != nil {
		return err
	}
	if err := announce(ctx, tx, who, h); err != nil {
		return err
	}
	return user.TellOwners(tx, who.User, user.NoticeMassOf, fmt.Sprint(h.Rows), who.User)
}

// FreeRequest ends a hold.
type FreeRequest struct {
	ID HoldID `json:"id"`
}

// RestoreRequest names what is put back: all that a hold is about, or rows one by one.
type RestoreRequest struct {
	Hold HoldID  `json:"hold,omitempty"`
	IDs  []RowID `json:"ids,omitempty"`
}

// Validate refuses nothing at all, both, or too many rows: bin.nothing.
func (r RestoreRequest) Validate() error {
	if (r.Hold == 0) == (len(r.IDs) == 0) || len(r.IDs) > listMax {
		return fault.New(fault.Invalid, "bin.nothing", "max", listMax)
	}
	return nil
}

// Left is a record that could not be put back, and why.
type Left struct {
	Kind string       `json:"kind"`
	Name string       `json:"name,omitempty"`
	Why  *fault.Fault `json:"why"`
}

// Restored is what became of a request to put back.
type Restored struct {
	Back int    `json:"back"` // records
	Left []Left `json:"left,omitempty"`
}

// ListResponse is what one took away or wrote over, an owner what everybody did, in the last thirty days.
type ListResponse struct {
	Rows []Row `json:"rows"`
	More bool  `json:"more,omitempty"` // there are older ones that are not listed
}

// Week counts the last seven days.
type Week struct {
	Gone     int `json:"gone"`    // records deleted or archived
	Changed  int `json:"changed"` // records written over, and matchings undone
	Back     int `json:"back"`
	Approved int `json:"approved"` // what took two people, and exports
}

// Overview is what an owner should know: the holds of the last thirty days, open ones first, and the last seven days.
type Overview struct {
	Holds []Hold `json:"holds"`
	Week  Week   `json:"week"`
}

// Waiting are the holds that wait for an owner.
func (o Overview) Waiting() []Hold {
	return slices.DeleteFunc(slices.Clone(o.Holds), func(h Hold) bool { return !h.Open() })
}

// The operations.
var (
	List = op.Op[op.Empty, ListResponse]{Spec: op.Spec{
		Name: "bin.list", Kind: op.Query, Needs: auth.SearchUse, Since: 1,
		Doc: "Lists what one took away or wrote over in the last 30 days, for an owner what everybody did.",
	}}
	Restore = op.Op[RestoreRequest, Restored]{Spec: op.Spec{
		Name: "bin.restore", Kind: op.Command, Needs: auth.SearchUse, Since: 1,
		Doc: "Puts back what was taken away or written over, if nobody changed it since.",
	}}
	Look = op.Op[op.Empty, Overview]{Spec: op.Spec{
		Name: "bin.overview", Kind: op.Query, Needs: auth.KeyManage, Since: 1,
		Doc: "Tells who is held because they took away or wrote over very many records, and counts the last 7 days.",
	}}
	Free = op.Op[FreeRequest, Overview]{Spec: op.Spec{
		Name: "bin.free", Kind: op.Command, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Lets somebody who is held take away and write over records again.",
	}}
)

// Bind registers the operations, and has the registry keep and count.
func Bind[T Tx](r *op.Registry[T]) {
	r.Lose, r.Held = Lose[T], Held[T]
	op.Bind(r, List, list[T])
	op.Bind(r, Restore, restore[T])
	op.Bind(r, Look, func(_ context.Context, tx T, _ op.Empty) (Overview, error) { return overview(tx) })
	op.Bind(r, Free, func(ctx context.Context, tx T, req FreeRequest) (Overview, error) {
		if err := free(ctx, tx, req.ID); err != nil {
			return Overview{}, err
		}
		return overview(tx)
	})
}

// reads is the right to read the records of each kind. Who had it when they took something away, and has it no more, is
// not told what that was called.
var reads = map[string]auth.Permission{
	"customer": auth.CustomerRead, "item": auth.ItemRead,
	"quote": auth.SalesRead, "invoice": auth.SalesRead, "credit_note": auth.SalesRead,
	"entry": auth.LedgerRead, "entry_line": auth.LedgerRead, "attachment": auth.SearchUse,
}

// list tells an owner everything, and everybody else what they did themselves.
func list[T Tx](ctx context.Context, tx T, _ op.Empty) (out ListResponse, err error) {
	a, since := op.Actor(ctx), tx.Now().Add(-Kept)
	if a.May(auth.KeyManage) {
		out.Rows, err = tx.LostSince(since, listMax+1)
	} else {
		out.Rows, err = tx.LostBy(a.User, since, listMax+1)
	}
	if len(out.Rows) > listMax {
		out.Rows, out.More = out.Rows[:listMax], true
	}
	out.Rows = slices.DeleteFunc(out.Rows, func(r Row) bool { return !a.May(reads[r.Kind]) })
	return out, err
}

func overview(tx Tx) (out Overview, err error) {
	if out.Holds, err = tx.Holds(tx.Now().Add(-Kept)); err != nil {
		return out, err
	}
	slices.SortStableFunc(out.Holds, func(a, b Hold) int {
		switch {
		case a.Open() == b.Open():
			return 0
		case a.Open():
			return -1
		}
		return 1
	})
	out.Week, err = tx.WeekOf(tx.Now().AddDate(0, 0, -weekDays))
	return out, err
}

// free ends a hold. Who is held asks another owner; the only one gives a proof that is younger than the hold, so that
// whoever sits at their session does not go on by themself. Faults bin.gone, bin.own, op.fresh_needed, those of
// user.Agree.
func free(ctx context.Context, tx Tx, id HoldID) error {
	all, err := tx.Holds(tx.Now())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(h Hold) bool { return h.ID == id && h.Open() })
	if at < 0 {
		return fault.New(fault.Conflict, "bin.gone")
	}
	h, a := all[at], op.Actor(ctx)
	alone, err := user.Agree(tx, h.User, a, h.At)
	switch f := fault.Of(err); {
	case f != nil && h.User == a.User && f.Code == fault.Forbidden:
		return fault.New(fault.Forbidden, "bin.own")
	case err != nil:
		return err
	}
	h.FreedAt, h.FreedBy = tx.Now(), a.User
	op.Note(ctx, aHold, int64(h.ID), "", fmt.Sprintf(`{"self":%t,"user":%d}`, alone, h.User))
	if err := tx.FreeHold(h); err != nil || h.User == a.User {
		return err
	}
	return tx.AddNotice(h.User, user.Notice{Kind: user.NoticeFreed, User: h.User, At: tx.Now()})
}

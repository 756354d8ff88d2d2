// Package opening is about what opens the sealed book: by itself when this PC starts, or by the
// password of somebody who is there. It knows no key, no file and no screen; the passwords themselves
// are package user's.
package opening

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/user"
)

// Way is how the book opens when the main PC starts.
type Way string

// The ways to open. What each protects against is said on the page "Sécurité du dossier".
const (
	Automatic Way = "automatic" // the main PC keeps a secret that opens it
	Phrase    Way = "phrase"    // an owner gives a password
	Delegates Way = "delegates" // an owner or a start delegate (délégué de démarrage) does
)

// The kinds of slots, as the key file has them.
const (
	Password = "password"
	Recovery = "recovery"
	Keyring  = "keyring" // the keyring of the main PC's session
	TPM      = "tpm"     // the security chip of the main PC
)

// Slot is one secret that opens the book.
type Slot struct {
	Number int
	Kind   string
	Label  string    // whose password it is, as user.SlotLabel
	Since  time.Time // zero when nobody noted it
}

// PC is what the main PC itself keeps to open the book.
type PC struct {
	Offers string `json:"offers,omitempty"` // the kind of what would keep a secret now: Keyring or TPM
	By     string `json:"by,omitempty"`     // the kind of the slot that this PC opens the book by
	Works  bool   `json:"works"`            // and its secret was found, and opens it
}

// Keys are the slots of the open book and what this PC keeps.
type Keys interface {
	// Slots lists what opens the book, oldest first.
	Slots(ctx context.Context) ([]Slot, error)
	// PC looks at what this PC keeps; it may take seconds when a keyring does not answer.
	PC(ctx context.Context) PC
	// SetAutomatic makes this PC keep a new secret that opens the book, or forget it: slot first.
	// Faults: opening.no_keyring, opening.keyring_silent.
	SetAutomatic(ctx context.Context, on bool) error
	// Rotate puts the book under a new data key, which then opens by the recovery key and by this
	// password only. Faults: store.reading, store.no_room, store.disk_full, opening.files_coming.
	Rotate(ctx context.Context, r Rotation) error
}

// Rotation is what a new data key is made with.
type Rotation struct {
	Label, Password string                   // whose password opens the book under it
	Sheet           bool                     // the recovery key is a new one as well
	Note            func(op.Tx) error        // writes the event with it
	Progress        func(done, total uint32) // pages
}

// People are those whose passwords open the book.
type People interface {
	// Still runs do while no password that opens the book changes.
	Still(do func() error) error
	// WithPassword is Still for somebody who gave their password once more; label is their slot's.
	WithPassword(ctx context.Context, password string, do func(label string) error) error
}

// Opener is something that opens the book now.
type Opener struct {
	Kind     string      `json:"kind"`
	User     auth.UserID `json:"user,omitempty"`
	Name     string      `json:"name,omitempty"`
	Delegate bool        `json:"delegate,omitempty"`
	Since    time.Time   `json:"since,omitzero"`
}

// Person may open the book, and their password does not yet: it does from their next log-in.
type Person struct {
	User     auth.UserID `json:"user"`
	Name     string      `json:"name"`
	Delegate bool        `json:"delegate,omitempty"` // a password of 15 characters is asked of them
}

// Status is how the book opens.
type Status struct {
	Way     Way      `json:"way"`
	PC      PC       `json:"pc"`
	Openers []Opener `json:"openers"`
	Waiting []Person `json:"waiting,omitempty"`
	People  int      `json:"people"` // whose password opens the book: two are advised
	// Rotating is how far a new data key has come, from 0 to 1; nil when none is being made.
	Rotating *float64 `json:"rotating,omitempty"`
}

// AutomaticRequest turns the opening by the main PC itself on or off.
type AutomaticRequest struct {
	On bool `json:"on"`
}

// The operations on what opens the book.
var (
	Get = op.Op[op.Empty, Status]{Spec: op.Spec{
		Name: "opening.get", Kind: op.Query, Needs: auth.KeyManage, Since: 1,
		Doc: "Tells how the book opens and what opens it now.",
	}}
	SetAutomatic = op.Op[AutomaticRequest, op.Empty]{Spec: op.Spec{
		Name: "opening.automatic", Kind: op.Action, Needs: auth.KeyManage, Fresh: true, Since: 1,
		Doc: "Lets the main PC open the book by itself when it starts, or no longer.",
	}}
)

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	Users() ([]user.User, error)
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], w op.Work[T], people People, k Keys) {
	d := &desk[T]{work: w, people: people, keys: k}
	op.BindElsewhere(r, Get, d.get)
	op.BindAction(r, SetAutomatic, d.setAutomatic)
	op.BindElsewhere(r, Prove, d.prove)
	op.BindAction(r, Rotate, d.rotate)
}

// desk performs the operations.
type desk[T Tx] struct {
	work     op.Work[T]
	people   People
	keys     Keys
	rotating rotating
}

func (d *desk[T]) get(ctx context.Context, _ op.Empty) (Status, error) {
	var people []user.User
	err := d.work.View(ctx, func(tx T) (err error) { people, err = tx.Users(); return err })
	if err != nil {
		return Status{}, err
	}
	slots, err := d.keys.Slots(ctx)
	st := statusOf(people, slots, d.keys.PC(ctx))
	st.Rotating = d.rotating.share()
	return st, err
}

func (d *desk[T]) setAutomatic(ctx context.Context, req AutomaticRequest) (none op.Empty, err error) {
	before, err := d.keys.Slots(ctx)
	if err != nil {
		return none, err
	}
	op.Note(ctx, "", 0, "", fmt.Sprintf(`{"on":%t}`, req.On))
	err = d.people.Still(func() error { return d.keys.SetAutomatic(ctx, req.On) })
	if err == nil {
		return none, nil
	}
	// It failed half way where what opens the book is no longer what it was: the journal tells of it.
	ctx = context.WithoutCancel(ctx)
	if after, readErr := d.keys.Slots(ctx); readErr != nil || !slices.Equal(before, after) {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"done":false,"on":%t}`, req.On))
		err = errors.Join(err, d.work.Update(ctx, func(tx T) error { return op.RecordIn(ctx, tx) }))
	}
	return none, err
}

// statusOf joins the slots with the people whose passwords they are.
func statusOf(people []user.User, slots []Slot, pc PC) Status {
	st := Status{Way: Phrase, PC: pc}
	switch {
	case pc.By != "":
		st.Way = Automatic
	case slices.ContainsFunc(people, func(u user.User) bool { return u.Delegate }):
		st.Way = Delegates
	}
	opens := map[string]bool{}
	for _, s := range slots {
		o := Opener{Kind: s.Kind, Since: s.Since}
		if s.Kind == Password {
			i := indexOf(people, s.Label)
			if i < 0 || opens[s.Label] {
				continue // a slot that a killed program left, until the next start
			}
			opens[s.Label] = true
			o.User, o.Name, o.Delegate = people[i].ID, people[i].Name, people[i].Delegate
			st.People++
		}
		st.Openers = append(st.Openers, o)
	}
	for _, u := range people {
		if u.OpensBook() && !opens[user.SlotLabel(u.ID)] {
			st.Waiting = append(st.Waiting, Person{User: u.ID, Name: u.Name, Delegate: u.Delegate})
		}
	}
	return st
}

func indexOf(people []user.User, label string) int {
	for i, u := range people {
		if user.SlotLabel(u.ID) == label {
			return i
		}
	}
	return -1
}

// Package witness compares a book with the furthest that this PC saw it go: a book whose files were all put
// back together as they once were is authentic, and older than that. It keeps nobody out of a book.
package witness

import (
	"context"
	"errors"
	"fmt"

	"zafe/app/audit"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/store"
)

// Memory keeps what this PC saw, outside the book.
type Memory interface {
	Seen() verify.Seen
	SetSeen(s verify.Seen) error
}

// Reaches refuses a book whose chain does not hold the event that this PC saw. Another book than the one seen
// is not compared. Fault store.repair_older.
func Reaches(tx *store.Tx, seen verify.Seen) error {
	id, _, err := setup.IdentityOf(tx)
	if err != nil || seen.Event == 0 || id.BookID != seen.Book {
		return err
	}
	found := false
	err = tx.EachEvent(seen.Event-1, func(e audit.Event) error {
		found = e.ID == seen.Event && e.Hash.String() == seen.Hash
		return errSeen
	})
	if err != nil && !errors.Is(err, errSeen) {
		return err
	}
	if !found {
		return fault.New(fault.Conflict, olderKey)
	}
	return nil
}

const olderKey = "store.repair_older"

var errSeen = errors.New("seen")

// Compare tells whether an open book is older than this PC saw it, and notes it in its chain then: it may
// have been the owner, and the page of the book's integrity says it. What was put back because the owner
// asked for it is not older: what was seen is forgotten.
func Compare(ctx context.Context, st *store.Store, m Memory) (older bool, err error) {
	seen := m.Seen()
	head, err := st.Head()
	if err != nil {
		return false, err
	}
	var last audit.Event
	err = st.View(ctx, func(tx *store.Tx) (err error) {
		if last, err = tx.Head(); err != nil {
			return err
		}
		if err = Reaches(tx, seen); err != nil {
			return err
		}
		id, _, err := setup.IdentityOf(tx)
		if id.BookID == seen.Book && head < seen.Seal { // the same events, in files of before
			err = fault.New(fault.Conflict, olderKey)
		}
		return err
	})
	switch {
	case fault.KeyOf(err) != olderKey:
		return false, err
	case last.Op == "book.went_back" || last.Op == "book.restored":
		return false, m.SetSeen(verify.Seen{}) // the program was killed before it forgot what it saw
	}
	return true, st.Update(ctx, func(tx *store.Tx) error {
		// What was done since is lost, numbers given out among it.
		if err := billing.AskNumbers(tx, last.At, tx.Now()); err != nil {
			return err
		}
		return tx.NoteOlder(fmt.Sprintf(`{"seen":%d}`, seen.Event))
	})
}

// Note remembers how far an open book is, even when ctx has ended.
func Note(ctx context.Context, st *store.Store, m Memory) error {
	head, err := st.Head()
	if err != nil {
		return err
	}
	seen := verify.Seen{Seal: head}
	err = st.View(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		id, _, err := setup.IdentityOf(tx)
		if err != nil {
			return err
		}
		last, err := tx.Head()
		seen.Book, seen.Event, seen.Hash = id.BookID, last.ID, last.Hash.String()
		return err
	})
	if err != nil {
		return err
	}
	return m.SetSeen(seen)
}

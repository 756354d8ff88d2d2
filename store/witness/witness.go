// Package witness compares a book with the furthest that this PC saw it go: a book whose files were all put
// back together as they once were is authentic, and older than that. It keeps nobody out of a book.
package witness

import (
	"context"
	"fmt"
	"time"

	"zafe/app/fault"
	"zafe/app/verify"
	appwitness "zafe/app/witness"
	"zafe/store"
)

// Memory keeps what this PC saw, outside the book.
type Memory interface {
	Seen() verify.Seen
	SetSeen(s verify.Seen) error
}

// Reaches refuses a book whose chain does not hold the event that this PC saw, though no owner had it go back
// since. Another book than the one seen is not compared. Fault store.repair_older.
func Reaches(tx *store.Tx, seen verify.Seen) error {
	older, err := appwitness.Older(tx, seen.Checkpoint)
	if err == nil && older {
		err = fault.New(fault.Conflict, olderKey)
	}
	return err
}

const olderKey = "store.repair_older"

// Compare tells whether an open book is older than this PC saw it, and notes it in its chain then, once: it
// may have been the owner, and the page of the book's integrity says it. What was put back because the owner
// asked for it is not older.
func Compare(ctx context.Context, st *store.Store, m Memory) (older bool, err error) {
	seen := m.Seen()
	if older, err = behind(ctx, st, seen); err != nil || !older {
		return older, err
	}
	return true, st.Update(ctx, func(tx *store.Tx) error {
		fresh, err := appwitness.Raise(tx, appwitness.Alert{
			From: appwitness.FromMain, Seen: seen.Event, Hash: seen.Hash, Made: seen.At,
		})
		if err != nil || !fresh {
			return err
		}
		return tx.NoteOlder(fmt.Sprintf(`{"seen":%d}`, seen.Event))
	})
}

// behind tells whether a book is older than it was seen: its chain, or the files with the same events.
func behind(ctx context.Context, st *store.Store, seen verify.Seen) (older bool, err error) {
	head, err := st.Head()
	if err != nil {
		return false, err
	}
	err = st.View(ctx, func(tx *store.Tx) error {
		now, err := appwitness.Of(tx)
		if err != nil || now.Book != seen.Book || appwitness.Later(now, seen.Checkpoint) {
			return err
		}
		older, err = appwitness.Older(tx, seen.Checkpoint)
		older = older || head < seen.Seal
		return err
	})
	return older, err
}

// Note remembers how far an open book is, even when ctx has ended. One that is older than was seen does not
// take its place: it is told again until an owner answers.
func Note(ctx context.Context, st *store.Store, m Memory) error {
	ctx = context.WithoutCancel(ctx)
	if older, err := behind(ctx, st, m.Seen()); err != nil || older {
		return err
	}
	head, err := st.Head()
	if err != nil {
		return err
	}
	seen := verify.Seen{Seal: head}
	err = st.View(ctx, func(tx *store.Tx) (err error) {
		seen.Checkpoint, err = appwitness.Of(tx)
		return err
	})
	if err != nil {
		return err
	}
	return m.SetSeen(seen)
}

// Keep notes how far an open book is again and again until ctx ends: of a PC that is switched off at the wall nothing
// is noted at the end.
func Keep(ctx context.Context, st *store.Store, m Memory, every time.Duration, warn func(what string, err error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := Note(ctx, st, m); err != nil && ctx.Err() == nil {
				warn("how far the book is was not noted", err)
			}
		}
	}
}

package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/store/crypt"
)

// Earlier is what going back to the book as it was before its last update would lose.
type Earlier struct {
	At          time.Time // of the update
	Changes     int64     // what was done since: events worth a backup
	Invoices    int64     // invoices and credit notes issued since
	LastInvoice string    // highest number issued so far, "" for none
	// Counted is false when the present book cannot be read: nothing of the above is known then.
	Counted bool
}

// HasEarlier tells whether a book is kept as it was before its last update.
func HasEarlier(dir string) bool {
	copies, err := keptCopies(dir)
	return err == nil && len(copies) > 0
}

// May judges by the present book whether who opened it, by the slot of a label, may go back.
type May func(tx *Tx, label string) error

// LookBack tells what [GoBack] would lose. It changes nothing, and reads a book of a newer program as well as
// it can. Faults: store.no_earlier, store.in_use, those of may and of unlock.
func LookBack(ctx context.Context, dir string, unlock Unlock, o Options, may May) (e Earlier, err error) {
	err = withEarlier(dir, unlock, func(_ string, keys *crypt.Keys, root crypt.Root) error {
		s := &Store{dir: dir, opts: o.filled(), root: root}
		defer s.root.Zero()
		if err := s.permits(ctx, opener(keys).Label, may); err != nil {
			return err
		}
		if err := s.read(ctx, func(tx *Tx) error { return tx.since(&e) }); err != nil {
			o.tell("what was done since the update cannot be counted: " + err.Error())
			e = Earlier{}
		}
		return nil
	})
	return e, err
}

// permits asks may, as far as the present book can be read: where it cannot, the one of before has the word.
func (s *Store) permits(ctx context.Context, label string, may May) (refused error) {
	err := s.read(ctx, func(tx *Tx) error { refused = may(tx, label); return nil })
	if _, ok := errors.AsType[*fault.Fault](refused); ok {
		return refused
	}
	if err = errors.Join(err, refused); err != nil {
		s.opts.tell("who may go back cannot be read: " + err.Error())
	}
	return nil
}

// read runs fn on a book as it is, whatever its schema.
func (s *Store) read(ctx context.Context, fn func(*Tx) error) error {
	if err := s.hold(); err != nil {
		return err
	}
	db, err := openPools(ctx, s.dsn)
	if err != nil {
		return errors.Join(err, s.mount.Unmount())
	}
	s.db = db
	return errors.Join(s.atRest(ctx, fn), s.db.close(), s.mount.Unmount())
}

func (t *Tx) since(e *Earlier) error {
	var u updated
	if known, err := t.Setting(updatedKey, &u); err != nil || !known {
		return errors.Join(err, errors.New("store: no update is noted"))
	}
	now, err := t.Totals()
	if err != nil {
		return err
	}
	*e = Earlier{
		At: u.At, Invoices: now.Invoices - u.Before.Invoices, LastInvoice: now.LastInvoice, Counted: true,
	}
	_, err = t.one(`SELECT count(*) FROM event WHERE id > ? AND `+changes, []any{u.Events}, &e.Changes)
	return err
}

// GoBack puts the book back as it was before its last update, under this build's schema, and runs init in its
// first transaction with the label of the slot that opened. The present one is moved to Options.Aside, never
// deleted; what is kept stays where it is.
//
// It opens with what opened the present one, with the recovery key and with what this PC keeps. The passwords
// that opened it besides may be younger than the rows of their people, or belong to nobody there: they are made
// again when their people log in.
//
// Faults: store.no_earlier, store.in_use, store.no_room, store.disk_full, store.newer_book, store.damaged, those of
// may, before anything is written, and of unlock.
func GoBack(ctx context.Context, dir string, unlock Unlock, o Options, may May,
	init func(tx *Tx, label string) error,
) error {
	return withEarlier(dir, unlock, func(kept string, keys *crypt.Keys, root crypt.Root) error {
		defer root.Zero()
		s := &Store{dir: dir, opts: o.filled(), root: root}
		defer s.root.Zero()
		if err := s.permits(ctx, opener(keys).Label, may); err != nil {
			return err
		}
		if err := crypt.Free(filepath.Join(dir, bookFile)); err != nil {
			return err
		}
		head := presentHead(dir, root)
		return o.replace(dir, o.Aside, func(fresh string) error {
			if err := o.copyKept(fresh, kept, keys, root); err != nil {
				return err
			}
			return goneBack(ctx, fresh, root, head, o, func(tx *Tx) error { return init(tx, opener(keys).Label) })
		})
	})
}

// withEarlier runs fn on the folder of what is kept of a book, with the key file that opened and the root key of
// both, while nobody else has the book. What opens the present book is asked for: what is kept knows the recovery
// key alone.
func withEarlier(dir string, unlock Unlock,
	fn func(kept string, keys *crypt.Keys, root crypt.Root) error,
) error {
	lock, err := claim(dir)
	if err != nil {
		return classify(err)
	}
	work := func() error {
		if err := settle(dir); err != nil {
			return err
		}
		copies, err := keptCopies(dir)
		if err != nil {
			return err
		}
		if len(copies) == 0 {
			return fault.New(fault.NotFound, "store.no_earlier")
		}
		kept := copies[len(copies)-1]
		keys, err := crypt.OpenKeys(filepath.Join(dir, keysFile), nil)
		if err != nil {
			keys, err = crypt.OpenKeys(filepath.Join(kept, keysFile), nil)
		}
		if err != nil {
			return err
		}
		root, err := unlock(keys)
		if err != nil {
			return err
		}
		return fn(kept, keys, root)
	}
	return errors.Join(classify(work()), lock.Close())
}

// opener is the slot that opened a key file.
func opener(keys *crypt.Keys) crypt.SlotInfo {
	slots := keys.Slots()
	return slots[slices.IndexFunc(slots, func(i crypt.SlotInfo) bool { return i.ID == keys.OpenedBy() })]
}

// presentHead is the head of the book that goes, 0 when it cannot be read: that may be why it goes.
func presentHead(dir string, root crypt.Root) uint64 {
	s := &Store{dir: dir, root: root}
	if s.hold() != nil {
		return 0
	}
	head, err := s.mount.Head(s.path())
	if errors.Join(err, s.mount.Unmount()) != nil {
		return 0
	}
	return head
}

// copyKept copies what is kept of a book into a folder, with the slots of the present one that go on opening it.
func (o Options) copyKept(to, kept string, keys *crypt.Keys, root crypt.Root) error {
	if err := o.room(kept); err != nil {
		return err
	}
	if err := errors.Join(o.linkFiles(to, kept), o.copyFolder(to, kept)); err != nil {
		return err
	}
	by := keys.OpenedBy()
	return keys.CopyTo(filepath.Join(to, keysFile), root, func(i crypt.SlotInfo) bool {
		return i.Kind != crypt.KindPassword || i.ID == by
	})
}

// goneBack brings the copy in a folder to this build's schema and notes in it what it is.
func goneBack(ctx context.Context, dir string, root crypt.Root, head uint64, o Options,
	init func(*Tx) error,
) error {
	m, err := crypt.NewMount(root, crypt.Options{TempDir: dir})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, bookFile)
	if _, err = m.Verify(ctx, path, nil); err == nil {
		// The head grows on: a lower one than was noted elsewhere would look like files put back by a thief.
		err = m.Rebaseline(ctx, path, head)
	}
	if err = errors.Join(err, m.Unmount()); err != nil {
		return err
	}
	o.building = true
	s, err := open(ctx, dir, withRoot(root), o)
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx *Tx) error {
		totals, err := tx.Totals()
		if err != nil {
			return err
		}
		last, err := tx.Head()
		if err != nil {
			return err
		}
		u := updated{To: int64(Schema()), At: tx.Now(), Events: last.ID + 1, Before: totals}
		noted := s.noteKeysIn(tx, numbers(s.keys)...)
		if err := errors.Join(tx.SetSetting(updatedKey, u), noted, tx.noteBack()); err != nil {
			return err
		}
		return init(tx)
	})
	return errors.Join(err, s.Close())
}

func (t *Tx) noteBack() error {
	_, err := t.AppendEvent(audit.Event{
		Op: "book.went_back", ActorName: "Zafè", Payload: fmt.Sprintf(`{"to":%d}`, Schema()),
	})
	return err
}

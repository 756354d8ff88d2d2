package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/store/crypt"
)

// Repair is what [Accept] is told to do.
type Repair struct {
	Head uint64 // last [Store.Head] noted elsewhere, 0 for none
	// Check judges the repaired book, open under another name; what it refuses stays as it was.
	Check func(ctx context.Context, s *Store, d Damage) error
	// Place puts the repaired book in the place of the damaged one, which goes to Options.Aside. Without it
	// everything is done and thrown away.
	Place bool
}

// Damage is the loss that a repair accepts.
type Damage struct {
	File string // the ledger
	Why  string // missing, damaged
}

// Accept takes a book whose ledger is lost or damaged as it is, with a new ledger. The rule, which keeps it
// from covering up an attack that the files show:
//
//   - Only when the ledger itself is missing or does not open. A ledger that opens and contradicts the other
//     files (an older page, a missing log, a shorter database) is a witness: fault store.repair_refused.
//   - Every page and every frame of the log still has to be authentic: same fault.
//   - The key file must not be older than the book remembers: fault store.old_keys.
//   - Check has the last word: the whole book verified, by an owner, not older than what was noted of it.
//
// What nobody can tell any more is whether single pages are the latest: that is what is accepted. All of it
// is done on a copy; the book in dir is untouched until the copy is whole, and is kept aside then. Faults
// also store.repair_needless for a book that opens, store.in_use, and those of unlock.
func Accept(ctx context.Context, dir string, unlock Unlock, o Options, r Repair) error {
	if !Exists(dir) {
		return fault.New(fault.NotFound, "store.no_book")
	}
	damage, err := diagnose(ctx, dir, unlock, o)
	if err != nil {
		return err
	}
	fresh, ready := dir+newSuffix, dir+readySuffix
	if err := errors.Join(os.RemoveAll(ready), os.RemoveAll(fresh), copyBook(fresh, dir)); err != nil {
		return errors.Join(classify(err), os.RemoveAll(fresh))
	}
	err = accept(ctx, fresh, unlock, o, r, damage)
	if err == nil && r.Place {
		if err = crypt.Rename(fresh, ready); err == nil {
			err = place(dir, o.Aside)
		}
	}
	if err != nil || !r.Place {
		return errors.Join(classify(err), os.RemoveAll(fresh), os.RemoveAll(ready))
	}
	return classify(syncFolder(filepath.Dir(dir)))
}

// diagnose finds what keeps the book in dir from opening, and refuses what may not be accepted.
func diagnose(ctx context.Context, dir string, unlock Unlock, o Options) (Damage, error) {
	m, err := mounted(dir, unlock, o)
	if err != nil {
		return Damage{}, err
	}
	path := filepath.Join(dir, bookFile)
	if err = m.Hold(path); err == nil {
		_, err = m.Verify(ctx, path, nil)
	}
	f, sealed := errors.AsType[*crypt.Fault](err)
	gone := m.Unmount()
	switch {
	case err == nil:
		return Damage{}, errors.Join(fault.New(fault.Conflict, "store.repair_needless"), gone)
	case sealed && errors.Is(f, crypt.ErrMissingLedger):
		return Damage{File: filepath.Base(f.File), Why: "missing"}, gone
	case sealed && errors.Is(f, crypt.ErrTampered) && filepath.Base(f.File) == bookFile+crypt.LedgerSuffix:
		return Damage{File: filepath.Base(f.File), Why: "damaged"}, gone
	case sealed && !errors.Is(f, crypt.ErrInUse) && !errors.Is(f, crypt.ErrNewer):
		return Damage{}, refused(f)
	default:
		return Damage{}, errors.Join(classify(err), gone)
	}
}

func refused(f *crypt.Fault) error {
	return fault.New(fault.Conflict, "store.repair_refused", "file", filepath.Base(f.File)).Because(f)
}

// mounted opens the key file in dir and registers a mount under its root key.
func mounted(dir string, unlock Unlock, o Options) (*crypt.Mount, error) {
	keys, err := crypt.OpenKeys(filepath.Join(dir, keysFile), o.events())
	if err != nil {
		return nil, classify(err)
	}
	root, err := unlock(keys)
	if err != nil {
		return nil, classify(err)
	}
	m, err := crypt.NewMount(root, crypt.Options{OnEvent: o.events(), TempDir: dir})
	root.Zero()
	return m, err
}

// accept gives the copy in dir its new ledger and has it judged.
func accept(ctx context.Context, dir string, unlock Unlock, o Options, r Repair, d Damage) error {
	m, err := mounted(dir, unlock, o)
	if err != nil {
		return err
	}
	err = m.Rebaseline(ctx, filepath.Join(dir, bookFile), r.Head)
	if err = errors.Join(err, m.Unmount()); err != nil {
		if f, ok := errors.AsType[*crypt.Fault](err); ok && errors.Is(f, crypt.ErrTampered) {
			return refused(f)
		}
		return err
	}
	o.building = true
	s, err := Open(ctx, dir, unlock, o)
	if err != nil {
		return err
	}
	return errors.Join(r.Check(ctx, s, d), s.Close())
}

// copyBook copies the files of a closed book. What lies in folders of its own never changes: it is linked
// where the disk can.
func copyBook(to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Type()&fs.ModeType != 0 && !e.IsDir() || crypt.IsLock(e.Name()) {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		into := filepath.Join(to, name)
		if e.IsDir() {
			return os.MkdirAll(into, 0o700)
		}
		if filepath.Dir(name) != "." && os.Link(path, into) == nil { //nolint:gosec // only this person writes there
			return nil
		}
		return copyFile(into, path)
	})
}

// OpenedBy is the label of the slot that opened the book.
func (s *Store) OpenedBy() string {
	for _, slot := range s.keys.Slots() {
		if slot.ID == s.keys.OpenedBy() {
			return slot.Label
		}
	}
	return ""
}

// NoteAccepted records in the chain that an owner accepted the book without its ledger.
func (t *Tx) NoteAccepted(actor int64, name, payload string) error {
	_, err := t.AppendEvent(audit.Event{Op: "book.accepted", Actor: actor, ActorName: name, Payload: payload})
	return err
}

// NoteOlder records in the chain that this PC had seen the book further than it is.
func (t *Tx) NoteOlder(payload string) error {
	_, err := t.AppendEvent(audit.Event{Op: "book.older", ActorName: "Zafè", Payload: payload})
	return err
}

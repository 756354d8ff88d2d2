package store

import (
	"context"
	"encoding/json"
	"errors"
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
	// Cut says that the log ends in a transaction that was not wholly written, and that it is gone: as after a
	// power cut, if nobody was told that it is saved. Only who worked on the book last can know.
	Cut bool
}

// Accept takes a book whose ledger is lost or damaged as it is, with a new ledger. The rule, which keeps it
// from covering up an attack that the files show:
//
//   - Only when the ledger itself is missing or does not open. A ledger that opens and contradicts the other
//     files (an older page, a missing log, a shorter database) is a witness: fault store.repair_refused.
//   - Every page still has to be authentic, and the log whole up to its last transaction, as on any opening;
//     if that one is torn, and the rest shows no sign that it had been confirmed, it is dropped, and Check is
//     told: same fault.
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
	lock, err := claim(dir)
	if err != nil {
		return classify(err)
	}
	if err = settle(dir); err == nil {
		err = acceptClaimed(ctx, dir, unlock, o, r)
	}
	return classify(errors.Join(err, lock.Close()))
}

// errTried ends a repair that was only to be tried.
var errTried = errors.New("store: repair tried")

func acceptClaimed(ctx context.Context, dir string, unlock Unlock, o Options, r Repair) error {
	damage, err := diagnose(ctx, dir, unlock, o)
	if err != nil {
		return err
	}
	if err := o.room(dir); err != nil {
		return err
	}
	err = o.replace(dir, o.Aside, func(fresh string) error {
		err := errors.Join(o.linkFiles(fresh, dir), o.copyFolder(fresh, dir))
		if err == nil {
			err = accept(ctx, fresh, unlock, o, r, damage)
		}
		if err == nil && !r.Place {
			err = errTried
		}
		return err
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// diagnose finds what keeps the book in dir from opening, and refuses what may not be accepted.
func diagnose(ctx context.Context, dir string, unlock Unlock, o Options) (Damage, error) {
	m, book, err := mounted(dir, unlock, o)
	if err != nil {
		return Damage{}, err
	}
	path := filepath.Join(dir, bookFile)
	if err = m.Hold(path); err == nil {
		_, err = m.Verify(ctx, path, nil)
	}
	f, sealed := errors.AsType[*crypt.Fault](err)
	gone := m.Unmount()
	if told := o.origin(m, path, book, err); err != nil && fault.KeyOf(told) != fault.KeyOf(err) {
		return Damage{}, errors.Join(told, gone)
	}
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

// mounted opens the key file in dir and registers a mount under its root key; book is the file's.
func mounted(dir string, unlock Unlock, o Options) (m *crypt.Mount, book string, err error) {
	keys, err := crypt.OpenKeys(filepath.Join(dir, keysFile), o.events())
	if err != nil {
		return nil, "", classify(err)
	}
	root, err := unlock(keys)
	if err != nil {
		return nil, "", o.otherKeys(keys, classify(err))
	}
	m, err = crypt.NewMount(root, crypt.Options{OnEvent: o.events(), TempDir: dir})
	root.Zero()
	return m, keys.Book(), err
}

// accept gives the copy in dir its new ledger and has it judged.
func accept(ctx context.Context, dir string, unlock Unlock, o Options, r Repair, d Damage) error {
	m, _, err := mounted(dir, unlock, o)
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
	s, err := open(ctx, dir, unlock, o)
	if err != nil {
		return err
	}
	d.Cut = s.notices.has(crypt.EventWALCut)
	if err = s.checkKeys(ctx); err == nil {
		err = r.Check(ctx, s, d)
	}
	return errors.Join(err, s.Close())
}

// OpenedBy is the label of the slot that opened the book.
func (s *Store) OpenedBy() (label string) {
	s.withKeys(func(k *crypt.Keys) {
		for _, slot := range k.Slots() {
			if slot.ID == k.OpenedBy() {
				label = slot.Label
			}
		}
	})
	return label
}

// NoteAccepted records in the chain that an owner accepted the book without its ledger.
func (t *Tx) NoteAccepted(actor int64, name, payload string) error {
	_, err := t.AppendEvent(audit.Event{Op: "book.accepted", Actor: actor, ActorName: name, Payload: payload})
	return err
}

// NoteKeysMended records in the chain that one of the two key files was made anew from the other.
func (t *Tx) NoteKeysMended(file string) error {
	payload, err := json.Marshal(map[string]string{"file": file})
	if err == nil {
		_, err = t.AppendEvent(audit.Event{Op: "book.keys_mended", ActorName: "Zafè", Payload: string(payload)})
	}
	return err
}

// NoteOlder records in the chain that this PC had seen the book further than it is.
func (t *Tx) NoteOlder(payload string) error {
	_, err := t.AppendEvent(audit.Event{Op: "book.older", ActorName: "Zafè", Payload: payload})
	return err
}

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/store/crypt"
)

// An update is what a newer program's migrations do to a book with work in it. They run on a copy; the book
// is looked over before, the copy after, and only one that is as sound and holds as much takes the book's
// place. What was there is kept beside it as the way back, see back.go.

// copyMaxAge is how long the way back is kept; the next update ends it sooner.
const copyMaxAge = 30 * 24 * time.Hour

// updatedKey is the setting that remembers the last update.
const updatedKey = "store.updated"

// updated is what a book remembers of its last update.
type updated struct {
	From   int64     `json:"from"`
	To     int64     `json:"to"`
	At     time.Time `json:"at"`
	Events int64     `json:"events"` // in the chain, its own included
	Before Totals    `json:"before"`
}

// copyName is the folder in which a book is kept as it was under a version of the schema.
func copyName(dir string, version int64) string {
	return dir + copyInfix + strconv.FormatInt(version, 10)
}

// update replaces the book, which is open under an older schema, by a migrated copy of it and opens that. On
// error the book is as it was, closed. Faults: store.update_unsound, store.update_failed, store.no_room,
// store.disk_full.
func (s *Store) update(ctx context.Context, have, want int64) error {
	s.opts.say("store.updating_check")
	before, err := s.inspect(ctx)
	if err != nil {
		return err
	}
	if n := len(before.broken); n > 0 {
		why := fmt.Errorf("store: before the update: %v", before.broken)
		if met := s.met(); met != nil {
			return damageFault(met, why)
		}
		return fault.New(fault.Conflict, "store.update_unsound", "n", n).Because(why)
	}
	if err := s.db.close(); err != nil { // every byte is in the files then; the lock is kept
		return err
	}
	s.opts.say("store.updating_copy")
	err = s.opts.prepare(s.dir, func(fresh string) error {
		if err := s.shadow(fresh); err != nil {
			return err
		}
		u := updated{From: have, To: want, Events: before.events + 1, Before: before.totals}
		return s.updateShadow(ctx, fresh, u, before)
	})
	if err != nil {
		return notUpdated(ctx, err)
	}
	kept := copyName(s.dir, have)
	err = errors.Join(s.mount.Unmount(), os.RemoveAll(kept))
	if err == nil {
		err = s.opts.exchange(s.dir, kept)
	}
	if err != nil {
		return notUpdated(ctx, errors.Join(err, clearReady(s.dir, kept)))
	}
	if err := removeCopies(s.dir, kept); err != nil {
		s.opts.tell("the copy from before an earlier update is still there: " + err.Error())
	}
	if err := s.hold(); err != nil {
		return err
	}
	_, _, _, err = s.openPlain(ctx)
	return err
}

// notUpdated says of an error that is not the disk's what it means to the owner.
func notUpdated(ctx context.Context, err error) error {
	err = classify(err)
	if _, ok := errors.AsType[*fault.Fault](err); ok || ctx.Err() != nil {
		return err
	}
	return fault.New(fault.Unavailable, "store.update_failed").Because(err)
}

// shadow copies the closed book into a folder.
func (s *Store) shadow(to string) error {
	if err := s.opts.room(s.dir); err != nil {
		return err
	}
	if err := s.opts.linkFiles(to, s.dir); err != nil {
		return err
	}
	return s.opts.copyFolder(to, s.dir)
}

// updateShadow migrates the copy in a folder, checks that it is as sound as the book was and holds as much,
// and notes the update in it.
func (s *Store) updateShadow(ctx context.Context, dir string, u updated, before state) error {
	if err := s.opts.step("migrate"); err != nil {
		return err
	}
	s.opts.say("store.updating_change")
	o := s.opts
	o.building = true
	copied, err := open(ctx, dir, withRoot(s.root), o)
	if err != nil {
		return err
	}
	s.opts.say("store.updating_verify")
	u.At = copied.now()
	err = copied.Update(ctx, func(tx *Tx) error {
		after, err := tx.state()
		if err == nil {
			err = before.lostBy(after)
		}
		if err != nil {
			return err
		}
		return errors.Join(tx.SetSetting(updatedKey, u), tx.noteUpdate(u))
	})
	return errors.Join(err, copied.Close())
}

func (t *Tx) noteUpdate(u updated) error {
	payload := fmt.Sprintf(`{"from":%d,"to":%d}`, u.From, u.To)
	_, err := t.AppendEvent(audit.Event{Op: "book.updated", ActorName: "Zafè", Payload: payload})
	return err
}

// forgetUpdate is for a book under another root key: what was kept before the update is not its own.
func (t *Tx) forgetUpdate() error {
	_, err := t.exec(`DELETE FROM setting WHERE key = ?`, updatedKey)
	return err
}

// state is what a book holds and what is wrong with it.
type state struct {
	totals   Totals
	events   int64
	broken   []string // of its structure or its chain of events: nothing can be built on it
	findings []string // of Options.Invariants; none where those cannot read the older schema
}

// inspect looks the open book over. Only who opens it calls it.
func (s *Store) inspect(ctx context.Context) (st state, err error) {
	err = s.atRest(ctx, func(tx *Tx) (err error) { st, err = tx.state(); return err })
	return st, err
}

func (t *Tx) state() (st state, err error) {
	if st.broken, err = t.structure("quick_check"); err != nil {
		return st, err
	}
	var prev audit.Hash
	err = t.EachEvent(0, func(e audit.Event) error {
		if st.events++; e.ID != st.events || e.Prev != prev || e.Seal() != e.Hash {
			st.broken = append(st.broken, fmt.Sprintf("event %d breaks the chain", st.events))
			return errBroken
		}
		prev = e.Hash
		return nil
	})
	if err != nil && !errors.Is(err, errBroken) {
		return st, err
	}
	if st.totals, err = t.Totals(); err != nil {
		return st, err
	}
	if check := t.st.opts.Invariants; check != nil {
		if st.findings, err = check(t); err != nil && !t.st.opts.building {
			t.st.opts.tell("the checks do not fit the schema before the update: " + err.Error())
			st.findings, err = nil, nil
		}
	}
	return st, err
}

var errBroken = errors.New("broken")

// lostBy tells what is wrong with the book after that was not before. Where this program's checks could not
// read the older schema, nothing may be.
func (st state) lostBy(after state) error {
	found := slices.Clone(after.broken)
	for _, f := range after.findings {
		if !slices.Contains(st.findings, f) {
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("store: after the migrations: %v", found)
	}
	if after.totals != st.totals || after.events != st.events {
		return fmt.Errorf("store: after the migrations the book holds %d events and %+v, not %d and %+v",
			after.events, after.totals, st.events, st.totals)
	}
	return nil
}

// tendCopies removes what was kept before an update when its time is over or no update is noted, and sees to it that only the
// recovery key opens it: a password changed later because it was known to others would go on opening it, and
// with it the key of the book. Whoever opens the book can open it all the same, see [GoBack].
func (s *Store) tendCopies(ctx context.Context) error {
	copies, err := keptCopies(s.dir)
	if err != nil || len(copies) == 0 {
		return err
	}
	var u updated
	var known bool
	err = s.View(ctx, func(tx *Tx) (err error) { known, err = tx.Setting(updatedKey, &u); return err })
	if err != nil {
		return err
	}
	// A new key of the book forgot the update, and was killed before it removed what the old one opens.
	if !known || s.now().Sub(u.At) > copyMaxAge {
		return removeCopies(s.dir, "")
	}
	for _, c := range copies {
		err = errors.Join(err, s.lockCopy(c))
	}
	return err
}

func (s *Store) lockCopy(dir string) error {
	path := filepath.Join(dir, keysFile)
	keys, err := crypt.OpenKeys(path, nil)
	if err != nil {
		return err
	}
	recovery := func(i crypt.SlotInfo) bool { return i.Kind == crypt.KindRecovery }
	others := slices.DeleteFunc(keys.Slots(), recovery)
	// Killed between the two, the program left the other as it was.
	main, err := os.ReadFile(path)
	second, copyErr := os.ReadFile(path + ".bak")
	if len(others) == 0 && err == nil && copyErr == nil && bytes.Equal(main, second) {
		return nil
	}
	if err := s.opts.step("restrict"); err != nil {
		return err
	}
	return s.keys.CopyTo(path, s.root, recovery)
}

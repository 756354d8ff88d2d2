package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/store/witness"
)

// worked is a book with six events, its triggers dropped as who has its keys could.
func worked(t *testing.T) (*storetest.World, verify.Seen) {
	t.Helper()
	w := storetest.NewWorld(t)
	w.Update(func(tx *store.Tx) error {
		for i := range 6 {
			e := audit.Event{
				Actor: 2, ActorName: "Claire", Device: "c0ffee", Op: "test.done", SubjectKind: "invoice", SubjectID: 4,
				RequestID: fmt.Sprint("request ", i), Payload: `{"n":1}`, Digest: "ab",
			}
			if _, err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return errors.Join(store.Exec(tx, `DROP TRIGGER event_no_update`), store.Exec(tx, `DROP TRIGGER event_no_delete`))
	})
	var m noted
	if err := witness.Note(t.Context(), w.Store, &m); err != nil {
		t.Fatal(err)
	}
	return w, m.seen
}

type noted struct{ seen verify.Seen }

func (m *noted) Seen() verify.Seen { return m.seen }

func (m *noted) SetSeen(s verify.Seen) error { m.seen = s; return nil }

// firstBroken is the event that the check of the book names, 0 for none; the attestation refuses with the
// same.
func firstBroken(t *testing.T, w *storetest.World) int64 {
	t.Helper()
	v := verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
	})
	rep, err := v.Run(op.AsSystem(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	var found int64
	for _, f := range rep.Findings {
		if f.Key == "verify.chain" {
			found = f.Args["event"].(int64)
		}
	}
	err = w.Store.View(t.Context(), func(tx *store.Tx) error { return plan.Intact(tx) })
	if (fault.KeyOf(err) == "plan.chain_broken") != (found != 0) {
		t.Errorf("the check names event %d, the attestation says %v", found, err)
	}
	return found
}

// TestTheCheckNamesTheFirstBrokenLink: whatever is done to the journal with the book's own keys.
func TestTheCheckNamesTheFirstBrokenLink(t *testing.T) {
	changes := map[string]string{ // by column, of event 3
		"id": `id = 99`, "at": `at = '2026-11-22T00:00:00.001Z'`, "actor": `actor = 1`, "actor_name": `actor_name = 'Luc'`,
		"device": `device = ''`, "op": `op = 'test.undone'`, "subject_kind": `subject_kind = 'quote'`,
		"subject_id": `subject_id = 5`, "request_id": `request_id = NULL`, "payload": `payload = '{"n":2}'`,
		"digest": `digest = 'ac'`, "prev_hash": `prev_hash = zeroblob(32)`, "hash": `hash = zeroblob(32)`,
	}
	w, _ := worked(t)
	var columns []string
	w.Update(func(tx *store.Tx) (err error) { columns, err = store.ColumnsOf(tx, "event"); return err })
	if len(columns) == 0 {
		t.Fatal("no columns")
	}
	for c := range changes {
		if !slices.Contains(columns, c) {
			t.Errorf("no column %s", c)
		}
	}
	for _, c := range columns {
		set, ok := changes[c]
		if !ok {
			t.Errorf("column %s: say above how it changes", c)
			continue
		}
		t.Run(c, func(t *testing.T) { changedSo(t, 3, `UPDATE event SET `+set+` WHERE id = 3`) })
	}
	for name, c := range map[string]struct {
		first int64
		sql   string
	}{
		"the same moment, written otherwise": {3, `UPDATE event SET at = replace(at, '.', ',') WHERE id = 3`},
		"no moment":                          {3, `UPDATE event SET at = 'yesterday' WHERE id = 3`},
		"deleted":                            {3, `DELETE FROM event WHERE id = 3`},
		"the first deleted":                  {1, `DELETE FROM event WHERE id = 1`},
		"the first years deleted":            {1, `DELETE FROM event WHERE id <= 4`},
		"deleted and numbered anew": {3, `DELETE FROM event WHERE id = 3;
			UPDATE event SET id = id - 1 WHERE id > 3`},
		"two in the other order": {3, `UPDATE event SET id = -3 WHERE id = 3; UPDATE event SET id = 3 WHERE id = 4;
			UPDATE event SET id = 4 WHERE id = -3`},
		"one more": {7, `INSERT INTO event SELECT 7, at, actor, actor_name, device, op, subject_kind, subject_id, NULL,
			payload, digest, hash, hash FROM event WHERE id = 6`},
	} {
		t.Run(name, func(t *testing.T) { changedSo(t, c.first, c.sql) })
	}
	t.Run("nothing", func(t *testing.T) { changedSo(t, 0, `SELECT 1`) })
}

// changedSo fails the test unless the check names an event once a statement was run.
func changedSo(t *testing.T, first int64, sql string) {
	t.Helper()
	w, _ := worked(t)
	w.Update(func(tx *store.Tx) (err error) {
		for one := range strings.SplitSeq(sql, ";") {
			err = errors.Join(err, store.Exec(tx, one))
		}
		return err
	})
	if got := firstBroken(t, w); got != first {
		t.Errorf("the check names event %d, want %d", got, first)
	}
}

// TestWhatTheChainAloneDoesNotShow is shown by what was kept elsewhere: the end cut off, all made anew from a
// point on, and that with new work since.
func TestWhatTheChainAloneDoesNotShow(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(tx *store.Tx) error
		older bool
	}{
		"nothing":            {func(*store.Tx) error { return nil }, false},
		"new work":           {more, false},
		"cut off":            {cut, true},
		"cut off, then more": {func(tx *store.Tx) error { return errors.Join(cut(tx), more(tx)) }, true},
		"made anew":          {anew, true},
		"anew, then more":    {func(tx *store.Tx) error { return errors.Join(anew(tx), more(tx)) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, seen := worked(t)
			w.Update(c.do)
			if first := firstBroken(t, w); first != 0 {
				t.Fatalf("the chain itself is broken at %d", first)
			}
			err := w.Store.View(t.Context(), func(tx *store.Tx) error { return witness.Reaches(tx, seen) })
			if (fault.KeyOf(err) == "store.repair_older") != c.older {
				t.Error(err)
			}
		})
	}
}

func more(tx *store.Tx) error {
	for range 9 {
		if _, err := tx.AppendEvent(audit.Event{Op: "test.more"}); err != nil {
			return err
		}
	}
	return nil
}

func cut(tx *store.Tx) error { return store.Exec(tx, `DELETE FROM event WHERE id > 4`) }

// anew changes event 3 and computes all that follows, as a thief who knows the program would.
func anew(tx *store.Tx) error {
	var all []audit.Event
	err := tx.EachEvent(0, func(e audit.Event) error { all = append(all, e); return nil })
	if err != nil {
		return err
	}
	all[2].Payload = `{"n":2}`
	for i := 2; i < len(all); i++ {
		e := &all[i]
		e.Prev = all[i-1].Hash
		e.Hash = e.Seal()
		err = errors.Join(err, store.Exec(tx, fmt.Sprintf(
			`UPDATE event SET payload = '%s', prev_hash = x'%s', hash = x'%s' WHERE id = %d`, e.Payload, e.Prev, e.Hash, e.ID)))
	}
	return err
}

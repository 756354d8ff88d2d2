package witness_test

import (
	"context"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/store/witness"
)

type memory struct{ seen verify.Seen }

func (m *memory) Seen() verify.Seen { return m.seen }

func (m *memory) SetSeen(s verify.Seen) error { m.seen = s; return nil }

// newBook is a book with an identity and a few events, and how far it is.
func newBook(t *testing.T) (*store.Store, verify.Seen) {
	t.Helper()
	st, _ := storetest.New(t)
	update(t, st, func(tx *store.Tx) error {
		for range 3 {
			if _, err := tx.AppendEvent(audit.Event{Op: "test.done"}); err != nil {
				return err
			}
		}
		return setup.SaveIdentity(tx, setup.Identity{BookID: "one"})
	})
	return st, noted(t, st)
}

func update(t *testing.T, st *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := st.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func noted(t *testing.T, st *store.Store) verify.Seen {
	t.Helper()
	var m memory
	if err := witness.Note(t.Context(), st, &m); err != nil {
		t.Fatal(err)
	}
	return m.seen
}

func last(t *testing.T, st *store.Store) (e audit.Event) {
	t.Helper()
	if err := st.View(t.Context(), func(tx *store.Tx) (err error) { e, err = tx.Head(); return err }); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestABookIsComparedWithWhatThisPCSaw(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*verify.Seen)
		older  bool
	}{
		"as it was seen":                     {func(*verify.Seen) {}, false},
		"nothing was seen":                   {func(s *verify.Seen) { *s = verify.Seen{} }, false},
		"it went on":                         {func(s *verify.Seen) { s.Seal-- }, false},
		"another book was seen":              {func(s *verify.Seen) { s.Book, s.Event, s.Seal = "two", 99, 1<<40 }, false},
		"it lacks an event":                  {func(s *verify.Seen) { s.Event++ }, true},
		"another event is in its place":      {func(s *verify.Seen) { s.Hash = "00" }, true},
		"the same events in files of before": {func(s *verify.Seen) { s.Seal++ }, true},
	} {
		t.Run(name, func(t *testing.T) {
			st, seen := newBook(t)
			c.change(&seen)
			m := &memory{seen}
			older, err := witness.Compare(t.Context(), st, m)
			if err != nil || older != c.older || m.seen != seen {
				t.Errorf("older %t, %v, %+v", older, err, m.seen)
			}
			if e := last(t, st); (e.Op == "book.older") != c.older {
				t.Errorf("the chain ends with %s", e.Op)
			}
		})
	}
}

func TestABookThatWasAskedForIsNotOlder(t *testing.T) {
	st, seen := newBook(t)
	update(t, st, func(tx *store.Tx) error { return relay.Raise(tx, 0, "") })
	seen.Event += 9
	m := &memory{seen}
	older, err := witness.Compare(t.Context(), st, m)
	if err != nil || older {
		t.Errorf("older %t, %v", older, err)
	}
	if err := witness.Note(t.Context(), st, m); err != nil || m.seen.Event != seen.Event-9 {
		t.Errorf("kept %+v, %v", m.seen, err)
	}
}

// TestAnOlderBookIsToldUntilAnOwnerAnswers: at each opening, and once in the journal.
func TestAnOlderBookIsToldUntilAnOwnerAnswers(t *testing.T) {
	st, seen := newBook(t)
	seen.Event += 9
	m := &memory{seen}
	for range 2 {
		if older, err := witness.Compare(t.Context(), st, m); err != nil || !older {
			t.Fatalf("older %t, %v", older, err)
		}
		if err := witness.Note(t.Context(), st, m); err != nil || m.seen != seen {
			t.Errorf("the older one took its place: %+v, %v", m.seen, err)
		}
	}
	if e := last(t, st); e.Op != "book.older" || e.ID != seen.Event-8 {
		t.Errorf("event %d is %s", e.ID, e.Op)
	}
	update(t, st, func(tx *store.Tx) error { return relay.Accept(tx, 0) })
	if older, err := witness.Compare(t.Context(), st, m); err != nil || older {
		t.Errorf("older %t, %v", older, err)
	}
}

func TestReachesIsRefusedByAShorterChain(t *testing.T) {
	st, seen := newBook(t)
	for event, want := range map[int64]string{seen.Event: "", seen.Event + 1: "store.repair_older"} {
		s := seen
		s.Event = event
		err := st.View(t.Context(), func(tx *store.Tx) error { return witness.Reaches(tx, s) })
		if got := fault.KeyOf(err); got != want {
			t.Errorf("event %d: %v", event, err)
		}
	}
}

// TestAnOlderBookAsksForItsNumbers: what was done since is lost, and numbers given out with it (F6).
func TestAnOlderBookAsksForItsNumbers(t *testing.T) {
	st, seen := newBook(t)
	was := last(t, st)
	seen.Event++
	if older, err := witness.Compare(t.Context(), st, &memory{seen}); err != nil || !older {
		t.Fatal(older, err)
	}
	update(t, st, func(tx *store.Tx) error {
		var asked struct{ Made time.Time }
		if _, err := tx.Setting("billing.resume", &asked); err != nil || !asked.Made.Equal(was.At) {
			t.Errorf("asked from %v, %v", asked.Made, err)
		}
		return nil
	})
}

// kept tells of the first note.
type kept struct {
	memory
	noted chan verify.Seen
}

func (k *kept) SetSeen(s verify.Seen) error {
	select {
	case k.noted <- s:
	default:
	}
	return k.memory.SetSeen(s)
}

// TestABookThatIsNeverClosedIsNoted: of a PC that is switched off at the wall, too, it is known how far its book was.
func TestABookThatIsNeverClosedIsNoted(t *testing.T) {
	st, now := newBook(t)
	ctx, stop := context.WithCancel(t.Context())
	m := &kept{noted: make(chan verify.Seen, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		witness.Keep(ctx, st, m, time.Millisecond, func(what string, err error) { t.Error(what, err) })
	}()
	if got := <-m.noted; got.Event != now.Event || got.Hash != now.Hash || got.Event == 0 {
		t.Errorf("noted %+v, not %+v", got, now)
	}
	stop()
	<-done
}

package store_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

// What a newer program brings.
const (
	later    = "9000_test.sql"
	laterSQL = "-- +goose Up\nCREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;"
)

// written makes a book with an attachment and a few events, and closes it.
func written(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "kept")
	attach(t, dir, "abcd")
	work(t, dir, 3)
	return dir
}

// work appends events to a book.
func work(t *testing.T, dir string, events int) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	for range events {
		err = errors.Join(err, s.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AppendEvent(audit.Event{Op: "test.op", ActorName: "Claire"})
			return err
		}))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// reopen opens a book by its password, which ends what its opening begins, and closes it.
func reopen(t *testing.T, dir string, o store.Options) error {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), o)
	if err != nil {
		return err
	}
	return s.Close()
}

// kept is the one folder beside a book; "" for none.
func kept(t *testing.T, dir string) string {
	t.Helper()
	all := slices.DeleteFunc(names(t, filepath.Dir(dir)), func(n string) bool {
		return n == "book" || strings.HasSuffix(n, "-lock")
	})
	if len(all) > 1 {
		t.Errorf("beside the book: %v", all)
	}
	if len(all) == 0 {
		return ""
	}
	return filepath.Join(filepath.Dir(dir), all[0])
}

// untouched checks that the program of before opens the book and finds all in it.
func untouched(t *testing.T, dir string) {
	t.Helper()
	if err := reopen(t, dir, cheap); err != nil {
		t.Errorf("the program of before: %v", err)
		return
	}
	if markOf(t, dir) != "kept" || !attached(dir, "abcd") {
		t.Error("the book lost something")
	}
}

func TestAnUpdateKilledAtAnyStep(t *testing.T) {
	for _, c := range []struct {
		step string
		done bool
	}{
		{"link", false},
		{"copy", false},
		{"migrate", false},
		{"ready", false},
		{"aside", false},
		{"place", true},
		{"restrict", true},
	} {
		t.Run(c.step, func(t *testing.T) {
			dir := written(t)
			killed(t, "update", dir, c.step)
			if err := store.Settle(dir); err != nil {
				t.Fatal(err)
			}
			if err := reopen(t, dir, cheap); (fault.KeyOf(err) == "store.newer_book") != c.done {
				t.Fatalf("the program of before: %v", err)
			}
			if !c.done {
				untouched(t, dir)
				if k := kept(t, dir); k != "" {
					t.Errorf("left behind: %s", k)
				}
			}
			back := store.AddMigration(later, laterSQL)
			defer back()
			untouched(t, dir)
			back()
			wayBack(t, dir)
		})
	}
}

// wayBack checks what is kept of a book before its update.
func wayBack(t *testing.T, dir string) {
	t.Helper()
	k := kept(t, dir)
	if !strings.HasPrefix(k, dir+".before-update-from-") || markOf(t, k) != "kept" || !attached(k, "abcd") {
		t.Errorf("the book as it was is not in %q", k)
	}
	if err := reopen(t, k, cheap); fault.KeyOf(err) != "store.wrong_password" {
		t.Errorf("a password that may be changed tomorrow opens the copy for ever: %v", err)
	}
}

// TestAnUpdateThatFailsAtAnyStep leaves the book to the program of before.
func TestAnUpdateThatFailsAtAnyStep(t *testing.T) {
	planted := errors.New("planted")
	for _, step := range []string{"link", "copy", "migrate", "ready", "aside", "place"} {
		t.Run(step, func(t *testing.T) {
			dir := written(t)
			back := store.AddMigration(later, laterSQL)
			defer back()
			err := reopen(t, dir, store.Stepping(cheap, func(name string) error {
				if name == step {
					return planted
				}
				return nil
			}))
			if !errors.Is(err, planted) || fault.KeyOf(err) != "store.update_failed" {
				t.Errorf("told %v", err)
			}
			back()
			untouched(t, dir)
			if k := kept(t, dir); k != "" {
				t.Errorf("left behind: %s", k)
			}
		})
	}
}

// TestAnUpdateThatDoesHarmIsNotTaken: whatever the migrations say, the book holds as much and is as sound as
// before, or stays what it was.
func TestAnUpdateThatDoesHarmIsNotTaken(t *testing.T) {
	for name, sql := range map[string]string{
		"an event lost":    "DROP TRIGGER event_no_delete;\nDELETE FROM event WHERE id = (SELECT max(id) FROM event);",
		"an event changed": "DROP TRIGGER event_no_update;\nUPDATE event SET actor_name = 'Zoé' WHERE id = 1;",
		"a statement that fails": "CREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;\n" +
			"INSERT INTO nowhere VALUES(1);",
		"what an area refuses": "INSERT INTO setting(key, value) VALUES('wrong', '\"new\"');",
	} {
		t.Run(name, func(t *testing.T) {
			dir := written(t)
			o := cheap
			o.Invariants = wrongSetting
			back := store.AddMigration(later, "-- +goose Up\n"+sql)
			defer back()
			if err := reopen(t, dir, o); fault.KeyOf(err) != "store.update_failed" {
				t.Errorf("told %v", err)
			}
			back()
			untouched(t, dir)
			if k := kept(t, dir); k != "" {
				t.Errorf("left behind: %s", k)
			}
		})
	}
}

// wrongSetting is a check that finds the setting "wrong".
func wrongSetting(tx *store.Tx) (found []string, err error) {
	var what string
	if _, err = tx.Setting("wrong", &what); what != "" {
		found = append(found, what)
	}
	return found, err
}

// TestWhatWasWrongBeforeDoesNotStopAnUpdate, if the book can be built on; where the checks cannot read the older
// schema, what they find after it might come from the migrations.
func TestWhatWasWrongBeforeDoesNotStopAnUpdate(t *testing.T) {
	prepare := func(t *testing.T) (dir string) {
		dir = written(t)
		s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetSetting("wrong", "old") })
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	unreadable := func(check func(*store.Tx) ([]string, error)) func(*store.Tx) ([]string, error) {
		return func(tx *store.Tx) ([]string, error) {
			if err := store.Exec(tx, "SELECT 1 FROM later"); err != nil {
				return nil, err
			}
			return check(tx)
		}
	}
	first, second, third := prepare(t), prepare(t), written(t)
	back := store.AddMigration(later, laterSQL)
	defer back()
	o := cheap
	o.Invariants = wrongSetting
	if err := reopen(t, first, o); err != nil {
		t.Error(err)
	}
	o.Invariants = unreadable(wrongSetting)
	if err := reopen(t, second, o); fault.KeyOf(err) != "store.update_failed" {
		t.Error(err)
	}
	if err := reopen(t, third, o); err != nil {
		t.Error(err)
	}
}

// TestABrokenBookIsNotUpdated: it says what to do, and is left as it was.
func TestABrokenBookIsNotUpdated(t *testing.T) {
	dir := written(t)
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(store.Exec(tx, "DROP TRIGGER event_no_update"),
			store.Exec(tx, "UPDATE event SET actor_name = 'Zoé' WHERE id = 2"))
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	back := store.AddMigration(later, laterSQL)
	defer back()
	if err := reopen(t, dir, cheap); fault.KeyOf(err) != "store.update_unsound" {
		t.Errorf("told %v", err)
	}
	back()
	untouched(t, dir)
}

func TestAnUpdateNeedsRoom(t *testing.T) {
	dir := written(t)
	back := store.AddMigration(later, laterSQL)
	defer back()
	if err := reopen(t, dir, store.OnADiskOf(cheap, 64<<20)); fault.KeyOf(err) != "store.no_room" {
		t.Errorf("told %v", err)
	}
	back()
	untouched(t, dir)
}

// TestAnUpdateIsNotedAndItsCopyEnds after a month.
func TestAnUpdateIsNotedAndItsCopyEnds(t *testing.T) {
	dir := written(t)
	clock := &storetest.Clock{}
	clock.Set(storetest.Noon)
	o := cheap
	o.Clock = clock.Now
	var told []string
	o.Progress = func(key string) { told = append(told, key) }
	back := store.AddMigration(later, laterSQL)
	defer back()
	if err := reopen(t, dir, o); err != nil {
		t.Fatal(err)
	}
	if len(told) != 4 {
		t.Errorf("told %v", told)
	}
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), o)
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		e, err := tx.Head()
		if e.Op != "book.updated" || e.ID != 4 {
			t.Errorf("event %d is %q", e.ID, e.Op)
		}
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		there bool
	}{{0, true}, {30 * 24 * time.Hour, true}, {30*24*time.Hour + time.Minute, false}} {
		clock.Set(storetest.Noon.Add(c.after))
		if err := reopen(t, dir, o); err != nil {
			t.Fatal(err)
		}
		if (kept(t, dir) != "") != c.there || store.HasEarlier(dir) != c.there {
			t.Errorf("after %s the folder holds %v", c.after, names(t, filepath.Dir(dir)))
		}
	}
}

// updatedBook is a book updated after three events, on which a newer program then did more work.
func updatedBook(t *testing.T, more int) (dir string, back func()) {
	t.Helper()
	dir = written(t)
	back = store.AddMigration(later, laterSQL)
	t.Cleanup(back)
	if err := reopen(t, dir, cheap); err != nil {
		t.Fatal(err)
	}
	work(t, dir, more)
	return dir, back
}

// TestGoBack: to the state before the update, with what it costs said before, by the newer program and by the
// one of before.
func TestGoBack(t *testing.T) {
	for _, older := range []bool{false, true} {
		dir, back := updatedBook(t, 2)
		before := headOf(t, dir)
		if older {
			back()
			if err := reopen(t, dir, cheap); fault.KeyOf(err) != "store.newer_book" {
				t.Fatal(err)
			}
		}
		unlock := store.WithPassword(storetest.Password)
		e, err := store.LookBack(t.Context(), dir, unlock, cheap, anybody)
		if err != nil || !e.Counted || e.Changes != 2 || e.Invoices != 0 || e.At.IsZero() {
			t.Errorf("older %v: %+v %v", older, e, err)
		}
		if _, err := store.LookBack(t.Context(), dir, store.WithPassword("x"), cheap, anybody); fault.KeyOf(err) !=
			"store.wrong_password" {
			t.Errorf("anybody looks back: %v", err)
		}
		o := cheap
		o.Aside = dir + ".aside"
		err = store.GoBack(t.Context(), dir, unlock, o, anybody, func(tx *store.Tx, label string) error {
			h, err := tx.Head()
			if label != "owner" || h.ID != 4 || h.Op != "book.went_back" {
				t.Errorf("older %v: event %d is %q", older, h.ID, h.Op)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		untouched(t, dir)
		if now := headOf(t, dir); now <= before {
			t.Errorf("older %v: the seal's head fell from %d to %d: it looks like files put back", older, before, now)
		}
		if e, err := store.LookBack(t.Context(), dir, unlock, cheap, anybody); err != nil || !e.Counted || e.Changes != 0 {
			t.Errorf("older %v, once back: %+v %v", older, e, err)
		}
		again := store.AddMigration(later, laterSQL)
		if markOf(t, o.Aside) != "kept" {
			t.Error("the present book is not set aside")
		}
		again()
	}
}

// TestGoBackFailsOrIsKilled: the present book stays, or the other is in its place.
func TestGoBackFailsOrIsKilled(t *testing.T) {
	planted := errors.New("planted")
	for _, c := range []struct {
		step string
		done bool
	}{{"copy", false}, {"ready", false}, {"aside", false}, {"place", true}} {
		t.Run(c.step, func(t *testing.T) {
			dir, _ := updatedBook(t, 2)
			o := store.Stepping(cheap, func(name string) error {
				if name == c.step {
					return planted
				}
				return nil
			})
			o.Aside = dir + ".aside"
			err := store.GoBack(t.Context(), dir, store.WithPassword(storetest.Password), o, anybody,
				func(*store.Tx, string) error { return nil })
			if !errors.Is(err, planted) || lastEvent(t, dir) != 6 {
				t.Errorf("%v, event %d", err, lastEvent(t, dir))
			}
			if k := kept(t, dir); !strings.HasPrefix(k, dir+".before-update-from-") {
				t.Errorf("beside the book: %q", k)
			}
			killed(t, "back", dir, c.step)
			want := int64(6)
			if c.done {
				want = 4
			}
			if got := lastEvent(t, dir); got != want {
				t.Errorf("killed, event %d", got)
			}
			untouched(t, dir)
		})
	}
}

func headOf(t *testing.T, dir string) uint64 {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head()
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return head
}

func lastEvent(t *testing.T, dir string) (id int64) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error { e, err := tx.Head(); id = e.ID; return err })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestGoBackFromADamagedBook: what the update or the disk broke cannot be counted, and does not stand in the way.
func TestGoBackFromADamagedBook(t *testing.T) {
	dir, _ := updatedBook(t, 2)
	db := filepath.Join(dir, "book.db")
	if err := os.Truncate(db, 8192); err != nil {
		t.Fatal(err)
	}
	unlock := store.WithPassword(storetest.Password)
	if e, err := store.LookBack(t.Context(), dir, unlock, cheap, anybody); err != nil || e.Counted {
		t.Errorf("%+v %v", e, err)
	}
	o := cheap
	o.Aside = dir + ".aside"
	if err := store.GoBack(t.Context(), dir, unlock, o, anybody, func(*store.Tx, string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	untouched(t, dir)
}

func TestThereIsNothingToGoBackTo(t *testing.T) {
	dir := written(t)
	unlock := store.WithPassword(storetest.Password)
	if _, err := store.LookBack(t.Context(), dir, unlock, cheap, anybody); fault.KeyOf(err) != "store.no_earlier" {
		t.Error(err)
	}
	if err := store.GoBack(t.Context(), dir, unlock, cheap, anybody, nil); fault.KeyOf(err) != "store.no_earlier" {
		t.Error(err)
	}
}

// TestWhatIsKeptMustBeWhole: it is not mended on the way, or an older page put into it would pass.
func TestWhatIsKeptMustBeWhole(t *testing.T) {
	dir, _ := updatedBook(t, 2)
	if err := os.Remove(filepath.Join(kept(t, dir), "book.db-ledger")); err != nil {
		t.Fatal(err)
	}
	o := cheap
	o.Aside = dir + ".aside"
	err := store.GoBack(t.Context(), dir, store.WithPassword(storetest.Password), o, anybody,
		func(*store.Tx, string) error { return nil })
	if fault.KeyOf(err) != "store.file_missing" || lastEvent(t, dir) != 6 {
		t.Errorf("%v, event %d", err, lastEvent(t, dir))
	}
}

// restoredOver restores the book in dir from a backup of itself, under fresh keys, and returns where the one that
// was there is.
func restoredOver(t *testing.T, dir, book string) (aside string) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap)
	if err != nil {
		t.Fatal(err)
	}
	var pages [][]byte
	err = s.Pages(t.Context(), func(int, uint32) error { return nil }, func(_ uint32, data []byte) error {
		pages = append(pages, slices.Clone(data))
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	o, sec := cheap, secrets
	o.Aside, sec.BookID = dir+".aside", book
	s, err = store.Restore(t.Context(), dir, sec, o, func(*store.Tx) error { return nil }, func() ([]byte, error) {
		if len(pages) == 0 {
			return nil, io.EOF
		}
		page := pages[0]
		pages = pages[1:]
		return page, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return o.Aside
}

// TestARestoreTakesTheWayBackAside with the book it belongs to, whose key alone opens it.
func TestARestoreTakesTheWayBackAside(t *testing.T) {
	dir, back := updatedBook(t, 2)
	was := filepath.Base(kept(t, dir))
	aside := restoredOver(t, dir, secrets.BookID)
	if store.HasEarlier(dir) || !store.HasEarlier(aside) {
		t.Errorf("beside the two books: %v", names(t, filepath.Dir(dir)))
	}
	if err := reopen(t, dir, cheap); err != nil {
		t.Error(err)
	}
	s, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap)
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		var u map[string]any
		if known, err := tx.Setting("store.updated", &u); known || err != nil {
			t.Errorf("the restored book remembers an update of another: %v %v", u, err)
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	back()
	o := cheap
	o.Aside = dir + ".second"
	unlock := store.WithPassword(storetest.Password)
	if err := store.GoBack(t.Context(), aside, unlock, o, anybody, func(*store.Tx, string) error { return nil }); err != nil {
		t.Errorf("the way back of the book aside, once %s: %v", was, err)
	}
}

// TestACopyOfAnotherBookIsLeftAlone, as a restore that was killed at its end leaves one: it is not offered, and
// stays what it was.
func TestACopyOfAnotherBookIsLeftAlone(t *testing.T) {
	dir, _ := updatedBook(t, 2)
	k := kept(t, dir)
	aside := restoredOver(t, dir, "another")
	if err := os.Rename(aside+strings.TrimPrefix(k, dir), k); err != nil {
		t.Fatal(err)
	}
	if store.HasEarlier(dir) {
		t.Error("offered")
	}
	if err := errors.Join(reopen(t, dir, cheap), os.RemoveAll(aside)); err != nil {
		t.Error(err)
	}
	wayBack(t, dir)
}

// TestARestrictionKilledHalfWay is ended at the next opening: whichever file of the copy's keys still has the
// passwords of the day of the update.
func TestARestrictionKilledHalfWay(t *testing.T) {
	for _, name := range []string{"company.keys", "company.keys.bak"} {
		t.Run(name, func(t *testing.T) {
			dir := written(t)
			old, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			defer store.AddMigration(later, laterSQL)()
			if err := reopen(t, dir, cheap); err != nil {
				t.Fatal(err)
			}
			k := kept(t, dir)
			if err := os.WriteFile(filepath.Join(k, name), old, 0o600); err != nil {
				t.Fatal(err)
			}
			restricted := 0
			for range 2 {
				if err := reopen(t, dir, store.Stepping(cheap, func(step string) error {
					if step == "restrict" {
						restricted++
					}
					return nil
				})); err != nil {
					t.Fatal(err)
				}
			}
			if restricted != 1 {
				t.Errorf("restricted %d times in two openings", restricted)
			}
			for _, n := range []string{"company.keys", "company.keys.bak"} {
				one := filepath.Join(t.TempDir(), "company.keys")
				data, err := os.ReadFile(filepath.Join(k, n))
				if err := errors.Join(err, os.WriteFile(one, data, 0o600)); err != nil {
					t.Fatal(err)
				}
				h, err := store.HeaderOf(filepath.Dir(one))
				if err != nil || !slices.Equal(h.Kinds, []string{"recovery"}) {
					t.Errorf("%s opens by %v, %v", n, h.Kinds, err)
				}
			}
		})
	}
}

// TestGoBackToTheYoungestCopy: versions are numbers, "-99" is older than "-100".
func TestGoBackToTheYoungestCopy(t *testing.T) {
	dir, back := updatedBook(t, 2)
	defer back()
	beside := dir + ".before-update-from-"
	if err := errors.Join(os.Rename(kept(t, dir), beside+"100"), os.Mkdir(beside+"99", 0o700)); err != nil {
		t.Fatal(err)
	}
	o := cheap
	o.Aside = dir + ".aside"
	err := store.GoBack(t.Context(), dir, store.WithPassword(storetest.Password), o, anybody,
		func(*store.Tx, string) error { return nil })
	if err != nil {
		t.Error(err)
	}
}

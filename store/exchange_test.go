package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

// TestAPowerCutBetweenTheTwoBooks: the new one is whole and takes its place at the next start, whoever asks
// first; where it is in its place, or the old one still is, what is left over goes.
func TestAPowerCutBetweenTheTwoBooks(t *testing.T) {
	cases := []struct {
		name  string
		names []string // that the books marked with them have
		want  string
	}{
		{"nothing left", []string{"book"}, "book"},
		{"half a book", []string{"book", "book.new"}, "book"},
		{"not in its place yet", []string{"book", "book.ready"}, "book"},
		{"between the two", []string{"book.ready", "book.old"}, "book.ready"},
		{"between the two, the old one kept", []string{"book.ready", "book.aside"}, "book.ready"},
		{"in its place", []string{"book", "book.old"}, "book"},
		{"the new one lost", []string{"book.old"}, "book.old"},
	}
	settle := map[string]func(t *testing.T, dir string){
		"at the start": func(t *testing.T, dir string) {
			if err := store.Settle(dir); err != nil {
				t.Fatal(err)
			}
		},
		"at the opening": func(*testing.T, string) {},
	}
	for _, c := range cases {
		for when, do := range settle {
			t.Run(c.name+" "+when, func(t *testing.T) {
				parent := t.TempDir()
				for _, n := range c.names {
					newBook(t, filepath.Join(parent, "made"), n)
					if err := os.Rename(filepath.Join(parent, "made"), filepath.Join(parent, n)); err != nil {
						t.Fatal(err)
					}
				}
				dir := filepath.Join(parent, "book")
				if !store.Exists(dir) {
					t.Fatal("the book is there")
				}
				do(t, dir)
				if got := markOf(t, dir); got != c.want {
					t.Errorf("the book is %q", got)
				}
				want := []string{"book"}
				if slices.Contains(c.names, "book.aside") {
					want = append(want, "book.aside")
				}
				if got := names(t, parent); !slices.Equal(got, want) {
					t.Errorf("the folder holds %v", got)
				}
			})
		}
	}
}

// TestNobodySettlesABookAtWork: what is beside it may be under way.
func TestNobodySettlesABookAtWork(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "a")
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := os.Mkdir(dir+".ready", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := store.Settle(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir + ".ready"); err != nil {
		t.Error("removed under the hands of who made it")
	}
	if _, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap); fault.KeyOf(err) !=
		"store.in_use" {
		t.Errorf("opened twice: %v", err)
	}
}

// TestARestoreThatFailsAtAnyStep leaves the book that was there, and nothing else.
func TestARestoreThatFailsAtAnyStep(t *testing.T) {
	planted := errors.New("planted")
	for _, step := range []string{"ready", "aside", "place"} {
		t.Run(step, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "book")
			newBook(t, dir, "old")
			s, _ := storetest.New(t)
			reached := false
			o := store.Stepping(cheap, func(name string) error {
				if name != step {
					return nil
				}
				reached = true
				return planted
			})
			o.Aside = filepath.Join(parent, "book.aside")
			into := store.StartRestore(t.Context(), dir, secrets, o, func(*store.Tx) error { return nil })
			err := s.Pages(t.Context(), func(int, uint32) error { return nil },
				func(_ uint32, data []byte) error { return into.Page(data) })
			if err != nil {
				t.Fatal(err)
			}
			if _, err := into.Finish(); !errors.Is(err, planted) || !reached {
				t.Fatalf("reached %v: %v", reached, err)
			}
			if got := names(t, parent); len(got) != 1 || markOf(t, dir) != "old" {
				t.Errorf("the folder holds %v", got)
			}
		})
	}
}

// TestTheOldBookStaysUntilTheNewOneOpens: a disk that did not write what it said leaves a new one that is not
// whole. A restore in its place sets both aside.
func TestTheOldBookStaysUntilTheNewOneOpens(t *testing.T) {
	dir := written(t)
	if err := os.CopyFS(dir+".old", os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	ledger := filepath.Join(dir, "book.db-ledger")
	whole, err := os.ReadFile(ledger)
	if err := errors.Join(err, os.Truncate(ledger, 0)); err != nil {
		t.Fatal(err)
	}
	if err := store.Settle(dir); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, dir, cheap); err == nil || !there(dir+".old") {
		t.Fatalf("%v, the old one is there: %v", err, there(dir+".old"))
	}
	o := cheap
	o.Aside = dir + ".aside"
	into := store.StartRestore(t.Context(), dir, secrets, o, func(*store.Tx) error { return nil })
	s, _ := storetest.New(t)
	err = s.Pages(t.Context(), func(int, uint32) error { return nil },
		func(_ uint32, data []byte) error { return into.Page(data) })
	if err != nil {
		t.Fatal(err)
	}
	restored, err := into.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if err := restored.Close(); err != nil {
		t.Fatal(err)
	}
	if there(dir+".old") || markOf(t, o.Aside+".old") != "kept" {
		t.Error("the old one was not set aside with the new one")
	}
	if err := os.WriteFile(filepath.Join(o.Aside, "book.db-ledger"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reopen(t, o.Aside, cheap); err != nil || there(o.Aside+".old") {
		t.Errorf("%v, the old one is still there: %v", err, there(o.Aside+".old"))
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/storetest"
)

var (
	cheap   = store.Options{SlotCost: storetest.Cheap}
	secrets = store.Secrets{
		BookID: "b", Label: "owner", Password: storetest.Password, Recovery: storetest.Recovery,
		Cost: storetest.Cheap,
	}
)

// marked are the templates of newBook, by their marks.
var marked = map[string]func(testing.TB, string){}

// newBook makes a book that says what it was marked with. Those of different marks have different keys.
func newBook(t *testing.T, dir, mark string) {
	t.Helper()
	if marked[mark] == nil {
		marked[mark] = storetest.Template(func(dir string) error {
			s, err := store.Create(context.Background(), dir, secrets, cheap, func(tx *store.Tx) error {
				return tx.SetSetting("mark", mark)
			})
			if err != nil {
				return err
			}
			return s.Close()
		})
	}
	marked[mark](t, dir)
}

// markOf opens a book by its recovery key, storetest's unless another is given, and reads what it was marked
// with.
func markOf(t *testing.T, dir string, recovery ...[20]byte) (mark string) {
	t.Helper()
	s, err := store.Open(t.Context(), dir, store.WithRecovery(append(recovery, storetest.Recovery)[0]), cheap)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Setting("mark", &mark); return err })
	if err != nil {
		t.Fatal(err)
	}
	return mark
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		out = append(out, e.Name())
	}
	return out
}

// TestAMigrationLeavesTheWayBack: what the older program can open is kept beside the book, and only the
// last of it.
func TestAMigrationLeavesTheWayBack(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "[of Zoé") // a pattern to those who take it for one
	if err := os.Mkdir(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "book")
	newBook(t, dir, "before")
	stale := dir + ".before-update-from-1"
	if err := os.Mkdir(stale, 0o700); err != nil {
		t.Fatal(err)
	}
	back := store.AddMigration("9000_test.sql", "-- +goose Up\nCREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;")
	defer back()
	if markOf(t, dir) != "before" {
		t.Fatal("the migrated book lost its content")
	}
	if got := names(t, parent); len(got) != 2 {
		t.Fatalf("the folder holds %v", got)
	}
	back()
	if _, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap); fault.KeyOf(err) !=
		"store.newer_book" {
		t.Fatalf("the older program opened the newer book: %v", err)
	}
	kept := filepath.Join(parent, names(t, parent)[1])
	if kept == stale {
		t.Fatal("the copy of an earlier update was kept")
	}
	for _, name := range names(t, kept) {
		if strings.HasSuffix(name, "-lock") {
			t.Error("the lock was copied: where it is held it cannot be read")
		}
	}
	if info, err := os.Stat(kept); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can look into the copy: %v %v", info.Mode(), err)
	}
	if markOf(t, kept) != "before" {
		t.Error("the copy is not the book as it was")
	}
	_, err := store.Open(t.Context(), kept, store.WithPassword(storetest.Password), cheap)
	if fault.KeyOf(err) != "store.wrong_password" {
		t.Errorf("a password that may be changed tomorrow opens the copy for ever: %v", err)
	}
}

// TestARestoreOfAnOlderBookKeepsNoCopy: what is not in its place yet needs no way back.
func TestARestoreOfAnOlderBookKeepsNoCopy(t *testing.T) {
	parent := t.TempDir()
	s, _ := storetest.New(t)
	back := store.AddMigration("9000_test.sql", "-- +goose Up\nCREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;")
	defer back()
	restored, err := copyBook(t.Context(), s, filepath.Join(parent, "book"))
	if err != nil {
		t.Fatal(err)
	}
	if err := restored.Close(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, parent); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

// TestTheOwnerOfARestoredBookIsKnownLast: the password goes under the label that the book gives.
func TestTheOwnerOfARestoredBookIsKnownLast(t *testing.T) {
	sec := secrets
	sec.Label, sec.Owner = "", func() string { return "user:7" }
	dir := filepath.Join(t.TempDir(), "book")
	s, err := store.Create(t.Context(), dir, sec, cheap, func(*store.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	slots := s.PasswordSlots("user:7")
	if len(slots) != 1 || !s.PasswordOpens(slots[0], storetest.Password) {
		t.Errorf("slots %v", slots)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAFailedMigrationLeavesTheBookAsItWas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "before")
	back := store.AddMigration("9000_test.sql",
		"-- +goose Up\nCREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO nowhere VALUES(1);")
	defer back()
	if _, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap); err == nil {
		t.Fatal("a failed migration was taken for a good one")
	}
	back()
	if markOf(t, dir) != "before" {
		t.Error("the book changed")
	}
}

// TestARestoreMovesTheBookThatIsThereAside: it is never deleted, and never while somebody works on it.
func TestARestoreMovesTheBookThatIsThereAside(t *testing.T) {
	parent := t.TempDir()
	dir, aside := filepath.Join(parent, "book"), filepath.Join(parent, "book.aside")
	newBook(t, dir, "old")
	s, _ := storetest.New(t)
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetSetting("mark", "new") }); err != nil {
		t.Fatal(err)
	}
	restore := func(aside string) error {
		o := cheap
		o.Aside = aside
		into := store.StartRestore(t.Context(), dir, secrets, o, func(*store.Tx) error { return nil })
		defer into.Abort()
		// A refusal of the first page is told again by Finish.
		_ = s.Pages(t.Context(), func(int, uint32) error { return nil },
			func(_ uint32, data []byte) error { return into.Page(data) })
		back, err := into.Finish()
		if err != nil {
			return err
		}
		return back.Close()
	}
	if err := restore(""); fault.KeyOf(err) != "store.book_there" {
		t.Fatal(err)
	}
	open, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap)
	if err != nil {
		t.Fatal(err)
	}
	if err := restore(aside); fault.KeyOf(err) != "store.in_use" {
		t.Fatal(err)
	}
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, parent); len(got) != 1 || markOf(t, dir) != "old" {
		t.Fatalf("refused, yet the folder holds %v", got)
	}
	// A book that lost a file cannot be opened any more, and is moved aside all the same.
	if err := os.Remove(filepath.Join(dir, "company.keys")); err != nil {
		t.Fatal(err)
	}
	if err := restore(aside); err != nil {
		t.Fatal(err)
	}
	if markOf(t, dir) != "new" {
		t.Error("the restored book is not in its place")
	}
	if got := names(t, aside); len(got) == 0 {
		t.Error("the old book is gone")
	}
	// A book whose file went is still a book, and says what it misses.
	if err := os.Remove(filepath.Join(dir, "book.db")); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap)
	if !store.Exists(dir) || fault.KeyOf(err) != "store.file_missing" {
		t.Errorf("exists %v, %v", store.Exists(dir), err)
	}
}

// TestDamageMetWhileABookIsUpdatedIsCalledThat: an update reads the whole book, and says what to do about a
// page that it cannot read.
func TestDamageMetWhileABookIsUpdatedIsCalledThat(t *testing.T) {
	parent := t.TempDir()
	sound := filepath.Join(parent, "sound")
	newBook(t, sound, "before")
	whole, err := os.ReadFile(filepath.Join(sound, "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.AddMigration("9000_test.sql", "-- +goose Up\nCREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;")()
	for page := range len(whole) / crypt.PageSize {
		dir := filepath.Join(parent, "book")
		if err := os.CopyFS(dir, os.DirFS(sound)); err != nil {
			t.Fatal(err)
		}
		data := slices.Clone(whole)
		data[page*crypt.PageSize+904] ^= 1
		if err := os.WriteFile(filepath.Join(dir, "book.db"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap)
		if err == nil {
			t.Errorf("page %d: updated all the same", page+1)
			_ = s.Close()
		} else if fault.KeyOf(err) != "store.damaged" {
			t.Errorf("page %d: %v", page+1, err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamageSpeaksForWhatALibraryMadeOfIt: a library that hides the error of a page it could not read does not
// hide that the page is damaged.
func TestDamageSpeaksForWhatALibraryMadeOfIt(t *testing.T) {
	hidden := errors.New("no such table")
	met := &crypt.Fault{Kind: crypt.ErrTampered, File: "/a/book.db", Page: 2}
	err := store.OpeningFault(met, hidden)
	if f := fault.Of(err); f.Key != "store.damaged" || f.Args["file"] != "book.db" || !errors.Is(err, hidden) {
		t.Errorf("%v", err)
	}
	if err := store.OpeningFault(nil, hidden); !errors.Is(err, hidden) || fault.KeyOf(err) != "fault.internal" {
		t.Errorf("without damage: %v", err)
	}
	newer := fault.New(fault.Unavailable, "store.newer_book")
	if err := store.OpeningFault(met, newer); fault.KeyOf(err) != "store.newer_book" {
		t.Errorf("a fault of its own: %v", err)
	}
}

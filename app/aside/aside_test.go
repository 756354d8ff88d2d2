package aside_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"zafe/app/aside"
	"zafe/app/fault"
)

func TestWhatIsSetAsideIsListedAndRemovedWhole(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 11, 22, 10, 15, 0, 0, time.UTC)
	book, vault := aside.Name(filepath.Join(dir, aside.Book), at), aside.Name(filepath.Join(dir, "vault"), at.Add(time.Hour))
	older := aside.Name(filepath.Join(dir, aside.Book), at.Add(-time.Hour))
	for path, n := range map[string]int{
		book + "/book.db": 100, book + ".old/book.db": 20, vault + "/VAULT": 3, older + "/book.db": 1,
		dir + "/book/book.db": 9, dir + "/vault/VAULT": 9, dir + "/.aside-20261122-101500/x": 9, dir + "/book.aside-soon/x": 9,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := aside.List(dir)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v %v", all, err)
	}
	want := aside.Kept{Name: filepath.Base(book), Folder: book, Thing: aside.Book, At: at, Bytes: 120}
	if all[1] != want || all[0].Folder != vault || all[0].Thing != "vault" || all[2].Folder != older {
		t.Errorf("%+v", all)
	}
	if got := aside.Last(dir); got != book {
		t.Errorf("the last book set aside: %s", got)
	}
	for _, name := range []string{"", "book", "vault", "..", "../book.aside-20261122-101500", filepath.Base(book) + ".old"} {
		if err := aside.Remove(dir, name); fault.KeyOf(err) != "backup.kept_gone" {
			t.Errorf("removed %q: %v", name, err)
		}
	}
	if err := aside.Remove(dir, filepath.Base(book)); err != nil {
		t.Fatal(err)
	}
	if all, err = aside.List(dir); err != nil || len(all) != 2 || aside.Last(dir) != older {
		t.Errorf("after it: %+v %v", all, err)
	}
	if _, err := os.Stat(book + ".old"); !os.IsNotExist(err) {
		t.Error("what belongs to it stays:", err)
	}
	for _, path := range []string{"book/book.db", "vault/VAULT", "book.aside-soon/x"} {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
	if got := aside.Last(filepath.Join(dir, "nowhere")); got != "" {
		t.Error(got)
	}
}

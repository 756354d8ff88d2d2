package harden

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestTheFolderIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are lists there: TestTheRightsOfOthersAreTakenAway")
	}
	dir := filepath.Join(t.TempDir(), "a", "data")
	if open, err := Folder(dir, "book"); err != nil || len(open) > 0 {
		t.Fatalf("%v %v", open, err)
	}
	mode := func(name string, want os.FileMode) {
		t.Helper()
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil || st.Mode().Perm() != want {
			t.Errorf("%q has mode %v, want %v (%v)", name, st.Mode().Perm(), want, err)
		}
	}
	mode("", 0o700)
	for name, m := range map[string]os.FileMode{"book/book.db": 0o644, "book/company.keys": 0o600, "zafe.log": 0o644, "host.json": 0o640} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, m); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{dir, filepath.Join(dir, "book")} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	open, err := Folder(dir, "book", "none", "host.json")
	slices.Sort(open)
	if want := []string{".", "book", "book/book.db", "host.json"}; err != nil || !slices.Equal(open, want) {
		t.Errorf("%v %v, want %v", open, err, want)
	}
	mode("", 0o700)
	mode("book", 0o700)
	mode("book/book.db", 0o600)
	mode("host.json", 0o600)
	mode("zafe.log", 0o644) // behind a door that is shut
	if open, err := Folder(dir, "book"); err != nil || len(open) > 0 {
		t.Errorf("again: %v %v", open, err)
	}
}

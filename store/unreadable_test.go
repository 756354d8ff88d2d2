package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

// unread puts something in the place of a file that can be neither read nor replaced.
func unread(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
}

// TestWhatTheDiskDoesNotGiveBackIsFound like what is damaged: a check does not end without a word.
func TestWhatTheDiskDoesNotGiveBackIsFound(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be removed")
	}
	s := checkpointed(t)
	mustAttach(t, s, 1, "le plan")
	unread(t, onDisk(t, s)[0])
	if got := fileFindings(t, s); got != "file.verify_damaged " {
		t.Errorf("an attachment: %q", got)
	}
	unread(t, filepath.Join(s.Dir(), "company.keys"))
	if f := fault.Of(s.VerifyKeys(t.Context())); f == nil || f.Key != "verify.keys" || f.Args["file"] != "company.keys" {
		t.Errorf("the key file: %v", f)
	}
	unread(t, filepath.Join(s.Dir(), "book.db-ledger"))
	spoil(t, s, "book.db", 5*4096+100)
	rep, err := s.VerifySeal(t.Context(), nil)
	if err != nil || len(rep.Faults) != 2 || rep.Pages < 20 {
		t.Fatalf("the ledger: %+v %v", rep, err)
	}
	for i, want := range []string{"verify.unreadable book.db-ledger", "verify.seal book.db"} {
		f := rep.Faults[i]
		if got := f.Key + " " + f.Args["file"].(string); got != want || f.Args["n"] != 1 {
			t.Errorf("%v, want %s", f, want)
		}
	}
}

// TestTheLedgerUnreadable: a book whose ledger the disk does not give back is not opened, and the disk is named, not
// the program.
func TestTheLedgerUnreadable(t *testing.T) {
	s, _ := storetest.New(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	unread(t, filepath.Join(s.Dir(), "book.db-ledger"))
	_, err := store.Open(t.Context(), s.Dir(), store.WithPassword(storetest.Password), store.Options{})
	if f := fault.Of(err); f == nil || f.Key != "store.disk" {
		t.Errorf("%v", err)
	}
}

// TestWhatCannotBeReadKeepsNobodyOut, as long as there is another copy of it, or it can be done without.
func TestWhatCannotBeReadKeepsNobodyOut(t *testing.T) {
	for name, spoil := range map[string]func(dir string){
		"the key file":       func(dir string) { unread(t, filepath.Join(dir, "company.keys")) },
		"its copy":           func(dir string) { unread(t, filepath.Join(dir, "company.keys.bak")) },
		"an unfinished file": func(dir string) { unread(t, filepath.Join(dir, "files", "UNFINISHED-new")) },
		"the attachments' place": func(dir string) {
			files := filepath.Join(dir, "files")
			if err := errors.Join(os.Rename(files, files+".lost"), os.WriteFile(files, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		s, _ := storetest.New(t)
		mustAttach(t, s, 1, "le plan")
		files := filepath.Join(s.Dir(), "files")
		err := errors.Join(s.Close(), os.WriteFile(filepath.Join(files, "UNFINISHED-new"), nil, 0o600))
		if err != nil {
			t.Fatal(err)
		}
		spoil(s.Dir())
		told := ""
		o := store.Options{SlotCost: storetest.Cheap, OnEvent: func(what string) { told += what + "; " }}
		s, err = store.Open(t.Context(), s.Dir(), store.WithPassword(storetest.Password), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if told == "" {
			t.Errorf("%s: nobody is told", name)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

package keeper_test

import (
	"os"
	"path/filepath"
	"testing"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/keeper"
)

// TestAFolderThatCannotTakeTheCopies is refused when it is chosen, at its box: inside the data of the book, by whatever
// way it is written, or with the copies of another company.
func TestAFolderThatCannotTakeTheCopies(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	data := filepath.Dir(k.Folder())
	link := filepath.Join(t.TempDir(), "raccourci")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	choose := func(folder string) error {
		_, err := k.Begin(t.Context(), appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: folder})
		if err == nil {
			_, err = k.Finish(t.Context())
		}
		return err
	}
	for _, folder := range []string{
		data, data + "/", filepath.Join(data, "copies"), k.Folder(), filepath.Join(link, "copies"),
		filepath.Join(data, "..", filepath.Base(data), "copies"),
	} {
		if f := fault.Of(choose(folder)); f == nil || f.Key != "backup.folder_inside" || f.Field != "folder" {
			t.Errorf("%s: %v", folder, f)
		}
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "VAULT"), []byte("ZAFE-VAULT 1\nid: another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := fault.Of(choose(other)); f == nil || f.Key != "backup.other_vault" || f.Field != "folder" {
		t.Errorf("another company's: %v", f)
	}
	if left := k.Destinations(); len(left) != 0 {
		t.Errorf("kept: %+v", left)
	}
	k.Cancel()
	beside := data + "-copies"
	if err := choose(beside); err != nil {
		t.Errorf("beside the data: %v", err)
	}
	if st := now(t, k); st.Copies[0].Fault != nil {
		t.Errorf("%+v", st.Copies[0])
	}
	d := k.Destinations()[0]
	if err := k.Remove(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if err := choose(beside); err != nil { // its own copies are there
		t.Errorf("a place with copies of this book: %v", err)
	}
}

// TestTheDataFolderMayBeGivenFromHere: what is inside it is known to be, by its whole path too.
func TestTheDataFolderMayBeGivenFromHere(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for folder, inside := range map[string]bool{"data/copies": true, "data": true, "database": false, "other/data": false, "": false} {
		if got := keeper.Within("data", filepath.Join(here, folder)); got != inside {
			t.Errorf("%q: %t", folder, got)
		}
	}
}

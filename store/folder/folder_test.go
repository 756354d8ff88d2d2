package folder_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/verify"
	"zafe/store/folder"
	"zafe/store/storetest"
)

func open(t *testing.T, dir string) folder.Folder {
	t.Helper()
	f, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatGoesWrongIsInTheLog(t *testing.T) {
	f := open(t, t.TempDir())
	f.Warn("nothing is plugged in", errors.New("no such disk"))
	log, err := os.ReadFile(f.Path("zafe.log"))
	if err != nil || !strings.Contains(string(log), `"what":"nothing is plugged in","err":"no such disk"`) {
		t.Errorf("%s, %v", log, err)
	}
	if _, err := folder.Open(filepath.Join(f.Path("zafe.log"), "below")); fault.KeyOf(err) != "store.disk" {
		t.Error(err)
	}
}

func TestWhatNoPersonCanReadGetsAReference(t *testing.T) {
	f := open(t, t.TempDir())
	said := fault.New(fault.Conflict, "store.in_use")
	for _, kept := range []error{nil, said, context.Canceled} {
		err := kept
		if f.Refer("open", &err); err != kept { //nolint:errorlint // the very same
			t.Errorf("%v became %v", kept, err)
		}
	}
	err := errors.New("inode 7")
	f.Refer("open", &err)
	ref, _ := fault.Of(err).Args["ref"].(string)
	log, readErr := os.ReadFile(f.Path("zafe.log"))
	if readErr != nil || ref == "" ||
		!strings.Contains(string(log), `"what":"open","ref":"`+ref+`","err":"inode 7"`) {
		t.Errorf("%v: %s, %v", err, log, readErr)
	}
}

func TestTheHealthOfTheBookIsKept(t *testing.T) {
	f := open(t, t.TempDir())
	since := storetest.Noon
	for _, c := range []struct {
		h       verify.Health
		damaged time.Time
		file    bool
	}{
		{verify.Health{State: verify.Damaged, Since: since}, since, true},
		{verify.Health{State: verify.Doubtful, Since: since}, time.Time{}, true},
		{verify.Health{State: verify.Sound}, time.Time{}, false},
		{verify.Health{State: verify.Sound}, time.Time{}, false},
	} {
		f.KeepHealth(c.h)
		_, err := os.Stat(f.Path("health.json"))
		if (err == nil) != c.file || !f.Damaged().Equal(c.damaged) || c.file && f.Health() != c.h {
			t.Errorf("%+v: kept as %+v, damaged since %v, %v", c.h, f.Health(), f.Damaged(), err)
		}
	}
	if err := os.WriteFile(f.Path("health.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := f.Health(); got != (verify.Health{}) {
		t.Errorf("half a file says %+v", got)
	}
}

func TestABookIsNotPutWhereItWouldBeHarmed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "OneDrive - Atelier", "zafe")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f := open(t, dir)
	if err := f.Fit(); fault.KeyOf(err) != "store.place_synced" {
		t.Error(err)
	}
	if a := f.Around(); a.Place != "synced" || a.Service != "OneDrive" || a.Folder != dir {
		t.Errorf("%+v", a)
	}
	if err := os.Mkdir(f.Path(folder.Book), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Path(folder.Book), "company.keys"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Fit(); err != nil {
		t.Errorf("a book that is there is kept from its people: %v", err)
	}
	if err := open(t, t.TempDir()).Fit(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsMovedAsideIsNamedByTheInstant(t *testing.T) {
	f := folder.Folder{Dir: "/zafe"}
	at := time.Date(2026, 11, 22, 8, 30, 5, 0, time.FixedZone("", -4*3600))
	if got := f.Aside(at); got != filepath.Join("/zafe", "book.aside-20261122-123005") {
		t.Error(got)
	}
}

// TestAFolderThatIsOnlyLookedAtStaysAsItWas: the log is there from its first line on.
func TestAFolderThatIsOnlyLookedAtStaysAsItWas(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "photo.jpg"), nil, 0o600), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	f := open(t, dir)
	if found, err := os.ReadDir(dir); err != nil || len(found) != 1 || found[0].Name() != "photo.jpg" {
		t.Errorf("left behind: %v, %v", found, err)
	}
	f.Warn("a first line", nil)
	if _, err := os.Stat(f.Path("zafe.log")); err != nil {
		t.Error(err)
	}
}

// TestTheKeysOfThisPCAreItsUsersAlone at each start, wherever the files were copied from, and the log says so.
func TestTheKeysOfThisPCAreItsUsersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are lists there: TestTheRightsOfOthersAreTakenAway")
	}
	dir := t.TempDir()
	keys := []string{folder.Host, folder.Joining, folder.Office, folder.Running, folder.Chip, folder.Relay + "/company.keys"}
	if err := os.Mkdir(filepath.Join(dir, folder.Relay), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range keys {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte("{}"), 0o600), os.Chmod(path, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.ReadFile(open(t, dir).Path("zafe.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range keys {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil || st.Mode().Perm() != 0o600 || !strings.Contains(string(log), name) {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
}

package harden

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/windows"
)

// TestTheRightsOfOthersAreTakenAway gives everybody rights on a data folder and on what is in it.
func TestTheRightsOfOthersAreTakenAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if open, err := Folder(dir, "book"); err != nil || len(open) > 0 {
		t.Fatalf("%v %v", open, err)
	}
	file := filepath.Join(dir, "book", "book.db")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("book"), 0o600); err != nil {
		t.Fatal(err)
	}
	everybody, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	dacl, _, err := everybody.DACL()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Dir(file), file} {
		err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
			windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, dacl, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !open(t, path) {
			t.Fatalf("%s is not open", path)
		}
	}
	tightened, err := Folder(dir, "book")
	if data, err := os.ReadFile(file); err != nil || string(data) != "book" {
		t.Errorf("its owner reads %q %v", data, err)
	}
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil {
		t.Skip("Wine makes a Unix mode of the list, and always lets everybody read")
	}
	slices.Sort(tightened)
	if want := []string{".", "book", filepath.Join("book", "book.db")}; err != nil || !slices.Equal(tightened, want) {
		t.Errorf("%v %v, want %v", tightened, err, want)
	}
	for _, path := range []string{dir, filepath.Dir(file), file} {
		if open(t, path) {
			t.Errorf("%s is still open to others", path)
		}
	}
	if tightened, err := Folder(dir, "book"); err != nil || len(tightened) > 0 {
		t.Errorf("again: %v %v", tightened, err)
	}
}

func open(t *testing.T, path string) bool {
	t.Helper()
	allowed, _, err := keepers()
	if err != nil {
		t.Fatal(err)
	}
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	is, err := openTo(sd, allowed)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

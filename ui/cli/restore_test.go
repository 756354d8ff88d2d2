package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestABadPasswordIsRefusedBeforeARestoreReadsTheBook: the book's pages at the destination are gone, so
// that whoever begins to read them hears of that instead.
func TestABadPasswordIsRefusedBeforeARestoreReadsTheBook(t *testing.T) {
	root := t.TempDir()
	papers, place := filepath.Join(root, "papers"), filepath.Join(root, "disk")
	for _, dir := range []string{papers, place} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	sheet, totp := filepath.Join(papers, "recovery"), filepath.Join(papers, "totp")
	company := write(t, papers, "company.json", `{
		"owner": {"name": "Claire Durand", "login": "claire", "password": "`+ownerPassword+`"},
		"company": {"name": "Menuiserie Durand", "siren": "732829320", "postal_code": "44000", "city": "Nantes"},
		"totp_file": "`+filepath.ToSlash(totp)+`", "recovery_file": "`+filepath.ToSlash(sheet)+`"}`)
	a := newDesk(t, root, "a")
	a.ok("init", "--company", company)
	a.flags = []string{
		"--user", "claire", "--password-file", write(t, papers, "good", ownerPassword+"\n"), "--totp-file", totp,
		"--recovery-file", sheet,
	}
	a.ok("backup", "add", "--folder", place)
	a.ok("backup", "now")
	emptyBook(t, place)

	restore := func(password string) *desk {
		return newDesk(t, root, "b", "--recovery-file", sheet, "--user", "claire",
			"--password-file", write(t, papers, "new", password+"\n"))
	}
	restore("soleil").refused("mot de passe", "restore", "--folder", place)
	restore(newPassword).refused("abîmé", "restore", "--folder", place)
}

// emptyBook empties the largest file of a copy: the pages of the book.
func emptyBook(t *testing.T, dir string) {
	t.Helper()
	var largest string
	var size int64
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > size {
			largest, size = path, info.Size()
		}
		return err
	})
	if err != nil || largest == "" {
		t.Fatal(largest, err)
	}
	if err := os.Truncate(largest, 1); err != nil {
		t.Fatal(err)
	}
}

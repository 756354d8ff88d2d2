package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoingBackBeforeAnUpdate: what is kept takes the place of the book, which is set aside; the owner's present
// password opens it and logs in.
func TestGoingBackBeforeAnUpdate(t *testing.T) {
	root := t.TempDir()
	papers := filepath.Join(root, "papers")
	if err := os.Mkdir(papers, 0o700); err != nil {
		t.Fatal(err)
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
	}
	a.refused("copie d’avant une mise à jour", "restore", "--before-update")
	kept := filepath.Join(a.dir, "book.before-update-from-1")
	if err := os.CopyFS(kept, os.DirFS(filepath.Join(a.dir, "book"))); err != nil {
		t.Fatal(err)
	}
	direct := a.as("--recovery-file", sheet) // without a log-in, and its code that serves once in half a minute
	direct.ok("import", "customers", write(t, papers, "c.csv", "nom;ville\nBoulangerie Martin;Nantes\n"))
	exported := func(by *desk) string {
		out := filepath.Join(papers, "out.csv")
		by.ok("export", "customers", "-o", out)
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if !strings.Contains(exported(direct), "Martin") {
		t.Fatal("not imported")
	}
	wrong := a.as("--password-file", write(t, papers, "wrong", "soleil"))
	wrong.refused("n’ouvre pas", "restore", "--before-update", "--replace")
	if out := a.ok("restore", "--before-update"); !strings.Contains(out, "--replace") {
		t.Errorf("told %q", out)
	}
	if !strings.Contains(exported(direct), "Martin") {
		t.Fatal("gone back without being told to")
	}
	a.ok("restore", "--before-update", "--replace")
	if strings.Contains(exported(a), "Martin") {
		t.Error("the book is as it was")
	}
	if aside, _ := filepath.Glob(filepath.Join(a.dir, "book.aside-*")); len(aside) != 1 {
		t.Errorf("set aside: %v", aside)
	}
}

package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zafe/app/recovery"
	"zafe/store"
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
	// A password alone opens the book, and logs nobody in who could make a code.
	_, said, code := a.as("--password-file", filepath.Join(papers, "good")).run("", "serve", "--listen", "127.0.0.1:0", "--invite")
	if sentence(t, "serve --invite", said, code); !strings.Contains(said, "--user") || !strings.Contains(said, "s’est arrêté") {
		t.Errorf("serve --invite is refused with %q", said)
	}
	noteUpdate(t, a, sheet)
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
	memory := filepath.Join(a.dir, "local.json")
	seen := seenNow(t, memory)
	a.ok("restore", "--before-update", "--replace")
	if err := os.WriteFile(memory, seen, 0o600); err != nil { // as if killed before this PC forgot what it saw
		t.Fatal(err)
	}
	if out := direct.ok("op", "book.integrity"); !strings.Contains(out, `"older": false`) {
		t.Errorf("what was asked for is taken for a theft: %s", out)
	}
	if strings.Contains(exported(direct), "Martin") {
		t.Error("the book is as it was")
	}
	direct.ok("import", "customers", filepath.Join(papers, "c.csv"))
	ahead := regexp.MustCompile(`"seal": \d+`).ReplaceAll(seenNow(t, memory), []byte(`"seal": 9999999`))
	if err := os.WriteFile(memory, ahead, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := direct.ok("op", "book.integrity"); !strings.Contains(out, `"older": true`) {
		t.Errorf("files of before with the same events are taken for the newest: %s", out)
	}
	if aside, _ := filepath.Glob(filepath.Join(a.dir, "book.aside-*")); len(aside) != 1 {
		t.Errorf("set aside: %v", aside)
	}
}

// seenNow is what a PC remembers.
func seenNow(t *testing.T, memory string) []byte {
	t.Helper()
	seen, err := os.ReadFile(memory)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// noteUpdate has the book remember an update just now.
func noteUpdate(t *testing.T, d *desk, sheet string) {
	t.Helper()
	typed, err := os.ReadFile(sheet)
	if err != nil {
		t.Fatal(err)
	}
	key, err := recovery.Parse(string(typed))
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), filepath.Join(d.dir, "book"), store.WithRecovery(key), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		return tx.SetSetting("store.updated", map[string]any{"at": tx.Now()})
	})
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
}

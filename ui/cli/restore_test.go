package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestABadPasswordIsRefusedBeforeARestoreReadsTheBook: the book's pages at the destination are gone, so
// that whoever begins to read them hears of that instead.
func TestABadPasswordIsRefusedBeforeARestoreReadsTheBook(t *testing.T) {
	a, sheet, place := newCompany(t)
	direct := a.as("--recovery-file", sheet)
	direct.ok("backup", "add", "--folder", place)
	direct.ok("backup", "now")
	emptyBook(t, place)

	restore := func(password string) *desk {
		return newDesk(t, t.TempDir(), "b", "--recovery-file", sheet, "--user", "claire",
			"--password-file", write(t, t.TempDir(), "new", password+"\n"))
	}
	restore("soleil").refused("mot de passe", "restore", "--folder", place)
	restore(newPassword).refused("abîmé", "restore", "--folder", place)
}

// newCompany is a PC with a company whose owner has a second factor, its recovery sheet, and a disk for copies.
func newCompany(t *testing.T) (a *desk, sheet, place string) {
	t.Helper()
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
	a = newDesk(t, root, "a")
	a.ok("init", "--company", company)
	a.flags = []string{
		"--user", "claire", "--password-file", write(t, papers, "good", ownerPassword+"\n"), "--totp-file", totp,
	}
	return a, sheet, place
}

// TestAnOldSheetAndTheBookInTheWayAreSaid: that there are younger copies, and where the replaced book is kept.
func TestAnOldSheetAndTheBookInTheWayAreSaid(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company, and waits for a code")
	}
	a, sheet, place := newCompany(t)
	direct := a.as("--recovery-file", sheet)
	direct.ok("backup", "add", "--folder", place)
	direct.ok("backup", "now")
	b := newDesk(t, t.TempDir(), "b", "--recovery-file", sheet, "--user", "claire",
		"--password-file", write(t, t.TempDir(), "new", newPassword+"\n"))
	const younger = "copies plus récentes"
	if _, said, code := b.run("", "restore", "--folder", place, "--list"); code != 0 || strings.Contains(said, younger) {
		t.Errorf("with the only sheet: %q, exit code %d", said, code)
	}
	a.ok("op", "opening.rotate", `{"password": "`+ownerPassword+`", "sheet": true}`) // its end sends a copy
	if _, said, code := b.run("", "restore", "--folder", place, "--list"); code != 0 || !strings.Contains(said, younger) {
		t.Errorf("with the old sheet: %q, exit code %d", said, code)
	}
	if out, _, code := b.run("", "restore", "--folder", place); code != 0 || strings.Contains(out, "gardé") {
		t.Errorf("on an empty PC: %q, exit code %d", out, code)
	}
	kept := filepath.Join(b.dir, "book.aside-")
	if out, _, code := b.run("", "restore", "--folder", place, "--replace"); code != 0 || !strings.Contains(out, kept) {
		t.Errorf("in the place of a book: %q, exit code %d", out, code)
	}
	b.flags = []string{"--recovery-file", sheet}
	if out := b.ok("op", "kept.list"); !strings.Contains(out, kept) || !strings.Contains(out, `"thing": "book"`) {
		t.Errorf("kept aside: %s", out)
	}
}

// TestACopyMadeInAnIncidentIsWorkedWithAgain: the book comes back in read-only, as it was. Its owner says the last
// numbers and what was decided about the CNIL, and then ends it.
func TestACopyMadeInAnIncidentIsWorkedWithAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company, and restores it")
	}
	a, sheet, place := newCompany(t)
	direct := a.as("--recovery-file", sheet)
	direct.ok("backup", "add", "--folder", place)
	direct.ok("op", "incident.begin")
	direct.ok("backup", "now")
	b := newDesk(t, t.TempDir(), "b", "--recovery-file", sheet, "--user", "claire",
		"--password-file", write(t, t.TempDir(), "new", newPassword+"\n"))
	b.ok("restore", "--folder", place)
	owner := append([]string{}, b.flags[2:]...)
	owner = append(owner, a.flags[len(a.flags)-2:]...)
	b.flags = []string{"--recovery-file", sheet}

	b.refused("Mode incident", "op", "item.save", `{"label": "Pose", "unit": "C62", "price": 4000, "vat_rate": 20000}`)
	type series struct {
		Kind   string `json:"kind"`
		Period string `json:"period"`
		Last   int64  `json:"last"`
	}
	type numbers struct {
		Awaited bool     `json:"awaited"`
		Series  []series `json:"series"`
	}
	asked := op[numbers](b, "series.get", struct{}{})
	if !asked.Awaited {
		t.Fatal("the numbers are not asked about")
	}
	if said := op[numbers](b, "series.confirm", map[string]any{"series": asked.Series}); said.Awaited {
		t.Errorf("the numbers are still asked about: %+v", said)
	}
	type incidents struct {
		Rows []struct {
			Since    string `json:"since"`
			Ended    string `json:"ended"`
			Deadline string `json:"deadline"`
		} `json:"rows"`
	}
	now := op[incidents](b, "incident.list", struct{}{})
	if len(now.Rows) != 1 || now.Rows[0].Ended != "" || now.Rows[0].Deadline == "" {
		t.Fatalf("%+v", now)
	}
	op[incidents](b, "incident.cnil", map[string]any{"since": now.Rows[0].Since, "told": true})
	b.as(owner...).ok("op", "incident.end")
	b.ok("op", "item.save", `{"label": "Pose", "unit": "C62", "price": 4000, "vat_rate": 20000}`)
	if then := op[incidents](b, "incident.list", struct{}{}); len(then.Rows) != 1 || then.Rows[0].Ended == "" {
		t.Errorf("after the end: %+v", then)
	}
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

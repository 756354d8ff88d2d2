package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestWorkIsWrittenInTheBookAlone performs what makes and reads files: import and its preview, documents,
// FEC, exports, backup and trial restore. Nothing may be in clear in the data folder, and nothing at all may
// ever have been in the system's temporary folder: the time of a folder tells.
func TestWorkIsWrittenInTheBookAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	papers := t.TempDir()
	list := op[struct {
		Rows []struct {
			Name string `json:"name"`
		} `json:"rows"`
	}](d, "customer.list", object{"limit": 5})
	words := []string{zorglub, "CREATE TABLE", "812345676"}
	for _, c := range list.Rows {
		words = append(words, c.Name)
	}
	if len(words) < 8 {
		t.Fatalf("the sample has no customers: %v", words)
	}
	csv := write(t, papers, "clients.csv", "Nom;Ville\r\n"+zorglub+";Le Moule\r\n")
	before, err := os.Stat(d.temp)
	if err != nil {
		t.Fatal(err)
	}
	preview := object{"name": "clients.csv", "data": []byte("Nom;Ville\r\n" + zorglub + ";Le Moule\r\n")}
	op[object](d, "customer.import_preview", preview)
	d.ok("import", "customers", csv)
	pdf := filepath.Join(papers, "facture.pdf")
	d.ok("op", "document.pdf", `{"id": 2}`, "-o", pdf)
	if data, err := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(data, []byte("%PDF-")) {
		t.Errorf("the PDF: %v", err)
	}
	d.ok("export", "fec", "--year", "2025", "--output", papers)
	d.ok("export", "customers", "--output", filepath.Join(papers, "clients-out.csv"))
	d.ok("op", "ledger.trial_balance", `{"from": "2024-01-01", "to": "2026-12-31"}`)
	d.ok("backup", "now")
	d.ok("backup", "drill")
	d.ok("verify")
	after, err := os.Stat(d.temp)
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("something was written to the temporary folder (%v)", err)
	}
	if holds(t, papers, words) == nil {
		t.Error("nothing found in the papers either: the check is blind")
	}
	for _, found := range holds(t, d.dir, words) {
		t.Error(found)
	}
}

// holds tells which files under dir hold one of the words in clear. The company's name is known before
// the log-in: the file of what this PC remembers is not looked at.
func holds(t *testing.T, dir string, words []string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "local.json" {
			return err
		}
		data, err := os.ReadFile(path)
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				found = append(found, path+" holds "+w)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestABookIsNotMadeInASynchronisedFolder, and one that was moved there stays open to its owner, who is told.
func TestABookIsNotMadeInASynchronisedFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := newDesk(t, filepath.Join(t.TempDir(), "Dropbox"), "pc")
	d.flags = nil
	_, refusal, code := d.run("", "demo", "--size", "small", "--no-gui")
	sentence(t, "demo", refusal, code)
	if !strings.Contains(refusal, "Dropbox") || !strings.Contains(refusal, "sauvegardes") {
		t.Errorf("refused with %q", refusal)
	}
	d.refused("Dropbox", "join", "--host", "127.0.0.1:1", "--code", "AAAA-AAAA")
	if _, err := os.Stat(filepath.Join(d.dir, "book")); err == nil {
		t.Error("there is a book all the same")
	}
	if runtime.GOOS != "windows" {
		if st, err := os.Stat(d.dir); err != nil || st.Mode().Perm() != 0o700 {
			t.Errorf("the data folder: %v %v", st.Mode(), err)
		}
	}
	mine := sample(t)
	if err := os.RemoveAll(d.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(d.dir, os.DirFS(mine.dir)); err != nil {
		t.Fatal(err)
	}
	d.ok("verify")
}

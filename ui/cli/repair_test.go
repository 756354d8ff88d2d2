package cli_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestABookIsRepairedOrShownToBeOlder: what becomes of a book whose ledger is lost, and of one whose files
// were all put back together as they once were.
func TestABookIsRepairedOrShownToBeOlder(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	d.refused("pas besoin", "repair")
	older := filepath.Join(t.TempDir(), "older")
	if err := os.CopyFS(older, os.DirFS(filepath.Join(d.dir, "book"))); err != nil {
		t.Fatal(err)
	}
	d.ok("verify") // this PC sees the book go further
	now, errNow := os.ReadFile(d.book("book.db-ledger"))
	old, errOld := os.ReadFile(filepath.Join(older, "book.db-ledger"))
	if err := errors.Join(errNow, errOld, os.WriteFile(d.book("book.db-ledger"), old, 0o600)); err != nil {
		t.Fatal(err)
	}
	d.refused("book.db-ledger) est plus ancien", "verify")
	d.refused("book.db-ledger) est plus ancien", "repair")
	if err := os.WriteFile(d.book("book.db-ledger"), now, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(d.book("book.db-ledger")); err != nil {
		t.Fatal(err)
	}
	d.refused("zafe repair", "verify")
	if out := d.ok("repair"); !strings.Contains(out, "--accept") {
		t.Errorf("the rehearsal says %q", out)
	}
	d.refused("book.db-ledger", "verify")
	right := write(t, t.TempDir(), "wrong", "not the password\n")
	d.refused("mot de passe", "repair", "--accept", "--password-file", right)
	if out := d.ok("repair", "--accept"); !strings.Contains(out, "book.aside-") {
		t.Errorf("the repair says %q", out)
	}
	d.ok("verify")
	if out := d.ok("op", "event.list", `{"limit": 3}`); !strings.Contains(out, `"book.accepted"`) {
		t.Errorf("the journal does not say it: %s", out)
	}
	if out := d.ok("op", "book.integrity"); !strings.Contains(out, `"accepted"`) || !strings.Contains(out, "Claire") {
		t.Errorf("the page of the integrity forgets it: %s", out)
	}

	if err := os.RemoveAll(filepath.Join(d.dir, "book")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(d.dir, "book"), os.DirFS(older)); err != nil {
		t.Fatal(err)
	}
	// Older files without their ledger: the one thing that this PC remembers speaks against them.
	if err := os.Remove(d.book("book.db-ledger")); err != nil {
		t.Fatal(err)
	}
	d.refused("plus ancien", "repair")
	d.refused("plus ancien", "repair", "--accept")
	if err := os.RemoveAll(filepath.Join(d.dir, "book")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(d.dir, "book"), os.DirFS(older)); err != nil {
		t.Fatal(err)
	}
	d.refused("plus ancien", "verify")
	if out := d.ok("op", "book.integrity"); !strings.Contains(out, `"older": true`) {
		t.Errorf("the older book is taken for the newest: %s", out)
	}
	if out := d.ok("op", "event.list", `{"limit": 3}`); !strings.Contains(out, `"book.older"`) {
		t.Errorf("the journal does not say it: %s", out)
	}
}

// TestTheOtherPCIsAWitness: the PCs of the office know when the main PC shows an older book than yesterday, whatever is
// done in it since; each says so once, and an owner has the last word.
func TestTheOtherPCIsAWitness(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	book, older := filepath.Join(d.dir, "book"), filepath.Join(t.TempDir(), "older")
	if err := os.CopyFS(older, os.DirFS(book)); err != nil {
		t.Fatal(err)
	}
	h := d.serve("127.0.0.1:0", "--invite")
	word := write(t, t.TempDir(), "word", "essai-zafe-yann\n")
	var others []*desk
	for _, name := range []string{"caisse", "atelier"} {
		if len(others) > 0 {
			h.stop(t)
			h = d.serve(h.addr, "--invite")
		}
		other := newDesk(t, t.TempDir(), name, "--user", "yann", "--password-file", word)
		other.ok("join", "--host", h.addr, "--code", h.code, "--name", name)
		others = append(others, other)
	}
	h.stop(t)
	// The copy has the PCs, as one of last night would.
	if err := errors.Join(os.RemoveAll(older), os.CopyFS(older, os.DirFS(book))); err != nil {
		t.Fatal(err)
	}
	warned := func(other *desk) bool {
		t.Helper()
		log, err := os.ReadFile(filepath.Join(other.dir, "zafe.log"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing was worth a line yet
			t.Fatal(err)
		}
		return strings.Contains(string(log), "the main PC shows an older book")
	}
	h = d.serve(h.addr)
	for _, other := range others {
		op[object](other, "session.me", object{})
		op[object](other, "session.me", object{})
		if warned(other) {
			t.Fatal("the same book is taken for an older one")
		}
	}
	h.stop(t)
	if err := errors.Join(os.RemoveAll(book), os.CopyFS(book, os.DirFS(older))); err != nil {
		t.Fatal(err)
	}
	write(t, d.dir, "local.json", `{"demo": true}`) // the main PC itself remembers nothing
	if err := os.RemoveAll(filepath.Join(d.dir, "vault")); err != nil {
		t.Fatal(err)
	}
	var work []call // beyond all that was seen
	for range 40 {
		work = append(work, call{Op: "setup.step", Request: object{"step": "done"}})
	}
	if _, refusal, code := d.run(lines(t, work), "op", "--lines"); code != 0 {
		t.Fatal(refusal)
	}
	h = d.serve(h.addr)
	for _, other := range others {
		for range 2 {
			op[object](other, "session.me", object{})
		}
		if !warned(other) {
			t.Errorf("%s does not notice the older book", other.dir)
		}
	}
	others[0].refused("Votre rôle", "op", "witness.accept")
	h.stop(t)
	said := func() int { return strings.Count(d.ok("op", "event.list", `{"limit": 50}`), `"op": "witness.older"`) }
	if n := said(); n != len(others) {
		t.Errorf("the journal says it %d times, for %d PCs", n, len(others))
	}
	if out := d.ok("op", "witness.get"); strings.Count(out, `"from": "pc"`) != len(others) ||
		!strings.Contains(out, `"name": "caisse"`) {
		t.Errorf("what waits for the owner: %s", out)
	}
	d.ok("op", "witness.accept")
	h = d.serve(h.addr)
	for _, other := range others {
		op[object](other, "session.me", object{})
	}
	h.stop(t)
	if out := d.ok("op", "witness.get"); said() != len(others) || strings.Contains(out, `"alerts"`) {
		t.Errorf("the owner's word is not the last: %s", out)
	}
}

// TestTheNewestCopyIsAWitness: files put back that are older than the copy beside them are noticed at the opening.
func TestTheNewestCopyIsAWitness(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	book, older := filepath.Join(d.dir, "book"), filepath.Join(t.TempDir(), "older")
	if err := os.CopyFS(older, os.DirFS(book)); err != nil {
		t.Fatal(err)
	}
	d.ok("verify")
	d.ok("backup", "now")
	if err := errors.Join(os.RemoveAll(book), os.CopyFS(book, os.DirFS(older))); err != nil {
		t.Fatal(err)
	}
	write(t, d.dir, "local.json", `{"demo": true}`)
	for range 20 { // it is looked at beside the work
		h := d.serve("127.0.0.1:0")
		time.Sleep(300 * time.Millisecond)
		h.stop(t)
		if out := d.ok("op", "witness.get"); strings.Contains(out, `"from": "copies"`) {
			return
		}
	}
	t.Error("the older book is not noticed")
}

// TestAJournalIsProvenWithoutItsBook, and the first line that somebody worked on is named.
func TestAJournalIsProvenWithoutItsBook(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	file := filepath.Join(t.TempDir(), "journal.csv")
	d.ok("op", "event.export", "-o", file)
	elsewhere := newDesk(t, t.TempDir(), "inspector")
	if out := elsewhere.ok("verify-journal", file); !strings.Contains(out, "intact") {
		t.Errorf("%q", out)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	cells := strings.SplitN(lines[40], ";", 5)
	cells[3] = "Quelqu'un d'autre"
	lines[40] = strings.Join(cells, ";")
	changed := write(t, t.TempDir(), "journal.csv", strings.Join(lines, ""))
	elsewhere.refused("ligne 41", "verify-journal", changed)
	elsewhere.refused("coupé", "verify-journal", write(t, t.TempDir(), "j.csv", strings.Join(lines[:20], "")))
	elsewhere.refused("peut pas être lu", "verify-journal", filepath.Join(t.TempDir(), "absent"))
}

// TestWhateverKeepsABookFromOpeningIsSaid: a damaged page by what to do, whichever it is; a file that the disk does
// not give back by what to look at, and the log says what it was.
func TestWhateverKeepsABookFromOpeningIsSaid(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	whole, err := os.ReadFile(d.book("book.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{5000, 14000, len(whole) - 2000} { // the version of the schema is in the second page
		data := slices.Clone(whole)
		data[at] ^= 1
		write(t, d.book(""), "book.db", string(data))
		if _, refusal, code := d.run("", "verify"); code != 1 || !strings.Contains(refusal, "restaur") {
			t.Errorf("byte %d: %q, exit code %d", at, refusal, code)
		}
	}
	if err := errors.Join(os.Remove(d.book("book.db")), os.Mkdir(d.book("book.db"), 0o700)); err != nil {
		t.Fatal(err)
	}
	_, refusal, code := d.run("", "verify")
	log, err := os.ReadFile(filepath.Join(d.dir, "zafe.log"))
	if err != nil {
		t.Fatal(err)
	}
	if code != 1 || !strings.Contains(refusal, "Le disque") || !strings.Contains(string(log), "not a regular file") {
		t.Errorf("%q, exit code %d, or its cause is not in the log", refusal, code)
	}
}

// TestWhatACheckFoundIsRememberedBesideTheBook: the next log-in says it though the book opens; a good check, of
// the same files sound again, takes it away.
func TestWhatACheckFoundIsRememberedBesideTheBook(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a company")
	}
	d := sample(t)
	whole, err := os.ReadFile(d.book("book.db"))
	if err != nil {
		t.Fatal(err)
	}
	at := len(whole) - 2000 // a page that an opening does not read
	health := func() string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(d.dir, "health.json"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return string(data)
	}
	flip := func() {
		t.Helper()
		data, err := os.ReadFile(d.book("book.db"))
		if err != nil {
			t.Fatal(err)
		}
		data[at] ^= 1
		write(t, d.book(""), "book.db", string(data))
	}
	flip()
	if _, refusal, code := d.run("", "verify"); code != 1 || !strings.Contains(refusal, "anomalie") {
		t.Fatalf("%q, exit code %d", refusal, code)
	}
	if !strings.Contains(health(), `"damaged"`) {
		t.Errorf("beside the book: %q", health())
	}
	if out := d.ok("op", "book.health"); !strings.Contains(out, `"damaged"`) {
		t.Errorf("the book says %s", out)
	}
	flip()
	if d.ok("verify"); health() != "" {
		t.Errorf("after a good check: %q", health())
	}
}

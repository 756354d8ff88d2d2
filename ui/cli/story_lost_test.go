package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// attach attaches a signed quote to a customer of the company; see attached.
func (s *story) attach(t *testing.T) {
	path := write(t, s.files, "Devis signé.txt", signedQuote)
	var found struct {
		Rows []struct {
			ID int64 `json:"id"`
		} `json:"rows"`
	}
	err := json.Unmarshal([]byte(s.a.ok("op", "customer.list", `{"limit": 1}`)), &found)
	if err != nil || len(found.Rows) == 0 {
		t.Fatal(found, err)
	}
	subject := fmt.Sprintf(`{"subject": {"kind": "customer", "id": %d}}`, found.Rows[0].ID)
	var a object
	if err := json.Unmarshal([]byte(s.a.ok("op", "file.attach", subject, "--file", path)), &a); err != nil {
		t.Fatal(err)
	}
	s.attachment = fmt.Sprintf(`{"id": %v}`, a["id"])
	if a["name"] != "Devis signé.txt" || a["media"] != "text/plain" {
		t.Errorf("attached: %v", a)
	}
	s.a.refused("déjà joint", "op", "file.attach", subject, "--file", path)
	s.a.refused("programme", "op", "file.attach", subject, "--file", write(t, s.files, "x.exe", "MZ"))
	s.a.refused("--file", "op", "file.attach", subject)
	s.attached(t, s.a)
}

// signedQuote holds a word that must never be found in clear.
const signedQuote = "Bon pour accord, " + zorglub

// attached reads the attachment on a PC.
func (s *story) attached(t *testing.T, d *desk) {
	out := filepath.Join(t.TempDir(), "out")
	d.ok("op", "file.get", s.attachment, "-o", out)
	if got, err := os.ReadFile(out); err != nil || string(got) != signedQuote {
		t.Errorf("the attachment reads %q, %v", got, err)
	}
}

func (s *story) copies(t *testing.T) {
	s.a.ok("verify")
	s.a.ok(append([]string{"backup", "add"}, s.backup...)...)
	s.a.ok("backup", "now")
	s.a.ok("backup", "drill")
	if out := s.a.ok("backup", "status", "--json"); !strings.Contains(out, `"sftp"`) {
		t.Errorf("status: %s", out)
	}
}

// nothingInClear looks for the company's words in every file the program left.
func (s *story) nothingInClear(t *testing.T) {
	if len(s.leaks(t, s.files)) == 0 {
		t.Error("nothing found in the papers either: the check is blind")
	}
	for _, leak := range s.leaks(t, s.a.dir, s.a.temp, s.b.dir, s.b.temp, s.remote) {
		t.Error(leak)
	}
}

// leaks tells which files hold a secret, a customer or an amount in clear.
func (s *story) leaks(t *testing.T, dirs ...string) (found []string) {
	t.Helper()
	words := []string{
		zorglub, quetzal, spirou, "Champignac", "Zorglub", "Quetzal", "CANCIEN", "Fenêtre en alu", "4575,87", "4575.87",
		"457587", "421739", ownerPassword, salesPassword, deskPassword,
	}
	for _, path := range []string{s.totp, s.recovery} {
		secret, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, strings.TrimSpace(string(secret)))
	}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			for _, w := range words {
				if bytes.Contains(data, []byte(w)) {
					found = append(found, fmt.Sprintf("%s holds %q in clear", path, w))
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	return found
}

// oneByte changes a byte of each file of a copy of the book: the program must say so. The file of the
// keys has a twin: one of the two may be lost, not both.
func (s *story) oneByte(t *testing.T) {
	const keys, twin = "company.keys", "company.keys.bak"
	names := map[string]fs.FileInfo{}
	book := os.DirFS(filepath.Join(s.a.dir, "book"))
	err := fs.WalkDir(book, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names[path], err = d.Info()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, info := range names {
		for _, at := range []int64{0, info.Size() / 2, info.Size() - 1} {
			what := fmt.Sprintf("byte %d of %s", at, name)
			d := s.copyOfBook(t)
			flip(t, d.book(name), at)
			if name == keys || name == twin {
				if _, refusal, code := d.run("", "verify"); code != 0 {
					t.Errorf("%s: one damaged file of the keys stops the program: %s", what, refusal)
				}
				d = s.copyOfBook(t)
				flip(t, d.book(keys), at)
				flip(t, d.book(twin), at)
			}
			_, refusal, code := d.run("", "verify")
			sentence(t, what, refusal, code)
		}
	}
}

func (s *story) copyOfBook(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, t.TempDir(), "copy", s.a.flags...)
	if err := os.CopyFS(filepath.Join(d.dir, "book"), os.DirFS(filepath.Join(s.a.dir, "book"))); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) book(name string) string { return filepath.Join(d.dir, "book", name) }

func flip(t *testing.T, path string, at int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// lost loses the main PC and puts the company back on another one, from the remote and the sheet.
func (s *story) lost(t *testing.T) {
	before := s.trialBalance(s.a)
	if err := os.RemoveAll(s.a.dir); err != nil {
		t.Fatal(err)
	}
	sheet := []string{"--recovery-file", s.recovery}
	c := newDesk(t, filepath.Dir(s.a.dir), "c", append(sheet, s.person("claire", newPassword)...)...)
	c.ok(append([]string{"restore"}, s.backup...)...)
	c.flags = sheet
	c.ok("verify")
	s.attached(t, c)
	if after := s.trialBalance(c); after != before {
		t.Errorf("trial balance %+v, was %+v", after, before)
	}
	s.noGap(c, 61)
	c.as(s.person("claire", ownerPassword)...).refused("mot de passe", "verify")
	c.as(s.owner(newPassword)...).ok("op", "session.me")
}

// damaged breaks the restored book: the company is put back in its place, and what is left is kept.
func (s *story) damaged(t *testing.T) {
	sheet := []string{"--recovery-file", s.recovery}
	c := newDesk(t, filepath.Dir(s.a.dir), "c", sheet...)
	before := s.trialBalance(c)
	flip(t, c.book("book.db"), 100)
	c.refused("restaurez", "verify")
	restore := append([]string{"restore"}, s.backup...)
	claire := c.as(append(sheet, s.person("claire", newPassword)...)...)
	claire.refused("déjà une entreprise", restore...)
	claire.ok(append(restore, "--replace")...)
	c.ok("verify")
	s.attached(t, c)
	c.ok("backup", "now")
	if after := s.trialBalance(c); after != before {
		t.Errorf("trial balance %+v, was %+v", after, before)
	}
	if aside, err := filepath.Glob(filepath.Join(c.dir, "book.aside-*", "book.db")); err != nil || len(aside) != 1 {
		t.Errorf("the damaged book was not kept: %v %v", aside, err)
	}
}

// numbers asks, through the program that serves the restored book, for what was given out after the copy: until the
// owner has said it nothing is issued, and then nothing twice (F6).
func (s *story) numbers(t *testing.T) {
	c := newDesk(t, filepath.Dir(s.a.dir), "c", "--recovery-file", s.recovery)
	h := c.serve("127.0.0.1:0")
	defer h.stop(t)
	yann := c.as(s.person("yann", salesPassword)...)
	type saved struct {
		Customer struct {
			ID int64 `json:"id"`
		} `json:"customer"`
	}
	luc := op[saved](yann, "customer.save", object{
		"kind": "person", "name": "Luc Roche", "street": "2 rue Nozières", "postal_code": "97110",
		"city": "Pointe-à-Pitre", "country": "FR",
	})
	draft := op[document](yann, "quote.save", object{
		"customer": luc.Customer.ID, "date": time.Now().Format(time.DateOnly), "lines": line(100_000_000),
	})
	send := []string{"op", "quote.send", fmt.Sprintf(`{"id":%d,"version":%d}`, draft.ID, draft.Version)}
	yann.refused("le gérant doit d’abord confirmer", send...)
	type series struct {
		Kind   string `json:"kind"`
		Period string `json:"period"`
		Last   int64  `json:"last"`
	}
	type known struct {
		Awaited bool     `json:"awaited"`
		Series  []series `json:"series"`
		Gaps    []struct {
			First int64  `json:"first"`
			Last  int64  `json:"last"`
			By    string `json:"by"`
		} `json:"gaps"`
	}
	ask := op[known](yann, "series.get", object{})
	answer := slices.Clone(ask.Series)
	quote := slices.IndexFunc(answer, func(n series) bool { return n.Kind == "quote" })
	if !ask.Awaited || len(answer) != 4 || answer[0].Kind != "invoice" || answer[0].Last != 61 || quote < 0 {
		t.Fatalf("asked %+v", ask)
	}
	last := answer[quote].Last
	answer[quote].Last += 2 // sent after the copy
	body, err := json.Marshal(object{"series": answer})
	if err != nil {
		t.Fatal(err)
	}
	yann.refused("rôle", "op", "series.confirm", string(body))
	done := op[known](c.as(s.owner(newPassword)...), "series.confirm", object{"series": answer})
	if done.Awaited || len(done.Gaps) != 1 || done.Gaps[0].First != last+1 || done.Gaps[0].Last != last+2 ||
		done.Gaps[0].By != "Claire Essai" {
		t.Errorf("confirmed %+v", done)
	}
	var sent document
	if err := json.Unmarshal([]byte(yann.ok(send...)), &sent); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("D-%d-%04d", time.Now().Year(), last+3); sent.Number != want {
		t.Errorf("the next is %s, want %s", sent.Number, want)
	}
}

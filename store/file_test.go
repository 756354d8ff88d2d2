package store_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/party"
	"zafe/store"
	"zafe/store/storetest"
)

// attach attaches a content to a customer's number, which needs not exist for the store.
func attachTo(t testing.TB, s *store.Store, customer int64, content string) (file.Attachment, error) {
	t.Helper()
	c, err := s.ReceiveFile(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	var a file.Attachment
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		a, err = tx.AddAttachment(file.Attachment{
			Subject: file.Subject{Kind: file.Customer, ID: customer}, Name: "n.txt", Media: "text/plain",
			Size: c.Length(), Digest: c.Digest(), At: tx.Now(), By: 1, ByName: "Claire",
		}, c)
		return err
	})
	return a, errors.Join(err, c.Discard())
}

func mustAttach(t testing.TB, s *store.Store, customer int64, content string) file.Attachment {
	t.Helper()
	a, err := attachTo(t, s, customer, content)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func detach(t *testing.T, s *store.Store, id file.ID) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.DropAttachment(id) }); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, s *store.Store, a file.Attachment) (string, error) {
	t.Helper()
	var out []byte
	err := s.View(t.Context(), func(tx *store.Tx) error {
		in, err := tx.OpenAttachment(a)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
		out, err = io.ReadAll(in)
		return err
	})
	return string(out), err
}

// onDisk lists the files of attachments, finished or not.
func onDisk(t testing.TB, s *store.Store) (out []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(s.Dir(), "files"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fileFindings(t *testing.T, s *store.Store) string {
	t.Helper()
	found, err := s.VerifyFiles(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := ""
	for _, f := range found {
		keys += f.Key + " "
	}
	return keys
}

func TestTheSameContentIsKeptOnce(t *testing.T) {
	s, _ := storetest.New(t)
	first := mustAttach(t, s, 1, "le devis signé")
	second := mustAttach(t, s, 2, "le devis signé")
	other := mustAttach(t, s, 1, "le plan")
	if _, err := attachTo(t, s, 1, "le devis signé"); fault.KeyOf(err) != "file.already" {
		t.Errorf("twice to the same record: %v", err)
	}
	if got := onDisk(t, s); len(got) != 2 {
		t.Fatalf("files %v", got)
	}
	for _, path := range onDisk(t, s) {
		if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte("devis")) || bytes.Contains(b, []byte("plan")) {
			t.Errorf("%s is in the clear (%v)", path, err)
		}
		if strings.Contains(path, first.Digest) || strings.Contains(path, other.Digest) {
			t.Errorf("%s tells the digest of its content", path)
		}
	}
	detach(t, s, first.ID)
	for want, a := range map[string]file.Attachment{"le devis signé": second, "le plan": other} {
		if got, err := content(t, s, a); got != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if got := fileFindings(t, s); got != "" {
		t.Error(got)
	}
}

// TestContentsAreForgottenInTime: what was taken off stays a month, in which it can be attached again, and
// goes then, row and file; what the book knows nothing of goes once it is a day old.
func TestContentsAreForgottenInTime(t *testing.T) {
	s, clock := storetest.New(t)
	clock.Set(time.Now())
	sweep := func(want int) {
		t.Helper()
		if err := s.SweepFiles(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := onDisk(t, s); len(got) != want {
			t.Fatalf("%d files, want %d", len(got), want)
		}
	}
	a, b, kept := mustAttach(t, s, 1, "a"), mustAttach(t, s, 1, "b"), mustAttach(t, s, 1, "c")
	stray := filepath.Join(s.Dir(), "files", "ab", "ab"+strings.Repeat("0", 62))
	if err := errors.Join(os.MkdirAll(filepath.Dir(stray), 0o700), os.WriteFile(stray, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	detach(t, s, a.ID)
	detach(t, s, b.ID)
	sweep(4)
	clock.Add(23 * time.Hour)
	sweep(4)
	clock.Add(2 * time.Hour)
	sweep(3)
	if _, err := os.Stat(stray); !errors.Is(err, fs.ErrNotExist) {
		t.Error("what nobody knows is still there")
	}
	clock.Add(20 * 24 * time.Hour)
	mustAttach(t, s, 2, "a")
	clock.Add(8 * 24 * time.Hour)
	sweep(3)
	clock.Add(2 * 24 * time.Hour)
	sweep(2)
	if got, err := content(t, s, kept); got != "c" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if got := fileFindings(t, s); got != "" {
		t.Error(got)
	}
}

// TestVerifyFindsWhatIsWrongWithAttachments: each file gone, each byte changed, two files exchanged.
func TestVerifyFindsWhatIsWrongWithAttachments(t *testing.T) {
	s, _ := storetest.New(t)
	a, b := mustAttach(t, s, 1, "premier"), mustAttach(t, s, 1, "deuxième")
	paths := onDisk(t, s)
	first, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	write := func(path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range first {
		bad := bytes.Clone(first)
		bad[i] ^= 4
		write(paths[0], bad)
		if got := fileFindings(t, s); got != "file.verify_damaged " {
			t.Fatalf("byte %d: %q", i, got)
		}
	}
	write(paths[0], first[:len(first)-1])
	if got := fileFindings(t, s); got != "file.verify_damaged " {
		t.Errorf("cut: %q", got)
	}
	write(paths[0], second)
	write(paths[1], first)
	if got := fileFindings(t, s); got != "file.verify_damaged file.verify_damaged " {
		t.Errorf("exchanged: %q", got)
	}
	if got, err := content(t, s, a); fault.KeyOf(err) != "file.damaged" || got != "" {
		t.Errorf("read %q, %v", got, err)
	}
	write(paths[0], first)
	if err := os.Remove(paths[1]); err != nil {
		t.Fatal(err)
	}
	if got := fileFindings(t, s); got != "file.verify_missing " {
		t.Errorf("gone: %q", got)
	}
	lost, text := a, "premier"
	if _, err := content(t, s, a); err == nil {
		lost, text = b, "deuxième"
	}
	if _, err := content(t, s, lost); fault.KeyOf(err) != "file.not_here" {
		t.Errorf("%v", err)
	}
	// Attached again where it was, it is back under its own row.
	again, err := attachTo(t, s, 1, text)
	if err != nil || again.ID != lost.ID || fileFindings(t, s) != "" {
		t.Errorf("%+v %v %s", again, err, fileFindings(t, s))
	}
}

// failing gives a few bytes, then an error.
type failing struct {
	n   int
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, f.err
	}
	return len(p), nil
}

func TestNothingIsLeftOfWhatWasNotReceived(t *testing.T) {
	s, _ := storetest.New(t)
	broken := errors.New("broken")
	if _, err := s.ReceiveFile(t.Context(), &failing{1 << 20, broken}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if got := onDisk(t, s); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	c, err := s.ReceiveFile(t.Context(), strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddAttachment(file.Attachment{
			Subject: file.Subject{Kind: "nothing", ID: 1}, Name: "x", Size: 1, Digest: c.Digest(), At: tx.Now(),
		}, c)
		return err
	})
	if err == nil {
		t.Fatal("attached to nothing")
	}
	if got := fileFindings(t, s); got != "" {
		t.Errorf("a row without a file: %s", got)
	}
}

// TestWhatIsHalfWrittenGoesAtTheNextOpening: nobody knows its key.
func TestWhatIsHalfWrittenGoesAtTheNextOpening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "")
	open := func() *store.Store {
		s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	a := mustAttach(t, s, 1, "entier")
	if err := errors.Join(s.Close(), os.WriteFile(filepath.Join(dir, "files", "ABC-new"), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	// An update works on a copy of the book, which takes the attachments along and no half of one.
	back := store.AddMigration("9000_test.sql", "-- +goose Up\nCREATE TABLE later(id INTEGER PRIMARY KEY) STRICT;")
	defer back()
	s = open()
	defer func() { _ = s.Close() }()
	if got := onDisk(t, s); len(got) != 1 {
		t.Errorf("files %v", got)
	}
	if got, err := content(t, s, a); got != "entier" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}

// TestTheNamesOfAttachmentsAreTheirBooksOwn: who has a document cannot ask a folder whether it holds it.
func TestTheNamesOfAttachmentsAreTheirBooksOwn(t *testing.T) {
	one, _ := storetest.New(t)
	two := storetest.Other(t)
	mustAttach(t, one, 1, "la même chose")
	mustAttach(t, two, 1, "la même chose")
	if filepath.Base(onDisk(t, one)[0]) == filepath.Base(onDisk(t, two)[0]) {
		t.Error("two books give the same name to the same content")
	}
}

// TestAttachmentsGoWithTheirRecord: an id given again must not bring another's papers with it.
func TestAttachmentsGoWithTheirRecord(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx])
	file.Bind(w.Registry, w.Store.ReceiveFile)
	saved, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{Name: "Bois d'Inde"})
	if err != nil {
		t.Fatal(err)
	}
	id := int64(saved.Customer.ID)
	mustAttach(t, w.Store, id, "x")
	about := file.ListRequest{Subject: file.Subject{Kind: file.Customer, ID: id}}
	l, err := file.Listing.Call(w.Ctx(), w.As("owner"), about)
	if err != nil || len(l.Attachments) != 1 {
		t.Fatalf("%+v %v", l, err)
	}
	w.Update(func(tx *store.Tx) error { return tx.Raw(`DELETE FROM customer WHERE id = ?`, id) })
	w.Update(func(tx *store.Tx) error {
		left, err := tx.Attachments(about.Subject)
		if len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
		return err
	})
}

package store_test

import (
	"path/filepath"
	"testing"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

// keyFiles are the two copies of the keys.
var keyFiles = []string{"company.keys", "company.keys.bak"}

// known is what this PC remembers of a book that closed in order.
func (b *broken) known() store.Known {
	b.t.Helper()
	s, err := b.open()
	if err != nil {
		b.t.Fatal(err)
	}
	k := store.Known{Book: s.BookID()}
	if k.Seal, err = s.Head(); err != nil {
		b.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.t.Fatal(err)
	}
	return k
}

// opens tells by which fault a password does not open the book.
func (b *broken) opens(password string) string {
	b.t.Helper()
	s, err := store.Open(b.t.Context(), b.dir, store.WithPassword(password), b.o)
	if err == nil {
		_ = s.Close()
	}
	return fault.KeyOf(err)
}

// another makes the book of another company, whose owner has a password, and returns its folder.
func another(t *testing.T, password string) *broken {
	t.Helper()
	b := &broken{t: t, dir: filepath.Join(t.TempDir(), "other")}
	b.o = store.Options{SlotCost: storetest.Cheap}
	sec := store.Secrets{BookID: "another", Label: "owner", Password: password, Recovery: [20]byte{9}, Cost: storetest.Cheap}
	s, err := store.Create(t.Context(), b.dir, sec, b.o, func(*store.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTheKeyFileOfAnotherBookIsNamed: nobody is told that their password is wrong, nor that the book was altered.
func TestTheKeyFileOfAnotherBookIsNamed(t *testing.T) {
	for _, c := range []struct {
		what, theirs, typed string
		both                bool
		want                string
	}{
		{"another password", "une autre phrase", storetest.Password, true, "store.other_keys"},
		{"theirs typed", "une autre phrase", "une autre phrase", true, "store.other_keys"},
		{"the same password", storetest.Password, storetest.Password, true, "store.other_keys"},
		{"one of the two", "une autre phrase", storetest.Password, false, ""},
		{"one of the two, mistyped", "une autre phrase", "de travers", false, "store.wrong_password"},
	} {
		b, other := newBroken(t), another(t, c.theirs)
		b.o.Known = b.known()
		for i, name := range keyFiles {
			if i == 0 || c.both {
				b.write(name, other.read(name))
			}
		}
		if got := b.opens(c.typed); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	// Nothing is known here, and the files disagree all the same.
	b, other := newBroken(t), another(t, storetest.Password)
	for _, name := range keyFiles {
		b.write(name, other.read(name))
	}
	if got := b.opens(storetest.Password); got != "store.apart" {
		t.Error(got)
	}
	// Without anything to compare with, or with its own key file, a wrong password is one.
	b = newBroken(t)
	if got := b.opens("de travers"); got != "store.wrong_password" {
		t.Error(got)
	}
	b.o.Known = b.known()
	if got := b.opens("de travers"); got != "store.wrong_password" {
		t.Error(got)
	}
	// Nor is damage to one of the files another book's key file.
	for _, name := range []string{"book.db", "book.db-ledger"} {
		b := newBroken(t)
		b.o.Known = b.known()
		data := b.read(name)
		data[100] ^= 1
		b.write(name, data)
		if got := b.opens(storetest.Password); got != "store.damaged" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestAnOlderLedgerIsNamed, where this PC saw it go further: by itself the book only knows that its files disagree.
func TestAnOlderLedgerIsNamed(t *testing.T) {
	b := newBroken(t)
	old := b.read("book.db-ledger")
	b.work()
	known, now := b.known(), b.read("book.db-ledger")
	b.write("book.db-ledger", old)
	if got := b.opens(storetest.Password); got != "store.damaged" && got != "store.file_missing" {
		t.Errorf("without a memory: %q", got)
	}
	b.o.Known = known
	if got := b.opens(storetest.Password); got != "store.old_ledger" {
		t.Errorf("with one: %q", got)
	}
	b.refused("store.old_ledger", true)
	b.o.Known.Book = "another" // what was seen was another book
	if got := b.opens(storetest.Password); got == "store.old_ledger" {
		t.Error("compared with another book")
	}
	b.o.Known = known
	b.write("book.db-ledger", now)
	if got := b.opens(storetest.Password); got != "" {
		t.Errorf("the newest is back: %q", got)
	}
	data := b.read("book.db")
	data[4096*6+7] ^= 1 // another file is at fault
	b.write("book.db", data)
	if got := b.opens(storetest.Password); got == "store.old_ledger" {
		t.Error("a page is damaged, and the ledger blamed")
	}
}

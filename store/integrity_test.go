package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"zafe/app/fault"
	"zafe/store"
	"zafe/store/crypt"
	"zafe/store/storetest"
)

// spoil changes one byte of a file of the open book.
func spoil(t *testing.T, s *store.Store, name string, at int64) {
	t.Helper()
	path := filepath.Join(s.Dir(), name)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if at < 0 {
		at += int64(len(data))
	}
	data[at] ^= 0x10
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // in place: the book has it open
	if err == nil {
		_, err = f.WriteAt(data[at:at+1], at)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// checkpointed is a book with rows, all of them in the database file.
func checkpointed(t *testing.T) *store.Store {
	t.Helper()
	s, c := storetest.New(t)
	for i := range 20 {
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			return tx.SetSetting(fmt.Sprint("row", i), strings.Repeat("x", 3000))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o := store.Options{Clock: c.Now, SlotCost: storetest.Cheap}
	s, err := store.Open(t.Context(), s.Dir(), store.WithRecovery(storetest.Recovery), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a spoilt book may close badly
	return s
}

func TestTheSealOfAnOpenBookIsChecked(t *testing.T) {
	s := checkpointed(t)
	var done, total int64
	rep, err := s.VerifySeal(t.Context(), func(d, all int64) { done, total = d, all })
	if err != nil || len(rep.Faults) > 0 || rep.Pages < 20 || rep.Head == 0 {
		t.Fatalf("%+v %v", rep, err)
	}
	if done != total || done != rep.Pages*crypt.PageSize {
		t.Errorf("progress ends at %d of %d, %d pages were read", done, total, rep.Pages)
	}
	spoil(t, s, "book.db", 5*4096+100)
	spoil(t, s, "book.db", 7*4096+100)
	spoil(t, s, "book.db-ledger", -1)
	rep, err = s.VerifySeal(t.Context(), nil)
	if err != nil || len(rep.Faults) != 2 {
		t.Fatalf("%+v %v", rep, err)
	}
	for _, f := range rep.Faults {
		want := map[string]int{"book.db": 2, "book.db-ledger": 1}[f.Args["file"].(string)]
		if f.Key != "verify.seal" || f.Args["n"] != want {
			t.Errorf("%v", f)
		}
	}
	if runtime.GOOS == "windows" {
		return // an open file cannot be removed
	}
	if err := os.Remove(filepath.Join(s.Dir(), "book.db-ledger")); err != nil {
		t.Fatal(err)
	}
	if rep, err = s.VerifySeal(t.Context(), nil); err != nil || len(rep.Faults) != 2 {
		t.Errorf("without the ledger: %+v %v", rep, err)
	}
}

func TestACheckOfTheSealStopsWhenAsked(t *testing.T) {
	s := checkpointed(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.VerifySeal(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestBothKeyFilesAreChecked(t *testing.T) {
	s := checkpointed(t)
	good := func() {
		t.Helper()
		if err := s.VerifyKeys(t.Context()); err != nil {
			t.Fatalf("sound keys: %v", err)
		}
	}
	good()
	if _, err := s.AddPasswordSlot(t.Context(), "other", "encore un mot de passe"); err != nil {
		t.Fatal(err)
	}
	good()
	for _, name := range []string{"company.keys", "company.keys.bak"} {
		path := filepath.Join(s.Dir(), name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, damage := range map[string]func() error{
			"missing": func() error { return os.Remove(path) },
			"empty":   func() error { return os.WriteFile(path, nil, 0o600) },
			"flipped": func() error {
				return os.WriteFile(path, bytes.Replace(whole, []byte("other"), []byte("othes"), 1), 0o600)
			},
		} {
			if err := damage(); err != nil {
				t.Fatal(err)
			}
			err := s.VerifyKeys(t.Context())
			if f := fault.Of(err); f == nil || f.Key != "verify.keys" || f.Args["file"] != name {
				t.Errorf("%s %s: %v", name, what, err)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	good()
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetSetting("keys_gen", 99) }); err != nil {
		t.Fatal(err)
	}
	if err := s.VerifyKeys(t.Context()); fault.KeyOf(err) != "store.old_keys" {
		t.Errorf("older than the book remembers: %v", err)
	}
}

// TestDamageMetWhileWorkingIsTold: whoever works on the book is told at once, and whoever asks later as well.
func TestDamageMetWhileWorkingIsTold(t *testing.T) {
	s := checkpointed(t)
	told := 0
	s.OnDamage(func() { told++ })
	read := func() (err error) {
		for i := range 20 {
			err = errors.Join(err, s.View(t.Context(), func(tx *store.Tx) error {
				var row string
				_, err := tx.Setting(fmt.Sprint("row", i), &row)
				return err
			}))
		}
		return err
	}
	pages, err := os.Stat(filepath.Join(s.Dir(), "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(20 * crypt.PageSize); at < pages.Size(); at += crypt.PageSize {
		spoil(t, s, "book.db", at+100)
	}
	if told != 0 {
		t.Fatal("told of a sound book")
	}
	if err := read(); fault.KeyOf(err) != "store.damaged" {
		t.Fatalf("read all the same: %v", err)
	}
	later := 0
	s.OnDamage(func() { later++ })
	if told == 0 || later != 1 {
		t.Errorf("told %d times, and %d later", told, later)
	}
}

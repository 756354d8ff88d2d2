// Package storetest makes real books for tests: sealed files in the test's folder, a settable clock.
package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zafe/store"
	"zafe/store/crypt"
)

// What opens the books of tests.
const Password = "un mot de passe d'essai"

// Recovery is the recovery key of test books.
var Recovery = [20]byte{1, 2, 3}

// Cheap keeps tests fast; the format is the real one.
var Cheap = crypt.KDF{Time: 1, MemoryKiB: 64, Threads: 1}

// Clock is a settable clock, safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// Set moves the clock to t.
func (c *Clock) Set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.now = t }

// Add moves the clock by d.
func (c *Clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// Noon is where test clocks start.
var Noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Template returns what puts a copy of a book in a folder that is not there yet. The first who needs it has
// make make the book and close it: that takes thirty times as long as to open a copy. All copies have the same
// keys; a test of two books that must not open each other's files takes two templates.
func Template(make func(dir string) error) func(t testing.TB, dir string) {
	files := sync.OnceValues(func() (map[string][]byte, error) { return made(make) })
	return func(t testing.TB, dir string) {
		t.Helper()
		all, err := files()
		if err == nil {
			err = os.MkdirAll(dir, 0o700)
		}
		for name, data := range all {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// made returns the files of a book. A book without attachments has no folders.
func made(by func(dir string) error) (files map[string][]byte, err error) {
	parent, err := os.MkdirTemp("", "template")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(parent)) }()
	dir := filepath.Join(parent, "book")
	if err := by(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files = make(map[string][]byte)
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func options(c *Clock) store.Options {
	return store.Options{Clock: c.Now, Zone: time.UTC, SlotCost: Cheap}
}

func empty(dir string) error {
	sec := store.Secrets{BookID: "test", Label: "owner", Password: Password, Recovery: Recovery, Cost: Cheap}
	s, err := store.Create(context.Background(), dir, sec, options(&Clock{now: Noon}),
		func(*store.Tx) error { return nil })
	if err != nil {
		return err
	}
	return s.Close()
}

var one, other = Template(empty), Template(empty)

// New returns an empty book in the test's folder and its clock; it is closed with the test.
func New(t testing.TB) (*store.Store, *Clock) {
	t.Helper()
	return open(t, one)
}

// Other is New of a book that has keys of its own.
func Other(t testing.TB) *store.Store {
	t.Helper()
	s, _ := open(t, other)
	return s
}

func open(t testing.TB, put func(testing.TB, string)) (*store.Store, *Clock) {
	t.Helper()
	c, dir := &Clock{now: Noon}, filepath.Join(t.TempDir(), "book")
	put(t, dir)
	s, err := store.Open(context.Background(), dir, store.WithRecovery(Recovery), options(c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

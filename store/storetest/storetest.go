// Package storetest makes real books for tests: sealed files in the test's folder, a settable clock.
package storetest

import (
	"context"
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

// New returns an empty book in the test's folder and its clock; it is closed with the test.
func New(t testing.TB) (*store.Store, *Clock) {
	t.Helper()
	c := &Clock{now: Noon}
	sec := store.Secrets{BookID: "test", Label: "owner", Password: Password, Recovery: Recovery, Cost: Cheap}
	o := store.Options{Clock: c.Now, Zone: time.UTC, SlotCost: Cheap}
	s, err := store.Create(context.Background(), filepath.Join(t.TempDir(), "book"), sec, o, func(*store.Tx) error { return nil })
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

package crypt

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// TestIOErrors fails the n-th physical operation, once or from then on, at many places. The
// database stays whole, confirmed transactions stay, and no honest failure is called tampering.
func TestIOErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "company.db")
	base := newSimDisk(nil)
	m, err := NewMount(testRoot, Options{disk: base})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	_ = m.Unmount()
	rnd := rand.New(rand.NewPCG(3, 4))
	history(t, base, path, "full", rnd, 20, true)
	failed := 0
	for i := 1; i < 300; i += 1 + rnd.IntN(7) {
		for _, sticky := range []bool{false, true} {
			d := newSimDisk(base.content())
			acked, first := brokenHistory(t, d, path, i, sticky)
			failed += d.failed
			d.failAt, d.sticky = 0, false
			n, err := recover1(d.content(), path, "full")
			if err != nil || n < acked {
				t.Fatalf("failure at %d (sticky %v; %v): transaction %d, %d confirmed: %v",
					i, sticky, first, n, acked, err)
			}
		}
	}
	if failed < 50 {
		t.Errorf("only %d failures", failed)
	}
}

// brokenHistory works on a disk that fails at operation i and returns the last transaction
// confirmed and the first error.
func brokenHistory(t *testing.T, d *simDisk, path string, i int, sticky bool) (acked int, first error) {
	m, db, err := openSim(d, path, "full")
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{db: db, d: d, rnd: rand.New(rand.NewPCG(uint64(i), 5))}
	if w.n, err = checkSim(m, db, path); err != nil {
		t.Fatal(err)
	}
	acked = w.n
	d.mu.Lock()
	d.failAt, d.sticky = i, sticky
	d.mu.Unlock()
	for range 25 {
		before := w.n
		err := w.step()
		if err == nil {
			acked = w.n
			continue
		}
		if errors.Is(m.Explain(err), ErrTampered) {
			t.Errorf("failure at %d is called tampering: %v", i, m.Explain(err))
		}
		if first == nil {
			first = err
		}
		var n int // did the commit that failed happen?
		if db.QueryRow("SELECT n FROM meta").Scan(&n) != nil {
			n = before
		}
		w.n = n
	}
	_ = db.Close()
	_ = m.Unmount()
	return acked, first
}

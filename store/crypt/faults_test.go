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
			killed, acked, first := brokenHistory(t, d, path, i, sticky)
			failed += d.failed
			for _, files := range []map[string][]byte{killed, d.content()} {
				n, err := recover1(files, path, "full")
				if err != nil || n < acked {
					t.Fatalf("failure at %d (sticky %v; %v): transaction %d, %d confirmed: %v",
						i, sticky, first, n, acked, err)
				}
			}
		}
	}
	if failed < 50 {
		t.Errorf("only %d failures", failed)
	}
}

// brokenHistory works on a disk that fails at operation i. It returns the files as they were before
// the database was closed, the last transaction confirmed, and the first error.
func brokenHistory(t *testing.T, d *simDisk, path string, i int, sticky bool) (
	killed map[string][]byte, acked int, first error,
) {
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
	killed = d.content()
	_ = db.Close()
	_ = m.Unmount()
	return killed, acked, first
}

// TestFailedCommit lets the flush of a large transaction fail and goes on with a small one: the
// frames that were given up must not be missed later.
func TestFailedCommit(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	run(t, db, "PRAGMA cache_size=1000")
	run(t, db, "UPDATE meta SET n=n+0")
	d.mu.Lock()
	d.failSync = true
	d.mu.Unlock()
	if _, err := db.Exec("UPDATE item SET v=v+1"); err == nil {
		t.Fatal("the flush did not fail")
	}
	run(t, db, "UPDATE meta SET n=n+1")
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	n, err := recover1(d.content(), b.path, "full")
	if err != nil || n != b.last+1 {
		t.Errorf("transaction %d of %d: %v", n, b.last+1, err)
	}
}

// TestKilledCheckpoint kills the process at every step of a checkpoint that lengthens the database
// and leaves out pages: those freed before they were ever written.
func TestKilledCheckpoint(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "PRAGMA cache_size=1000")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	run(t, db, `BEGIN; CREATE TABLE a(x); CREATE TABLE b(x);
		WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<40)
		INSERT INTO a SELECT zeroblob(3000) FROM n;
		WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<5)
		INSERT INTO b SELECT zeroblob(3000) FROM n;
		DELETE FROM a; COMMIT`)
	before := d.content()
	d.keep, d.trace = true, nil
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	if len(d.trace) < 30 {
		t.Fatalf("%d operations", len(d.trace))
	}
	for n := range d.trace {
		d2 := newSimDisk(d.replay(before, n))
		m, db, err := openSim(d2, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		_, err = checkSim(m, db, b.path)
		if err == nil {
			_, err = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		}
		if err == nil {
			_, err = checkSim(m, db, b.path)
		}
		if err == nil {
			image(t, db)
		}
		if err = errors.Join(err, db.Close(), m.Unmount()); err != nil {
			t.Fatalf("killed at %d: %v", n, err)
		}
		if _, err := recover1(d2.content(), b.path, "full"); err != nil {
			t.Fatalf("killed at %d, later: %v", n, err)
		}
	}
}

package crypt

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

var (
	crashStates = flag.Int("crash-states", 150, "power cuts to simulate in each mode")
)

// worker runs random transactions of which each leaves total = sum(v) and n = its number.
type worker struct {
	db  *sql.DB
	d   *simDisk
	rnd *rand.Rand
	n   int // last transaction begun
}

func (w *worker) setup() error {
	_, err := w.db.Exec(`CREATE TABLE meta(n INT, total INT);
		INSERT INTO meta VALUES(0, 0);
		CREATE TABLE item(id INTEGER PRIMARY KEY, v INT, pad BLOB);
		CREATE INDEX item_v ON item(v);
		PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// step runs one transaction or one piece of housekeeping.
func (w *worker) step() error {
	ctx := context.Background()
	switch w.rnd.IntN(12) {
	case 0:
		_, err := w.db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
		return err
	case 1:
		_, err := w.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		return err
	case 2:
		_, err := w.db.ExecContext(ctx, "PRAGMA wal_checkpoint(RESTART)")
		return err
	case 3:
		if w.rnd.IntN(3) == 0 {
			if _, err := w.db.ExecContext(ctx, "PRAGMA incremental_vacuum"); err != nil {
				return err
			}
			_, err := w.db.ExecContext(ctx, "VACUUM")
			return err
		}
	}
	rollback := w.rnd.IntN(6) == 0
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	w.n++
	for range 1 + w.rnd.IntN(6) {
		if err := w.change(tx, rollback); err != nil {
			return err
		}
	}
	_, err = tx.Exec("UPDATE meta SET n=?1, total=(SELECT coalesce(sum(v),0) FROM item)", w.n)
	if err != nil || rollback {
		w.n--
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	w.d.acknowledge(w.n)
	return nil
}

func (w *worker) change(tx *sql.Tx, large bool) error {
	v, pad := w.rnd.IntN(1000), w.rnd.IntN(3000)
	if large {
		pad += 60_000 // spills the cache of ten pages
	}
	var err error
	switch w.rnd.IntN(3) {
	case 0, 1:
		_, err = tx.Exec("INSERT INTO item(v, pad) VALUES(?, zeroblob(?))", v, pad)
	case 2:
		_, err = tx.Exec("DELETE FROM item WHERE id IN (SELECT id FROM item WHERE v>? LIMIT 5)", v)
	}
	return err
}

// openSim opens the database on a simulated disk.
func openSim(d *simDisk, path, synchronous string) (*Mount, *sql.DB, error) {
	m, err := NewMount(testRoot, Options{disk: d})
	if err != nil {
		return nil, nil, err
	}
	q := standard()
	q["_pragma"] = append(q["_pragma"], "synchronous("+synchronous+")", "cache_size(10)")
	db, err := sql.Open("sqlite", m.DSN(path, q))
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	return m, db, nil
}

// checkSim verifies a database after a crash and returns its last transaction.
func checkSim(m *Mount, db *sql.DB, path string) (int, error) {
	if err := m.Hold(path); err != nil {
		return 0, err
	}
	if _, err := m.Verify(context.Background(), path, nil); err != nil {
		return 0, fmt.Errorf("verify: %w", err)
	}
	var ok string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		return 0, fmt.Errorf("integrity: %s, %w", ok, m.Explain(err))
	}
	var n, total, sum int
	err := db.QueryRow("SELECT n, total, (SELECT coalesce(sum(v),0) FROM item) FROM meta").Scan(&n, &total, &sum)
	if err == nil && total != sum {
		err = fmt.Errorf("transaction %d: total %d, sum %d", n, total, sum)
	}
	return n, err
}

// TestPowerCut cuts the power at random moments, recovers, goes on working, and cuts it again.
func TestPowerCut(t *testing.T) {
	seed, _ := seeded(t)
	for _, mode := range []string{"full", "normal"} {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "company.db")
			for i := 0; i < *crashStates; {
				i += powerCuts(t, rand.New(rand.NewPCG(seed, uint64(i))), path, mode)
				if t.Failed() {
					t.Fatalf("at state %d", i)
				}
			}
		})
	}
}

// powerCuts runs one history and cuts it at several places; it returns how many.
func powerCuts(t *testing.T, rnd *rand.Rand, path, mode string) int {
	base := newSimDisk(nil)
	m, err := NewMount(testRoot, Options{disk: base})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	_ = m.Unmount()
	count := 0
	var descend func(files map[string][]byte, depth, low int)
	descend = func(files map[string][]byte, depth, low int) {
		d := newSimDisk(files)
		d.keep = true
		d.acknowledge(low)
		high := history(t, d, path, mode, rnd, 10+rnd.IntN(30), depth == 0)
		if t.Failed() || depth == 3 {
			return
		}
		for range 4 - depth {
			cut := rnd.IntN(len(d.trace) + 1)
			if depth == 0 {
				cut = d.ready(cut)
			}
			after, acked := d.crash(cut, rnd)
			count++
			n, err := recover1(after, path, mode)
			if err != nil || n > high || mode == "full" && n < acked {
				t.Errorf("cut at %d of %d, depth %d: transaction %d of %d..%d: %v",
					cut, len(d.trace), depth, n, acked, high, err)
				return
			}
			if depth < 2 {
				descend(after, depth+1, n)
			}
		}
	}
	descend(base.content(), 0, 0)
	return count
}

// ready returns a place in the trace behind the set-up.
func (d *simDisk) ready(cut int) int {
	for i, op := range d.trace {
		if op.kind == simAck && op.ack >= 0 && i > 0 {
			return max(cut, i+1)
		}
	}
	return len(d.trace)
}

// history works on the disk for a while, closing and opening the database now and then, and returns
// the last transaction begun.
func history(t *testing.T, d *simDisk, path, mode string, rnd *rand.Rand, steps int, fresh bool) int {
	w := &worker{d: d, rnd: rnd}
	for steps > 0 {
		m, db, err := openSim(d, path, mode)
		if err != nil {
			t.Fatal(err)
		}
		w.db = db
		if fresh {
			if err := w.setup(); err != nil {
				t.Fatal(m.Explain(err))
			}
			d.acknowledge(0)
			fresh = false
		} else if w.n, err = checkSim(m, db, path); err != nil {
			t.Error(err)
			return 0
		}
		for k := 5 + rnd.IntN(20); k > 0 && steps > 0; k-- {
			steps--
			if err := w.step(); err != nil {
				t.Error(m.Explain(err))
				return 0
			}
		}
		_ = db.Close()
		if err := m.Unmount(); err != nil {
			t.Error(err)
			return 0
		}
	}
	return w.n
}

// recover1 opens a copy of the state and checks it, leaving the state as it is.
func recover1(files map[string][]byte, path, mode string) (int, error) {
	m, db, err := openSim(newSimDisk(files), path, mode)
	if err != nil {
		return 0, err
	}
	n, err := checkSim(m, db, path)
	_ = db.Close()
	_ = m.Unmount()
	return n, err
}

package crypt

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

var crashStates = flag.Int("crash-states", 150, "power cuts to simulate in each mode")

// worker runs random transactions of which each leaves total = sum(v) and n = its number.
type worker struct {
	m     *Mount
	db    *sql.DB
	mover *sql.DB // a second connection, for checkpoints; nil: none
	path  string
	d     *simDisk
	rnd   *rand.Rand
	n     int // last transaction begun
}

// newWorker works on a database with two connections.
func newWorker(t testing.TB, m *Mount, db *sql.DB, path string, d *simDisk, rnd *rand.Rand) *worker {
	mover := connect(t, m, path, standard())
	mover.SetMaxOpenConns(1)
	return &worker{m: m, db: db, mover: mover, path: path, d: d, rnd: rnd}
}

// close ends the work.
func (w *worker) close() error { return errors.Join(w.db.Close(), w.mover.Close(), w.m.Unmount()) }

func (w *worker) setup() error {
	_, err := w.db.Exec(`CREATE TABLE meta(n INT, total INT);
		INSERT INTO meta VALUES(0, 0);
		CREATE TABLE item(id INTEGER PRIMARY KEY, v INT, pad BLOB);
		CREATE INDEX item_v ON item(v);
		PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// chores are what is done between transactions.
var chores = []string{
	"PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint(RESTART)",
	"VACUUM", "",
}

// step runs one transaction or one piece of housekeeping.
func (w *worker) step() error {
	i := w.rnd.IntN(12)
	switch {
	case i < len(chores) && chores[i] != "":
		db := w.db
		if chores[i] != "VACUUM" && w.rnd.IntN(2) == 0 {
			db = w.mover
		}
		_, err := db.Exec(chores[i])
		return err
	case i < len(chores):
		return w.rewriteLedger()
	}
	return w.commit()
}

// rewriteLedger does what happens once a ledger has grown by a megabyte.
func (w *worker) rewriteLedger() error {
	return w.m.with(w.path, func(d *database) error {
		d.writing.Lock()
		defer d.writing.Unlock()
		d.ledgerMu.Lock()
		defer d.ledgerMu.Unlock()
		if len(d.dirty) > 0 { // only what is flushed may be recorded
			return nil
		}
		return d.ledger.write(d.ledger.state, d.versions)
	})
}

// commit runs one transaction, which is sometimes rolled back.
func (w *worker) commit() error {
	rollback := w.rnd.IntN(6) == 0
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	w.n++
	for range 1 + w.rnd.IntN(6) {
		if err := w.change(tx, rollback); err != nil {
			return err
		}
		if w.rnd.IntN(12) == 0 { // the writer does not wait for it, and is not told when it fails
			if _, err := w.mover.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil && w.d.failed == 0 {
				return err
			}
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

// tally counts what a simulation went through.
type tally struct {
	states     int // power cuts
	doubles    int // of them in a history, or recovery, that began with a power cut or kill
	recoveries int // of these inside the recovery: between opening and closing again
}

// TestPowerCut cuts the power at random moments, recovers, goes on working, and cuts it again.
func TestPowerCut(t *testing.T) { powerCuts(t, *crashStates) }

// powerCuts makes that many states in each mode.
func powerCuts(t *testing.T, states int) (all tally) {
	seed, _ := seeded(t)
	for _, mode := range []string{"full", "normal"} {
		t.Run(mode, func(t *testing.T) {
			p := &powerCut{t: t, path: filepath.Join(t.TempDir(), "company.db"), mode: mode}
			p.base = createdSim(t, p.path).content()
			for p.states < states && !t.Failed() {
				p.rnd = rand.New(rand.NewPCG(seed, uint64(p.states)))
				p.descend(p.base, 0, 0)
			}
			t.Logf("%+v", p.tally)
			all.states += p.states
			all.doubles += p.doubles
			all.recoveries += p.recoveries
		})
	}
	return all
}

// createdSim is a disk with a new, empty database.
func createdSim(t testing.TB, path string) *simDisk {
	t.Helper()
	d := newSimDisk(nil)
	m, err := NewMount(testRoot, Options{disk: d})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Create(path), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	return newSimDisk(d.content())
}

// powerCut is one simulation.
type powerCut struct {
	tally
	t    *testing.T
	rnd  *rand.Rand
	path string
	mode string
	base map[string][]byte
}

// descend runs one history, cuts it at several places, and goes on from there.
func (p *powerCut) descend(files map[string][]byte, depth, low int) {
	d := newSimDisk(files)
	d.keep = true
	d.acknowledge(low)
	high := history(p.t, d, p.path, p.mode, p.rnd, 10+p.rnd.IntN(30), depth == 0)
	for k := 0; k < 4-depth && !p.t.Failed(); k++ {
		cut := p.rnd.IntN(len(d.trace) + 1)
		if depth == 0 {
			cut = d.ready(cut)
		}
		after, acked := d.crash(cut, p.rnd)
		n := p.recovered(after, acked, high, fmt.Sprintf("cut at %d of %d, depth %d", cut, len(d.trace), depth))
		if depth > 0 {
			p.doubles++
		}
		if p.t.Failed() {
			return
		}
		p.interrupt(newSimDisk(after), n)
		p.interrupt(d.fork(cut), high)
		if depth < 2 && !p.t.Failed() {
			p.descend(after, depth+1, n)
		}
	}
}

// recovered opens a state: at most transaction high may be in it, and in FULL mode all that were
// confirmed. It returns the last one.
func (p *powerCut) recovered(files map[string][]byte, low, high int, what string) int {
	p.t.Helper()
	p.states++
	n, err := recover1(files, p.path, p.mode)
	if err != nil || n > high || p.mode == "full" && n < low {
		p.t.Errorf("state %d, %s: transaction %d of %d..%d: %v", p.states, what, n, low, high, err)
	}
	return n
}

// interrupt opens the database after a power cut or kill, and cuts the power before it is closed again.
// What was read once stays: opening makes durable what it found.
func (p *powerCut) interrupt(d *simDisk, high int) {
	d.keep = true
	from := len(d.trace)
	m, db, err := openSim(d, p.path, p.mode)
	if err != nil {
		p.t.Fatal(err)
	}
	n, err := checkSim(m, db, p.path)
	if err != nil || n > high {
		p.t.Errorf("opened again: transaction %d of %d: %v", n, high, err)
		return
	}
	seen := len(d.trace)
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		p.t.Errorf("closed: %v", err)
		return
	}
	cut := from + p.rnd.IntN(len(d.trace)-from+1)
	after, low := d.crash(cut, p.rnd)
	what := fmt.Sprintf("cut at %d (%d..%d) of a recovery", cut, from, len(d.trace))
	if got := p.recovered(after, low, n, what); cut >= seen && got != n {
		p.t.Errorf("transaction %d was read, then there were %d", n, got)
	}
	p.doubles++
	p.recoveries++
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
	n := 0
	for steps > 0 {
		m, db, err := openSim(d, path, mode)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorker(t, m, db, path, d, rnd)
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
		if err := w.close(); err != nil {
			t.Error(err)
			return 0
		}
		n = w.n
	}
	return n
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

// nothing is a source of chance with which a power cut takes all that was not flushed.
type nothing struct{}

// Uint64 is the least number that rand/v2 takes for zero and does not draw again.
func (nothing) Uint64() uint64 { return 1 << 32 }

// onlyNames is a source of chance with which a power cut takes all that was not flushed, but for changes of names.
type onlyNames struct{}

// Uint64 is the greatest number: applyNames leaves out nothing, and applyPart everything.
func (onlyNames) Uint64() uint64 { return 1<<64 - 1 }

// TestKilledThenCut kills the process at every step of a transaction, a checkpoint and closing, also where they make the
// database shorter. It is started again, reads, closes in good order, and the power is cut: what it read is there.
func TestKilledThenCut(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	run(t, db, "DELETE FROM item WHERE id>1; UPDATE meta SET total=(SELECT coalesce(sum(v),0) FROM item)")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	d.begin()
	run(t, db, bookTransaction(b.last+1))
	run(t, db, "VACUUM")
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	for n := range d.trace {
		f := d.fork(n)
		m, db, err := openSim(f, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		read, err := checkSim(m, db, b.path)
		if err := errors.Join(err, db.Close(), m.Unmount()); err != nil {
			t.Fatalf("killed at %d: %v", n, err)
		}
		for _, chance := range []rand.Source{nothing{}, onlyNames{}} {
			files, _ := f.crash(len(f.trace), rand.New(chance))
			if got, err := recover1(files, b.path, "full"); err != nil || got != read {
				t.Errorf("killed at %d, %T: transaction %d was read, after the power cut it is %d: %v", n, chance, read, got, err)
			}
		}
	}
}

// TestRelaxedCut cuts the power at every step of transactions that are not flushed one by one: a whole
// one behind a torn one is no tampering, from its first frame on.
func TestRelaxedCut(t *testing.T) {
	b := makeBook(t).clean(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "normal")
	if err != nil {
		t.Fatal(err)
	}
	d.begin()
	for i := range 3 {
		run(t, db, bookTransaction(b.last+1+i))
	}
	for n := range len(d.trace) + 1 {
		for k := range uint64(30) {
			files, _ := d.crash(n, rand.New(rand.NewPCG(k, uint64(n))))
			if got, err := recover1(files, b.path, "normal"); err != nil || got < b.last {
				t.Fatalf("cut at %d of %d, chance %d: transaction %d: %v", n, len(d.trace), k, got, err)
			}
		}
	}
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Error(err)
	}
}

// TestCreateCut cuts the power at every step of creating a database: afterwards there is none, and it
// can be created, or it is whole. Once creating it was reported, it is there.
func TestCreateCut(t *testing.T) {
	seed, _ := seeded(t)
	path := filepath.Join(t.TempDir(), "company.db")
	d := newSimDisk(nil)
	d.begin()
	m, _ := mountOn(t, Options{disk: d})
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	for n := range len(d.trace) + 1 {
		for k := range uint64(12) {
			rnd := rand.New(rand.NewPCG(seed, k))
			if k == 0 {
				rnd = rand.New(nothing{})
			}
			files, _ := d.crash(n, rnd)
			after := newSimDisk(files)
			m, _ := mountOn(t, Options{disk: after})
			err := m.Hold(path)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrMissingDB) && n < len(d.trace) {
				if n == len(d.trace) {
					t.Fatal("the database is gone")
				}
				if err = m.Create(path); err == nil {
					err = m.Hold(path)
				}
			}
			if err != nil {
				t.Fatalf("cut at %d of %d: %v", n, len(d.trace), err)
			}
			if rep, err := m.Verify(t.Context(), path, nil); err != nil || rep.Pages != 1 {
				t.Fatalf("cut at %d of %d: %+v %v", n, len(d.trace), rep, err)
			}
		}
	}
}

// TestKilledThenWorkedThenCut kills the process at every step of emptying and of deleting the log, works on in the next
// one, and cuts the power at every step of that: what the killed one left to the memory of the system only must not come
// back as "an older log".
func TestKilledThenWorkedThenCut(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	d.begin()
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	run(t, db, bookTransaction(b.last+1))
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	for n := range d.trace {
		worksOnThenCut(t, b, d.fork(n), fmt.Sprintf("killed at %d of %d", n, len(d.trace)))
	}
}

// TestTornHeaderThenWorkedThenCut writes a part of the header of a new log, kills the process, works on in the next one,
// and cuts the power at every step of that.
func TestTornHeaderThenWorkedThenCut(t *testing.T) {
	b := makeBook(t)
	for part := range 4 {
		d := newSimDisk(b.files)
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, "PRAGMA wal_checkpoint(RESTART)")
		d.begin()
		d.break1(&simFault{at: 3, kind: failOnce, part: part}) // behind the ledger's record and its flush
		if _, err := db.Exec(bookTransaction(b.last + 1)); err == nil {
			t.Fatal("the header did not fail")
		}
		killed := d.fork(len(d.trace))
		_, _ = db.Close(), m.Unmount()
		worksOnThenCut(t, b, killed, fmt.Sprintf("%d quarters of a header", part))
	}
}

// worksOnThenCut works on what a killed process left, and cuts the power at every step.
func worksOnThenCut(t *testing.T, b *book, f *simDisk, what string) {
	t.Helper()
	m, db, err := openSim(f, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	read, err := checkSim(m, db, b.path)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	from := len(f.trace)
	run(t, db, bookTransaction(read+1))
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	for cut := from; cut <= len(f.trace); cut++ {
		for k := range uint64(4) {
			rnd := rand.New(rand.NewPCG(k, 1))
			switch k {
			case 0:
				rnd = rand.New(nothing{})
			case 1:
				rnd = rand.New(onlyNames{})
			}
			files, _ := f.crash(cut, rnd)
			if got, err := recover1(files, b.path, "full"); err != nil || got < read {
				t.Fatalf("%s, cut at %d (%d..%d): transaction %d, %d was read: %v", what, cut, from, len(f.trace), got, read, err)
			}
		}
	}
}

package crypt

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
)

// TestIOErrors fails the n-th physical operation of each kind, at many places. The database stays
// whole, confirmed transactions stay, and no honest failure is called tampering.
func TestIOErrors(t *testing.T) { ioErrors(t, lighter(120)) }

// ioErrors makes that many histories fail, and returns how many failures there were in all.
func ioErrors(t *testing.T, histories int) int {
	s1, _ := seeded(t)
	rnd := rand.New(rand.NewPCG(s1, 5))
	path := filepath.Join(t.TempDir(), "company.db")
	base := createdSim(t, path)
	history(t, base, path, "full", rnd, 20, true)
	kinds := []faultKind{failOnce, failAlways, failFull, failFlush, failRead}
	seen, failed := make(map[faultKind]int), 0
	for broken := 0; broken < histories; {
		kind := kinds[rnd.IntN(len(kinds))]
		at := 1 + rnd.IntN(200)
		if kind == failFlush || kind == failFull {
			at = 1 + rnd.IntN(50)
		}
		f := &simFault{at: at, kind: kind, part: rnd.IntN(5)}
		h := newBroken(t, base.content(), path, rnd, f)
		if h.d.failed == 0 {
			continue // it came to an end before
		}
		broken++
		seen[kind]++
		failed += h.d.failed
		h.check(rnd)
		if t.Failed() {
			t.Fatalf("history %d: %s at operation %d, first error %v", broken, kind, at, h.first)
		}
	}
	if len(seen) < len(kinds) && histories > 50 {
		t.Errorf("kinds of failures: %v", seen)
	}
	t.Logf("%d histories %v, %d failures", histories, seen, failed)
	return failed
}

// broken is a history on a disk that fails.
type broken struct {
	t      *testing.T
	d      *simDisk
	path   string
	killed int   // where in the trace the process could be killed, before it closed the database
	acked  int   // last transaction confirmed
	first  error // first failure
}

// newBroken works on a disk that fails, tolerating the errors.
func newBroken(t *testing.T, files map[string][]byte, path string, rnd *rand.Rand, f *simFault) *broken {
	b := &broken{t: t, d: newSimDisk(files), path: path}
	m, db, err := openSim(b.d, path, "full")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorker(t, m, db, path, b.d, rnd)
	if w.n, err = checkSim(m, db, path); err != nil {
		t.Fatal(err)
	}
	b.acked = w.n
	b.d.begin()
	b.d.acknowledge(w.n)
	b.d.break1(f)
	for range 25 {
		before := w.n
		err := w.step()
		if err == nil {
			b.acked = w.n
			continue
		}
		if err = m.Explain(err); refused(err) {
			t.Errorf("an honest failure is called %v", err)
		}
		if b.first == nil {
			b.first = err
		}
		var n int // did the commit that failed happen?
		if db.QueryRow("SELECT n FROM meta").Scan(&n) != nil {
			n = before
		}
		w.n = n
	}
	b.killed = len(b.d.trace)
	if f.kind == failFull && b.d.fault == nil {
		if err := w.commit(); err != nil { // there is room again
			t.Errorf("after there was room again: %v", m.Explain(err))
		}
		b.acked = w.n
	}
	_ = w.close()
	return b
}

// check opens what the process left when it was killed, when it closed the database in whatever state,
// and what a power cut leaves at any time.
func (b *broken) check(rnd *rand.Rand) {
	b.t.Helper()
	try := func(what string, files map[string][]byte, acked int) {
		n, err := recover1(files, b.path, "full")
		if err != nil || n < acked {
			b.t.Errorf("%s: transaction %d, %d confirmed: %v", what, n, acked, err)
		}
	}
	try("killed", b.d.fork(b.killed).content(), b.ackedBy(b.killed))
	try("closed", b.d.content(), b.acked)
	for range 2 {
		cut := rnd.IntN(len(b.d.trace) + 1)
		files, acked := b.d.crash(cut, rnd)
		try("power cut", files, acked)
	}
}

// ackedBy is the last transaction confirmed before operation n of the trace.
func (b *broken) ackedBy(n int) int {
	acked := 0
	for _, op := range b.d.trace[:n] {
		if op.kind == simAck {
			acked = op.ack
		}
	}
	return acked
}

// break1 makes the disk fail.
func (d *simDisk) break1(f *simFault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// TestFailedCommit lets the flush of a large transaction fail and goes on with a small one: the
// frames that were given up must not be missed later, nor taken for a part of the log.
func TestFailedCommit(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	failCommit(t, d, db)
	run(t, db, "UPDATE meta SET n=n+1")
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	after := newSimDisk(d.content())
	n, err := recover1(after.content(), b.path, "full")
	if err != nil || n != b.last+1 {
		t.Errorf("transaction %d of %d: %v", n, b.last+1, err)
	}
	m2, db2, err := openSim(after, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db2, bookTransaction(b.last+2)) // in the place of frames given up
	if err := errors.Join(db2.Close(), m2.Unmount()); err != nil {
		t.Fatal(err)
	}
	if n, err := recover1(after.content(), b.path, "full"); err != nil || n != b.last+2 {
		t.Errorf("opened again, transaction %d of %d: %v", n, b.last+2, err)
	}
}

// TestFailedCommitCut lets the flush of a large transaction fail and cuts the power at every step of the next: it
// is one transaction, and whichever of its frames are missing, it is not there.
func TestFailedCommitCut(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	failCommit(t, d, db)
	d.begin()
	run(t, db, bookTransaction(b.last+1))
	everyCut(t, b, d, "the next transaction")
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Error(err)
	}
}

// failCommit lets the flush of a transaction of many frames fail.
func failCommit(t *testing.T, d *simDisk, db *sql.DB) {
	t.Helper()
	run(t, db, "PRAGMA cache_size=1000")
	run(t, db, "UPDATE meta SET n=n+0")
	d.break1(&simFault{at: 1, kind: failFlush})
	if _, err := db.Exec("UPDATE item SET pad=zeroblob(701)"); err == nil {
		t.Fatal("the flush did not fail")
	}
}

// TestRewriteWithoutRoom finds no room to rewrite the ledger: it goes on as it is.
func TestRewriteWithoutRoom(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	w := &worker{m: m, db: db, path: b.path, d: d}
	for part := range 5 {
		d.break1(&simFault{at: 1, kind: failFull, part: part})
		if err := w.rewriteLedger(); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		d.break1(nil)
		run(t, db, bookTransaction(b.last+1+part)) // a new log, which needs a record
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		n, err := recover1(d.content(), b.path, "full")
		if err != nil || n != b.last+1+part {
			t.Errorf("transaction %d of %d: %v", n, b.last+1+part, err)
		}
	}
}

// TestFailedRecord lets the flush of each record of the ledger fail that a growing and shrinking database
// needs, the record being on disk all the same. From then on the ledger is closed, and nothing may be
// done that it does not know of.
func TestFailedRecord(t *testing.T) {
	b := makeBook(t)
	for at := 1; ; at++ {
		d := newSimDisk(b.files)
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		acked, err := checkSim(m, db, b.path)
		if err != nil {
			t.Fatal(err)
		}
		d.begin()
		d.break1(&simFault{at: at, kind: failFlush})
		for _, q := range []string{
			"PRAGMA wal_checkpoint(TRUNCATE)", "INSERT INTO item(pad) SELECT zeroblob(9000) FROM item LIMIT 5",
			"PRAGMA wal_checkpoint(PASSIVE)", "DELETE FROM item WHERE v IS NULL", "VACUUM", "PRAGMA wal_checkpoint(RESTART)",
			bookTransaction(acked + 1),
		} {
			if _, err = db.Exec(q); refused(m.Explain(err)) {
				t.Errorf("flush %d, %s: %v", at, q, m.Explain(err))
			}
		}
		if err == nil {
			acked++
		}
		failed := d.failed
		d.break1(nil)
		if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil && !errors.Is(m.Explain(err), ErrReopen) {
			t.Errorf("flush %d: what to do is not said: %v", at, m.Explain(err))
		}
		_, _ = db.Close(), m.Unmount()
		for n := len(d.trace); n >= 0; n -= 4 + 20/lighter(6) {
			got, err := recover1(d.fork(n).content(), b.path, "full")
			if err != nil || got < acked && n == len(d.trace) {
				t.Fatalf("flush %d failed, killed at %d of %d: transaction %d of %d: %v", at, n, len(d.trace), got, acked, err)
			}
		}
		if failed == 0 {
			return // there are no more flushes
		}
	}
}

// TestFailedHeader lets the header of a new log fail, though it is written, and kills the process or cuts
// the power at every later step: whichever header is in the file, it is none that could be called an
// older log.
func TestFailedHeader(t *testing.T) {
	b := makeBook(t)
	for part, kind := range []faultKind{failOnce, failOnce, failOnce, failOnce, failOnce, failFlush} {
		d := newSimDisk(b.files)
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, "PRAGMA wal_checkpoint(RESTART)")
		at := 3 // the ledger's record, its flush, the header
		if kind == failFlush {
			at = 2
		}
		d.begin()
		d.break1(&simFault{at: at, kind: kind, part: part})
		if _, err := db.Exec(bookTransaction(b.last + 1)); err == nil {
			t.Fatal("the header did not fail")
		}
		_, _ = db.Exec("ROLLBACK")
		run(t, db, bookTransaction(b.last+1))
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Fatal(err)
		}
		everyCut(t, b, d, fmt.Sprintf("%s, part %d", kind, part))
	}
}

// everyCut kills the process at every step of the trace, and cuts the power there.
func everyCut(t *testing.T, b *book, d *simDisk, what string) {
	t.Helper()
	for n := range len(d.trace) + 1 {
		states := []map[string][]byte{d.fork(n).content()}
		for k := range uint64(lighter(4)) {
			rnd := rand.New(rand.NewPCG(k, 1))
			if k == 0 {
				rnd = rand.New(nothing{})
			}
			files, _ := d.crash(n, rnd)
			states = append(states, files)
		}
		for i, files := range states {
			if got, err := recover1(files, b.path, "full"); err != nil || got < b.last {
				t.Fatalf("%s, at %d of %d, state %d: transaction %d: %v", what, n, len(d.trace), i, got, err)
			}
		}
	}
}

// TestTwoHeaders begins a log twice before anything is committed to it, rolling back what did not fit
// into the cache.
func TestTwoHeaders(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "PRAGMA wal_checkpoint(RESTART)")
	d.begin()
	for range 3 {
		run(t, db, "BEGIN; INSERT INTO item(pad) SELECT zeroblob(3000) FROM item; ROLLBACK")
	}
	headers := 0
	for _, op := range d.trace {
		if op.kind == simWrite && op.file == d.files[b.path+walSuffix] && op.off == 0 {
			headers++
		}
	}
	if headers < 2 {
		t.Fatalf("%d headers", headers)
	}
	everyCut(t, b, d, "rolled back")
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Error(err)
	}
}

// TestAnEmptiedLog is cut at every step between two emptied logs with a transaction behind each: the one before may come
// back, the one before that may not.
func TestAnEmptiedLog(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, bookTransaction(b.last+1))
	d.begin()
	for i := range 3 {
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		run(t, db, bookTransaction(b.last+2+i))
	}
	everyCut(t, b, d, "emptied")
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Error(err)
	}
}

// TestGivenUp lets a transaction fail after its last frame was written, by each read and each flush it
// needs, and checkpoints what was there before. The frames of the transaction count for nothing: it may
// be half rewritten, and what a failed flush left out may never arrive.
func TestGivenUp(t *testing.T) {
	b := makeBook(t)
	failures := 0
	for _, kind := range []faultKind{failRead, failFlush} {
		for at := 1; ; at += 3 + 20/lighter(12) {
			d := newSimDisk(b.files)
			m, db, err := openSim(d, b.path, "full")
			if err != nil {
				t.Fatal(err)
			}
			run(t, db, bookTransaction(b.last+1))
			d.begin()
			d.break1(&simFault{at: at, kind: kind})
			// Larger than the cache, and pages are written twice: checksums are rewritten at the end.
			_, err = db.Exec(`BEGIN; INSERT INTO item(pad) SELECT zeroblob(3000) FROM item;
				UPDATE item SET pad=zeroblob(2900); UPDATE meta SET n=n+1; COMMIT`)
			if err == nil {
				_ = errors.Join(db.Close(), m.Unmount())
				break
			}
			failures++
			d.break1(nil)
			_, _ = db.Exec("ROLLBACK")
			run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
			states := []map[string][]byte{d.content()}
			for k := range uint64(4) {
				cut, _ := d.crash(len(d.trace), rand.New(rand.NewPCG(k, 1)))
				states = append(states, cut)
			}
			for i, files := range states {
				if n, err := recover1(files, b.path, "full"); err != nil || n < b.last+1 {
					t.Fatalf("%s %d failed, state %d: transaction %d of %d: %v", kind, at, i, n, b.last+1, err)
				}
			}
			run(t, db, bookTransaction(b.last+2))
			if err := errors.Join(db.Close(), m.Unmount()); err != nil {
				t.Error(err)
			}
			if n, err := recover1(d.content(), b.path, "full"); err != nil || n != b.last+2 {
				t.Errorf("%s %d failed, later: transaction %d: %v", kind, at, n, err)
			}
		}
	}
	if failures < lighter(40) {
		t.Errorf("only %d failures", failures)
	}
}

// TestLeftOut lets a reader hold a checkpoint back between two transactions: what the second one wrote again is left
// out, also pages that the database gains. Until the next checkpoint the file has pages there that open and are
// what the ledger says, also if it was longer than the ledger knew, since a crash kept it from being cut.
func TestLeftOut(t *testing.T) {
	b := makeBook(t).clean(t)
	for what, d := range map[string]*simDisk{"grown": newSimDisk(b.files), "not cut, grown": uncut(t, b)} {
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		let := leaveOut(t, db)
		if rep, err := m.Verify(t.Context(), b.path, nil); err != nil {
			t.Errorf("%s, held back: %+v %v", what, rep, err)
		}
		if n := blankPages(t, m, b.path); n == 0 {
			t.Errorf("%s: no page was left out", what)
		}
		let()
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		if rep, err := m.Verify(t.Context(), b.path, nil); err != nil || rep.Superseded != 0 {
			t.Errorf("%s: %+v %v", what, rep, err)
		}
		if n := blankPages(t, m, b.path); n != 0 {
			t.Errorf("%s: %d pages are missing", what, n)
		}
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Error(err)
		}
	}
}

// leaveOut checkpoints a transaction that lengthens the database, but not the pages of it that a second one wrote:
// a reader still needs what was there before that. It goes when let is called.
func leaveOut(t *testing.T, db *sql.DB) (let func()) {
	t.Helper()
	db.SetMaxOpenConns(2)
	run(t, db, "CREATE TABLE a(x)")
	run(t, db, `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<9)
		INSERT INTO a SELECT zeroblob(3000) FROM n`)
	reader, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.ExecContext(t.Context(), "BEGIN; SELECT count(*) FROM a"); err != nil {
		t.Fatal(err)
	}
	run(t, db, "UPDATE a SET x=zeroblob(3001) WHERE rowid=1")
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	return func() {
		_, err := reader.ExecContext(t.Context(), "COMMIT")
		if err = errors.Join(err, reader.Close()); err != nil {
			t.Error(err)
		}
	}
}

// uncut is the book made shorter, killed before its file was cut.
func uncut(t *testing.T, b *book) *simDisk {
	t.Helper()
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	run(t, db, "DELETE FROM item; UPDATE meta SET total=0")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	d.begin()
	run(t, db, "VACUUM")
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	for n, op := range d.trace {
		if op.kind == simTruncate && op.file == d.files[b.path] {
			return newSimDisk(d.fork(n).content())
		}
	}
	t.Fatal("the database did not become shorter")
	return nil
}

// blankPages counts the pages of a database that hold nothing but zeros.
func blankPages(t *testing.T, m *Mount, path string) (n int) {
	t.Helper()
	err := m.with(path, func(d *database) error {
		f, page := newMainFile(d), make([]byte, pageSize)
		for i := range int64(d.known()) {
			if err := f.readAt(page, i*pageSize); err != nil {
				return err
			}
			if [pageSize]byte(page) == emptyPage {
				n++
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// TestKilledCheckpoint kills the process at every step of two checkpoints that lengthen the database, of which a
// reader holds the first one back so that it leaves out pages, and of what is written for them.
func TestKilledCheckpoint(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	d.begin()
	let := leaveOut(t, db)
	let()
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	if len(d.trace) < 30 {
		t.Fatalf("%d operations", len(d.trace))
	}
	for n := range d.trace {
		d2 := d.fork(n)
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

// TestACheckpointInTwoWhoseFlushFails copies a part of the log while a reader holds the rest back, and lets a flush
// of the checkpoint that ends it fail. What the first part wrote may be lost with it, and the flush after that finds
// nothing to do: all of it must be copied again before the log goes.
func TestACheckpointInTwoWhoseFlushFails(t *testing.T) {
	b := makeBook(t)
	for at := 1; ; at++ {
		d := newSimDisk(b.files)
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		d.begin()
		leaveOut(t, db)()
		d.break1(&simFault{at: at, kind: failFlush})
		_, _ = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		failed := d.failed
		d.break1(nil)
		_, _ = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)") // refused where the flush was of the ledger, until it is opened again
		_, _ = db.Close(), m.Unmount()
		for k := range uint64(lighter(16)) {
			files, _ := d.crash(len(d.trace), rand.New(rand.NewPCG(k, 1)))
			if n, err := recover1(files, b.path, "full"); err != nil || n < b.last {
				t.Fatalf("flush %d failed, power cut %d: transaction %d of %d: %v", at, k, n, b.last, err)
			}
		}
		if failed == 0 {
			if at < 3 {
				t.Errorf("only %d flushes", at-1)
			}
			return
		}
	}
}

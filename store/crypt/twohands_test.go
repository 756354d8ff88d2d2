package crypt

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// hookDisk tells of each write to the log, after it was done and before SQLite hears of it.
type hookDisk struct {
	*simDisk
	wal   string
	wrote func(off int64)
}

type hookFile struct {
	diskFile
	d *hookDisk
}

func (d *hookDisk) open(path string, create bool) (diskFile, error) {
	f, err := d.simDisk.open(path, create)
	if err != nil || path != d.wal {
		return f, err
	}
	return &hookFile{f, d}, nil
}

func (f *hookFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.diskFile.WriteAt(p, off)
	if err == nil && f.d.wrote != nil {
		f.d.wrote(off)
	}
	return n, err
}

// TestACheckpointsFailedFlushOfTheLog: the product checkpoints on a connection of its own while the writer goes on. Its
// checkpoint first flushes the log, with it the frames the writer has just written. If that flush fails, the system may
// drop them and call the writer's own flush, a moment later, done (one error is told once of an open file): the
// transaction must not be confirmed on the strength of it.
func TestACheckpointsFailedFlushOfTheLog(t *testing.T) {
	b := makeBook(t)
	for at := 1; ; at++ { // behind which frame of the transaction the checkpoint comes
		d := &hookDisk{simDisk: newSimDisk(b.files), wal: b.path + walSuffix}
		m, err := NewMount(testRoot, Options{disk: d})
		if err != nil {
			t.Fatal(err)
		}
		writer, mover := connect(t, m, b.path, standard()), connect(t, m, b.path, standard())
		writer.SetMaxOpenConns(1)
		mover.SetMaxOpenConns(1)
		if n := text(t, mover, "SELECT count(*) FROM meta"); n != "1" {
			t.Fatal(n)
		}
		run(t, writer, bookTransaction(b.last+1)) // flushed; something for a checkpoint to move
		d.begin()
		frames, failed := 0, false
		d.wrote = func(int64) {
			if frames++; frames != at {
				return
			}
			d.break1(&simFault{at: 1, kind: failFlush})
			_, err := mover.Exec("PRAGMA wal_checkpoint(PASSIVE)")
			failed = err != nil
			d.break1(nil)
		}
		_, err = writer.Exec(bookTransaction(b.last + 2))
		d.wrote = nil
		if frames < at {
			_, _ = errors.Join(writer.Close(), mover.Close()), m.Unmount()
			if at < 3 {
				t.Errorf("only %d frames", frames)
			}
			return
		}
		if !failed {
			t.Fatalf("frame %d: the checkpoint's flush did not fail", at)
		}
		acked := b.last + 1
		if err == nil {
			acked++
		} else {
			_, _ = writer.Exec("ROLLBACK")
		}
		files, _ := d.crash(len(d.trace), rand.New(nothing{}))
		if n, err := recover1(files, b.path, "full"); err != nil || n < acked {
			t.Errorf("flush failed behind frame %d, power cut: transaction %d, %d confirmed: %v", at, n, acked, err)
		}
		// Whatever was said, work goes on.
		for range 2 {
			acked++
			if err != nil {
				acked = b.last + 2
			}
			run(t, writer, bookTransaction(acked))
			err = nil
		}
		run(t, mover, "PRAGMA wal_checkpoint(PASSIVE)")
		files, _ = d.crash(len(d.trace), rand.New(nothing{}))
		if n, err := recover1(files, b.path, "full"); err != nil || n < acked {
			t.Errorf("behind frame %d, later: transaction %d, %d confirmed: %v", at, n, acked, err)
		}
		if err := errors.Join(writer.Close(), mover.Close(), m.Unmount()); err != nil {
			t.Error(err)
		}
	}
}

// TestACheckpointWhileATransactionEnds lets a checkpoint on another connection flush the log behind each write of a
// transaction that writes pages twice: SQLite writes the headers of its frames again at the end. Until it has, the
// transaction is none, whoever flushes; when it has, a checkpoint moves nothing that the log on the disk has not whole.
func TestACheckpointWhileATransactionEnds(t *testing.T) {
	b := makeBook(t)
	for _, mode := range []string{"full", "normal"} {
		for at := 1; ; at++ {
			d := &hookDisk{simDisk: newSimDisk(b.files), wal: b.path + walSuffix}
			m, err := NewMount(testRoot, Options{disk: d})
			if err != nil {
				t.Fatal(err)
			}
			q := standard()
			q["_pragma"] = append(q["_pragma"], "synchronous("+mode+")", "cache_size(10)")
			writer, mover := connect(t, m, b.path, q), connect(t, m, b.path, q)
			writer.SetMaxOpenConns(1)
			mover.SetMaxOpenConns(1)
			run(t, mover, "PRAGMA wal_checkpoint(TRUNCATE)")
			d.begin()
			writes, moved := 0, 0
			d.wrote = func(off int64) {
				if off == 0 {
					return // the log's header
				}
				if writes++; writes == at {
					if _, err := mover.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
						t.Errorf("%s, the checkpoint behind write %d: %v", mode, at, m.Explain(err))
					}
					moved = len(d.trace)
				}
			}
			run(t, writer, bookTransaction(b.last+1))
			_, err = writer.Exec(`BEGIN; INSERT INTO item(pad) SELECT zeroblob(3000) FROM item LIMIT 12;
				UPDATE item SET pad=zeroblob(2900); UPDATE meta SET n=n+1; COMMIT`)
			if d.wrote = nil; err != nil {
				t.Errorf("%s, a checkpoint behind write %d: %v", mode, at, m.Explain(err))
			}
			run(t, mover, "PRAGMA wal_checkpoint(PASSIVE)")
			if writes < at {
				moved = len(d.trace)
			}
			for k, cut := range []int{moved, moved, moved, len(d.trace)} {
				rnd := rand.New(rand.NewPCG(uint64(k), 1))
				if k == 0 {
					rnd = rand.New(nothing{})
				}
				files, _ := d.crash(cut, rnd)
				n, err := recover1(files, b.path, mode)
				if err != nil || n < b.last || cut == len(d.trace) && n != b.last+2 {
					t.Errorf("%s, a checkpoint behind write %d, power cut %d: transaction %d: %v", mode, at, k, n, err)
				}
			}
			if err := errors.Join(writer.Close(), mover.Close(), m.Unmount()); err != nil {
				t.Error(err)
			}
			if writes < at {
				if at < 40 {
					t.Errorf("only %d writes", writes)
				}
				break
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestAnotherConnectionsCheckpoint flushes a transaction that was committed without a flush, by a checkpoint on another
// connection: from then on its log is missed when it is gone.
func TestAnotherConnectionsCheckpoint(t *testing.T) {
	b := makeBook(t).clean(t)
	d := newSimDisk(b.files)
	m, writer, err := openSim(d, b.path, "normal")
	if err != nil {
		t.Fatal(err)
	}
	mover := connect(t, m, b.path, standard())
	run(t, writer, bookTransaction(b.last+1))
	run(t, mover, "PRAGMA wal_checkpoint(PASSIVE)")
	files := d.content()
	if n, err := recover1(files, b.path, "normal"); err != nil || n != b.last+1 {
		t.Errorf("transaction %d: %v", n, err)
	}
	delete(files, b.path+walSuffix)
	if _, err := recover1(files, b.path, "normal"); !errors.Is(err, ErrMissingWAL) {
		t.Errorf("without its log: %v", err)
	}
	if err := errors.Join(writer.Close(), mover.Close(), m.Unmount()); err != nil {
		t.Error(err)
	}
}

// TestVerifyAfterAnHonestFailure lets each operation of the disk fail once, goes on, and has the open book verified: the
// disk's failure is told where it happens; nothing of what it leaves is tampering while the log still has it all.
func TestVerifyAfterAnHonestFailure(t *testing.T) {
	b := makeBook(t)
	seen := map[string]int{}
	for _, kind := range []faultKind{failOnce, failFlush, failRead} {
		for at := 1; ; at++ {
			d := newSimDisk(b.files)
			m, db, err := openSim(d, b.path, "full")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := checkSim(m, db, b.path); err != nil {
				t.Fatal(err)
			}
			d.begin()
			d.break1(&simFault{at: at, kind: kind, part: 2})
			for _, q := range []string{
				bookTransaction(b.last + 1), "PRAGMA wal_checkpoint(PASSIVE)",
				`BEGIN; INSERT INTO item(pad) SELECT zeroblob(3000) FROM item;
				UPDATE item SET pad=zeroblob(2900); UPDATE meta SET n=n+0; COMMIT`, "ROLLBACK",
				"PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(TRUNCATE)",
			} {
				_, err := db.Exec(q)
				if d.failed == 0 || err != nil && refused(m.Explain(err)) {
					if err != nil && refused(m.Explain(err)) {
						t.Errorf("%s %d: %.40s: %v", kind, at, q, m.Explain(err))
					}
					continue
				}
				rep, err := m.Verify(t.Context(), b.path, nil)
				if refused(err) {
					key := string(kind) + ", after " + q[:min(len(q), 30)] + ": " + rep.Faults[0].Error()
					if seen[key]++; seen[key] == 1 {
						t.Errorf("operation %d failed (%s): called %d faults, %s", at, kind, len(rep.Faults), key)
					}
				}
			}
			failed := d.failed
			d.break1(nil)
			_, _ = db.Close(), m.Unmount()
			if n, err := recover1(d.content(), b.path, "full"); err != nil || n < b.last {
				t.Errorf("%s %d: opened again: %d %v", kind, at, n, err)
			}
			if failed == 0 {
				break
			}
		}
	}
}

// TestACommittedFrameIsNotWrittenOver: SQLite does so when it found no memory to show a transaction that is flushed. The
// person reads what to do, and whoever opens the book again finds the transaction.
func TestACommittedFrameIsNotWrittenOver(t *testing.T) {
	b := makeBook(t)
	m, _ := mountOn(t, Options{disk: newSimDisk(b.files)})
	db := connect(t, m, b.path, standard())
	db.SetMaxOpenConns(1)
	run(t, db, bookTransaction(b.last+1))
	w := &m.databases[b.path].log
	w.mu.Lock()
	last := w.commit
	w.mu.Unlock()
	if err := w.admit(last, 1); last == 0 || !errors.Is(err, ErrReopen) {
		t.Errorf("frame %d: %v", last, err)
	}
	if err := w.admit(last+2, 1); err == nil || errors.Is(err, ErrReopen) {
		t.Errorf("frame %d, behind none: %v", last+2, err)
	}
	run(t, db, bookTransaction(b.last+2))
}

package crypt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

const takenIntro = `
## The ledger gone, and the book taken as it is

An owner without a usable backup may have the ledger made anew ([Mount.Rebaseline]). Whether a page is the
latest is not known any more, and what a log held that is gone is not missed: that is what is accepted. What
the files show all the same is refused.

| what else was done | outcome |
|---|---|
`

// takenAttacks are rows of TAMPER.md: besides what is said, the ledger is gone, and the book is taken as it is.
func (b *book) takenAttacks(t *testing.T) []attack {
	clean, wal, tampered := b.clean(t), b.files[b.path+walSuffix], refusal(ErrTampered)
	flip := func(at int64) []byte { return edited(wal, func(w []byte) { w[at] ^= 1 }) }
	set := func(data []byte) map[string][]byte { return b.with(walSuffix, data) }
	written := &book{path: b.path, files: b.written}
	end := recordAt(uint32(len(b.written[b.path+walSuffix]) / walRecord))
	page := clean.with("", edited(clean.files[b.path], func(d []byte) { d[2*pageSize+9] ^= 1 }))
	list := []attack{
		{"nothing", b.with(walSuffix, wal), harmless},
		{"nothing, after an orderly close", clean.with("", clean.files[b.path]), harmless},
		{"a page damaged", page, tampered},
		{"the log's header damaged", set(flip(60)), tampered},
		{"the second of three transactions since the checkpoint damaged", set(flip(recordAt(5) + 1000)), tampered},
		{"a transaction damaged that is in the database already", set(flip(recordAt(2) + 1000)), tampered},
		{"the last transaction damaged", set(flip(recordAt(8) + 1000)), lastGone},
		{"the last transaction damaged, which is in the database already", written.with(walSuffix, edited(
			written.files[b.path+walSuffix], func(w []byte) { w[end+1000] ^= 1 })), tampered},
		{"the log cut exactly after an earlier transaction since the last checkpoint", set(wal[:recordAt(7)]), anchorLast},
		{"the log removed", set(nil), anchorLast},
		{"the log of another book under the same key in its place", set(b.foreign(t).files[b.path+walSuffix]), tampered},
	}
	for _, a := range list {
		delete(a.files, b.path+ledgerSuffix)
	}
	return list
}

// taken makes the ledger anew and says what came of it.
func (b *book) taken(t *testing.T, files map[string][]byte) outcome {
	t.Helper()
	d := newSimDisk(files)
	m, _ := mountOn(t, Options{disk: d})
	err := m.Rebaseline(t.Context(), b.path, 1000)
	if f, ok := errors.AsType[*Fault](err); ok {
		return refusal(f.Kind)
	}
	if err != nil {
		return outcome("error: " + err.Error())
	}
	return b.observe(t, d.content())
}

// TestRebaselineBinds: what a log was found to hold when it was taken as it is has to be there from then on.
func TestRebaselineBinds(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.with(ledgerSuffix, nil))
	m, _ := mountOn(t, Options{disk: d})
	if err := m.Rebaseline(t.Context(), b.path, 0); err != nil {
		t.Fatal(err)
	}
	now := &book{path: b.path, files: d.content(), last: b.last}
	wal := now.files[b.path+walSuffix]
	for what, after := range map[string][]byte{
		"removed": nil, "cut": wal[:recordAt(7)],
		"damaged": edited(wal, func(w []byte) { w[recordAt(5)+1000] ^= 1 }),
		"older":   b.older[b.path+walSuffix],
	} {
		if _, _, err := now.attempt(now.with(walSuffix, after)); !refused(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestRebaselineCut loses the ledger in power cuts and kills, takes the book as it is, and cuts the power again:
// no honest state is refused, nothing that was confirmed is gone.
func TestRebaselineCut(t *testing.T) {
	seed, _ := seeded(t)
	path := filepath.Join(t.TempDir(), "company.db")
	base, refusals, states := createdSim(t, path).content(), 0, 0
	for i := range uint64(15) {
		rnd := rand.New(rand.NewPCG(seed, i))
		d := newSimDisk(base)
		d.keep = true
		high := history(t, d, path, "full", rnd, 10+rnd.IntN(30), true)
		for range 6 {
			states++
			cut := d.ready(rnd.IntN(len(d.trace) + 1))
			after, acked := d.crash(cut, rnd)
			crashed, killed := newSimDisk(after), d.fork(cut)
			for what, at := range map[string]*simDisk{"cut": crashed, "killed": killed} {
				what = fmt.Sprintf("%s at %d of %d of history %d", what, cut, len(d.trace), i)
				if !rebaselineCut(t, at, path, acked, high, what) {
					refusals++
				}
			}
		}
	}
	t.Logf("%d states, %d refused as their log's header was being written", 2*states, refusals)
	if refusals > states/4 {
		t.Error("too many are refused")
	}
}

// rebaselineCut takes a crashed book without its ledger as it is; it reports false if the log's header does not
// open, as if the power was cut while it was written.
func rebaselineCut(t *testing.T, d *simDisk, path string, low, high int, what string) bool {
	t.Helper()
	if err := d.remove(path + ledgerSuffix); err != nil {
		t.Fatal(err)
	}
	d.keep = true
	m, _ := mountOn(t, Options{disk: d})
	err := m.Rebaseline(t.Context(), path, 0)
	if wal := d.content()[path+walSuffix]; errors.Is(err, ErrTampered) && len(wal) >= walHeader {
		if _, _, _, ok := openWALHeader(m.logs, wal); !ok {
			return false
		}
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return true
	}
	n, err := recover1(d.content(), path, "full")
	if err != nil || n < low || n > high {
		t.Errorf("%s: transaction %d of %d..%d: %v", what, n, low, high, err)
	}
	after, _ := d.crash(len(d.trace), rand.New(nothing{}))
	if again, err := recover1(after, path, "full"); err != nil || again != n {
		t.Errorf("%s, and cut again: transaction %d, then %d: %v", what, n, again, err)
	}
	return true
}

// TestRebaselineMixes is the smallest case of a log damaged in its middle: two transactions, both in the database
// already. Without the first, what the second wrote would stand beside what was there before.
func TestRebaselineMixes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "company.db")
	d := createdSim(t, path)
	m, db, err := openSim(d, path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "CREATE TABLE x(n INT); CREATE TABLE y(n INT); INSERT INTO x VALUES(1); INSERT INTO y VALUES(1)")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	for range 2 {
		run(t, db, "BEGIN; UPDATE x SET n=n+1; UPDATE y SET n=n+1; COMMIT")
	}
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	files := d.content()
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	wal := files[path+walSuffix]
	if n := (len(wal) - walHeader) / walRecord; n != 4 {
		t.Fatalf("%d frames", n)
	}
	delete(files, path+ledgerSuffix)
	for n := uint32(1); n <= 4; n++ {
		files[path+walSuffix] = edited(wal, func(w []byte) { w[recordAt(n)+999] ^= 1 })
		d := newSimDisk(files)
		m, _ := mountOn(t, Options{disk: d})
		if err := m.Rebaseline(t.Context(), path, 0); !errors.Is(err, ErrTampered) {
			t.Errorf("frame %d: %v", n, err)
		}
		if !bytes.Equal(d.content()[path+walSuffix], files[path+walSuffix]) || len(d.content()[path+ledgerSuffix]) > 0 {
			t.Errorf("frame %d: files were changed", n)
		}
	}
}

// TestRebaselineFlushes: what a killed process left in the memory of the system only is on the disk before the new
// ledger demands it.
func TestRebaselineFlushes(t *testing.T) {
	crashed := makeBook(t)
	for suffix, b := range map[string]*book{walSuffix: crashed, "": crashed.clean(t)} {
		whole := b.files[b.path+suffix]
		d := newSimDisk(b.with(ledgerSuffix, nil))
		d.files[b.path+suffix].data = bytes.Clone(whole[:len(whole)-2*pageSize])
		d.begin()
		f, err := d.open(b.path+suffix, false)
		if err == nil {
			_, err = f.WriteAt(whole, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		m, _ := mountOn(t, Options{disk: d})
		if err := m.Rebaseline(t.Context(), b.path, 0); err != nil {
			t.Fatal(err)
		}
		after, _ := d.crash(len(d.trace), rand.New(nothing{}))
		if n, err := recover1(after, b.path, "full"); err != nil || n != b.last {
			t.Errorf("%q: transaction %d of %d: %v", suffix, n, b.last, err)
		}
	}
}

// TestRebaselineWithoutItsLog kills the process at every step of emptying and of deleting the log, loses the ledger, takes the book
// as it is, and cuts the power at every step of that: a log that was on its way out does not come back against a ledger
// that never heard of it.
func TestRebaselineWithoutItsLog(t *testing.T) {
	b := makeBook(t)
	for _, mode := range []string{"TRUNCATE", "PASSIVE"} {
		d := newSimDisk(b.files)
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		d.begin()
		run(t, db, "PRAGMA wal_checkpoint("+mode+")")
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Fatal(err)
		}
		takenEverywhere(t, b, d)
	}
}

// takenEverywhere kills the process at every step, loses the ledger, and takes the book as it is.
func takenEverywhere(t *testing.T, b *book, d *simDisk) {
	t.Helper()
	for n := range len(d.trace) + 1 {
		f := d.fork(n)
		delete(f.files, b.path+ledgerSuffix)
		delete(f.start, b.path+ledgerSuffix)
		m, _ := mountOn(t, Options{disk: f})
		if err := m.Rebaseline(t.Context(), b.path, 0); err != nil {
			t.Fatalf("killed at %d of %d: %v", n, len(d.trace), err)
		}
		for cut := n; cut <= len(f.trace); cut++ {
			for k := range uint64(32) {
				rnd := rand.New(rand.NewPCG(k, uint64(cut)))
				if k == 0 {
					rnd = rand.New(nothing{})
				}
				files, _ := f.crash(cut, rnd)
				got, err := recover1(files, b.path, "full")
				if errors.Is(err, ErrMissingLedger) && cut < len(f.trace) {
					continue // it is made anew once more
				}
				if err != nil || got != b.last {
					t.Fatalf("killed at %d, cut at %d of %d: transaction %d: %v", n, cut, len(f.trace), got, err)
				}
			}
		}
	}
}

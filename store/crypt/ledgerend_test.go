package crypt

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// ledgerFault reports whether an opening refused the files because of the ledger.
func ledgerFault(err error, path string) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && errors.Is(f, ErrTampered) && f.File == path+ledgerSuffix
}

// hold opens files without SQLite and returns what is on the disk afterwards.
func hold(t *testing.T, path string, files map[string][]byte) (after map[string][]byte, events []Event, err error) {
	t.Helper()
	d := newSimDisk(files)
	m, told := mountOn(t, Options{disk: d})
	if err = m.Hold(path); err == nil {
		_, err = m.Verify(t.Context(), path, nil)
		err = errors.Join(err, m.Unmount())
	}
	return d.content(), told(), err
}

// records are where those of a ledger begin.
func records(l []byte) (at []int) {
	for i := ledgerHeader; i < len(l); i += ledgerPrefix + int(be.Uint32(l[i:])) {
		at = append(at, i)
	}
	return at
}

// TestLedgerEndDamaged flips bits in what stands in the clear before each record of a closed book, and in the
// record: the fault is the ledger's, whichever file contradicts it, and nothing of it is cut off the disk.
func TestLedgerEndDamaged(t *testing.T) {
	b := makeBook(t).clean(t)
	led := b.files[b.path+ledgerSuffix]
	for k, at := range records(led) {
		for _, off := range []int{0, 1, 2, 3, 4, 9, 10, 11, ledgerPrefix, ledgerPrefix + ledgerFixed + 3} {
			for mask := 1; mask < 256; mask <<= 1 {
				files := b.with(ledgerSuffix, edited(led, func(l []byte) { l[at+off] ^= byte(mask) }))
				after, _, err := hold(t, b.path, files)
				if !ledgerFault(err, b.path) {
					t.Fatalf("record %d, byte %d, mask %#x: %v", k, off, mask, err)
				}
				if !maps.EqualFunc(after, files, bytes.Equal) {
					t.Fatalf("record %d, byte %d, mask %#x: files were changed", k, off, mask)
				}
			}
		}
	}
}

// TestLedgerEndPages: a ledger without its end that knows older versions of the pages. What contradicts it is
// found before SQLite reads a page.
func TestLedgerEndPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	d := createdSim(t, path)
	work := func(q string) {
		t.Helper()
		m, db, err := openSim(d, path, "full")
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, q)
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Fatal(err)
		}
	}
	work("CREATE TABLE x(n INT); INSERT INTO x VALUES(1)")
	old := d.content()[path+ledgerSuffix]
	work("UPDATE x SET n=2")
	b := &book{path: path, files: d.content()}
	if _, _, err := hold(t, path, b.with(ledgerSuffix, append(bytes.Clone(old), "torn"...))); !ledgerFault(err, path) {
		t.Errorf("without its end: %v", err)
	}
	_, _, err := hold(t, path, b.with(ledgerSuffix, old))
	if f, ok := errors.AsType[*Fault](err); !ok || f.File != path || f.Page == 0 {
		t.Errorf("an older one, whole: %v", err)
	}
}

// TestLedgerEndTorn is what a crash leaves: it is told, stays as long as nothing is written, and goes then.
func TestLedgerEndTorn(t *testing.T) {
	crashed := makeBook(t)
	for name, b := range map[string]*book{"crashed": crashed, "clean": crashed.clean(t)} {
		led := b.files[b.path+ledgerSuffix]
		torn := led[len(cutRecord(led, 1)):]
		files := b.with(ledgerSuffix, append(bytes.Clone(led), torn[:len(torn)-7]...))
		after, events, err := hold(t, b.path, files)
		if err != nil || len(events) != 1 || events[0].Kind != EventLedgerCut {
			t.Errorf("%s: %v %v", name, events, err)
		}
		if !maps.EqualFunc(after, files, bytes.Equal) {
			t.Errorf("%s: looking at it changed it", name)
		}
		d := newSimDisk(files)
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, "UPDATE meta SET n=n+1")
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Fatal(err)
		}
		if _, events, err := hold(t, b.path, d.content()); err != nil || len(events) != 0 {
			t.Errorf("%s, written to: %v %v", name, events, err)
		}
	}
}

// TestLedgerEndCut cuts the power while a record takes the place of an incomplete one that was longer: it is
// there or not, and what it replaces never makes it look damaged.
func TestLedgerEndCut(t *testing.T) {
	s := newSuite(testRoot.Sub("ledger"))
	d := newSimDisk(nil)
	l := newLedger(d, "x", s, newID())
	if err := l.write(ledgerState{}, make([]uint64, 300)); err != nil {
		t.Fatal(err)
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	d.files["x"].data = append(d.files["x"].data, bytes.Repeat([]byte{1}, 9000)...)
	d.begin()
	l, versions, err := loadLedger(d, "x", s, 300)
	if err != nil || !l.cut || len(versions) != 300 {
		t.Fatal(err)
	}
	changes := make([]change, 300)
	for i := range changes {
		changes[i] = change{uint32(i + 1), 7}
	}
	if err := l.append(l.state, changes); err != nil || l.cut {
		t.Fatal(err)
	}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		cut := rnd.IntN(len(d.trace) + 1)
		files, _ := d.crash(cut, rnd)
		l, versions, err := loadLedger(newSimDisk(files), "x", s, 300)
		if err != nil || cut == len(d.trace) && (versions[0] != 7 || l.cut) {
			t.Fatalf("seed %d, cut at %d of %d: %v", seed, cut, len(d.trace), err)
		}
	}
}

// TestLedgerFailedFlush lets the flush of a long record fail, tries a short one, and cuts the power at every step:
// the long one, which may be on the disk, must not stand behind a short one that a crash tore.
func TestLedgerFailedFlush(t *testing.T) {
	s := newSuite(testRoot.Sub("ledger"))
	d := newSimDisk(nil)
	l := newLedger(d, "x", s, newID())
	const pages = 40 // so that the next record lies in two sectors of the disk
	if err := l.write(ledgerState{}, make([]uint64, pages)); err != nil {
		t.Fatal(err)
	}
	d.begin()
	d.break1(&simFault{at: 1, kind: failFlush})
	if err := l.append(l.state, slices.Repeat([]change{{1, 2}}, 300)); !errors.Is(err, errSim) {
		t.Fatal(err)
	}
	short := l.append(l.state, nil)
	if !errors.Is(short, ErrReopen) {
		t.Errorf("written behind a flush that failed: %v", short)
	}
	for cut := range len(d.trace) + 1 {
		for seed := range uint64(40) {
			files, _ := d.crash(cut, rand.New(rand.NewPCG(seed, 0)))
			l, _, err := loadLedger(newSimDisk(files), "x", s, pages)
			if err != nil || short == nil && cut == len(d.trace) && l.seq != 2 {
				t.Fatalf("cut at %d of %d, chance %d: %v", cut, len(d.trace), seed, err)
			}
		}
	}
}

// TestLedgerBusy: a ledger followed by what looks like a great many records takes no longer to refuse or ignore.
func TestLedgerBusy(t *testing.T) {
	s := newSuite(testRoot.Sub("ledger"))
	d := newSimDisk(nil)
	l := newLedger(d, "x", s, newID())
	if err := l.write(ledgerState{}, []uint64{1}); err != nil {
		t.Fatal(err)
	}
	const size = 16 << 20
	data := d.content()["x"]
	for len(data) < size {
		data = be.AppendUint32(data, uint32(size-len(data))/2)
		data = be.AppendUint64(data, l.seq+2)
	}
	done := make(chan error, 1)
	go func() {
		_, err := (&ledger{s: s, path: "x"}).parse(data)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("still looking")
	}
}

// TestRebaselineGoesOn: the ledger made anew in place of one that lost its end continues its numbers.
func TestRebaselineGoesOn(t *testing.T) {
	b := makeBook(t).clean(t)
	led := b.files[b.path+ledgerSuffix]
	d := newSimDisk(b.with(ledgerSuffix, edited(led, func(l []byte) { l[len(l)-60] ^= 1 })))
	m, _ := mountOn(t, Options{disk: d})
	if err := m.Hold(b.path); !ledgerFault(err, b.path) || !strings.Contains(err.Error(), walSuffix) {
		t.Fatal(err)
	}
	if err := m.Rebaseline(t.Context(), b.path, 0); err != nil {
		t.Fatal(err)
	}
	now := &book{path: b.path, files: d.content()}
	if was, is := b.head(t, b.files), now.head(t, now.files); is <= was {
		t.Errorf("the head was %d and is %d", was, is)
	}
}

// TestLedgerTooLarge: a file that says that it is larger than any ledger of this database is refused unread.
func TestLedgerTooLarge(t *testing.T) {
	b := makeBook(t).clean(t)
	d := newSimDisk(b.files)
	m, _ := mountOn(t, Options{disk: hugeDisk{d}})
	if err := m.Hold(b.path); !ledgerFault(err, b.path) {
		t.Errorf("%v", err)
	}
	if most := ledgerMax(1 << 20); most > 300<<20 {
		t.Errorf("%d MiB are read for a database of 4 GiB", most>>20)
	}
	const pages = 200_000
	l := &ledger{size: ledgerMax(pages) - ledgerBase, state: ledgerState{pages: pages}}
	if !l.bulky() {
		t.Error("a ledger as large as may be read was not rewritten long before")
	}
}

// hugeDisk says that a ledger is as large as its disk, and cannot be asked for all of it.
type hugeDisk struct{ *simDisk }

func (d hugeDisk) size(path string) (int64, error) {
	if strings.HasSuffix(path, ledgerSuffix) {
		return 1 << 36, nil
	}
	return d.simDisk.size(path)
}

func (d hugeDisk) open(path string, create bool) (diskFile, error) {
	if strings.HasSuffix(path, ledgerSuffix) {
		return nil, errSim
	}
	return d.simDisk.open(path, create)
}

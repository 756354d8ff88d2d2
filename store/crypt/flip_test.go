package crypt

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
)

// outcome is what becomes of a changed file, in the words of TAMPER.md.
type outcome string

// The outcomes other than a refusal, which is "refused: " and the fault's sentence.
const (
	harmless  outcome = "harmless: the content is exactly what it was"
	dropped   outcome = "harmless, with an event: the content is exactly what it was"
	lastGone  outcome = "noticed with an event: the last transaction is gone, as a power cut would take it"
	different outcome = "DIFFERENT CONTENT" // never right
)

func refusal(kind error) outcome { return outcome("refused: " + kind.Error()) }

// region is a part of a file and what flipping any bit in it may lead to.
type region struct {
	state string // of the book: clean or crashed
	file  string // suffix
	name  string
	want  []outcome
}

// regions cover every byte of database, log and ledger. TestFlip sees that each outcome occurs and no
// other does.
var regions = []region{
	{"clean", "", "any page", []outcome{refusal(ErrTampered)}},
	{"clean", ledgerSuffix, "header", []outcome{refusal(ErrTampered), refusal(ErrNewer)}},
	{"clean", ledgerSuffix, "any record but the last", []outcome{refusal(ErrTampered)}},
	{"clean", ledgerSuffix, "the last record", []outcome{refusal(ErrTampered)}},
	{"crashed", "", "a page that is not in the log", []outcome{refusal(ErrTampered)}},
	{"crashed", "", "a page that is also in the log", []outcome{harmless}},
	{"crashed", walSuffix, "header", []outcome{refusal(ErrTampered)}},
	{"crashed", walSuffix, "any frame before the last transaction", []outcome{refusal(ErrTampered)}},
	{"crashed", walSuffix, "the last transaction", []outcome{lastGone}},
	{"crashed", ledgerSuffix, "header", []outcome{refusal(ErrTampered), refusal(ErrNewer)}},
	{"crashed", ledgerSuffix, "any record but the last", []outcome{refusal(ErrTampered)}},
	{"crashed", ledgerSuffix, "the last record", []outcome{dropped}},
}

// place names the region of a byte.
func (b *book) place(suffix string, i int, inLog map[int]bool, state string) string {
	switch suffix {
	case "":
		switch {
		case state == "clean":
			return "any page"
		case inLog[i/pageSize+1]:
			return "a page that is also in the log"
		}
		return "a page that is not in the log"
	case walSuffix:
		last := int(recordAt(uint32(len(b.files[b.path+walSuffix])/walRecord))) - walRecord // of two frames
		switch {
		case i < walHeader:
			return "header"
		case i < last:
			return "any frame before the last transaction"
		}
		return "the last transaction"
	}
	l := b.files[b.path+ledgerSuffix]
	switch {
	case i < ledgerHeader:
		return "header"
	case i < len(cutRecord(l, 1)):
		return "any record but the last"
	}
	return "the last record"
}

// clearByte tells the bytes of which all eight bits are tried: what stands in the clear.
func clearByte(b *book, suffix string, i int) bool {
	switch suffix {
	case "":
		return i < idSize
	case walSuffix:
		return i < 56 || i >= walHeader && (i-walHeader)%walRecord < walClear
	}
	for at := ledgerHeader; at <= i; {
		if i < at+ledgerPrefix {
			return true
		}
		at += ledgerPrefix + int(be.Uint32(b.files[b.path+ledgerSuffix][at:]))
	}
	return i < ledgerHeader
}

// TestFlip flips every byte of every file of a small book, after an orderly close and after a crash:
// one bit chosen at random, and each of the eight where the byte is not sealed. What is not refused
// leaves every page as SQLite reads it exactly as it was, or is a lost last transaction as after a
// power cut; SQLite itself is asked about some of the flips, and about all in a soak. With the race
// detector, which makes it ten times slower, only every third sealed byte takes its turn.
func TestFlip(t *testing.T) {
	if raceOn {
		flipBook(t, 3, 50)
		return
	}
	flipBook(t, 1, 25)
}

// flipBook flips every stride-th sealed byte and all others, asks SQLite about every ask-th flip, and
// returns how many there were.
func flipBook(t *testing.T, stride, ask int) int {
	defer debug.SetGCPercent(debug.SetGCPercent(1600))
	rnd, tried := rand.New(rand.NewPCG(seeded(t))), 0
	turn := rnd.IntN(stride)
	crashed := makeTiny(t)
	for _, state := range []string{"crashed", "clean"} {
		b := crashed
		if state == "clean" {
			b = crashed.clean(t)
		}
		f := newFlipper(t, b, state)
		seen := make(map[string]map[outcome]int)
		for _, suffix := range []string{"", walSuffix, ledgerSuffix} {
			for i := range b.files[b.path+suffix] {
				masks := []byte{1 << rnd.IntN(8)}
				if clearByte(b, suffix, i) {
					masks = []byte{1, 2, 4, 8, 16, 32, 64, 128}
				} else if i%stride != turn && suffix != ledgerSuffix {
					continue
				}
				for _, mask := range masks {
					tried++
					got := f.flip(suffix, i, mask, tried%ask == 0)
					key := suffix + ": " + b.place(suffix, i, f.inLog, state)
					if seen[key] == nil {
						seen[key] = make(map[outcome]int)
					}
					seen[key][got]++
					if got == different {
						t.Fatalf("%s%s byte %d, mask %#x: another content", state, suffix, i, mask)
					}
				}
			}
		}
		judge(t, state, seen)
	}
	t.Logf("%d flips", tried)
	return tried
}

// judge compares what was seen with the regions' table.
func judge(t *testing.T, state string, seen map[string]map[outcome]int) {
	t.Helper()
	for _, r := range regions {
		if r.state != state {
			continue
		}
		key := r.file + ": " + r.name
		got := slices.Sorted(maps.Keys(seen[key]))
		if !slices.Equal(got, slices.Sorted(slices.Values(r.want))) {
			t.Errorf("%s%s: %v, want %q", state, key, seen[key], r.want)
		}
		delete(seen, key)
	}
	if len(seen) > 0 {
		t.Errorf("%s: regions without a row: %v", state, seen)
	}
}

// flipper knows what the unchanged book holds, and what it held before its last transaction.
type flipper struct {
	t                *testing.T
	b                *book
	shelf            *shelf
	now, before      [][]byte
	saysNow, saysOld string
	inLog            map[int]bool
}

func newFlipper(t *testing.T, b *book, state string) *flipper {
	t.Helper()
	f := &flipper{t: t, b: b, shelf: newShelf(t, b.path), inLog: make(map[int]bool)}
	var err error
	if f.now, err = f.shelf.look(b.files); err != nil || len(f.shelf.events) > 0 {
		t.Fatal(err, f.shelf.events)
	}
	if f.saysNow, err = b.content(b.files); err != nil {
		t.Fatal(err)
	}
	if state == "clean" {
		return f
	}
	wal := b.files[b.path+walSuffix]
	old := b.with(walSuffix, wal[:len(wal)-2*walRecord])
	if f.before, err = f.shelf.look(old); err != nil {
		t.Fatal(err)
	}
	if f.saysOld, err = b.content(old); err != nil || f.saysOld == f.saysNow {
		t.Fatal(err)
	}
	err = f.shelf.m.with(b.path, func(d *database) error {
		for n := range d.torn {
			f.inLog[int(n)] = true
		}
		return nil
	})
	if err != nil || len(f.inLog) < 2 {
		t.Fatal(err, f.inLog)
	}
	return f
}

// flip changes one byte and tells what becomes of it; ask makes SQLite confirm it.
func (f *flipper) flip(suffix string, i int, mask byte, ask bool) outcome {
	bad := bytes.Clone(f.b.files[f.b.path+suffix])
	bad[i] ^= mask
	files := f.b.with(suffix, bad)
	image, err := f.shelf.look(files)
	events := f.shelf.events
	if ask {
		f.ask(fmt.Sprintf("%s byte %d, mask %#x", suffix, i, mask), files, image, err)
	}
	var fault *Fault
	switch {
	case errors.As(err, &fault) && refused(err):
		return refusal(fault.Kind)
	case err != nil:
		f.t.Fatalf("%s byte %d: %v", suffix, i, err)
	case same(image, f.now) && len(events) == 0:
		return harmless
	case same(image, f.now):
		return dropped
	case same(image, f.before) && len(events) > 0:
		return lastGone
	}
	return different
}

// ask sees that SQLite finds the same as look. Where look refuses a page, SQLite may not need it.
func (f *flipper) ask(what string, files map[string][]byte, image [][]byte, err error) {
	f.t.Helper()
	says, sqlErr := f.b.content(files)
	switch {
	case err != nil && sqlErr != nil && !refused(sqlErr):
		f.t.Errorf("%s: SQLite: %v", what, sqlErr)
	case err != nil && sqlErr == nil && says != f.saysNow:
		f.t.Errorf("%s: refused (%v), but SQLite reads another content", what, err)
	case err != nil:
	case sqlErr != nil:
		f.t.Errorf("%s: accepted, but SQLite says %v", what, sqlErr)
	case same(image, f.now) != (says == f.saysNow), same(image, f.before) != (says == f.saysOld):
		f.t.Errorf("%s: SQLite finds another content", what)
	}
}

func same(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }

// TestFlipLarge flips random bytes of a book of many megabytes: each is refused when the page is read,
// or when the book is opened.
func TestFlipLarge(t *testing.T) {
	if raceOn {
		flipLarge(t, 8, 50)
		return
	}
	flipLarge(t, 32, 400)
}

// flipLarge makes a database of about the given size and flips bytes anywhere in it, in its ledger and
// in its log, except for their last entries, which TestFlip deals with. It returns how many.
func flipLarge(t *testing.T, sizeMiB, flips int) int {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	rnd := rand.New(rand.NewPCG(seeded(t)))
	path := filepath.Join(t.TempDir(), "company.db")
	d := newSimDisk(nil)
	m, db, err := openSim(d, path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "PRAGMA cache_size=-16000")
	run(t, db, "CREATE TABLE item(id INTEGER PRIMARY KEY, pad BLOB)")
	for i := range sizeMiB + 1 {
		run(t, db, `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<50)
			INSERT INTO item(pad) SELECT zeroblob(20000) FROM n`)
		if i < sizeMiB && (i%8 == 0 || i == sizeMiB-1) { // the last megabyte stays in the log
			run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		}
	}
	run(t, db, "INSERT INTO item VALUES(-1, NULL)")
	flipPages(t, rnd, m, path, d.files[path].data, flips)
	s := newShelf(t, path)
	for p, data := range d.content() {
		s.d.files[p] = &simData{data}
	}
	files := s.d.files
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	for range flips / 10 {
		for _, suffix := range []string{walSuffix, ledgerSuffix} {
			data := bytes.Clone(files[path+suffix].data)
			end := len(cutRecord(files[path+ledgerSuffix].data, 1))
			if suffix == walSuffix {
				end = len(data) - 2*walRecord
			}
			i, mask := rnd.IntN(end), byte(1<<rnd.IntN(8))
			data[i] ^= mask
			good := files[path+suffix]
			files[path+suffix] = &simData{data}
			if err := s.m.with(path, func(*database) error { return nil }); !refused(err) {
				t.Errorf("%s byte %d of %d, mask %#x: %v", suffix, i, len(data), mask, err)
			}
			files[path+suffix] = good
		}
	}
	if _, err := s.m.Verify(t.Context(), path, nil); err != nil {
		t.Error(err)
	}
	tried := flips + flips/10*2
	t.Logf("%d bytes of database, %d of log, %d of ledger: %d flips", len(files[path].data),
		len(files[path+walSuffix].data), len(files[path+ledgerSuffix].data), tried)
	return tried
}

// flipPages flips bytes of pages that are not in the log, under an open database. Reading the page
// refuses; now and then everything is verified, which finds that page and no other.
func flipPages(t *testing.T, rnd *rand.Rand, m *Mount, path string, data []byte, flips int) {
	err := m.with(path, func(d *database) error {
		f, buf := newMainFile(d), make([]byte, pageSize)
		for k := range flips {
			i, mask := rnd.IntN(len(data)), byte(1<<rnd.IntN(8))
			data[i] ^= mask
			n := i/pageSize + 1
			err := f.readAt(buf, int64(n-1)*pageSize)
			if !errors.Is(err, ErrTampered) || !bytes.Equal(buf, make([]byte, pageSize)) {
				t.Errorf("byte %d of %d, mask %#x: %v, read %x", i, len(data), mask, err, buf[:16])
			}
			if k%50 == 0 {
				rep, err := m.Verify(t.Context(), path, nil)
				if !errors.Is(err, ErrTampered) || len(rep.Faults) != 1 || int(rep.Faults[0].Page) != n {
					t.Errorf("page %d: %v, %v", n, rep.Faults, err)
				}
			}
			data[i] ^= mask
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

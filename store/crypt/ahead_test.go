package crypt

import (
	"path/filepath"
	"sync/atomic"
	"testing"
)

// countingDisk counts reads of the files opened through it.
type countingDisk struct {
	osDisk
	reads *atomic.Int64
}

type countingFile struct {
	diskFile
	reads *atomic.Int64
}

func (d countingDisk) open(path string, create bool) (diskFile, error) {
	f, err := d.osDisk.open(path, create)
	return countingFile{f, d.reads}, err
}

func (f countingFile) ReadAt(p []byte, off int64) (int, error) {
	f.reads.Add(1)
	return f.diskFile.ReadAt(p, off)
}

// openBook makes a database of some pages and opens its file below SQLite.
func openBook(t *testing.T) (*database, *atomic.Int64) {
	t.Helper()
	var reads atomic.Int64
	m, _ := mountOn(t, Options{disk: countingDisk{reads: &reads}})
	path := filepath.Join(t.TempDir(), "company.db")
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT)")
	run(t, db, bulk, 20_000)
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	d, err := m.acquire(path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.release(d); err != nil {
			t.Error(err)
		}
	})
	return d, &reads
}

// TestReadAhead: a scan takes fewer reads than pages, and gives the same pages as reads by themselves.
func TestReadAhead(t *testing.T) {
	d, reads := openBook(t)
	f, pages := newMainFile(d), d.known()
	before := reads.Load()
	one, two := make([]byte, pageSize), make([]byte, pageSize)
	for n := uint32(1); n <= pages; n++ {
		if err := f.readAt(one, int64(n-1)*pageSize); err != nil {
			t.Fatal(err)
		}
	}
	if got := reads.Load() - before; got > int64(pages)/4 {
		t.Errorf("%d reads for %d pages", got, pages)
	}
	for n := pages; n >= 1; n-- { // backwards nothing is read ahead
		if err := newMainFile(d).readAt(two, int64(n-1)*pageSize); err != nil {
			t.Fatal(err)
		}
		if err := f.readAt(one, int64(n-1)*pageSize); err != nil || string(one) != string(two) {
			t.Fatalf("page %d differs: %v", n, err)
		}
	}
}

// TestReadAheadIsNeverOld: a page that was read ahead and then written is read again.
func TestReadAheadIsNeverOld(t *testing.T) {
	d, _ := openBook(t)
	f, other := newMainFile(d), newMainFile(d)
	page := make([]byte, pageSize)
	const from, changed = 2, 10
	for n := int64(from); n < changed; n++ {
		if err := f.readAt(page, (n-1)*pageSize); err != nil {
			t.Fatal(err)
		}
	}
	if a := f.ahead; changed < a.first || changed >= a.first+a.count {
		t.Fatalf("page %d was not read ahead: %d from %d", changed, a.count, a.first)
	}
	was := make([]byte, pageSize)
	if err := other.readAt(was, (changed-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	is := append([]byte(nil), was...)
	is[100] ^= 1
	if err := other.writeAt(is, (changed-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	err := f.readAt(page, (changed-1)*pageSize)
	if err != nil || string(page) != string(is) {
		t.Errorf("not the page as written: %v, old: %t", err, string(page) == string(was))
	}
	if err := other.writeAt(was, (changed-1)*pageSize); err != nil {
		t.Error(err)
	}
}

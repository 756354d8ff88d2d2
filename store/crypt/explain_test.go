package crypt

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// TestExplain gives SQLite's bare error codes their cause, until the cause is gone.
func TestExplain(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.with(walSuffix, nil))
	m, events := mountOn(t, Options{disk: d})
	db := connect(t, m, b.path, standard())
	err := db.Ping()
	if err == nil || errors.Is(err, ErrMissingWAL) || !errors.Is(m.Explain(err), ErrMissingWAL) {
		t.Errorf("log removed: %v", m.Explain(err))
	}
	var f *Fault
	if !errors.As(m.Explain(err), &f) || f.File != b.path+walSuffix {
		t.Errorf("fault: %+v", f)
	}
	if e := events(); len(e) == 0 || e[0].Kind != EventFault || !errors.Is(e[0].Err, ErrMissingWAL) {
		t.Errorf("events: %v", e)
	}

	d.mu.Lock()
	d.files[b.path+walSuffix] = &simData{b.files[b.path+walSuffix]}
	d.mu.Unlock()
	run(t, db, "UPDATE meta SET n=n+1")
	_, err = db.Exec("PRAGMA journal_mode=delete")
	if err == nil || errors.Is(m.Explain(err), ErrMissingWAL) || !strings.Contains(err.Error(), "always in WAL") {
		t.Errorf("another error: %v", m.Explain(err))
	}

	// A page damaged under an open database.
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	d.mu.Lock()
	for n := pageSize; n < len(d.files[b.path].data); n += pageSize {
		d.files[b.path].data[n+9] ^= 1
	}
	d.mu.Unlock()
	other := connect(t, m, b.path, standard())
	err = other.QueryRow("SELECT sum(v), sum(length(pad)) FROM item").Scan(new(int), new(int))
	if !errors.As(m.Explain(err), &f) || !errors.Is(f, ErrTampered) || f.File != b.path || f.Page < 2 {
		t.Errorf("damaged page: %v", m.Explain(err))
	}
	if plain := errors.New("x"); !errors.Is(m.Explain(plain), plain) || m.Explain(nil) != nil {
		t.Error("other errors are changed")
	}
}

// TestExplainIsOfThisError: an error of the disk of hours ago is no cause of what SQLite finds corrupt now.
func TestExplainIsOfThisError(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	run(t, db, "UPDATE meta SET n=n+0")
	m.trouble(&fs.PathError{Op: "write", Path: b.path, Err: errors.New("input/output error")}) // this morning
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")                                              // all is well again
	run(t, db, "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage=9999 WHERE name='item'; PRAGMA writable_schema=RESET")
	err = db.QueryRow("SELECT sum(v) FROM item").Scan(new(any))
	var disk *fs.PathError
	if err == nil || errors.As(m.Explain(err), &disk) {
		t.Errorf("explained by what is over: %v", m.Explain(err))
	}
}

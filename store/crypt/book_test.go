package crypt

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"testing"
)

// book is a small database as a crash left it: part of it only in the log.
type book struct {
	path   string
	files  map[string][]byte
	last   int // transactions in it
	eldest map[string][]byte
	older  map[string][]byte // one checkpoint and several transactions earlier
	// written is the book after one more checkpoint: the log is still there, and in the database.
	written map[string][]byte
}

// makeBook builds a book of a few pages whose log holds several transactions.
func makeBook(t testing.TB) *book {
	t.Helper()
	b := &book{path: filepath.Join(t.TempDir(), "company.db")}
	d := newSimDisk(nil)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(b.path); err != nil {
		t.Fatal(err)
	}
	w := &worker{db: db, d: d}
	if err := w.setup(); err != nil {
		t.Fatal(m.Explain(err))
	}
	commit := func(n int) {
		for range n {
			b.last++
			run(t, db, bookTransaction(b.last))
		}
	}
	commit(20)
	b.eldest = d.content()
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	commit(2)
	b.older = d.content()
	run(t, db, "PRAGMA wal_checkpoint(RESTART)")
	commit(1)
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	commit(3)
	b.files = d.content()
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	b.written = d.content()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := m.Unmount(); err != nil {
		t.Fatal(err)
	}
	return b
}

// bookTransaction is the n-th transaction of makeBook.
func bookTransaction(n int) string {
	return fmt.Sprintf(`BEGIN; INSERT INTO item(v, pad) VALUES(%[1]d, zeroblob(700));
		UPDATE item SET v=v+0 WHERE id<20;
		UPDATE meta SET n=%[1]d, total=(SELECT sum(v) FROM item); COMMIT`, n)
}

// clean is the book after an orderly close: no log.
func (b *book) clean(t testing.TB) *book {
	t.Helper()
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := checkSim(m, db, b.path); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	return &book{path: b.path, files: d.content(), last: b.last}
}

// attempt opens the book with its files changed.
func (b *book) attempt(files map[string][]byte) (n int, events []Event, err error) {
	m, db, err := openSim(newSimDisk(files), b.path, "full")
	if err != nil {
		return 0, nil, err
	}
	m.onEvent = func(e Event) { events = append(events, e) }
	n, err = checkSim(m, db, b.path)
	_ = db.Close()
	_ = m.Unmount()
	return n, events, err
}

// with returns the files with one replaced; nil removes it.
func (b *book) with(suffix string, data []byte) map[string][]byte {
	files := maps.Clone(b.files)
	if files[b.path+suffix] = data; data == nil {
		delete(files, b.path+suffix)
	}
	return files
}

// refused reports whether err is one the store can put into words.
func refused(err error) bool {
	for _, kind := range []error{
		ErrTampered, ErrNewer, ErrMissingDB, ErrMissingWAL, ErrMissingLedger,
		ErrNotSealed, ErrUnfinished,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

func TestBook(t *testing.T) {
	for name, b := range map[string]*book{"crashed": makeBook(t), "clean": makeBook(t).clean(t)} {
		n, events, err := b.attempt(b.files)
		if n != b.last || err != nil || len(events) > 0 {
			t.Errorf("%s: %d of %d, %v, %v", name, n, b.last, events, err)
		}
		_, wal := b.files[b.path+walSuffix]
		if wal != (name == "crashed") {
			t.Errorf("%s: log present: %v", name, wal)
		}
	}
}

// makeTiny builds the smallest book that has everything: three pages of which the first is not in the
// log, a log with a transaction before the last checkpoint and two behind it, each of two frames, and a
// ledger with records of both kinds.
func makeTiny(t testing.TB) *book {
	t.Helper()
	b := &book{path: filepath.Join(t.TempDir(), "company.db")}
	d := newSimDisk(nil)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(b.path); err != nil {
		t.Fatal(err)
	}
	run(t, db, `CREATE TABLE meta(n INT, total INT); INSERT INTO meta VALUES(0, 0);
		CREATE TABLE item(id INTEGER PRIMARY KEY, v INT)`)
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	commit := func() {
		b.last++
		run(t, db, fmt.Sprintf(`BEGIN; INSERT INTO item(v) VALUES(%[1]d);
			UPDATE meta SET n=%[1]d, total=(SELECT sum(v) FROM item); COMMIT`, b.last))
	}
	commit()
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	commit()
	commit()
	b.files = d.content()
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	return b
}

// shelf is a mount on a disk whose files are exchanged between one look and the next.
type shelf struct {
	m      *Mount
	d      *simDisk
	path   string
	events []Event
}

func newShelf(t testing.TB, path string) *shelf {
	t.Helper()
	s := &shelf{d: newSimDisk(nil), path: path}
	m, err := NewMount(testRoot, Options{disk: s.d, OnEvent: func(e Event) { s.events = append(s.events, e) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Unmount(); err != nil {
			t.Error(err)
		}
	})
	s.m = m
	return s
}

// look opens the files and returns every page as SQLite would be given it: from the last frame of the
// log that holds it, otherwise from the database. It is many times faster than asking SQLite.
func (s *shelf) look(files map[string][]byte) (image [][]byte, err error) {
	s.events = nil
	clear(s.d.files)
	for p, data := range files {
		s.d.files[p] = &simData{bytes.Clone(data)}
	}
	err = s.m.with(s.path, func(d *database) error {
		image, err = d.image()
		return err
	})
	return image, err
}

// image reads all pages of an open database through the handles SQLite uses.
func (d *database) image() ([][]byte, error) {
	pages, latest := d.known(), make(map[uint32][]byte)
	if _, commit := d.log.committed(); commit > 0 {
		h, err := d.log.handle(false)
		if err != nil {
			return nil, err
		}
		defer func() { _ = h.close() }()
		for n := range int64(commit) {
			frame := make([]byte, sqlFrame)
			if err := h.readAt(frame, sqlWALHeader+n*sqlFrame); err != nil {
				return nil, err
			}
			latest[be.Uint32(frame)] = frame[sqlFrameHead:]
			if size := be.Uint32(frame[4:]); size != 0 {
				pages = size
			}
		}
	}
	f, image := newMainFile(d), make([][]byte, pages)
	for i := range image {
		if image[i] = latest[uint32(i+1)]; image[i] != nil {
			continue
		}
		image[i] = make([]byte, pageSize)
		if err := f.readAt(image[i], int64(i)*pageSize); err != nil {
			return nil, err
		}
	}
	return image, nil
}

// dump is a digest of everything a database says: its schema and each row of each table in order, with
// the types of the values, as SQLite's own dbhash makes it.
func dump(db *sql.DB) (string, error) {
	h := sha256.New()
	names, err := each(db, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name", func(row []any) {
		_, _ = fmt.Fprintf(h, "%q\n", row)
	})
	if err != nil {
		return "", err
	}
	for _, row := range names {
		if kind, sql := row[0], fmt.Sprint(row[3]); kind != "table" || len(sql) > 14 && sql[:14] == "CREATE VIRTUAL" {
			continue
		}
		_, _ = fmt.Fprintf(h, "table %s\n", row[1])
		_, err := each(db, fmt.Sprintf("SELECT * FROM %q", row[1]), func(row []any) {
			for _, v := range row {
				_, _ = fmt.Fprintf(h, "%T", v)
				if blob, ok := v.([]byte); ok {
					_, _ = h.Write(blob)
				} else {
					_, _ = fmt.Fprintf(h, "%#v", v)
				}
			}
			_, _ = fmt.Fprintln(h, len(row))
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// each calls f for every row of a query and returns the rows.
func each(db *sql.DB, q string, f func([]any)) (all [][]any, err error) {
	rows, err := db.Query(q)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, to := make([]any, len(cols)), make([]any, len(cols))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		f(row)
		all = append(all, row)
	}
	return all, rows.Err()
}

// content opens files with SQLite and dumps them.
func (b *book) content(files map[string][]byte) (string, error) {
	m, db, err := openSim(newSimDisk(files), b.path, "full")
	if err != nil {
		return "", err
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	if err := m.Hold(b.path); err != nil {
		return "", err
	}
	s, err := dump(db)
	return s, m.Explain(err)
}

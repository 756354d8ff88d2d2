package crypt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"modernc.org/sqlite"
)

// fill makes a small table and returns what it holds.
func fill(t testing.TB, db *sql.DB) string {
	t.Helper()
	run(t, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT)")
	run(t, db, bulk, 3000)
	run(t, db, "DELETE FROM entry WHERE id%5=0")
	return digest(t, db)
}

func digest(t testing.TB, db *sql.DB) string {
	t.Helper()
	rows, err := db.Query("SELECT id, account, memo FROM entry ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	h := sha256.New()
	for rows.Next() {
		var id, account int
		var memo string
		if err := rows.Scan(&id, &account, &memo); err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintln(h, id, account, memo)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// image reads all pages through SQLite, as a backup does.
func image(t testing.TB, db *sql.DB) [][]byte {
	t.Helper()
	rows, err := db.Query("SELECT data FROM sqlite_dbpage ORDER BY pgno")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var pages [][]byte
	for rows.Next() {
		var p []byte
		if err := rows.Scan(&p); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return pages
}

func feed(pages [][]byte) func() ([]byte, error) {
	return func() ([]byte, error) {
		if len(pages) == 0 {
			return nil, io.EOF
		}
		p := pages[0]
		pages = pages[1:]
		return p, nil
	}
}

func TestWriteImage(t *testing.T) {
	dir := t.TempDir()
	m, events := mountOn(t, Options{})
	src, dst := filepath.Join(dir, "src.db"), filepath.Join(dir, "dst.db")
	db := connect(t, m, src, standard())
	want := fill(t, db)
	pages := image(t, db)
	if err := m.WriteImage(dst, feed(pages)); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{dst, dst + ledgerSuffix} {
		if st, err := os.Stat(p); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", p, st, err)
		}
	}
	rep, err := m.Verify(t.Context(), dst, nil)
	if err != nil || int(rep.Pages) != len(pages) {
		t.Errorf("%+v %v", rep, err)
	}
	other := connect(t, m, dst, standard())
	wantOK(t, other)
	if got := digest(t, other); got != want {
		t.Error("the copy differs")
	}
	run(t, other, "INSERT INTO entry(memo) VALUES('new')")
	if err := m.WriteImage(dst, feed(pages)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	boom := errors.New("boom")
	half := filepath.Join(dir, "half.db")
	n := 0
	err = m.WriteImage(half, func() ([]byte, error) {
		if n++; n > 3 {
			return nil, boom
		}
		return pages[n-1], nil
	})
	left, _ := filepath.Glob(half + "*")
	if runtime.GOOS == "windows" { // an open file cannot be removed: the lock's stays
		left = slices.DeleteFunc(left, IsLock)
	}
	if !errors.Is(err, boom) || len(left) > 0 {
		t.Errorf("interrupted: %v, left %v", err, left)
	}
	bad := bytes.Clone(pages[1])
	bad[pageSize-1] = 1
	if err := m.WriteImage(half, feed([][]byte{pages[0], bad})); err == nil {
		t.Error("a page using the reserve was accepted")
	}
	if err := m.WriteImage(half, feed(nil)); err == nil {
		t.Error("an empty image was accepted")
	}
	if e := events(); len(e) > 0 {
		t.Errorf("events: %v", e)
	}
}

// TestRekey copies a book under a new root key with VACUUM INTO, and with SQLite's backup API.
func TestRekey(t *testing.T) {
	dir := t.TempDir()
	m, _ := mountOn(t, Options{})
	db := connect(t, m, filepath.Join(dir, "old.db"), standard())
	want := fill(t, db)
	next, err := NewMount(Root{77}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := next.Unmount(); err != nil {
			t.Error(err)
		}
	}()
	vacuumed, backed := filepath.Join(dir, "vacuumed.db"), filepath.Join(dir, "backed.db")
	run(t, db, "VACUUM INTO ?1", next.DSN(vacuumed, nil))
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = c.Raw(func(dc any) error {
		b, err := dc.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		}).NewBackup(next.DSN(backed, nil))
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			more, err = b.Step(50)
		}
		return errors.Join(err, b.Finish())
	})
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{vacuumed, backed} {
		if err := m.Hold(p); !errors.Is(err, ErrTampered) {
			t.Errorf("%s under the old key: %v", p, err)
		}
		if _, err := next.Verify(t.Context(), p, nil); err != nil {
			t.Error(err)
		}
		copied, err := sql.Open("sqlite", next.DSN(p, standard()))
		if err != nil {
			t.Fatal(err)
		}
		wantOK(t, copied)
		if digest(t, copied) != want {
			t.Errorf("%s differs", p)
		}
		run(t, copied, "UPDATE entry SET memo='x'")
		if err := copied.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestVerifyWhileWriting runs Verify beside a writer and a checkpointer.
func TestVerifyWhileWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "company.db")
	m, _ := mountOn(t, Options{})
	db := connect(t, m, path, standard())
	fill(t, db)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		for i := 0; ctx.Err() == nil; i++ {
			if _, err := db.Exec("UPDATE entry SET account=account+1 WHERE id%50=?1", i%50); err != nil {
				done <- err
				return
			}
			if _, err := db.Exec("PRAGMA wal_checkpoint(RESTART)"); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 100 {
		if rep, err := m.Verify(t.Context(), path, nil); err != nil {
			t.Fatalf("%+v %v", rep, err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(m.Explain(err))
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Verify(cancelled, path, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestRefusedSettings are the ways to leave WAL mode or the page layout.
func TestRefusedSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "company.db")
	m, _ := mountOn(t, Options{})
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := m.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created twice: %v", err)
	}
	db := connect(t, m, path, standard())
	want := fill(t, db)
	for _, q := range []string{
		"PRAGMA journal_mode=delete", "PRAGMA journal_mode=OFF", "PRAGMA main.journal_mode=memory",
		"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA synchronous=OFF", "PRAGMA synchronous=0",
	} {
		if _, err := db.Exec(q); err == nil {
			t.Errorf("%s was accepted", q)
		}
	}
	run(t, db, "PRAGMA page_size=8192")
	run(t, db, "PRAGMA mmap_size=1000000")
	run(t, db, "VACUUM")
	if s := text(t, db, "PRAGMA page_size") + text(t, db, "PRAGMA journal_mode"); s != "4096wal" {
		t.Error(s)
	}
	if digest(t, db) != want {
		t.Error("content changed")
	}
	if err := m.Hold(filepath.Join(t.TempDir(), "absent.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}

// TestWriteImageLeavesNothing: "on error nothing stays" (docstrings of WriteImage and Create).
func TestWriteImageLeavesNothing(t *testing.T) {
	const path = "/company.db"
	for at := 1; ; at++ {
		d := newSimDisk(nil)
		m, _ := mountOn(t, Options{disk: d})
		d.break1(&simFault{at: at, kind: failOnce})
		err := m.Create(path)
		if d.failed == 0 {
			return
		}
		left := d.content()
		if _, whole := left[path]; err != nil && len(left) > 0 && !whole {
			names := []string{}
			for p := range left {
				names = append(names, p)
			}
			t.Errorf("operation %d failed (%v): %v stay", at, err, names)
		}
	}
}

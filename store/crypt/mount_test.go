package crypt

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"
)

var testRoot = Root{1, 2, 3}

// standard are the pragmas the store uses.
func standard() url.Values {
	return url.Values{
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		},
		"_txlock": {"immediate"},
	}
}

// mountOn mounts testRoot and collects events.
func mountOn(t testing.TB, o Options) (*Mount, func() []Event) {
	t.Helper()
	var mu sync.Mutex
	var events []Event
	o.OnEvent = func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	}
	m, err := NewMount(testRoot, o)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := m.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return m, func() []Event {
		mu.Lock()
		defer mu.Unlock()
		return append([]Event(nil), events...)
	}
}

// connect opens a pool that is closed with the test.
func connect(t testing.TB, m *Mount, path string, params url.Values) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", m.DSN(path, params))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t testing.TB, db *sql.DB, q string, args ...any) {
	t.Helper()
	if _, err := db.Exec(q, args...); err != nil {
		t.Fatalf("%s: %v", strings.SplitN(q, "\n", 2)[0], err)
	}
}

func text(t testing.TB, db *sql.DB, q string, args ...any) string {
	t.Helper()
	var s string
	if err := db.QueryRow(q, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return s
}

func wantOK(t testing.TB, db *sql.DB) {
	t.Helper()
	if s := text(t, db, "PRAGMA integrity_check"); s != "ok" {
		t.Fatal(s)
	}
}

const bulk = `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<?1)
	INSERT INTO entry(account, memo) SELECT i%97, 'cleartext memo '||i FROM n`

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "company.db")
	m, events := mountOn(t, Options{TempDir: dir})
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT) STRICT")
	run(t, db, "CREATE INDEX entry_account ON entry(account, id)")
	run(t, db, bulk, 20_000)
	run(t, db, "CREATE VIRTUAL TABLE memo_text USING fts5(memo, content='entry', content_rowid='id')")
	run(t, db, "INSERT INTO memo_text(memo_text) VALUES('rebuild')")
	if s := text(t, db, "SELECT count(*) FROM memo_text WHERE memo_text MATCH '19999'"); s != "1" {
		t.Errorf("full text: %s", s)
	}
	wantOK(t, db)

	t.Run("spill", func(t *testing.T) {
		run(t, db, "PRAGMA cache_size=10")
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if _, err := tx.Exec("UPDATE entry SET memo=memo||?1", fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := tx.Exec("CREATE TEMP TABLE big AS SELECT * FROM entry ORDER BY memo"); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantOK(t, db)
	})
	t.Run("vacuum", func(t *testing.T) {
		run(t, db, "DELETE FROM entry WHERE id%3=0")
		run(t, db, "VACUUM")
		wantOK(t, db)
		copied := filepath.Join(dir, "copy.db")
		run(t, db, "VACUUM INTO ?1", copied)
		other := connect(t, m, copied, standard())
		wantOK(t, other)
		if s := text(t, other, "PRAGMA journal_mode"); s != "wal" {
			t.Errorf("the copy is in %s mode", s)
		}
		run(t, other, "DELETE FROM entry WHERE id<100")
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("concurrent", func(t *testing.T) { concurrent(t, m, path) })

	before := text(t, db, "SELECT count(*)||sum(id) FROM entry")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = connect(t, m, path, standard())
	wantOK(t, db)
	if after := text(t, db, "SELECT count(*)||sum(id) FROM entry"); after != before {
		t.Errorf("reopened: %s, was %s", after, before)
	}
	if e := events(); len(e) > 0 {
		t.Errorf("events: %v", e)
	}
}

// concurrent lets one writer, a checkpointer and four readers work for a while.
func concurrent(t *testing.T, m *Mount, path string) {
	w := connect(t, m, path, standard())
	r := connect(t, m, path, standard())
	run(t, w, "CREATE TABLE IF NOT EXISTS pair(a INT, b INT)")
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	work := func(f func() error) {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := f(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		work(func() error {
			var n int
			if err := r.QueryRow("SELECT count(*) FROM pair WHERE a+b<>100").Scan(&n); err != nil {
				return err
			}
			if n != 0 {
				return fmt.Errorf("%d half-written pairs", n)
			}
			return nil
		})
	}
	work(func() error { _, err := w.Exec("PRAGMA wal_checkpoint(PASSIVE)"); return err })
	for i := range 300 {
		run(t, w, "INSERT INTO pair VALUES(?1, 100-?1)", i)
		run(t, w, "UPDATE pair SET a=a+1, b=b-1 WHERE a%7=0")
	}
	stop()
	wg.Wait()
	run(t, w, "PRAGMA wal_checkpoint(TRUNCATE)")
	wantOK(t, w)
	_ = r.Close()
	_ = w.Close()
}

// TestPaths uses folder names as people have them, a symbolic link, and a read-only connection.
func TestPaths(t *testing.T) {
	name := "Société à 100 % #1 ?&=+"
	if runtime.GOOS == "windows" {
		name = "Société à 100 % #1 &=+"
	}
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "company.db")
	m, _ := mountOn(t, Options{})
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := m.Hold(path); err != nil {
		t.Fatal(err)
	}
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, memo TEXT)")
	run(t, db, "INSERT INTO entry(memo) VALUES('x')")
	ro := connect(t, m, path, url.Values{"mode": {"ro"}})
	if s := text(t, ro, "SELECT memo FROM entry"); s != "x" {
		t.Error(s)
	}
	if _, err := ro.Exec("DELETE FROM entry"); err == nil {
		t.Error("written through a read-only connection")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	linked := filepath.Join(link, "company.db")
	if err := m.Hold(linked); err != nil {
		t.Error(err)
	}
	if s := text(t, connect(t, m, linked, nil), "SELECT memo FROM entry"); s != "x" {
		t.Error(s)
	}
	if err := m.Release(linked); err != nil {
		t.Error(err)
	}
}

// TestUnmount refuses while connections are open and is harmless when repeated.
func TestUnmount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "company.db")
	m, err := NewMount(testRoot, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE t(x)")
	if err := m.Unmount(); err == nil {
		t.Error("unmounted under a connection")
	}
	run(t, db, "INSERT INTO t VALUES(1)")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	other, _ := mountOn(t, Options{})
	for range 2 {
		if err := m.Unmount(); err != nil {
			t.Error(err)
		}
	}
	if err := other.Hold(path); err != nil {
		t.Errorf("the other mount: %v", err)
	}
	if err := m.Hold(path); err == nil {
		t.Error("used after unmounting")
	}
	for _, p := range Files(path)[1:2] {
		if _, err := os.Stat(p); err == nil {
			t.Errorf("%s is left", p)
		}
	}
}

package crypt

import (
	"flag"
	"path/filepath"
	"testing"
)

var large = flag.Bool("large", false, "write more than 1 GiB")

// TestLarge crosses 1 GiB, where SQLite leaves out a page.
func TestLarge(t *testing.T) {
	if !*large {
		t.Skip("only with -large")
	}
	path := filepath.Join(t.TempDir(), "company.db")
	m, events := mountOn(t, Options{})
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE item(id INTEGER PRIMARY KEY, pad BLOB)")
	for range 11 {
		run(t, db, `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<100)
			INSERT INTO item(pad) SELECT zeroblob(1000000) FROM n`)
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	check := func() {
		t.Helper()
		rep, err := m.Verify(t.Context(), path, nil)
		if err != nil || rep.Pages <= lockPage {
			t.Fatalf("%+v %v", rep, err)
		}
		if s := text(t, db, "PRAGMA quick_check"); s != "ok" {
			t.Fatal(s)
		}
		if s := text(t, db, "SELECT count(*)||' '||sum(length(pad)) FROM item"); s != "1100 1100000000" {
			t.Fatal(s)
		}
	}
	check()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = connect(t, m, path, standard())
	check()
	run(t, db, "DELETE FROM item WHERE id>20")
	run(t, db, "VACUUM")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	if rep, err := m.Verify(t.Context(), path, nil); err != nil || rep.Pages > lockPage/10 {
		t.Errorf("%+v %v", rep, err)
	}
	if e := events(); len(e) > 0 {
		t.Errorf("events: %v", e)
	}
}

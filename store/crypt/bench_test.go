package crypt

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// engines opens a new database sealed, and plain for comparison.
func engines(b *testing.B, f func(b *testing.B, db *sql.DB)) {
	b.Run("plain", func(b *testing.B) {
		dsn := "file:" + filepath.Join(b.TempDir(), "x.db") + "?" + standard().Encode()
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		f(b, db)
	})
	b.Run("sealed", func(b *testing.B) {
		m, _ := mountOn(b, Options{})
		f(b, connect(b, m, filepath.Join(b.TempDir(), "x.db"), standard()))
	})
}

const benchRows = 200_000

func setupBench(b *testing.B, db *sql.DB) {
	db.SetMaxOpenConns(1)
	run(b, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT)")
	run(b, db, "CREATE INDEX entry_account ON entry(account, id)")
	run(b, db, bulk, benchRows)
	run(b, db, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// BenchmarkBulk inserts rows with an index in one statement and checkpoints.
func BenchmarkBulk(b *testing.B) {
	engines(b, func(b *testing.B, db *sql.DB) {
		db.SetMaxOpenConns(1)
		run(b, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT)")
		run(b, db, "CREATE INDEX entry_account ON entry(account, id)")
		for b.Loop() {
			run(b, db, bulk, benchRows)
			run(b, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		}
	})
}

// BenchmarkTransaction commits one row at a time, flushed.
func BenchmarkTransaction(b *testing.B) {
	engines(b, func(b *testing.B, db *sql.DB) {
		db.SetMaxOpenConns(1)
		run(b, db, "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT)")
		for b.Loop() {
			run(b, db, "INSERT INTO entry(account, memo) VALUES(1, 'x')")
		}
	})
}

// BenchmarkPoint reads single rows, most of which are not in SQLite's cache.
func BenchmarkPoint(b *testing.B) {
	engines(b, func(b *testing.B, db *sql.DB) {
		setupBench(b, db)
		run(b, db, "PRAGMA cache_size=-200")
		s, err := db.Prepare("SELECT memo FROM entry WHERE id=?")
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		rnd := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			var memo string
			if err := s.QueryRow(1 + rnd.IntN(benchRows)).Scan(&memo); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkScan reads a whole table past SQLite's cache.
func BenchmarkScan(b *testing.B) {
	engines(b, func(b *testing.B, db *sql.DB) {
		setupBench(b, db)
		run(b, db, "PRAGMA cache_size=-200")
		for b.Loop() {
			if s := text(b, db, "SELECT count(memo) FROM entry"); s != fmt.Sprint(benchRows) {
				b.Fatal(s)
			}
		}
	})
}

// BenchmarkPage seals and opens one page.
func BenchmarkPage(b *testing.B) {
	s := newSuite(testRoot.Sub("db"))
	aad := newPageAAD(newID())
	page, sealed := emptyImage(), make([]byte, pageSize)
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(pageSize)
		for b.Loop() {
			sealPage(s, &aad, sealed, page, 2)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(pageSize)
		buf := make([]byte, pageSize)
		for b.Loop() {
			copy(buf, sealed)
			if _, ok := openPage(s, &aad, buf, 2); !ok {
				b.Fatal("does not open")
			}
		}
	})
}

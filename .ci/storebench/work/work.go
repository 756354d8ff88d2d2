//go:build linux

// Package work holds what the table of the store measures: the same statements, on the same settings, for
// every engine. It knows database/sql and no engine, so that those in C can use it from a module of theirs.
package work

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// The workloads, in the order they are run: the later ones use the database the first one made.
const (
	Bulk   = "bulk"      // one INSERT … SELECT into a table with an index, and a checkpoint
	Full   = "tx FULL"   // transactions of one row, each flushed
	Normal = "tx NORMAL" // the same, flushed at checkpoints only
	Stmt   = "stmt"      // prepared point reads, one by one
	Point  = "point"     // random reads in one statement, most of which miss the page cache
	Scan   = "scan"      // the whole table, page cache and system's cache cold
)

// Names are all workloads.
var Names = []string{Bulk, Full, Normal, Stmt, Point, Scan}

// Size is how much of each is done.
type Size struct {
	Rows         int `json:"rows"`         // of the table, about 165 bytes each with the index
	CacheKiB     int `json:"cache_kib"`    // SQLite's page cache
	Transactions int `json:"transactions"` // of Full and of Normal
	Statements   int `json:"statements"`   // of Stmt
	Points       int `json:"points"`       // of Point
}

// Sample is what one run took, from its first statement until the database is closed. Check is the same
// for every engine that did the same work.
type Sample struct {
	CPU   time.Duration `json:"cpu_ns"` // user and system, all threads
	Wall  time.Duration `json:"wall_ns"`
	Check string        `json:"check"`
}

// The SQL of the workloads; nothing newer than SQLite 3.15 knows.
const (
	Schema = `CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, amount INT, memo TEXT);
CREATE INDEX entry_account ON entry(account, id, amount);
CREATE TABLE note(id INTEGER PRIMARY KEY, account INT, memo TEXT);`
	checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"
	insertNote = "INSERT INTO note(account, memo) VALUES(?, ?)"
	noteMemo   = "Règlement par virement de la facture"
	readOne    = "SELECT memo FROM entry WHERE id = ?"
	scanAll    = "SELECT count(*) || ' ' || sum(amount) || ' ' || sum(length(memo)) FROM entry"
	countNotes = "SELECT count(*) FROM note"
	lastEntry  = "SELECT max(id) FROM entry"
)

func (s Size) bulk() string {
	return fmt.Sprintf(`WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<%d)
INSERT INTO entry SELECT i, (i*2654435761)%%997, (i*40503)%%1000000, 'Facture '||i||' du client numéro '
||((i*7919)%%4000)||', payable à trente jours fin de mois par virement' FROM n`,
		s.Rows)
}

// point spreads by a square modulo a prime: multiples of a number come back to the same pages too soon.
func (s Size) point() string {
	return fmt.Sprintf(`WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<%d)
SELECT count(*) || ' ' || sum(length(memo)) FROM n
JOIN entry ON entry.id = (n.i*n.i*7919 + n.i*104729)%%2147483647%%%d + 1`, s.Points, s.Rows)
}

// Settings are what every connection is told before anything else.
func (s Size) Settings(workload string) []string {
	synchronous := "FULL"
	if workload == Normal {
		synchronous = "NORMAL"
	}
	return []string{
		"PRAGMA page_size=4096", "PRAGMA journal_mode=wal", "PRAGMA synchronous=" + synchronous,
		fmt.Sprintf("PRAGMA cache_size=-%d", s.CacheKiB), "PRAGMA temp_store=memory",
	}
}

// Script is a workload as statements for a shell that reads them; "" if it cannot be one. The last line
// it prints is the check.
func (s Size) Script(workload string) string {
	switch workload {
	case Bulk:
		return s.bulk() + ";\n" + checkpoint + ";\n" + lastEntry + ";\n"
	case Full, Normal:
		one := fmt.Sprintf("INSERT INTO note(account, memo) VALUES(%d, '%s');\n", 1, noteMemo)
		all := make([]byte, 0, len(one)*s.Transactions)
		for range s.Transactions {
			all = append(all, one...)
		}
		return string(all) + countNotes + ";\n"
	case Point:
		return s.point() + ";\n"
	case Scan:
		return scanAll + ";\n"
	}
	return ""
}

// Open opens a pool on a database; one connection of it is used.
type Open func(path string) (*sql.DB, error)

// DB is where the database of an engine lies in its folder.
func DB(dir string) string { return filepath.Join(dir, "bench.db") }

// Run does one workload in the engine's folder, made anew by Bulk.
func Run(open Open, dir, workload string, s Size) (Sample, error) {
	if workload == Bulk {
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
			return Sample{}, err
		}
	}
	db, err := open(DB(dir))
	if err != nil {
		return Sample{}, err
	}
	db.SetMaxOpenConns(1)
	setUp := s.Settings(workload)
	if workload == Bulk {
		setUp = append(setUp, Schema)
	}
	for _, q := range setUp {
		if _, err := db.Exec(q); err != nil {
			return Sample{}, errors.Join(fmt.Errorf("%s: %w", q, err), db.Close())
		}
	}
	if workload == Scan {
		if err := Cool(DB(dir)); err != nil {
			return Sample{}, errors.Join(err, db.Close())
		}
	}
	return measure(func() (string, error) {
		check, err := s.do(db, workload)
		return check, errors.Join(err, db.Close())
	})
}

// do is the measured part.
func (s Size) do(db *sql.DB, workload string) (check string, err error) {
	switch workload {
	case Bulk:
		if _, err = db.Exec(s.bulk()); err == nil {
			_, err = db.Exec(checkpoint)
		}
		if err == nil {
			err = db.QueryRow(lastEntry).Scan(&check)
		}
	case Full, Normal:
		check, err = s.transactions(db)
	case Stmt:
		check, err = s.statements(db)
	case Point:
		err = db.QueryRow(s.point()).Scan(&check)
	case Scan:
		err = db.QueryRow(scanAll).Scan(&check)
	default:
		err = fmt.Errorf("no workload %q", workload)
	}
	return check, err
}

func (s Size) transactions(db *sql.DB) (check string, err error) {
	insert, err := db.Prepare(insertNote)
	if err != nil {
		return "", err
	}
	for range s.Transactions {
		if _, err := insert.Exec(1, noteMemo); err != nil {
			return "", errors.Join(err, insert.Close())
		}
	}
	err = db.QueryRow(countNotes).Scan(&check)
	return check, errors.Join(err, insert.Close())
}

func (s Size) statements(db *sql.DB) (string, error) {
	read, err := db.Prepare(readOne)
	if err != nil {
		return "", err
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	bytes := 0
	for range s.Statements {
		var memo string
		if err := read.QueryRow(1 + rnd.IntN(s.Rows)).Scan(&memo); err != nil {
			return "", errors.Join(err, read.Close())
		}
		bytes += len(memo)
	}
	return fmt.Sprint(bytes), read.Close()
}

// measure takes the time of f in this process, on all its threads.
func measure(f func() (string, error)) (Sample, error) {
	runtime.GC() // nobody pays for the waste of those before
	cpu, wall := Used(), time.Now()
	check, err := f()
	return Sample{Used() - cpu, time.Since(wall), check}, err
}

// Used is the processor time this process has taken.
func Used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("getrusage: " + err.Error()) // only for arguments that are none
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Cool makes the system forget what it caches of a file.
func Cool(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	const dontNeed = 4
	err = f.Sync()
	if _, _, no := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0); no != 0 {
		err = errors.Join(err, no)
	}
	return errors.Join(err, f.Close())
}

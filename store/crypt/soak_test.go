package crypt

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var seed = flag.Uint64("seed", 0, "seed of everything random in the tests; 0: from the clock")

var clockSeed = sync.OnceValue(func() uint64 { return uint64(time.Now().UnixNano()) })

// seeded returns a seed and says it, so that a failure can be repeated.
func seeded(t testing.TB) (uint64, uint64) {
	t.Helper()
	s := *seed
	if s == 0 {
		s = clockSeed()
	}
	t.Logf("-seed=%d", s)
	return s, 0
}

// lighter is how much of n a test does that the race detector makes ten times slower and has nothing to
// look for in: one goroutine on a disk in memory.
func lighter(n int) int {
	if raceOn {
		return max(1, n/6)
	}
	return n
}

// soak begins a test of make soak, which runs for long and beside the others.
func soak(t *testing.T) {
	t.Helper()
	if os.Getenv("ZAFE_SOAK") == "" {
		t.Skip("make soak")
	}
	t.Parallel()
}

// figure says what a soak went through; .ci/soak gathers these lines in a table.
func figure(t *testing.T, what, format string, args ...any) {
	t.Helper()
	result := "passed"
	if t.Failed() {
		result = "FAILED"
	}
	t.Logf("SOAK| %s | %s | %s", what, fmt.Sprintf(format, args...), result)
}

// The figures a release is soaked with.
const (
	soakStates     = 26_000 // in FULL and again in NORMAL
	soakKills      = 1_000
	soakHistories  = 2_500 // that meet a failing disk, most more than once
	soakLargeMiB   = 200
	soakPairs      = 40  // histories given to a plain and a sealed database
	soakStatements = 500 // of each
)

func TestSoakPowerCuts(t *testing.T) {
	soak(t)
	n := powerCuts(t, soakStates)
	figure(t, "power cuts", "%d states, FULL and NORMAL; %d of them behind another crash, %d inside a recovery",
		n.states, n.doubles, n.recoveries)
}

func TestSoakKills(t *testing.T) {
	soak(t)
	transactions := kills(t, soakKills)
	figure(t, "kill -9", "%d kills, %d transactions, none confirmed lost", soakKills, transactions)
}

func TestSoakIOErrors(t *testing.T) {
	soak(t)
	failed := ioErrors(t, soakHistories)
	figure(t, "I/O faults", "%d operations failed in %d histories", failed, soakHistories)
}

func TestSoakFlips(t *testing.T) {
	soak(t)
	n := flipBook(t, 1, 1)
	figure(t, "flips, small book", "%d, every byte, all asked of SQLite", n)
	n = flipKeys(t, 1)
	figure(t, "flips, key file", "%d, every bit", n)
}

func TestSoakFlipLarge(t *testing.T) {
	soak(t)
	n := flipLarge(t, soakLargeMiB, 20_000)
	figure(t, "flips, large book", "%d, in %d MiB", n, soakLargeMiB)
}

func TestSoakDifferential(t *testing.T) {
	soak(t)
	n := differential(t, soakPairs, soakStatements)
	figure(t, "plain and sealed", "%d histories of %d statements, %d times the same content",
		soakPairs, soakStatements, n)
}

func TestSoakMutants(t *testing.T) {
	soak(t)
	if raceOn {
		t.Skip("the mutants build their own tests")
	}
	list := mutants()
	n := killMutants(t, list, true)
	figure(t, "mutants", "%d of %d noticed", n, len(list))
}

// TestSoakLarge crosses 1 GiB, where SQLite leaves out a page.
func TestSoakLarge(t *testing.T) {
	soak(t)
	path := filepath.Join(t.TempDir(), "company.db")
	m, events := mountOn(t, Options{})
	db := connect(t, m, path, standard())
	run(t, db, "CREATE TABLE item(id INTEGER PRIMARY KEY, pad BLOB)")
	for range 11 {
		run(t, db, `WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<100)
			INSERT INTO item(pad) SELECT zeroblob(1000000) FROM n`)
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	var pages uint32
	check := func() {
		t.Helper()
		rep, err := m.Verify(t.Context(), path, nil)
		if pages = rep.Pages; err != nil || pages <= lockPage {
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
	most := pages
	run(t, db, "DELETE FROM item WHERE id>20")
	run(t, db, "VACUUM")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	if rep, err := m.Verify(t.Context(), path, nil); err != nil || rep.Pages > lockPage/10 {
		t.Errorf("%+v %v", rep, err)
	}
	if e := events(); len(e) > 0 {
		t.Errorf("events: %v", e)
	}
	figure(t, "past 1 GiB", "%d pages, the one SQLite leaves out is %d", most, lockPage)
}

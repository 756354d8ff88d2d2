package store

import (
	"io/fs"
	"testing"
)

// TestMigrationNumbersHaveNoGap: a number that came later than a higher one would be refused by every book that has
// the higher. 12 was never used, and never will be.
func TestMigrationNumbersHaveNoGap(t *testing.T) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	next := 1
	for _, name := range names {
		if next == 12 {
			next++
		}
		var n int
		for _, c := range name[len("migrations/") : len("migrations/")+4] {
			n = 10*n + int(c-'0')
		}
		if n != next {
			t.Errorf("%s, where number %d was due", name, next)
		}
		next++
	}
}

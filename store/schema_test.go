package store_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"zafe/store"
	"zafe/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestSchema: a released migration never changes, so the schema it leads to does not either, unless a
// new migration says so.
func TestSchema(t *testing.T) {
	s, _ := storetest.New(t)
	var lines []string
	err := s.View(t.Context(), func(tx *store.Tx) (err error) { lines, err = tx.Schema(); return err })
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines, "\n\n") + "\n"
	const path = "schema.golden.sql"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs from the migrated schema (%v): add a migration, then go test ./store -run Schema -update", path, err)
	}
}

package checkup_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zafe/app/verify"
	"zafe/store"
	"zafe/store/checkup"
	"zafe/store/storetest"
)

func run(t *testing.T, st *store.Store, clock *storetest.Clock) verify.Report {
	t.Helper()
	rep, err := verify.New(checkup.Settings(st, clock.Now)).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func names(rep verify.Report) (out []string) {
	for _, p := range rep.Parts {
		out = append(out, p.Name)
	}
	return out
}

func TestAWholeBookIsGoneThroughInItsOrder(t *testing.T) {
	st, clock := storetest.New(t)
	rep := run(t, st, clock)
	want := []string{"keys", "seal", "files", "structure", "chain", "ledger", "billing"}
	if !slices.Equal(names(rep), want) || len(rep.Findings) != 0 || rep.Counted("keys") != 2 || rep.Counted("seal") == 0 {
		t.Errorf("%+v", rep)
	}
	err := st.View(t.Context(), func(tx *store.Tx) error {
		wrong, err := checkup.Invariants(tx)
		if len(wrong) > 0 {
			t.Errorf("an empty book breaks %q", wrong)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A file that is not what was written is a finding, which people can act on, not an error of the check; and
// what is in a broken seal is not looked at.
func TestWhatIsWrongWithTheFilesIsAFinding(t *testing.T) {
	for name, last := range map[string]string{"company.keys": "billing", "book.db-ledger": "seal"} {
		st, clock := storetest.New(t)
		path := filepath.Join(st.Dir(), name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		rep := run(t, st, clock)
		if parts := names(rep); len(rep.Findings) == 0 || parts[len(parts)-1] != last {
			t.Errorf("%s: %+v", name, rep)
		}
	}
}

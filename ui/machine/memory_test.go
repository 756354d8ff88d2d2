package machine_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"zafe/app/audit"
	"zafe/app/verify"
	"zafe/ui/machine"
)

func newMemory(t *testing.T) (*machine.Memory, *int) {
	t.Helper()
	warned := new(int)
	return &machine.Memory{
		Path: filepath.Join(t.TempDir(), "memory.json"), Warn: func(string, error) { *warned++ },
	}, warned
}

// TestChangesAtTheSameTimeAllStay: the window saves its size while what was seen of the book is noted.
func TestChangesAtTheSameTimeAllStay(t *testing.T) {
	for range 50 {
		m, _ := newMemory(t)
		var all sync.WaitGroup
		for _, change := range []func() error{
			func() error { return m.SavePreferences(machine.Preferences{Lang: "en"}) },
			func() error { return m.SetCompany("Atelier", true) },
			func() error { return m.SetSeen(verify.Seen{Checkpoint: audit.Checkpoint{Book: "one", Event: 7}}) },
		} {
			all.Go(func() {
				if err := change(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		name, sample := m.Company()
		if m.Preferences().Lang != "en" || name != "Atelier" || !sample || m.Seen().Event != 7 {
			t.Fatalf("%+v %q %t %+v", m.Preferences(), name, sample, m.Seen())
		}
	}
}

// TestAnUnreadableMemoryIsKept: what cannot be read is not written over without a word.
func TestAnUnreadableMemoryIsKept(t *testing.T) {
	m, warned := newMemory(t)
	if err := os.WriteFile(m.Path, []byte(`{"seen":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := m.Seen(); got != (verify.Seen{}) || *warned != 1 {
		t.Errorf("%+v, warned %d times", got, *warned)
	}
	if err := m.SetCompany("Atelier", false); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(m.Path + ".unreadable")
	if err != nil || string(kept) != `{"seen":` {
		t.Errorf("kept %q, %v", kept, err)
	}
	if name, _ := m.Company(); name != "Atelier" || *warned != 2 {
		t.Errorf("%q, warned %d times", name, *warned)
	}
}

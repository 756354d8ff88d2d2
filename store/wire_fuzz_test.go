package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"zafe/store/crypt"
)

// FuzzReceive takes anything for what a main PC says to the PC that keeps a copy of its book: it makes no file but
// those of the copy.
func FuzzReceive(f *testing.F) {
	said := func(steps ...wireStep) []byte {
		var b bytes.Buffer
		for _, s := range steps {
			if err := s.write(&b); err != nil {
				f.Fatal(err)
			}
		}
		return b.Bytes()
	}
	content := "ab" + string(bytes.Repeat([]byte("0"), 62))
	f.Add(said(wireStep{kind: wireStale}))
	f.Add(said(
		wireStep{kind: wireBegin, data: []byte("session")}, wireStep{kind: wirePut, name: keysFile, data: []byte("{}")},
		wireStep{kind: crypt.StepWrote, name: bookFile, data: []byte("page")}, wireStep{kind: wireGone, name: content},
		wireStep{kind: crypt.StepSynced, name: bookFile}, wireStep{kind: wireWhole, seq: 7},
	))
	f.Add(said(wireStep{kind: wireBegin}, wireStep{kind: wirePut, name: "../../evil"}))
	f.Add(said(wireStep{kind: wireBegin}, wireStep{kind: crypt.StepRenamed, name: bookFile, to: "/tmp/evil"}))
	f.Fuzz(func(t *testing.T, answer []byte) {
		outer := t.TempDir()
		dir := filepath.Join(outer, "relay", "book")
		s, err := OpenStandby(dir)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = s.Receive(t.Context(), bytes.NewReader(answer))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{outer, filepath.Dir(dir)} {
			made, err := os.ReadDir(at)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range made {
				switch e.Name() {
				case "relay", "book", "book" + oldSuffix, "book" + comingSuffix, "book" + newSuffix, "book" + claimSuffix:
				default:
					t.Errorf("made %s", e.Name())
				}
			}
		}
	})
}

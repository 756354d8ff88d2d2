package device

import (
	"testing"
	"time"
)

// FuzzParse reads the file with the key of a PC and that of a company: it is whole or refused.
func FuzzParse(f *testing.F) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	pc, err := NewPC(now)
	if err != nil {
		f.Fatal(err)
	}
	if b, err := pc.Marshal(); err == nil {
		f.Add(b)
	}
	root, err := NewRoot(now)
	if err != nil {
		f.Fatal(err)
	}
	if b, err := root.Marshal(); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if id, err := Parse(file); err == nil {
			if _, err := id.Marshal(); err != nil {
				t.Error(err)
			}
		}
		if root, err := ParseRoot(file); err == nil {
			if _, err := root.Host(); err != nil {
				t.Error(err)
			}
		}
	})
}

package store

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"

	"zafe/store/crypt"
)

// LastStep is the last step of the journal.
func LastStep(s *Store) uint64 {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.seq
}

// StepOf is the last step that a standby did.
func StepOf(s *Standby) uint64 { return s.seq }

// Tear copies a standby's folder to one in parent, where half of the step after seq of an answer is done, if it
// writes.
func Tear(dir string, answer []byte, seq uint64, parent string) string {
	torn := filepath.Join(parent, "torn")
	if err := os.CopyFS(torn, os.DirFS(dir)); err != nil {
		panic(err)
	}
	r := bufio.NewReader(bytes.NewReader(answer))
	for {
		step, err := readWire(r)
		if err != nil {
			return torn
		}
		if step.kind == wireFile {
			if _, err := r.Discard(int(step.at)); err != nil {
				return torn
			}
		}
		if step.seq != seq+1 {
			continue
		}
		if step.kind == crypt.StepWrote {
			m := &mirror{dir: torn}
			step.data = step.data[:len(step.data)/2]
			if err := m.do(step, nil); err != nil {
				panic(err)
			}
			_ = m.close()
		}
		return torn
	}
}

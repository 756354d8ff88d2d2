package store

import (
	"context"
	"errors"
	"path/filepath"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// Head is the number of the seal's last record; it only grows. A lower one than was noted elsewhere
// means that all files of the book were put back together.
func (s *Store) Head() (uint64, error) {
	if err := s.gate.enter(context.Background()); err != nil {
		return 0, err
	}
	defer s.gate.leave()
	return s.mount.Head(s.path())
}

// SealReport is what [Store.VerifySeal] found.
type SealReport struct {
	Pages int64  // of the database and of the log
	Head  uint64 // as [Store.Head]
	// Faults are one for each file that is not what was written, verify.seal, or of which the disk does not give
	// everything back, verify.unreadable.
	Faults []*fault.Fault
}

// VerifySeal reads every page of the book, of its log and of its ledger and checks their seal, while work
// goes on. progress, which may be nil, is told bytes done and bytes in all. What is wrong with the book is
// in the report; an error means that it could not be read through.
func (s *Store) VerifySeal(ctx context.Context, progress func(done, total int64)) (SealReport, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	if err := s.gate.enter(ctx); err != nil {
		return SealReport{}, err
	}
	defer s.gate.leave()
	rep, err := s.mount.Verify(ctx, s.path(), func(done, total uint32) {
		progress(int64(done)*crypt.PageSize, int64(total)*crypt.PageSize)
	})
	if err != nil && len(rep.Faults) == 0 {
		return SealReport{}, classify(err)
	}
	out := SealReport{Pages: int64(rep.Pages) + int64(rep.Frames), Head: rep.Head}
	wrong := map[string]*fault.Fault{}
	for _, f := range rep.Faults {
		name, key := filepath.Base(f.File), "verify.seal"
		if errors.Is(f, crypt.ErrUnreadable) {
			key = "verify.unreadable"
		}
		known := wrong[key+name]
		if known == nil {
			known = fault.New(fault.Unavailable, key, "file", name, "n", 0)
			wrong[key+name], out.Faults = known, append(out.Faults, known)
		}
		known.Args["n"] = known.Args["n"].(int) + 1
	}
	return out, nil
}

// VerifyKeys checks that the key file and its copy are both whole and as the book remembers them. Faults
// verify.keys, store.old_keys.
func (s *Store) VerifyKeys(ctx context.Context) error {
	if err := s.gate.enter(ctx); err != nil { // the keys are exchanged with the files, and what the book saw of them
		return err
	}
	defer s.gate.leave()
	var seen uint64
	err := s.View(ctx, func(tx *Tx) error { _, err := tx.Setting(keysGenKey, &seen); return err })
	if err != nil {
		return err
	}
	err = s.keys.Verify(s.root)
	if f, ok := errors.AsType[*crypt.Fault](err); ok {
		return fault.New(fault.Unavailable, "verify.keys", "file", filepath.Base(f.File)).Because(f)
	}
	if err != nil {
		return classify(err)
	}
	if s.keys.Gen() < seen {
		return fault.New(fault.Unavailable, "store.old_keys", "file", keysFile)
	}
	return nil
}

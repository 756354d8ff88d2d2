package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// classify maps errors of the seal, of SQLite and of the disk to faults a person can act on. Errors of
// other kinds are returned as they are.
func classify(err error) error {
	var f *fault.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	if sealed := sealFault(err); sealed != nil {
		return sealed
	}
	var file *fs.PathError
	switch {
	case crypt.DiskFull(err):
		return fault.New(fault.Unavailable, "store.disk_full").Because(err)
	case errors.Is(err, crypt.ErrReopen):
		return fault.New(fault.Unavailable, "store.reopen").Because(err)
	case errors.As(err, &file) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.EMFILE):
		return fault.New(fault.Unavailable, "store.disk").Because(err)
	}
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff {
	case lib.SQLITE_FULL:
		return fault.New(fault.Unavailable, "store.disk_full").Because(err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fault.New(fault.Unavailable, "store.damaged", "file", bookFile).Because(err)
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY:
		return fault.New(fault.Unavailable, "store.disk").Because(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "store.busy").Because(err)
	default:
		return err
	}
}

// sealFault names the file of the book that is wrong, or returns nil.
func sealFault(err error) error {
	var cf *crypt.Fault
	if !errors.As(err, &cf) {
		return nil
	}
	key := "store.damaged"
	switch {
	case errors.Is(err, crypt.ErrMissingKeys):
		key = "store.keys_missing"
	case errors.Is(err, crypt.ErrMissingDB), errors.Is(err, crypt.ErrMissingLedger), errors.Is(err, crypt.ErrMissingWAL):
		key = "store.file_missing"
	case errors.Is(err, crypt.ErrInUse):
		key = "store.in_use"
	case errors.Is(err, crypt.ErrNewer):
		key = "store.newer_book"
	}
	return fault.New(fault.Unavailable, key, "file", filepath.Base(cf.File)).Because(err)
}

// storageFault is classify with what the mount knows about the cause.
func (s *Store) storageFault(err error) error {
	var f *fault.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	return classify(s.mount.Explain(err))
}

// damageFault is the fault of damage that was met, and of what came of it.
func damageFault(met *crypt.Fault, err error) error { return sealFault(fmt.Errorf("%w: %w", met, err)) }

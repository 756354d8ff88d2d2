package store

import (
	"errors"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"zafe/app/fault"
)

// classify maps SQLite's storage errors to faults a person can act on: store.disk_full, store.damaged,
// store.disk, store.busy. Errors of other kinds are returned as they are.
func classify(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff {
	case lib.SQLITE_FULL:
		return fault.New(fault.Unavailable, "store.disk_full").Because(err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fault.New(fault.Unavailable, "store.damaged").Because(err)
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY:
		return fault.New(fault.Unavailable, "store.disk").Because(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "store.busy").Because(err)
	default:
		return err
	}
}

package store

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// TestAFullQuotaIsAFullDisk: the seal takes EDQUOT (and Windows' ERROR_DISK_FULL) for a full disk; what the store writes
// beside the database, attachments and whole copies, must be told the same way.
func TestAFullQuotaIsAFullDisk(t *testing.T) {
	err := classify(&fs.PathError{Op: "write", Path: "files/x-new", Err: syscall.EDQUOT})
	if fault.KeyOf(err) != "store.disk_full" {
		t.Errorf("%v", err)
	}
	err = classify(errors.Join(crypt.ErrReopen, &fs.PathError{Op: "sync", Path: "company.ledger", Err: syscall.EIO}))
	if fault.KeyOf(err) != "store.reopen" {
		t.Errorf("%v", err)
	}
}

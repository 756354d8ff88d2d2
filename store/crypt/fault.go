package crypt

import (
	"errors"
	"fmt"
	"path/filepath"
)

// What can be wrong with a book's files. Every error of this package that is not a plain I/O error
// is a [Fault] matching one of these with errors.Is.
var (
	// ErrNoSlot means that no slot of the key file opens with the password or secret given.
	ErrNoSlot = errors.New("no slot opens with this secret")
	// ErrTampered means that a file is not what this program wrote: damaged, edited, replaced by
	// an older one, or belonging to another book.
	ErrTampered = errors.New("the file is not what was written")
	// ErrInUse means that another process, or another mount of this one, has the database open.
	ErrInUse = errors.New("already open elsewhere")
	// ErrNotSealed means that the file is a plain SQLite database, or not a database at all.
	ErrNotSealed = errors.New("not a sealed database")
	// ErrUnfinished means that the creation of the file was interrupted; it never held data that
	// anybody was told is safe.
	ErrUnfinished = errors.New("creation was interrupted")
	// ErrNewer means that the file was written by a newer version of the program.
	ErrNewer = errors.New("written by a newer version")
	// ErrUnreadable means that the disk does not give back what is in a file, or in a part of it.
	ErrUnreadable = errors.New("cannot be read")
	// ErrReopen means that a flush of the ledger failed, or that SQLite does not know of what is in the log: what is on
	// the disk is known again, and may be written on, when the database was closed and opened. All that was confirmed is
	// there.
	ErrReopen = errors.New("not written to until it is opened again")
	// ErrMissingKeys means that neither the key file nor its copy exists.
	ErrMissingKeys = errors.New("key file missing")
	// ErrMissingDB means that the database file is absent or empty while its ledger exists.
	ErrMissingDB = errors.New("database file missing")
	// ErrMissingLedger means that the database is there and its ledger is not.
	ErrMissingLedger = errors.New("ledger file missing")
	// ErrMissingWAL means that the write-ahead log is gone although it holds committed
	// transactions that are not in the database file yet.
	ErrMissingWAL = errors.New("write-ahead log missing")
)

// Fault says which file is wrong and how.
type Fault struct {
	Kind error  // one of the sentinels above
	File string // path of the file
	Page uint32 // page of the database or frame of the log, 1-based; 0 if the file as a whole
	What string // for the technical log, in English
}

// Error describes the fault with the file's base name.
func (f *Fault) Error() string {
	s := fmt.Sprintf("%s: %v", filepath.Base(f.File), f.Kind)
	if f.Page != 0 {
		s += fmt.Sprintf(" (%d)", f.Page)
	}
	if f.What != "" {
		s += ": " + f.What
	}
	return s
}

// unreadable is the fault of a file, or a page or frame of it, that the disk does not give back.
func unreadable(path string, n uint32, err error) *Fault {
	return &Fault{Kind: ErrUnreadable, File: path, Page: n, What: err.Error()}
}

// Unwrap returns the sentinel.
func (f *Fault) Unwrap() error { return f.Kind }

// EventKind classifies an [Event].
type EventKind int

// The kinds of events.
const (
	// EventFault: something was refused; Event.Err says what.
	EventFault EventKind = iota + 1
	// EventWALCut: the log ends in records that do not open, as a power cut leaves it. At most
	// the last transaction, never confirmed to anybody, is gone; so it would be had someone
	// damaged it on purpose.
	EventWALCut
	// EventWALDropped: a log without any committed transaction of its own was ignored.
	EventWALDropped
	// EventLedgerCut: the ledger's last record is incomplete, and ignored. It told of nothing that is missed.
	EventLedgerCut
	// EventKeysRepaired: one copy of the key file was damaged, stale or missing and was rewritten.
	EventKeysRepaired
	// EventRebaselined: a lost ledger was rebuilt from the database as it is.
	EventRebaselined
)

// Event is a finding worth a line in the log or a notice to the owner.
type Event struct {
	Kind EventKind
	File string // path
	Page uint32 // page or frame, 0 if none
	What string // for the technical log, in English
	Err  error  // set for EventFault
}

// String describes the event with the file's base name, for the technical log.
func (e Event) String() string {
	if f, ok := e.Err.(*Fault); ok { //nolint:errorlint // one that is wrapped says less than the event
		return f.Error()
	}
	s := filepath.Base(e.File)
	if e.Page != 0 {
		s += fmt.Sprintf(" (%d)", e.Page)
	}
	if s += ": " + e.What; e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

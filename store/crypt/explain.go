package crypt

import (
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// fault remembers a refusal and tells about it.
func (m *Mount) fault(f *Fault) {
	m.lastMu.Lock()
	m.last = f
	m.lastMu.Unlock()
	m.event(Event{Kind: EventFault, File: f.File, Page: f.Page, What: f.What, Err: f})
}

// forgive drops what was remembered about a database that has just been opened and found right.
func (m *Mount) forgive(path string) {
	m.lastMu.Lock()
	defer m.lastMu.Unlock()
	if m.last != nil && strings.HasPrefix(m.last.File, path) {
		m.last = nil
	}
}

// trouble remembers an error of the operating system, which SQLite reduces to a number.
func (m *Mount) trouble(err error) {
	m.lastMu.Lock()
	m.lastOther = err
	m.lastMu.Unlock()
}

// Explain adds to an error from database/sql what this mount knows about its cause: SQLite's error
// codes carry no more than "disk I/O error". Other errors are returned as they are.
func (m *Mount) Explain(err error) error {
	var s *sqlite.Error
	if err == nil || !errors.As(err, &s) {
		return err
	}
	m.lastMu.Lock()
	last, other := m.last, m.lastOther
	m.lastMu.Unlock()
	switch code := s.Code() & 0xff; code {
	case sqlite3.SQLITE_BUSY:
		if last != nil && errors.Is(last.Kind, ErrInUse) {
			return fmt.Errorf("%w: %w", last, err)
		}
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		if last != nil && !errors.Is(last.Kind, ErrInUse) {
			return fmt.Errorf("%w: %w", last, err)
		}
		if other != nil && code != sqlite3.SQLITE_CORRUPT && code != sqlite3.SQLITE_NOTADB {
			return fmt.Errorf("%w: %w", other, err)
		}
	}
	return err
}

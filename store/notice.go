package store

import (
	"path/filepath"
	"slices"
	"sync"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// notices are what the seal found while it opened the book's files that keeps nobody from working.
type notices struct {
	mu   sync.Mutex
	seen []crypt.Event // one of each kind
}

// add takes note of a finding if it is one of these.
func (n *notices) add(e crypt.Event) {
	if e.Kind != crypt.EventWALCut && e.Kind != crypt.EventLedgerCut && e.Kind != crypt.EventKeysRepaired {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.ContainsFunc(n.seen, func(old crypt.Event) bool { return old.Kind == e.Kind }) {
		n.seen = append(n.seen, e)
	}
}

// has tells whether there was one of a kind.
func (n *notices) has(kind crypt.EventKind) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(n.seen, func(e crypt.Event) bool { return e.Kind == kind })
}

// Notices are what was found when the book was opened and keeps nobody from working: verify.log_cut when the end
// of the log was dropped, as a power cut leaves it, verify.ledger_cut likewise, and verify.keys_mended when one of the
// two key files was made anew from the other.
func (s *Store) Notices() (out []*fault.Fault) {
	s.notices.mu.Lock()
	defer s.notices.mu.Unlock()
	for _, e := range s.notices.seen {
		switch e.Kind {
		case crypt.EventWALCut:
			out = append(out, fault.New(fault.Unavailable, "verify.log_cut"))
		case crypt.EventKeysRepaired:
			out = append(out, fault.New(fault.Unavailable, "verify.keys_mended", "file", filepath.Base(e.File)))
		default:
			out = append(out, fault.New(fault.Unavailable, "verify.ledger_cut"))
		}
	}
	return out
}

package store

import (
	"slices"
	"sync"

	"zafe/store/crypt"
)

// notices are what the seal found while it opened the book's files that keeps nobody from working.
type notices struct {
	mu   sync.Mutex
	seen []crypt.Event // one of each kind
}

// add takes note of a finding if it is one of these.
func (n *notices) add(e crypt.Event) {
	if e.Kind != crypt.EventWALCut && e.Kind != crypt.EventLedgerCut {
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

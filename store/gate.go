package store

import (
	"context"
	"sync"
)

// gate counts those who use the book's files outside the writer, and keeps them out while the files are
// exchanged or closed. Its zero value is open.
type gate struct {
	mu     sync.Mutex
	inside int
	empty  chan struct{} // closed when the last one leaves; nil when nobody waits for that
	shut   chan struct{} // closed when the gate opens again; nil while it is open
	closed bool          // for good
}

// enter lets the caller in, who has to leave; while the gate is shut it waits. Fault store.closed.
func (g *gate) enter(ctx context.Context) error {
	for {
		g.mu.Lock()
		shut, closed := g.shut, g.closed
		if !closed && shut == nil {
			g.inside++
		}
		g.mu.Unlock()
		switch {
		case closed:
			return errClosed()
		case shut == nil:
			return nil
		}
		select {
		case <-shut:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// keepOut makes those who come wait. Those inside stay.
func (g *gate) keepOut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut == nil {
		g.shut = make(chan struct{})
	}
}

// letIn ends keepOut.
func (g *gate) letIn() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// close turns away those who come or wait, from now on.
func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.letIn()
}

// clear waits until nobody is inside, and tells whether that came before ctx ended. It means something only
// while nobody can enter.
func (g *gate) clear(ctx context.Context) bool {
	g.mu.Lock()
	if g.inside == 0 {
		g.mu.Unlock()
		return true
	}
	if g.empty == nil {
		g.empty = make(chan struct{})
	}
	empty := g.empty
	g.mu.Unlock()
	select {
	case <-empty:
		return true
	case <-ctx.Done():
		return false
	}
}

// Package guest is a PC at work on the book of another, which it watches: it remembers how far the book went
// and knows when the main PC shows an older one. It finds the main PC again where another took its place, and
// keeps a copy of the book when it is the one that can. How it was paired and what the two speak is package lan's;
// the main PC's side is package host.
package guest

import (
	"context"
	"reflect"
	"sync"
	"time"

	"zafe/app/fault"
	"zafe/app/verify"
	"zafe/sync/lan"
)

// Memory keeps how far the book was.
type Memory interface {
	Seen() verify.Seen
	SetSeen(s verify.Seen) error
}

// Nobody is a memory that keeps nothing.
type Nobody struct{}

// Seen implements Memory.
func (Nobody) Seen() verify.Seen { return verify.Seen{} }

// SetSeen implements Memory.
func (Nobody) SetSeen(verify.Seen) error { return nil }

// Witness keeps what this PC was told of the book of the main PC.
type Witness struct {
	Memory Memory
	// Older is told that the main PC shows an older book: the events seen, and shown now.
	Older func(seen, shown int64)
	// Keep keeps where the main PC is.
	Keep func(s lan.Seat) error
	Warn func(what string, err error)
}

// Book is the book of the main PC, with a witness of how far it goes.
type Book struct {
	*lan.Remote
	witness Witness

	mu   sync.Mutex
	seat lan.Seat
}

// Connect reaches the main PC of a seat, wherever it is now. As with [lan.Seat.Reach], an error of the way there
// comes with the book. Fault relay.old_host where only one answers that is the main PC no more.
func Connect(ctx context.Context, s lan.Seat, w Witness) (*Book, error) {
	r, err := s.Open(s.Addr)
	if err != nil {
		return nil, err
	}
	b := &Book{Remote: r, witness: w, seat: s}
	return b, b.Retry(ctx)
}

// Retry finds the main PC, and notes how far its book goes.
func (b *Book) Retry(ctx context.Context) error {
	b.mu.Lock()
	seat := b.seat
	b.mu.Unlock()
	h, err := b.Hello(ctx)
	if err != nil || h.Term < seat.Term {
		addr, at, otherErr := seat.Highest(ctx)
		switch {
		case otherErr != nil && err == nil || otherErr == nil && at.Term < seat.Term:
			return fault.New(fault.Unavailable, "relay.old_host", "host", b.Addr())
		case otherErr != nil:
			return err
		}
		b.Move(addr)
		if h, err = b.Hello(ctx); err != nil { // tells whoever watches that the main PC is back
			return err
		}
	}
	b.moved(seat.Moved(b.Addr(), h))
	return b.look(h)
}

// moved keeps where the main PC is.
func (b *Book) moved(s lan.Seat) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if reflect.DeepEqual(s, b.seat) {
		return
	}
	b.seat = s
	if err := b.witness.Keep(s); err != nil {
		b.witness.Warn("where the main PC is was not noted", err)
	}
}

// Place is what people call the PC that has the book.
func (b *Book) Place() string { return b.Addr() }

// look compares the end of the chain with the furthest that this PC was told, and notes it.
func (b *Book) look(h lan.Hello) error {
	if h.Event == 0 { // an older host says nothing of it
		return nil
	}
	seen := b.witness.Memory.Seen()
	if seen.Book == h.Book && (h.Event < seen.Event || h.Event == seen.Event && h.Hash != seen.Hash) {
		b.witness.Older(seen.Event, h.Event)
	}
	return b.witness.Memory.SetSeen(verify.Seen{Book: h.Book, Event: h.Event, Hash: h.Hash})
}

// lookWait bounds what a PC that leaves asks the main PC.
const lookWait = 2 * time.Second

// Close leaves the main PC: the end of the day is what the next morning is compared with.
func (b *Book) Close(ctx context.Context, progress func(string)) error {
	asking, stop := context.WithTimeout(ctx, lookWait)
	defer stop()
	h, err := b.Hello(asking)
	if err == nil {
		err = b.look(h)
	}
	if err != nil {
		b.witness.Warn("the end of the chain was not noted", err)
	}
	return b.Remote.Close(ctx, progress)
}

// Package guest is a PC at work on the book of another, which it watches: it remembers how far the book went
// and knows when the main PC shows an older one. How it was paired and what the two speak is package lan's;
// the main PC's side is package host.
package guest

import (
	"context"
	"time"

	"zafe/app/verify"
	"zafe/sync/lan"
)

// Witness keeps what this PC was told of the book of the main PC.
type Witness struct {
	Memory interface {
		Seen() verify.Seen
		SetSeen(s verify.Seen) error
	}
	// Older is told that the main PC shows an older book: the events seen, and shown now.
	Older func(seen, shown int64)
	Warn  func(what string, err error)
}

// Book is the book of the main PC, with a witness of how far it goes.
type Book struct {
	*lan.Remote
	witness Witness
}

// Connect reaches the main PC of a seat. As with [lan.Seat.Reach], an error of the way there comes with the
// book.
func Connect(ctx context.Context, s lan.Seat, w Witness) (*Book, error) {
	r, err := s.Reach(ctx, s.Addr)
	if r == nil {
		return nil, err
	}
	b := &Book{r, w}
	if err != nil {
		return b, err
	}
	return b, b.look(ctx)
}

// look compares the end of the chain with the furthest that this PC was told, and notes it.
func (b *Book) look(ctx context.Context) error {
	h, err := b.Hello(ctx)
	if err != nil || h.Event == 0 { // an older host says nothing of it
		return err
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
	if err := b.look(asking); err != nil {
		b.witness.Warn("the end of the chain was not noted", err)
	}
	return b.Remote.Close(ctx, progress)
}

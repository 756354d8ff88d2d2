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

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/sync/lan"
)

// Memory keeps how far the book was, for ever: what is older never takes its place.
type Memory interface {
	Seen() verify.Seen
	// See changes it at once, whatever else works on this PC.
	See(change func(verify.Seen) verify.Seen) error
}

// Witness keeps what this PC was told of the book of the main PC.
type Witness struct {
	Memory Memory
	// Older is told, each time this PC looks, whether the main PC shows an older book: the event seen that it does not
	// have, and its last one. Seen is 0 when it has all.
	// May be nil.
	Older func(seen, shown int64)
	// Every is how often it is looked while the book is open; 0 for never.
	Every time.Duration
	// Where looks on the network for the main PC of a seat that is not where it was. May be nil.
	Where func(ctx context.Context, s lan.Seat) []string
	// Keep keeps where the main PC is.
	Keep func(s lan.Seat) error
	Warn func(what string, err error)
}

// Book is the book of the main PC, with a witness of how far it goes.
type Book struct {
	*lan.Remote
	witness Witness

	mu    sync.Mutex
	seat  lan.Seat
	leave context.CancelFunc // ends the looking
}

// Connect reaches the main PC of a seat, wherever it is now. As with [lan.Seat.Reach], an error of the way there
// comes with the book. Fault relay.old_host where only one answers that is the main PC no more.
func Connect(ctx context.Context, s lan.Seat, w Witness) (*Book, error) {
	r, err := s.Open(s.Addr)
	if err != nil {
		return nil, err
	}
	b := &Book{Remote: r, witness: w, seat: s, leave: func() {}}
	if w.Every > 0 {
		var looking context.Context
		looking, b.leave = context.WithCancel(context.WithoutCancel(ctx))
		go b.watch(looking)
	}
	return b, b.Retry(ctx)
}

// watch looks again and again until ctx ends: a main PC may have come back with other files, and nobody asked.
func (b *Book) watch(ctx context.Context) {
	tick := time.NewTicker(b.witness.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.lookNow(ctx); err != nil && ctx.Err() == nil {
				b.witness.Warn("how far the book is was not looked at", err)
			}
		}
	}
}

// lookNow asks the main PC how far its book is.
func (b *Book) lookNow(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, lookWait)
	defer stop()
	h, err := b.hello(ctx)
	if err != nil {
		return err
	}
	return b.look(ctx, h)
}

// hello asks for the event that this PC saw last.
func (b *Book) hello(ctx context.Context) (lan.Hello, error) {
	return b.HelloOf(ctx, b.witness.Memory.Seen().Event)
}

// Retry finds the main PC where it was, where another may have taken its place or on the network, and notes how far its
// book goes. It tries on a connection of its own: nothing may ever come again on that to a PC which went away without a
// word.
func (b *Book) Retry(ctx context.Context) error {
	b.Client.Close()
	b.mu.Lock()
	seat := b.seat
	b.mu.Unlock()
	here, stop := context.WithTimeout(ctx, hereFor)
	h, err := b.hello(here)
	hung := here.Err() != nil
	stop()
	if err != nil || h.Term < seat.Term {
		var found []string
		if b.witness.Where != nil {
			found = b.witness.Where(ctx, seat)
		}
		addr, at, otherErr := seat.Highest(ctx, found...)
		switch {
		case otherErr != nil && err == nil || otherErr == nil && at.Term < seat.Term:
			return fault.New(fault.Unavailable, "relay.old_host", "host", b.Addr())
		case otherErr != nil && hung: // it may only be slow
			addr = b.Addr()
		case otherErr != nil:
			return err
		}
		b.Move(addr)
		if h, err = b.hello(ctx); err != nil { // tells whoever watches that the main PC is back
			return err
		}
	}
	b.moved(seat.Moved(b.Addr(), h))
	return b.look(ctx, h)
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
func (b *Book) Place() string { return b.seated().Called() }

// look compares the book with the furthest that this PC was told of it, and notes it if it went on. An older one is
// told to the main PC as well, for its owners: it takes the word of a PC that can prove it.
func (b *Book) look(ctx context.Context, h lan.Hello) error {
	if h.Event == 0 { // an older host says nothing of it
		return nil
	}
	var seen verify.Seen
	older, shown := false, h.Checkpoint()
	err := b.witness.Memory.See(func(was verify.Seen) verify.Seen {
		seen, older = was, lacks(h, was.Checkpoint)
		if older || !furthest(shown, was.Checkpoint) {
			return was
		}
		return verify.Seen{Checkpoint: shown}
	})
	if err != nil {
		return err
	}
	if tell := b.witness.Older; tell != nil {
		if !older {
			tell(0, h.Event)
		} else {
			tell(seen.Event, h.Event)
		}
	}
	if !older {
		return nil
	}
	_, err = witness.Report.Call(ctx, b.Client, seen.Checkpoint)
	if key := fault.KeyOf(err); key == "witness.known" || key == "op.unknown" { // by an older host
		err = nil
	}
	if err != nil {
		b.witness.Warn("that the book is older was not told to the main PC", err)
	}
	return nil
}

// furthest tells whether a checkpoint is to take the place of what was seen before.
func furthest(c, seen audit.Checkpoint) bool {
	switch {
	case c.Book != seen.Book || witness.Later(c, seen):
		return true
	case witness.Later(seen, c):
		return false
	default:
		return c.Event > seen.Event || c.Event == seen.Event && seen.Signature == ""
	}
}

// lacks tells whether a host does not have what was seen of its book, though no owner had it so.
func lacks(h lan.Hello, seen audit.Checkpoint) bool {
	switch {
	case seen.Event == 0 || seen.Book != h.Book || witness.Later(h.Checkpoint(), seen):
		return false
	case h.Asked == seen.Event:
		return h.Held != seen.Hash
	default: // it was not asked, or is older than the question
		return h.Event < seen.Event || h.Event == seen.Event && h.Hash != seen.Hash
	}
}

// hereFor bounds how long the main PC is asked where it was, before it is looked for elsewhere: the line to one that moved
// hangs. It is longer than a new line may take.
const hereFor = 5 * time.Second

// lookWait bounds what a PC asks the main PC beside the work.
const lookWait = 2 * time.Second

// Close leaves the main PC: the end of the day is what the next morning is compared with.
func (b *Book) Close(ctx context.Context, progress func(string)) error {
	defer b.quit()
	if err := b.lookNow(ctx); err != nil {
		b.witness.Warn("the end of the chain was not noted", err)
	}
	return b.Remote.Close(ctx, progress)
}

// quit leaves without a last look.
func (b *Book) quit() { b.leave(); b.Client.Close() }

package host

import (
	"context"
	"slices"
	"sync"
	"time"

	"zafe/app/durable"
	"zafe/app/fault"
	"zafe/app/relay"
	"zafe/sync/device"
	"zafe/sync/lan"
)

// Guard keeps two PCs from being the main one: it asks the PC that could have taken the place of this one whether
// it did, before the book is written to and again and again. A PC that does not answer is no reason to stop: the
// main PC of a shop must work alone. One that took over is remembered, answering or not, until the owner decides.
type Guard struct {
	set  GuardSettings
	lost context.Context // ends when another PC took over
	lose context.CancelFunc

	mu     sync.Mutex
	seat   lan.Seat
	rival  relay.Rival
	looked time.Time
}

// GuardSettings are what a Guard needs.
type GuardSettings struct {
	Path  string // of the file in which the guard remembers where to ask, and as whom
	Name  string // of this PC
	Book  string // its identifier
	Root  []byte // PEM: see [Settings]
	Term  int64  // of the book
	Clock func() time.Time
	Warn  func(what string, err error)
}

const (
	lookEvery = 5 * time.Second
	lookStale = 20 * time.Second // this PC was asleep
	lookWait  = 2 * time.Second
)

// NewGuard reads what the guard remembers. What cannot be read keeps nobody from working.
func NewGuard(set GuardSettings) *Guard {
	g := &Guard{set: set}
	g.lost, g.lose = context.WithCancel(context.Background())
	if err := durable.ReadJSON(set.Path, &g.seat); err != nil {
		set.Warn("where another main PC may be cannot be read", err)
	}
	if g.seat.Term > set.Term {
		g.lostTo(g.seat)
	}
	return g
}

// lostTo notes that another PC took over; mu is held, or nobody else knows the guard.
func (g *Guard) lostTo(s lan.Seat) {
	if g.rival.Place == "" {
		g.rival = relay.Rival{Place: s.Addr, Before: s.Before}
		g.lose()
	}
}

// Lost ends once another PC is known to have taken over.
func (g *Guard) Lost() context.Context { return g.lost }

// Known is the PC that is known to have taken over.
func (g *Guard) Known() (relay.Rival, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.rival, g.rival.Place != ""
}

// Rival is the PC that took over, which is asked for if that was not done for a while.
func (g *Guard) Rival(ctx context.Context) (relay.Rival, bool) {
	g.mu.Lock()
	late := g.set.Clock().Sub(g.looked).Abs() > lookStale && len(g.seat.Others) > 0
	g.mu.Unlock()
	r, lost := g.Known()
	if lost || !late {
		return r, lost
	}
	g.Look(ctx)
	return g.Known()
}

// Refusal is the fault of a PC from which another took over, nil for the main one.
func (g *Guard) Refusal() error {
	r, lost := g.Known()
	if !lost {
		return nil
	}
	return fault.New(fault.Conflict, "relay.taken_over", "place", r.Place)
}

// Run looks again and again until ctx ends or another PC took over.
func (g *Guard) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.lost.Done():
			return
		case <-tick.C:
			g.Look(ctx)
		}
	}
}

// Look asks the others.
func (g *Guard) Look(ctx context.Context) {
	g.mu.Lock()
	seat := g.seat
	g.looked = g.set.Clock()
	lost := g.rival.Place != ""
	g.mu.Unlock()
	if lost || len(seat.Others) == 0 || seat.Key == nil {
		return
	}
	ctx, stop := context.WithTimeout(ctx, lookWait)
	defer stop()
	addr, h, err := seat.Highest(ctx)
	if err != nil || h.Book != g.set.Book || h.Term <= g.set.Term {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keep(g.seat.Moved(addr, h))
	g.lostTo(g.seat)
}

// keep remembers; mu is held.
func (g *Guard) keep(s lan.Seat) {
	g.seat = s
	if err := durable.WriteJSON(g.set.Path, s); err != nil {
		g.set.Warn("where another main PC may be was not noted", err)
	}
}

// Seat returns this PC's own name and the fingerprint by which another main PC is to know it: that of a key made
// once, as for any PC that works on the book of another.
func (g *Guard) Seat() (name, fingerprint string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.seat.Key != nil {
		id, err := device.Parse(g.seat.Key)
		return g.set.Name, string(id.Fingerprint), err
	}
	root, err := device.ParseRoot(g.set.Root)
	if err != nil {
		return "", "", err
	}
	own, fp, err := lan.Own("", root.Cert, g.set.Clock())
	if err != nil {
		return "", "", err
	}
	own.Others, own.Term = g.seat.Others, g.set.Term
	g.seat = own
	return g.set.Name, string(fp), durable.WriteJSON(g.set.Path, own)
}

// Relayed notes where the relay PC can be reached.
func (g *Guard) Relayed(at []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.seat.Moved("", lan.Hello{Others: at}); !slices.Equal(s.Others, g.seat.Others) {
		g.keep(s)
	}
}

// Others are where another main PC may be.
func (g *Guard) Others() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seat.Others
}

// Taken is the seat at the PC that took over from this one, as its guard remembers it at path. Fault
// relay.not_taken.
func Taken(path string) (s lan.Seat, err error) {
	err = durable.ReadJSON(path, &s)
	if err == nil && s.Addr == "" {
		err = fault.New(fault.Conflict, "relay.not_taken")
	}
	return s, err
}

// Lead has the guard at path begin with this PC as the main one, of a term, and ask where the seat's was.
func Lead(path string, s lan.Seat, term int64) error {
	return durable.WriteJSON(path, s.Moved("", lan.Hello{Term: term}))
}

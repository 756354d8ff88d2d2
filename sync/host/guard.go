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
	set    GuardSettings
	lost   context.Context // ends when another PC took over
	lose   context.CancelFunc
	asking sync.Mutex // one asks, who comes meanwhile waits for the answer

	mu     sync.Mutex
	seat   memory
	fenced bool
	rival  relay.Rival
	looked time.Time
}

// memory is what the file of a guard holds. What another book left there is nothing to this one.
type memory struct {
	lan.Seat
	Book  string   `json:"book"`
	Relay []string `json:"relay,omitempty"` // where the relay PC is; the seat's others are main PCs that were
	// Fenced tells that another PC took over, at the seat's address if that is known.
	Fenced bool `json:"fenced,omitempty"`
}

// all is the seat with every address where another main PC may be.
func (m memory) all() lan.Seat { return m.Moved(m.Addr, lan.Hello{Before: m.Before, Others: m.Relay}) }

// GuardSettings are what a Guard needs.
type GuardSettings struct {
	Path  string     // of the file in which the guard remembers where to ask, and as whom
	Name  string     // of this PC
	Book  string     // its identifier
	Root  []byte     // PEM: see [Settings]
	Post  relay.Post // of the book
	Clock func() time.Time
	Warn  func(what string, err error)
}

const (
	lookEvery = 5 * time.Second
	lookStale = 20 * time.Second // this PC was asleep
	lookWait  = 2 * time.Second
)

// NewGuard reads what the guard remembers, in its file and in the book. A file that cannot be read may say that
// another PC took over: the book is fenced until its owner decides.
func NewGuard(set GuardSettings) *Guard {
	g := &Guard{set: set}
	g.lost, g.lose = context.WithCancel(context.Background())
	var m memory
	if err := durable.ReadJSON(set.Path, &m); err != nil {
		set.Warn("where another main PC may be cannot be read", err)
		m = memory{Fenced: true}
	} else if m.Book != set.Book && m.Book != "" {
		m = memory{}
	}
	m.Book = set.Book
	if root, err := device.ParseRoot(set.Root); err != nil {
		set.Warn("the root of the office cannot be read", err)
	} else {
		m.Root = root.Cert.Raw
	}
	p := set.Post
	if l := p.Lost; l != nil && m.Addr == "" { // the file that says it is gone
		m.Seat = m.Moved(l.Place, lan.Hello{Term: l.Term, Lead: l.Lead, Before: l.Before})
	}
	g.seat = m
	if m.Fenced || p.Lost != nil || relay.Later(m.Term, m.Lead, p.Term, p.Lead) {
		g.lostTo(m)
	}
	return g
}

// lostTo notes that another PC took over; mu is held, or nobody else knows the guard.
func (g *Guard) lostTo(m memory) {
	m.Fenced = true
	g.keep(m)
	g.fenced, g.rival = true, relay.Rival{Place: m.Called(), Before: m.Before}
	g.lose()
}

// Lost ends once another PC is known to have taken over.
func (g *Guard) Lost() context.Context { return g.lost }

// Known is the PC that is known to have taken over.
func (g *Guard) Known() (relay.Rival, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.rival, g.fenced
}

// Loss is what the book is to keep of that PC; false while none took over, or nobody knows which.
func (g *Guard) Loss() (relay.Lost, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.seat
	return relay.Lost{Place: m.Addr, Term: m.Term, Lead: m.Lead, Before: m.Before}, g.fenced && m.Addr != ""
}

// Rival is the PC that took over, which is asked for if that was not done for a while.
func (g *Guard) Rival(ctx context.Context) (relay.Rival, bool) {
	if r, lost := g.Known(); lost || !g.late() {
		return r, lost
	}
	g.asking.Lock()
	defer g.asking.Unlock()
	if g.late() { // nobody asked meanwhile
		g.look(ctx)
	}
	return g.Known()
}

// late tells whether nobody asked for a while.
func (g *Guard) late() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.set.Clock().Sub(g.looked).Abs() > lookStale && len(g.others()) > 0
}

// Refusal is the fault of a PC from which another took over, nil for the main one.
func (g *Guard) Refusal() error {
	r, lost := g.Known()
	if !lost {
		return nil
	}
	return relay.Refusal(r)
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
	g.asking.Lock()
	defer g.asking.Unlock()
	g.look(ctx)
}

// look is Look; asking is held.
func (g *Guard) look(ctx context.Context) {
	g.mu.Lock()
	seat, fenced := g.seat.all(), g.fenced
	g.mu.Unlock()
	if !fenced && len(seat.Others) > 0 && seat.Key != nil {
		g.ask(ctx, seat)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.looked = g.set.Clock().Round(0)
}

func (g *Guard) ask(ctx context.Context, seat lan.Seat) {
	ctx, stop := context.WithTimeout(ctx, lookWait)
	defer stop()
	addr, h, err := seat.Highest(ctx)
	p := g.set.Post
	if err != nil || h.Book != g.set.Book || !relay.Later(h.Term, h.Lead, p.Term, p.Lead) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.seat
	m.Seat = m.Moved(addr, h)
	g.lostTo(m)
}

// keep remembers; mu is held.
func (g *Guard) keep(s memory) {
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
	g.seat.Key, g.seat.Term, g.seat.Lead = own.Key, g.set.Post.Term, g.set.Post.Lead
	return g.set.Name, string(fp), durable.WriteJSON(g.set.Path, g.seat)
}

// Own is the fingerprint by which another main PC knows this one, "" as long as none is to.
func (g *Guard) Own() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seat.own()
}

func (m memory) own() string {
	if m.Key == nil {
		return ""
	}
	id, err := device.Parse(m.Key)
	if err != nil {
		return "" // told by who needs the key
	}
	return string(id.Fingerprint)
}

// Relayed notes where the relay PC can be reached now.
func (g *Guard) Relayed(at []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.Equal(at, g.seat.Relay) {
		m := g.seat
		m.Relay = slices.Clone(at)
		g.keep(m)
	}
}

// Forget forgets where the relay PC can be reached.
func (g *Guard) Forget() { g.Relayed(nil) }

// Others are where another main PC may be.
func (g *Guard) Others() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.others()
}

// others is Others; mu is held.
func (g *Guard) others() []string { return g.seat.all().Others }

// Taken is the seat at the PC that took over from this one, as its guard remembers it at path: without an address, a key
// or a name where that is not known any more. Fault relay.not_taken.
func Taken(path string) (lan.Seat, error) {
	var m memory
	if durable.ReadJSON(path, &m) != nil { // as NewGuard
		return lan.Seat{}, nil //nolint:nilerr // see there
	}
	if m.Addr == "" && !m.Fenced {
		return m.Seat, fault.New(fault.Conflict, "relay.not_taken")
	}
	return m.Seat, nil
}

// Lead has the guard at path begin with this PC as the main one, as the post of the book says, and ask where the
// seat's was.
func Lead(path, book string, s lan.Seat, p relay.Post) error {
	return durable.WriteJSON(path, memory{Seat: s.Moved("", lan.Hello{Term: p.Term, Lead: p.Lead}), Book: book})
}

// Restored tells the guard at path that a backup was put back here: this PC leads with that. Above is the highest
// term that the guard knew, own the fingerprint by which others know this PC, "" for none.
func Restored(path string) (above int64, own string, done func() error) {
	var m memory
	if err := durable.ReadJSON(path, &m); err != nil {
		m = memory{} // who puts a backup back decides
	}
	return m.Term, m.own(), func() error {
		m.Seat = m.Moved("", lan.Hello{})
		return durable.WriteJSON(path, m)
	}
}

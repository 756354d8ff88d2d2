package job

import (
	"context"
	"sync"

	"zafe/app/fault"
)

// Group is what is under way on something that closes, an open book: it ends before that does.
type Group struct {
	life   context.Context // until End
	stop   context.CancelFunc
	ending sync.Mutex // over stop and what Do adds
	works  sync.WaitGroup
}

// NewGroup returns a group with nothing under way.
func NewGroup() *Group {
	g := &Group{}
	g.life, g.stop = context.WithCancel(context.Background())
	return g
}

// Go runs work beside the caller, until the group ends. It is called before End, or by what End waits for.
func (g *Group) Go(work func(ctx context.Context)) { g.works.Go(func() { work(g.life) }) }

// Do runs work for the caller, until ctx or the group ends. Fault store.closed once the group has.
func (g *Group) Do(ctx context.Context, work func(ctx context.Context) error) error {
	if !g.begin() {
		return fault.New(fault.Unavailable, "store.closed")
	}
	defer g.works.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.life, cancel)()
	return work(ctx)
}

// begin counts one more work that End waits for, unless it does already.
func (g *Group) begin() bool {
	g.ending.Lock()
	defer g.ending.Unlock()
	if g.life.Err() != nil {
		return false
	}
	g.works.Add(1)
	return true
}

// End tells all that is under way that it is over, and waits for it.
func (g *Group) End() {
	g.ending.Lock()
	g.stop()
	g.ending.Unlock()
	g.works.Wait()
}

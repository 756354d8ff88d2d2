package store

import (
	"context"
	"runtime"
	"time"
)

// turnMax is how long a reading keeps its turn: longer than what a screen reads.
const turnMax = 5 * time.Millisecond

// turns lets as many readings begin at once as there are processors. More of them would end no sooner, and
// the writer would wait for a processor behind all of them. One that takes long gives its turn back while it
// goes on: it keeps nobody from reading.
type turns chan struct{}

func newTurns() turns { return make(turns, runtime.GOMAXPROCS(0)) }

// take waits for a turn and returns what ends it.
func (t turns) take(ctx context.Context) (end func(), err error) {
	select {
	case t <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	over := time.AfterFunc(turnMax, func() { <-t })
	// Readings that wake each other in turn stay on their processor, and Go looks at who came back from
	// flushing, the writer, once in sixty times. Here everybody goes behind who waits already.
	runtime.Gosched()
	return func() {
		if over.Stop() {
			<-t
		}
	}, nil
}

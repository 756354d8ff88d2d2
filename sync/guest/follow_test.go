package guest

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// TestPauseIsNotMissed asks for the copy in the moment before the work on it begins.
func TestPauseIsNotMissed(t *testing.T) {
	ctx, over := context.WithTimeout(t.Context(), 5*time.Second)
	defer over()
	f := &Follower{Connect: func(ctx context.Context) (*Book, error) {
		<-ctx.Done() // as long as the main PC is there
		return nil, nil
	}}
	f.turn.Lock() // as Run does
	paused := make(chan func())
	go func() { paused <- f.Pause() }()
	for !f.wanted() {
		runtime.Gosched()
	}
	f.joined(ctx, nil) // it stopped what it saw, which was nothing, and waits for its turn
	f.turn.Unlock()
	if ctx.Err() != nil {
		t.Error("the copy is worked on although somebody asked for it")
	}
	(<-paused)()
	if f.wanted() {
		t.Error("it does not go on")
	}
}

func (f *Follower) wanted() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.held > 0 }

// Package away tells when the person left this PC, as its system knows: they locked its screen, put it to sleep or gave
// it to somebody else.
package away

import (
	"context"
	"sync"
	"time"
)

// Watch calls left, from any goroutine, each time the person leaves this PC, until ctx ends. A PC that was asleep is left
// as soon as it is awake. Where the system does not say more (macOS, a bare window manager), the pause without a touch
// locks all the same.
func Watch(ctx context.Context, left func()) {
	var both sync.WaitGroup
	both.Go(func() { watch(ctx, left) })
	both.Go(func() { wake(ctx, left) })
	both.Wait()
}

// A clock that jumps further between two looks was that of a PC that slept, or was set.
const (
	look  = 5 * time.Second
	slept = 30 * time.Second
)

// wake sees by the clock on the wall that this PC was asleep: timers stand still meanwhile.
func wake(ctx context.Context, left func()) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for last := time.Now(); ; { //nolint:forbidigo // the clock of this very PC is looked at
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := time.Now() //nolint:forbidigo // as above
			if asleep(last, now) {
				left()
			}
			last = now
		}
	}
}

// asleep compares by the wall, not by the clock that stands still.
func asleep(last, now time.Time) bool { return now.Round(0).Sub(last.Round(0)) > slept }

package kit

import (
	"time"

	"fyne.io/fyne/v2"
)

// After runs fn on the UI goroutine once d is over, unless it is cancelled first; cancel tells whether it
// was in time. It is the one timer of the interface. Tests replace it, with [Never] or a clock of their
// own: their driver has no UI goroutine, so that a real timer would run beside the test.
var After = func(d time.Duration, fn func()) (cancel func() bool) {
	return time.AfterFunc(d, func() { fyne.Do(fn) }).Stop
}

// Never is the After of a test in which time stands still.
func Never(time.Duration, func()) (cancel func() bool) { return func() bool { return true } }

// Later runs the last of a run of acts once none came for a while.
type Later struct {
	Wait   time.Duration
	cancel func() bool
	turn   int // of the act waiting: an earlier one may be on its way to the UI goroutine already
}

// Do puts fn in the place of what was waiting.
func (l *Later) Do(fn func()) { l.In(l.Wait, fn) }

// In is Do after a wait of its own.
func (l *Later) In(d time.Duration, fn func()) {
	l.Stop()
	turn := l.turn
	l.cancel = After(d, func() {
		if l.turn == turn {
			fn()
		}
	})
}

// Stop forgets what was waiting. Like Do and In it is called on the UI goroutine.
func (l *Later) Stop() {
	l.turn++
	if l.cancel != nil {
		l.cancel()
		l.cancel = nil
	}
}

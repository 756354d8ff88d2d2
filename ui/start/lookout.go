package start

import (
	"context"
	"time"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
)

// lookFirst and lookAgain are how soon and how often a joined PC at which nobody is in looks whether its main PC is
// there, and where. One that it turned away comes less and less often, up to lookLeast: it may be let in again.
const (
	lookFirst = 300 * time.Millisecond
	lookAgain = 5 * time.Second
	lookLeast = time.Minute
)

// lookout looks for the main PC for as long as a screen is shown.
type lookout struct {
	f       *Flow
	near    machine.Book // as it is looked for before somebody logs in
	left    bool         // another screen is shown
	refused int          // how often in a row it turned this PC away
	again   kit.Later
	tell    func(machine.Book, error)
}

// lookOut tells a screen that was just shown, again and again, what came of looking for the main PC.
func (f *Flow) lookOut(tell func(machine.Book, error)) {
	l := &lookout{f: f, tell: tell}
	f.leaves = func() {
		l.again.Stop()
		l.left = true
		l.away()
	}
	l.look(lookFirst)
}

func (l *lookout) look(in time.Duration) {
	f := l.f
	l.again.In(in, func() {
		b := f.book
		if b == nil {
			b = l.near
		}
		f.work(func(ctx context.Context) (err error) {
			if b != nil {
				return b.Retry(ctx)
			}
			b, err = f.Machine.Connect(ctx)
			return err
		}, func(err error) {
			if f.book == nil {
				l.near = b
			}
			if l.left {
				l.away()
				return
			}
			if l.tell(b, err); l.left {
				return
			}
			l.look(l.wait(err))
		})
	})
}

// wait is how long not to ask after an answer.
func (l *lookout) wait(err error) time.Duration {
	if fault.KeyOf(err) != "lan.device_refused" {
		l.refused = 0
		return lookAgain
	}
	l.refused++
	wait := lookAgain
	for range l.refused {
		wait = min(2*wait, lookLeast)
	}
	return wait
}

// away leaves the main PC that was only looked for.
func (l *lookout) away() {
	b := l.near
	l.near = nil
	if b != nil && b != l.f.book {
		l.f.work(func(ctx context.Context) error { return b.Close(ctx, nil) }, func(error) {})
	}
}

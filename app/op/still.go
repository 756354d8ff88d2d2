package op

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
)

// lookEvery is how often it is looked whether who began a call in process may go on with it, as package lan does for
// those of other PCs.
const lookEvery = 250 * time.Millisecond

// Final tells whether an answer about somebody is that they may not go on. A book that is busy says nothing.
func Final(err error) bool {
	f := fault.Of(err)
	return f != nil && (f.Code == fault.Unauthenticated || f.Code == fault.Forbidden || f.Code == fault.NotFound)
}

// watch has a call looked after until over, which gives the fault by which it was cut, or else how it ended: a
// question, and a file on its way in or out. Work is done and answered, and a Watch looks itself.
func (l Local[T]) watch(ctx context.Context, name string) (_ context.Context, over func(error) error) {
	spec, known := l.Registry.Spec(name)
	if l.Still == nil || !known || spec.Kind != Query && spec.Kind != Stream && spec.Kind != Upload {
		return ctx, func(err error) error { return err }
	}
	ctx, cut := context.WithCancelCause(ctx)
	var who atomic.Pointer[auth.Actor]
	ctx = WithAllowed(ctx, func(a auth.Actor) {
		if a.Session != 0 { // somebody, not the program itself
			who.Store(&a)
		}
	})
	go func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if a := who.Load(); a != nil {
				if err := l.Still(ctx, *a); Final(err) {
					cut(err)
				}
			}
		}
	}()
	return ctx, func(err error) error {
		defer cut(nil)
		if f, cut := errors.AsType[*fault.Fault](context.Cause(ctx)); cut && err != nil {
			return f
		}
		return err
	}
}

// lasting is a file on its way while ctx lasts: nothing more of it goes in or out then.
type lasting struct {
	ctx context.Context
	w   io.Writer
	r   io.Reader
}

// Write implements io.Writer.
func (l lasting) Write(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	return l.w.Write(p)
}

// Read implements io.Reader.
func (l lasting) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	return l.r.Read(p)
}

// into is where a file goes while ctx lasts.
func (l Local[T]) into(ctx context.Context, name string, w io.Writer) io.Writer {
	if spec, _ := l.Registry.Spec(name); l.Still == nil || spec.Kind != Stream || w == nil {
		return w
	}
	return lasting{ctx: ctx, w: w}
}

package change

import (
	"context"
	"errors"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
)

// Silence is after how long without a line the main PC is taken for lost.
const Silence = 3 * BeatEvery

var errSilent = errors.New("change: nothing was heard for too long")

// Listen follows what changes after an event, 0 for from now on, until ctx ends or it is cut, and returns why. heard is
// told of the first line and of every one that says that something changed. Faults as [Follow] and of the way there,
// change.silent when nothing came for within, which is [Silence].
func Listen(ctx context.Context, c op.Caller, after int64, within time.Duration, heard func(News)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	quiet := time.AfterFunc(within, func() { stop(errSilent) })
	defer quiet.Stop()
	first := true
	err := Follow.Watch(ctx, c, FollowRequest{After: after}, func(n News) {
		quiet.Reset(within)
		if first || n.All || len(n.Changes) > 0 {
			first = false
			heard(n)
		}
	})
	if errors.Is(context.Cause(ctx), errSilent) {
		return fault.New(fault.Unavailable, "change.silent").Because(err)
	}
	return err
}

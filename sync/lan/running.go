package lan

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// A question, and a file on its way in or out, is cut once who asked may not go on: their session was closed, their
// account or their rights changed, wherever that was done. All calls under way are looked at again and again, so that
// nothing that ends a session needs to know of them. Work is done and answered, as when the host closes.

// underway is such a call of somebody.
type underway struct {
	cut  context.CancelCauseFunc
	line *http.ResponseController
	long bool // it goes on for as long as the host, and looks itself whether its caller may go on

	mu    sync.Mutex
	actor auth.Actor // as they were when the call began
	over  bool
}

// watch has a call of a kind looked after until over, which comes before the end of its handler; its context ends
// with the fault that cuts it.
func (s *serving) watch(w http.ResponseWriter, r *http.Request, kind op.Kind) (ctx context.Context, over func()) {
	ctx, cut := context.WithCancelCause(r.Context())
	c := &underway{cut: cut, line: http.NewResponseController(w), long: kind == op.Watch}
	ctx = op.WithAllowed(ctx, func(a auth.Actor) {
		if a.Session == 0 && !c.long {
			return // nobody, who may ask what anybody may
		}
		c.mu.Lock()
		c.actor = a
		c.mu.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls[c] = true
	})
	return ctx, func() {
		s.mu.Lock()
		delete(s.calls, c)
		s.mu.Unlock()
		c.mu.Lock()
		c.over = true
		c.mu.Unlock()
		cut(nil)
	}
}

// look cuts the calls of those who may not go on, until ctx ends.
func (s *serving) look(ctx context.Context) {
	if s.Still == nil {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, c := range s.underway(false) {
			if err := s.Still(ctx, c.who()); op.Final(err) {
				c.end(err)
			}
		}
	}
}

// underway lists the calls that are looked after: the long ones, or the others.
func (s *serving) underway(long bool) (out []*underway) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.calls {
		if c.long == long {
			out = append(out, c)
		}
	}
	return out
}

func (c *underway) who() auth.Actor {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.actor
}

// end cuts the call: nothing more of it is read, and its fault is sent. Who does not take what was sent before is
// given up after a moment; of the other calls of that PC nothing is touched.
func (c *underway) end(why error) {
	c.cut(why)
	c.on(func(line *http.ResponseController) error { return line.SetReadDeadline(past) })
	time.AfterFunc(cutWait, func() {
		c.on(func(line *http.ResponseController) error { return line.SetWriteDeadline(past) })
	})
}

// past is any time before now.
var past = time.Unix(1, 0)

// on does something with the exchange of a call that is not over. That it has no deadline means that it is.
func (c *underway) on(do func(*http.ResponseController) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		_ = do(c.line)
	}
}

// reason is the fault by which a call was cut, or else err.
func reason(ctx context.Context, err error) error {
	if f, cut := errors.AsType[*fault.Fault](context.Cause(ctx)); cut {
		return f
	}
	return err
}

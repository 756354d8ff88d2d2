package lan

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"zafe/app/op"
)

// serving is the server at work on one listener. It knows which work has begun there: whoever asked for it
// is to hear how it went before the host goes, or would do it a second time.
type serving struct {
	*Server

	mu     sync.Mutex
	works  int
	calls  map[*underway]bool // that are not work, of people who are logged in, and all long ones
	ending bool
	ended  chan struct{} // closed once the host is closing and no work goes on
}

// closing tells that no new call is taken.
func (s *serving) closing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ending
}

// begin notes that a call begins, and gives what is to be called when it is over; false: the host is closing.
func (s *serving) begin(name string) (over func(), ok bool) {
	spec, _ := s.Registry.Spec(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return nil, false
	}
	if spec.Kind != op.Command && spec.Kind != op.Action {
		return func() {}, true // what is not answered is asked again, and does no harm
	}
	s.works++
	return s.over, true
}

func (s *serving) over() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.works--; s.works == 0 && s.ending {
		close(s.ended)
	}
}

// end takes no connection and no call any more, tells those who listen, lets the work end, and closes. The server's own Shutdown
// comes last: it tells every PC to go away, and what a PC asks after that goes unanswered.
func (s *serving) end(ctx context.Context, srv *http.Server, ln net.Listener) {
	s.mu.Lock()
	s.ending = true
	busy := s.works > 0
	s.mu.Unlock()
	_ = ln.Close()
	for _, c := range s.underway(true) {
		c.end(hostClosing())
	}
	if busy {
		select {
		case <-s.ended:
			time.Sleep(answerWait)
		case <-time.After(workWait):
			s.Log("closing", errors.New("lan: work was given up, it took too long"))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.Grace, shutdownWait))
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		_ = srv.Close()
	}
}

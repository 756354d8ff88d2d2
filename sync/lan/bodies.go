package lan

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
)

// bodies counts the large requests of each PC that are held: each takes memory for as long as it is read and answered.
// One too many is refused and does not wait, for what nobody reads yet holds up everything else on its connection.
type bodies struct {
	mu sync.Mutex
	of map[string]int
}

// enter counts one more of a PC until leave. Fault lan.too_many.
func (b *bodies) enter(device string) (leave func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[device] >= bodiesMax {
		return nil, fault.New(fault.Unavailable, "lan.too_many", "max", bodiesMax)
	}
	if b.of == nil {
		b.of = map[string]int{}
	}
	b.of[device]++
	return func() { b.leave(device) }, nil
}

func (b *bodies) leave(device string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[device]--; b.of[device] == 0 {
		delete(b.of, device)
	}
}

// body reads the request of a call, which is held until leave. A large one is only read from who may make the call:
// of the others a few KiB are enough to answer.
func (s *Server) body(w http.ResponseWriter, r *http.Request) (body []byte, leave func(), err error) {
	tooLarge := fault.New(fault.Invalid, "op.too_large", "max_mb", op.RequestBytesMax>>20)
	leave = func() {}
	switch n := r.ContentLength; {
	case n > op.RequestBytesMax:
		return nil, nil, tooLarge
	case n < 0 || n > smallBytes:
		if err := s.Registry.Admit(r.Context(), r.PathValue("name")); err != nil {
			return nil, nil, err
		}
		if leave, err = s.bodies.enter(op.CredentialOf(r.Context()).Device); err != nil {
			return nil, nil, err
		}
		by := time.Now().Add(bodyWait) //nolint:forbidigo // a socket deadline is real time
		if err := http.NewResponseController(w).SetReadDeadline(by); err != nil {
			leave()
			return nil, nil, err
		}
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, op.RequestBytesMax+1))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		err = tooLarge.Because(err)
	} else if err != nil {
		err = fault.New(fault.Unavailable, "lan.cut").Because(err)
	}
	if err != nil {
		leave()
	}
	return body, leave, err
}

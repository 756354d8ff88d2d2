package lan

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"zafe/app/fault"
)

// A copy of the book on another PC is fed by one exchange after the other. A request is a line with the
// addresses of that PC, and what the copy asks; the answer is what it is to do. What they say is the store's.

const (
	feedLine      = 4 << 10
	addressesMax  = 8
	addressBytes  = 64
	feedAskChunks = 64 << 10
)

// feed answers the PC that keeps a copy. An answer that fails midway is cut off: what the copy did of it counts.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	in := bufio.NewReaderSize(r.Body, feedAskChunks)
	line, err := in.ReadSlice('\n')
	var at []string
	if err == nil && len(line) <= feedLine {
		err = json.Unmarshal(line, &at)
	}
	if err != nil || !plausible(at) {
		s.refuse(w, fault.New(fault.Invalid, "op.bad_request", "detail", "feed").Because(err))
		return
	}
	if s.Feed == nil {
		s.refuse(w, fault.New(fault.Forbidden, "relay.not_named"))
		return
	}
	out := &lateWriter{ctx: r.Context(), w: w}
	if err := s.Feed(r.Context(), at, in, out); err != nil {
		if out.started {
			s.Log("the copy on another PC was cut off", err)
			panic(http.ErrAbortHandler)
		}
		s.refuse(w, err)
	}
}

// plausible bounds what is told to every PC of the office.
func plausible(at []string) bool {
	for _, a := range at {
		if len(a) > addressBytes {
			return false
		}
	}
	return len(at) <= addressesMax
}

// Feed asks for what the copy of this PC does not have yet, which can be reached at the addresses. The answer is to
// be closed. Faults as [Client.Do], relay.not_named.
func (c *Client) Feed(ctx context.Context, at []string, ask []byte) (io.ReadCloser, error) {
	line, err := json.Marshal(at[:min(len(at), addressesMax)])
	if err != nil {
		return nil, err
	}
	resp, err := c.send(ctx, http.MethodPost, "/feed", bytes.Join([][]byte{line, ask}, []byte{'\n'}))
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

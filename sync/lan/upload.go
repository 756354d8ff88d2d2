package lan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"zafe/app/fault"
	"zafe/app/op"
)

// Upload implements op.Caller. The request goes ahead as a header, so that the host can refuse it before it
// reads a byte of the content; the content is the body, and its end is the end of the HTTP/2 stream: one that
// was cut is never taken for a whole one. It has no time limit as long as the host is alive, which pings tell.
func (c *Client) Upload(ctx context.Context, s *op.Spec, req any, content io.Reader, resp any) error {
	ask, err := json.Marshal(req)
	if err != nil {
		return fmt.Errorf("lan: request of %s: %w", s.Name, err)
	}
	if len(ask) > op.AskBytesMax {
		return fault.New(fault.Invalid, "op.bad_request", "detail", "request too long")
	}
	body := &sending{in: content}
	path := "/upload/" + url.PathEscape(s.Name)
	r, err := c.exchange(ctx, http.MethodPost, path, body, url.QueryEscape(string(ask)))
	_ = body.stop()
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	return c.read(ctx, s, r.Body, resp)
}

// read reads the JSON answer of a call.
func (c *Client) read(ctx context.Context, s *op.Spec, body io.Reader, resp any) error {
	out, err := io.ReadAll(io.LimitReader(body, responseMax))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if err := json.Unmarshal(out, resp); err != nil {
		return fmt.Errorf("lan: answer of %s: %w", s.Name, err)
	}
	return nil
}

// sending is the content on its way. The transport may go on reading a body when the call is over; the caller's
// reader must not be touched then.
type sending struct {
	mu   sync.Mutex
	in   io.Reader
	err  error // of in
	over bool
}

func (s *sending) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return 0, errCallOver
	}
	n, err := s.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

var errCallOver = errors.New("lan: the call is over")

// stop ends the reading and tells whether in had failed.
func (s *sending) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	return s.err
}

// upload takes a file in. What was not answered is sent again and does no harm, so that a closing host waits
// for it no longer than for a question.
func (s *serving) upload(w http.ResponseWriter, r *http.Request) {
	ask, err := url.QueryUnescape(r.Header.Get(headerAsk))
	if err != nil {
		s.refuse(w, fault.New(fault.Invalid, "op.bad_request", "detail", "request header").Because(err))
		return
	}
	leave, err := s.bodies.enter(op.CredentialOf(r.Context()).Device)
	if err != nil {
		s.refuse(w, err)
		return
	}
	defer leave()
	ctx, over := s.watch(w, r, op.Upload)
	defer over()
	out, err := s.Registry.UploadJSON(ctx, r.PathValue("name"), []byte(ask), incoming{r.Body})
	if err != nil {
		s.refuse(w, reason(ctx, err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(out) //nolint:gosec // JSON for our own client; no browser gets past the handshake
}

// incoming is the content of an upload; when it breaks off, it is the way here that is to blame.
type incoming struct{ in io.Reader }

func (i incoming) Read(p []byte) (int, error) {
	n, err := i.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.New(fault.Unavailable, "lan.cut").Because(err)
	}
	return n, err
}

// UploadJSON is DoJSON for the operations that take a file.
func (r *Remote) UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error) {
	var answer json.RawMessage
	err := r.Upload(ctx, &op.Spec{Name: name}, json.RawMessage(in), content, &answer)
	return answer, err
}

package lan

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/sync/device"
)

// Client performs operations on a host. It is an op.Caller: pages do not know which they use.
type Client struct {
	addr  atomic.Pointer[string]
	http  *http.Client
	trust *tls.Config
	token atomic.Pointer[string]
	away  atomic.Bool
	// Reached is told after each exchange whether the host answered; nil to ignore. It drives the
	// banner "host unreachable" and its end.
	Reached func(ok bool)
	// Patience is how long an answer to a question may take; the zero value is right.
	Patience time.Duration
}

var _ op.Caller = (*Client)(nil)

// NewClient makes a client of the host at addr, trusted only through the pinned root.
func NewClient(addr string, root *x509.Certificate, id device.Identity) *Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	dialer := &net.Dialer{Timeout: dialTimeout}
	trust := &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.TLS}, NextProtos: []string{protoHTTP2},
		// The pinned root decides, not names, addresses or clocks.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does it
		VerifyConnection: func(cs tls.ConnectionState) error {
			return device.CheckHost(cs.PeerCertificates, root)
		},
	}
	c := &Client{trust: trust, http: &http.Client{
		Transport: &http.Transport{
			Proxy:               nil, // never through a proxy: the host is on this network
			DialContext:         dialer.DialContext,
			TLSClientConfig:     trust.Clone(),
			Protocols:           protocols,
			HTTP2:               liveness(),
			TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.Move(addr)
	return c
}

// SetAway says with every call from now on whether nobody is at the screen here.
func (c *Client) SetAway(away bool) { c.away.Store(away) }

// Move makes the client ask at another address from now on.
func (c *Client) Move(addr string) { c.addr.Store(&addr) }

// SetToken sets the session token sent with every call; "" for none.
func (c *Client) SetToken(token string) { c.token.Store(&token) }

// Addr returns the host's address.
func (c *Client) Addr() string { return *c.addr.Load() }

// Close drops the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Hello asks the host who it is. Faults: lan.host_unreachable, lan.device_refused, lan.wrong_host; and
// of two programs that do not understand each other the one to update: op.version this one, lan.host_older the host's.
func (c *Client) Hello(ctx context.Context) (Hello, error) { return c.HelloOf(ctx, 0) }

// HelloOf is Hello of a PC that saw the host's book go as far as an event, and asks for it; 0 for none.
func (c *Client) HelloOf(ctx context.Context, event int64) (Hello, error) {
	var h Hello
	path := "/hello"
	if event > 0 {
		path += "?" + askedEvent + "=" + strconv.FormatInt(event, 10)
	}
	resp, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return h, err
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(resp.Body, headerBytes)).Decode(&h); err != nil {
		return h, fault.New(fault.Unavailable, "lan.wrong_host", "host", c.Addr()).Because(err)
	}
	switch {
	case h.Level < op.MinLevel:
		return h, fault.New(fault.Unavailable, "lan.host_older", "version", h.Version)
	case op.Level < h.MinLevel:
		return h, fault.New(fault.Unavailable, "op.version", "level", op.Level, "min", h.MinLevel)
	}
	return h, nil
}

// Do implements op.Caller. Faults of the way there: lan.host_unreachable, lan.device_refused,
// lan.wrong_host, lan.host_closing, lan.cut, op.timeout, op.cancelled.
func (c *Client) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	body, err := json.Marshal(req)
	if err != nil {
		return fmt.Errorf("lan: request of %s: %w", s.Name, err)
	}
	// Work takes the time it takes as long as the host is alive, which pings tell: given up here, it would
	// go on there with nobody to hear how it went. What a row is, only the host knows for sure.
	if _, ok := ctx.Deadline(); !ok && s.Kind == op.Query {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, cmp.Or(c.Patience, askTimeout))
		defer cancel()
	}
	r, err := c.send(ctx, http.MethodPost, "/op/"+url.PathEscape(s.Name), body)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	return c.read(ctx, s, r.Body, resp)
}

// Stream implements op.Caller. What was written to w is worth nothing when an error is returned.
func (c *Client) Stream(ctx context.Context, s *op.Spec, req any, w io.Writer) (op.Download, error) {
	var d op.Download
	body, err := json.Marshal(req)
	if err != nil {
		return d, fmt.Errorf("lan: request of %s: %w", s.Name, err)
	}
	r, err := c.send(ctx, http.MethodPost, "/stream/"+url.PathEscape(s.Name), body)
	if err != nil {
		return d, err
	}
	defer func() { _ = r.Body.Close() }()
	if _, err := io.Copy(w, r.Body); err != nil {
		return d, c.unreachable(ctx, err)
	}
	if f := r.Trailer.Get(headerFault); f != "" {
		raw, _ := url.QueryUnescape(f)
		return d, parseFault([]byte(raw))
	}
	meta, err := url.QueryUnescape(r.Trailer.Get(headerFile))
	if err != nil || meta == "" {
		return d, fault.New(fault.Unavailable, "lan.cut")
	}
	return d, json.Unmarshal([]byte(meta), &d)
}

// send performs one exchange that can be repeated and returns a 200 response, or the fault the host sent.
func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	return c.exchange(ctx, method, path, bytes.NewReader(body), "")
}

// exchange is send with a body of any kind, and for a file the request that goes ahead of it.
func (c *Client) exchange(ctx context.Context, method, path string, body io.Reader, ask string,
) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "https://"+c.Addr()+path, body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "lan.bad_address", "host", c.Addr()).Because(err)
	}
	r.Header.Set(headerLevel, strconv.Itoa(op.Level))
	r.Header.Set("Content-Type", "application/json")
	if ask != "" {
		r.Header.Set("Content-Type", "application/octet-stream")
		r.Header.Set(headerAsk, ask)
	}
	if t := c.token.Load(); t != nil && *t != "" {
		r.Header.Set("Authorization", "Bearer "+*t)
	}
	if id := op.RequestID(ctx); id != "" {
		r.Header.Set(headerRequest, id)
		// The host does a request once, so that the transport may send it again on a dead connection.
		r.Header.Set("Idempotency-Key", id)
	}
	if op.IsPreview(ctx) {
		r.Header.Set(headerPreview, "1")
	}
	if c.away.Load() {
		r.Header.Set(headerAway, "1")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		if u, ok := body.(*sending); ok && u.stop() != nil {
			return nil, u.stop() // the file could not be read; the host is well
		}
		return nil, c.unreachable(ctx, err)
	}
	if c.Reached != nil {
		c.Reached(true)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	return nil, parseFault(raw)
}

func parseFault(raw []byte) error {
	var f fault.Fault
	if err := json.Unmarshal(raw, &f); err != nil || f.Key == "" {
		return fault.New(fault.Unavailable, "lan.cut").Because(err)
	}
	return &f
}

// unreachable names what went wrong on the way to the host.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fault.New(fault.Unavailable, "op.cancelled").Because(err)
	}
	if _, gaveUp := errors.AsType[reset](err); gaveUp { // the host is there
		return fault.New(fault.Unavailable, "lan.cut").Because(err)
	}
	switch {
	case device.ErrNotPinned(err):
		return fault.New(fault.Unavailable, "lan.wrong_host", "host", c.Addr()).Because(err)
	case refusedAlert(err) || !errors.Is(err, context.DeadlineExceeded) && c.refused(ctx):
		return fault.New(fault.Forbidden, "lan.device_refused").Because(err)
	}
	if c.Reached != nil {
		c.Reached(false)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "op.timeout").Because(err)
	}
	return fault.New(fault.Unavailable, "lan.host_unreachable", "host", c.Addr()).Because(err)
}

// reset is what the other end says to give up one exchange while the connection goes on. net/http shows the error of
// its own to a type that has the same fields.
type reset struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (reset) Error() string { return "lan: the exchange was given up" }

// refusedAlert recognises the alert by which a TLS 1.3 host turns a device away.
func refusedAlert(err error) bool {
	return err != nil && strings.Contains(err.Error(), "tls: bad certificate")
}

// refused tells whether the host is there but turns this PC away. A refused client learns it from an
// alert on its first read, and HTTP/2 often writes first and only sees a broken connection: so one
// more connection is made on which nothing is written.
func (c *Client) refused(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: dialTimeout}, Config: c.trust.Clone()}
	conn, err := d.DialContext(ctx, "tcp", c.Addr())
	if err != nil {
		return refusedAlert(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(time.Second)) //nolint:forbidigo // a socket deadline is real time
	_, err = conn.Read(make([]byte, 1))
	return refusedAlert(err)
}

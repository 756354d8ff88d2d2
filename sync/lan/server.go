package lan

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/sync/device"
	"zafe/sync/pair"
)

// Registry is what the server needs of the operations.
type Registry interface {
	Spec(name string) (op.Spec, bool)
	Admit(ctx context.Context, name string) error
	DoJSON(ctx context.Context, name string, in []byte) ([]byte, error)
	StreamJSON(ctx context.Context, name string, in []byte, w io.Writer) (op.Download, error)
	UploadJSON(ctx context.Context, name string, in []byte, content io.Reader) ([]byte, error)
}

// Devices is the authority on which PCs may talk to the host; it is asked at every request, so that
// revoking one takes effect at once.
type Devices interface {
	// Allowed tells whether the device is paired and not revoked.
	Allowed(ctx context.Context, fp device.Fingerprint) (bool, error)
}

// Server serves one book on the LAN.
type Server struct {
	Registry Registry
	Devices  Devices
	Desk     *pair.Desk
	Identity device.Identity
	// Self is the key of this PC's own programs: what they ask is as if asked in this one, and they are
	// not counted among the devices. It opens nothing from another PC.
	Self device.Fingerprint
	// Raise brings this program's window to the front for another start of it on this PC; false: it has none.
	Raise func() bool
	// Hello says what the host is, and the hash of an event to the PC that asks for one; 0 for none.
	Hello func(ctx context.Context, event int64) (Hello, error)
	// Feed answers the PC that keeps a copy of the book, of which it was told where it can be reached.
	Feed func(ctx context.Context, at []string, ask io.Reader, w io.Writer) error
	// Still tells whether somebody whose call is under way may go on with it: if not, by a fault, it is cut. nil:
	// they always may.
	Still func(ctx context.Context, a auth.Actor) error
	Log   func(what string, err error)
	// Patience is how long the host looks for the answer to a question; the zero value is right.
	Patience time.Duration
	// Grace is how long questions and files may go on once the host closes; the zero value is right.
	Grace time.Duration
	// Slow is how long who listens to a Watch may take nothing of it; the zero value is right.
	Slow time.Duration

	bodies bodies

	mu    sync.Mutex
	conns map[device.Fingerprint]map[net.Conn]bool
}

// Serve answers on ln until ctx ends. Then it refuses new calls with lan.host_closing and returns once the
// work under way is done and answered; questions and files are cut after a moment.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	v := &serving{Server: s, ended: make(chan struct{}), calls: map[*underway]bool{}}
	looking, stop := context.WithCancel(context.WithoutCancel(ctx)) // a host that closes still sends files for a while
	defer stop()
	go v.look(looking)
	srv := &http.Server{
		Handler:           v.routes(),
		ReadHeaderTimeout: headTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		HTTP2:             liveness(),
		ErrorLog:          log.New(logWriter{s.Log}, "", 0),
		ConnState:         s.track,
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){
			pair.Protocol: func(_ *http.Server, c *tls.Conn, _ http.Handler) {
				if err := s.Desk.Serve(ctx, c); err != nil {
					s.Log("pairing refused", err)
				}
			},
			pair.InviteProtocol: func(_ *http.Server, c *tls.Conn, _ http.Handler) {
				if err := s.Desk.ServeInvited(ctx, c); err != nil {
					s.Log("invitation refused", err)
				}
			},
		},
		TLSConfig: s.tls(ctx),
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	srv.Protocols = protocols
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		v.end(context.WithoutCancel(ctx), srv, ln)
	}()
	err := srv.ServeTLS(newGate(ln), "", "")
	if ctx.Err() != nil { // ln was closed for that reason
		<-done
		return nil // see above
	}
	return err
}

// tls is the configuration of the host: each connection gets its own, that of the moment.
func (s *Server) tls(ctx context.Context) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{s.Identity.TLS}, NextProtos: []string{protoHTTP2},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			return s.tlsOf(ctx, hello.Conn), nil
		},
	}
}

func (s *Server) tlsOf(ctx context.Context, conn net.Conn) *tls.Config {
	protocols := []string{protoHTTP2}
	if s.Desk.Open() {
		protocols = append(protocols, pair.Protocol) // without a code out nobody is listened to
	}
	if s.Desk.Awaits(ctx) {
		protocols = append(protocols, pair.InviteProtocol)
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{s.Identity.TLS},
		ClientAuth:             tls.RequireAnyClientCert,
		SessionTicketsDisabled: true,
		NextProtos:             protocols,
		// VerifyConnection, not VerifyPeerCertificate: it also runs on resumption. That the PC has the key
		// of its certificate, which is no secret, is checked only after it.
		VerifyConnection: func(cs tls.ConnectionState) error {
			switch cs.NegotiatedProtocol {
			case pair.Protocol, pair.InviteProtocol:
				return nil
			case protoHTTP2:
				return s.allowed(ctx, cs.PeerCertificates, conn.RemoteAddr().String())
			default:
				return errors.New("lan: unknown protocol")
			}
		},
	}
}

func hostClosing() error { return fault.New(fault.Unavailable, "lan.host_closing") }

var errRefused = errors.New("lan: this device is not paired")

// own tells whether a program of this very PC is at the other end: the key may have been copied.
func (s *Server) own(fp device.Fingerprint, from string) bool {
	at, err := netip.ParseAddrPort(from)
	return err == nil && fp == s.Self && at.Addr().Unmap().IsLoopback()
}

// allowed tells whether a chain that was presented from an address is that of a PC of the office.
func (s *Server) allowed(ctx context.Context, chain []*x509.Certificate, from string) error {
	if len(chain) == 0 {
		return errRefused
	}
	fp := device.FingerprintOf(chain[0])
	if s.own(fp, from) {
		return nil
	}
	ok, err := s.Devices.Allowed(ctx, fp)
	if err != nil {
		return err
	}
	if !ok {
		return errRefused
	}
	return nil
}

func (s *serving) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", s.guard(s.hello))
	mux.HandleFunc("POST /op/{name}", s.guard(s.call))
	mux.HandleFunc("POST /stream/{name}", s.guard(s.stream))
	mux.HandleFunc("POST /upload/{name}", s.guard(s.upload))
	mux.HandleFunc("POST /feed", s.guard(s.feed))
	mux.HandleFunc("POST /raise", s.guard(s.raise))
	return mux
}

// raise is for Self only: the office has no say over this screen.
func (s *Server) raise(w http.ResponseWriter, r *http.Request) {
	if op.CredentialOf(r.Context()).Device != "" || s.Raise == nil || !s.Raise() {
		s.refuse(w, fault.New(fault.NotFound, "lan.no_window"))
	}
}

// guard checks the device row at every request, and that the host is not closing, and prepares the call's
// context.
func (s *serving) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			panic(http.ErrAbortHandler)
		}
		if err := s.allowed(r.Context(), r.TLS.PeerCertificates, r.RemoteAddr); err != nil {
			w.Header().Set("Connection", "close") // over HTTP/2: finish this answer, then go away
			s.refuse(w, fault.New(fault.Forbidden, "lan.device_refused"))
			return
		}
		if s.closing() {
			s.refuse(w, hostClosing())
			return
		}
		if !plain(r) {
			s.refuse(w, fault.New(fault.Invalid, "op.bad_request", "detail", "address"))
			return
		}
		level, err := strconv.Atoi(r.Header.Get(headerLevel))
		if err != nil {
			level = 0
		}
		from := device.FingerprintOf(r.TLS.PeerCertificates[0])
		if s.own(from, r.RemoteAddr) {
			from = ""
		}
		ctx := op.WithCredential(r.Context(), op.Credential{
			Token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), Device: string(from),
			Away: r.Header.Get(headerAway) != "",
		})
		ctx = op.WithRequestID(op.WithLevel(ctx, level), r.Header.Get(headerRequest))
		if r.Header.Get(headerPreview) != "" {
			ctx = op.WithPreview(ctx)
		}
		next(w, r.WithContext(ctx))
	}
}

// plain tells whether a request can be read in one way. Its address names what is asked for and nothing else, as
// addresses end up in places that know of no secrets: a hello's one number is its only parameter. What goes with a
// request stands there once.
func plain(r *http.Request) bool {
	for name, values := range r.Header {
		if len(values) > 1 && (name == "Authorization" || strings.HasPrefix(name, "Zafe-")) {
			return false
		}
	}
	name, number, _ := strings.Cut(r.URL.RawQuery, "=")
	return r.URL.RawQuery == "" && !r.URL.ForceQuery ||
		r.URL.Path == "/hello" && name == askedEvent && !strings.ContainsAny(number, "&;=%+")
}

func (s *Server) hello(w http.ResponseWriter, r *http.Request) {
	event, err := strconv.ParseInt(cmp.Or(r.URL.Query().Get(askedEvent), "0"), 10, 64)
	if err != nil {
		s.refuse(w, fault.New(fault.Invalid, "op.bad_request", "detail", "event").Because(err))
		return
	}
	h, err := s.Hello(r.Context(), event)
	if err != nil {
		s.refuse(w, err)
		return
	}
	body, err := json.Marshal(h)
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

func (s *serving) call(w http.ResponseWriter, r *http.Request) {
	body, leave, err := s.body(w, r)
	if err != nil {
		s.refuse(w, err)
		return
	}
	defer leave()
	ctx, name := r.Context(), r.PathValue("name")
	over, ok := s.begin(name)
	if !ok {
		s.refuse(w, hostClosing())
		return
	}
	defer over()
	if spec, ok := s.Registry.Spec(name); ok && spec.Kind == op.Query {
		watched, over := s.watch(w, r, spec.Kind)
		defer over()
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(watched, cmp.Or(s.Patience, queryTimeout))
		defer cancel()
	}
	out, err := s.Registry.DoJSON(ctx, name, body)
	if err != nil {
		s.refuse(w, reason(ctx, err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(out)
}

// stream sends a file as it is made, or what a Watch has to tell as it comes; a failure midway is told in a trailer,
// so that the client never keeps half a file as a whole one.
func (s *serving) stream(w http.ResponseWriter, r *http.Request) {
	body, leave, err := s.body(w, r)
	if err != nil {
		s.refuse(w, err)
		return
	}
	defer leave()
	name := r.PathValue("name")
	spec, _ := s.Registry.Spec(name)
	ctx, over := s.watch(w, r, spec.Kind)
	defer over()
	w.Header().Set("Trailer", headerFile+", "+headerFault)
	out := &lateWriter{ctx: ctx, w: w}
	if spec.Kind == op.Watch {
		out.within = cmp.Or(s.Slow, slowWait)
	}
	d, err := s.Registry.StreamJSON(ctx, name, body, out)
	if err != nil {
		err = reason(ctx, err)
		if !out.started {
			w.Header().Del("Trailer")
			s.refuse(w, err)
			return
		}
		w.Header().Set(headerFault, url.QueryEscape(marshalFault(err)))
		return
	}
	meta, err := json.Marshal(d)
	if err != nil {
		w.Header().Set(headerFault, url.QueryEscape(marshalFault(err)))
		return
	}
	w.Header().Set(headerFile, url.QueryEscape(string(meta)))
}

// lateWriter notes whether anything was sent, and takes nothing more once ctx has ended.
type lateWriter struct {
	ctx     context.Context
	w       http.ResponseWriter
	started bool
	within  time.Duration // who does not take what is written for so long is given up; 0 for never
}

// Flush sends what was written so far.
func (l *lateWriter) Flush() error { return http.NewResponseController(l.w).Flush() }

func (l *lateWriter) Write(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	if l.within > 0 {
		until := time.Now().Add(l.within) //nolint:forbidigo // a socket deadline is real time
		if err := http.NewResponseController(l.w).SetWriteDeadline(until); err != nil {
			return 0, err
		}
	}
	if !l.started {
		l.started = true
		l.w.Header().Set("Content-Type", "application/octet-stream")
	}
	return l.w.Write(p)
}

func (s *Server) refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status(fault.Of(err).Code))
	_, _ = io.WriteString(w, marshalFault(err)) //nolint:gosec // JSON for our own client; no browser gets past the handshake
}

func marshalFault(err error) string {
	b, jsonErr := json.Marshal(fault.Of(err))
	if jsonErr != nil {
		return `{"code":"internal","key":"fault.unexpected"}`
	}
	return string(b)
}

// track keeps which connections belong to which device. Over HTTP/2 a connection is active only after the
// handshake: its PC has proven then that it is a paired one, and is a stranger no more.
func (s *Server) track(c net.Conn, state http.ConnState) {
	tc, ok := c.(*tls.Conn)
	if !ok {
		return
	}
	cs := tc.ConnectionState()
	if len(cs.PeerCertificates) == 0 {
		return
	}
	if g, ok := tc.NetConn().(*gated); ok && state == http.StateActive {
		g.welcome()
	}
	fp := device.FingerprintOf(cs.PeerCertificates[0])
	if s.own(fp, c.RemoteAddr().String()) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateActive, http.StateNew, http.StateIdle:
		if s.conns == nil {
			s.conns = map[device.Fingerprint]map[net.Conn]bool{}
		}
		if s.conns[fp] == nil {
			s.conns[fp] = map[net.Conn]bool{}
		}
		s.conns[fp][c] = true
	case http.StateClosed, http.StateHijacked:
		delete(s.conns[fp], c)
		if len(s.conns[fp]) == 0 {
			delete(s.conns, fp)
		}
	}
}

// CloseDevice cuts every connection of a device; a revoked PC is out at once.
func (s *Server) CloseDevice(fp device.Fingerprint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns[fp] {
		go func() { _ = c.Close() }()
	}
}

// Here tells whether a device has a living connection.
func (s *Server) Here(fp device.Fingerprint) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns[fp]) > 0
}

// Connected counts the devices with a living connection.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// logWriter sends the HTTP server's own complaints (failed handshakes) to the log.
type logWriter struct{ log func(string, error) }

func (l logWriter) Write(p []byte) (int, error) {
	l.log("connection refused", errors.New(strings.TrimSpace(string(p))))
	return len(p), nil
}

package attack

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/op"
	"zafe/sync/device"
)

type object = map[string]any

// pc is a machine on the network with a program of its own: HTTP/2 over TLS with whatever key it has. It trusts any
// host, and sends what it likes.
type pc struct {
	id   device.Identity
	http *http.Client
	host *victim
}

func newPC(v *victim, id device.Identity) pc { return newPCFrom(v, id, "127.0.0.1", nil) }

// newPCFrom is newPC at an address of this machine, whose connections are made by dial unless that is nil.
func newPCFrom(v *victim, id device.Identity, from string,
	dial func(ctx context.Context, network, addr string) (net.Conn, error),
) pc {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	if dial == nil {
		dial = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext
	}
	c := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}
	if id.TLS.Certificate != nil {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &id.TLS, nil }
	}
	return pc{id, &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{Protocols: protocols, TLSClientConfig: c, DialContext: dial},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, v}
}

// answer is all that came back.
type answer struct {
	status  int
	key     string // of the fault, "" for none
	body    string
	header  http.Header
	trailer http.Header
	err     error // nothing came back
}

func (a answer) into(v any) error { return json.Unmarshal([]byte(a.body), v) }

// internals are what no answer may tell of the inside of the program.
var internals = regexp.MustCompile(`(?i)goroutine \d|\.go:\d|panic|runtime error|sqlite|\bSELECT\b.*\bFROM\b|` +
	`no such (table|column)|syntax error near|/book/|\.db\b|/tmp/|/home/|/root/|\bat 0x[0-9a-f]+`)

// send sends a request and reads its answer whole. An answer that tells of the inside of the program is an error.
func (c pc) send(r *http.Request) answer {
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	a := answer{status: resp.StatusCode, body: string(body), header: resp.Header, trailer: resp.Trailer, err: err}
	var f struct{ Key string }
	if resp.StatusCode != http.StatusOK && json.Unmarshal(body, &f) == nil {
		a.key = f.Key
	}
	told := fmt.Sprint(resp.Header, resp.Trailer)
	if resp.StatusCode != http.StatusOK {
		told += a.body
	}
	if found := internals.FindString(told); found != "" || strings.Contains(told, c.host.dir) {
		a.err = fmt.Errorf("the answer tells %q: %s", found, told)
	}
	return a
}

// said counts the addresses that requests say to come from.
var said atomic.Int64

// request is one for an operation as the product's own program makes it.
func (c pc) request(path, token string, body io.Reader) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "https://"+c.host.addr+path, body)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Zafe-Level", fmt.Sprint(op.Level))
	for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "Forwarded"} { // always from somewhere else
		r.Header.Set(name, fmt.Sprintf("10.0.%d.%d", said.Add(1)/250%250, said.Load()%250))
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// raw asks an operation with any bytes.
func (c pc) raw(name, token string, body []byte) answer {
	return c.send(c.request("/op/"+name, token, bytes.NewReader(body)))
}

// op asks an operation.
func (c pc) op(name, token string, request any) answer {
	body, err := json.Marshal(request)
	if err != nil {
		return answer{err: err}
	}
	if request == nil {
		body = []byte("{}")
	}
	return c.raw(name, token, body)
}

// ask asks an operation that must be answered with a status, and reads the answer.
func (c pc) ask(t *testing.T, name, token string, request any, status int, into any) answer {
	t.Helper()
	a := c.op(name, token, request)
	if a.err != nil || a.status != status {
		t.Fatalf("%s: %d %s %v, want %d", name, a.status, a.body, a.err, status)
	}
	if into != nil {
		if err := a.into(into); err != nil {
			t.Fatalf("%s: %v in %s", name, err, a.body)
		}
	}
	return a
}

// refused asks an operation that must be refused with a key.
func (c pc) refused(t *testing.T, name, token string, request any, key string) {
	t.Helper()
	if a := c.op(name, token, request); a.key != key || a.err != nil {
		t.Errorf("%s: %d %s %v, want %s", name, a.status, a.body, a.err, key)
	}
}

// attach sends a file.
func (c pc) attach(token string, request any, content []byte) answer {
	ask, err := json.Marshal(request)
	if err != nil {
		return answer{err: err}
	}
	r := c.request("/upload/file.attach", token, bytes.NewReader(content))
	r.Header.Set("Zafe-Ask", url.QueryEscape(string(ask)))
	return c.send(r)
}

// works fails the test when somebody at a PC cannot work, on a connection of their own.
func (c pc) works(t *testing.T, token string) {
	t.Helper()
	c.http.CloseIdleConnections()
	if a := c.op("customer.list", token, object{"limit": 5}); a.status != 200 || a.err != nil {
		t.Errorf("a colleague cannot work: %d %s %v", a.status, a.body, a.err)
	}
}

// impostor is a machine with a key that nobody paired.
func impostor(t *testing.T) device.Identity {
	t.Helper()
	id, err := device.NewPC(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestStrangersAreHeardByNobody: attack 22. Nothing is in the journal, which whoever is on the network could fill; the
// log says that a connection was refused.
func TestStrangersAreHeardByNobody(t *testing.T) {
	v := attacked(t)
	since, logged := v.journal(t), v.logged(t)
	own := impostor(t)
	other, err := device.NewRoot(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := other.Host()
	if err != nil {
		t.Fatal(err)
	}
	old, err := device.NewPC(time.Now().AddDate(-60, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	copied := own
	copied.TLS.Certificate = v.office.id.TLS.Certificate // which is no secret; its key is
	names := map[string]device.Identity{
		"a key that nobody paired": own, "no certificate": {}, "another company's main PC": elsewhere,
		"a certificate that is over": old, "Claire's certificate without its key": copied,
	}
	for name, id := range names {
		for range 2 {
			if a := newPC(v, id).op("session.me", v.claire, nil); a.err == nil {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
	}
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
	if log := logged(); strings.Count(log, "connection refused") < len(names) {
		t.Errorf("the log says %s", log)
	}
	v.office.works(t, v.claire)
}

// TestAPCThatIsShutOutIsOutInMidStream: attacks 20 and 22, with its key, its token and a stream that is open.
func TestAPCThatIsShutOutIsOutInMidStream(t *testing.T) {
	v := attacked(t)
	v.fresh(t)
	lost, err := v.admit("PC-Perdu")
	if err != nil {
		t.Fatal(err)
	}
	token := v.in(t, lost, "yann")
	since := v.journal(t)
	r := lost.request("/stream/change.follow", token, strings.NewReader(`{}`))
	resp, err := lost.http.Do(r)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	over := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, resp.Body); over <- err }()
	var list struct {
		Devices []struct {
			ID   int64
			Name string
		}
	}
	v.office.ask(t, "device.list", v.claire, nil, 200, &list)
	for _, d := range list.Devices {
		if d.Name == "PC-Perdu" {
			v.office.ask(t, "device.revoke", v.claire, object{"id": d.ID}, 200, nil)
		}
	}
	select {
	case <-over: //nolint:errcheck // however it ended
	case <-time.After(5 * time.Second):
		t.Error("its stream goes on")
	}
	for range 3 {
		if a := lost.op("session.me", token, nil); a.err == nil && a.key != "lan.device_refused" {
			t.Errorf("it is answered %d %s", a.status, a.body)
		}
		lost.http.CloseIdleConnections()
	}
	if a := v.desk.op("session.me", token, nil); a.status != 401 {
		t.Errorf("its token on another PC: %d %s", a.status, a.body)
	}
	if got := since(); count(got, "device.revoke") != 1 {
		t.Errorf("the journal has %v", got)
	}
}

// TestNothingButTheRoutesIsServed: methods, routes and forms of paths, at a paired PC with the owner's token. They
// reach no operation, so there is nothing to be in the journal.
func TestNothingButTheRoutesIsServed(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	for _, path := range []string{
		"/", "/op", "/op/", "/index.html", "/.git/HEAD", "/debug/pprof/", "/debug/vars", "/metrics", "/admin",
		"/op/session.me/..", "/op/%2e%2e/feed", "/op/..%2ffeed", "//op/session.me", "/op/session.me/", "/OP/session.me",
		"/op/session.me%00", "/hello/../op/session.me", "/files/", "/op/../../etc/passwd",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := v.office.request("/", v.claire, strings.NewReader("{}"))
			r.Method, r.URL.Opaque = method, "//"+v.addr+path
			if a := v.office.send(r); a.err != nil || a.status == 200 || a.status >= 500 || strings.Contains(a.body, "claire") {
				t.Errorf("%s %s: %d %.200s %v", method, path, a.status, a.body, a.err)
			}
		}
	}
	for _, method := range []string{"TRACE", "TRACK", "OPTIONS", "PUT", "DELETE", "PATCH", "HEAD", "GET", "PROPFIND"} {
		r := v.office.request("/op/session.me", v.claire, nil)
		r.Method = method
		if a := v.office.send(r); a.err != nil || a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d %.200s %v", method, a.status, a.body, a.err)
		}
	}
	for _, want := range []struct{ path, token, kind string }{
		{"/op/session.me", v.claire, "application/json"},
		{"/op/session.me", "", "application/json"},
		{"/op/no.such", v.claire, "application/json"},
		{"/nothing", v.claire, "text/plain; charset=utf-8"},
	} {
		a := v.office.send(v.office.request(want.path, want.token, strings.NewReader("{}")))
		if a.header.Get("Content-Type") != want.kind || a.header.Get("Server") != "" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", want.path, a.header)
		}
	}
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
}

// TestNothingStandsInAnAddress but what is asked for, and nothing that goes with a request stands there twice: the main
// PC refuses what another program would read differently. As it refuses every parameter, what a PC of the office sends
// has none: no name, no token.
func TestNothingStandsInAnAddress(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	for name, put := range map[string]func(*http.Request){
		"a token":              func(r *http.Request) { r.URL.RawQuery = "token=" + v.claire + "&access_token=" + v.claire },
		"a parameter":          func(r *http.Request) { r.URL.RawQuery = "event=1" },
		"nothing after a mark": func(r *http.Request) { r.URL.ForceQuery = true },
		"a level twice":        func(r *http.Request) { r.Header["Zafe-Level"] = []string{"1", "2"} },
		"two tokens":           func(r *http.Request) { r.Header["Authorization"] = []string{"Bearer " + v.claire, "Bearer x"} },
		"a number twice":       func(r *http.Request) { r.Header["Zafe-Request"] = []string{"a", "b"} },
		"an event twice":       hello("event=1&event=2"), "an event and more": hello("event=1;event=2"),
		"an event in disguise": hello("%65vent=1"), "another of a hello": hello("token=1"), "no number": hello("event=x"),
	} {
		r := v.office.request("/op/session.me", v.claire, strings.NewReader("{}"))
		put(r)
		if a := v.office.send(r); a.err != nil || a.status != http.StatusBadRequest || a.key != "op.bad_request" {
			t.Errorf("%s: %d %.200s %v", name, a.status, a.body, a.err)
		}
	}
	for _, query := range []string{"", "event=1"} {
		r := v.office.request("/hello", "", nil)
		hello(query)(r)
		if a := v.office.send(r); a.status != http.StatusOK {
			t.Errorf("hello %q: %d %.200s %v", query, a.status, a.body, a.err)
		}
	}
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
}

func hello(query string) func(*http.Request) {
	return func(r *http.Request) {
		r.Method, r.URL.Path, r.URL.RawQuery, r.Body, r.ContentLength = "GET", "/hello", query, nil, 0
	}
}

// TestOldFormsOfHTTPAreNotSpoken: attack 30. Where there is no HTTP/1, lengths and line ends cannot be read in two ways.
func TestOldFormsOfHTTPAreNotSpoken(t *testing.T) {
	v := attacked(t)
	for _, request := range []string{
		"POST /op/session.me HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET /hello HTTP/1.1\nHost: x\n\n", "GET /hello HTTP/1.0\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /op/session.me HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\xff", 64),
	} {
		conn, err := tls.Dial("tcp", v.addr, &tls.Config{
			InsecureSkipVerify: true, Certificates: []tls.Certificate{v.office.id.TLS}, NextProtos: []string{"h2"},
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			t.Errorf("%.30q: the connection stays", request)
		}
		if bytes.Contains(got, []byte("HTTP/1")) && !bytes.Contains(got, []byte(" 400 ")) || bytes.Contains(got, []byte("zafe")) {
			t.Errorf("%.30q: %q", request, got)
		}
		_ = conn.Close()
	}
	conn, err := net.Dial("tcp", v.addr) // without TLS: attack 26
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
	if got, _ := io.ReadAll(conn); bytes.Contains(got, []byte(" 200 ")) || bytes.Contains(got, []byte("zafe")) {
		t.Errorf("without TLS: %q", got)
	}
}

// TestOldVersionsOfTheProtocolAreRefused, before who asks is even looked at.
func TestOldVersionsOfTheProtocolAreRefused(t *testing.T) {
	v := attacked(t)
	since := v.journal(t)
	for _, level := range []string{"", "0", "-1", "a", "1e9", fmt.Sprint(op.MinLevel - 1), "99999999999999999999"} {
		r := v.office.request("/op/customer.list", v.claire, strings.NewReader("{}"))
		r.Header.Set("Zafe-Level", level)
		if a := v.office.send(r); a.key != "op.version" || a.status != http.StatusServiceUnavailable || a.err != nil {
			t.Errorf("level %q: %d %s %v", level, a.status, a.body, a.err)
		}
	}
	if got := since(); len(got) > 0 {
		t.Errorf("the journal has %v", got)
	}
}

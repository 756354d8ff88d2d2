package lan_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/auth"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/lan"
	"zafe/sync/pair"
)

type numberRequest struct {
	Kind string `json:"kind"`
}

type numberResponse struct {
	Number int64 `json:"number"`
}

var (
	take = op.Op[numberRequest, numberResponse]{Spec: op.Spec{
		Name: "test.take", Kind: op.Command, Needs: auth.InvoiceIssue, Since: 1, Doc: "Takes a number.",
	}}
	file = op.Op[numberRequest, op.Download]{Spec: op.Spec{
		Name: "test.file", Kind: op.Stream, Needs: auth.LedgerExport, Since: 1, Doc: "Writes a file.",
	}}
	who = op.Op[op.Empty, numberResponse]{Spec: op.Spec{
		Name: "test.who", Kind: op.Query, Needs: auth.Public, Since: 1, Doc: "Says which device calls.",
	}}
)

func bind(r *op.Registry[*store.Tx]) {
	op.Bind(r, take, func(_ context.Context, tx *store.Tx, req numberRequest) (numberResponse, error) {
		if req.Kind == "" {
			return numberResponse{}, fault.Field("kind", "test.kind_missing", "n", 3)
		}
		n, err := tx.NextNumber(req.Kind, "2026")
		return numberResponse{n}, err
	})
	op.BindStream(r, file, func(_ context.Context, _ *store.Tx, req numberRequest, w io.Writer) (op.Download, error) {
		_, err := io.WriteString(w, strings.Repeat("ligne\r\n", 50_000))
		if err == nil && req.Kind == "cut" {
			err = fault.New(fault.Conflict, "test.cut")
		}
		return op.Download{Name: "é à.txt", Type: "text/plain"}, err
	})
	op.Bind(r, who, func(ctx context.Context, _ *store.Tx, _ op.Empty) (numberResponse, error) {
		return numberResponse{int64(len(op.Actor(ctx).Device))}, nil
	})
}

// devices is the authority over the book itself.
type devices struct{ s *store.Store }

func (d devices) Allowed(ctx context.Context, fp device.Fingerprint) (ok bool, err error) {
	err = d.s.View(ctx, func(tx *store.Tx) error {
		row, known, err := tx.DeviceByFingerprint(string(fp))
		ok = known && row.Allowed(tx.Now())
		return err
	})
	return ok, err
}

// office is a host on loopback.
type office struct {
	world  *storetest.World
	desk   *pair.Desk
	server *lan.Server
	root   device.Root
	addr   string
	shown  atomic.Pointer[lan.Hello]
}

func newOffice(t *testing.T, around ...func(lan.Registry) lan.Registry) *office {
	t.Helper()
	w := storetest.NewWorld(t, bind)
	root, err := device.NewRoot(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	host, err := root.Host()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{world: w, root: root}
	o.shown.Store(&lan.Hello{Product: "zafe", Level: op.Level, MinLevel: op.MinLevel, Company: "Test"})
	o.desk = &pair.Desk{Root: root.Cert, Clock: w.Clock.Now, Enrol: func(ctx context.Context, fp device.Fingerprint, name string, by int64) error {
		return w.Store.Update(ctx, func(tx *store.Tx) error {
			return appdevice.Enrol(tx, string(fp), name, auth.UserID(by))
		})
	}}
	o.server = &lan.Server{
		Registry: w.Registry, Devices: devices{w.Store}, Desk: o.desk, Identity: host,
		Hello: func(context.Context, int64) (lan.Hello, error) {
			return *o.shown.Load(), nil
		},
		Log: func(what string, err error) { t.Logf("%s: %v", what, err) },
	}
	for _, wrap := range around {
		o.server.Registry = wrap(o.server.Registry)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.addr = ln.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return o
}

// pc enrols a new PC and returns its client. Most tests are not about pairing, whose code takes both ends a
// tenth of a second to stretch.
func (o *office) pc(t *testing.T, token string) (*lan.Client, device.Identity) {
	t.Helper()
	id, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.desk.Enrol(t.Context(), id.Fingerprint, "PC-Marie", 1); err != nil {
		t.Fatal(err)
	}
	return o.client(t, o.root.Cert, id, token), id
}

// joined pairs a new PC by a code and returns its client.
func (o *office) joined(t *testing.T, token string) *lan.Client {
	t.Helper()
	id, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	code, _, err := o.desk.Invite(1)
	if err != nil {
		t.Fatal(err)
	}
	root, err := pair.Join(t.Context(), o.addr, strings.ToLower(code), "PC-Marie", id)
	if err != nil {
		t.Fatal(err)
	}
	return o.client(t, root, id, token)
}

func (o *office) client(t *testing.T, root *x509.Certificate, id device.Identity, token string) *lan.Client {
	t.Helper()
	c := lan.NewClient(o.addr, root, id)
	c.SetToken(token)
	t.Cleanup(c.Close)
	return c
}

func TestSameBodyInProcessAndOverTLS(t *testing.T) {
	o := newOffice(t)
	pc := o.joined(t, "owner")
	nobody, _ := o.pc(t, "")
	reader, _ := o.pc(t, "reader")
	for name, c := range map[string][3]op.Caller{
		"in process": {o.world.As("owner"), o.world.As(""), o.world.As("reader")},
		"over TLS":   {pc, nobody, reader},
	} {
		t.Run(name, func(t *testing.T) {
			kind := numberRequest{Kind: name}
			if got, err := take.Call(t.Context(), c[0], kind); err != nil || got.Number != 1 {
				t.Fatalf("%v %v", got, err)
			}
			if got, err := take.Call(op.WithPreview(t.Context()), c[0], kind); err != nil || got.Number != 2 {
				t.Fatalf("preview %v %v", got, err)
			}
			keyed := op.WithRequestID(t.Context(), "gesture "+name)
			for range 2 {
				if got, err := take.Call(keyed, c[0], kind); err != nil || got.Number != 2 {
					t.Fatalf("keyed %v %v", got, err)
				}
			}
			_, err := take.Call(t.Context(), c[0], numberRequest{})
			f := fault.Of(err)
			if f == nil || f.Key != "test.kind_missing" || f.Field != "kind" || f.Code != fault.Invalid {
				t.Errorf("validation: %v", err)
			}
			if _, err := take.Call(t.Context(), c[1], kind); fault.KeyOf(err) != "op.login_needed" {
				t.Errorf("nobody: %v", err)
			}
			if _, err := take.Call(t.Context(), c[2], kind); fault.KeyOf(err) != "op.forbidden" {
				t.Errorf("reader: %v", err)
			}
			var b bytes.Buffer
			d, err := file.Fetch(t.Context(), c[0], kind, &b)
			if err != nil || b.Len() != 350_000 || d.Name != "é à.txt" {
				t.Errorf("file: %v %d %v", d, b.Len(), err)
			}
			if _, err := file.Fetch(t.Context(), c[0], numberRequest{"cut"}, io.Discard); fault.KeyOf(err) != "test.cut" {
				t.Errorf("cut file: %v", err)
			}
		})
	}
}

func TestUnpairedPCGetsNothing(t *testing.T) {
	o := newOffice(t)
	id, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	c := lan.NewClient(o.addr, o.root.Cert, id)
	c.SetToken("owner")
	if _, err := take.Call(t.Context(), c, numberRequest{"k"}); fault.KeyOf(err) != "lan.device_refused" {
		t.Errorf("got %v", err)
	}
}

func TestRevokedPCIsOutAtOnceOnItsLivingConnection(t *testing.T) {
	o := newOffice(t)
	pc, id := o.pc(t, "owner")
	if _, err := take.Call(t.Context(), pc, numberRequest{"k"}); err != nil {
		t.Fatal(err)
	}
	o.world.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint(string(id.Fingerprint))
		if err != nil {
			return err
		}
		d.State = appdevice.Revoked
		_, err = tx.SaveDevice(d)
		return err
	})
	if _, err := take.Call(t.Context(), pc, numberRequest{"k"}); fault.KeyOf(err) != "lan.device_refused" {
		t.Errorf("got %v", err)
	}
}

func TestImpostorHostIsRefused(t *testing.T) {
	real, fake := newOffice(t), newOffice(t)
	_, id := real.pc(t, "owner")
	c := lan.NewClient(fake.addr, real.root.Cert, id)
	if _, err := take.Call(t.Context(), c, numberRequest{"k"}); fault.KeyOf(err) != "lan.wrong_host" {
		t.Errorf("got %v", err)
	}
}

func TestHostGoesAndComesBack(t *testing.T) {
	o := newOffice(t)
	pc, _ := o.pc(t, "owner")
	var reached atomic.Bool
	pc.Reached = func(ok bool) { reached.Store(ok) }
	if _, err := pc.Hello(t.Context()); err != nil || !reached.Load() {
		t.Fatal(err)
	}
	id, _ := device.NewPC(storetest.Noon)
	gone := lan.NewClient("127.0.0.1:1", o.root.Cert, id)
	gone.Reached = func(ok bool) { reached.Store(ok) }
	if _, err := gone.Hello(t.Context()); fault.KeyOf(err) != "lan.host_unreachable" || reached.Load() {
		t.Errorf("got %v", err)
	}
}

// TestTheOlderProgramIsNamed: people must know which of two PCs to update.
func TestTheOlderProgramIsNamed(t *testing.T) {
	o := newOffice(t)
	pc, _ := o.pc(t, "")
	for _, c := range []struct {
		level, least int
		want         string
	}{
		{op.Level, op.MinLevel, ""},
		{op.Level + 5, op.MinLevel, ""}, // newer, and serves this one
		{op.MinLevel - 1, op.MinLevel - 1, "lan.host_older"},
		{op.Level + 5, op.Level + 1, "op.version"},
	} {
		o.shown.Store(&lan.Hello{Product: "zafe", Version: "0.9", Level: c.level, MinLevel: c.least})
		if _, err := pc.Hello(t.Context()); fault.KeyOf(err) != c.want {
			t.Errorf("levels %d to %d: %v, want %q", c.least, c.level, err, c.want)
		}
	}
}

func TestPairingRefusals(t *testing.T) {
	o := newOffice(t)
	id, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	join := func(code string) string {
		_, err := pair.Join(t.Context(), o.addr, code, "PC", id)
		return fault.KeyOf(err)
	}
	if got := join("ABCD-EFGH"); got != "pair.no_code" {
		t.Errorf("no code out: %s", got)
	}
	if got := join("ABC"); got != "pair.code_form" {
		t.Errorf("short: %s", got)
	}
	code, expires, err := o.desk.Invite(1)
	if err != nil {
		t.Fatal(err)
	}
	wrong := "0000-0000"
	for _, want := range []string{"pair.bad_code", "pair.bad_code", "pair.code_burnt"} {
		if !o.desk.Burnt().IsZero() {
			t.Error("used up while a try is left")
		}
		if got := join(wrong); got != want {
			t.Errorf("wrong: %s, want %s", got, want)
		}
	}
	if !o.desk.Burnt().Equal(expires) {
		t.Errorf("used up: %v, want that of %v", o.desk.Burnt(), expires)
	}
	if got := join(code); got != "pair.no_code" {
		t.Errorf("after three tries: %s", got)
	}
	if code, _, err = o.desk.Invite(1); err != nil {
		t.Fatal(err)
	}
	o.world.Clock.Add(pair.CodeFor + time.Second)
	if got := join(code); got != "pair.no_code" {
		t.Errorf("expired: %s", got)
	}
	if code, _, err = o.desk.Invite(1); err != nil {
		t.Fatal(err)
	}
	if got := join(code); got != "" {
		t.Errorf("right code: %s", got)
	}
	if got := join(code); got != "pair.no_code" {
		t.Errorf("second use: %s", got)
	}
}

// TestManInTheMiddleEnrolsNobody relays a pairing through TLS connections of its own: the MAC is
// bound to the connection, so the host sees a wrong code and the PC pins nothing.
func TestManInTheMiddleEnrolsNobody(t *testing.T) {
	o := newOffice(t)
	evil, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{evil.TLS},
		ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{pair.Protocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	go func() {
		for {
			down, err := ln.Accept()
			if err != nil {
				return
			}
			up, err := tls.Dial("tcp", o.addr, &tls.Config{
				InsecureSkipVerify: true, Certificates: []tls.Certificate{evil.TLS}, NextProtos: []string{pair.Protocol},
			})
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(up, down) }()
			go func() { _, _ = io.Copy(down, up); _ = down.Close() }()
		}
	}()
	code, _, err := o.desk.Invite(1)
	if err != nil {
		t.Fatal(err)
	}
	victim, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pair.Join(t.Context(), ln.Addr().String(), code, "PC", victim); fault.KeyOf(err) != "pair.bad_code" {
		t.Errorf("got %v", err)
	}
	var n int
	err = o.world.Store.View(t.Context(), func(tx *store.Tx) error {
		ds, err := tx.Devices()
		n = len(ds)
		return err
	})
	if err != nil || n != 0 {
		t.Errorf("%d devices enrolled, %v", n, err)
	}
}

func TestOnlyTLS13(t *testing.T) {
	o := newOffice(t)
	_, id := o.pc(t, "owner")
	for _, c := range []*tls.Config{
		{MaxVersion: tls.VersionTLS12, NextProtos: []string{"h2"}},
		{NextProtos: []string{"http/1.1"}},
		{},
	} {
		c.InsecureSkipVerify, c.Certificates = true, []tls.Certificate{id.TLS}
		conn, err := tls.Dial("tcp", o.addr, c)
		if err == nil {
			// A TLS 1.3 client learns of a refusal on its first read.
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, err = conn.Read(make([]byte, 1))
			_ = conn.Close()
		}
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("served %+v", c.NextProtos)
		}
	}
}

func TestIdentitySurvivesItsFile(t *testing.T) {
	root, err := device.NewRoot(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	b, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := device.ParseRoot(b)
	if err != nil {
		t.Fatal(err)
	}
	host, err := back.Host()
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(host.TLS.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := device.CheckHost([]*x509.Certificate{leaf}, root.Cert); err != nil {
		t.Error(err)
	}
	pc, err := device.NewPC(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := device.CheckHost([]*x509.Certificate{pc.TLS.Leaf}, root.Cert); !device.ErrNotPinned(err) {
		t.Errorf("a PC passes for the host: %v", err)
	}
}

// TestNobodyComesBackByATicket: a PC that was shut out could resume an earlier connection, where no key is proven any
// more.
func TestNobodyComesBackByATicket(t *testing.T) {
	o := newOffice(t)
	_, id := o.pc(t, "owner")
	c := &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{id.TLS}, NextProtos: []string{"h2"},
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
	}
	dial := func() (resumed bool, err error) {
		conn, err := tls.Dial("tcp", o.addr, c)
		if err != nil {
			return false, err
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, err = conn.Read(make([]byte, 1)) // a ticket comes before what the host says first
		return conn.ConnectionState().DidResume, err
	}
	for n := range 3 {
		if resumed, err := dial(); resumed || err != nil {
			t.Errorf("connection %d: resumed %t, %v", n, resumed, err)
		}
	}
	o.world.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint(string(id.Fingerprint))
		d.State = appdevice.Revoked
		_, saved := tx.SaveDevice(d)
		return errors.Join(err, saved)
	})
	if resumed, err := dial(); resumed || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("shut out: resumed %t, %v", resumed, err)
	}
}

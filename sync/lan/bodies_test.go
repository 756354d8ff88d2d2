package lan_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/sync/device"
)

// rawPC is a paired PC with a program of its own.
type rawPC struct {
	*http.Client
	addr, token string
}

func (o *office) rawPC(t *testing.T, id device.Identity, token string) rawPC {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	tr := &http.Transport{Protocols: protocols, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{id.TLS}, NextProtos: []string{"h2"},
	}}
	t.Cleanup(tr.CloseIdleConnections)
	return rawPC{&http.Client{Transport: tr}, o.addr, token}
}

// send sends a request of a length, -1 for one that is not said, and returns the fault of the answer.
func (r rawPC) send(ctx context.Context, path string, body io.Reader, length int64) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+r.addr+path, body)
	if err != nil {
		return err
	}
	req.ContentLength = length
	req.Header.Set("Zafe-Level", "1")
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	resp, err := r.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusOK {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	f := &fault.Fault{}
	if err := json.NewDecoder(resp.Body).Decode(f); err != nil {
		return err
	}
	return f
}

// blanks is a request of many MiB: {} with room before it.
func blanks(n int, out *atomic.Int64) io.Reader {
	return counted{io.MultiReader(bytes.NewReader(bytes.Repeat([]byte(" "), n)), strings.NewReader(`{"kind":"k"}`)), out}
}

// TestNothingLargeIsReadFromWhoMayNot: who has no right to a call cannot make the host take in what comes with it. What
// lies on the line until the answer is read by nobody.
func TestNothingLargeIsReadFromWhoMayNot(t *testing.T) {
	const size, some = 40 << 20, 4 << 20
	o := newOffice(t)
	_, id := o.pc(t, "")
	for _, c := range []struct {
		who, path, want string
		length          int64
		whole           bool
	}{
		{"owner", "/op/test.take", "", size + 12, true},
		{"owner", "/op/test.take", "", -1, true},
		{"owner", "/stream/test.file", "", size + 12, true},
		{"reader", "/op/test.take", "op.forbidden", size + 12, false},
		{"reader", "/op/test.take", "op.forbidden", -1, false},
		{"reader", "/stream/test.file", "op.forbidden", size + 12, false},
		{"", "/op/test.take", "op.login_needed", size + 12, false},
		{"owner", "/op/test.none", "op.unknown", size + 12, false},
	} {
		var read atomic.Int64
		err := o.rawPC(t, id, c.who).send(t.Context(), c.path, blanks(size, &read), c.length)
		if fault.KeyOf(err) != c.want || c.whole != (read.Load() >= size) || !c.whole && read.Load() > some {
			t.Errorf("%s as %q, length %d: %v after %d bytes", c.path, c.who, c.length, err, read.Load())
		}
	}
	var read atomic.Int64
	const over = op.RequestBytesMax + 1
	err := o.rawPC(t, id, "owner").send(t.Context(), "/op/test.take", blanks(over-12, &read), over)
	if fault.KeyOf(err) != "op.too_large" || read.Load() > some {
		t.Errorf("too much, as it says itself: %v after %d bytes", err, read.Load())
	}
}

// TestFewLargeRequestsOfOnePCAreHeld: each takes memory until it is answered. Another PC has
// room of its own, and so has this one once they are over.
func TestFewLargeRequestsOfOnePCAreHeld(t *testing.T) {
	const size = 2 << 20
	o := newOffice(t)
	_, id := o.pc(t, "")
	_, beside := o.pc(t, "")
	var ends []func()
	done := make(chan error, 4)
	for range 4 {
		var read atomic.Int64
		out, in := io.Pipe()
		go func() {
			err := o.rawPC(t, id, "owner").send(t.Context(), "/op/test.take", io.MultiReader(blanks(size, &read), out), -1)
			done <- err
		}()
		for read.Load() < size { // all but its end is there
			time.Sleep(time.Millisecond)
		}
		ends = append(ends, func() { _ = in.Close() })
	}
	more := func(id device.Identity) string {
		var read atomic.Int64
		err := o.rawPC(t, id, "owner").send(t.Context(), "/op/test.take", blanks(size, &read), -1)
		return fault.KeyOf(err)
	}
	if got := more(id); got != "lan.too_many" {
		t.Errorf("one more: %q", got)
	}
	if got := more(beside); got != "" {
		t.Errorf("on another PC: %q", got)
	}
	c := o.client(t, o.root.Cert, id, "owner")
	if _, err := take.Call(t.Context(), c, numberRequest{"k"}); err != nil {
		t.Errorf("a small one: %v", err)
	}
	for _, end := range ends {
		end()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Errorf("one of them: %v", err)
		}
	}
	if got := more(id); got != "" {
		t.Errorf("after them: %q", got)
	}
}

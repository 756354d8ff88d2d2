package lan_test

import (
	"context"
	"net"
	"testing"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store/storetest"
	"zafe/sync/lan"
)

// TestAProgramOfTheSamePCWorksAsIfInTheServersOwn: it is no device of the office, and it alone may bring
// the window to the front.
func TestAProgramOfTheSamePCWorksAsIfInTheServersOwn(t *testing.T) {
	o := newOffice(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seat, self, err := lan.Own(ln.Addr().String(), o.root.Cert, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	raised, window := 0, true
	s := &lan.Server{
		Registry: o.server.Registry, Devices: o.server.Devices, Desk: o.desk, Identity: o.server.Identity,
		Hello: o.server.Hello, Log: o.server.Log, Self: self,
		Raise: func() bool {
			if window {
				raised++
			}
			return window
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()

	mine, err := seat.Reach(t.Context(), "here")
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Client.Close()
	mine.SetToken("owner")
	got, err := who.Call(t.Context(), mine, op.Empty{})
	if err != nil || got.Number != 0 || s.Connected() != 0 {
		t.Errorf("device of %d letters, %d connected: %v", got.Number, s.Connected(), err)
	}
	if out, err := mine.DoJSON(t.Context(), take.Name, []byte(`{"kind":"invoice"}`)); err != nil ||
		string(out) != `{"number":1}` {
		t.Errorf("%s %v", out, err)
	}
	if err := mine.Raise(t.Context()); err != nil || raised != 1 {
		t.Errorf("raised %d times: %v", raised, err)
	}

	c, id := o.pc(t, "sales")
	c.Close()
	key, err := id.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	other, err := lan.Seat{Addr: seat.Addr, Root: seat.Root, Key: key}.Reach(t.Context(), "there")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Client.Close()
	if err := other.Raise(t.Context()); fault.KeyOf(err) != "lan.no_window" || raised != 1 {
		t.Errorf("a PC of the office raised the window: %v", err)
	}
	window = false
	if err := mine.Raise(t.Context()); fault.KeyOf(err) != "lan.no_window" {
		t.Errorf("there is no window: %v", err)
	}
}

package lan_test

import (
	"context"
	"encoding/json"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/sync/lan"
)

// The operations of a host that takes its time.
var (
	ponder = op.Op[numberRequest, numberResponse]{Spec: op.Spec{
		Name: "test.ponder", Kind: op.Query, Needs: auth.SalesRead, Since: 1, Doc: "Looks for an answer for ever.",
	}}
	labour = op.Op[numberRequest, numberResponse]{Spec: op.Spec{
		Name: "test.labour", Kind: op.Action, Needs: auth.InvoiceIssue, Since: 1, Doc: "Works for a while.",
	}}
	alter = op.Op[numberRequest, numberResponse]{Spec: op.Spec{
		Name: "test.change", Kind: op.Command, Needs: auth.InvoiceIssue, Since: 1, Doc: "Changes much.",
	}}
)

// long is how long work takes here, and short how long a question may take.
const (
	long  = 1500 * time.Millisecond
	short = 300 * time.Millisecond
)

// slowOffice is an office with those operations, and a PC of it.
func slowOffice(t *testing.T) (*office, *lan.Client) {
	t.Helper()
	o := newOffice(t)
	work := func(ctx context.Context) (numberResponse, error) {
		select {
		case <-ctx.Done():
			return numberResponse{}, ctx.Err()
		case <-time.After(long):
			return numberResponse{7}, nil
		}
	}
	r := o.world.Registry
	op.Bind(r, ponder, func(ctx context.Context, _ *store.Tx, _ numberRequest) (numberResponse, error) {
		<-ctx.Done()
		return numberResponse{}, ctx.Err()
	})
	op.BindAction(r, labour, func(ctx context.Context, _ numberRequest) (numberResponse, error) { return work(ctx) })
	op.Bind(r, alter, func(ctx context.Context, _ *store.Tx, _ numberRequest) (numberResponse, error) { return work(ctx) })
	pc, _ := o.pc(t, "owner")
	return o, pc
}

// byName calls an operation of which only the name is known, as the verb does.
func byName(t *testing.T, c op.Caller, name string) (got numberResponse, err error) {
	t.Helper()
	var raw json.RawMessage
	if err = c.Do(t.Context(), &op.Spec{Name: name}, json.RawMessage(`{"kind":"k"}`), &raw); err != nil {
		return got, err
	}
	return got, json.Unmarshal(raw, &got)
}

func TestLongWorkIsWaitedFor(t *testing.T) {
	o, pc := slowOffice(t)
	o.server.Patience, pc.Patience = short, short
	calls := map[string]func() (numberResponse, error){
		"an action":             func() (numberResponse, error) { return labour.Call(t.Context(), pc, numberRequest{"k"}) },
		"a command":             func() (numberResponse, error) { return alter.Call(t.Context(), pc, numberRequest{"k"}) },
		"an action of the verb": func() (numberResponse, error) { return byName(t, pc, "test.labour") },
		"a command of the verb": func() (numberResponse, error) { return byName(t, pc, "test.change") },
	}
	for name, call := range calls {
		if got, err := call(); err != nil || got.Number != 7 {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func TestAQuestionIsNotAskedForEver(t *testing.T) {
	o, pc := slowOffice(t)
	o.server.Patience = short
	var lost atomic.Bool
	pc.Reached = func(ok bool) { lost.Store(!ok) }
	for name, call := range map[string]func() (numberResponse, error){
		"of the desktop": func() (numberResponse, error) { return ponder.Call(t.Context(), pc, numberRequest{"k"}) },
		"of the verb":    func() (numberResponse, error) { return byName(t, pc, "test.ponder") },
	} {
		start := time.Now()
		if _, err := call(); fault.KeyOf(err) != "op.timeout" {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: given up after %s", name, took)
		}
	}
	if lost.Load() {
		t.Error("a host that answers that it gave up passes for lost")
	}
	o.server.Patience, pc.Patience = time.Hour, short
	if _, err := ponder.Call(t.Context(), pc, numberRequest{"k"}); fault.KeyOf(err) != "op.timeout" {
		t.Errorf("the host itself does not give up: %v", err)
	}
}

// TestWorkOnAHostThatIsGoneIsGivenUp pulls the cable out under a long action: nothing is said any more,
// no connection is closed.
func TestWorkOnAHostThatIsGoneIsGivenUp(t *testing.T) {
	t.Parallel() // it waits for real
	o := newOffice(t)
	begun, end := make(chan bool, 1), make(chan bool)
	op.BindAction(o.world.Registry, labour, func(context.Context, numberRequest) (numberResponse, error) {
		begun <- true
		<-end
		return numberResponse{7}, nil
	})
	defer close(end)
	cable := newCable(t, o.addr)
	near, id := o.pc(t, "owner")
	near.Close()
	pc := lan.NewClient(cable.addr, o.root.Cert, id)
	pc.SetToken("owner")
	t.Cleanup(pc.Close)
	result := make(chan error, 1)
	go func() { _, err := labour.Call(t.Context(), pc, numberRequest{"k"}); result <- err }()
	<-begun
	cable.out.Store(true)
	select {
	case err := <-result:
		if fault.KeyOf(err) != "lan.host_unreachable" {
			t.Errorf("got %v", err)
		}
	case <-time.After(90 * time.Second):
		t.Error("still waiting for a host that is gone")
	}
}

// cable carries bytes to and from a host until it is out.
type cable struct {
	addr string
	out  atomic.Bool
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	c := &cable{addr: ln.Addr().String()}
	carry := func(dst, src net.Conn) {
		buf := make([]byte, 32<<10)
		for {
			n, err := src.Read(buf)
			if err != nil {
				return
			}
			if !c.out.Load() {
				if _, err := dst.Write(buf[:n]); err != nil {
					return
				}
			}
		}
	}
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			distant, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				return
			}
			t.Cleanup(func() { _, _ = near.Close(), distant.Close() })
			go carry(distant, near)
			go carry(near, distant)
		}
	}()
	return c
}

package lan_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/sync/lan"
)

// closable is an office that closes within a moment, and the means to close it; over tells that it has.
func closable(t *testing.T, o *office) (c *lan.Client, stop func(), over <-chan error) {
	t.Helper()
	near, id := o.pc(t, "owner")
	near.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &lan.Server{
		Registry: o.server.Registry, Devices: o.server.Devices, Desk: o.desk, Identity: o.server.Identity,
		Hello: o.server.Hello, Log: o.server.Log, Grace: short,
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	c = lan.NewClient(ln.Addr().String(), o.root.Cert, id)
	c.SetToken("owner")
	t.Cleanup(c.Close)
	return c, stop, done
}

// TestWorkEndsBeforeTheHostCloses: who was told that it failed would do it a second time.
func TestWorkEndsBeforeTheHostCloses(t *testing.T) {
	o := newOffice(t)
	begun := make(chan bool, 1)
	work := func(ctx context.Context) (numberResponse, error) {
		begun <- true
		select {
		case <-ctx.Done():
			return numberResponse{}, ctx.Err()
		case <-time.After(long):
			return numberResponse{7}, nil
		}
	}
	op.BindAction(o.world.Registry, labour, func(ctx context.Context, _ numberRequest) (numberResponse, error) {
		return work(ctx)
	})
	op.Bind(o.world.Registry, alter, func(ctx context.Context, _ *store.Tx, _ numberRequest) (numberResponse, error) {
		return work(ctx)
	})
	for name, kind := range map[string]op.Op[numberRequest, numberResponse]{"an action": labour, "a command": alter} {
		t.Run(name, func(t *testing.T) {
			pc, stop, over := closable(t, o)
			defer stop()
			type result struct {
				numberResponse
				error
			}
			answer := make(chan result, 1)
			go func() {
				got, err := kind.Call(t.Context(), pc, numberRequest{"k"})
				answer <- result{got, err}
			}()
			<-begun
			stop()
			time.Sleep(short / 3)
			if _, err := who.Call(t.Context(), pc, op.Empty{}); fault.KeyOf(err) != "lan.host_closing" {
				t.Errorf("a question to a host that closes: %v", err)
			}
			if _, err := take.Call(t.Context(), pc, numberRequest{"late"}); fault.KeyOf(err) != "lan.host_closing" {
				t.Errorf("more work for a host that closes: %v", err)
			}
			if conn, err := net.Dial("tcp", pc.Addr()); err == nil {
				_ = conn.Close()
				t.Error("a host that closes lets in more")
			}
			if got := <-answer; got.error != nil || got.Number != 7 {
				t.Errorf("%+v %v", got.numberResponse, got.error)
			}
			if err := <-over; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestQuestionsDoNotHoldAHostThatCloses: they can be asked again.
func TestQuestionsDoNotHoldAHostThatCloses(t *testing.T) {
	o := newOffice(t)
	begun := make(chan bool, 1)
	op.Bind(o.world.Registry, ponder, func(ctx context.Context, _ *store.Tx, _ numberRequest) (numberResponse, error) {
		begun <- true
		<-ctx.Done()
		return numberResponse{}, ctx.Err()
	})
	pc, stop, over := closable(t, o)
	defer stop()
	answer := make(chan error, 1)
	go func() {
		_, err := ponder.Call(t.Context(), pc, numberRequest{"k"})
		answer <- err
	}()
	<-begun
	stop()
	select {
	case err := <-over:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("held")
	}
	if err := <-answer; err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("the question: %v", err)
	}
}

package main

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"zafe/app/auth"
	"zafe/sync/guest"
	"zafe/ui/machine"
)

// newTestPC is a PC with a data folder of its own.
func newTestPC(t *testing.T) *pc {
	t.Helper()
	p, err := newPC(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTheCopyFollowsByTheSeatThatHolds: a PC that takes another seat, or gives up its own, has ended what follows by the
// one of before when it says so, and follows anew after that.
func TestTheCopyFollowsByTheSeatThatHolds(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	ctx := t.Context()
	office := newTestPC(t)
	b, err := office.Create(ctx, machine.NewBook{
		Company: "Menuiserie Durand", Name: "Claire Durand", Login: "claire", Password: "girafe-volcan-tisane-neuf", Lang: "fr",
	})
	if err != nil {
		t.Fatal(err)
	}
	main := b.(*book)
	serving, stop := context.WithCancel(ctx)
	var over sync.WaitGroup
	at := make(chan string, 1)
	over.Go(func() {
		if err := b.Serve(serving, "127.0.0.1:0", func(addr string) { at <- addr }); err != nil && serving.Err() == nil {
			t.Error(err)
		}
	})
	defer func() {
		stop()
		over.Wait()
		if err := b.Close(context.WithoutCancel(ctx), nil); err != nil {
			t.Error(err)
		}
	}()
	addr := <-at
	p := newTestPC(t)
	for _, way := range []struct {
		name string
		do   func() error
	}{
		{"joined", func() error {
			in, err := main.host.Invite(auth.UserID(1))
			if err != nil {
				return err
			}
			return p.Join(ctx, addr, in.Code, "Comptoir")
		}},
		{"left", p.Leave},
		{"invited", func() error {
			var file bytes.Buffer
			if err := main.host.InviteFile(ctx, auth.UserID(1), addr, &file); err != nil {
				return err
			}
			return p.JoinInvited(ctx, file.Bytes(), "Comptoir")
		}},
	} {
		begun := make(chan struct{})
		var ended atomic.Bool
		p.copy.Connect = func(ctx context.Context) (*guest.Book, error) {
			close(begun)
			<-ctx.Done() // as long as the main PC is there
			ended.Store(true)
			return nil, nil
		}
		following, stop := context.WithCancel(ctx)
		var over sync.WaitGroup
		over.Go(func() { p.Follow(following, nil) })
		<-begun
		if err := way.do(); err != nil {
			t.Fatal(way.name, err)
		}
		if !ended.Load() {
			t.Errorf("%s: the copy follows by the seat of before", way.name)
		}
		stop()
		over.Wait()
	}
}

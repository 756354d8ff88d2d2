package guest

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zafe/app/fault"
	"zafe/app/verify"
	"zafe/sync/device"
	"zafe/sync/lan"
)

// TestPauseIsNotMissed asks for the copy in the moment before the work on it begins.
func TestPauseIsNotMissed(t *testing.T) {
	ctx, over := context.WithTimeout(t.Context(), time.Minute)
	defer over()
	f := &Follower{Connect: func(ctx context.Context) (*Book, error) {
		<-ctx.Done() // as long as the main PC is there
		return nil, nil
	}}
	f.turn.Lock() // as Run does
	paused := make(chan func())
	go func() { paused <- f.Pause() }()
	for !f.wanted() {
		runtime.Gosched()
	}
	f.joined(ctx, nil) // it stopped what it saw, which was nothing, and waits for its turn
	f.turn.Unlock()
	if ctx.Err() != nil {
		t.Error("the copy is worked on although somebody asked for it")
	}
	(<-paused)()
	if f.wanted() {
		t.Error("it does not go on")
	}
}

// TestAnotherSeatIsFollowedAnew: once a PC has another seat, or none, nothing is done any more by the one of before.
func TestAnotherSeatIsFollowedAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "host.json")
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan string)
		var following atomic.Value // the address
		following.Store("")
		f := &Follower{Connect: func(ctx context.Context) (*Book, error) {
			s, ok, err := lan.ReadSeat(path)
			if !ok || err != nil {
				return nil, err
			}
			following.Store(s.Addr)
			begun <- s.Addr
			<-ctx.Done() // as long as the main PC is there
			following.Store("")
			return nil, nil
		}}
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { f.Run(ctx, nil) })
		synctest.Wait()
		for _, addr := range []string{"192.168.1.20:24653", "192.168.1.30:24653"} {
			if err := f.Sit(path, lan.Seat{Addr: addr}); err != nil {
				t.Fatal(err)
			}
			if following.Load() != "" {
				t.Errorf("it follows %s still", following.Load())
			}
			if got := <-begun; got != addr {
				t.Errorf("it follows %s, want %s", got, addr)
			}
		}
		if err := f.Leave(path); err != nil || following.Load() != "" {
			t.Errorf("it follows %s still, %v", following.Load(), err)
		}
		stop()
		over.Wait()
	})
}

func (f *Follower) wanted() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.held > 0 }

// TestACopyIsComparedOnceADay, at night where there is one for it, and not again and again.
func TestACopyIsComparedOnceADay(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 30, 0, 0, time.Local) }
	never := time.Time{}
	for _, c := range []struct {
		now, same, tried time.Time
		want             bool
	}{
		{at(21, 15), never, never, true},
		{at(21, 15), at(21, 2), at(21, 2), false},
		{at(22, 2), at(21, 15), at(21, 15), false}, // it was by day: the next night is too soon
		{at(22, 4), at(21, 15), at(21, 15), true},
		{at(22, 6), at(21, 15), at(21, 15), false},
		{at(22, 15), at(21, 15), at(21, 15), true},
		{at(22, 15), at(20, 15), at(22, 15), false}, // tried a moment ago, and cut
		{at(1, 9), at(22, 15), at(22, 15), true},    // the clock was put back
	} {
		if got := due(c.now, c.same, c.tried); got != c.want {
			t.Errorf("at %v, the same at %v, tried at %v: %t", c.now, c.same, c.tried, got)
		}
	}
}

// TestAPCThatIsShutOutAsksLessAndLess, up to once a minute: one that is only not named may be at any moment.
func TestAPCThatIsShutOutAsksLessAndLess(t *testing.T) {
	h := hold{Follower: &Follower{
		Open: func() (Copy, error) { return nil, errors.New("none") }, Warn: func(string, error) {},
	}}
	for _, c := range []struct {
		key  string
		want time.Duration
	}{
		{"relay.not_named", 10 * time.Second},
		{"relay.not_named", 10 * time.Second},
		{"lan.device_refused", 10 * time.Second},
		{"lan.device_refused", 20 * time.Second},
		{"lan.device_refused", 40 * time.Second},
		{"lan.device_refused", time.Minute},
		{"lan.device_refused", time.Minute},
	} {
		if got := h.after(c.key); got != c.want {
			t.Errorf("%s: asks again after %s, want %s", c.key, got, c.want)
		}
	}
}

// TestALostMainPCIsLookedForLessAndLess, every quarter of a minute at most: something else in the way is
// counted apart.
func TestALostMainPCIsLookedForLessAndLess(t *testing.T) {
	h := hold{Follower: &Follower{Clock: time.Now, Warn: func(string, error) {}}}
	for _, c := range []struct {
		key  string
		want time.Duration
	}{
		{"lan.host_unreachable", time.Second},
		{"lan.host_unreachable", 2 * time.Second},
		{"relay.old_host", 4 * time.Second},
		{"lan.cut", time.Second},
		{"lan.host_unreachable", 8 * time.Second},
		{"lan.host_unreachable", 15 * time.Second},
		{"lan.host_unreachable", 15 * time.Second},
	} {
		if got := h.after(c.key); got != c.want {
			t.Errorf("%s: looks again after %s, want %s", c.key, got, c.want)
		}
	}
}

// TestALostMainPCIsKnockedAtOnceLess in each round than when it was lost: where it was is not asked twice.
func TestALostMainPCIsKnockedAtOnceLess(t *testing.T) {
	root, err := device.NewRoot(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	var knocks atomic.Int64
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			knocks.Add(1)
			_ = c.Close()
		}
	}()
	seat, _, err := lan.Own(ln.Addr().String(), root.Cert, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b, err := Connect(t.Context(), seat, Witness{Memory: forgets{}, Warn: func(string, error) {}})
	if err == nil {
		t.Fatal("it is there")
	}
	defer b.quit()
	h := hold{Follower: &Follower{Clock: time.Now, Warn: func(string, error) {}}, b: b}
	round := func() int64 {
		before := knocks.Load()
		err := h.follow(t.Context())
		if err == nil {
			t.Fatal("it is followed")
		}
		h.after(fault.KeyOf(err))
		return knocks.Load() - before
	}
	if first, next := round(), round(); next == 0 || next*3 != first*2 {
		t.Errorf("%d knocks, then %d", first, next)
	}
}

type forgets struct{}

func (forgets) Seen() verify.Seen { return verify.Seen{} }

func (forgets) See(func(verify.Seen) verify.Seen) error { return nil }

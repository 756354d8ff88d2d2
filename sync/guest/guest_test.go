package guest_test

import (
	"bytes"
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/verify"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/guest"
	"zafe/sync/lan"
	"zafe/sync/pair"
)

type memory struct {
	mu   sync.Mutex
	seen verify.Seen
}

func (m *memory) Seen() verify.Seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen
}

func (m *memory) See(change func(verify.Seen) verify.Seen) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = change(m.seen)
	return nil
}

// mainPC is a main PC that shows a book as far as the test says.
type mainPC struct {
	root  device.Root
	self  device.Fingerprint
	seat  lan.Seat
	mu    sync.Mutex
	shown lan.Hello
	held  map[int64]string // hashes of its events; nil: it does not know the question
	stop  func()
}

func newMainPC(t *testing.T) *mainPC {
	t.Helper()
	root, err := device.NewRoot(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	m := &mainPC{root: root, shown: lan.Hello{
		Product: "zafe", Level: op.Level, MinLevel: op.MinLevel, Book: "one", Event: 7, Hash: "aa",
	}}
	if m.seat, m.self, err = lan.Own("", root.Cert, storetest.Noon); err != nil {
		t.Fatal(err)
	}
	m.serve(t)
	return m
}

// show changes how far the book is while it is served.
func (m *mainPC) show(event int64, hash string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shown.Event, m.shown.Hash = event, hash
}

// beside is another PC that has the book of this one and knows the same guest.
func (m *mainPC) beside(t *testing.T) *mainPC {
	t.Helper()
	other := &mainPC{root: m.root, self: m.self, seat: m.seat, shown: m.shown}
	other.serve(t)
	return other
}

// serve serves at an address of its own until stop is called or the test ends.
func (m *mainPC) serve(t *testing.T) {
	t.Helper()
	identity, err := m.root.Host()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.seat.Addr = ln.Addr().String()
	server := &lan.Server{
		Registry: storetest.NewWorld(t).Registry, Desk: &pair.Desk{Root: m.root.Cert}, Identity: identity, Self: m.self,
		Hello: func(_ context.Context, event int64) (lan.Hello, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			h := m.shown
			if m.held != nil {
				h.Asked, h.Held = event, m.held[event]
			}
			return h, nil
		},
		Log: func(what string, err error) { t.Logf("%s: %v", what, err) },
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- server.Serve(ctx, ln) }()
	gone := false
	m.stop = func() {
		if gone {
			return
		}
		gone = true
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(m.stop)
}

// TestTheMainPCIsFoundAgain where another took its place, and the old one is worked on no more.
func TestTheMainPCIsFoundAgain(t *testing.T) {
	first := newMainPC(t)
	second := first.beside(t)
	first.shown.Others, second.shown.Term, second.shown.Name = []string{second.seat.Addr}, 1, "ATELIER"
	var kept lan.Seat
	w := guest.Witness{
		Memory: &memory{}, Older: func(int64, int64) {}, Warn: func(what string, err error) { t.Log(what, err) },
		Keep: func(s lan.Seat) error { kept = s; return nil },
	}
	b, err := guest.Connect(t.Context(), first.seat, w)
	if err != nil || b.Place() != first.seat.Addr || !slices.Contains(kept.Others, second.seat.Addr) {
		t.Fatalf("at %s, others %v, %v", b.Place(), kept.Others, err)
	}
	defer b.Client.Close()
	first.stop()
	if err := b.Retry(t.Context()); err != nil || b.Place() != "ATELIER" {
		t.Fatalf("the one that took over is not found: at %s, %v", b.Place(), err)
	}
	if kept.Addr != second.seat.Addr || kept.Term != 1 || !slices.Contains(kept.Others, first.seat.Addr) {
		t.Errorf("kept %+v", kept)
	}

	// At the next start both answer: the higher term counts, whichever was asked first.
	again := first.beside(t)
	seat := kept
	seat.Addr, seat.Others = again.seat.Addr, []string{second.seat.Addr}
	if b, err = guest.Connect(t.Context(), seat, w); err != nil || b.Place() != "ATELIER" {
		t.Errorf("the old one is worked on: at %s, %v", b.Place(), err)
	}
	b.Client.Close()
	second.stop()
	b, err = guest.Connect(t.Context(), seat, w)
	if fault.KeyOf(err) != "relay.old_host" {
		t.Errorf("the old one is worked on: %v", err)
	}
	b.Client.Close()
}

// TestTheMainPCThatMovedIsFound where the network says that it is, among others that only say so. Its new address is
// kept, and the network is not asked while it is where it was.
func TestTheMainPCThatMovedIsFound(t *testing.T) {
	m, stranger := newMainPC(t), newMainPC(t)
	moved := m.beside(t)
	stranger.shown.Term = 9
	var kept lan.Seat
	asked := 0
	w := guest.Witness{
		Memory: &memory{}, Older: func(int64, int64) {}, Warn: func(what string, err error) { t.Log(what, err) },
		Keep: func(s lan.Seat) error { kept = s; return nil },
		Where: func(_ context.Context, s lan.Seat) []string {
			asked++
			if !bytes.Equal(s.Root, m.root.Cert.Raw) {
				t.Error("another main PC is looked for")
			}
			return []string{stranger.seat.Addr, moved.seat.Addr}
		},
	}
	b, err := guest.Connect(t.Context(), m.seat, w)
	if err != nil || asked != 0 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	defer b.Client.Close()
	m.stop()
	if err := b.Retry(t.Context()); err != nil || b.Place() != moved.seat.Addr || kept.Addr != moved.seat.Addr {
		t.Fatalf("at %s, kept %+v: %v", b.Place(), kept, err)
	}
	if slices.Contains(kept.Others, stranger.seat.Addr) {
		t.Errorf("a stranger is remembered: %v", kept.Others)
	}
	moved.stop()
	if err := b.Retry(t.Context()); fault.KeyOf(err) != "lan.host_unreachable" || kept.Addr != moved.seat.Addr {
		t.Errorf("nobody but a stranger answers: %v, kept %+v", err, kept)
	}
	// At the next start as well.
	last := m.beside(t)
	w.Where = func(context.Context, lan.Seat) []string { return []string{last.seat.Addr} }
	b2, err := guest.Connect(t.Context(), kept, w)
	if err != nil || kept.Addr != last.seat.Addr {
		t.Fatalf("kept %+v: %v", kept, err)
	}
	b2.Client.Close()
}

// line is a way to a main PC on which nothing comes through once it hangs.
type line struct {
	addr string
	hung atomic.Bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	l := &line{addr: ln.Addr().String()}
	pass := func(to, from net.Conn) {
		b := make([]byte, 4096)
		for {
			n, err := from.Read(b)
			if err != nil {
				_ = to.Close()
				return
			}
			if !l.hung.Load() {
				_, _ = to.Write(b[:n])
			}
		}
	}
	go func() {
		for {
			down, err := ln.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", to)
			if err != nil {
				_ = down.Close()
				continue
			}
			go pass(up, down)
			go pass(down, up)
		}
	}()
	return l
}

// TestALineThatHangs is not waited for where the main PC answers elsewhere: an address that is gone refuses nobody.
func TestALineThatHangs(t *testing.T) {
	t.Parallel()
	m := newMainPC(t)
	l := newLine(t, m.seat.Addr)
	seat := m.seat
	seat.Addr = l.addr
	var kept lan.Seat
	b, err := guest.Connect(t.Context(), seat, guest.Witness{
		Memory: &memory{}, Older: func(int64, int64) {}, Warn: func(what string, err error) { t.Log(what, err) },
		Keep:  func(s lan.Seat) error { kept = s; return nil },
		Where: func(context.Context, lan.Seat) []string { return []string{m.seat.Addr} },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Client.Close()
	l.hung.Store(true)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second) // as at the screen
	defer stop()
	if err := b.Retry(ctx); err != nil || kept.Addr != m.seat.Addr {
		t.Errorf("at %s, kept %q: %v", b.Place(), kept.Addr, err)
	}
}

// point is a checkpoint of the first book on its first line.
func point(event int64, hash string) audit.Checkpoint {
	return audit.Checkpoint{Book: "one", Term: 1, Lead: "m", Event: event, Hash: hash}
}

func TestAnOlderBookOfTheMainPCIsNoticed(t *testing.T) {
	other, later, twin, earlier := point(8, "bb"), point(2, "ff"), point(2, "ff"), point(9, "ff")
	other.Book, later.Term, twin.Lead, earlier.Term = "two", 2, "n", 0
	held := map[int64]string{6: "66", 7: "aa"}
	for name, c := range map[string]struct {
		seen, shown audit.Checkpoint
		held        map[int64]string
		older       bool
		kept        audit.Checkpoint
	}{
		"nothing was seen":             {audit.Checkpoint{}, point(7, "aa"), held, false, point(7, "aa")},
		"it went on":                   {point(6, "66"), point(7, "aa"), held, false, point(7, "aa")},
		"it is as it was":              {point(7, "aa"), point(7, "aa"), held, false, point(7, "aa")},
		"it lacks an event":            {point(8, "bb"), point(7, "aa"), held, true, point(8, "bb")},
		"another event":                {point(7, "bb"), point(7, "aa"), held, true, point(7, "bb")},
		"older, then more work":        {point(6, "bb"), point(7, "aa"), held, true, point(6, "bb")},
		"another book":                 {other, point(7, "aa"), held, false, point(7, "aa")},
		"an owner had it go back":      {point(8, "bb"), later, held, false, later},
		"twice from the same copy":     {point(8, "bb"), twin, held, false, twin},
		"one from before that":         {later, earlier, held, true, later},
		"a main PC that was":           {later, earlier, map[int64]string{2: "ff"}, false, later},
		"an older host went on":        {point(6, "66"), point(7, "aa"), nil, false, point(7, "aa")},
		"an older host lacks an event": {point(8, "bb"), point(7, "aa"), nil, true, point(8, "bb")},
		"an older host's other event":  {point(7, "bb"), point(7, "aa"), nil, true, point(7, "bb")},
		"it does not say":              {point(8, "bb"), audit.Checkpoint{Book: "one"}, nil, false, point(8, "bb")},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMainPC(t)
			m.shown.Book, m.shown.Event, m.shown.Hash = c.shown.Book, c.shown.Event, c.shown.Hash
			m.shown.Term, m.shown.Lead, m.held = c.shown.Term, c.shown.Lead, c.held
			kept, older := &memory{seen: verify.Seen{Checkpoint: c.seen}}, false
			b, err := guest.Connect(t.Context(), m.seat, guest.Witness{
				Memory: kept, Warn: func(what string, err error) { t.Error(what, err) },
				Keep: func(lan.Seat) error { return nil },
				Older: func(seen, shown int64) {
					if older = seen != 0; older && (seen != c.seen.Event || shown != c.shown.Event) {
						t.Errorf("seen %d, shown %d", seen, shown)
					}
				},
			})
			if err != nil || older != c.older || kept.seen.Checkpoint != c.kept {
				t.Errorf("older %t, kept %+v, %v", older, kept.seen, err)
			}
			b.Client.Close()
		})
	}
}

// TestTheBookIsLookedAtAgain while nobody asks anything: the files of the main PC may be put back at noon.
func TestTheBookIsLookedAtAgain(t *testing.T) {
	m := newMainPC(t)
	told := make(chan int64)
	b, err := guest.Connect(t.Context(), m.seat, guest.Witness{
		Memory: &memory{}, Warn: func(what string, err error) { t.Log(what, err) },
		Keep: func(lan.Seat) error { return nil }, Every: time.Millisecond,
		Older: func(seen, _ int64) {
			if seen != 0 {
				told <- seen
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.show(5, "55")
	if seen := <-told; seen != 7 {
		t.Errorf("event %d was seen", seen)
	}
	<-told // and again: it is still so
	go func() {
		for range told { //nolint:revive // until the last look
		}
	}()
	if err := b.Close(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func notOlder(t *testing.T, seen int64) {
	t.Helper()
	if seen != 0 {
		t.Errorf("older than event %d", seen)
	}
}

func TestTheEndOfTheDayIsWhatTheNextMorningIsComparedWith(t *testing.T) {
	m := newMainPC(t)
	kept, warned := &memory{}, 0
	w := guest.Witness{
		Memory: kept, Older: func(seen, _ int64) { notOlder(t, seen) }, Warn: func(string, error) { warned++ },
		Keep: func(lan.Seat) error { return nil },
	}
	b, err := guest.Connect(t.Context(), m.seat, w)
	if err != nil {
		t.Fatal(err)
	}
	m.show(20, "cc")
	if err := b.Close(t.Context(), nil); err != nil || kept.seen.Event != 20 || warned != 0 {
		t.Errorf("seen %+v, warned %d times, %v", kept.seen, warned, err)
	}

	if b, err = guest.Connect(t.Context(), m.seat, w); err != nil {
		t.Fatal(err)
	}
	m.stop()
	if err := b.Close(t.Context(), nil); err != nil || kept.seen.Event != 20 || warned != 1 {
		t.Errorf("seen %+v, warned %d times, %v", kept.seen, warned, err)
	}
	// The book comes with the error of the way there, to be tried again.
	b, err = guest.Connect(t.Context(), m.seat, w)
	if b == nil || err == nil || kept.seen.Event != 20 {
		t.Fatalf("%v, %v, %+v", b, err, kept.seen)
	}
	b.Client.Close()
}

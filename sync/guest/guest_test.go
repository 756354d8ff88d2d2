package guest_test

import (
	"context"
	"net"
	"slices"
	"testing"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/verify"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/guest"
	"zafe/sync/lan"
	"zafe/sync/pair"
)

type memory struct{ seen verify.Seen }

func (m *memory) Seen() verify.Seen { return m.seen }

func (m *memory) SetSeen(s verify.Seen) error { m.seen = s; return nil }

// mainPC is a main PC that shows a book as far as the test says.
type mainPC struct {
	root  device.Root
	self  device.Fingerprint
	seat  lan.Seat
	shown lan.Hello
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
	identity, err := m.root.Host(storetest.Noon)
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
		Hello: func(context.Context) (lan.Hello, error) { return m.shown, nil },
		Log:   func(what string, err error) { t.Logf("%s: %v", what, err) },
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
	first.shown.Others, second.shown.Term = []string{second.seat.Addr}, 1
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
	if err := b.Retry(t.Context()); err != nil || b.Place() != second.seat.Addr {
		t.Fatalf("the one that took over is not found: at %s, %v", b.Place(), err)
	}
	if kept.Addr != second.seat.Addr || kept.Term != 1 || !slices.Contains(kept.Others, first.seat.Addr) {
		t.Errorf("kept %+v", kept)
	}

	// At the next start both answer: the higher term counts, whichever was asked first.
	again := first.beside(t)
	seat := kept
	seat.Addr, seat.Others = again.seat.Addr, []string{second.seat.Addr}
	if b, err = guest.Connect(t.Context(), seat, w); err != nil || b.Place() != second.seat.Addr {
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

func TestAnOlderBookOfTheMainPCIsNoticed(t *testing.T) {
	shown := verify.Seen{Book: "one", Event: 7, Hash: "aa"}
	for name, c := range map[string]struct {
		seen, shown verify.Seen
		older       bool
	}{
		"nothing was seen":  {verify.Seen{}, shown, false},
		"it went on":        {verify.Seen{Book: "one", Event: 6, Hash: "bb"}, shown, false},
		"it is as it was":   {shown, shown, false},
		"it lacks an event": {verify.Seen{Book: "one", Event: 8, Hash: "bb"}, shown, true},
		"another event":     {verify.Seen{Book: "one", Event: 7, Hash: "bb"}, shown, true},
		"another book":      {verify.Seen{Book: "two", Event: 8, Hash: "bb"}, shown, false},
		"it does not say":   {verify.Seen{Book: "one", Event: 8, Hash: "bb"}, verify.Seen{Book: "one"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMainPC(t)
			m.shown.Book, m.shown.Event, m.shown.Hash = c.shown.Book, c.shown.Event, c.shown.Hash
			kept, older := &memory{c.seen}, false
			b, err := guest.Connect(t.Context(), m.seat, guest.Witness{
				Memory: kept, Warn: func(what string, err error) { t.Error(what, err) },
				Older: func(seen, shown int64) { older = seen == c.seen.Event && shown == c.shown.Event },
			})
			after := c.shown
			if after.Event == 0 {
				after = c.seen
			}
			if err != nil || older != c.older || kept.seen != after {
				t.Errorf("older %t, seen %+v, %v", older, kept.seen, err)
			}
			b.Client.Close()
		})
	}
}

func TestTheEndOfTheDayIsWhatTheNextMorningIsComparedWith(t *testing.T) {
	m := newMainPC(t)
	kept, warned := &memory{}, 0
	w := guest.Witness{
		Memory: kept, Older: func(int64, int64) { t.Error("older") }, Warn: func(string, error) { warned++ },
	}
	b, err := guest.Connect(t.Context(), m.seat, w)
	if err != nil {
		t.Fatal(err)
	}
	m.shown.Event, m.shown.Hash = 20, "cc"
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

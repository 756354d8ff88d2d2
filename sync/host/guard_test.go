package host_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	appdevice "zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/device"
	"zafe/sync/guest"
	"zafe/sync/host"
	"zafe/sync/lan"
)

// nobody keeps nothing.
type nobody struct{}

func (nobody) Seen() verify.Seen                       { return verify.Seen{} }
func (nobody) See(func(verify.Seen) verify.Seen) error { return nil }

func (o *office) newGuard(t *testing.T, pem []byte) *host.Guard {
	t.Helper()
	return host.NewGuard(host.GuardSettings{
		Path: filepath.Join(t.TempDir(), "office.json"), Name: "SRV", Book: "one", Root: pem, Clock: o.Clock.Now,
		Warn: func(what string, err error) { t.Error(what, err) },
	})
}

// live is what the operations know of an office.
type live struct {
	*host.Guard
	*store.Store
}

func (l live) Fed() relay.Fed { return relay.Fed(l.Store.Fed()) }

func (live) Here(string) bool { return false }

// pair gives a PC its seat in the office, as if it had been joined.
func (o *office) pair(t *testing.T, name string) (lan.Seat, device.Fingerprint) {
	t.Helper()
	s, fp, err := lan.Own("", o.root.Cert, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	o.Update(func(tx *store.Tx) error { return appdevice.Enrol(tx, string(fp), name, 1) })
	return s, fp
}

// TestOnlyTheNamedPCIsFed names a PC the relay, which follows then, and no other does.
func TestOnlyTheNamedPCIsFed(t *testing.T) {
	o := newOffice(t)
	relay.Bind(o.Registry, live{o.guard, o.Store})
	seat, fp := o.pair(t, "Comptoir")
	other, _ := o.pair(t, "Atelier")
	addr, _ := o.serve(t)
	seat.Addr, other.Addr = addr, addr
	asks := func(s lan.Seat) error {
		r, err := s.Reach(t.Context(), "")
		if err != nil {
			return err
		}
		defer r.Client.Close()
		answer, err := r.Feed(t.Context(), []string{"192.168.1.31:24653"}, []byte(`{"base":true}`))
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, answer)
		if n == 0 {
			t.Error("an empty answer")
		}
		return errors.Join(err, answer.Close())
	}
	if err := asks(seat); fault.KeyOf(err) != "relay.not_named" {
		t.Fatalf("fed without being named: %v", err)
	}
	var id appdevice.ID
	o.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint(string(fp))
		id = d.ID
		return err
	})
	named, err := relay.Name.Call(o.Ctx(), o.As("owner"), relay.NameRequest{ID: id})
	if err != nil || named.Relay != id || named.State != relay.Waiting || named.Main == 0 {
		t.Fatalf("%+v, %v", named, err)
	}
	if err := asks(other); fault.KeyOf(err) != "relay.not_named" {
		t.Errorf("another PC: %v", err)
	}
	if len(o.guard.Others()) != 0 {
		t.Errorf("another PC says where the relay is: %v", o.guard.Others())
	}
	if err := asks(seat); err != nil {
		t.Fatal(err)
	}
	if got := o.guard.Others(); !slices.Equal(got, []string{"192.168.1.31:24653"}) {
		t.Errorf("the relay is at %v", got)
	}
	r, err := other.Reach(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	if h, err := r.Hello(t.Context()); err != nil || h.Relay || !slices.Equal(h.Others, o.guard.Others()) {
		t.Errorf("a PC is told %+v, %v", h, err)
	}
}

// TestAPCFollows has a PC follow by itself, and let go of the copy when it is to.
func TestAPCFollows(t *testing.T) {
	o := newOffice(t)
	seat, fp := o.pair(t, "Comptoir")
	seat.Addr, _ = o.serve(t)
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Relay: string(fp)}) })
	dir := filepath.Join(t.TempDir(), "relay")
	f := guest.Follower{
		Path: filepath.Join(t.TempDir(), "relay.json"), Clock: o.Clock.Now, Warn: func(what string, err error) { t.Log(what, err) },
		Open: func() (guest.Copy, error) { return store.OpenStandby(dir) },
		Connect: func(ctx context.Context) (*guest.Book, error) {
			return guest.Connect(ctx, seat, guest.Witness{Memory: nobody{}, Keep: func(lan.Seat) error { return nil }})
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() { f.Run(ctx, []string{"192.168.1.31:24653"}) })
	defer over.Wait()
	defer stop()
	for n := 0; !o.Store.Fed().Whole || f.Kept().IsZero(); n++ {
		if n > 500 {
			t.Fatal("it does not follow")
		}
		time.Sleep(20 * time.Millisecond)
	}
	resume := f.Pause()
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	resume()
	gone := func(why string) {
		t.Helper()
		for n := 0; store.Exists(dir); n++ {
			if n > 1000 {
				t.Fatal("the copy stays: " + why)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{}) })
	gone("it is not named any more")
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Relay: string(fp)}) })
	for n := 0; !store.Exists(dir); n++ {
		if n > 1000 {
			t.Fatal("it does not follow again")
		}
		time.Sleep(20 * time.Millisecond)
	}
	o.Update(func(tx *store.Tx) error {
		d, _, err := tx.DeviceByFingerprint(string(fp))
		d.State = appdevice.Revoked
		_, saveErr := tx.SaveDevice(d)
		return errors.Join(err, saveErr)
	})
	gone("it is shut out")
}

// TestOnlyADeadMainPCIsReplaced: whatever answers in any way is alive, but one that is the main PC no more.
func TestOnlyADeadMainPCIsReplaced(t *testing.T) {
	o := newOffice(t)
	seat, _ := o.pair(t, "Comptoir")
	stranger, _, err := lan.Own("", o.root.Cert, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	addr, stop := o.serve(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	for _, c := range []struct {
		seat lan.Seat
		addr string
		term int64
		want string
	}{
		{seat, addr, 0, "relay.host_alive"},
		{seat, addr, 1, ""},
		{stranger, addr, 0, "lan.device_refused"},
		{seat, silent.Addr().String(), 0, "relay.host_busy"},
	} {
		c.seat.Addr, c.seat.Term = c.addr, c.term
		if err := c.seat.Gone(t.Context()); fault.KeyOf(err) != c.want {
			t.Errorf("term %d: %v, want %q", c.term, err, c.want)
		}
	}
	// Where the network says that it may be, it counts if it is it, and nobody else.
	away := seat
	away.Addr = "127.0.0.1:1"
	for found, want := range map[string]string{addr: "relay.host_alive", silent.Addr().String(): ""} {
		if err := away.Gone(t.Context(), found); fault.KeyOf(err) != want {
			t.Errorf("found at %s: %v, want %q", found, err, want)
		}
	}
	stop()
	seat.Addr = addr
	if err := seat.Gone(t.Context()); err != nil {
		t.Errorf("a dead one: %v", err)
	}
}

// TestThePCThatLostItsPlaceStops: the other one has a higher term, and is remembered when it does not answer.
func TestThePCThatLostItsPlaceStops(t *testing.T) {
	first, second := newOffice(t), newOffice(t)
	second.root = first.root
	pem, err := first.root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "office.json")
	set := host.GuardSettings{
		Path: path, Name: "SRV", Book: "one", Root: pem, Post: relay.Post{Term: 3, Lead: "b"},
		Clock: first.Clock.Now,
		Warn:  func(what string, err error) { t.Error(what, err) },
	}
	g := host.NewGuard(set)
	name, fp, err := g.Seat()
	if err != nil || name != "SRV" {
		t.Fatal(name, err)
	}
	if _, again, err := host.NewGuard(set).Seat(); err != nil || again != fp {
		t.Errorf("another key at each start: %v", err)
	}
	if _, own, _ := host.Restored(path); own != fp {
		t.Errorf("a book that is put back here does not know this PC: %q", own)
	}
	if _, err := host.Taken(path); fault.KeyOf(err) != "relay.not_taken" {
		t.Errorf("taken by nobody: %v", err)
	}
	second.Update(func(tx *store.Tx) error { return appdevice.Enrol(tx, fp, "SRV", 1) })
	second.host, err = host.New(host.Settings[*store.Tx]{
		Book: second.Store, BookID: "one", Root: pem, Registry: second.Registry, Clock: second.Clock.Now,
		Guard: second.guard, Log: func(what string, err error) { t.Log(what, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	addr, stop := second.serve(t)
	g.Relayed([]string{addr})
	for _, post := range []relay.Post{{Term: 2, Lead: "c"}, {Term: 3, Lead: "b"}, {Term: 3, Lead: "a"}} {
		second.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", post) })
		g.Look(t.Context())
		if _, lost := g.Known(); lost {
			t.Errorf("lost to %+v", post)
		}
	}
	fence := relay.Fence(live{g, first.Store})
	if err := fence(t.Context(), &relay.Name.Spec); err != nil {
		t.Errorf("the main PC is fenced off: %v", err)
	}
	second.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Term: 3, Lead: "c"}) })
	first.Clock.Add(time.Hour) // it was asleep: the first call asks
	if err := fence(t.Context(), &relay.Name.Spec); fault.KeyOf(err) != "relay.taken_over" {
		t.Errorf("work on a book whose place was taken: %v", err)
	}
	if err := fence(t.Context(), &relay.Get.Spec); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	lanCall := op.WithCredential(t.Context(), op.Credential{Device: "ab"})
	if err := fence(lanCall, &relay.Get.Spec); fault.KeyOf(err) != "relay.taken_over" {
		t.Errorf("another PC reads it: %v", err)
	}
	stop()
	g = host.NewGuard(set)
	if r, lost := g.Known(); !lost || r.Place != "SRV" || g.Lost().Err() == nil {
		t.Errorf("forgotten at the next start: %+v", r)
	}
	if l, ok := g.Loss(); !ok || l != (relay.Lost{Place: addr, Term: 3, Lead: "c"}) {
		t.Errorf("the book is to know %+v", l)
	}
	if seat, err := host.Taken(path); err != nil || seat.Called() != "SRV" || seat.Addr != addr || seat.Term != 3 || seat.Lead != "c" {
		t.Errorf("taken: %+v, %v", seat, err)
	} else if err := host.Lead(path, "one", seat, relay.Post{Term: 5}); err != nil {
		t.Fatal(err)
	}
	set.Post = relay.Post{Term: 5}
	if g = host.NewGuard(set); g.Refusal() != nil || !slices.Contains(g.Others(), addr) {
		t.Errorf("it leads again: %v, others %v", g.Refusal(), g.Others())
	}
}

// TestAFenceIsNotLostWithItsFile, and holds for its own book alone.
func TestAFenceIsNotLostWithItsFile(t *testing.T) {
	root, err := device.NewRoot(storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	lost := relay.Post{Term: 1, Lost: &relay.Lost{Place: "192.168.1.31:24653", Term: 2}}
	for name, c := range map[string]struct {
		file string
		book string
		post relay.Post
		want string
	}{
		"nothing there":         {"", "one", relay.Post{}, ""},
		"torn":                  {"{", "one", relay.Post{}, "relay.fenced"},
		"torn, the book knows":  {"{", "one", lost, "relay.taken_over"},
		"gone, the book knows":  {"", "one", lost, "relay.taken_over"},
		"taken":                 {`{"book":"one","addr":"a:1","term":1}`, "one", relay.Post{}, "relay.taken_over"},
		"an older book":         {`{"book":"one","addr":"","term":1}`, "one", relay.Post{}, "relay.fenced"},
		"it leads":              {`{"book":"one","addr":"","term":1}`, "one", relay.Post{Term: 1}, ""},
		"another book":          {`{"book":"one","addr":"a:1","term":1,"fenced":true}`, "two", relay.Post{}, ""},
		"of a program before":   {`{"addr":"a:1","term":1}`, "one", relay.Post{}, "relay.taken_over"},
		"the same term, a lead": {`{"book":"one","addr":"a:1","term":1,"lead":"b"}`, "one", relay.Post{Term: 1, Lead: "a"}, "relay.taken_over"},
	} {
		path := filepath.Join(t.TempDir(), "office.json")
		if c.file != "" {
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		set := host.GuardSettings{
			Path: path, Name: "SRV", Book: c.book, Root: pem, Post: c.post, Clock: time.Now, Warn: func(string, error) {},
		}
		for range 2 { // the next start as well
			g := host.NewGuard(set)
			if err := g.Refusal(); fault.KeyOf(err) != c.want || (g.Lost().Err() != nil) != (c.want != "") {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
			if _, err := host.Taken(path); c.book == "one" && (err == nil) != (c.want != "") {
				t.Errorf("%s: the start page: %v", name, err)
			}
		}
	}
}

// TestABookFromABackupKnowsItsRelay: it is fed only once its copy knows this main PC, which asks it from then on.
func TestABookFromABackupKnowsItsRelay(t *testing.T) {
	o := newOffice(t)
	seat, fp := o.pair(t, "Comptoir")
	seat.Addr, _ = o.serve(t)
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Relay: string(fp), Main: "of old"}) })
	r, err := seat.Reach(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Client.Close()
	answer, err := r.Feed(t.Context(), []string{"192.168.1.31:24653"}, []byte(`{"base":true}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Close()
	_, own, err := o.guard.Seat()
	if err != nil {
		t.Fatal(err)
	}
	o.Update(func(tx *store.Tx) error {
		p, err := relay.Of(tx)
		d, known, deviceErr := tx.DeviceByFingerprint(own)
		if p.Main != own || !known || d.State != appdevice.Active {
			t.Errorf("%+v, its own row %+v", p, d)
		}
		return errors.Join(err, deviceErr)
	})
	// Where the relay is now counts, not where it was; once it is not named, nobody asks there.
	o.guard.Relayed([]string{"192.168.1.32:24653"})
	if got := o.guard.Others(); !slices.Equal(got, []string{"192.168.1.32:24653"}) {
		t.Errorf("the relay is at %v", got)
	}
	o.guard.Forget()
	if got := o.guard.Others(); len(got) != 0 {
		t.Errorf("forgotten: %v", got)
	}
}

// scripted is a copy whose answers are what the test says; it ends the test's work with the last.
type scripted struct {
	clock   *storetest.Clock
	answers []answer
	kept    []time.Time
	f       *guest.Follower
	stop    func()
}

type answer struct {
	steps   int
	follows bool
}

func (s *scripted) Follows() bool        { return s.answers[0].follows }
func (s *scripted) Remove() error        { return nil }
func (s *scripted) Check(int) error      { return nil }
func (s *scripted) Checking() bool       { return false }
func (s *scripted) Matches() bool        { return true }
func (s *scripted) Close() error         { return nil }
func (s *scripted) Ask() ([]byte, error) { return []byte(`{"base":true}`), nil }
func (s *scripted) Receive(_ context.Context, _ io.Reader) (int, error) {
	s.kept = append(s.kept, s.f.Kept())
	s.clock.Add(time.Minute) // a large file comes in
	if len(s.kept) > 1 {
		s.answers = s.answers[1:]
	}
	if len(s.answers) == 1 {
		s.stop()
	}
	return s.answers[0].steps, nil
}

// TestWhatTheCopyHasIsSaidHonestly: only an empty answer of a main PC that knows the copy says that it has all, and
// only what there was when it was asked.
func TestWhatTheCopyHasIsSaidHonestly(t *testing.T) {
	o := newOffice(t)
	seat, fp := o.pair(t, "Comptoir")
	seat.Addr, _ = o.serve(t)
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Relay: string(fp)}) })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := &scripted{clock: o.Clock, stop: stop, answers: []answer{{0, false}, {3, true}, {0, true}, {0, false}}}
	f := guest.Follower{
		Path: filepath.Join(t.TempDir(), "relay.json"), Clock: o.Clock.Now,
		Warn: func(what string, err error) { t.Log(what, err) },
		Open: func() (guest.Copy, error) { return s, nil },
		Connect: func(ctx context.Context) (*guest.Book, error) {
			return guest.Connect(ctx, seat, guest.Witness{Memory: nobody{}, Keep: func(lan.Seat) error { return nil }})
		},
	}
	s.f = &f
	asked := o.Clock.Now().Add(2 * time.Minute) // the third time
	f.Run(ctx, nil)
	want := []time.Time{{}, {}, {}, asked}
	if !slices.EqualFunc(s.kept, want, time.Time.Equal) {
		t.Errorf("said before each answer: %v, want %v", s.kept, want)
	}
	after := guest.Follower{Path: f.Path, Clock: f.Clock, Warn: f.Warn}
	if got := after.Kept(); !got.Equal(asked) {
		t.Errorf("after a restart: %v, want %v", got, asked)
	}
	if err := after.Forget(); err != nil || !after.Kept().IsZero() {
		t.Errorf("forgotten: %v, %v", after.Kept(), err)
	}
}

// line is a way to a main PC that can be cut.
type line struct {
	net.Listener
	to    string
	mu    sync.Mutex
	conns []net.Conn
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{Listener: ln, to: to}
	var over sync.WaitGroup
	t.Cleanup(func() { _ = ln.Close(); l.cut(); over.Wait() })
	over.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", l.to)
			if err != nil {
				_ = near.Close()
				continue
			}
			l.mu.Lock()
			l.conns = append(l.conns, near, far)
			l.mu.Unlock()
			over.Go(func() { _, _ = io.Copy(near, far); _ = near.Close() })
			over.Go(func() { _, _ = io.Copy(far, near); _ = far.Close() })
		}
	})
	return l
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		_ = c.Close()
	}
	l.conns = nil
}

// asked is a copy that counts how often it asked for all of the book.
type asked struct {
	guest.Copy
	whole *atomic.Int64
}

func (a asked) Ask() ([]byte, error) {
	if !a.Follows() {
		a.whole.Add(1)
	}
	return a.Copy.Ask()
}

// TestACutLineCostsNoWholeCopy cuts the line of a PC that follows, which goes on where it was.
func TestACutLineCostsNoWholeCopy(t *testing.T) {
	o := newOffice(t)
	seat, fp := o.pair(t, "Comptoir")
	addr, _ := o.serve(t)
	way := newLine(t, addr)
	seat.Addr = way.Addr().String()
	o.Update(func(tx *store.Tx) error { return tx.SetSetting("relay", relay.Post{Relay: string(fp)}) })
	dir, whole := filepath.Join(t.TempDir(), "relay"), new(atomic.Int64)
	f := guest.Follower{
		Path: filepath.Join(t.TempDir(), "relay.json"), Clock: o.Clock.Now,
		Warn: func(what string, err error) { t.Log(what, err) },
		Open: func() (guest.Copy, error) {
			s, err := store.OpenStandby(dir)
			return asked{s, whole}, err
		},
		Connect: func(ctx context.Context) (*guest.Book, error) {
			return guest.Connect(ctx, seat, guest.Witness{Memory: nobody{}, Keep: func(lan.Seat) error { return nil }})
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() { f.Run(ctx, []string{"192.168.1.31:24653"}) })
	defer over.Wait()
	defer stop()
	all := func(what string) {
		t.Helper()
		o.Clock.Add(time.Second)
		o.Update(func(tx *store.Tx) error { return tx.SetSetting("said", what) })
		since := o.Clock.Now()
		for n := 0; f.Kept().Before(since); n++ {
			if n > 1000 {
				t.Fatal("it does not follow: " + what)
			}
			time.Sleep(20 * time.Millisecond)
			o.Clock.Add(time.Millisecond)
		}
	}
	all("before")
	for range 3 {
		way.cut()
		all("after")
	}
	if n := whole.Load(); n != 1 {
		t.Errorf("it asked for all of the book %d times", n)
	}
}

// flip changes a byte in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		t.Fatal(len(data), err)
	}
	at := int64(len(data) / 2)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt([]byte{data[at] ^ 1}, at)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestACopyThatDiffersIsMadeAnew: a byte of the relay's copy changes on its disk. The daily comparison finds it, the book
// says so, and the copy is the book again.
func TestACopyThatDiffersIsMadeAnew(t *testing.T) {
	o := newOffice(t)
	seat, fp := o.pair(t, "Comptoir")
	seat.Addr, _ = o.serve(t)
	o.Update(func(tx *store.Tx) error {
		return errors.Join(tx.SetSetting("relay", relay.Post{Relay: string(fp)}), tx.SetSetting("pages", strings.Repeat("x", 1<<20)))
	})
	o.Store.OnCompared(func(differ []string) {
		err := o.Store.Update(context.Background(), func(tx *store.Tx) error { return relay.Compared(tx, len(differ)) })
		if err != nil {
			t.Error(err)
		}
	})
	status := func() (c struct{ Same, Differed time.Time }) {
		err := o.Store.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Setting("relay.compared", &c); return err })
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	// The days pass on the relay alone: the main PC gives up a copy that says nothing for ten minutes.
	var ahead atomic.Int64
	nextDay := func() { o.Clock.Add(time.Second); ahead.Add(int64(25 * time.Hour)) }
	until := func(what string, done func() bool) {
		t.Helper()
		for n := 0; !done(); n++ {
			if n > 1500 {
				t.Fatal("it does not come: " + what)
			}
			if n%100 == 50 { // the day passed while the comparison before was being noted
				nextDay()
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	dir := filepath.Join(t.TempDir(), "relay")
	f := guest.Follower{
		Path: filepath.Join(t.TempDir(), "relay.json"), Clock: func() time.Time { return o.Clock.Now().Add(time.Duration(ahead.Load())) },
		Warn: func(what string, err error) { t.Log(what, err) },
		Open: func() (guest.Copy, error) { return store.OpenStandby(dir) },
		Connect: func(ctx context.Context) (*guest.Book, error) {
			return guest.Connect(ctx, seat, guest.Witness{Memory: nobody{}, Keep: func(lan.Seat) error { return nil }})
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	var over sync.WaitGroup
	over.Go(func() { f.Run(ctx, nil) })
	defer over.Wait()
	defer stop()
	until("the first comparison", func() bool { return !status().Same.IsZero() })
	if !status().Differed.IsZero() {
		t.Fatal("a fresh copy differs")
	}

	path := filepath.Join(dir, "book.db")
	for tries := 0; status().Differed.IsZero(); tries++ { // a checkpoint may just write over it
		if tries > 4 {
			t.Fatal("the difference is not found")
		}
		before := status().Same
		flip(t, path)
		nextDay()
		until("the next comparison", func() bool { s := status(); return !s.Differed.IsZero() || s.Same.After(before) })
	}
	nextDay()
	until("the copy after it", func() bool { return status().Same.After(status().Differed) })
	var said audit.Event
	o.Update(func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == "relay.differed" {
				said = e
			}
			return nil
		})
	})
	if said.Payload != `{"files":1}` {
		t.Errorf("the journal says %+v", said)
	}
	stop()
	over.Wait()
	s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.VerifySeal(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

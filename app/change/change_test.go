package change

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// actor is one of some people; yann is user 3 and lucie user 4, of one team.
func actor(who string) auth.Actor {
	some := func(s auth.Scope) auth.Rights { return auth.Rights{auth.CustomerRead: s, auth.SalesRead: s} }
	return map[string]auth.Actor{
		"owner":    {User: 1, Rights: auth.Owner.Rights()},
		"sales":    {User: 3, Rights: auth.Sales.Rights()},
		"sales2":   {User: 4, Rights: auth.Sales.Rights()},
		"own":      {User: 3, Rights: some(auth.Own)},
		"team":     {User: 3, Team: []auth.UserID{3, 4}, Rights: some(auth.Team)},
		"machines": {User: 7, Rights: auth.Rights{auth.UserManage: auth.All}},
	}[who]
}

func TestToldAreThoseWhoMaySeeTheRecord(t *testing.T) {
	yann, lucie := auth.Whose{Owner: 3}, auth.Whose{Owner: 4}
	entries := []Entry{
		{Event: 1, Op: "customer.save", Kind: "customer", ID: 10, Whose: []auth.Whose{yann}},
		{Event: 2, Op: "customer.save", Kind: "customer", ID: 11, Whose: []auth.Whose{lucie}},
		{Event: 3, Op: "customer.save", Kind: "customer", ID: 12, Whose: []auth.Whose{yann, lucie}}, // handed over
		{Event: 4, Op: "invoice.issue", Kind: "invoice", ID: 20, Whose: []auth.Whose{{Owner: 1, Customer: 4}}},
		{Event: 5, Op: "customer.save", Kind: "customer", ID: 10, Whose: []auth.Whose{yann}},
		{Event: 6, Op: "session.login", Kind: "user", ID: 3},
		{Event: 7, Op: "backup.now", Kind: "vault", ID: 1},
		{Event: 8, Op: "customer.import", Kind: "import", ID: 2, Whose: []auth.Whose{lucie}},
	}
	all := []Change{{"customer", 0}, {"invoice", 20}, {"entry", 0}, {"user", 3}, {"item", 0}}
	for who, want := range map[string][]Change{
		"owner": all,
		// The kinds alone of an import are told to whom it concerns, and a hand-over to both.
		"own":      {{"customer", 10}, {"customer", 12}},
		"team":     {{"invoice", 20}, {"customer", 0}},
		"sales2":   {{"invoice", 20}, {"customer", 0}, {"item", 0}},
		"machines": {{"user", 3}},
	} {
		got := toldTo(actor(who), entries)
		slices.SortFunc(got, byKind)
		slices.SortFunc(want, byKind)
		if !slices.Equal(got, want) {
			t.Errorf("%s is told %v, want %v", who, got, want)
		}
	}
}

// TestAnExportIsToldToTheOwners, whatever it took; its event names no record.
func TestAnExportIsToldToTheOwners(t *testing.T) {
	for _, name := range []string{"customer.export", "fec.export", "event.export", "sentry.held", "sentry.decide", "sentry.lists"} {
		out := []Entry{{Event: 1, Op: name}}
		if got := toldTo(actor("owner"), out); !slices.Equal(got, []Change{{Kind: "export"}}) {
			t.Errorf("%s: an owner is told %v", name, got)
		}
		if got := toldTo(actor("sales"), out); len(got) != 0 {
			t.Errorf("%s: others are told %v", name, got)
		}
	}
}

func byKind(a, b Change) int {
	if a.Kind != b.Kind {
		return map[bool]int{true: -1, false: 1}[a.Kind < b.Kind]
	}
	return int(a.ID - b.ID)
}

func TestManyRecordsOfAKindAreToldAsTheKind(t *testing.T) {
	var entries []Entry
	for i := range int64(5000) {
		entries = append(entries, Entry{Event: i + 1, Kind: "customer", ID: i + 1})
	}
	if got := toldTo(actor("owner"), entries); !slices.Equal(got, []Change{{Kind: "customer"}}) {
		t.Errorf("%d changes are told", len(got))
	}
	if got := toldTo(actor("owner"), entries[:manyOfAKind]); len(got) != manyOfAKind {
		t.Errorf("of %d records %d are told", manyOfAKind, len(got))
	}
}

// listens follows a service in somebody's name until stop, and gives what came and what ended it.
func listens(ctx context.Context, s *Service, a auth.Actor, after int64, send func(News) error) error {
	r := op.New[op.Tx](nil, nil, time.Now, func(op.Record) {})
	Bind(r, s)
	return Follow.Watch(op.AsActor(ctx, a), op.Local[op.Tx]{Registry: r}, FollowRequest{After: after}, func(n News) {
		if err := send(n); err != nil {
			panic(err)
		}
	})
}

func entriesOf(from, to int64) (out []Entry) {
	for i := from; i <= to; i++ {
		out = append(out, Entry{Event: i, Kind: "item", ID: i})
	}
	return out
}

// TestNothingIsMissed: whoever comes back is told what came since, or that nobody remembers all of it.
func TestNothingIsMissed(t *testing.T) {
	s := New(100, nil)
	s.Tell(entriesOf(101, 103))
	for _, c := range []struct {
		after int64
		want  int
		whole bool
	}{
		{100, 3, true},
		{101, 2, true},
		{103, 0, true},
		{99, 0, false},
		{104, 0, false},
	} {
		if got, head, whole, _ := s.since(c.after); len(got) != c.want || whole != c.whole || head != 103 {
			t.Errorf("after %d: %d entries up to %d, whole %t", c.after, len(got), head, whole)
		}
	}
	s.Tell(entriesOf(104, 103+kept))
	if _, _, whole, _ := s.since(102); whole {
		t.Error("what was forgotten is not missed")
	}
	if got, _, whole, _ := s.since(103); !whole || len(got) != kept {
		t.Errorf("of %d entries %d are remembered", kept, len(got))
	}
}

func TestChangesOfAMomentAreOneLineAndSilenceIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(0, nil)
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex
		var told []News
		lines := func() []News { mu.Lock(); defer mu.Unlock(); return slices.Clone(told) }
		done := make(chan error, 1)
		go func() {
			done <- listens(ctx, s, actor("owner"), 0, func(n News) error {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, n)
				return nil
			})
		}()
		synctest.Wait()
		s.Tell(entriesOf(1, 2))
		time.Sleep(gather / 2)
		s.Tell(entriesOf(3, 3))
		time.Sleep(gather)
		synctest.Wait()
		if l := lines(); len(l) != 2 || len(l[1].Changes) != 3 || l[1].Head != 3 {
			t.Fatalf("told %+v", l)
		}
		time.Sleep(3 * BeatEvery)
		stop()
		if err := <-done; fault.KeyOf(err) != "op.cancelled" {
			t.Error(err)
		}
		if l := lines(); len(l) != 5 || len(l[4].Changes) != 0 {
			t.Errorf("%d lines in %s", len(l), 3*BeatEvery)
		}
	})
}

// TestWhoMayNoLongerListenIsToldNothingMore: not even what changed at the very moment.
func TestWhoMayNoLongerListenIsToldNothingMore(t *testing.T) {
	for name, refusal := range map[string]error{
		"signed out":      fault.New(fault.Unauthenticated, "user.session_over"),
		"nobody can tell": fault.New(fault.Unavailable, "store.busy"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var now error
				s := New(0, func(context.Context, auth.Actor) error { return now })
				a := actor("owner")
				a.Session = 7
				told := 0
				done := make(chan error, 1)
				go func() {
					done <- listens(t.Context(), s, a, 0, func(n News) error { told += len(n.Changes); return nil })
				}()
				synctest.Wait()
				now = refusal
				s.Tell([]Entry{{Event: 1, Kind: "user", ID: 1}, {Event: 2, Kind: "item", ID: 9}})
				if err := <-done; fault.KeyOf(err) != fault.KeyOf(refusal) || told != 0 {
					t.Errorf("told %d, then %v", told, err)
				}
			})
		})
	}
}

func TestListenersAreBounded(t *testing.T) {
	s := New(0, nil)
	a := actor("owner")
	a.Session = 7
	var leave []func()
	for range ofSession {
		l, err := s.enter(a)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	if _, err := s.enter(a); fault.KeyOf(err) != "change.too_many" {
		t.Errorf("one more of a session: %v", err)
	}
	leave[0]()
	if _, err := s.enter(a); err != nil {
		t.Errorf("after one left: %v", err)
	}
	for i := range listeners - ofSession {
		a.Session = int64(100 + i)
		if _, err := s.enter(a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.enter(actor("sales")); fault.KeyOf(err) != "change.too_many" {
		t.Errorf("one more of all: %v", err)
	}
}

// mute is a main PC that says one thing and then nothing more.
type mute struct{ op.Caller }

func (mute) Stream(ctx context.Context, _ *op.Spec, _ any, w io.Writer) (op.Download, error) {
	_, _ = w.Write([]byte(`{"head":4}` + "\n"))
	<-ctx.Done()
	return op.Download{}, ctx.Err()
}

func TestSilenceIsALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, heard := time.Now(), 0
		err := Listen(t.Context(), mute{}, 0, Silence, func(News) { heard++ })
		if took := time.Since(start); fault.KeyOf(err) != "change.silent" || took != Silence || heard != 1 {
			t.Errorf("%v after %s, %d lines", err, took, heard)
		}
	})
}

// TestANoticeIsToldToWhomItIsFor, and to nobody else, whatever their rights.
func TestANoticeIsToldToWhomItIsFor(t *testing.T) {
	left := []Entry{{Event: 4, Op: "session.second_factor", Left: []auth.UserID{3}}}
	for who, want := range map[string]int{"own": 1, "owner": 0} {
		if got := toldTo(actor(who), left); len(got) != want || want == 1 && got[0] != (Change{Kind: notice}) {
			t.Errorf("%s is told %v", who, got)
		}
	}
}

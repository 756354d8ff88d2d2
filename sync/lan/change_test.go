package lan_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/change"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/store/storetest"
	"zafe/sync/lan"
)

// ear is a PC that listens.
type ear struct {
	stop context.CancelFunc
	end  chan error

	mu    sync.Mutex
	lines []change.News
	came  chan struct{} // gets something with each line
}

// listen has a PC listen until the test or stop ends it; it returns once it is heard.
func listen(t *testing.T, c *lan.Client, after int64) *ear {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	e := &ear{stop: stop, end: make(chan error, 1), came: make(chan struct{}, 1000)}
	go func() {
		e.end <- change.Listen(ctx, c, after, change.Silence, func(n change.News) {
			e.mu.Lock()
			e.lines = append(e.lines, n)
			e.mu.Unlock()
			e.came <- struct{}{}
		})
	}()
	t.Cleanup(stop)
	select {
	case <-e.came:
	case err := <-e.end:
		t.Fatalf("not heard: %v", err)
	}
	return e
}

// heard is everything that was told so far, sorted.
func (e *ear) heard() (out []change.Change) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range e.lines {
		out = append(out, n.Changes...)
	}
	slices.SortFunc(out, func(a, b change.Change) int {
		if a.Kind != b.Kind {
			return map[bool]int{true: -1, false: 1}[a.Kind < b.Kind]
		}
		return int(a.ID - b.ID)
	})
	return slices.Compact(out)
}

// until waits for something to be heard.
func (e *ear) until(t *testing.T, what change.Change) {
	t.Helper()
	for !slices.Contains(e.heard(), what) {
		select {
		case <-e.came:
		case err := <-e.end:
			t.Fatalf("ended before %v was heard: %v", what, err)
		case <-time.After(patience):
			t.Fatalf("%v is not heard", what)
		}
	}
}

// whole is how an ear was cut.
func (e *ear) cut(t *testing.T) (key string, took time.Duration) {
	t.Helper()
	from := time.Now()
	select {
	case err := <-e.end:
		return fault.KeyOf(err), time.Since(from)
	case <-time.After(patience):
		t.Fatal("it is never cut")
		return "", 0
	}
}

// newTold is an office that tells what changes.
func newTold(t *testing.T) (*office, *change.Service) {
	t.Helper()
	o := newOffice(t)
	s := change.New(0, nil)
	change.Bind(o.world.Registry, s)
	o.world.Store.OnChange(s.Tell)
	return o, s
}

// TestEveryRoleHearsOfItsRecordsOnly: over TLS nobody is told of a record that they may not open, and everybody of
// each that they may.
func TestEveryRoleHearsOfItsRecordsOnly(t *testing.T) {
	o, _ := newTold(t)
	w := o.world
	party.Bind(w.Registry)
	company.Bind(w.Registry)
	billing.Bind(w.Registry)
	pcs, ears := map[string]*lan.Client{}, map[string]*ear{}
	for _, who := range []string{"owner", "accountant", "sales", "sales2", "own", "team", "reader", "machines"} {
		pcs[who], _ = o.pc(t, who)
	}
	for who, pc := range pcs {
		ears[who] = listen(t, pc, 0)
	}
	type record struct {
		change.Change
		needs auth.Permission
		whose auth.Whose
	}
	var made []record
	for _, who := range []string{"owner", "sales", "sales2"} {
		saved, err := party.Save.Call(w.Ctx(), w.As(who), party.Customer{Kind: party.Company, Name: "Client de " + who})
		if err != nil {
			t.Fatal(err)
		}
		c := saved.Customer
		made = append(made, record{change.Change{Kind: "customer", ID: int64(c.ID)}, auth.CustomerRead, c.Whose()})
		doc, err := billing.SaveInvoice.Call(w.Ctx(), w.As(who), billing.SaveRequest{Header: billing.Header{Customer: c.ID}})
		if err != nil {
			t.Fatal(err)
		}
		whose := auth.Whose{Owner: doc.Owner, Customer: c.Owner}
		made = append(made, record{change.Change{Kind: "invoice", ID: int64(doc.ID)}, auth.SalesRead, whose})
	}
	// the last thing, which everybody hears of, says that all before it was told
	p := company.Default()
	p.Name = "Zafè"
	if _, err := company.Save.Call(w.Ctx(), w.As("owner"), p); err != nil {
		t.Fatal(err)
	}
	last := change.Change{Kind: "company", ID: 1}
	for who, e := range ears {
		a := storetest.Actor(who)
		var want []change.Change
		if a.May(auth.CompanyRead) {
			want = append(want, last)
			e.until(t, last)
		} else {
			e.quiet(t)
		}
		for _, r := range made {
			if a.Sees(r.needs, r.whose) {
				want = append(want, r.Change)
			}
		}
		slices.SortFunc(want, func(a, b change.Change) int { return slices.Compare(key(a), key(b)) })
		if got := e.heard(); !slices.Equal(got, want) {
			t.Errorf("%s heard of %v, may see %v", who, got, want)
		}
	}
	// what is handed over is told to who loses it
	c := made[2]
	card, err := party.Get.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: party.CustomerID(c.ID)})
	if err != nil {
		t.Fatal(err)
	}
	card.Owner = 4
	before := len(ears["own"].heard())
	if _, err := party.Save.Call(w.Ctx(), w.As("owner"), card); err != nil {
		t.Fatal(err)
	}
	for ears["own"].count() <= before {
		ears["own"].wait(t)
	}
}

func key(c change.Change) []byte { return fmt.Appendf(nil, "%s %9d", c.Kind, c.ID) }

// quiet waits for what would have come.
func (e *ear) quiet(t *testing.T) {
	t.Helper()
	time.Sleep(500 * time.Millisecond)
}

// count is how many changes were told, again and again ones among them.
func (e *ear) count() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.lines {
		n += len(l.Changes)
	}
	return n
}

func (e *ear) wait(t *testing.T) {
	t.Helper()
	select {
	case <-e.came:
	case <-time.After(patience):
		t.Fatal("nothing more is heard")
	}
}

// TestTwentyListenersHearEverything as it happens, whoever else is slow.
func TestTwentyListenersHearEverything(t *testing.T) {
	o, _ := newTold(t)
	w := o.world
	party.Bind(w.Registry)
	slow, _ := o.pc(t, "owner")
	stuck := make(chan struct{})
	defer close(stuck)
	go func() {
		_ = change.Follow.Watch(t.Context(), slow, change.FollowRequest{}, func(change.News) { <-stuck })
	}()
	var ears []*ear
	for range 20 {
		pc, _ := o.pc(t, "owner")
		ears = append(ears, listen(t, pc, 0))
	}
	took := time.Duration(0)
	for i := range 10 {
		from := time.Now()
		saved, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{Kind: party.Company, Name: fmt.Sprintf("C%d", i)})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range ears {
			e.until(t, change.Change{Kind: "customer", ID: int64(saved.Customer.ID)})
		}
		took = max(took, time.Since(from))
	}
	t.Logf("20 listeners beside one who takes nothing heard each of 10 changes within %s", took)
}

// TestWhoTakesNothingIsDropped: what they are told waits for nobody, and what waits for them is bounded.
func TestWhoTakesNothingIsDropped(t *testing.T) {
	o := newOffice(t)
	o.server.Slow = 200 * time.Millisecond
	s := change.New(0, nil)
	change.Bind(o.world.Registry, s)
	c := newRaw(t, o)
	c.http.Transport.(*http.Transport).HTTP2 = &http.HTTP2Config{MaxReceiveBufferPerStream: 64 << 10}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+o.addr+"/stream/change.follow", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer owner")
	r.Header.Set("Zafe-Level", fmt.Sprint(op.Level))
	resp, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	const far = 1 << 60
	event := int64(0)
	for range 60 {
		var entries []change.Entry
		for _, kind := range []string{"customer", "item", "quote", "invoice", "payment", "entry", "account", "device"} {
			for i := range int64(20) {
				event++
				entries = append(entries, change.Entry{Event: event, Kind: kind, ID: far + i})
			}
		}
		s.Tell(entries)
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(2 * o.server.Slow)
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil || n > 200<<10 {
		t.Errorf("%d bytes were sent to who takes nothing, then %v", n, err)
	}
	t.Logf("dropped after %d bytes: %v", n, err)
}

// TestAHostThatClosesSaysSo: at once, and whoever listens keeps it no moment longer.
func TestAHostThatClosesSaysSo(t *testing.T) {
	o, _ := newTold(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, closes := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.server.Serve(ctx, ln) }()
	var ears []*ear
	for range 5 {
		pc, _ := o.pc(t, "owner")
		pc.Move(ln.Addr().String())
		ears = append(ears, listen(t, pc, 0))
	}
	closes()
	for _, e := range ears {
		if got, _ := e.cut(t); got != "lan.host_closing" {
			t.Errorf("cut with %q", got)
		}
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("it is not closed")
	}
}

// TestOfManyPCsThatSaveADraftOneWins: over TLS, each with a connection of its own; the others are told who was faster,
// and the book has the winner's.
func TestOfManyPCsThatSaveADraftOneWins(t *testing.T) {
	o := newOffice(t)
	w := o.world
	party.Bind(w.Registry)
	company.Bind(w.Registry)
	billing.Bind(w.Registry)
	doc, err := billing.SaveQuote.Call(w.Ctx(), w.As("owner"), billing.SaveRequest{})
	if err != nil {
		t.Fatal(err)
	}
	const pcs, rounds = 32, 3
	clients := make([]*lan.Client, pcs)
	for i := range clients {
		clients[i], _ = o.pc(t, []string{"owner", "assistant"}[i%2])
		if _, err := clients[i].Hello(t.Context()); err != nil { // so many strangers at once the gate would not let in
			t.Fatal(err)
		}
	}
	for range rounds {
		var mu sync.Mutex
		var won []string
		told := 0
		var group sync.WaitGroup
		start := make(chan struct{})
		for i, c := range clients {
			group.Go(func() {
				<-start
				r := billing.SaveRequest{ID: doc.ID, Version: doc.Version, Header: billing.Header{Subject: fmt.Sprint("PC ", i)}}
				got, err := billing.SaveQuote.Call(t.Context(), c, r)
				mu.Lock()
				defer mu.Unlock()
				f := fault.Of(err)
				switch {
				case err == nil:
					won = append(won, got.Subject)
				case f.Key == "billing.changed_meanwhile" && (f.Args["who"] == "Claire" || f.Args["who"] == "Marc") &&
					f.Args["at"] != nil:
					told++
				default:
					t.Error(err)
				}
			})
		}
		close(start)
		group.Wait()
		card, err := billing.Get.Call(w.Ctx(), w.As("owner"), billing.DocumentRequest{ID: doc.ID})
		if err != nil {
			t.Fatal(err)
		}
		if len(won) != 1 || told != pcs-1 || card.Subject != won[0] || card.Version != doc.Version+1 {
			t.Fatalf("%d won, %d were told; the book has %q", len(won), told, card.Subject)
		}
		doc = card.Document
	}
}

// TestADraftWithoutAVersionIsRefused: nobody changes or issues what they did not read.
func TestADraftWithoutAVersionIsRefused(t *testing.T) {
	o := newOffice(t)
	w := o.world
	party.Bind(w.Registry)
	company.Bind(w.Registry)
	billing.Bind(w.Registry)
	pc, _ := o.pc(t, "owner")
	quote, err := billing.SaveQuote.Call(w.Ctx(), w.As("owner"), billing.SaveRequest{})
	if err != nil {
		t.Fatal(err)
	}
	invoice, err := billing.SaveInvoice.Call(w.Ctx(), w.As("owner"), billing.SaveRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"quote": func() error {
			_, err := billing.SaveQuote.Call(t.Context(), pc, billing.SaveRequest{ID: quote.ID})
			return err
		},
		"invoice": func() error {
			_, err := billing.SaveInvoice.Call(t.Context(), pc, billing.SaveRequest{ID: invoice.ID})
			return err
		},
		"issue": func() error {
			_, err := billing.Issue.Call(t.Context(), pc, billing.IssueRequest{ID: invoice.ID})
			return err
		},
	} {
		if err := do(); fault.KeyOf(err) != "billing.changed_meanwhile" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

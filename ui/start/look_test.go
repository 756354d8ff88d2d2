package start_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
)

// moving is a main PC that goes, moves, or turns this PC away.
type moving struct {
	*book
	place string
	why   error
}

func (m *moving) Local() bool                 { return false }
func (m *moving) Place() string               { return m.place }
func (m *moving) Retry(context.Context) error { return m.why }

// joined is a PC on the book of that one.
type joined struct {
	*pc
	main *moving
}

func (j joined) Connect(context.Context) (machine.Book, error) { return j.main, j.main.why }

// TestTheLogInKnowsWhereTheMainPCIs: another that took its place is named, and one that is silent is not said to be
// verified. Who leaves the screen is asked no more.
func TestTheLogInKnowsWhereTheMainPCIs(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	p.state.Host = "10.0.0.1"
	m := &moving{book: p.book, place: "10.0.0.1"}
	s := showOn(t, p, joined{p, m})
	var later []func()
	kit.After = func(_ time.Duration, fn func()) func() bool {
		later = append(later, fn)
		return func() bool { return true }
	}
	t.Cleanup(func() { kit.After = kit.Never })
	s.flow.Again()
	looks := func() {
		waiting := later
		later = nil
		for _, fn := range waiting {
			fn()
		}
	}
	const verified = "identité vérifiée"
	if s.has(verified) {
		t.Error("it is said to be verified before it answered")
	}
	if looks(); !s.has(verified) {
		t.Error("it answered")
	}
	m.why = fault.New(fault.Unavailable, "lan.host_unreachable", "host", "10.0.0.1")
	if looks(); s.has(verified) || !s.has("ne répond pas") {
		t.Error("it is silent")
	}
	m.why, m.place = nil, "10.0.0.3"
	if looks(); !s.has("10.0.0.3") || s.has("10.0.0.1") || !s.has(verified) {
		t.Error("another took its place")
	}
	m.why = fault.New(fault.Forbidden, "lan.device_refused")
	if looks(); s.has(verified) || !s.has("n’est pas (ou plus) autorisé") || !s.offers("J’ai un nouveau code ou une invitation") {
		t.Error("it turned this PC away")
	}
	closed := m.closed
	s.press("Mot de passe oublié\u00a0?")
	if m.closed != closed+1 {
		t.Error("what was only looked for stays open")
	}
	later = nil
	if looks(); len(later) != 0 {
		t.Error("it is looked for on")
	}
}

// TestARevokedPCIsToldWhomToAsk at the log-in it is led to, once.
func TestARevokedPCIsToldWhomToAsk(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	s := show(t, p)
	s.flow.Barred(p.book, fault.New(fault.Forbidden, "lan.device_refused"))
	const whom = "demandez au gérant de l’ajouter"
	if !s.has(whom) || s.has("identité vérifiée") || !s.offers("Changer") {
		t.Error("it is not said, or leads nowhere")
	}
	if s.flow.Again(); s.has(whom) {
		t.Error("it is said again before anybody asked")
	}
}

// TestARevokedPCIsPairedAgain from the log-in it is led to: at the main PC it knows, with a new code, and with another key.
func TestARevokedPCIsPairedAgain(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	p.state.Host, p.state.HostAddr = "SRV-ATELIER", "192.168.1.20:24653"
	m := &moving{book: p.book, place: "SRV-ATELIER", why: fault.New(fault.Forbidden, "lan.device_refused")}
	s := showOn(t, p, joined{p, m})
	const again = "J’ai un nouveau code ou une invitation"
	if s.offers(again) {
		t.Error("it is offered to a PC that nobody turned away")
	}
	s.flow.Barred(m, m.why)
	s.press(again)
	s.press("Retour")
	if !s.has("Connexion") {
		t.Fatal("there is no way back to the log-in")
	}
	s.flow.Barred(m, m.why)
	s.press(again)
	if got := s.fields()[0].Text(); got != "192.168.1.20" {
		t.Errorf("the main PC is to be found again: %q", got)
	}
	s.fields()[2].SetText("ABCD-1234")
	closed := m.closed
	s.press("Apparier")
	if want := "192.168.1.20 ABCD-1234 PC-COMPTA"; len(p.joined) != 1 || p.joined[0] != want {
		t.Fatalf("joined %q, want %q", p.joined, want)
	}
	if !s.has("Connexion") || s.offers(again) || m.closed != closed+1 {
		t.Errorf("the log-in does not follow, or on the line that was cut: closed %d times", m.closed-closed)
	}
}

// forgetful is a main PC that refuses all that comes with a session it does not know, as one that took over does.
type forgetful struct{ *book }

func (f forgetful) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	if f.token == "over" {
		return fault.New(fault.Unauthenticated, "user.session_over")
	}
	return f.book.Do(ctx, s, req, resp)
}

// TestWhoWasPutOutLogsInAgain after the reason was said: the session that is over does not stand in the way of the new one.
func TestWhoWasPutOutLogsInAgain(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	s := show(t, p)
	p.book.token = "over"
	s.flow.Over(forgetful{p.book}, "claire", func(user.Me) {})
	if !s.has("La page où vous étiez") {
		t.Error("nobody is told why the pages are gone")
	}
	s.login("claire", secretWords)
	if s.has("La page où vous étiez") || !s.has("Le premier code prouve") || p.book.token == "over" || p.book.token == "" {
		t.Errorf("the log-in is refused, with the session %q", p.book.token)
	}
}

// TestAPCThatIsTurnedAwayKnocksLessAndLess, up to once a minute, says why in one sentence, and comes back by itself soon
// after it is let in again.
func TestAPCThatIsTurnedAwayKnocksLessAndLess(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	m := &moving{book: p.book, place: "10.0.0.1", why: fault.New(fault.Forbidden, "lan.device_refused")}
	s := showOn(t, p, joined{p, m})
	var waits []time.Duration
	var next func()
	kit.After = func(d time.Duration, fn func()) func() bool {
		if d != 500*time.Millisecond { // the caret
			waits, next = append(waits, d), fn
		}
		return func() bool { return true }
	}
	t.Cleanup(func() { kit.After = kit.Never })
	s.flow.Barred(m, m.why)
	const whom = "demandez au gérant de l’ajouter"
	for range 6 {
		next()
	}
	if got := fmt.Sprint(waits); got != "[300ms 10s 20s 40s 1m0s 1m0s 1m0s]" || !s.has(whom) {
		t.Errorf("knocks after %s, says why: %v", got, s.has(whom))
	}
	m.why = nil
	if next(); s.has(whom) || !s.has("identité vérifiée") || s.offers("J’ai un nouveau code ou une invitation") {
		t.Error("it is let in again, and not said to be")
	}
	if got := waits[len(waits)-1]; got != 5*time.Second {
		t.Errorf("looks again after %s", got)
	}
}

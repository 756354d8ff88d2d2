package start_test

import (
	"context"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/machine"
)

// ended is a PC that the main one lets in no more.
type ended struct{ *pc }

func (ended) Connect(context.Context) (machine.Book, error) {
	return nil, fault.New(fault.Forbidden, "lan.device_refused")
}

// TestWhoHelpsTypesNothing: one button in the place of the log-in, until the time is up or an owner ended it.
func TestWhoHelpsTypesNothing(t *testing.T) {
	p := newPC(t, machine.Joined, owner)
	p.state.HelpsUntil = storetest.Noon.Add(2 * time.Hour)
	s := show(t, p)
	if len(s.fields()) != 0 || !s.has("Un gérant vous a ouvert son dossier") {
		t.Error("it is a log-in")
	}
	s = showOn(t, p, ended{p})
	s.press("Entrer")
	if len(s.entered) != 0 || !s.has("est terminé") || s.offers("Entrer") {
		t.Error("an access that was ended is not said to be over")
	}
	p.clock.Add(3 * time.Hour)
	if s = show(t, p); !s.has("est terminé") || s.offers("Entrer") {
		t.Error("its time is up")
	}
}

// TestAnAccessThatEndsIsSaidWithoutATry: the screen that offers to enter follows by itself.
func TestAnAccessThatEndsIsSaidWithoutATry(t *testing.T) {
	for name, end := range map[string]func(*pc, *moving){
		"by an owner":        func(_ *pc, m *moving) { m.why = fault.New(fault.Forbidden, "lan.device_refused") },
		"as its time was up": func(p *pc, _ *moving) { p.clock.Add(3 * time.Hour) },
	} {
		p := newPC(t, machine.Joined, owner)
		p.state.HelpsUntil = storetest.Noon.Add(2 * time.Hour)
		m := &moving{book: p.book, place: "10.0.0.1"}
		s := showOn(t, p, joined{p, m})
		var next func()
		kit.After = func(_ time.Duration, fn func()) func() bool {
			next = fn
			return func() bool { return true }
		}
		s.flow.LogIn(m)
		if next(); s.has("est terminé") || !s.offers("Entrer") {
			t.Fatalf("%s: over before it is", name)
		}
		end(p, m)
		if next(); !s.has("est terminé") || s.offers("Entrer") {
			t.Errorf("%s: it goes on saying that the book is open", name)
		}
		kit.After = kit.Never
	}
}

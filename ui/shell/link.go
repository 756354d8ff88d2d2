package shell

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// ServeAddr is where the main PC answers the others.
const ServeAddr = ":24653"

// backoff is how long to wait before each new try to reach the main PC, in seconds; then the last.
var backoff = []int{1, 2, 4, 8, 15}

// link is the state of the way to the book.
type link struct {
	online bool
	ousted bool // on the main PC: another one took its place, so that nothing is written here
	tries  int
	left   int       // seconds before the next try
	trying bool      // a try is under way
	why    string    // what is said of it: that it closed, or "" where nobody knows
	serve  kit.Later // on the main PC: when to make sure that the others are let in
}

// works tells whether the book can be written to.
func (l *link) works() bool { return l.online && !l.ousted }

// connect follows the link to the main PC.
func (s *Shell) connect() {
	s.Book.Watch(func(online bool) { fyne.Do(func() { s.reach(online) }) })
}

// lost takes note that the main PC is gone, and says why.
func (s *Shell) lost(why string) {
	s.reach(false)
	if s.link.why == "" {
		s.link.why = why
		s.link.say(s)
	}
}

// reach takes note that the main PC was lost, or is back.
func (s *Shell) reach(online bool) {
	if s.ctx.Err() != nil || online == s.link.online {
		return
	}
	s.link = link{online: online, left: backoff[0], serve: s.link.serve}
	s.gates()
	s.facts.show(s)
	if !online {
		if s.relieves() {
			s.relieve.Show()
		} else {
			s.relieve.Hide()
		}
		s.link.say(s)
		s.top.object.Hide()
		s.banner.Show()
		s.root.Refresh()
		return
	}
	s.banner.Hide()
	s.top.object.Show()
	s.root.Refresh()
	kit.Toast(s.Host, kit.Ok, s.t("shell.link.back"))
	s.facts.poll(s)
	s.listen()
	if f := s.current(); f != nil && !f.page.Unsaved() {
		f.page.Refresh()
	}
}

// relieves tells whether this PC can take the place of a main PC that is lost.
func (s *Shell) relieves() bool {
	return !s.link.online && s.TakeOver != nil && s.Machine.Standby().Ready
}

// gates has every page know whether the book can be written to.
func (s *Shell) gates() {
	for _, f := range s.history {
		if l, ok := f.page.(page.Linked); ok {
			l.SetOnline(s.works())
		}
	}
}

// oust takes note that another PC took the place of this one: the book is only read here, until its owner decides at
// the log-in.
func (s *Shell) oust(why *fault.Fault) {
	if s.link.ousted {
		return
	}
	s.link.ousted = true
	s.gates()
	s.facts.port = ""
	s.facts.show(s)
	text := s.t("start.relay.fenced")
	if place := why.Args["place"]; place != nil {
		text = s.t("start.relay.taken", "place", place)
	}
	s.outside.Set(kit.Error, s.t("start.login.fenced"), text+" "+s.t("start.relay.taken_more"))
	s.appear(s.outside, true)
	s.root.Refresh()
}

// say shows the countdown.
func (l *link) say(s *Shell) {
	s.banner.Set(kit.Warn, cmp.Or(l.why, s.t("shell.link.lost")), s.Text.N("shell.link.next", l.left, nil))
	s.banner.Icon("wifi-slash")
}

// second counts down to the next try.
func (l *link) second(s *Shell) {
	if l.online || l.trying {
		return
	}
	l.left--
	if l.left <= 0 {
		s.retry()
		return
	}
	l.say(s)
}

// retry tries to reach the main PC now. Success is told by Watch, and by the answer itself.
func (s *Shell) retry() {
	l := &s.link
	if l.online || l.trying {
		return
	}
	l.trying = true
	s.banner.SetText(s.t("shell.link.trying"))
	s.run(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return s.Book.Retry(ctx)
	}, func(err error) {
		l.trying = false
		if err == nil {
			s.reach(true)
			return
		}
		if s.helpOver(err) {
			return
		}
		l.tries++
		l.left = backoff[min(l.tries, len(backoff)-1)]
		l.say(s)
	})
}

// leaveToDecide closes the book and hands over to the log-in, where an owner decides which PC is the main one.
func (s *Shell) leaveToDecide() {
	s.end()
	Leave(LeaveOptions{
		Window: s.Window, Text: s.Text, Book: s.Book, Spawn: s.Spawn, Tick: s.Tick, Quit: s.Anew,
	})
}

// askToTakeOver leaves for the screen that makes this PC the main one, with what is typed and not saved; where some of it
// cannot go along, the person is asked.
func (s *Shell) askToTakeOver() {
	var typed []page.Carry
	lost := false
	for _, f := range s.history {
		if f.page == nil || !f.page.Unsaved() {
			continue
		}
		carry := page.Carry(nil)
		if p, ok := f.page.(page.Carried); ok {
			carry = p.Carry()
		}
		if carry == nil {
			lost = true
		} else {
			typed = append(typed, carry)
		}
	}
	take := func() { s.leaveToTakeOver(typed) }
	if lost {
		kit.Confirm(s.Window, s.t("shell.relay.title"), s.t("shell.relay.text"), s.t("start.relay.act"),
			s.t("shell.unsaved.stay"), true, take)
		return
	}
	take()
}

// leaveToTakeOver closes the book and hands over to the screen that makes this PC the main one.
func (s *Shell) leaveToTakeOver(typed []page.Carry) {
	s.end()
	Leave(LeaveOptions{
		Window: s.Window, Text: s.Text, Book: s.Book, Spawn: s.Spawn, Tick: s.Tick, Quit: func() { s.TakeOver(typed) },
	})
}

// Resume saves what was typed in a window that is gone, and shows it; refused hears of what the book does not take.
func (s *Shell) Resume(typed []page.Carry, refused func(page.Carry)) {
	for _, carry := range typed {
		var route page.Route
		s.run(func(ctx context.Context) (err error) {
			route, err = carry(ctx, s.Book)
			return err
		}, func(err error) {
			if err != nil {
				refused(carry)
				kit.Toast(s.Host, kit.Error, s.Text.Fault(fault.Of(err)))
				return
			}
			s.open(route)
			kit.Toast(s.Host, kit.Ok, s.t("shell.relay.carried"))
		})
	}
}

// serveAgain is how often it is made sure that the others are let in.
const serveAgain = 30 * time.Second

// serve lets the other PCs of the office in, on the main PC. A port that is taken is said in the status
// bar and tried again: another program may leave it, or the network come back. While they are let in,
// asking again does nothing; who logs in after that began is not told when it ends, and finds out so.
func (s *Shell) serve() {
	if !s.Book.Local() || s.Serve == nil || s.ctx.Err() != nil {
		return
	}
	if s.link.ousted {
		return
	}
	port := func(text string) {
		if s.facts.port != text {
			s.facts.port = text
			s.facts.show(s)
		}
	}
	s.link.serve.In(serveAgain, s.serve)
	s.Serve(s.Book, func() { port("") }, func(err error) {
		if s.ctx.Err() != nil || err == nil || errors.Is(err, context.Canceled) {
			return
		}
		if f := fault.Of(err); f.Key == "relay.taken_over" || f.Key == "relay.fenced" {
			s.oust(f)
			return
		}
		port(s.t("shell.port", "port", strings.TrimPrefix(ServeAddr, ":")))
		s.link.serve.In(serveAgain, s.serve)
	})
}

package shell

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"zafe/app/change"
	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// How a window follows what others change. All windows of an office hear of a change at once: each waits a little of
// its own before it asks for what it shows.
const (
	calm        = 200 * time.Millisecond
	spread      = 800 * time.Millisecond
	listenAgain = 5 * time.Second // after it was refused, or cut while the main PC is there
)

// shows are the kinds of records that the pages of a route show: one of them changes, and the page is read again.
var shows = map[string][]string{
	"home":      {"invoice", "quote", "credit_note", "payment", "entry", "hold", "approval", "export", "notice"},
	"approvals": {"hold", "approval"},
	"customers": {"customer"}, "customer": {"customer", "quote", "invoice", "credit_note", "payment"},
	"quotes":   {"quote", "customer"},
	"invoices": {"invoice", "credit_note", "payment", "customer"},
	"payments": {"payment", "customer"},
	"quote":    {"quote", "customer", "company"}, "invoice": {"invoice", "credit_note", "payment", "customer", "company"},
	"items": {"item"},
	"books": {"entry", "account", "journal", "fiscal_year"}, "entry": {"entry"},
	"settings": {"company"}, "support": {"support"}, "roles": {"role", "team", "user"},
	"people": {"user", "role", "device"}, "exports": {"export", "user"},
}

// alone are the routes with one record, of which another one of its kind says nothing.
var alone = map[string]bool{"customer": true, "quote": true, "invoice": true, "entry": true}

// ears are what a window hears of the book it works on.
type ears struct {
	on    bool // it listens, or is about to
	at    int64
	news  change.News // heard, and not looked at yet
	waits bool        // it is looked at soon
	again kit.Later
	stop  context.CancelFunc
}

// newsMax is how many changes are kept while nothing can be asked, as of a window that is locked.
const newsMax = 200

// listen hears what changes from where it left off.
func (s *Shell) listen() {
	if s.Listen == nil || s.ears.on || s.ctx.Err() != nil || !s.link.online {
		return
	}
	s.ears.again.Stop()
	s.ears.on = true
	var ctx context.Context
	ctx, s.ears.stop = context.WithCancel(s.ctx)
	s.Listen(ctx, s.ears.at, s.hear, s.unheard)
}

// deafen ends the listening of a person who leaves.
func (s *Shell) deafen() {
	if s.ears.stop != nil {
		s.ears.stop()
	}
}

// hear takes note of what changed.
func (s *Shell) hear(n change.News) {
	if s.ctx.Err() != nil {
		return
	}
	e := &s.ears
	e.at = n.Head
	e.news.All = e.news.All || n.All
	if e.news.Changes = append(e.news.Changes, n.Changes...); len(e.news.Changes) > newsMax {
		e.news = change.News{All: true}
	}
	s.soon()
}

// soon looks at the news after a while, unless there are none or nothing can be asked now.
func (s *Shell) soon() {
	if e := &s.ears; e.waits || !e.news.All && len(e.news.Changes) == 0 || s.busy() {
		return
	}
	s.ears.waits = true
	//nolint:gosec // nobody is to guess anything
	kit.After(calm+rand.N(spread), func() {
		s.ears.waits = false
		s.follows()
	})
}

// busy tells whether nothing can be asked now.
func (s *Shell) busy() bool { return !s.link.online || s.idle.locked || s.asking }

// follows brings what is shown up to date. What is typed and not saved stays; its page looks whether somebody else
// changed the same record.
func (s *Shell) follows() {
	if s.ctx.Err() != nil || s.busy() {
		return
	}
	n := s.ears.news
	s.ears.news = change.News{}
	for _, kind := range []string{"company", "fiscal_year", "hold"} {
		if n.About(kind) {
			s.changed(kind)
		}
	}
	if n.About("support") {
		s.lookForSupport()
	}
	if !n.All && n.About("approval") {
		s.lookForApprovals()
	}
	if n.About("notice") {
		s.lookForNotices()
	}
	f := s.current()
	if f == nil || !f.concerned(n) {
		return
	}
	if !f.page.Unsaved() {
		f.page.Refresh()
		return
	}
	if p, ok := f.page.(page.Shared); ok {
		p.Elsewhere()
	}
}

// concerned tells whether what the page shows may have changed.
func (f *frame) concerned(n change.News) bool {
	kinds := shows[f.route.Name]
	if n.All {
		return len(kinds) > 0
	}
	return slices.ContainsFunc(n.Changes, func(c change.Change) bool {
		if !slices.Contains(kinds, c.Kind) {
			return false
		}
		return !alone[f.route.Name] || c.Kind != kinds[0] || c.ID == 0 || f.route.ID == 0 || c.ID == f.route.ID
	})
}

// unheard is told why nothing is heard any more, and listens again once that can be.
func (s *Shell) unheard(err error) {
	s.ears.on = false
	f := fault.Of(err)
	if f == nil || s.ctx.Err() != nil {
		return
	}
	switch f.Key {
	case "op.unknown", "op.cancelled": // by a main PC that does not tell yet; by this window
		return
	case "lan.host_closing":
		s.lost(s.t("shell.link.closed"))
		return
	case "lan.host_unreachable", "op.timeout", "change.silent":
		if !s.Book.Local() {
			s.reach(false)
			return
		}
	case "op.rights_changed":
		s.knowMe()
		s.ears.news.All = true
		s.soon()
		s.listen()
		return
	case "user.session_over", "user.session_role", "user.ended", "user.closed":
		s.Fail(err)
	case "lan.device_refused":
		s.Fail(err)
		return
	}
	s.ears.again.In(listenAgain, s.listen)
}

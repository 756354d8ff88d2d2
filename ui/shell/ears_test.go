package shell_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"

	"zafe/ui/uitest"
)

// ear is what a desk listens with.
type ear struct {
	*desk
	after []int64 // what was asked for each time
	ctx   context.Context
	heard func(change.News)
	ended func(error)
	later []func()
}

func newEar(t *testing.T) *ear {
	t.Helper()
	return newEarOver(t, func(*storetest.World) {})
}

func newEarOver(t *testing.T, bind func(*storetest.World)) *ear {
	t.Helper()
	e := &ear{desk: newDeskOver(t, auth.Owner, nil, bind)}
	kit.After = func(_ time.Duration, fn func()) func() bool {
		e.later = append(e.later, fn)
		return func() bool { return true }
	}
	t.Cleanup(func() { kit.After = kit.Never })
	e.Options.Listen = func(ctx context.Context, after int64, heard func(change.News), ended func(error)) {
		e.after, e.ctx, e.heard, e.ended = append(e.after, after), ctx, heard, ended
	}
	e.Start()
	e.heard(change.News{Head: 10})
	return e
}

// rest lets what waits happen.
func (e *ear) rest() {
	waiting := e.later
	e.later = nil
	for _, fn := range waiting {
		fn()
	}
}

// hears tells of changes and lets the time pass that the window waits.
func (e *ear) hears(changes ...change.Change) {
	e.heard(change.News{Head: 11, Changes: changes})
	e.rest()
}

// shared is a sheet that looks at what others did.
type shared struct {
	sheet
	looked int
}

func (s *shared) Elsewhere() { s.looked++ }

func TestThePageShownFollowsWhatOthersDo(t *testing.T) {
	e := newEar(t)
	e.last().env.Shell.Open(page.Route{Name: "customer", ID: 7})
	card := e.last()
	for _, c := range []struct {
		change.Change
		want int
	}{
		{change.Change{Kind: "customer", ID: 8}, 0},
		{change.Change{Kind: "item", ID: 7}, 0},
		{change.Change{Kind: "customer", ID: 7}, 1},
		{change.Change{Kind: "customer"}, 1},
		{change.Change{Kind: "invoice", ID: 99}, 1},
	} {
		before := card.refreshes
		e.hears(c.Change)
		if got := card.refreshes - before; got != c.want {
			t.Errorf("%v: read %d times", c.Change, got)
		}
	}
	before := card.refreshes
	for range 5 {
		e.heard(change.News{Head: 12, Changes: []change.Change{{Kind: "customer", ID: 7}}})
	}
	if e.rest(); card.refreshes != before+1 {
		t.Errorf("five changes of a moment were read %d times", card.refreshes-before)
	}
	card.unsaved = true
	e.hears(change.Change{Kind: "customer", ID: 7})
	e.heard(change.News{Head: 13, All: true})
	if e.rest(); card.refreshes != before+1 {
		t.Error("what is typed was read over")
	}
}

// TestThePageOfExportsFollows: a request, an answer, an export, and that somebody left.
func TestThePageOfExportsFollows(t *testing.T) {
	e := newEar(t)
	s := &sheet{object: kit.Body("x")}
	e.Pages["exports"] = func(*page.Env, page.Route) page.Page { return s }
	e.last().env.Shell.Open(page.Route{Name: "exports"})
	for i, kind := range []string{"export", "user"} {
		before := s.refreshes
		e.hears(change.Change{Kind: kind, ID: int64(i)})
		if got := s.refreshes - before; got != 1 {
			t.Errorf("%s: read %d times", kind, got)
		}
	}
}

func TestAPageWithSomethingTypedLooks(t *testing.T) {
	e := newEar(t)
	s := &shared{sheet: sheet{object: kit.Body("x"), unsaved: true}}
	e.Pages["quote"] = func(*page.Env, page.Route) page.Page { return s }
	e.last().env.Shell.Open(page.Route{Name: "quote", ID: 3})
	e.hears(change.Change{Kind: "quote", ID: 3})
	if s.looked != 1 || s.refreshes != 0 {
		t.Errorf("looked %d times, read %d times", s.looked, s.refreshes)
	}
}

// TestAMainPCThatClosesIsSaid in words, and the window listens again from where it was once it is back.
func TestAMainPCThatClosesIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		end  error
		says string
	}{
		"closed": {fault.New(fault.Unavailable, "lan.host_closing"), "Le poste principal se ferme"},
		"lost":   {fault.New(fault.Unavailable, "change.silent"), "Connexion au poste principal perdue"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEar(t)
			e.heard(change.News{Head: 42})
			e.ended(c.end)
			if !e.says(c.says) {
				t.Errorf("%q is not said", c.says)
			}
			e.rest()
			e.seconds(1)
			if e.book.retried != 1 || len(e.after) != 2 || e.after[1] != 42 {
				t.Errorf("tried %d times, listened after %v", e.book.retried, e.after)
			}
			if e.says(c.says) {
				t.Error("it is said although it is back")
			}
		})
	}
}

// TestWhatIsToKnowIsSaidWithoutComingBetween: over the page, never in a window of its own while something may be typed,
// until it was read; and in a window again after a new log-in over the same pages.
func TestWhatIsToKnowIsSaidWithoutComingBetween(t *testing.T) {
	var waits []user.Notice
	e := newEarOver(t, func(w *storetest.World) {
		op.Bind(w.Registry, user.Notices, func(context.Context, *store.Tx, op.Empty) (user.NoticesResponse, error) {
			return user.NoticesResponse{Notices: waits}, nil
		})
		op.Bind(w.Registry, user.NoticesSeen, func(context.Context, *store.Tx, user.SeenRequest) (op.Empty, error) {
			waits = nil
			return op.Empty{}, nil
		})
		op.Bind(w.Registry, user.Current, func(context.Context, *store.Tx, op.Empty) (user.Me, error) {
			return uitest.Me(auth.Owner), nil
		})
	})
	waits = []user.Notice{{ID: 1, Kind: user.NoticeApproval, User: 2, Name: "Yann"}}
	if e.hears(change.Change{Kind: "notice"}); e.says("À savoir sur les comptes Il y a quelque chose") {
		t.Error("a request, which is told by itself, is told twice")
	}
	waits = append(waits, user.Notice{ID: 2, Kind: user.NoticePlaceOf, User: 2, Name: "Yann", Detail: "PC-3"})
	e.hears(change.Change{Kind: "notice"})
	if !e.says("À savoir sur les comptes Il y a quelque chose") || e.window.Canvas().Overlays().Top() != nil {
		t.Fatal("it is not said over the page, or comes between")
	}
	uitest.Press(t, e.window.Content(), "Lire")
	e.press("J’ai lu")
	if e.says("À savoir sur les comptes Il y a quelque chose") || len(waits) > 0 {
		t.Error("it is still said after it was read")
	}
	e.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	waits = []user.Notice{{ID: 3, Kind: user.NoticePlaceOf, User: 2, Name: "Yann", Detail: "PC-4"}}
	e.again(uitest.Me(auth.Owner))
	e.hears(change.Change{Kind: "notice"}) // of the same, while it is read
	if e.press("J’ai lu"); len(waits) > 0 {
		t.Error("who logs in again over their pages is not told")
	}
	if e.says("À savoir sur les comptes Il y a quelque chose") {
		t.Error("it is said again after it was read")
	}
}

// says tells whether a text can be seen.
func (e *ear) says(text string) bool {
	found := false
	uitest.Walk(e.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Banner); ok && strings.HasPrefix(b.Text(), text) {
			found = true
		}
	})
	return found
}

func TestWhoIsShutOutIsAskedWhoTheyAre(t *testing.T) {
	e := newEar(t)
	e.ended(fault.New(fault.Unauthenticated, "user.session_over"))
	if e.asked != 1 {
		t.Error("nobody is asked")
	}
	e = newEar(t)
	e.ended(fault.New(fault.Forbidden, "op.rights_changed"))
	if len(e.after) != 2 || e.asked != 0 {
		t.Errorf("with other rights: listened after %v, asked %d", e.after, e.asked)
	}
	e = newEar(t)
	e.ended(fault.New(fault.NotFound, "op.unknown")) // a main PC that is older
	e.rest()
	e.seconds(60)
	if len(e.after) != 1 {
		t.Errorf("an older main PC is asked %d times", len(e.after))
	}
}

// TestWhoLogsOutListensNoMore: their end is not taken for a session that somebody else closed.
func TestWhoLogsOutListensNoMore(t *testing.T) {
	e := newEar(t)
	e.LogOut()
	if e.ctx.Err() == nil || e.out != 1 {
		t.Errorf("listens on: %v, out %d", e.ctx.Err(), e.out)
	}
}

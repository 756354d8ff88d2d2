// Package past is the page of the book as it was at a restore point: searched and looked at, never changed, and taken
// back from, one record at a time.
package past

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/past"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

const route = "past"

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		route: func(e *page.Env, r page.Route) page.Page { return newBook(e, r.Arg) },
	}
}

// RouteTo is the way to a restore point of a place, "" for the main PC.
func RouteTo(place, point string) page.Route {
	return page.Route{Name: route, Arg: place + "\n" + point}
}

// poll is how often the progress of an opening is read.
const poll = time.Second

// book is the page.
type book struct {
	*page.Gate
	env    *page.Env
	wanted past.OpenRequest // Point "" for whichever is open
	state  past.State
	busy   bool // this page asked for the opening under way

	object *kit.Page
	head   *kit.Header
	body   *fyne.Container // what the page shows: the way there, the book, or that there is none
	bar    *kit.Progress
	search *kit.LineEdit
	chips  *kit.Choice
	count  *kit.Label
	lists  *fyne.Container
	card   *fyne.Container // the record that is chosen
	typing kit.Later
	shown  string // the key of the list that is shown
	sheets map[string]sheet
}

func newBook(e *page.Env, arg string) *book {
	b := &book{
		Gate: page.NewGate(e), env: e, typing: kit.Later{Wait: paging.RestSearch},
		body: container.NewStack(), lists: container.NewStack(), card: container.NewStack(),
	}
	b.count = kit.NewLabel("", kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Align: fyne.TextAlignTrailing})
	b.wanted.Place, b.wanted.Point, _ = strings.Cut(arg, "\n")
	b.head = kit.NewHeader(e.T("past.title"), e.T("past.under")).OnBack(e.T("common.back"), e.Shell.Back)
	b.bar = kit.NewProgress(e.T("past.opening"), b.giveUp)
	b.object = kit.NewPage(b.head, b.body)
	b.none()
	page.Call(e, past.Status, op.Empty{}, func(st past.State, err error) {
		if err != nil {
			e.Shell.Fail(err)
			b.body.Objects = []fyne.CanvasObject{page.Unread(e, err)}
			b.body.Refresh()
			return
		}
		if b.wanted.Point == "" || st.Point != nil && st.Point.ID == b.wanted.Point {
			b.show(st)
			return
		}
		b.open()
	})
	return b
}

// open asks for the point, and follows how far it comes.
func (b *book) open() {
	e := b.env
	b.busy = true
	b.bar.Set(e.T("past.opening"), "", -1)
	b.body.Objects = []fyne.CanvasObject{kit.Center(kit.Fixed(460, 0, kit.NewCard("", kit.VBox(theme.GapField, b.bar,
		kit.MutedParagraph(e.T("past.opening_text"))))))}
	b.body.Refresh()
	page.Call(e, past.Open, b.wanted, func(st past.State, err error) {
		b.busy = false
		if err != nil {
			b.none()
			if fault.KeyOf(err) != "op.cancelled" {
				e.Shell.Fail(err)
			}
			return
		}
		b.show(st)
	})
	if b.busy {
		b.follow()
	}
}

// follow reads how far the opening has come until it is over.
func (b *book) follow() {
	e := b.env
	e.Shell.Go(func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
			return nil
		}
	}, func(err error) {
		if err != nil || !b.busy {
			return
		}
		page.Call(e, past.Status, op.Empty{}, func(st past.State, err error) {
			if !b.busy {
				return
			}
			if err == nil && st.Opening != nil {
				b.progress(*st.Opening)
			}
			b.follow()
		})
	})
}

func (b *book) progress(r backup.Running) {
	text := b.env.T("past.opening")
	if r.Stage != "" {
		text = b.env.T("backup.stage." + r.Stage)
	}
	right, share := page.Far(b.env.Text, r.Done, r.Total, r.Files, r.Of)
	b.bar.Set(text, right, share)
}

// giveUp ends the opening; its answer says the rest.
func (b *book) giveUp() { page.Do(b.env, past.Close, op.Empty{}, func(past.State) {}) }

// none says that no point is open.
func (b *book) none() {
	e := b.env
	b.Forget()
	b.state.Point = nil
	b.head.SetTitle(e.T("past.title"))
	b.head.SetUnder(e.T("past.under"))
	b.head.SetActions()
	b.body.Objects = []fyne.CanvasObject{kit.NewEmpty("clock-counter-clockwise", e.T("past.none"), e.T("past.none_hint"), nil)}
	b.body.Refresh()
}

// show puts the open point on the page.
func (b *book) show(st past.State) {
	e := b.env
	if st.Point == nil {
		b.none()
		return
	}
	b.Forget()
	b.state = st
	b.head.SetTitle(e.T("past.book", "when", when(e.Text, st.Point.Made)))
	b.head.SetUnder(b.about(*st.Point))
	b.head.SetActions(b.Write(kit.NewButton(e.T("past.close"), "x", kit.Secondary, b.close)))
	b.makeSheets()
	if len(b.sheets) == 0 {
		b.body.Objects = []fyne.CanvasObject{kit.NewEmpty("lock", e.T("past.nothing"), e.T("past.nothing_hint"), nil)}
		b.body.Refresh()
		return
	}
	bar := kit.HBox(8, b.chips, kit.Fixed(340, 0, b.search), kit.Spacer(), kit.Fixed(120, 0, b.count))
	b.body.Objects = []fyne.CanvasObject{kit.VFill(theme.GapCard, 2,
		kit.NewNotice(kit.Warn, e.T("past.read_only"), e.T("past.read_only_text")), bar,
		kit.Cols(theme.GapCard, []float32{1.35, 1}, b.lists, b.card))}
	b.body.Refresh()
	b.turn(b.shown)
}

// about says where the point comes from.
func (b *book) about(p backup.Point) string {
	if p.Invoice == "" {
		return b.env.T("past.about", "writer", p.Writer)
	}
	return b.env.T("past.about_invoice", "writer", p.Writer, "invoice", p.Invoice)
}

func (b *book) close() {
	page.Do(b.env, past.Close, op.Empty{}, func(past.State) { b.env.Shell.Back() })
}

// failed shows a refusal; that the point was closed meanwhile empties the page.
func (b *book) failed(err error) {
	if fault.KeyOf(err) == "past.closed" {
		b.none()
	}
	b.env.Shell.Fail(err)
}

// when is an instant in words: "jeudi 12 mars 2026 à 14 h 05".
func when(p *i18n.Printer, t time.Time) string {
	t = t.Local()
	return p.T("past.when", map[string]any{
		"day": p.DateLong(civil.Of(t)), "hour": t.Format("15"), "minute": t.Format("04"),
	})
}

// Object implements page.Page.
func (b *book) Object() fyne.CanvasObject { return b.object }

// Refresh implements page.Page.
func (b *book) Refresh() {
	if s := b.sheets[b.shown]; s != nil && b.state.Point != nil {
		s.again()
	}
}

// Unsaved implements page.Page.
func (b *book) Unsaved() bool { return false }

// Package exports is the page of what left the book: the exports that wait for an owner's word, and who took how many
// rows on which day.
package exports

import (
	"reflect"

	"fyne.io/fyne/v2"

	"zafe/app/op"
	"zafe/app/sentry"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"exports": func(e *page.Env, _ page.Route) page.Page { return newPage(e) },
	}
}

type exportsPage struct {
	*page.Gate
	env    *page.Env
	object *kit.Page
	held   *fyne.Container
	days   *kit.Grid
	recent sentry.Recent
	filled bool
}

func newPage(e *page.Env) page.Page {
	p := &exportsPage{Gate: page.NewGate(e), env: e, held: kit.VBox(12)}
	p.days = kit.NewGrid([]kit.Column{
		{Title: e.T("exports.column.day"), Width: 110},
		{Title: e.T("exports.column.who"), Width: 160, Weight: 1},
		{Title: e.T("exports.column.files"), Width: 84, Align: fyne.TextAlignTrailing},
		{Title: e.T("exports.column.rows"), Width: 120, Align: fyne.TextAlignTrailing},
		{Title: e.T("exports.column.lists"), Width: 150, Align: fyne.TextAlignTrailing},
	}, func() int { return len(p.recent.Days) }, p.cell)
	p.days.SetEmpty(kit.NewEmpty("export", e.T("exports.none"), e.T("exports.none_text"), nil))
	head := kit.NewHeader(e.T("exports.title"), e.T("exports.under", "alert", sentry.AlertRows, "hold", sentry.HoldRows)).
		OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, kit.Cols(theme.GapCard, []float32{1.3, 1},
		kit.NewCard(e.T("exports.days"), p.days).Flush(),
		kit.NewCard(e.T("exports.held"), kit.NewScroll(p.held))))
	p.Refresh()
	return p
}

// Object implements page.Page.
func (p *exportsPage) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *exportsPage) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *exportsPage) Refresh() {
	page.Fill(p.env, sentry.Lately, op.Empty{}, func(r sentry.Recent) {
		if p.filled && reflect.DeepEqual(r, p.recent) {
			return
		}
		if p.filled && !reflect.DeepEqual(r.Held, p.recent.Held) {
			p.env.Shell.Moved() // an answer would be given to another request
		}
		p.show(r)
	}, p.days)
}

func (p *exportsPage) show(r sentry.Recent) {
	p.recent, p.filled = r, true
	p.days.Reload()
	p.Forget()
	p.held.Objects = nil
	for i, h := range r.Held {
		if i > 0 {
			p.held.Add(kit.Separator())
		}
		p.held.Add(p.line(h))
	}
	if len(r.Held) == 0 {
		p.held.Add(kit.MutedParagraph(p.env.T("exports.no_held", "hold", sentry.HoldRows)))
	}
	p.held.Refresh()
}

// cell shows a day of somebody.
func (p *exportsPage) cell(row, col int) kit.CellView {
	e, d := p.env, p.recent.Days[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Date(d.Day), Color: theme.Muted}
	case 1:
		return kit.CellView{Text: d.Name, Weight: kit.Bold}
	case 2:
		return kit.CellView{Text: e.Text.Number(int64(d.Files))}
	case 3:
		return kit.CellView{Text: e.Text.Number(int64(d.FileRows)), Weight: weight(d.FileRows > sentry.AlertRows)}
	default:
		return kit.CellView{Text: e.Text.Number(int64(d.ListRows)), Weight: weight(d.ListRows > sentry.ListRows)}
	}
}

func weight(many bool) kit.Weight {
	if many {
		return kit.Bold
	}
	return kit.Regular
}

// line is an export that waited, with the two answers while it does; whoever asked cannot give them.
func (p *exportsPage) line(h sentry.Held) fyne.CanvasObject {
	e := p.env
	what := kit.NewLabel(e.Text.N("exports.asked", h.Rows, map[string]any{"name": h.Name, "what": e.T("event." + h.Op)}),
		kit.Style{Weight: kit.Medium, Wrap: true})
	when := kit.Caption(e.Text.Instant(h.AskedAt))
	switch {
	case h.State == sentry.Approved:
		return kit.VBox(4, what, when, kit.HBox(0, kit.NewPill(e.T("exports.approved"), kit.Ok), kit.Spacer()))
	case h.State == sentry.Refused:
		return kit.VBox(4, what, when, kit.HBox(0, kit.NewPill(e.T("exports.refused"), kit.Error), kit.Spacer()))
	case h.State == sentry.Left:
		return kit.VBox(4, what, when, kit.HBox(0, kit.NewPill(e.T("exports.left"), kit.Neutral), kit.Spacer()))
	case h.User == e.Me.User.ID:
		return kit.VBox(4, what, when, kit.MutedParagraph(e.T("exports.own")))
	}
	answer := func(key, icon string, kind kit.Kind, approve bool) *kit.Button {
		return p.Write(kit.NewButton(e.T(key), icon, kind, func() {
			page.Do(e, sentry.Decide, sentry.DecideRequest{ID: h.ID, Approve: approve}, p.show)
		}))
	}
	return kit.VBox(6, what, when, kit.HBox(8, answer("exports.approve", "check", kit.Secondary, true),
		answer("exports.refuse", "prohibit", kit.Danger, false), kit.Spacer()))
}

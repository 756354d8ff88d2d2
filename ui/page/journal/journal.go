// Package journal is the page of the journal of events: who did what, and when; and the way to what proves
// that it was not altered.
package journal

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/history"
	"zafe/app/i18n"
	"zafe/app/verify"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"journal": func(e *page.Env, _ page.Route) page.Page { return newJournal(e) },
	}
}

// stepRows is how many events are read at a time, as one scrolls down into the past.
const stepRows = 200

type journal struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject
	grid   *kit.Grid
	count  *kit.Label

	all    []history.Event
	shown  []history.Event
	filter string
	asking bool
	ended  bool
}

func newJournal(e *page.Env) page.Page {
	j := &journal{Gate: page.NewGate(e), env: e, count: kit.Caption("")}
	columns := []kit.Column{
		{Title: e.T("history.column.id"), Width: 64, Align: fyne.TextAlignTrailing},
		{Title: e.T("history.column.at"), Width: 136},
		{Title: e.T("history.column.who"), Width: 150},
		{Title: e.T("history.column.what"), Width: 200},
		{Title: e.T("history.column.subject"), Width: 260, Weight: 1},
		{Title: e.T("history.column.where"), Width: 118},
	}
	j.grid = kit.NewGrid(columns, func() int { return len(j.shown) }, j.cell)
	j.grid.Need = func(_, last int) {
		if last >= len(j.shown)-stepRows/4 {
			j.more()
		}
	}
	search := kit.NewSearch(e.T("history.search"), func(text string) {
		j.filter = i18n.Fold(text)
		j.narrow()
	})
	var actions []fyne.CanvasObject
	if e.Can(verify.Integrity.Spec) {
		actions = append(actions, kit.NewButton(e.T("history.integrity"), "shield-check", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "integrity"})
		}))
	}
	head := kit.NewHeader(e.T("history.title"), e.T("history.under"), actions...)
	j.object = kit.NewPage(head, j.grid).Bar(kit.HBox(8, kit.Fixed(360, 0, search))).Foot(kit.HBox(8, j.count))
	j.Refresh()
	kit.After(paging.RestShown, func() { kit.Focus(j.grid) })
	return j
}

func (j *journal) cell(row, col int) kit.CellView {
	e, ev := j.env, j.shown[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Number(ev.ID), Color: theme.Muted}
	case 1:
		return kit.CellView{Text: e.Text.Instant(ev.At)}
	case 2:
		if ev.Actor == "" {
			return kit.CellView{Text: who(e, ev), Color: theme.Muted}
		}
		return kit.CellView{Text: ev.Actor, Weight: kit.Bold}
	case 3:
		return kit.CellView{Text: e.T("event." + ev.Op)}
	case 4:
		return kit.CellView{Text: subject(e, ev), Color: theme.Muted}
	default:
		if ev.Device == "" {
			return kit.CellView{Text: e.T("history.here"), Color: theme.Muted}
		}
		return kit.CellView{Text: e.T("history.elsewhere") + " " + ev.Device[:min(6, len(ev.Device))], Color: theme.Muted}
	}
}

// who is whoever acted: of somebody who was not logged in, the log-in that was tried.
func who(e *page.Env, ev history.Event) string {
	switch {
	case ev.Actor != "":
		return ev.Actor
	case ev.Login != "":
		return e.T("history.tried", "login", ev.Login)
	case ev.Op == "session.refused":
		return e.T("history.tried_unknown")
	}
	return ""
}

// subject names what an event is about as people know it, and the file if it is one's; by its number when
// it is gone. A draft entry has a negative number.
func subject(e *page.Env, ev history.Event) string {
	key := "history.kind." + ev.Kind
	if ev.Kind == "" || !e.Text.Has(key) {
		return ""
	}
	name := e.T(key)
	switch {
	case ev.Name != "":
		name += " " + ev.Name
	case ev.Subject != 0 && ev.Kind != "company":
		name += " n° " + strconv.FormatInt(max(ev.Subject, -ev.Subject), 10)
	}
	if ev.File != "" {
		name += e.T("history.file", "file", ev.File)
	}
	return name
}

// Object implements page.Page.
func (j *journal) Object() fyne.CanvasObject { return j.object }

// Unsaved implements page.Page.
func (j *journal) Unsaved() bool { return false }

// Refresh implements page.Page.
func (j *journal) Refresh() {
	j.all, j.ended = nil, false
	j.more()
}

// more reads further into the past.
func (j *journal) more() {
	if j.asking || j.ended {
		return
	}
	j.asking = true
	var before int64
	if n := len(j.all); n > 0 {
		before = j.all[n-1].ID
	}
	page.Call(j.env, history.List, history.ListRequest{Before: before, Limit: stepRows}, func(p history.Page, err error) {
		j.asking = false
		if err != nil {
			j.env.Shell.Fail(err)
			return
		}
		j.ended = len(p.Events) < stepRows
		j.all = append(j.all, p.Events...)
		j.count.SetText(j.env.Text.N("history.count", int(p.Total), nil))
		j.narrow()
	})
}

// narrow keeps the events whose words start with what was typed.
func (j *journal) narrow() {
	j.shown = j.all
	if j.filter != "" {
		j.shown = nil
		for _, ev := range j.all {
			text := i18n.Fold(who(j.env, ev) + " " + j.env.T("event."+ev.Op) + " " + subject(j.env, ev))
			if strings.Contains(text, j.filter) {
				j.shown = append(j.shown, ev)
			}
		}
	}
	j.grid.Reload()
}

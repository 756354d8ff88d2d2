// Package journal is the page of the journal of events: who did what, and when; and the way to what proves
// that it was not altered.
package journal

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/attempt"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/history"
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

// typedRest is how long nothing is typed before the journal is searched.
const typedRest = 300 * time.Millisecond

type journal struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject
	grid   *kit.Grid
	count  *kit.Label
	proof  *proof

	search     *kit.LineEdit
	person, pc *kit.Select
	from, to   *kit.DateField
	asked      history.ListRequest
	typed      int // searches so far: an answer to an earlier one is thrown away
	people     []history.Choice
	pcs        []history.Choice

	rows   []history.Event
	total  int64
	next   int64 // what to go on before
	asking bool
	ended  bool
}

func newJournal(e *page.Env) page.Page {
	j := &journal{Gate: page.NewGate(e), env: e, count: kit.Caption("")}
	columns := []kit.Column{
		{Title: e.T("history.column.id"), Width: 64, Align: fyne.TextAlignTrailing},
		{Title: e.T("history.column.at"), Width: 136},
		{Title: e.T("history.column.who"), Width: 150},
		{Title: e.T("history.column.what"), Width: 230, Weight: 1},
		{Title: e.T("history.column.subject"), Width: 230, Weight: 1},
		{Title: e.T("history.column.where"), Width: 118},
	}
	j.grid = kit.NewGrid(columns, func() int { return len(j.rows) }, j.cell)
	j.grid.OnOpen = j.open
	j.grid.Need = func(_, last int) {
		if last >= len(j.rows)-stepRows/4 {
			j.more()
		}
	}
	var actions []fyne.CanvasObject
	if e.Can(verify.Integrity.Spec) {
		actions = append(actions, kit.NewButton(e.T("history.integrity"), "shield-check", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "integrity"})
		}))
	}
	head := kit.NewHeader(e.T("history.title"), e.T("history.under"), actions...)
	j.proof = newProof(e, j.Gate, func() { j.object.Refresh() })
	j.object = kit.NewPage(head, j.grid).Bar(j.proof.alert).Bar(j.proof.line).Bar(j.filters()).
		Foot(kit.HBox(8, j.count, kit.Spacer(), kit.Caption(e.T("history.keys"))))
	j.Refresh()
	kit.After(paging.RestShown, func() { kit.Focus(j.grid) })
	return j
}

// filters are what narrows the journal down, and the file of all of it.
func (j *journal) filters() fyne.CanvasObject {
	e := j.env
	j.search = kit.NewSearch(e.T("history.search"), func(text string) {
		j.asked.Text = strings.TrimSpace(text)
		j.typed++
		now := j.typed
		kit.After(typedRest, func() {
			if now == j.typed { // else something was asked for meanwhile, with this text
				j.reload()
			}
		})
	})
	j.person = kit.NewSelect(nil, func(key string) {
		id, _ := strconv.ParseInt(key, 10, 64) // "" is everybody
		j.asked.Person = auth.UserID(id)
		j.reload()
	})
	j.pc = kit.NewSelect(nil, func(key string) { j.asked.PC = key; j.reload() })
	j.choices()
	j.from = j.dateField(func(d civil.Date) { j.asked.From = d; j.reload() })
	j.to = j.dateField(func(d civil.Date) { j.asked.To = d; j.reload() })
	j.from.Edit().Placeholder, j.to.Edit().Placeholder = e.T("history.from"), e.T("history.to")
	bar := kit.HBox(8, kit.Fixed(260, 0, j.search), kit.Fixed(172, 0, j.person), kit.Fixed(172, 0, j.pc),
		kit.Fixed(116, 0, j.from), kit.Muted("–"), kit.Fixed(116, 0, j.to), kit.Spacer())
	if e.Can(history.Export.Spec) && e.Me.Can(auth.LedgerRead) {
		export := kit.NewButton(e.T("common.export"), "export", kit.Ghost, func() {
			name := e.T("history.export.file", "date", civil.Of(time.Now())) //nolint:forbidigo // a name to suggest
			e.Shell.SaveFile(name, page.Fetch(e, history.Export, history.ExportRequest{Lang: e.Text.Lang()}))
		})
		if e.Still() { // a file leaves the book under a name, which a look does not have
			export.DisableWith(page.Shut(e))
		}
		bar.Add(export)
	}
	return bar
}

func (j *journal) dateField(changed func(civil.Date)) *kit.DateField {
	today := func() civil.Date { return civil.Of(time.Now()) } //nolint:forbidigo // where the calendar opens
	parse := func(s string) (civil.Date, error) { return civil.ParseInput(s, today()) }
	return kit.NewDateField(parse, j.env.Text.Date, today, changed)
}

// choices fills the lists of people and PCs.
func (j *journal) choices() {
	people := []kit.Option{{Text: j.env.T("history.everybody")}}
	for _, c := range j.people {
		people = append(people, kit.Option{Key: strconv.FormatInt(int64(c.ID), 10), Text: c.Name})
	}
	pcs := []kit.Option{{Text: j.env.T("history.everywhere")}, {Key: history.MainPC, Text: j.env.T("history.here")}}
	for _, c := range j.pcs {
		pcs = append(pcs, kit.Option{Key: c.PC, Text: c.Name})
	}
	j.person.SetOptions(people)
	j.pc.SetOptions(pcs)
}

func (j *journal) cell(row, col int) kit.CellView {
	e, ev := j.env, j.rows[row]
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
		return kit.CellView{Text: done(e, ev)}
	case 4:
		return kit.CellView{Text: subject(e, ev), Color: theme.Muted}
	default:
		if ev.PC != "" {
			return kit.CellView{Text: ev.PC}
		}
		return kit.CellView{Text: where(e, ev), Color: theme.Muted}
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

// asked is what an event was: of some, that it was only asked for.
func asked(e *page.Env, ev history.Event) string {
	if key := "event." + ev.Op + ".asked"; ev.Asked && e.Text.Has(key) {
		return e.T(key)
	}
	return e.T("event." + ev.Op)
}

// done is what an event was, with the answer if it was one to a request.
func done(e *page.Env, ev history.Event) string {
	what := asked(e, ev)
	if ev.Answer != "" {
		what += " : " + strings.ToLower(e.T("history.answer."+string(ev.Answer)))
	}
	return what
}

// subject names what an event is about as people know it, and the file if it is one's; by its number when
// it is gone. A draft entry has a negative number.
func subject(e *page.Env, ev history.Event) string {
	if ev.Tried != nil {
		return tried(e, *ev.Tried)
	}
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
	switch key := "role." + string(ev.Role); {
	case ev.RoleName != "":
		name += e.T("history.role", "role", ev.RoleName)
	case ev.Role != "" && e.Text.Has(key):
		name += e.T("history.role", "role", e.T(key))
	}
	return name
}

// tried names what somebody has no right to: by the right, or by the operation that asks by itself.
func tried(e *page.Env, f attempt.Facts) string {
	what := e.T("history.tried_many")
	switch right, done := "right."+string(f.Needs), "event."+f.Op; {
	case e.Text.Has(right):
		what = e.T(right)
	case e.Text.Has(done):
		what = e.T(done)
	}
	return e.Text.N("history.tried_times", f.Times, map[string]any{"what": what})
}

// Object implements page.Page.
func (j *journal) Object() fyne.CanvasObject { return j.object }

// Unsaved implements page.Page.
func (j *journal) Unsaved() bool { return false }

// Commands implements page.Keyed.
func (j *journal) Commands() []kit.Command {
	return []kit.Command{{
		Key: fyne.KeyF, Mod: fyne.KeyModifierShortcutDefault, Name: j.env.T("history.search_key"),
		Run: func() { kit.Focus(j.search) },
	}}
}

// Refresh implements page.Page.
func (j *journal) Refresh() {
	j.proof.refresh()
	j.reload()
}

// reload reads from the end.
func (j *journal) reload() {
	j.typed++
	j.rows, j.next, j.ended, j.asking = nil, 0, false, false
	j.more()
}

// more reads further into the past, until there is something more to show or the journal begins.
func (j *journal) more() {
	if j.asking || j.ended {
		return
	}
	j.asking = true
	req, now := j.asked, j.typed
	req.Before, req.Limit, req.Lang = j.next, stepRows, j.env.Text.Lang()
	page.Call(j.env, history.List, req, func(p history.Page, err error) {
		if now != j.typed {
			return // something else is asked for now
		}
		j.asking = false
		page.Answered(j.env, err, j.grid)
		if err != nil {
			j.ended = true
			j.env.Shell.Fail(err)
			return
		}
		if req.Before == 0 {
			j.people, j.pcs = p.People, p.PCs
			j.choices()
		}
		j.rows, j.next, j.total = append(j.rows, p.Events...), p.Next, p.Total
		j.ended = p.Next == 0
		j.counted()
		j.grid.Reload()
		if len(p.Events) == 0 {
			j.more()
		}
	})
}

// counted says how many events there are, or were found so far.
func (j *journal) counted() {
	e := j.env
	none := history.ListRequest{}
	text := e.Text.N("history.count", int(j.total), nil)
	if j.asked != none {
		text = e.Text.N("history.found", len(j.rows), nil)
		if !j.ended {
			text = e.T("history.found_since", "found", text, "n", j.next)
		}
	}
	j.count.SetText(text)
}

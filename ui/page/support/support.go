// Package support is the page on which an owner lets somebody from outside help: a code for one PC, what may be seen and
// until when, who is in, and what was read with each access.
package support

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/support"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package. "support" takes the access to show as ID.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"support": func(e *page.Env, r page.Route) page.Page { return newPage(e, support.ID(r.ID)) },
	}
}

type supportPage struct {
	*page.Gate
	env    *page.Env
	object *kit.Page
	top    *fyne.Container // the form, or the access that is open
	past   *kit.Grid
	acts   *kit.Grid
	form   *form
	all    []support.Access
	burnt  time.Time          // support.ListResponse.Burnt
	record support.Record     // of the access that is chosen
	code   *device.Invitation // shown until a PC came with it, or the page is left
	state  string             // what the top shows
	wanted support.ID         // the access to choose once they are read, 0 for the last one
}

func newPage(e *page.Env, wanted support.ID) page.Page {
	p := &supportPage{Gate: page.NewGate(e), env: e, wanted: wanted, top: kit.VBox(0)}
	p.form = newForm(p)
	p.past = kit.NewGrid([]kit.Column{
		{Title: e.T("support.column.when"), Width: 130},
		{Title: e.T("support.column.who"), Width: 130, Weight: 1},
		{Title: e.T("support.column.reason"), Width: 150, Weight: 1.6},
		{Title: e.T("support.column.state"), Width: 150},
		{Title: e.T("support.column.reads"), Width: 80, Align: fyne.TextAlignTrailing, Spare: true},
	}, func() int { return len(p.all) }, p.pastCell)
	p.past.SetEmpty(kit.NewEmpty("lifebuoy", e.T("support.none"), e.T("support.none_text"), nil))
	p.past.OnSelect = func(row int) { p.choose(row) }
	p.acts = kit.NewGrid([]kit.Column{
		{Title: e.T("support.column.at"), Width: 130},
		{Title: e.T("support.column.what"), Width: 220, Weight: 1},
		{Title: e.T("support.column.record"), Width: 150, Weight: 1},
	}, func() int { return len(p.record.Acts) }, p.actCell)
	p.acts.SetEmpty(kit.NewEmpty("eye", e.T("support.no_acts"), e.T("support.no_acts_text"), nil))
	head := kit.NewHeader(e.T("support.title"), e.T("support.under")).OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, kit.Cols(theme.GapCard, []float32{1, 1.35},
		kit.NewCard("", kit.NewScroll(p.top)),
		kit.Split(theme.GapCard, []float32{1, 1}, kit.NewCard(e.T("support.past"), p.past).Flush(),
			kit.NewCard(e.T("support.acts"), p.acts).Flush())))
	p.Refresh()
	return p
}

// Object implements page.Page.
func (p *supportPage) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *supportPage) Unsaved() bool { return false }

// Beat implements page.Living: somebody may have come, and time goes by.
func (p *supportPage) Beat() { p.Refresh() }

// Refresh implements page.Page.
func (p *supportPage) Refresh() {
	page.Fill(p.env, support.List, op.Empty{}, func(r support.ListResponse) {
		p.all, p.burnt = r.Accesses, r.Burnt
		p.past.Reload()
		p.show()
		row := max(p.past.Selected(), 0)
		if at := slices.IndexFunc(p.all, func(a support.Access) bool { return a.ID == p.wanted }); at >= 0 {
			row, p.wanted = at, 0
			p.past.Select(row)
		}
		p.choose(row)
	}, p.past, p.acts)
}

func now() time.Time { return time.Now() } //nolint:forbidigo // the time on this screen

// open is the access that awaits a PC or has one.
func (p *supportPage) open() (support.Access, bool) {
	if len(p.all) == 0 {
		return support.Access{}, false
	}
	a := p.all[0]
	return a, a.Awaits(now()) || a.In(now())
}

// show fills the left side. The form stays as it is typed.
func (p *supportPage) show() {
	a, open := p.open()
	state := "form"
	if open {
		state = strconv.FormatInt(int64(a.ID), 10) + a.PC + strconv.Itoa(a.Reads) + p.env.Text.Clock(now())
	}
	if p.spent(a) {
		state += "burnt"
	}
	if !open || a.In(now()) || p.spent(a) {
		p.code = nil
	}
	if state == p.state {
		return
	}
	p.state = state
	p.Forget()
	var body fyne.CanvasObject
	switch {
	case !open:
		body = p.form.object()
	case a.In(now()):
		body = p.inside(a)
	default:
		body = p.awaited(a)
	}
	p.top.Objects = []fyne.CanvasObject{body}
	p.top.Refresh()
	p.object.Refresh()
}

// inside tells who is in, and ends it.
func (p *supportPage) inside(a support.Access) fyne.CanvasObject {
	e := p.env
	last := "–"
	if !a.LastRead.IsZero() {
		last = e.Text.Clock(a.LastRead)
	}
	return kit.VBox(theme.GapField,
		kit.NewNotice(kit.Warn, "", e.T("support.in", "name", a.Who, "since", e.Text.Clock(a.EnteredAt),
			"for", e.Text.Duration(max(time.Minute, now().Sub(a.EnteredAt).Truncate(time.Minute))), "until", e.Text.Clock(a.EndsAt))).Icon("eye"),
		p.facts(a, kit.Line(e.T("support.pc"), a.PC), kit.Line(e.T("support.column.reads"), e.Text.Number(int64(a.Reads))),
			kit.Line(e.T("support.last_read"), last)),
		kit.HBox(8, p.Write(kit.NewButton(e.T("support.end"), "lock", kit.Danger, func() { p.end(a) })), kit.Spacer()))
}

// spent tells whether wrong tries used up the code of an access that awaits a PC.
func (p *supportPage) spent(a support.Access) bool {
	return a.Awaits(now()) && !p.burnt.IsZero() && p.burnt.Equal(a.CodeUntil)
}

// awaited shows the code, as long as this page has it.
func (p *supportPage) awaited(a support.Access) fyne.CanvasObject {
	e := p.env
	box := kit.VBox(theme.GapField, kit.Strong(e.T("support.awaits", "name", a.Who, "until", e.Text.Clock(a.CodeUntil))))
	if p.spent(a) {
		box = kit.VBox(theme.GapField, kit.NewNotice(kit.Warn, "", e.T("support.code_burnt", "name", a.Who)))
	} else if p.code == nil {
		box.Add(kit.MutedParagraph(e.T("support.code_gone")))
	} else {
		box.Add(kit.Center(kit.NewLabel(p.code.Code, kit.Style{Size: 34, Weight: kit.Bold})))
		box.Add(kit.MutedParagraph(e.T("support.code_how", "name", a.Who)))
		for i, at := range p.code.Addresses {
			label := ""
			if i == 0 {
				label = e.T("people.invite_address")
			}
			box.Add(kit.Line(label, at))
		}
		if len(p.code.Addresses) == 0 {
			box.Add(kit.NewNotice(kit.Warn, "", e.T("people.invite_no_network")))
		}
	}
	box.Add(p.facts(a))
	box.Add(kit.HBox(8, p.Write(kit.NewButton(e.T("support.withdraw"), "x", kit.Secondary, func() { p.end(a) })), kit.Spacer()))
	return box
}

// facts are what was granted, and more.
func (p *supportPage) facts(a support.Access, more ...fyne.CanvasObject) fyne.CanvasObject {
	e := p.env
	box := kit.VBox(theme.GapTight, kit.Line(e.T("support.column.reason"), a.Reason),
		kit.Line(e.T("support.by"), a.ByName), kit.Line(e.T("support.sees"), p.sees(a.Granted)),
		kit.Line(e.T("support.ends"), e.Text.Clock(a.EndsAt)))
	for _, o := range more {
		box.Add(o)
	}
	return box
}

func (p *supportPage) sees(g support.Granted) string {
	e := p.env
	text := e.T("support.sees.set_up")
	for key, on := range map[string]bool{"sales": g.Sales && !g.Ledger, "ledger": g.Ledger && !g.Sales, "both": g.Sales && g.Ledger} {
		if on {
			text = e.T("support.sees." + key)
		}
	}
	if g.Shown {
		return text + ", " + e.T("support.sees.shown")
	}
	return text + ", " + e.T("support.sees.hidden")
}

func (p *supportPage) end(a support.Access) {
	page.Do(p.env, support.End, support.Request{ID: a.ID}, func(support.Access) {
		p.code, p.state = nil, ""
		p.Refresh()
		p.env.Shell.Changed("support")
	})
}

// choose shows what was read with an access.
func (p *supportPage) choose(row int) {
	if row < 0 || row >= len(p.all) {
		return
	}
	page.Fill(p.env, support.Get, support.Request{ID: p.all[row].ID}, func(r support.Record) {
		p.record = r
		p.acts.Reload()
	}, p.acts)
}

func (p *supportPage) pastCell(row, col int) kit.CellView {
	e, a := p.env, p.all[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Instant(a.MadeAt), Color: theme.Muted}
	case 1:
		return kit.CellView{Text: a.Who, Weight: kit.Bold}
	case 2:
		return kit.CellView{Text: a.Reason}
	case 3:
		return p.stateCell(a)
	default:
		return kit.CellView{Text: e.Text.Number(int64(a.Reads))}
	}
}

// stateCell says how an access stands.
func (p *supportPage) stateCell(a support.Access) kit.CellView {
	e := p.env
	switch {
	case a.In(now()):
		return kit.CellView{Text: e.T("support.state.in"), Pill: true, Tone: kit.Warn}
	case p.spent(a):
		return kit.CellView{Text: e.T("support.state.burnt"), Pill: true, Tone: kit.Warn}
	case a.Awaits(now()):
		return kit.CellView{Text: e.T("support.state.awaits"), Pill: true, Tone: kit.Info}
	case a.Device == "":
		return kit.CellView{Text: e.T("support.state.unused"), Pill: true, Tone: kit.Neutral}
	case a.EndedBy != "":
		return kit.CellView{Text: e.T("support.state.ended", "name", a.EndedBy), Pill: true, Tone: kit.Neutral}
	default:
		return kit.CellView{Text: e.T("support.state.over"), Pill: true, Tone: kit.Neutral}
	}
}

func (p *supportPage) actCell(row, col int) kit.CellView {
	e, act := p.env, p.record.Acts[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Instant(act.At), Color: theme.Muted}
	case 1:
		return kit.CellView{Text: e.T("support.saw." + act.Op)}
	default:
		switch {
		case act.Name != "":
			return kit.CellView{Text: act.Name, Weight: kit.Bold}
		case act.ID != 0:
			return kit.CellView{Text: e.T("support.number", "n", act.ID)}
		default:
			return kit.CellView{Text: "–", Color: theme.Faint}
		}
	}
}

// form asks for a code.
type form struct {
	page                  *supportPage
	who, reason           *kit.LineEdit
	whoField, reasonField *kit.Field
	minutes               *kit.Choice
	sales, ledger, shown  *kit.Check
}

func newForm(p *supportPage) *form {
	e := p.env
	f := &form{page: p, who: kit.NewLineEdit(e.T("support.who_sample")), reason: kit.NewLineEdit(e.T("support.reason_sample"))}
	f.whoField = kit.NewField(e.T("support.column.who"), f.who).Required()
	f.reasonField = kit.NewField(e.T("support.column.reason"), f.reason).Required()
	var options []kit.Option
	for _, m := range support.Minutes {
		options = append(options, kit.Option{Key: strconv.Itoa(m), Text: e.Text.Duration(time.Duration(m) * time.Minute)})
	}
	f.minutes = kit.NewSegmented(options, nil)
	f.minutes.SetKey(options[len(options)-1].Key)
	f.sales = kit.NewCheck(e.T("support.tick.sales"), nil)
	f.ledger = kit.NewCheck(e.T("support.tick.ledger"), nil)
	f.shown = kit.NewCheck(e.T("support.tick.shown"), nil)
	return f
}

func (f *form) object() fyne.CanvasObject {
	e := f.page.env
	return kit.VBox(theme.GapField, kit.MutedParagraph(e.T("support.how")), f.whoField, f.reasonField,
		kit.NewField(e.T("support.minutes_label"), f.minutes),
		kit.VBox(theme.GapTight, kit.Strong(e.T("support.sees")), kit.MutedParagraph(e.T("support.always")), f.sales, f.ledger,
			f.shown),
		kit.HBox(8, f.page.Write(kit.NewButton(e.T("support.make"), "key", kit.Primary, f.make)), kit.Spacer()))
}

func (f *form) make() {
	p, e := f.page, f.page.env
	minutes, err := strconv.Atoi(f.minutes.Key())
	if err != nil {
		return // none is chosen
	}
	f.whoField.SetError("")
	f.reasonField.SetError("")
	page.Call(e, support.Open, support.OpenRequest{
		Granted: support.Granted{
			Who: f.who.Text(), Reason: f.reason.Text(), Sales: f.sales.On(), Ledger: f.ledger.On(), Shown: f.shown.On(),
		},
		Minutes: minutes,
	}, func(out support.Opened, err error) {
		switch field := fault.Of(err); {
		case field == nil:
			p.code, p.state = &out.Invitation, ""
			p.form = newForm(p)
			p.Refresh()
			e.Shell.Changed("support")
		case field.Field == "who":
			f.whoField.SetError(e.Text.Fault(field))
		case field.Field == "reason":
			f.reasonField.SetError(e.Text.Fault(field))
		default:
			e.Shell.Fail(err)
		}
	})
}

// Package plan is the page of the recovery plan (plan de reprise): what would happen now in each of the worst cases, as
// measured, with the button or the sheet that helps; and the trial restores that prove it.
package plan

import (
	"reflect"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/plan"
	"zafe/app/setup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"plan": func(e *page.Env, _ page.Route) page.Page { return newPage(e) },
	}
}

type planPage struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject

	lost, back, away, sheet *kit.KPI
	notice                  *fyne.Container // what is to be done about it now and then
	cases                   *kit.Grid
	detail                  *kit.Card
	trials                  *kit.Grid
	plan                    plan.Plan

	told   plan.ID      // the case whose detail is shown
	text   *kit.Scroll  // of it
	values []*kit.Label // of its facts, in their order
}

func newPage(e *page.Env) page.Page {
	p := &planPage{Gate: page.NewGate(e), env: e, notice: kit.VBox(theme.GapTight)}
	p.lost = kit.NewKPI("hourglass", e.T("plan.kpi.lost"), nil)
	p.back = kit.NewKPI("clock-counter-clockwise", e.T("plan.kpi.back"), nil)
	p.away = kit.NewKPI("map-pin", e.T("plan.kpi.away"), func() { p.open("backups", "") })
	p.sheet = kit.NewKPI("lifebuoy", e.T("plan.kpi.sheet"), nil)
	p.cases = kit.NewGrid([]kit.Column{
		{Title: e.T("plan.column.case"), Width: 190, Weight: 1},
		{Title: e.T("plan.column.lost"), Width: 116},
		{Title: e.T("plan.column.back"), Width: 116},
	}, func() int { return len(p.plan.Scenarios) }, p.caseCell)
	p.cases.OnSelect = func(int) { p.showCase() }
	p.trials = kit.NewGrid([]kit.Column{
		{Title: e.T("plan.column.when"), Width: 130},
		{Title: e.T("plan.column.place"), Width: 120, Weight: 1},
		{Title: e.T("plan.column.point"), Width: 130, Spare: true},
		{Title: e.T("plan.column.took"), Width: 110},
		{Title: e.T("plan.column.result"), Width: 104},
		{Title: e.T("plan.column.event"), Width: 70, Align: fyne.TextAlignTrailing, Spare: true},
	}, func() int { return len(p.plan.Trials) }, p.trialCell)
	p.trials.SetEmpty(kit.NewEmpty("clock", e.T("plan.no_trial"), e.T("plan.no_trial_hint"), nil))
	p.detail = kit.NewCard(e.T("plan.title"), kit.VBox(0))
	body := kit.Split(theme.GapCard, []float32{0, 0, 1},
		p.notice, kit.Cols(theme.GapCard, nil, p.lost, p.back, p.away, p.sheet),
		kit.Cols(theme.GapCard, []float32{1, 1.15},
			kit.Split(theme.GapCard, []float32{2, 1},
				kit.NewCard(e.T("plan.cases"), p.cases).Flush(), kit.NewCard(e.T("plan.trials"), p.trials).Flush()),
			p.detail))
	p.object = kit.NewPage(kit.NewHeader(e.T("plan.title"), e.T("plan.under"), p.actions()...), body)
	p.Refresh()
	return p
}

func (p *planPage) actions() (out []fyne.CanvasObject) {
	e := p.env
	if e.Can(plan.Attest.Spec) {
		out = append(out, p.Write(kit.NewButton(e.T("plan.attest"), "file-pdf", kit.Secondary, p.attest)))
	}
	if e.Can(backup.Drill.Spec) {
		out = append(out, p.Write(kit.NewButton(e.T("plan.try"), "arrow-counter-clockwise", kit.Primary, p.try)))
	}
	return out
}

// attest shows the certificate of the copies.
func (p *planPage) attest() {
	e := p.env
	e.Shell.ShowDocument(e.T("plan.attest.file", "date", p.plan.At.Local().Format(time.DateOnly)),
		page.Fetch(e, plan.Attest, plan.AttestRequest{Lang: e.Text.Lang()}))
}

// try makes a trial restore now, of the copy that would be used if the house burnt, or else of the first there is.
func (p *planPage) try() {
	e := p.env
	page.Call(e, backup.GetStatus, op.Empty{}, func(st backup.Status, err error) {
		if err != nil {
			e.Shell.Fail(err)
			return
		}
		at := backup.Destination{Label: e.T("plan.here")}
		for _, c := range st.Copies {
			if !c.LastOK.IsZero() && (at.ID == "" || c.Label == p.plan.Of(plan.Burnt).From) {
				at = c.Destination
			}
		}
		e.Shell.Toast(kit.Info, e.T("plan.trying", "place", at.Label))
		page.Call(e, backup.Drill, backup.IDRequest{ID: at.ID}, func(_ backup.Status, err error) {
			e.Shell.Changed("backup")
			p.Refresh()
			if err != nil {
				e.Shell.Fail(at.Failed(e.Text, err))
				return
			}
			e.Shell.Toast(kit.Ok, e.T("plan.tried", "place", at.Label))
		})
	})
}

// Object implements page.Page.
func (p *planPage) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *planPage) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *planPage) Refresh() {
	page.Fill(p.env, plan.Get, op.Empty{}, p.show, p.cases, p.trials)
}

// Beat implements page.Living: what would be lost grows older. Where nothing but the time changed nothing is built anew.
func (p *planPage) Beat() {
	page.Call(p.env, plan.Get, op.Empty{}, func(now plan.Plan, err error) {
		if err != nil || len(p.plan.Scenarios) == 0 {
			return
		}
		was := p.plan
		was.At = now.At
		if !reflect.DeepEqual(was, now) { //nolint:govet // faults are values
			p.show(now)
			return
		}
		p.plan = now
		p.pass()
	})
}

func (p *planPage) open(name, arg string) { p.env.Shell.Open(page.Route{Name: name, Arg: arg}) }

func (p *planPage) show(pl plan.Plan) {
	p.plan = pl
	p.figures()
	p.remind()
	p.cases.Reload()
	p.trials.Reload()
	if p.cases.Selected() < 0 && len(pl.Scenarios) > 0 {
		p.cases.Select(0)
	}
	p.showCase()
}

// figures fills the four cards; the worst case is that of the house, where only what is away is left.
func (p *planPage) figures() {
	e, pl := p.env, p.plan
	worst := pl.Of(plan.Burnt)
	tone := kit.Ok
	switch d, known := pl.Loss(worst); {
	case worst.Unknown:
		tone = kit.Warn
	case !known:
		tone = kit.Error
	case d > pl.Promise.Loss:
		tone = kit.Warn
	}
	lost, note := pl.Lost(e.Text, worst), p.promised()
	if worst.Sealed {
		lost, note = e.T("plan.all"), e.T("plan.sealed")
	}
	p.lost.Set(lost, note, tone, nil)
	back, tone := e.T("plan.unmeasured"), kit.Warn
	note = e.T("plan.try_it")
	if b := pl.Proof; b != nil {
		back, note = backup.Lasted(e.Text, b.Took()), p.from(b)
	}
	if pl.Proven() {
		tone = kit.Ok
	}
	p.back.Set(back, note, tone, nil)
	tone = kit.Ok
	switch {
	case pl.Away == 0:
		tone = kit.Error
	case pl.Broken > 0, pl.Failing != nil:
		tone = kit.Warn
	}
	p.away.Set(e.Text.Number(int64(pl.Away)), p.places(), tone, nil)
	switch {
	case !pl.Sheet:
		p.sheet.Set(e.T("plan.sheet.no"), e.T("plan.sheet.no_note"), kit.Warn, nil)
	case pl.SheetDue:
		p.sheet.Set(e.T("plan.sheet.due"), pl.Checked(e.Text), kit.Warn, nil)
	case pl.Sample:
		p.sheet.Set(e.T("plan.sheet.sample"), pl.Checked(e.Text), kit.Neutral, nil)
	case len(pl.SheetLacks) > 0 && !pl.SheetShown:
		p.sheet.Set(e.T("plan.sheet.lacks"), pl.Checked(e.Text), kit.Warn, nil)
	case pl.SheetOn.IsZero():
		p.sheet.Set(e.T("plan.sheet.ok"), e.T("plan.sheet.ok_note"), kit.Ok, nil)
	default:
		p.sheet.Set(e.T("plan.sheet.ok"), pl.Checked(e.Text), kit.Ok, nil)
	}
}

// promised is what is promised of the work lost: nothing before a copy is in another building.
func (p *planPage) promised() string {
	if p.plan.Away == 0 {
		return p.env.T("plan.promised_none")
	}
	return p.env.T("plan.promised", "time", p.env.Text.Duration(p.plan.Promise.Loss))
}

// places is of how many copies those in another building are.
func (p *planPage) places() string {
	switch {
	case p.plan.Broken > 0:
		return p.env.Text.N("plan.places_broken", p.plan.Broken, nil)
	case p.plan.Places == 0 && p.plan.Waiting > 0:
		return p.env.Text.N("plan.waiting", p.plan.Waiting, nil)
	case p.plan.Places == 0:
		return p.env.T("plan.places_none")
	}
	all := p.env.Text.N("plan.places", p.plan.Places+p.plan.Waiting, nil)
	if p.plan.Waiting == 0 {
		return all
	}
	return p.env.Text.N("plan.places_wait", p.plan.Waiting, map[string]any{"places": all})
}

// from is where and when a trial restore was made.
func (p *planPage) from(m *backup.Measure) string {
	if m.Place == "" {
		return p.env.T("plan.here") + ", " + p.env.Text.Instant(m.At)
	}
	return m.Label + ", " + p.env.Text.Instant(m.At)
}

// remind says what somebody must look into at a place of copies, and what is to be done after a restore, or else what
// comes back each year.
func (p *planPage) remind() {
	e := p.env
	was, read := len(p.notice.Objects), p.text != nil
	defer func() {
		if read && len(p.notice.Objects) != was {
			e.Shell.Moved()
		}
	}()
	p.notice.Objects = nil
	p.notice.Show()
	follow := p.follow()
	if f := p.plan.Alarm; f != nil {
		p.notice.Add(kit.NewNotice(kit.Error, e.T("home.todo.alarm"), e.Text.Fault(f),
			kit.NewButton(e.T("plan.go.cloud"), "", kit.Secondary, func() { p.open("backups", "") })))
	}
	if f := p.plan.Failing; f != nil {
		p.notice.Add(kit.NewNotice(kit.Warn, e.T("plan.failing", "label", f.Label), e.Text.Fault(f.Why),
			kit.NewButton(e.T("plan.go.cloud"), "", kit.Secondary, func() { p.open("backups", "") })))
	}
	if f := p.plan.Files; f != nil {
		p.notice.Add(kit.NewNotice(kit.Warn, e.T("plan.files"), e.Text.Fault(f),
			kit.NewButton(e.T("plan.go.cloud"), "", kit.Secondary, func() { p.open("backups", "") })))
	}
	switch {
	case follow != nil:
		p.notice.Add(follow)
	case !p.plan.SheetServed.IsZero() && e.Can(setup.CheckSheet.Spec):
		p.notice.Add(kit.NewNotice(kit.Warn, e.T("home.todo.sheet_served"),
			e.T("plan.sheet_served", "on", p.plan.SheetServed),
			kit.NewButton(e.T("home.act.sheet_served"), "", kit.Secondary, func() { p.open("security", "") })))
	case len(p.plan.SheetLacks) > 0 && p.plan.SheetShown && e.Can(setup.CheckSheet.Spec):
		p.notice.Add(kit.NewNotice(kit.Warn, e.T("plan.kpi.sheet"), e.T("plan.sheet_shown", "places", e.Text.List(p.plan.SheetLacks)),
			p.Write(kit.NewButton(e.T("backups.sheet_check"), "", kit.Secondary, func() { p.open("backups", "check") }))))
	case len(p.plan.SheetLacks) > 0 && e.Can(setup.PrintSheet.Spec):
		p.notice.Add(kit.NewNotice(kit.Warn, e.T("home.todo.sheet_lacks"),
			e.T("plan.sheet_lacks", "places", e.Text.List(p.plan.SheetLacks)),
			p.Write(kit.NewButton(e.T("home.act.sheet_lacks"), "", kit.Secondary, func() { p.open("backups", "sheet") }))))
		if p.plan.SheetDue && e.Can(setup.CheckSheet.Spec) { // the one of then is what there is meanwhile
			p.check("plan.sheet_due")
		}
	case p.plan.SheetDue && e.Can(setup.CheckSheet.Spec):
		p.check("plan.sheet_due")
	case !p.plan.Sheet && e.Can(setup.CheckSheet.Spec):
		p.check("plan.sheet_never")
	case p.plan.Invite && e.Can(backup.Drill.Spec):
		p.notice.Add(kit.NewNotice(kit.Info, e.T("plan.invite"), e.T("plan.invite_text"),
			p.Write(kit.NewButton(e.T("plan.try"), "", kit.Secondary, p.try))))
	case len(p.notice.Objects) == 0:
		p.notice.Hide()
	}
	p.object.Refresh()
}

// check asks for the recovery sheet to be typed back, and says why.
func (p *planPage) check(why string) {
	e := p.env
	p.notice.Add(kit.NewNotice(kit.Warn, e.T("plan.kpi.sheet"), e.T(why),
		p.Write(kit.NewButton(e.T("backups.sheet_check"), "", kit.Secondary, func() { p.open("backups", "check") }))))
}

func (p *planPage) caseCell(row, col int) kit.CellView {
	e, s := p.env, p.plan.Scenarios[row]
	tone := kit.Ok
	switch {
	case !s.Safe && !s.Unknown:
		tone = kit.Error
	case len(s.Lacks) > 0:
		tone = kit.Warn
	}
	lost, takes := p.plan.Lost(e.Text, s), p.plan.Takes(e.Text, s)
	if s.Sealed { // that it is for want of the sheet is beside, in full
		lost, takes = e.T("plan.all"), e.T("plan.never")
	}
	switch col {
	case 0:
		return kit.CellView{Text: s.Title(e.Text), Icon: icons[s.ID]}
	case 1:
		return kit.CellView{Text: lost, Pill: true, Tone: tone}
	default:
		return kit.CellView{Text: takes}
	}
}

func (p *planPage) trialCell(row, col int) kit.CellView {
	e, m := p.env, p.plan.Trials[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Instant(m.At)}
	case 1:
		switch {
		case m.Place == "" && m.At.Before(p.plan.Restored):
			return kit.CellView{Text: e.T("plan.here_before")}
		case m.Place == "":
			return kit.CellView{Text: e.T("plan.here")}
		}
		return kit.CellView{Text: m.Label}
	case 2:
		return kit.CellView{Text: e.Text.Instant(m.Made), Color: theme.Muted}
	case 3:
		return kit.CellView{Text: backup.Lasted(e.Text, m.Took())}
	case 4:
		if m.Passed() {
			return kit.CellView{Text: e.T("plan.passed"), Pill: true, Tone: kit.Ok}
		}
		return kit.CellView{Text: e.T("plan.failed"), Pill: true, Tone: kit.Error}
	default:
		return kit.CellView{Text: e.Text.Number(m.Event), Color: theme.Muted}
	}
}

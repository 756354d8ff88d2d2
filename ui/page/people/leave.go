package people

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/leave"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// When somebody goes.
const (
	atOnce = "now"
	onADay = "day"
)

// leaving is the page on which somebody is put out: what they hold, who takes over, and when; afterwards what was
// done, to be printed.
type leaving struct {
	*page.Gate
	env    *page.Env
	who    auth.UserID
	object fyne.CanvasObject
	header *kit.Header
	notice *fyne.Container
	acts   *kit.Card // what will be done, or was
	side   *fyne.Container
	plan   leave.Plan

	when  *kit.Choice
	day   *kit.DateField
	heir  *kit.Select
	field map[string]*kit.Field
	stay  map[device.ID]*kit.Check
	act   *kit.Button
	paper *kit.Button
	drop  *kit.Button // cancels what is planned
}

func newLeaving(e *page.Env, id int64) page.Page {
	p := &leaving{Gate: page.NewGate(e), env: e, who: auth.UserID(id), notice: kit.VBox(0), side: kit.VBox(theme.GapCard)}
	p.acts = kit.NewCard(e.T("leave.will"), kit.VBox(0))
	p.paper = kit.NewButton(e.T("leave.print"), "file-pdf", kit.Secondary, p.print)
	p.drop = p.Write(kit.NewButton(e.T("leave.cancel"), "x", kit.Secondary, p.cancel))
	p.act = p.Write(kit.NewButton(e.T("leave.now"), "sign-out", kit.Danger, p.confirm))
	p.controls()
	p.header = kit.NewHeader(e.T("leave.title"), e.T("leave.under")).
		OnBack(e.T("common.back"), e.Shell.Back)
	body := kit.VBox(theme.GapCard, p.notice, kit.Cols(theme.GapCard, []float32{1.35, 1}, p.acts, p.side))
	p.object = kit.NewPage(p.header, kit.NewScroll(body))
	p.Refresh()
	return p
}

// controls makes what the person in charge decides.
func (p *leaving) controls() {
	e := p.env
	p.when = kit.NewSegmented(kit.Options(atOnce, e.T("leave.when.now"), onADay, e.T("leave.when.day")),
		func(string) { p.timed() })
	p.when.SetKey(atOnce)
	parse := func(s string) (civil.Date, error) { return civil.ParseInput(s, today()) }
	p.day = kit.NewDateField(parse, e.Text.Date, today, func(civil.Date) {})
	p.heir = kit.NewSelect(nil, func(string) {})
	p.field = map[string]*kit.Field{
		"on":   kit.NewField(e.T("leave.day"), p.day).Required().Hint(e.T("leave.day_hint")),
		"heir": kit.NewField(e.T("leave.heir_label"), p.heir).Required().Hint(e.T("leave.heir_hint")),
	}
	p.day.OnRefused = func(err error) { p.field["on"].SetError(e.Text.Fault(err)) }
}

// Object implements page.Page.
func (p *leaving) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *leaving) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *leaving) Refresh() {
	page.Do(p.env, leave.Get, leave.Request{User: p.who}, p.show)
}

func (p *leaving) show(plan leave.Plan) {
	e := p.env
	p.plan = plan
	p.header.SetTitle(e.T("leave.of", "name", plan.User.Name))
	state := p.state()
	p.notice.Objects = nil
	if n := p.says(state); n != nil {
		p.notice.Add(n)
	}
	report := plan.Report
	if state == leave.Done || state == leave.Out {
		report = plan.Last.Report
	}
	done := state == leave.Done
	p.acts.SetTitle(e.T(map[bool]string{true: "leave.was", false: "leave.will"}[done]))
	p.acts.SetBody(p.lines(report, done))
	p.side.Objects = p.beside(report, state)
	p.buttons(state)
	p.object.Refresh()
}

// state is how far the departure is; "" for none. Somebody who came back has none any more.
func (p *leaving) state() leave.State {
	last := p.plan.Last
	switch {
	case last == nil, last.State == leave.Done && !p.plan.User.Disabled:
		return ""
	case last.State == leave.Planned && p.plan.User.EndsOn.IsZero():
		return "" // their last day was taken away since
	}
	return last.State
}

// buttons are those that mean something now.
func (p *leaving) buttons(state leave.State) {
	var actions []fyne.CanvasObject
	if p.plan.Last != nil && p.plan.Last.State == leave.Done {
		actions = append(actions, p.paper)
	}
	if state == leave.Planned {
		actions = append(actions, p.drop)
	}
	if state != leave.Done && p.plan.Refused == nil {
		actions = append(actions, p.act)
	}
	p.header.SetActions(actions...)
	if p.timed(); state == leave.Out {
		p.act.SetText(p.env.T("leave.finish"))
	}
}

// says is the banner over the page.
func (p *leaving) says(state leave.State) fyne.CanvasObject {
	e := p.env
	switch {
	case p.plan.Refused != nil:
		return kit.NewNotice(kit.Warn, "", e.Text.Fault(p.plan.Refused))
	case state == leave.Planned:
		return kit.NewNotice(kit.Info, e.T("leave.planned", "day", p.plan.User.EndsOn),
			e.T("leave.planned_text", "who", p.plan.Last.AskedBy))
	case state == leave.Out:
		return kit.NewNotice(kit.Warn, e.T("leave.out"), e.T("leave.out_text"))
	case state == leave.Done:
		return kit.NewNotice(kit.Ok, e.T("leave.done", "name", p.plan.User.Name), e.T("leave.done_text"))
	}
	return nil
}

func (p *leaving) lines(r leave.Report, done bool) fyne.CanvasObject {
	icon, tone := "check", kit.Neutral
	if done {
		tone = kit.Ok
	}
	body := kit.VBox(10)
	for _, l := range r.Lines(p.env.Text, done) {
		body.Add(kit.Row(12, kit.IconTile(icon, tone),
			kit.VBox(2, kit.Strong(l.What), kit.MutedParagraph(l.Text)), kit.Gap(0, 0)))
	}
	return body
}

// beside are the cards at the right: the choices before, and what no program can do.
func (p *leaving) beside(r leave.Report, state leave.State) (out []fyne.CanvasObject) {
	if state != leave.Done && state != leave.Out && p.plan.Refused == nil {
		out = append(out, p.choices(r))
	}
	return append(out, p.secrets(r), p.exports(r))
}

func (p *leaving) choices(r leave.Report) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(12, p.when, p.field["on"])
	var options []kit.Option
	for _, h := range p.plan.Heirs {
		options = append(options, kit.Option{Key: strconv.FormatInt(int64(h.ID), 10), Text: h.Name})
	}
	p.heir.SetOptions(options)
	if l := p.plan.Last; l != nil && l.State == leave.Planned {
		p.when.SetKey(onADay)
		p.day.SetDate(p.plan.User.EndsOn)
		p.heir.SetKey(strconv.FormatInt(int64(l.Heir), 10))
	}
	if r.Customers+r.Drafts > 0 {
		body.Add(p.field["heir"])
	}
	p.stay = map[device.ID]*kit.Check{}
	for i, pc := range r.PCs {
		kept := p.plan.Last != nil && p.plan.Last.State == leave.Planned && slices.Contains(p.plan.Last.Keep, pc.ID)
		if !pc.Shut && !kept {
			continue
		}
		p.stay[pc.ID] = kit.NewCheck(e.T("leave.keep_pc", "pc", pc.Name), func(on bool) {
			r.PCs[i].Shut = !on // the page says what would be done
			p.acts.SetBody(p.lines(r, false))
		})
		p.stay[pc.ID].SetOn(kept)
		body.Add(p.stay[pc.ID])
	}
	p.timed()
	return kit.NewCard(e.T("leave.choices"), body)
}

// timed shows the day when one is to be given, and what the button then does.
func (p *leaving) timed() {
	e := p.env
	if p.when.Key() == onADay {
		p.field["on"].Show()
		p.act.SetText(e.T("leave.schedule"))
	} else {
		p.field["on"].Hide()
		p.act.SetText(e.T("leave.now"))
	}
	p.side.Refresh()
}

func (p *leaving) secrets(r leave.Report) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(10)
	opens := false
	for _, s := range r.Secrets {
		body.Add(kit.Row(12, kit.IconTile("key", kit.Warn), kit.Paragraph(e.T("leave.secret."+string(s))), kit.Gap(0, 0)))
		opens = opens || s == leave.Key || s == leave.Sheet
	}
	if opens && e.Can(opening.Rotate.Spec) {
		body.Add(kit.HBox(0, kit.NewButton(e.T("leave.security"), "arrow-right", kit.Link, func() {
			e.Shell.Open(page.Route{Name: "security"})
		}), kit.Spacer()))
	}
	return kit.NewCard(e.T("leave.secrets"), body)
}

func (p *leaving) exports(r leave.Report) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(8)
	for _, x := range r.Exports {
		body.Add(kit.Line(e.Text.Instant(x.At), x.Said(e.Text)))
	}
	if len(r.Exports) == 0 {
		body.Add(kit.MutedParagraph(e.T("leave.no_export")))
	}
	return kit.NewCard(e.T("leave.exports"), body)
}

// request is what is chosen.
func (p *leaving) request() leave.NowRequest {
	req := leave.NowRequest{User: p.who}
	if id, err := strconv.ParseInt(p.heir.Key(), 10, 64); err == nil {
		req.Heir = auth.UserID(id)
	}
	for id, check := range p.stay {
		if check.On() {
			req.Keep = append(req.Keep, id)
		}
	}
	slices.Sort(req.Keep)
	return req
}

// confirm asks once more, and does it.
func (p *leaving) confirm() {
	e, name, req := p.env, p.plan.User.Name, p.request()
	if r := p.plan.Report; req.Heir == 0 && r.Customers+r.Drafts > 0 && p.state() != leave.Out {
		p.refused(fault.Field("heir", "leave.heir_missing"))
		return
	}
	if p.when.Key() == onADay && p.state() != leave.Out {
		if !p.day.Commit() {
			return // it says so itself
		}
		page.Call(e, leave.Schedule, leave.ScheduleRequest{NowRequest: req, On: p.day.Date()}, p.answered)
		return
	}
	act := e.T("leave.now")
	e.Shell.Confirm(e.T("leave.sure", "name", name), e.T("leave.sure_text"), act, true, func() {
		page.Call(e, leave.Now, req, p.answered)
	})
}

func (p *leaving) answered(l leave.Leave, err error) {
	e := p.env
	switch {
	case err != nil && p.refused(err):
		return
	case err != nil:
		e.Shell.Fail(err)
	case l.State == leave.Done:
		e.Shell.Toast(kit.Ok, e.T("leave.done", "name", p.plan.User.Name))
	default:
		e.Shell.Toast(kit.Ok, e.T("leave.scheduled", "name", p.plan.User.Name))
	}
	p.Refresh() // also after a refusal: they may be out all the same
}

// refused says a refusal beside its box, and tells whether there is one.
func (p *leaving) refused(err error) bool {
	f := fault.Of(err)
	if p.field[f.Field] == nil {
		return false
	}
	p.field[f.Field].SetError(p.env.Text.Fault(f))
	return true
}

func (p *leaving) cancel() {
	page.Do(p.env, leave.Cancel, leave.Request{User: p.who}, func(op.Empty) {
		p.when.SetKey(atOnce)
		p.Refresh()
	})
}

func (p *leaving) print() {
	e := p.env
	e.Shell.ShowDocument(e.T("leave.paper.file", "name", p.plan.User.Login),
		page.Fetch(e, leave.Paper, leave.PaperRequest{User: p.who, Lang: e.Text.Lang()}))
}

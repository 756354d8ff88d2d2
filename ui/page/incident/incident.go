// Package incident is the page for the first hours of an intrusion, a theft or a ransomware: one button puts everybody
// in read-only, then what to do, in order, each with the page where it is done, and the text for the CNIL.
package incident

import (
	"fmt"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/history"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/party"
	"zafe/app/plan"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"incident": func(e *page.Env, _ page.Route) page.Page { return newPage(e) },
	}
}

type incidentPage struct {
	*page.Gate
	env    *page.Env
	object *kit.Page
	top    *fyne.Container
	draft  *kit.TextArea
	typed  bool // the draft was changed by hand, and stays so

	state     incident.State
	history   incident.History // empty for who may not end one
	company   company.Profile
	customers int // -1: not for this person to know
}

func newPage(e *page.Env) page.Page {
	p := &incidentPage{Gate: page.NewGate(e), env: e, top: kit.VBox(10), customers: -1}
	p.draft = kit.NewTextArea("", 14)
	p.draft.OnChanged = func(string) { p.typed = true }
	var acts []fyne.CanvasObject
	if e.Can(incident.List.Spec) {
		acts = append(acts, kit.NewButton(e.T("incident.past"), "clock-counter-clockwise", kit.Secondary, p.showPast))
	}
	head := kit.NewHeader(e.T("incident.title"), e.T("incident.under"), acts...).OnBack(e.T("common.back"), e.Shell.Back)
	body := kit.Cols(theme.GapCard, []float32{1.15, 1},
		kit.NewCard(e.T("incident.steps"), kit.NewScroll(p.steps())),
		kit.NewCard(e.T("incident.cnil"), kit.VFill(10, 1, kit.MutedParagraph(e.T("incident.cnil_help")), p.draft,
			kit.HBox(8, kit.NewButton(e.T("incident.copy"), "copy", kit.Secondary, p.copy), kit.Spacer()))))
	p.object = kit.NewPage(head, kit.Split(theme.GapCard, []float32{0, 1}, p.top, body))
	p.Refresh()
	return p
}

// Object implements page.Page.
func (p *incidentPage) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *incidentPage) Unsaved() bool { return false }

// Refresh implements page.Page: each fact asks for itself.
func (p *incidentPage) Refresh() {
	e := p.env
	page.Do(e, incident.Get, op.Empty{}, func(st incident.State) {
		p.state = st
		p.show()
	})
	p.look()
	if e.Can(company.Get.Spec) {
		page.Call(e, company.Get, op.Empty{}, func(c company.Profile, err error) {
			if err == nil { // else the name is filled in by hand
				p.company = c
				p.write()
			}
		})
	}
	if e.Can(party.List.Spec) {
		page.Call(e, party.List, party.ListRequest{Limit: 1}, func(l party.Page, err error) {
			if err == nil { // else the number is
				p.customers = l.Total
				p.write()
			}
		})
	}
}

// show tells how things are, with the one button that changes it.
func (p *incidentPage) show() {
	e := p.env
	p.Forget()
	var notice *kit.Banner
	if p.state.On {
		text := e.T("incident.on_text", "since", p.state.Since, "name", p.state.By,
			"until", p.state.Since.Add(incident.DeclareWithin))
		var act []fyne.CanvasObject
		if e.Can(incident.End.Spec) {
			act = append(act, p.Write(kit.NewButton(e.T("incident.end"), "lock-open", kit.Secondary, p.end)))
		}
		notice = kit.NewNotice(kit.Error, "", text, act...).Icon("lock")
	} else {
		text := e.T("incident.off_others")
		var act []fyne.CanvasObject
		if e.Can(incident.Begin.Spec) {
			text = e.T("incident.off_text")
			act = append(act, p.Write(kit.NewButton(e.T("incident.begin_yes"), "lock", kit.Danger, p.begin)))
		}
		notice = kit.NewNotice(kit.Info, "", text, act...)
	}
	p.top.Objects = append([]fyne.CanvasObject{notice}, p.unanswered()...)
	p.top.Refresh()
	p.object.Refresh()
	p.write()
}

func (p *incidentPage) begin() {
	e := p.env
	e.Shell.Confirm(e.T("incident.begin"), e.T("incident.begin_text"), e.T("incident.begin_yes"), false, func() {
		page.Do(e, incident.Begin, op.Empty{}, p.changed)
	})
}

func (p *incidentPage) end() {
	e := p.env
	e.Shell.Confirm(e.T("incident.end"), e.T("incident.end_text"), e.T("incident.end"), false, func() {
		page.Do(e, incident.End, op.Empty{}, p.changed)
	})
}

func (p *incidentPage) changed(st incident.State) {
	p.state = st
	p.show()
	p.look()
	p.env.Shell.Changed("incident")
}

// step is something to do, and the page where it is done.
type step struct {
	key   string
	needs op.Spec
	to    string // route; "" for what is done elsewhere
	arg   string // of the route
}

var steps = []step{
	{"isolate", op.Spec{}, "", ""},
	{"shut", user.SignOutEverywhere.Spec, "people", ""},
	{"devices", device.Revoke.Spec, "people", "pcs"},
	{"passwords", user.ChangePassword.Spec, "account", ""},
	{"copies", backup.GetStatus.Spec, "backups", ""},
	{"journal", history.List.Spec, "journal", ""},
	{"key", opening.Rotate.Spec, "security", ""},
	{"police", op.Spec{}, "", ""},
	{"cnil", op.Spec{}, "", ""},
	{"people", op.Spec{}, "", ""},
	{"restore", plan.Get.Spec, "plan", ""},
}

// steps are what to do, in order.
func (p *incidentPage) steps() fyne.CanvasObject {
	e := p.env
	all := kit.VBox(10)
	for i, s := range steps {
		text := kit.VBox(0, kit.NewLabel(e.T("incident.step."+s.key), kit.Style{Weight: kit.Medium, Wrap: true}),
			kit.MutedParagraph(e.T("incident.step."+s.key+".text")))
		var act fyne.CanvasObject = kit.Gap(0, 0)
		if s.to != "" && e.Can(s.needs) {
			act = kit.NewButton(e.T("incident.go."+s.to+s.arg), "", kit.Link, func() {
				e.Shell.Open(page.Route{Name: s.to, Arg: s.arg})
			})
		}
		all.Add(kit.Step(10, kit.Fixed(18, 0, kit.NewLabel(fmt.Sprint(i+1), kit.Style{Weight: kit.Bold, Color: theme.Muted})), text, act))
	}
	return all
}

// write fills the draft for the CNIL with what the book knows, unless somebody changed it.
func (p *incidentPage) write() {
	if p.typed {
		return
	}
	e := p.env
	known := func(text string) string {
		if text == "" {
			return e.T("incident.fill")
		}
		return text
	}
	since := ""
	if p.state.On {
		since = e.Text.Instant(p.state.Since)
	} else if open := p.history.Open(); len(open) > 0 { // it is over, and the CNIL may still be waiting
		since = e.Text.Instant(open[0].Since)
	}
	customers := ""
	if p.customers >= 0 {
		customers = e.Text.Number(int64(p.customers))
	}
	p.draft.SetText(e.T("incident.cnil_draft", "company", known(p.company.Name), "siren", known(p.company.SIREN),
		"name", e.Me.User.Name, "email", known(e.Me.User.Email), "since", known(since), "customers", known(customers)))
}

func (p *incidentPage) copy() {
	kit.Copy(p.draft.Text())
	p.env.Shell.Toast(kit.Ok, p.env.T("incident.copied"))
}

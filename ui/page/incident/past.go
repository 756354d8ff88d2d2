package incident

import (
	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// askedMax bounds how many incidents ask about the CNIL on the page; the others are in the list of past ones.
const askedMax = 2

// look asks for the incidents there were.
func (p *incidentPage) look() {
	if !p.env.Can(incident.List.Spec) {
		return
	}
	page.Do(p.env, incident.List, op.Empty{}, func(h incident.History) {
		p.history = h
		p.show()
	})
}

// unanswered asks of each incident, over or not, whether the CNIL was told, until somebody says.
func (p *incidentPage) unanswered() (out []fyne.CanvasObject) {
	e := p.env
	open := p.history.Open()
	for _, r := range open[:min(len(open), askedMax)] {
		out = append(out, kit.NewNotice(kit.Warn, e.T("incident.ask", "deadline", r.Deadline),
			e.T("incident.ask_text", "since", r.Since), p.answers(r, func() {})...).Icon("bell"))
	}
	return out
}

// answers are the two answers to whether the CNIL was told. before closes what is in the way.
func (p *incidentPage) answers(r incident.Record, before func()) []fyne.CanvasObject {
	button := func(key string, told bool) fyne.CanvasObject {
		return p.Write(kit.NewButton(p.env.T("incident."+key), "", kit.Secondary, func() {
			before()
			p.answer(r, key, told)
		}))
	}
	return []fyne.CanvasObject{button("told", true), button("spared", false)}
}

// answer asks for the number of the notification, or for the reason why there is none.
func (p *incidentPage) answer(r incident.Record, key string, told bool) {
	e := p.env
	note := kit.NewTextArea("", 3)
	field := kit.NewField(e.T("incident."+key+"_note"), note)
	if !told {
		field.Required()
	}
	var m *kit.Modal
	say := kit.NewButton(e.T("incident.say"), "check", kit.Primary, func() {
		req := incident.AnswerRequest{Since: r.Since, Told: told, Note: note.Text()}
		page.Call(e, incident.SayCNIL, req, func(h incident.History, err error) {
			if f := fault.Of(err); f != nil {
				if f.Field == "note" {
					field.SetError(e.Text.Fault(f))
				} else {
					e.Shell.Fail(f)
				}
				return
			}
			m.Close()
			p.history = h
			p.show()
			e.Shell.Toast(kit.Ok, e.T("incident.said"))
			e.Shell.Changed("incident")
		})
	})
	m = kit.NewModal(e.T("incident."+key+"_title"), 520, kit.VBox(theme.GapField, kit.Paragraph(e.T("incident."+key+"_text")), field),
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }), say)
	m.Show(e.Window)
	m.Focus(note)
}

// pastRoom is the height of the list, which a small screen has.
const pastRoom = 400

// showPast is the window with all incidents, the latest first.
func (p *incidentPage) showPast() {
	e := p.env
	all := kit.VBox(14)
	var m *kit.Modal
	for _, r := range p.history.Rows {
		line := kit.VBox(2, kit.NewLabel(e.T("incident.past_since", "since", r.Since, "name", r.By), kit.Style{Weight: kit.Medium, Wrap: true}),
			kit.MutedParagraph(p.ended(r)), kit.MutedParagraph(p.decided(r)))
		if r.CNIL == nil {
			line.Add(kit.HBox(8, append(p.answers(r, func() { m.Close() }), kit.Spacer())...))
		}
		all.Add(line)
	}
	if len(p.history.Rows) == 0 {
		all.Add(kit.MutedParagraph(e.T("incident.past_none")))
	}
	m = kit.NewModal(e.T("incident.past"), 640, kit.Fixed(0, pastRoom, kit.NewScroll(all)),
		kit.NewButton(e.T("common.close"), "", kit.Primary, func() { m.Close() }))
	m.Show(e.Window)
}

func (p *incidentPage) ended(r incident.Record) string {
	if r.Ended.IsZero() {
		return p.env.T("incident.past_on")
	}
	return p.env.T("incident.past_ended", "ended", r.Ended, "name", r.EndedBy)
}

// decided is what was said of the CNIL.
func (p *incidentPage) decided(r incident.Record) string {
	a := r.CNIL
	if a == nil {
		return p.env.T("incident.past_open", "deadline", r.Deadline)
	}
	key := "incident.past_spared"
	if a.Told {
		key = "incident.past_told"
	}
	return p.env.T(key, "at", a.At, "name", a.By, "deadline", r.Deadline, "note", a.Note)
}

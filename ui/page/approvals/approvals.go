// Package approvals is the page "À approuver": what takes two people and waits for the second one.
package approvals

import (
	"cmp"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/bin"
	"zafe/app/fr"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"approvals": func(e *page.Env, _ page.Route) page.Page { return newApprovals(e) },
	}
}

type approvals struct {
	*page.Gate
	env    *page.Env
	object *kit.Page
}

func newApprovals(e *page.Env) page.Page {
	p := &approvals{Gate: page.NewGate(e), env: e}
	head := kit.NewHeader(e.T("approvals.title"), e.T("approvals.under")).OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, kit.Gap(1, 1))
	p.Refresh()
	return p
}

// Object implements page.Page.
func (p *approvals) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *approvals) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *approvals) Refresh() {
	page.Call(p.env, approval.List, op.Empty{}, func(r approval.ListResponse, err error) {
		p.holds(func(holds []bin.Hold, held error) { p.fill(holds, r.Pending, cmp.Or(err, held)) })
	})
}

// fill shows who is held, then what takes two people; refused is why one of the two could not be read.
func (p *approvals) fill(holds []bin.Hold, pending []approval.Pending, refused error) {
	p.Forget()
	if refused != nil {
		p.env.Shell.Fail(refused)
	}
	if refused != nil && len(holds)+len(pending) == 0 {
		p.object.SetBody(page.Unread(p.env, refused))
		return
	}
	if len(holds)+len(pending) == 0 {
		p.object.SetBody(kit.NewEmpty("check-circle", p.env.T("approvals.none"), p.env.T("approvals.none_hint"), nil))
		return
	}
	cards := kit.VBox(theme.GapCard)
	for _, h := range holds {
		cards.Add(p.hold(h))
	}
	for _, w := range pending {
		cards.Add(p.card(w))
	}
	p.object.SetBody(kit.NewScroll(cards))
}

// written is a value as it is read out on the telephone.
func written(what, value string) string {
	if what == "iban" || what == "iban_text" {
		value = fr.FormatIBAN(value)
	}
	return cmp.Or(value, "–")
}

// card is one request: what it would change, and what can be said to it.
func (p *approvals) card(w approval.Pending) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight, kit.MutedParagraph(e.T("approvals.asked", "by", w.By, "when", e.Text.Instant(w.At),
		"until", e.Text.Instant(w.Expires))))
	for _, c := range w.Changes {
		if c.Right != "" {
			body.Add(kit.Line(e.T("right."+string(c.Right)), e.T("approvals.change",
				"before", role.ScopeName(e.Text, c.Right, c.From), "after", role.ScopeName(e.Text, c.Right, c.To))))
			continue
		}
		text := e.T("approval.change."+c.What, "who", c.Who, "of", c.Of)
		if c.Who != "" {
			body.Add(kit.Paragraph(text))
			continue
		}
		body.Add(kit.Line(text, e.T("approvals.change", "before", written(c.What, c.Before), "after", written(c.What, c.After))))
	}
	row := kit.HBox(8, kit.Spacer())
	switch {
	case w.Moved:
		body.Add(kit.NewNotice(kit.Warn, "", e.T("approvals.moved")))
	case w.Own:
		body.Add(kit.NewNotice(kit.Info, "", e.T("approval.own_rights")))
	case w.Bar != nil:
		body.Add(kit.NewNotice(kit.Info, "", e.Text.Fault(w.Bar)))
	case !w.Mine:
		body.Add(kit.MutedParagraph(e.T("approvals.call."+w.Op, "by", w.By)))
	}
	add := func(key, icon string, kind kit.Kind, yes bool, said string) {
		row.Add(p.Write(kit.NewButton(e.T("approvals."+key), icon, kind, func() { p.decide(w, yes, said) })))
	}
	if w.Mine {
		add("withdraw", "", kit.Secondary, false, "withdrawn")
	} else {
		add("refuse", "prohibit", kit.Danger, false, "refused")
		if !w.Moved && !w.Own && w.Bar == nil {
			add("approve", "check", kit.Primary, true, "approved")
		}
	}
	body.Add(row)
	var c approval.Change
	if len(w.Changes) > 0 {
		c = w.Changes[0]
	}
	title := role.Role{Key: c.Role, Name: c.Of}.Title(e.Text)
	return kit.NewCard(e.T("approval.op."+w.Op, "of", c.Of, "role", title, "who", c.Who, "team", c.Team), body)
}

func (p *approvals) decide(w approval.Pending, yes bool, said string) {
	e := p.env
	req := approval.DecideRequest{ID: w.ID, Digest: w.Digest, Yes: yes}
	page.Call(e, approval.Decide, req, func(_ op.Empty, err error) {
		if err != nil {
			e.Shell.Fail(err)
		} else {
			e.Shell.Toast(kit.Ok, e.T("approvals."+said))
			e.Shell.Changed("company") // its name may have changed with the rest
		}
		p.Refresh()
	})
}

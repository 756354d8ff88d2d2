package journal

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// witnessesWidth is that of the list of who keeps how far the book was.
const witnessesWidth float32 = 620

// proof says above the journal what proves it: when its chain was last followed, and who keeps how far it
// went.
type proof struct {
	env     *page.Env
	alert   *kit.Banner // what somebody saw and the book does not show
	line    fyne.CanvasObject
	checked *kit.Label
	list    *kit.Button
	changed func()

	status witness.Status
	copies []backup.Copy
}

// newProof returns it empty; changed is told when its height is another.
func newProof(e *page.Env, g *page.Gate, changed func()) *proof {
	p := &proof{env: e, checked: kit.Muted(""), changed: changed}
	var actions []fyne.CanvasObject
	if e.Can(witness.Accept.Spec) {
		actions = append(actions, g.Write(kit.NewButton(e.T("witness.accept"), "", kit.Secondary, p.accept)))
	}
	p.alert = kit.NewNotice(kit.Error, "", "", actions...)
	p.alert.Hide()
	p.list = kit.NewButton(e.T("witness.list"), "eye", kit.Link, p.show)
	p.list.Hide()
	p.line = kit.HBox(10, p.checked, p.list)
	p.line.Hide()
	return p
}

// refresh reads it all again; each part that the person may not know stays away.
func (p *proof) refresh() {
	e := p.env
	if e.Can(verify.Integrity.Spec) {
		page.Call(e, verify.Integrity, op.Empty{}, func(st verify.Status, err error) {
			if err == nil {
				p.walked(st.Last)
			}
		})
	}
	if e.Can(backup.GetStatus.Spec) {
		page.Call(e, backup.GetStatus, op.Empty{}, func(st backup.Status, err error) {
			if err == nil {
				p.copies = st.Copies
			}
		})
	}
	page.Call(e, witness.Get, op.Empty{}, func(st witness.Status, err error) {
		if err == nil {
			p.heard(st)
		}
	})
}

// walked says when the chain was last followed from its first event.
func (p *proof) walked(last *verify.Report) {
	e := p.env
	text := e.T("witness.never")
	if last != nil {
		key := "witness.whole"
		for _, f := range last.Findings {
			if f.Key == "verify.chain" {
				key = "witness.broken"
			}
		}
		text = e.T(key, "when", e.Text.Instant(last.At), "n", last.Events)
	}
	p.checked.SetText(text)
	p.line.Show()
	p.changed()
}

func (p *proof) heard(st witness.Status) {
	e := p.env
	p.status = st
	p.list.Show()
	p.line.Show()
	if len(st.Alerts) == 0 {
		p.alert.Hide()
		p.changed()
		return
	}
	var told []string
	for _, a := range st.Alerts {
		told = append(told, e.T("witness.alert."+a.From, "name", a.Name, "seen", a.Seen, "at", e.Text.Instant(a.At)))
	}
	p.alert.Set(kit.Error, e.T("witness.older"), strings.Join(told, " "))
	p.alert.Show()
	p.changed()
}

// accept takes the book as it is.
func (p *proof) accept() {
	e := p.env
	e.Shell.Confirm(e.T("witness.accept_title"), e.T("witness.accept_text"), e.T("witness.accept"), true, func() {
		page.Do(e, witness.Accept, op.Empty{}, func(st witness.Status) {
			e.Shell.Toast(kit.Ok, e.T("witness.accepted"))
			p.heard(st)
		})
	})
}

// show lists who keeps how far the book was.
func (p *proof) show() {
	e := p.env
	body := kit.VBox(8, kit.MutedParagraph(e.T("witness.text", "n", p.status.Event)))
	one := func(icon, name, kept string) {
		text := kit.VBox(0, kit.NewLabel(name, kit.Style{Weight: kit.Medium, Wrap: true}), kit.Caption(kept))
		body.Add(kit.Row(12, kit.IconTile(icon, kit.Info), text, kit.HBox(0)))
	}
	for _, w := range p.status.Witnesses {
		one("desktop-tower", w.Name, e.T("witness.keeps", "n", w.Event, "when", e.Text.Instant(w.At)))
	}
	for _, c := range p.copies {
		if c.Event > 0 {
			one("cloud-check", c.Label, e.T("witness.keeps", "n", c.Event, "when", c.Last(e.Text)))
		}
	}
	if len(body.Objects) == 1 {
		body.Add(kit.Paragraph(e.T("witness.nobody")))
	}
	var m *kit.Modal
	ok := kit.NewButton(e.T("common.close"), "", kit.Primary, func() { m.Close() })
	m = kit.NewModal(e.T("witness.title"), witnessesWidth, body, ok)
	m.Show(e.Window)
}

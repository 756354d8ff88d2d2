package approvals

import (
	"fyne.io/fyne/v2"

	"zafe/app/bin"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	pagebin "zafe/ui/page/bin"
	"zafe/ui/theme"
)

// hold is somebody who took away or wrote over very many records: what they did, and the two answers of an owner, who
// can give them in any order.
func (p *approvals) hold(h bin.Hold) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight, kit.Paragraph(e.Text.N("bin.hold_text", h.Rows, map[string]any{"at": e.Text.Instant(h.At)})))
	if len(h.Sample) > 0 {
		body.Add(kit.MutedParagraph(e.T("bin.hold_sample", "names", e.Text.List(h.Sample))))
	}
	row := kit.HBox(8, kit.NewButton(e.T("bin.title"), "", kit.Link, func() { e.Shell.Open(page.Route{Name: "bin"}) }),
		kit.Spacer())
	if h.Left == 0 {
		back := e.T("bin.hold_back")
		if h.Open() {
			back = e.T("bin.hold_back_open", "name", h.Name)
		}
		body.Add(kit.NewNotice(kit.Ok, "", back))
	}
	switch {
	case !h.Open():
		body.Add(kit.MutedParagraph(e.T("bin.hold_freed", "at", e.Text.Instant(h.FreedAt))))
	case h.User != e.Me.User.ID:
		body.Add(kit.MutedParagraph(e.T("bin.hold_call", "name", h.Name)))
	}
	if h.Open() {
		row.Add(p.Write(kit.NewButton(e.T("bin.free"), "check", kit.Secondary, func() {
			page.Do(e, bin.Free, bin.FreeRequest{ID: h.ID}, func(bin.Overview) {
				e.Shell.Toast(kit.Ok, e.T("bin.freed", "name", h.Name))
				e.Shell.Changed("hold")
				p.Refresh()
			})
		})))
	}
	if h.Left > 0 {
		row.Add(p.Write(kit.NewButton(e.T("bin.put_back_all"), "arrow-counter-clockwise", kit.Primary, func() {
			page.Do(e, bin.Restore, bin.RestoreRequest{Hold: h.ID}, func(out bin.Restored) {
				pagebin.Say(e, out)
				e.Shell.Changed("hold")
				p.Refresh()
			})
		})))
	}
	body.Add(row)
	return kit.NewCard(e.T("bin.hold", "name", h.Name), body)
}

// holds asks for those that an owner should see: open ones, and closed ones of which something can be put back.
func (p *approvals) holds(then func([]bin.Hold, error)) {
	if !p.env.Can(bin.Look.Spec) {
		then(nil, nil)
		return
	}
	page.Call(p.env, bin.Look, op.Empty{}, func(o bin.Overview, err error) { // without it the other half is shown
		var out []bin.Hold
		for _, h := range o.Holds {
			if h.Open() || h.Left > 0 {
				out = append(out, h)
			}
		}
		then(out, err)
	})
}

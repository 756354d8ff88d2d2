package people

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// remoteButton makes an invitation file for a PC that is elsewhere.
func (p *people) remoteButton() fyne.CanvasObject {
	return p.Write(kit.NewButton(p.env.T("people.remote"), "envelope-simple", kit.Ghost, p.remote))
}

// remote asks where this PC can be reached from elsewhere, once it is known which files are out already, and has the
// file kept that lets a PC in.
func (p *people) remote() {
	page.Do(p.env, device.List, op.Empty{}, func(r device.ListResponse) { p.inviteRemote(r.Invited) })
}

// inviteRemote is remote with out files that no PC used yet.
func (p *people) inviteRemote(out int) {
	e := p.env
	addr := kit.NewLineEdit("")
	addr.Icon = "desktop-tower"
	field := kit.NewField(e.T("people.remote.addr"), addr).Hint(e.T("people.remote.addr_hint"))
	body := kit.VBox(12, kit.Paragraph(e.T("people.remote.how")), field)
	var m *kit.Modal
	if out > 0 {
		withdraw := kit.NewButton(e.T("people.remote.withdraw"), "", kit.Secondary, func() {
			page.Do(e, device.Withdraw, op.Empty{}, func(op.Empty) {
				m.Close()
				e.Shell.Toast(kit.Ok, e.T("people.remote.withdrawn"))
				p.Refresh()
			})
		})
		body.Add(kit.NewNotice(kit.Info, "", e.T("people.remote.out", "n", out)))
		body.Add(kit.HBox(8, withdraw))
	}
	body.Add(kit.MutedParagraph(e.T("people.remote.care")))
	save := func() {
		req := device.InviteFileRequest{Address: strings.TrimSpace(addr.Text())}
		if f := fault.Of(req.Validate()); f != nil {
			field.SetError(e.Text.Fault(f))
			return
		}
		m.Close()
		e.Shell.SaveFile(e.T("people.remote.file"), page.Fetch(e, device.InviteFile, req))
	}
	m = kit.NewModal(e.T("people.remote.title"), 520, body,
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(e.T("people.remote.save"), "check", kit.Primary, save)).OnEnter(save)
	m.Show(e.Window)
	m.Focus(addr)
}

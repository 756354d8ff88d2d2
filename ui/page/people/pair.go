package people

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/device"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// pairing is the window of the code that lets a PC in.
type pairing struct {
	page  *people
	code  device.Invitation
	known []device.Device // before the code
	over  bool            // it is good no more, and that is shown
	box   *fyne.Container
	modal *kit.Modal
}

func now() time.Time { return time.Now() } //nolint:forbidigo // the time on this screen

// invite shows the one-time code that lets a PC in, and where this one can be reached.
func (p *people) invite() {
	e := p.env
	d := &pairing{page: p, box: kit.VBox(12)}
	d.modal = kit.NewModal(e.T("people.invite"), 480, d.box,
		kit.NewButton(e.T("common.close"), "", kit.Primary, func() { d.modal.Close() }))
	d.modal.OnClosed = func() {
		p.pairing = nil
		p.Refresh()
	}
	d.ask(func() {
		p.pairing = d
		d.modal.Show(e.Window)
	})
}

// ask has a code made, once it is known which PCs are there without it.
func (d *pairing) ask(then func()) {
	e := d.page.env
	page.Do(e, device.List, op.Empty{}, func(r device.ListResponse) {
		page.Do(e, device.Invite, op.Empty{}, func(inv device.Invitation) {
			d.code, d.known, d.over = inv, r.Devices, false
			d.show(d.asked()...)
			then()
		})
	})
}

func (d *pairing) show(what ...fyne.CanvasObject) {
	d.box.Objects = what
	d.box.Refresh()
	if d.modal.Shown() {
		d.modal.Resize()
	}
}

// asked is the code, and how it is used.
func (d *pairing) asked() []fyne.CanvasObject {
	e := d.page.env
	out := []fyne.CanvasObject{
		kit.Paragraph(e.T("people.invite_how")), kit.Center(kit.NewLabel(d.code.Code, kit.Style{Size: 34, Weight: kit.Bold})),
	}
	for i, a := range d.code.Addresses {
		label := ""
		if i == 0 {
			label = e.T("people.invite_address")
		}
		out = append(out, kit.Line(label, a))
	}
	if len(d.code.Addresses) == 0 {
		out = append(out, kit.NewNotice(kit.Warn, "", e.T("people.invite_no_network")))
	}
	if e.Shut != nil {
		if key := e.Shut(); key != "" {
			out = append(out, kit.NewNotice(kit.Warn, "", e.T(key)))
		}
	}
	return append(out, kit.MutedParagraph(e.T("people.invite_expires", "when", e.Text.Clock(d.code.Expires))))
}

// look tells that a PC came in, or that wrong tries or the time used the code up, in place of a code that is good no
// more.
func (d *pairing) look(r device.ListResponse) {
	if d.over {
		return
	}
	e := d.page.env
	came := slices.IndexFunc(r.Devices, func(x device.Device) bool {
		return x.State == device.Active && x.EndsAt.IsZero() && !slices.ContainsFunc(d.known, func(k device.Device) bool {
			return k.ID == x.ID && k.State == device.Active
		})
	})
	var said fyne.CanvasObject
	switch {
	case came >= 0:
		said = kit.NewNotice(kit.Ok, "", e.T("people.invite_came", "name", r.Devices[came].Name))
	case r.Burnt.Equal(d.code.Expires):
		said = kit.NewNotice(kit.Warn, "", e.T("people.invite_burnt"))
	case now().After(d.code.Expires):
		said = kit.NewNotice(kit.Info, "", e.T("people.invite_over"))
	default:
		return
	}
	d.over = true
	d.show(said, kit.HBox(0, kit.NewButton(e.T("people.invite_again"), "desktop", kit.Secondary, func() { d.ask(func() {}) }), kit.Spacer()))
}

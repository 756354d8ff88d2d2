package people

import (
	"fyne.io/fyne/v2"

	"zafe/app/device"
	"zafe/app/relay"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// relayed shows what the relay PC has.
func (p *people) relayed(s relay.Status) {
	e := p.env
	p.relay = s
	p.standby.SetText(e.T("relay.state."+s.State, "name", s.Name, "at", e.Text.Instant(s.Asked),
		"s", (s.BehindMS+999)/1000, "n", s.Own))
	if p.alike.Hide(); s.Relay != 0 {
		p.alike.SetText(p.compared(s))
		p.alike.Show()
	}
	p.object.Refresh()
	p.pcs.Reload()
}

// compared is what came of the last comparison of the copy with the book.
func (p *people) compared(s relay.Status) string {
	key := "relay.compared.same"
	switch {
	case s.Same.IsZero() && s.Differed.IsZero():
		key = "relay.compared.never"
	case s.Differed.After(s.Same):
		key = "relay.compared.differed"
	case !s.Differed.IsZero():
		key = "relay.compared.mended"
	}
	return p.env.T(key, "same", s.Same, "differed", s.Differed)
}

func (p *people) relayTone() kit.Tone {
	switch p.relay.State {
	case relay.Following:
		return kit.Ok
	case relay.Copying, relay.Starting:
		return kit.Info
	default:
		return kit.Warn
	}
}

// relayButton names a PC the relay, or names none any more.
func (p *people) relayButton(d device.Device, done func()) fyne.CanvasObject {
	e := p.env
	name := func(id device.ID) {
		page.Do(e, relay.Name, relay.NameRequest{ID: id}, func(relay.Status) {
			done()
			p.Refresh()
		})
	}
	if d.ID == p.relay.Relay {
		return kit.NewButton(e.T("people.relay.drop"), "", kit.Secondary, func() { name(0) })
	}
	return kit.NewButton(e.T("people.relay.name"), "", kit.Secondary, func() {
		e.Shell.Confirm(e.T("people.relay.title", "name", d.Name), e.T("people.relay.text"), e.T("people.relay.name"),
			false, func() { name(d.ID) })
	})
}

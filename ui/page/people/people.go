// Package people is the page of the users and the PCs: who may log in with which role, and which
// machines may talk to the book.
package people

import (
	"slices"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/leave"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/role"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// Routes are the pages of this package. "people" takes the person who is chosen as ID, or with the tab of the PCs as
// Arg the PC; "leave" takes the person.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"people": func(e *page.Env, r page.Route) page.Page { return newPeople(e, r) },
		"leave":  func(e *page.Env, r page.Route) page.Page { return newLeaving(e, r.ID) },
	}
}

// pcsTab is the key of the tab of the PCs.
const pcsTab = "pcs"

type people struct {
	*page.Gate
	env     *page.Env
	object  fyne.CanvasObject
	users   []user.User
	roles   []role.Role
	devices []device.Device
	relay   relay.Status
	standby *kit.Label // what the relay PC has
	alike   *kit.Label // what the comparison of its copy with the book found
	names   map[auth.UserID]string
	who     *kit.Grid
	pcs     *kit.Grid
	tabs    *kit.Tabs
	pairing *pairing   // the window of a code, nil for none
	wanted  page.Route // what is to be chosen once it is read
}

func newPeople(e *page.Env, r page.Route) page.Page {
	p := &people{Gate: page.NewGate(e), env: e, wanted: r, names: map[auth.UserID]string{}}
	for _, r := range auth.Roles() { // until those of the company are read
		p.roles = append(p.roles, role.Role{Key: r, Ready: true, Rights: r.Rights(), SecondFactor: r.Rights().NeedsSecondFactor()})
	}
	p.lists()
	p.tabs = kit.NewTabs(p.tabsOf()...)
	title, under := e.T("people.title"), e.T("people.under")
	if !e.Can(user.List.Spec) {
		title, under = e.T("people.pcs"), e.T("people.under_pcs")
	}
	p.object = kit.NewPage(kit.NewHeader(title, under, p.buttons()...), p.tabs).
		Foot(kit.Caption(e.T("people.hint")))
	list := p.who
	if (r.Arg == pcsTab || !e.Can(user.List.Spec)) && e.Can(device.List.Spec) {
		list = p.pcs
		p.tabs.SetKey(pcsTab)
	}
	p.Refresh()
	kit.After(paging.RestShown, func() { kit.Focus(list) })
	return p
}

// lists makes the list of the people and that of the PCs.
func (p *people) lists() {
	e := p.env
	p.who = kit.NewGrid([]kit.Column{
		{Title: e.T("people.column.name"), Width: 190, Weight: 1},
		{Title: e.T("people.column.login"), Width: 110},
		{Title: e.T("people.column.role"), Width: 154},
		{Title: e.T("people.column.second"), Width: 156},
		{Title: e.T("people.column.last"), Width: 140},
		{Title: e.T("people.column.state"), Width: 150},
	}, func() int { return len(p.users) }, p.userCell)
	p.who.Muted = func(row int) bool { return p.users[row].Disabled }
	p.who.OnOpen = func(row int) { p.edit(p.users[row]) }
	p.pcs = kit.NewGrid([]kit.Column{
		{Title: e.T("people.column.pc"), Width: 170, Weight: 1},
		{Title: e.T("people.column.print"), Width: 160},
		{Title: e.T("people.column.by"), Width: 140},
		{Title: e.T("people.column.since"), Width: 140},
		{Title: e.T("people.column.seen"), Width: 120},
		{Title: e.T("people.column.state"), Width: 110},
	}, func() int { return len(p.devices) }, p.deviceCell)
	p.pcs.Muted = func(row int) bool { return p.devices[row].State == device.Revoked }
	p.pcs.OnOpen = func(row int) { p.device(p.devices[row]) }
	p.pcs.SetEmpty(kit.NewEmpty("desktop", e.T("people.no_pc"), e.T("people.no_pc_hint"), nil))
	p.standby = kit.Muted("")
	p.alike = kit.Caption("")
	p.alike.Hide()
}

// tabsOf are the lists that the person may read.
func (p *people) tabsOf() (tabs []kit.Tab) {
	e := p.env
	if e.Can(user.List.Spec) {
		tabs = append(tabs, kit.Tab{Key: "users", Text: e.T("people.users"), Make: func() fyne.CanvasObject { return p.who }})
	}
	if e.Can(device.List.Spec) {
		tabs = append(tabs, kit.Tab{Key: pcsTab, Text: e.T("people.pcs"), Make: func() fyne.CanvasObject {
			top := kit.HBox(8, kit.VBox(0, p.standby, p.alike), kit.Spacer())
			if e.Can(device.InviteFile.Spec) {
				top.Add(p.remoteButton())
			}
			return kit.VFill(theme.GapTight, 1, top, p.pcs)
		}})
	}
	return tabs
}

// buttons are those of what the person may do.
func (p *people) buttons() (out []fyne.CanvasObject) {
	e := p.env
	if e.Can(support.Open.Spec) {
		out = append(out, kit.NewButton(e.T("support.title"), "lifebuoy", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "support"})
		}))
	}
	if e.Can(role.List.Spec) {
		out = append(out, kit.NewButton(e.T("roles.title"), "list-checks", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "roles"})
		}))
	}
	if e.Can(leave.Now.Spec) {
		out = append(out, p.Write(kit.NewButton(e.T("people.leave"), "sign-out", kit.Secondary, p.leave)))
	}
	if e.Can(device.Invite.Spec) {
		out = append(out, p.Write(kit.NewButton(e.T("people.invite"), "desktop", kit.Secondary, p.invite)))
	}
	if e.Can(user.Save.Spec) {
		out = append(out, p.Write(kit.NewButton(e.T("people.new"), "plus", kit.Primary,
			func() { p.edit(user.User{}) })))
	}
	return out
}

// choose selects the person or the PC that the page was opened for, once.
func (p *people) choose() {
	id, list := p.wanted.ID, p.who
	row := slices.IndexFunc(p.users, func(u user.User) bool { return int64(u.ID) == id })
	if p.wanted.Arg == pcsTab {
		list = p.pcs
		row = slices.IndexFunc(p.devices, func(d device.Device) bool { return int64(d.ID) == id })
	}
	if row >= 0 {
		p.wanted = page.Route{}
		list.Select(row)
	}
}

// Object implements page.Page.
func (p *people) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *people) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *people) Refresh() {
	e := p.env
	if e.Can(user.List.Spec) {
		p.people()
	}
	if e.Can(device.List.Spec) {
		page.Fill(e, device.List, op.Empty{}, p.paired, p.pcs)
		page.Do(e, relay.Get, op.Empty{}, p.relayed)
	}
}

// people asks who there is, and which roles.
func (p *people) people() {
	e := p.env
	page.Fill(e, user.List, op.Empty{}, func(r user.ListResponse) {
		p.users = r.Users
		for _, u := range r.Users {
			p.names[u.ID] = u.Name
		}
		p.who.Reload()
		p.pcs.Reload()
		p.choose()
	}, p.who)
	page.Do(e, role.List, op.Empty{}, func(r role.ListResponse) { p.roles = r.Roles })
}

// Beat implements page.Living: whether the relay follows, and the PCs that came.
func (p *people) Beat() {
	e := p.env
	if !e.Can(device.List.Spec) || p.tabs.Key() != pcsTab && p.pairing == nil {
		return
	}
	page.Call(e, device.List, op.Empty{}, func(r device.ListResponse, err error) {
		if err == nil {
			p.paired(r)
		}
	})
	page.Call(e, relay.Get, op.Empty{}, func(s relay.Status, err error) {
		if err == nil && s != p.relay {
			p.relayed(s)
		}
	})
}

// paired takes note of the PCs there are now.
func (p *people) paired(r device.ListResponse) {
	if !slices.Equal(r.Devices, p.devices) {
		row, chosen := p.pcs.Selected(), device.Device{}
		if row >= 0 && row < len(p.devices) {
			chosen = p.devices[row]
		}
		p.devices = r.Devices
		p.pcs.Reload()
		if chosen.ID != 0 { // they stand by name: one that was renamed is elsewhere, and another must not be shut out for it
			p.pcs.Select(slices.IndexFunc(p.devices, func(d device.Device) bool { return d.ID == chosen.ID }))
		}
	}
	if p.pairing != nil {
		p.pairing.look(r)
	}
	p.choose()
}

func (p *people) userCell(row, col int) kit.CellView {
	e, u := p.env, p.users[row]
	switch col {
	case 0:
		return kit.CellView{Text: u.Name, Weight: kit.Bold}
	case 1:
		return kit.CellView{Text: u.Login, Color: theme.Muted}
	case 2:
		return kit.CellView{Text: u.RoleTitle(e.Text)}
	case 3:
		switch {
		case u.SecondOn:
			return kit.CellView{Text: e.T("people.second_on"), Pill: true, Tone: kit.Ok}
		case u.NeedsSecondFactor:
			return kit.CellView{Text: e.T("people.second_due"), Pill: true, Tone: kit.Warn}
		default:
			return kit.CellView{Text: "–", Color: theme.Faint}
		}
	case 4:
		if u.LastLoginAt.IsZero() {
			return kit.CellView{Text: e.T("people.never"), Color: theme.Faint}
		}
		return kit.CellView{Text: e.Text.Instant(u.LastLoginAt)}
	default:
		if u.Disabled {
			return kit.CellView{Text: e.T("people.disabled"), Pill: true, Tone: kit.Neutral}
		}
		if u.Ended(today()) {
			return kit.CellView{Text: e.T("people.ended"), Pill: true, Tone: kit.Neutral}
		}
		if !u.EndsOn.IsZero() {
			tone := kit.Info
			if u.EndsSoon(today()) {
				tone = kit.Warn
			}
			return kit.CellView{Text: e.T("people.until", "day", e.Text.Date(u.EndsOn)), Pill: true, Tone: tone}
		}
		return kit.CellView{Text: e.T("people.active"), Pill: true, Tone: kit.Ok}
	}
}

func (p *people) deviceCell(row, col int) kit.CellView {
	e, d := p.env, p.devices[row]
	switch col {
	case 0:
		return kit.CellView{Text: d.Name, Weight: kit.Bold}
	case 1:
		return kit.CellView{Text: d.Fingerprint[:min(16, len(d.Fingerprint))], Color: theme.Muted}
	case 2:
		return kit.CellView{Text: p.names[d.ApprovedBy]}
	case 3:
		return kit.CellView{Text: e.Text.Instant(d.FirstSeen)}
	case 4:
		return p.seenCell(d)
	default:
		switch d.ID {
		case p.relay.Relay:
			return kit.CellView{Text: e.T("people.relay.pill"), Pill: true, Tone: p.relayTone()}
		case p.relay.Main:
			return kit.CellView{Text: e.T("people.relay.main"), Pill: true, Tone: kit.Neutral}
		}
		if d.State == device.Revoked {
			return kit.CellView{Text: e.T("people.revoked"), Pill: true, Tone: kit.Error}
		}
		if !d.EndsAt.IsZero() {
			return kit.CellView{Text: e.T("support.pill", "until", e.Text.Clock(d.EndsAt)), Pill: true, Tone: kit.Warn}
		}
		return kit.CellView{Text: e.T("people.allowed"), Pill: true, Tone: kit.Ok}
	}
}

// seenCell says when a PC was at work last. The main PC works by itself, and a PC that was shut out no more.
func (p *people) seenCell(d device.Device) kit.CellView {
	if d.State == device.Revoked || d.ID == p.relay.Main && d.ID != 0 {
		return kit.CellView{Text: "–", Color: theme.Faint}
	}
	if d.Here {
		return kit.CellView{Text: p.env.T("people.here"), Color: theme.OkText}
	}
	return kit.CellView{Text: p.env.Text.Ago(d.LastSeen, now()), Color: theme.Muted}
}

// leave opens the departure of the person who is chosen.
func (p *people) leave() {
	e, row := p.env, p.who.Selected()
	if row < 0 || row >= len(p.users) || p.tabs.Key() == pcsTab {
		e.Shell.Toast(kit.Info, e.T("people.leave_whom"))
		return
	}
	e.Shell.Open(page.Route{Name: "leave", ID: int64(p.users[row].ID)})
}

// device renames a PC or shuts it out.
func (p *people) device(d device.Device) {
	e := p.env
	name := kit.NewLineEdit("")
	name.SetText(d.Name)
	field := kit.NewField(e.T("people.column.pc"), name).Required()
	var m *kit.Modal
	save := func() {
		page.Call(e, device.Rename, device.RenameRequest{ID: d.ID, Name: name.Text()}, func(_ device.Device, err error) {
			if f := fault.Of(err); f != nil {
				if f.Field == "name" {
					field.SetError(e.Text.Fault(f))
					return
				}
				e.Shell.Fail(err)
				return
			}
			m.Close()
			p.Refresh()
		})
	}
	buttons := []fyne.CanvasObject{kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() })}
	if d.State == device.Active && d.EndsAt.IsZero() && e.Can(relay.Name.Spec) && d.ID != p.relay.Main {
		buttons = append(buttons, p.relayButton(d, func() { m.Close() }))
	}
	if d.State == device.Active && (d.ID != p.relay.Main || p.relay.Relay == 0) {
		buttons = append(buttons, kit.NewButton(e.T("people.revoke"), "lock", kit.Danger, func() {
			e.Shell.Confirm(e.T("people.revoke_title", "name", d.Name), e.T("people.revoke_text"), e.T("people.revoke"), true, func() {
				page.Do(e, device.Revoke, device.IDRequest{ID: d.ID}, func(device.Device) {
					m.Close()
					p.Refresh()
				})
			})
		}))
	}
	buttons = append(buttons, kit.NewButton(e.T("common.save"), "check", kit.Primary, save))
	m = kit.NewModal(d.Name, 480, kit.VBox(12, field, kit.MutedParagraph(e.T("people.print_note", "print", d.Fingerprint))), buttons...).OnEnter(save)
	m.Show(e.Window)
	m.Focus(name)
}

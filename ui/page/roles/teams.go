package roles

import (
	"slices"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// teams is the page of who is in which team.
type teams struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject
	teams  []role.Team
	people []user.User
	grid   *kit.Grid
	card   *kit.Card // the team that is open
	make   *kit.Button

	was     role.Team // as the book has it; a new one has no ID
	open    bool
	name    *kit.LineEdit
	field   *kit.Field
	members map[auth.UserID]bool
	changed bool
}

func newTeams(e *page.Env) page.Page {
	p := &teams{Gate: page.NewGate(e), env: e, card: kit.NewCard(e.T("teams.title"), kit.VBox(0))}
	p.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("teams.column.team"), Width: 170, Weight: 1},
		{Title: e.T("roles.column.people"), Width: 92, Align: fyne.TextAlignTrailing},
	}, func() int { return len(p.teams) }, p.cell)
	p.grid.OnSelect = p.selected
	p.grid.SetEmpty(kit.NewEmpty("users", e.T("teams.none"), e.T("teams.none_hint"), nil))
	var actions []fyne.CanvasObject
	if e.Can(role.SaveTeam.Spec) {
		p.make = p.Write(kit.NewButton(e.T("teams.new"), "plus", kit.Primary, func() {
			p.leave(func() {
				p.grid.Unselect()
				p.show(role.Team{})
				kit.Focus(p.name)
			})
		}))
		actions = append(actions, p.make)
	}
	head := kit.NewHeader(e.T("teams.title"), e.T("teams.under"), actions...).OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, kit.Cols(theme.GapCard, []float32{1, 1.7},
		kit.NewCard(e.T("teams.title"), p.grid).Flush(), p.card))
	p.nothing()
	p.Refresh()
	kit.After(paging.RestShown, func() { kit.Focus(p.grid) })
	return p
}

// Object implements page.Page.
func (p *teams) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *teams) Unsaved() bool { return p.changed }

// Refresh implements page.Page: what is being changed stays as it is.
func (p *teams) Refresh() {
	page.Fill(p.env, user.List, op.Empty{}, func(r user.ListResponse) {
		p.people = slices.DeleteFunc(r.Users, func(u user.User) bool { return u.Disabled })
		page.Fill(p.env, role.List, op.Empty{}, func(r role.ListResponse) {
			p.teams = r.Teams
			p.grid.Reload()
			switch row := p.find(p.was.ID); {
			case p.changed || p.open && p.was.ID == 0:
			case row < 0 && len(p.teams) == 0:
				p.nothing()
			default:
				p.grid.Select(max(row, 0))
				p.show(p.teams[max(row, 0)])
			}
		}, p.grid)
	}, p.grid)
}

// find is the place of a team in the list, -1 when it is not there.
func (p *teams) find(id int64) int {
	return slices.IndexFunc(p.teams, func(t role.Team) bool { return t.ID == id })
}

func (p *teams) cell(row, col int) kit.CellView {
	if t := p.teams[row]; col == 0 {
		return kit.CellView{Text: t.Name, Weight: kit.Bold}
	}
	return kit.CellView{Text: p.env.Text.Number(int64(len(p.teams[row].Members)))}
}

func (p *teams) selected(row int) {
	if row < 0 || row >= len(p.teams) || p.open && p.teams[row].ID == p.was.ID {
		return
	}
	to := p.teams[row]
	p.leave(func() {
		p.grid.Select(p.find(to.ID))
		p.show(to)
	})
}

// leave goes on once what was changed is saved or given up; else the row of what is open is chosen again.
func (p *teams) leave(then func()) {
	if !p.changed {
		then()
		return
	}
	if row := p.find(p.was.ID); row >= 0 {
		p.grid.Select(row)
	} else {
		p.grid.Unselect()
	}
	e := p.env
	text := e.T("teams.lose_text", "name", p.name.Text())
	e.Shell.Confirm(e.T("roles.lose_title"), text, e.T("roles.lose"), true, func() {
		p.changed = false
		then()
	})
}

// nothing is the card while no team is open.
func (p *teams) nothing() {
	p.was, p.open, p.changed = role.Team{}, false, false
	p.Forget()
	if p.make != nil {
		p.Write(p.make)
	}
	p.card.SetTitle(p.env.T("teams.title"))
	p.card.SetBody(kit.MutedParagraph(p.env.T("teams.help")))
}

// show opens a team, or a new one.
func (p *teams) show(t role.Team) {
	e := p.env
	p.nothing()
	p.was, p.open = t, true
	p.members = map[auth.UserID]bool{}
	p.name = kit.NewLineEdit("")
	p.name.SetText(t.Name)
	p.name.OnChanged = func(string) { p.changed = true }
	p.field = kit.NewField(e.T("teams.name"), p.name).Required()
	list := kit.VBox(theme.GapTight)
	for _, u := range p.people {
		list.Add(p.member(u))
	}
	row := kit.HBox(8)
	if t.ID != 0 && e.Can(role.DeleteTeam.Spec) {
		row.Add(p.Write(kit.NewButton(e.T("common.delete"), "trash", kit.Danger, p.drop)))
	}
	row.Add(kit.Spacer())
	if e.Can(role.SaveTeam.Spec) {
		row.Add(p.Write(kit.NewButton(e.T("common.save"), "check", kit.Primary, p.save)))
	}
	title := t.Name
	if t.ID == 0 {
		title = e.T("teams.new")
	}
	page.Hush(e, kit.VBox(0, p.field, list))
	p.card.SetTitle(title)
	p.card.SetBody(kit.VFill(theme.GapTight, 1, kit.VBox(8, p.field, kit.MutedParagraph(e.T("teams.help"))),
		kit.NewScroll(list), row))
}

// member is the box of one person, who says in which other team they are: nobody is in two.
func (p *teams) member(u user.User) fyne.CanvasObject {
	e := p.env
	text := e.T("teams.person", "name", u.Name, "role", u.RoleTitle(e.Text))
	for _, other := range p.teams {
		if other.ID != p.was.ID && slices.Contains(other.Members, u.ID) {
			text = e.T("teams.person_elsewhere", "name", u.Name, "role", u.RoleTitle(e.Text), "team", other.Name)
		}
	}
	box := kit.NewCheck(text, func(on bool) {
		p.changed = true
		p.members[u.ID] = on
	})
	p.members[u.ID] = slices.Contains(p.was.Members, u.ID)
	box.SetOn(p.members[u.ID])
	return box
}

func (p *teams) save() {
	e := p.env
	// Who may not log in any more and is still in the team stays there: they have no box.
	req := role.TeamRequest{ID: p.was.ID, Version: p.was.Version, Name: p.name.Text()}
	for _, id := range p.was.Members {
		if _, asked := p.members[id]; !asked {
			req.Members = append(req.Members, id)
		}
	}
	for id, in := range p.members {
		if in {
			req.Members = append(req.Members, id)
		}
	}
	p.field.SetError("")
	page.Call(e, role.SaveTeam, req, func(t role.Team, err error) {
		switch f := fault.Of(err); {
		case f == nil:
			p.was, p.changed = t, false
			e.Shell.Toast(kit.Ok, e.T("teams.saved", "name", t.Name))
			p.Refresh()
		case f.Field == "name":
			p.field.SetError(e.Text.Fault(f))
		case f.Key == "approval.two":
			p.second(req, e.Text.Fault(f))
		default:
			e.Shell.Fail(err)
		}
	})
}

// second offers to ask a second person for a team in which somebody would see more.
func (p *teams) second(req role.TeamRequest, why string) {
	page.Second(p.env, role.SaveTeam.Spec, req, why, func() {
		p.nothing()
		p.Refresh()
	})
}

func (p *teams) drop() {
	e, t := p.env, p.was
	title := e.T("teams.delete_title", "name", t.Name)
	e.Shell.Confirm(title, e.T("teams.delete_text"), e.T("common.delete"), true, func() {
		page.Do(e, role.DeleteTeam, role.TeamDrop{ID: t.ID, Version: t.Version}, func(op.Empty) {
			e.Shell.Toast(kit.Ok, e.T("teams.deleted", "name", t.Name))
			p.nothing()
			p.Refresh()
		})
	})
}

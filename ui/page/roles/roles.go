// Package roles is the page of the roles: what each may do, in plain names, the company's own ones made and changed
// there, and the sheet that the owner signs; and the page of the teams.
package roles

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/paging"
	"zafe/ui/theme"
)

// Routes are the pages of this package. "roles" takes the role to open as ID.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"roles": func(e *page.Env, r page.Route) page.Page { return newRoles(e, r.ID) },
		"teams": func(e *page.Env, _ page.Route) page.Page { return newTeams(e) },
	}
}

type roles struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject
	roles  []role.Role
	people []user.User
	grid   *kit.Grid
	card   *kit.Card // the role that is open
	make   *kit.Button

	was     role.Role // as the book has it; a new one has no key
	edit    *editor   // nil for a ready role
	changed bool
	wanted  int64 // the role to open once the list is read, 0 for the first one
}

func newRoles(e *page.Env, id int64) page.Page {
	p := &roles{Gate: page.NewGate(e), env: e, wanted: id, card: kit.NewCard(e.T("roles.title"), kit.VBox(0))}
	p.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("roles.column.role"), Width: 170, Weight: 1},
		{Title: e.T("roles.column.people"), Width: 92, Align: fyne.TextAlignTrailing},
		{Title: e.T("roles.column.kind"), Width: 128},
	}, func() int { return len(p.roles) }, p.cell)
	p.grid.OnSelect = p.selected
	var actions []fyne.CanvasObject
	if e.Can(role.List.Spec) {
		actions = append(actions, kit.NewButton(e.T("teams.title"), "users", kit.Secondary, func() {
			e.Shell.Open(page.Route{Name: "teams"})
		}))
	}
	if e.Can(role.PrintMatrix.Spec) {
		actions = append(actions, kit.NewButton(e.T("roles.print"), "file-pdf", kit.Secondary, p.print))
	}
	if e.Can(role.Save.Spec) {
		p.make = p.Write(kit.NewButton(e.T("roles.new"), "plus", kit.Primary, func() {
			p.leave(func() { p.fresh(role.Role{}) })
		}))
		actions = append(actions, p.make)
	}
	head := kit.NewHeader(e.T("roles.title"), e.T("roles.under"), actions...).OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, kit.Cols(theme.GapCard, []float32{1, 1.7},
		kit.NewCard(e.T("roles.list"), p.grid).Flush(), p.card))
	p.Refresh()
	kit.After(paging.RestShown, func() { kit.Focus(p.grid) })
	return p
}

// Object implements page.Page.
func (p *roles) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *roles) Unsaved() bool { return p.changed }

// Refresh implements page.Page: what is being changed stays as it is.
func (p *roles) Refresh() {
	page.Fill(p.env, user.List, op.Empty{}, func(r user.ListResponse) {
		p.people = r.Users
		page.Fill(p.env, role.List, op.Empty{}, func(r role.ListResponse) {
			p.roles = r.Roles
			row := p.find(p.was.Key) // before the grid chooses another one itself, where the last row is gone
			if at := slices.IndexFunc(p.roles, func(r role.Role) bool { return r.ID == p.wanted }); at >= 0 {
				row, p.wanted = at, 0
			}
			p.grid.Reload()
			if p.changed || p.edit != nil && p.was.Key == "" {
				return
			}
			p.open(row)
		}, p.grid)
	}, p.grid)
}

// find is the place of a role in the list, that of the first when it is not there any more.
func (p *roles) find(key auth.Role) int {
	for i, r := range p.roles {
		if r.Key == key {
			return i
		}
	}
	return 0
}

func (p *roles) cell(row, col int) kit.CellView {
	e, r := p.env, p.roles[row]
	switch {
	case col == 0:
		return kit.CellView{Text: r.Title(e.Text), Weight: kit.Bold}
	case col == 1 && r.People == 0:
		return kit.CellView{Text: "–", Color: theme.Faint}
	case col == 1:
		return kit.CellView{Text: e.Text.Number(int64(r.People))}
	case r.Ready:
		return kit.CellView{Text: e.T("roles.ready"), Color: theme.Muted}
	default:
		return kit.CellView{Text: e.T("roles.own"), Pill: true, Tone: kit.Info}
	}
}

func (p *roles) selected(row int) {
	if row < 0 || row >= len(p.roles) || p.roles[row].Key == p.was.Key {
		return
	}
	p.leave(func() { p.open(row) })
}

// leave goes on once what was changed is saved or given up; else the row of what is open is chosen again.
func (p *roles) leave(then func()) {
	if !p.changed {
		then()
		return
	}
	e, stays := p.env, p.find(p.was.Key)
	if p.was.Key == "" {
		p.grid.Unselect()
	} else {
		p.grid.Select(stays)
	}
	e.Shell.Confirm(e.T("roles.lose_title"), e.T("roles.lose_text", "name", p.edit.name.Text()), e.T("roles.lose"), true,
		func() {
			p.changed = false
			then()
		})
}

// open shows a role of the list.
func (p *roles) open(row int) {
	if row >= len(p.roles) {
		return
	}
	p.was, p.changed = p.roles[row], false
	if p.grid.Selected() != row {
		p.grid.Select(row)
	}
	p.show(p.was.Title(p.env.Text))
}

// fresh shows a role that is not saved yet, with the rights of another.
func (p *roles) fresh(from role.Role) {
	e, name := p.env, ""
	if from.Key != "" {
		name = e.T("roles.copy_name", "name", from.Title(e.Text))
	}
	rights := maps.Clone(from.Rights)
	delete(rights, auth.KeyManage) // stays the owners'
	p.was = role.Role{Name: name, Rights: rights}
	p.grid.Unselect()
	p.changed = from.Key != ""
	p.show(e.T("roles.new"))
	kit.Focus(p.edit.name)
}

func (p *roles) show(title string) {
	e := p.env
	p.Forget()
	if p.make != nil {
		p.Write(p.make)
	}
	p.card.SetTitle(title)
	if p.was.Ready || !e.Types(role.Save.Spec) {
		p.edit = nil
		p.card.SetBody(kit.VFill(theme.GapTight, 1, p.about(), kit.NewScroll(p.list()), p.acts()))
		return
	}
	p.edit = newEditor(p)
	p.card.SetBody(kit.VFill(theme.GapTight, 1, p.edit.head, kit.NewScroll(p.edit.list), p.acts()))
}

// about says what the role is for and who has it.
func (p *roles) about() fyne.CanvasObject {
	e, r := p.env, p.was
	box := kit.VBox(4)
	if r.Ready {
		box.Add(kit.Paragraph(e.T("role." + string(r.Key) + ".help")))
		box.Add(kit.MutedParagraph(e.T("roles.ready_help")))
	} else {
		box.Add(kit.MutedParagraph(e.T("roles.own_help")))
	}
	if r.Key != "" {
		box.Add(kit.MutedParagraph(p.who()))
	}
	if r.SecondFactor {
		box.Add(kit.MutedParagraph(e.T("roles.second")))
	}
	return box
}

func (p *roles) who() string {
	var names []string
	for _, u := range p.people {
		if u.Role == p.was.Key {
			names = append(names, u.Name)
		}
	}
	if len(names) == 0 {
		return p.env.T("roles.nobody")
	}
	return p.env.T("roles.who", "names", p.env.Text.List(names))
}

// list shows what a role may do without changing it.
func (p *roles) list() fyne.CanvasObject {
	return rights(p.env, func(right auth.Permission) fyne.CanvasObject {
		s := p.was.Rights.Scope(right)
		if s == auth.None {
			return kit.NewLabel(role.ScopeName(p.env.Text, right, s), kit.Style{Color: theme.Faint})
		}
		return kit.Strong(role.ScopeName(p.env.Text, right, s))
	})
}

// rights are the rights by subject, each with its name, what it opens, and what is at its right.
func rights(e *page.Env, control func(auth.Permission) fyne.CanvasObject) fyne.CanvasObject {
	box := kit.VBox(10)
	for _, s := range role.Subjects() {
		box.Add(kit.Pad(8, 0, 0, 0, kit.Sub(s.Title(e.Text))))
		for _, right := range s.Rights {
			name := kit.VBox(0, kit.Paragraph(role.RightName(e.Text, right)), kit.NewLabel(role.RightHelp(e.Text, right),
				kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
			box.Add(kit.Row(12, kit.Gap(0, 1), name, kit.Pad(0, 14, 0, 0, control(right))))
			box.Add(kit.Separator())
		}
	}
	return box
}

func (p *roles) acts() fyne.CanvasObject {
	e := p.env
	row := kit.HBox(8)
	if p.edit != nil && p.was.Key != "" && e.Can(role.Delete.Spec) {
		row.Add(p.Write(kit.NewButton(e.T("common.delete"), "trash", kit.Danger, p.drop)))
	}
	row.Add(kit.Spacer())
	if look := p.look(); look != nil {
		row.Add(look)
	}
	if p.was.Key != "" && e.Can(role.Save.Spec) {
		from := p.was
		row.Add(p.Write(kit.NewButton(e.T("roles.copy"), "copy", kit.Secondary, func() {
			p.leave(func() { p.fresh(from) })
		})))
	}
	if p.edit != nil {
		row.Add(p.Write(kit.NewButton(e.T("common.save"), "check", kit.Primary, p.edit.save)))
	}
	return row
}

// look is the way to see the book as somebody with the role does, nil where that is nobody or not for this person.
func (p *roles) look() fyne.CanvasObject {
	e := p.env
	var who []kit.Option
	for _, u := range p.people {
		if u.Role == p.was.Key && !u.Disabled && u.ID != e.Me.User.ID {
			who = append(who, kit.Option{Key: strconv.FormatInt(int64(u.ID), 10), Text: u.Name, Icon: "eye"})
		}
	}
	if len(who) == 0 || !e.Can(user.ViewAs.Spec) {
		return nil
	}
	var b *kit.Button
	b = p.Write(kit.NewButton(e.T("view.act"), "eye", kit.Secondary, func() {
		kit.ShowMenu(b, who, func(o kit.Option) {
			if id, err := strconv.ParseInt(o.Key, 10, 64); err == nil { // the keys are those above
				e.Shell.LookAs(auth.UserID(id))
			}
		})
	}))
	return b
}

func (p *roles) drop() {
	e, r := p.env, p.was
	title := e.T("roles.delete_title", "name", r.Name)
	e.Shell.Confirm(title, e.T("roles.delete_text"), e.T("common.delete"), true, func() {
		page.Do(e, role.Delete, role.KeyRequest{Key: r.Key}, func(op.Empty) {
			e.Shell.Toast(kit.Ok, e.T("roles.deleted", "name", r.Name))
			p.changed = false
			p.Refresh()
		})
	})
}

// print shows the sheet to sign.
func (p *roles) print() {
	e := p.env
	name := e.T("role.matrix.file", "date", time.Now().Format(time.DateOnly)) //nolint:forbidigo // only names the file
	e.Shell.ShowDocument(name, page.Fetch(e, role.PrintMatrix, role.MatrixRequest{Lang: e.Text.Lang()}))
}

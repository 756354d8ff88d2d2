package roles

import (
	"maps"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/role"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// editor is where a role of the company's own is made or changed.
type editor struct {
	page   *roles
	name   *kit.LineEdit
	field  *kit.Field
	wrong  *kit.Banner // what is refused about the rights
	head   *fyne.Container
	second *kit.Banner // who has to switch a second factor on, with what is chosen
	list   fyne.CanvasObject
	rights auth.Rights
}

func newEditor(p *roles) *editor {
	e := p.env
	d := &editor{page: p, rights: maps.Clone(p.was.Rights), name: kit.NewLineEdit("")}
	if d.rights == nil {
		d.rights = auth.Rights{}
	}
	d.name.SetText(p.was.Name)
	d.name.OnChanged = func(string) { p.changed = true }
	d.field = kit.NewField(e.T("roles.name"), d.name).Required()
	d.wrong = kit.NewNotice(kit.Error, "", "")
	d.wrong.Hide()
	d.second = kit.NewNotice(kit.Warn, "", "")
	d.second.Hide()
	d.head = kit.VBox(8, d.field, p.about(), d.second, d.wrong)
	d.list = rights(e, d.choice)
	return d
}

// choice is on which records a right is held; what opens the book is nobody's but the owners'.
func (d *editor) choice(right auth.Permission) fyne.CanvasObject {
	e := d.page.env
	if right == auth.KeyManage {
		return kit.NewLabel(e.T("roles.owners_only"), kit.Style{Size: theme.SizeCaption, Color: theme.Muted})
	}
	var options []kit.Option
	for _, s := range append([]auth.Scope{auth.None}, right.Scopes()...) {
		options = append(options, kit.Option{Key: s.String(), Text: role.ScopeName(e.Text, right, s)})
	}
	c := kit.NewSegmented(options, func(key string) {
		var s auth.Scope
		if err := s.UnmarshalText([]byte(key)); err != nil {
			return // the keys are those above
		}
		d.page.changed = true
		if delete(d.rights, right); s != auth.None {
			d.rights[right] = s
		}
		d.forewarn()
	})
	c.SetKey(d.rights.Scope(right).String())
	return c
}

func (d *editor) save() {
	p := d.page
	e := p.env
	req := role.SaveRequest{Key: p.was.Key, Version: p.was.Version, Name: d.name.Text(), Rights: maps.Clone(d.rights)}
	d.field.SetError("")
	d.say("")
	page.Call(e, role.Save, req, func(r role.Role, err error) {
		switch f := fault.Of(err); {
		case f == nil:
			p.was, p.changed = r, false
			e.Shell.Toast(kit.Ok, e.T("roles.saved", "name", r.Name))
			p.Refresh()
		case f.Field == "name":
			d.field.SetError(e.Text.Fault(f))
		case f.Field == "rights":
			d.say(e.Text.Fault(f))
		case f.Key == "approval.two":
			d.askAnother(req, e.Text.Fault(err))
		default:
			e.Shell.Fail(err)
		}
	})
}

// forewarn names who will have to switch a second factor on before they go on with their work, with the rights that are
// chosen.
func (d *editor) forewarn() {
	p := d.page
	var names []string
	if p.was.Key != "" && d.rights.NeedsSecondFactor() && !p.was.Rights.NeedsSecondFactor() {
		for _, u := range p.people {
			if u.Role == p.was.Key && !u.Disabled && !u.SecondOn {
				names = append(names, u.Name)
			}
		}
	}
	if len(names) == 0 {
		d.second.Hide()
	} else {
		d.second.SetText(p.env.Text.N("roles.second_first", len(names), map[string]any{"names": p.env.Text.List(names)}))
		d.second.Show()
	}
	d.head.Refresh()
	p.card.Refresh()
}

// askAnother offers to ask a second person for more rights, and keeps nothing of what was chosen here then.
func (d *editor) askAnother(req role.SaveRequest, why string) {
	p := d.page
	page.Second(p.env, role.Save.Spec, req, why, func() {
		p.changed = false
		p.Refresh()
	})
}

// say shows what is refused about the rights, or takes it away.
func (d *editor) say(text string) {
	d.wrong.SetText(text)
	if text == "" {
		d.wrong.Hide()
	} else {
		d.wrong.Show()
	}
	d.head.Refresh()
	d.page.card.Refresh()
}

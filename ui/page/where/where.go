// Package where is the page "Où sont mes données ?", the same for everybody and in the words of each role: where the
// book is, who can open it, where its copies are, what leaves the main PC, what one sees oneself, and whom to ask.
package where

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/plan"
	"zafe/app/role"
	"zafe/app/where"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"where": func(e *page.Env, _ page.Route) page.Page { return newWhere(e) },
	}
}

type places struct {
	*page.Gate // nothing is written here
	env        *page.Env
	object     *kit.Page
}

func newWhere(e *page.Env) page.Page {
	p := &places{Gate: page.NewGate(e), env: e}
	head := kit.NewHeader(e.T("where.title"), e.T("where.under")).OnBack(e.T("common.back"), e.Shell.Back)
	p.object = kit.NewPage(head, kit.Gap(1, 1))
	p.Refresh()
	return p
}

// Object implements page.Page.
func (p *places) Object() fyne.CanvasObject { return p.object }

// Unsaved implements page.Page.
func (p *places) Unsaved() bool { return false }

// Refresh implements page.Page.
func (p *places) Refresh() {
	page.Call(p.env, where.Get, op.Empty{}, func(m where.Map, err error) {
		if err != nil {
			p.env.Shell.Fail(err)
			p.object.SetBody(page.Unread(p.env, err))
			return
		}
		p.object.SetBody(kit.NewScroll(kit.VBox(theme.GapCard,
			kit.Cols(theme.GapCard, nil, p.book(m), p.opens(m)),
			kit.Cols(theme.GapCard, nil, p.copies(m), p.leaves(m)),
			kit.Cols(theme.GapCard, nil, p.mine(m), p.ask(m)))))
	})
}

// line is one fact with its icon.
func line(icon string, tone kit.Tone, title, text string) fyne.CanvasObject {
	words := kit.VBox(0, kit.Strong(title))
	if text != "" {
		words.Add(kit.MutedParagraph(text))
	}
	return kit.Row(10, kit.IconTile(icon, tone), words, kit.Gap(0, 1))
}

// book says where the book itself is.
func (p *places) book(m where.Map) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight,
		line("desktop-tower", kit.Info, e.T("where.seat."+string(m.Seat), "main", m.Main), e.T("where.sealed")))
	if m.Relay != "" {
		body.Add(line("desktop", kit.Info, e.T("where.relay", "name", m.Relay), e.T("where.relay_text")))
	}
	from := e.T("where.no_pc")
	if m.PCs > 0 {
		from = e.Text.N("where.pcs", m.PCs, nil)
	}
	body.Add(line("users", kit.Info, e.Text.N("where.logins", m.Logins, nil), from))
	if m.Folder != "" {
		body.Add(kit.MutedParagraph(e.T("where.folder", "folder", m.Folder)))
	}
	return kit.NewCard(e.T("where.book"), body)
}

// opens says what opens the sealed book.
func (p *places) opens(m where.Map) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight)
	for _, o := range m.Openers {
		switch o.Kind {
		case opening.Password:
			body.Add(line("user", kit.Info, o.Name, e.T("where.opens.password")))
		case opening.Recovery:
			body.Add(line("file-text", kit.Info, e.T("where.opens.recovery"), e.T("where.opens.recovery_text")))
		default: // the keyring or the chip of the main PC
			body.Add(line("desktop-tower", kit.Info, e.T("where.opens.alone", "main", m.Main), e.T("where.opens.alone_text")))
		}
	}
	body.Add(kit.MutedParagraph(e.T("where.opens.nobody")))
	return p.card("where.opens", "security", auth.KeyManage, body)
}

// card has a way to the page where those who may change what it says.
func (p *places) card(title, route string, needs auth.Permission, body fyne.CanvasObject) fyne.CanvasObject {
	e := p.env
	c := kit.NewCard(e.T(title), body)
	if e.Me.Can(needs) {
		c.Action(kit.NewButton(e.T("where.go"), "arrow-right", kit.Ghost, func() { e.Shell.Open(page.Route{Name: route}) }))
	}
	return c
}

// copies says where the copies are, and in which country.
func (p *places) copies(m where.Map) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight)
	if !m.Saved.IsZero() {
		body.Add(line("clock-counter-clockwise", kit.Info, e.T("where.copies.here", "main", m.Main),
			e.T("where.copies.last", "when", e.Text.Instant(m.Saved))))
	}
	for _, c := range m.Copies {
		title, key := c.Label, "backup.provider."+c.Provider+".title"
		switch {
		case title != "":
		case e.Text.Has(key):
			title = e.T(key)
		default:
			title = e.T("where.copies.elsewhere")
		}
		last := e.T("where.copies.never")
		if !c.LastOK.IsZero() {
			last = e.T("where.copies.last", "when", e.Text.Instant(c.LastOK))
		}
		icon, tone := "cloud-check", kit.Info
		if !c.Away {
			icon = "hard-drive"
		}
		if c.LastOK.IsZero() {
			tone = kit.Warn
		}
		body.Add(line(icon, tone, title, p.country(c)+" "+last))
	}
	if len(m.Copies) == 0 {
		body.Add(line("warning", kit.Warn, e.T("where.copies.none"), e.T("where.copies.none_text")))
	} else {
		body.Add(kit.MutedParagraph(e.T("where.copies.sealed")))
	}
	return p.card("where.copies", "backups", backup.GetStatus.Needs, body)
}

// country says where a copy is, and when the program cannot know.
func (p *places) country(c where.Copy) string {
	e := p.env
	country, known := fr.CountryOf(c.Country)
	switch {
	case c.OnDisk:
		return e.T("where.copies.on_disk")
	case !c.Away:
		return e.T("where.copies.near")
	case !known && c.Provider == "local":
		return e.T("where.copies.carried")
	case !known:
		return e.T("where.copies.unknown")
	}
	name := country.French
	if e.Text.Lang() == i18n.English {
		name = country.Name
	}
	key := "where.copies.outside"
	if country.EU {
		key = "where.copies.europe"
	}
	return e.T(key, "country", name)
}

// leaves says what leaves the main PC.
func (p *places) leaves(m where.Map) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight)
	if n := len(m.Copies); n > 0 {
		body.Add(line("lock", kit.Info, e.Text.N("where.leaves.copies", n, nil), e.T("where.leaves.copies_text")))
	}
	if m.PCs > 0 {
		body.Add(line("plugs-connected", kit.Info, e.Text.N("where.leaves.pcs", m.PCs, nil), e.T("where.leaves.pcs_text")))
	}
	server := func(icon, key, host string) {
		text := e.T("where.leaves." + key + "_text")
		if host != "" {
			text = e.T("where.leaves.host", "host", host) + " " + text
		}
		body.Add(line(icon, kit.Info, e.T("where.leaves."+key), text))
	}
	if m.Mail {
		server("envelope-simple", "mail", m.MailHost)
	}
	if m.Watcher {
		server("bell", "watcher", m.WatcherHost)
	}
	nothing := "where.leaves.nothing"
	if len(body.Objects) == 0 {
		nothing = "where.leaves.nothing_at_all"
	}
	body.Add(line("prohibit", kit.Ok, e.T(nothing), e.T("where.leaves.nothing_text")))
	return kit.NewCard(e.T("where.leaves"), body)
}

// sights are the rights to see that people know by what they open.
var sights = []auth.Permission{
	auth.CustomerRead, auth.SalesRead, auth.ItemRead, auth.LedgerRead, auth.BackupRead, auth.AuditRead,
}

// mine says what one sees oneself, in the words of one's role.
func (p *places) mine(m where.Map) fyne.CanvasObject {
	e, u := p.env, p.env.Me.User
	words := "where.role." + string(u.Role)
	if !u.Role.Ready() {
		words = "where.role.own"
	}
	body := kit.VBox(theme.GapTight, kit.Paragraph(e.T(words)))
	for _, right := range sights {
		var s auth.Scope
		if err := s.UnmarshalText([]byte(e.Me.May[string(right)])); err != nil {
			s = auth.None // not among the rights
		}
		body.Add(kit.Line(role.RightName(e.Text, right), role.ScopeName(e.Text, right, s)))
	}
	return kit.NewCard(e.T("where.mine"), kit.VBox(theme.GapField, body, kit.MutedParagraph(
		e.T("where.journal", "names", e.Text.List(m.Journal)))))
}

// ask says who decides, and what to do.
func (p *places) ask(m where.Map) fyne.CanvasObject {
	e := p.env
	body := kit.VBox(theme.GapTight, line("user-circle", kit.Info, e.Text.List(m.Ask), e.T("where.ask_text")))
	for _, q := range []string{"lost", "mine", "leave"} {
		body.Add(line("question", kit.Neutral, e.T("where.ask."+q), e.T("where.ask."+q+"_text")))
	}
	body.Add(kit.Caption(e.T("where.at", "when", e.Text.Instant(time.Now())))) //nolint:forbidigo // when this was asked
	return p.card("where.ask", "plan", plan.Get.Needs, body)
}

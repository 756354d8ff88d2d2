package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/incident"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// commands are the shortcuts of the window; a page's own win over them.
func (s *Shell) commands() {
	ctrl := fyne.KeyModifierShortcutDefault
	free := func() bool { return !s.idle.locked && !s.asking && s.current() != nil }
	seek := func() bool { return free() && s.Me.Can(searchPermission) }
	list := []kit.Command{
		{Key: fyne.KeyK, Mod: ctrl, Name: s.t("shell.key.search"), Run: s.search, Enabled: seek},
		{Key: fyne.KeyF1, Name: s.t("shell.key.help"), Run: s.help, Enabled: free},
		{
			Key: fyne.KeyF5, Name: s.t("shell.key.refresh"), Enabled: free,
			Run: func() { s.current().page.Refresh() },
		},
		{Key: fyne.KeyL, Mod: ctrl, Name: s.t("shell.key.lock"), Run: s.Lock, Enabled: free},
		{
			Key: fyne.KeyLeft, Mod: fyne.KeyModifierAlt, Name: s.t("shell.key.back"), Run: s.back,
			Enabled: free,
		},
		{
			Key: fyne.KeyF12, Mod: ctrl | fyne.KeyModifierShift, Name: s.t("incident.title"), Run: s.beginIncident,
			Enabled: func() bool { return free() && s.Me.Can(incident.Begin.Needs) },
		},
		{Key: fyne.KeyEscape, Enabled: func() bool { return free() && s.behind() }, Run: s.back},
	}
	n := 0
	for _, a := range areas {
		if !s.may(a) || n == 9 {
			continue
		}
		n++
		list = append(list, kit.Command{
			Key: fyne.KeyName(fmt.Sprint(n)), Mod: ctrl, Name: s.title(a), Enabled: free,
			Run: func() { s.visit(a.key) },
		})
	}
	s.drop = append(s.drop, s.Keys.Add(list...))
}

// behind tells whether Escape has a page to go back to.
func (s *Shell) behind() bool {
	f := s.current()
	return len(s.history) > 1 || s.area(f.route) != f.route.Name
}

// creations are the new records the person may make, whose pages exist.
func (s *Shell) creations() []creation {
	var out []creation
	for _, c := range creations {
		if _, ok := s.Pages[c.route]; ok && s.Me.Can(c.needs) {
			out = append(out, c)
		}
	}
	return out
}

func (s *Shell) newMenu(anchor fyne.CanvasObject) {
	var options []kit.Option
	for _, c := range s.creations() {
		options = append(options, kit.Option{
			Key: c.route, Text: s.t("shell.new." + c.kind), Icon: c.icon, Disabled: !s.works(),
		})
	}
	kit.ShowMenu(anchor, options, func(o kit.Option) { s.open(page.Route{Name: o.Key}) })
}

// userMenu is the menu of the person's card.
func (s *Shell) userMenu(card fyne.CanvasObject) {
	var options []kit.Option
	if _, ok := s.Pages["account"]; ok && !s.Me.Support {
		options = append(options, kit.Option{Key: "account", Text: s.t("shell.user.account"), Icon: "user"})
	}
	if s.Me.Can(incident.Begin.Needs) {
		options = append(options, kit.Option{
			Key: "incident", Text: s.t("incident.title"), Icon: "lifebuoy", Detail: "Ctrl+" + s.t("shell.key.shift") + "+F12",
		})
	}
	if _, ok := s.Pages["about"]; ok {
		options = append(options, kit.Option{Key: "about", Text: s.t("shell.user.about"), Icon: "info"})
	}
	if s.Eyes != nil {
		options = append(options, kit.Option{Key: "back", Text: s.t("view.back"), Icon: "arrow-u-up-left"})
		kit.ShowMenu(card, options, func(o kit.Option) { s.userAct(o.Key) })
		return
	}
	mark := func(on bool) string {
		if on {
			return "✓"
		}
		return ""
	}
	theme := s.Me.User.Theme
	options = append(options,
		kit.Option{Key: "light", Text: s.t("shell.user.light"), Icon: "sun", Detail: mark(theme == "light")},
		kit.Option{Key: "dark", Text: s.t("shell.user.dark"), Icon: "moon", Detail: mark(theme == "dark")},
		kit.Option{Key: "system", Text: s.t("shell.user.system"), Icon: "desktop", Detail: mark(theme == "")},
		kit.Option{
			Key: i18n.French, Text: "Français", Icon: "globe",
			Detail: mark(s.Text.Lang() == i18n.French),
		},
		kit.Option{
			Key: i18n.English, Text: "English", Icon: "globe",
			Detail: mark(s.Text.Lang() == i18n.English),
		},
	)
	if !s.Me.Support {
		options = append(options, kit.Option{Key: "lock", Text: s.t("shell.user.lock"), Icon: "lock", Detail: "Ctrl+L"})
	}
	options = append(options,
		kit.Option{Key: "out", Text: s.t("shell.user.out"), Icon: "sign-out"},
	)
	kit.ShowMenu(card, options, func(o kit.Option) { s.userAct(o.Key) })
}

func (s *Shell) userAct(key string) {
	switch key {
	case "account":
		s.leaving(s.history, func() { s.jump(page.Route{Name: "account"}) })
	case "incident":
		s.openIncident()
	case "back":
		s.ownEyes()
	case "about":
		s.over(key)
	case "light", "dark":
		s.prefer(s.Me.User.Lang, key)
	case "system":
		s.prefer(s.Me.User.Lang, "")
	case i18n.French, i18n.English:
		if key != s.Text.Lang() {
			s.leaving(s.history, func() { s.prefer(key, s.Me.User.Theme) })
		}
	case "lock":
		s.Lock()
	case "out":
		s.LogOut()
	}
}

// prefer keeps the person's language and theme, in the book and on this PC for the log-in screen.
func (s *Shell) prefer(lang, theme string) {
	if s.Eyes != nil {
		s.Fail(fault.New(fault.Forbidden, "op.viewing"))
		return
	}
	s.Me.User.Lang, s.Me.User.Theme = lang, theme
	ApplyTheme(theme)
	s.run(func(ctx context.Context) error {
		p := s.Machine.Preferences()
		if lang != "" {
			p.Lang = lang
		}
		p.Theme = theme
		if err := s.Machine.SavePreferences(p); err != nil || s.Me.Support {
			return err
		}
		_, err := user.SavePreferences.Call(ctx, s.Book, user.PreferencesRequest{Lang: p.Lang, Theme: theme})
		return err
	}, func(err error) {
		if err != nil {
			s.Fail(err)
		}
		if lang != "" && lang != s.Text.Lang() {
			s.end()
			s.Rebuild(s.Me)
		}
	})
}

// help lists the shortcuts that work now and says where help is.
func (s *Shell) help() {
	rows := []fyne.CanvasObject{kit.MutedParagraph(s.t("shell.help.text")), kit.Gap(0, 4)}
	seen := map[string]bool{}
	var lines []fyne.CanvasObject
	all := s.Keys.List()
	slices.Reverse(all) // as they were added: the window's, then the page's
	for _, c := range all {
		keys := s.keyName(c)
		if c.Name == "" || seen[keys] {
			continue
		}
		seen[keys] = true
		lines = append(lines, kit.Line(c.Name, keys))
	}
	half := (len(lines) + 1) / 2
	left, right := lines[:half], lines[half:]
	rows = append(rows, kit.Cols(28, nil, kit.VBox(theme.GapTight, left...), kit.VBox(theme.GapTight,
		right...)))
	rows = append(rows, kit.Gap(0, 4), kit.Caption(s.t("shell.help.version", "version", s.Machine.Version())))
	var m *kit.Modal
	about := kit.NewButton(s.t("shell.user.about"), "info", kit.Secondary, func() { m.Close(); s.over("about") })
	m = kit.NewModal(s.t("shell.help.title"), 720, kit.VBox(theme.GapTight, rows...), about,
		kit.NewButton(s.t("common.close"), "", kit.Primary, func() { m.Close() }))
	m.OnEnter(func() { m.Close() }).Show(s.Window)
}

// keyName writes a shortcut as keyboards do.
func (s *Shell) keyName(c kit.Command) string {
	var parts []string
	for _, m := range []struct {
		mod  fyne.KeyModifier
		name string
	}{{fyne.KeyModifierShortcutDefault, "Ctrl"}, {fyne.KeyModifierAlt, "Alt"}, {
		fyne.KeyModifierShift,
		s.t("shell.key.shift"),
	}} {
		if c.Mod&m.mod != 0 {
			parts = append(parts, m.name)
		}
	}
	name := string(c.Key)
	if key := "shell.keyname." + strings.ToLower(name); s.Text.Has(key) {
		name = s.t(key)
	}
	return strings.Join(append(parts, name), "+")
}

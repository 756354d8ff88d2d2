package shell

import (
	"strings"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/ui/page"
)

// spot is a page or an act of the window that the search box knows.
type spot struct {
	kind  string // message key: "shell.spot.page" or "shell.spot.act"
	icon  string
	title string
	words string // other words for it
	run   func()
}

// rooms are the pages, and the parts of them, without an entry in the bar that the search box knows too, and what they
// need.
var rooms = []struct {
	key, icon, title string
	needs            auth.Permission
	arg              string // of the route
}{
	{"people", "desktop", "people.pcs", auth.DeviceManage, "pcs"},
	{"security", "key", "shell.spot.security", auth.KeyManage, ""},
	{"integrity", "shield-check", "shell.spot.integrity", auth.BookVerify, ""},
	{"roles", "list-checks", "shell.spot.roles", auth.UserManage, ""},
	{"approvals", "check-circle", "approvals.title", auth.CompanyWrite, ""},
	{"bin", "trash", "bin.title", auth.SearchUse, ""},
	{"teams", "users", "teams.title", auth.UserManage, ""},
	{"account", "user", "shell.user.account", auth.Anyone, ""},
	{"exports", "export", "exports.title", auth.KeyManage, ""},
	{"incident", "lifebuoy", "incident.title", auth.Anyone, ""},
	{"support", "lifebuoy", "support.title", auth.KeyManage, ""},
	{"where", "map-pin", "shell.user.where", auth.Anyone, ""},
	{"about", "info", "shell.user.about", auth.Anyone, ""},
}

// spots are the pages and acts of which each word typed begins a word.
func (s *Shell) spots(text string) []spot {
	asked := strings.Fields(i18n.Fold(text))
	if len(asked) == 0 {
		return nil
	}
	var out []spot
	for _, sp := range s.everySpot() {
		known := strings.FieldsFunc(i18n.Fold(sp.title+" "+sp.words), func(r rune) bool {
			return r == ' ' || r == '-' || r == '\'' || r == '’'
		})
		if begin(asked, known) {
			out = append(out, sp)
		}
	}
	return out
}

// begin tells whether each of some words begins one of others.
func begin(asked, known []string) bool {
	for _, a := range asked {
		found := false
		for _, k := range known {
			found = found || strings.HasPrefix(k, a)
		}
		if !found {
			return false
		}
	}
	return true
}

// everySpot lists what the person may go to or do.
func (s *Shell) everySpot() []spot {
	var out []spot
	add := func(kind, key, icon, title string, run func()) {
		words := ""
		if w := "shell.spot.words." + key; s.Text.Has(w) {
			words = s.t(w)
		}
		out = append(out, spot{kind: kind, icon: icon, title: title, words: words, run: run})
	}
	for _, a := range areas {
		if s.may(a) && !s.pcsAlone(a) { // the PCs are a place of their own below
			add("shell.spot.page", a.key, a.icon, s.title(a), func() { s.visit(a.key) })
		}
	}
	for _, r := range rooms {
		if s.Pages[r.key] != nil && s.Me.Can(r.needs) && (r.key != "account" || !s.Me.Support) {
			add("shell.spot.page", r.key+r.arg, r.icon, s.t(r.title), func() { s.open(page.Route{Name: r.key, Arg: r.arg}) })
		}
	}
	if s.Pages["security"] != nil && s.Me.Can(auth.KeyManage) {
		add("shell.spot.act", "shares", "users", s.t("security.shares"), func() {
			s.open(page.Route{Name: "security", Arg: "shares"})
		})
	}
	for _, c := range s.creations() {
		add("shell.spot.act", "new", c.icon, s.t("shell.new."+c.kind), func() {
			s.open(page.Route{Name: c.route})
		})
	}
	for _, act := range []struct{ key, icon, words string }{
		{"light", "sun", "light"},
		{"dark", "moon", "dark"},
		{"system", "desktop", "system"},
		{i18n.French, "globe", "language"},
		{i18n.English, "globe", "language"},
		{"lock", "lock", "lock"},
		{"out", "sign-out", "out"},
	} {
		title := map[string]string{i18n.French: "Français", i18n.English: "English"}[act.key]
		if title == "" {
			title = s.t("shell.user." + act.key)
		}
		add("shell.spot.act", act.words, act.icon, title, func() { s.userAct(act.key) })
	}
	return out
}

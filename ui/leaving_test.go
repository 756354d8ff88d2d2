//go:build !headless

package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/shell"
	"zafe/ui/uitest"
)

// seat is a place at the book that can be left.
type seat struct{ here }

func (seat) SetToken(string) {}

// TestLeavingIsTwoPressesAway from every page, for every role: the person's own card, which every page shows, and the
// last line of its menu.
func TestLeavingIsTwoPressesAway(t *testing.T) {
	w, left := shop(t), 0
	for role, name := range map[auth.Role]string{
		auth.Owner: "owner", auth.Accountant: "accountant", auth.Sales: "sales", auth.Assistant: "assistant", auth.Reader: "reader",
	} {
		_, sh := uitest.New(t, w.As(name), role)
		host := kit.NewHost(kit.Gap(1, 1))
		sh.Window.SetContent(host)
		host.Attach(sh.Window)
		var at *page.Env
		table, out := shell.Table{}, 0
		for route, build := range pages() {
			table[route] = func(e *page.Env, r page.Route) page.Page { at = e; return build(e, r) }
		}
		open := func() {
			shell.New(shell.Options{
				Window: sh.Window, Host: host, Keys: kit.InstallKeys(sh.Window), Machine: thisPC{}, Book: seat{here{c: w.As(name)}},
				Me: uitest.Me(role), Text: i18n.For(i18n.French), Pages: table, Clock: w.Clock.Now,
				Spawn: func(work, then func()) { work(); then() }, LoggedOut: func() { out++ },
			}).Start()
		}
		for route := range table {
			if !uitest.Me(role).Can(needs[route]) {
				continue
			}
			open()
			at.Shell.Open(page.Route{Name: route})
			card := cardOf(sh.Window.Content(), uitest.Me(role).User.Name)
			if card == nil {
				t.Fatalf("%s as %s shows nobody's card", route, role)
			}
			test.Tap(card)
			menu := sh.Window.Canvas().Overlays().Top()
			if menu == nil || !slices.Contains(labels(menu), "Se déconnecter") {
				t.Fatalf("%s as %s has no way out", route, role)
			}
			before := out
			list := sh.Window.Canvas().Focused()
			list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
			list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			if out != before+1 {
				t.Fatalf("%s as %s: out %d times", route, role, out-before)
			}
			left++
		}
	}
	if left < 40 {
		t.Errorf("only %d pages were left", left)
	}
}

// cardOf is the innermost thing that can be pressed and bears a name.
func cardOf(o fyne.CanvasObject, name string) (card fyne.Tappable) {
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if p, ok := o.(fyne.Tappable); ok && slices.Contains(labels(o), name) {
			card = p
		}
	})
	return card
}

//go:build !headless

package ui

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/shell"
	"zafe/ui/uitest"
)

func noSlots(context.Context) ([]opening.Slot, error) {
	return []opening.Slot{{Kind: opening.Recovery}}, nil
}

// noCopies is a book with one copy, of which nothing tells where it is.
type noCopies struct{}

func (noCopies) Status(context.Context) (backup.Status, error) {
	return backup.Status{Copies: []backup.Copy{{Destination: backup.Destination{ID: "d1", Provider: "drive", Away: true}}}}, nil
}

func (noCopies) Country(string) string { return "" }

// here is a book of this PC that only operations are asked of.
type here struct {
	machine.Book
	c op.Caller
}

func (h here) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	return h.c.Do(ctx, s, req, resp)
}

func (h here) Stream(ctx context.Context, s *op.Spec, req any, w io.Writer) (op.Download, error) {
	return h.c.Stream(ctx, s, req, w)
}

func (here) SetAway(bool)     {}
func (here) Local() bool      { return true }
func (here) Place() string    { return "SRV-ATELIER" }
func (here) Watch(func(bool)) {}
func (here) Connected() int   { return 0 }

type thisPC struct{ machine.Machine }

func (thisPC) Version() string                  { return "test" }
func (thisPC) Preferences() machine.Preferences { return machine.Preferences{} }

// TestWhereMyDataAreIsOnePressAway from every page, for every role, and says something in the words of each.
func TestWhereMyDataAreIsOnePressAway(t *testing.T) {
	w := shop(t)
	words := map[string]bool{}
	for role, name := range map[auth.Role]string{
		auth.Owner: "owner", auth.Accountant: "accountant", auth.Sales: "sales", auth.Assistant: "assistant", auth.Reader: "reader",
	} {
		_, sh := uitest.New(t, w.As(name), role)
		host := kit.NewHost(kit.Gap(1, 1))
		sh.Window.SetContent(host)
		host.Attach(sh.Window)
		var s *shell.Shell
		var at *page.Env
		table := shell.Table{}
		for route, build := range pages() {
			table[route] = func(e *page.Env, r page.Route) page.Page { at = e; return build(e, r) }
		}
		s = shell.New(shell.Options{
			Window: sh.Window, Host: host, Keys: kit.InstallKeys(sh.Window), Machine: thisPC{}, Book: here{c: w.As(name)},
			Me: uitest.Me(role), Text: i18n.For(i18n.French), Pages: table, Clock: w.Clock.Now,
			Spawn: func(work, then func()) { work(); then() },
		})
		s.Start()
		for route := range table {
			if route == "where" || !uitest.Me(role).Can(needs[route]) {
				continue
			}
			at.Shell.Open(page.Route{Name: route})
			button := whereButton(sh.Window.Content())
			if button == nil {
				t.Fatalf("%s as %s does not offer it", route, role)
			}
			test.Tap(button)
			text := strings.Join(labels(sh.Window.Content()), "\n")
			if !strings.Contains(text, "Ce qui peut ouvrir le dossier") || !strings.Contains(text, "La feuille de secours") {
				t.Fatalf("%s as %s does not lead there: %s", route, role, text)
			}
			mine := i18n.For(i18n.French).T("where.role."+string(role), nil)
			if !slices.Contains(labels(sh.Window.Content()), mine) {
				t.Errorf("as %s it does not say %q", role, mine)
			}
			words[mine] = true
		}
	}
	if len(words) != 5 {
		t.Errorf("%d ways to say it", len(words))
	}
	for _, r := range auth.Roles() {
		for _, lang := range i18n.Languages() {
			if !i18n.For(lang).Has("where.role." + string(r)) {
				t.Errorf("%s: no words for %s", lang, r)
			}
		}
	}
}

func whereButton(o fyne.CanvasObject) (found *kit.IconButton) {
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.IconButton); ok && b.AccessibilityLabel() == "Où sont mes données\u00a0?" {
			found = b
		}
	})
	return found
}

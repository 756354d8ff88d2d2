package shell_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// TestTheSearchBoxKnowsPagesAndActs: settings and the theme have no record in the book.
func TestTheSearchBoxKnowsPagesAndActs(t *testing.T) {
	for words, route := range map[string]string{
		"réglages": "settings", "logo": "settings", "delegue": "security", "utilisateur": "people",
		"nouveau dev": "quote",
	} {
		d := newDesk(t, auth.Owner)
		d.seek(words)
		if got := d.last().route.Name; got != route {
			t.Errorf("%q leads to %s, want %s", words, got, route)
		}
	}
	for words, theme := range map[string]string{"sombre": "dark", "apparence cl": "light"} {
		d := newDesk(t, auth.Owner)
		d.seek(words)
		if d.Me.User.Theme != theme {
			t.Errorf("%q gives the theme %q, want %q", words, d.Me.User.Theme, theme)
		}
	}
	pcs := newDesk(t, auth.Owner)
	if pcs.seek("postes"); pcs.last().route != (page.Route{Name: "people", Arg: "pcs"}) {
		t.Errorf("the PCs are at %v", pcs.last().route)
	}
	for _, words := range []string{"partager la clé", "parts"} {
		shares := newDesk(t, auth.Owner)
		if shares.seek(words); shares.last().route != (page.Route{Name: "security", Arg: "shares"}) {
			t.Errorf("%q leads to %v", words, shares.last().route)
		}
	}
	d := newDesk(t, auth.Sales)
	d.seek("réglages")
	if got := d.last().route.Name; got == "settings" || got == "security" {
		t.Error("a page that the person may not see is offered:", got)
	}
}

// seek types words in the search box, then Enter.
func (d *desk) seek(words string) {
	d.t.Helper()
	if !d.key(fyne.KeyK, fyne.KeyModifierShortcutDefault) {
		d.t.Fatal("no search")
	}
	for _, r := range words {
		d.window.Canvas().Focused().TypedRune(r)
	}
	d.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

// TestWhoLooksAfterThePCsIsToldOfNoMore: no search, which their role has none of, and no accounts.
func TestWhoLooksAfterThePCsIsToldOfNoMore(t *testing.T) {
	for role, search := range map[auth.Role]bool{auth.Owner: true, auth.Technician: false} {
		d := newDesk(t, role)
		written, told := map[string]bool{}, false
		uitest.Walk(d.window.Content(), func(o fyne.CanvasObject) {
			if x, ok := o.(*canvas.Text); ok {
				written[x.Text] = true
				told = told || strings.Contains(x.Text, "Ctrl+K Rechercher partout")
			}
		})
		if told != search {
			t.Errorf("%s: the line below tells of the search: %t", role, told)
		}
		if got := d.key(fyne.KeyK, fyne.KeyModifierShortcutDefault); got != search {
			t.Errorf("%s: Ctrl+K opens it: %t", role, got)
		}
		if written["Utilisateurs"] != search || written["Postes"] == search {
			t.Errorf("%s: the bar has another name for the page", role)
		}
	}
}

// asker notes what its person asks for without the right: each is in the journal as an attempt of theirs.
type asker struct {
	op.Caller
	who   auth.Actor
	tried map[string]bool
}

func (a asker) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	if !a.who.May(s.Needs) {
		a.tried[s.Name] = true
	}
	return a.Caller.Do(op.AsActor(ctx, a.who), s, req, resp)
}

// TestTheWindowItselfAsksForNothingThatIsNotGranted: what it asks by itself, at the log-in and as time goes by.
func TestTheWindowItselfAsksForNothingThatIsNotGranted(t *testing.T) {
	for _, role := range auth.Roles() {
		d := newClosedDesk(t, role, nil)
		a := asker{d.book.Caller, auth.Actor{User: 6, Name: "Ines", Role: role, Rights: role.Rights()}, map[string]bool{}}
		d.book.Caller = a
		d.Start()
		d.seconds(120)
		if len(a.tried) > 0 {
			t.Errorf("%s: %q", role, slices.Sorted(maps.Keys(a.tried)))
		}
	}
}

//go:build !headless

package ui

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// asked passes calls on but for one operation, which is refused, and notes the questions.
type asked struct {
	op.Caller
	refuse string
	names  map[string]bool
}

func (a asked) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	if s.Kind == op.Query {
		a.names[s.Name] = true
	}
	if s.Name == a.refuse {
		return fault.New(fault.Forbidden, "op.forbidden")
	}
	return a.Caller.Do(ctx, s, req, resp)
}

// everywhere are the pages, and those of a record, a tab or an account.
func everywhere() (out []page.Route) {
	for name := range pages() {
		out = append(out, page.Route{Name: name})
	}
	for _, tab := range []string{"entries", "trial", "general:411000", "journal", "aged", "match:411000", "years", "accounts"} {
		out = append(out, page.Route{Name: "books", Arg: tab})
	}
	for _, name := range []string{"customer", "item", "invoice", "leave"} {
		out = append(out, page.Route{Name: name, ID: 1})
	}
	return append(out, page.Route{Name: "people", Arg: "pcs"})
}

// says are the pictures of emptiness on a page (kit.NewEmpty), by their titles, and every text that says that there is
// nothing.
func says(t *testing.T, c op.Caller, to page.Route) map[string]bool {
	t.Helper()
	env, sh := uitest.New(t, c, auth.Owner)
	p := pages()[to.Name](env, to)
	sh.Show(p.Object())
	p.Refresh()
	found := map[string]bool{}
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		if fmt.Sprintf("%T", o) == "*kit.emptyState" {
			if all := labels(o); len(all) > 0 && !slices.Contains(invitations, all[0]) {
				found[all[0]] = true
			}
		}
		l, ok := o.(*kit.Label)
		for _, start := range []string{"Aucun", "Rien ", "Pas encore", "Pas de ", "Personne "} {
			if ok && strings.HasPrefix(l.Text(), start) {
				found[l.Text()] = true
			}
		}
	})
	return found
}

// invitations stand where nothing was asked yet, or say that it could not be read.
var invitations = []string{
	"La lecture n’a pas abouti", "Connectez-vous pour continuer.",
	"Votre rôle ne permet pas cette action\u00a0: demandez au gérant.", // stands for a whole document
}

// TestWhatCouldNotBeReadIsNotSaidToBeNothing: of a session that is over, of one whose rights somebody took away while
// its window was open, and of each question by itself.
func TestWhatCouldNotBeReadIsNotSaidToBeNothing(t *testing.T) {
	kit.After = kit.Never
	w := shop(t)
	refused := 0
	for _, to := range everywhere() {
		whole := asked{Caller: w.As("owner"), names: map[string]bool{}}
		normal := says(t, whole, to)
		for _, who := range []string{"nobody", "machines"} {
			env := says(t, w.As(who), to)
			maps.DeleteFunc(env, func(text string, _ bool) bool {
				// What was read all the same, and the papers of a customer who is not saved yet.
				return normal[text] && (who == "machines" || to == page.Route{Name: "customer"})
			})
			if len(env) > 0 {
				t.Errorf("%+v as %s says %q", to, who, slices.Sorted(maps.Keys(env)))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(whole.names)) {
			refused++
			for text := range says(t, asked{w.As("owner"), name, map[string]bool{}}, to) {
				if !normal[text] {
					t.Errorf("%+v without %s says %q", to, name, text)
				}
			}
		}
	}
	if refused < 60 {
		t.Errorf("only %d questions were refused", refused)
	}
}

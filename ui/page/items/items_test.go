package items_test

import (
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/items"
	"zafe/ui/uitest"
)

// TestANewItemOpensItsBoxes with the caret in the first one; the list alone does not.
func TestANewItemOpensItsBoxes(t *testing.T) {
	for route, boxes := range map[string]bool{"item": true, "items": false} {
		w := storetest.NewWorld(t, catalog.Bind[*store.Tx], company.Bind[*store.Tx])
		e, sh := uitest.New(t, w.As("owner"), auth.Owner)
		var waiting []func()
		kit.After = func(_ time.Duration, fn func()) func() bool {
			waiting = append(waiting, fn)
			return func() bool { return true }
		}
		p := items.Routes()[route](e, page.Route{Name: route})
		sh.Show(p.Object())
		for _, fn := range waiting {
			fn()
		}
		c := sh.Window.Canvas()
		if open := c.Overlays().Top() != nil; open != boxes {
			t.Errorf("%s: boxes %t", route, open)
		}
		if _, ok := c.Focused().(*kit.LineEdit); ok != boxes {
			t.Errorf("%s: the caret is in %T", route, c.Focused())
		}
		if len(sh.Failed) != 0 {
			t.Error(sh.Failed)
		}
	}
}

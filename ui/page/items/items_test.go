package items_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

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

// TestTwoPeopleOnOneItem: what is typed in the dialog waits for a choice, and can be put back after the other one was
// taken.
func TestTwoPeopleOnOneItem(t *testing.T) {
	w := storetest.NewWorld(t, catalog.Bind[*store.Tx], company.Bind[*store.Tx])
	saved, err := catalog.Save.Call(w.Ctx(), w.As("owner"), catalog.Item{
		Label: "Pose", Unit: "C62", Nature: catalog.Services, Price: 45_000_000, VATRate: 200_000, SalesAccount: "706000",
	})
	if err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := items.Routes()["item"](e, page.Route{Name: "item", ID: int64(saved.Item.ID)})
	sh.Show(p.Object())
	dialog := sh.Window.Canvas().Overlays().Top()
	var label *kit.LineEdit
	uitest.Walk(dialog, func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == e.T("items.label") {
			label = f.Control().(*kit.LineEdit)
		}
	})
	theirs := saved.Item
	theirs.Price = 50_000_000
	change := func() {
		got, err := catalog.Save.Call(w.Ctx(), w.As("assistant"), theirs)
		if err != nil {
			t.Fatal(err)
		}
		theirs = got.Item
		p.Refresh()
	}
	change()
	label.SetText("Pose de porte") // what they did was shown at once: nothing was typed
	uitest.Press(t, dialog, e.T("common.save"))
	got, err := catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: saved.Item.ID})
	if err != nil || got.Label != "Pose de porte" || got.Price != 50_000_000 || len(sh.Failed) > 0 {
		t.Errorf("stored %q at %v; %v %v", got.Label, got.Price, err, sh.Failed)
	}
	p = items.Routes()["item"](e, page.Route{Name: "item", ID: int64(saved.Item.ID)})
	dialog = sh.Window.Canvas().Overlays().Top()
	uitest.Walk(dialog, func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == e.T("items.label") {
			label = f.Control().(*kit.LineEdit)
		}
	})
	label.SetText("La mienne")
	theirs, theirs.Label = got, "La leur"
	change()
	uitest.Press(t, dialog, "Prendre la sienne")
	if label.Text() != "La leur" {
		t.Errorf("shown %q", label.Text())
	}
	uitest.Press(t, dialog, "Remettre ma saisie")
	if label.Text() != "La mienne" {
		t.Errorf("put back %q", label.Text())
	}
	uitest.Press(t, dialog, e.T("common.save"))
	if got, err = catalog.Get.Call(w.Ctx(), w.As("owner"), catalog.IDRequest{ID: saved.Item.ID}); got.Label != "La mienne" {
		t.Errorf("stored %q %v %v", got.Label, err, sh.Failed)
	}
}

// TestAnItemThatIsOnlyReadTakesNothing: neither text nor choice, of who may only read and through somebody's eyes.
func TestAnItemThatIsOnlyReadTakesNothing(t *testing.T) {
	w := storetest.NewWorld(t, catalog.Bind[*store.Tx], company.Bind[*store.Tx])
	saved, err := catalog.Save.Call(w.Ctx(), w.As("owner"), catalog.Item{
		Label: "Pose", Unit: "C62", Nature: catalog.Services, Price: 45_000_000, VATRate: 200_000, SalesAccount: "706000",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []auth.Role{auth.Reader, auth.Owner} {
		e, sh := uitest.New(t, w.As(string(role)), role)
		if role == auth.Owner {
			e.Me.Viewer, sh.Offline = "Claire", true
		}
		p := items.Routes()["item"](e, page.Route{Name: "item", ID: int64(saved.Item.ID)})
		sh.Show(p.Object())
		fields := 0
		uitest.Walk(sh.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *kit.LineEdit:
				fields++
				if !x.ReadOnly {
					t.Errorf("%s: %q can be typed in", role, x.Text())
				}
			case *kit.Select:
				fields++
				if !x.Disabled() {
					t.Errorf("%s: the unit can be chosen", role)
				}
			case *kit.Choice:
				fields++
				if !x.Disabled() {
					t.Errorf("%s: the nature can be chosen", role)
				}
			case *kit.Button:
				if role == auth.Owner && x.Text() == e.T("common.save") && !x.Disabled() {
					t.Error("it can be saved")
				}
			}
		})
		if fields < 8 {
			t.Errorf("%s: %d fields only", role, fields)
		}
	}
}

package customers_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/party"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/customers"
	"zafe/ui/uitest"
)

// TestANewCustomerStartsWithTheName: what is typed at once is not lost.
func TestANewCustomerStartsWithTheName(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], company.Bind[*store.Tx])
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	var waiting []func()
	kit.After = func(_ time.Duration, fn func()) func() bool {
		waiting = append(waiting, fn)
		return func() bool { return true }
	}
	p := customers.Routes()["customer"](e, page.Route{Name: "customer"})
	sh.Show(p.Object())
	for _, fn := range waiting {
		fn()
	}
	focused := sh.Window.Canvas().Focused()
	if focused == nil {
		t.Fatal("the caret is nowhere")
	}
	for _, r := range "Bois" {
		focused.TypedRune(r)
	}
	var name *kit.LineEdit
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label() == e.T("customers.name") {
			name = f.Control().(*kit.LineEdit)
		}
	})
	if name == nil || name.Text() != "Bois" || !p.Unsaved() {
		t.Error("what was typed is not in the name")
	}
}

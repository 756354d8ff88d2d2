package start_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/setup"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/start"
	"zafe/ui/uitest"
)

// TestTheOwnersAddressIsProposedForTheCompany: what was typed in the first step is not asked again.
func TestTheOwnersAddressIsProposedForTheCompany(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], setup.Bind[*store.Tx])
	env, sh := uitest.New(t, w.As("owner"), auth.Owner)
	env.Me.User.Email = "claire@durand.example"
	flow := &start.Flow{Window: env.Window, Text: env.Text, Clock: w.Clock.Now}
	sh.Show(flow.SetUp(env.Me)(env, func() { t.Error("the set-up is over") }))
	if len(sh.Failed) > 0 {
		t.Fatal(sh.Failed)
	}
	found := false
	uitest.Walk(env.Window.Content(), func(o fyne.CanvasObject) {
		if e, ok := o.(*kit.LineEdit); ok && e.Text() == "claire@durand.example" {
			found = true
		}
	})
	if !found {
		t.Error("the address has to be typed again")
	}
}

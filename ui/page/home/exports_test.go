package home

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/sentry"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// TestWhatLeftIsOnTheOwnersHome, with what waits for them; nobody else is told.
func TestWhatLeftIsOnTheOwnersHome(t *testing.T) {
	w := storetest.NewWorld(t)
	sentry.Bind(w.Registry)
	says := func(role auth.Role, who, part string) (found bool) {
		e, sh := uitest.New(t, w.As(who), role)
		p := Routes()["home"](e, page.Route{}).(*home)
		sh.Show(p.Object())
		uitest.Walk(p.todo, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok && strings.Contains(l.Text(), part) {
				found = true
			}
		})
		return found
	}
	if says(auth.Owner, "owner", "export") {
		t.Error("nothing left")
	}
	w.Update(func(tx *store.Tx) error {
		if _, err := tx.CountOut(sentry.Day{User: 2, Day: today(), Files: 3, FileRows: 1_240}); err != nil {
			return err
		}
		return tx.SaveHeld(sentry.Held{User: 2, Op: "customer.export", Rows: 2_100, AskedAt: tx.Now(), State: sentry.Waiting})
	})
	for _, part := range []string{"3 exports ces 7 derniers jours", "240 lignes en tout", "1 export attend votre accord"} {
		if !says(auth.Owner, "owner", part) {
			t.Errorf("the owner is not told: %s", part)
		}
	}
	if says(auth.Accountant, "accountant", "export") {
		t.Error("the accountant is told")
	}
}

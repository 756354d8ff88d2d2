package exports

import (
	"io"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/party"
	"zafe/app/sentry"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// TestAnOwnerAnswersHere: what somebody took out is shown, and what waits is let go.
func TestAnOwnerAnswersHere(t *testing.T) {
	w := storetest.NewWorld(t, party.Bind)
	sentry.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		for _, r := range []auth.Role{auth.Owner, auth.Accountant} {
			if _, err := tx.SaveUser(user.User{Login: string(r), Name: "Sonia " + string(r), Role: r, CreatedAt: tx.Now()}); err != nil {
				return err
			}
		}
		if _, err := tx.SaveCustomer(party.Customer{Code: "C1", Kind: party.Company, Name: "X", Owner: 1}); err != nil {
			return err
		}
		_, err := tx.CountOut(sentry.Day{User: 2, Day: civil.New(2026, 11, 21), Files: 1, FileRows: sentry.HoldRows})
		return err
	})
	export := func() string {
		_, err := party.Export.Fetch(w.Ctx(), w.As("accountant"), party.ExportRequest{}, io.Discard)
		return fault.KeyOf(err)
	}
	if key := export(); key != "sentry.held" {
		t.Fatal(key)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["exports"](e, page.Route{})
	sh.Show(p.Object())
	shows := func(part string) bool {
		var texts []string
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *kit.Label:
				texts = append(texts, x.Text())
			case *kit.Pill:
				texts = append(texts, x.Text())
			}
		})
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, part) })
	}
	if !shows("Sonia accountant") || !shows("Clients exportés, 1") {
		t.Error("what waits is not shown")
	}
	leaves := func(left bool) {
		w.Update(func(tx *store.Tx) error {
			u, err := tx.User(2)
			if err == nil {
				u.Disabled = left
				_, err = tx.SaveUser(u)
			}
			return err
		})
		p.Refresh()
	}
	if leaves(true); !shows("Sans suite") || sh.Moves != 1 {
		t.Errorf("what somebody asked who left is still theirs to answer; moved %d times", sh.Moves)
	}
	if leaves(false); shows("Sans suite") {
		t.Error("the page does not follow")
	}
	var yes *kit.Button
	uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == "Accepter pour 24 heures" {
			yes = b
		}
	})
	if yes == nil {
		t.Fatal("no answer can be given")
	}
	if yes.Tapped(nil); !shows("Accepté") || len(sh.Failed) > 0 {
		t.Errorf("not accepted: %v", sh.Failed)
	}
	if key := export(); key != "" {
		t.Errorf("after the answer: %s", key)
	}
}

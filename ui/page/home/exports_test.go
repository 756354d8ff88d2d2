package home

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
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

// TestWhatWaitsForOnesWordIsOnTheHome, as it lapses unseen: not what one asked for oneself, or may not decide.
func TestWhatWaitsForOnesWordIsOnTheHome(t *testing.T) {
	w := storetest.NewWorld(t)
	waiting := []approval.Pending{
		{By: "Nadia", Mine: true, Expires: storetest.Noon},
		{By: "Marc", Own: true, Expires: storetest.Noon},
		{By: "Luc", Bar: fault.New(fault.Forbidden, "op.forbidden"), Expires: storetest.Noon},
	}
	op.Bind(w.Registry, approval.List, func(context.Context, *store.Tx, op.Empty) (approval.ListResponse, error) {
		return approval.ListResponse{Pending: waiting}, nil
	})
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["home"](e, page.Route{}).(*home)
	sh.Show(p.Object())
	if _, told := p.tasks["approvals"]; told {
		t.Error("told of what they cannot decide")
	}
	waiting = append(waiting, approval.Pending{By: "Paul", Expires: storetest.Noon})
	p.Refresh()
	var told []string
	uitest.Walk(p.todo, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok {
			told = append(told, l.Text())
		}
	})
	if all := strings.ReplaceAll(strings.Join(told, "|"), "\u00a0", " "); !strings.Contains(all, "1 demande attend votre accord|De Paul") {
		t.Error(all)
	}
	uitest.Press(t, p.todo, "Décider")
	if len(sh.Opened) != 1 || sh.Opened[0].Name != "approvals" {
		t.Errorf("opens %v", sh.Opened)
	}
}

package support_test

import (
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// TestWhatIsAskedOfAnOwner before any code is made.
func TestWhatIsAskedOfAnOwner(t *testing.T) {
	whole := support.OpenRequest{Granted: support.Granted{Who: "Jean", Reason: "Aide"}, Minutes: 120}
	if err := whole.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*support.OpenRequest){
		"support.who_missing":    func(r *support.OpenRequest) { r.Who = " " },
		"support.reason_missing": func(r *support.OpenRequest) { r.Reason = "" },
		"support.too_long":       func(r *support.OpenRequest) { r.Reason = strings.Repeat("é", 201) },
		"support.minutes":        func(r *support.OpenRequest) { r.Minutes = 121 },
	} {
		req := whole
		spoil(&req)
		if key := fault.KeyOf(req.Validate()); key != want {
			t.Errorf("%q, want %s", key, want)
		}
	}
}

// TestMaskedUnlessTicked: no class of fields is shown but by the tick, and no record but by its own.
func TestMaskedUnlessTicked(t *testing.T) {
	for _, g := range []support.Granted{{}, {Sales: true, Ledger: true}, {Shown: true}} {
		a := auth.Actor{Support: 1, Rights: g.Rights()}
		for _, c := range []auth.Class{auth.Bank, auth.Balance, auth.Contact} {
			if a.Hides(c) == g.Shown {
				t.Errorf("%+v hides %s: %t", g, c, a.Hides(c))
			}
		}
		if a.May(auth.CustomerRead) != g.Sales || a.May(auth.LedgerRead) != g.Ledger || a.May(auth.UserManage) {
			t.Errorf("%+v may %v", g, a.Rights)
		}
	}
}

// TestAnAccessStaysAsItWasGranted, also for who has the file of the book; there is one at a time.
func TestAnAccessStaysAsItWasGranted(t *testing.T) {
	w := storetest.NewWorld(t)
	a := support.Access{
		Granted: support.Granted{Who: "Jean", Reason: "Aide"}, By: 1, MadeAt: storetest.Noon, EndsAt: storetest.Noon.Add(time.Hour),
	}
	w.Update(func(tx *store.Tx) (err error) {
		if _, err = tx.SaveUser(user.User{Login: "claire", Name: "Claire", Role: auth.Owner, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		a.ID, err = tx.AddSupport(a)
		return err
	})
	try := func(change func(*support.Access)) error {
		return w.Store.Update(w.Ctx(), func(tx *store.Tx) error {
			b, err := tx.Support(a.ID)
			if err != nil {
				return err
			}
			change(&b)
			return tx.SaveSupport(b, 0)
		})
	}
	enter := func(pc string) func(*support.Access) {
		return func(b *support.Access) { b.Device, b.EnteredAt = pc, storetest.Noon }
	}
	if err := try(enter("one")); err != nil {
		t.Fatal(err)
	}
	if try(enter("another")) == nil {
		t.Error("a second PC took the place of the first")
	}
	err := w.Store.Update(w.Ctx(), func(tx *store.Tx) error { _, err := tx.AddSupport(a); return err })
	if err == nil {
		t.Error("two at a time")
	}
	end := func(b *support.Access) { b.EndedAt = storetest.Noon }
	if err := try(end); err != nil {
		t.Fatal(err)
	}
	if try(func(b *support.Access) { b.EndedAt = time.Time{} }) == nil {
		t.Error("one that ended begins again")
	}
}

// TestAnAccessOfAClockThatWasAheadIsOver: its two hours would begin when the clock gets there.
func TestAnAccessOfAClockThatWasAheadIsOver(t *testing.T) {
	now := storetest.Noon
	for ahead, want := range map[time.Duration]bool{0: true, time.Minute: true, time.Hour: false, 90 * 24 * time.Hour: false} {
		made := now.Add(ahead)
		a := support.Access{MadeAt: made, CodeUntil: made.Add(10 * time.Minute), EndsAt: made.Add(2 * time.Hour)}
		if got := a.Awaits(now); got != want {
			t.Errorf("made %s ahead: awaits %t", ahead, got)
		}
		if a.Device = "pc"; a.In(now) != want {
			t.Errorf("made %s ahead: in %t", ahead, a.In(now))
		}
		guest := device.Device{State: device.Active, EndsAt: made.Add(4 * time.Hour)}
		if got := guest.Allowed(now); got != want {
			t.Errorf("made %s ahead: its PC is let in %t", ahead, got)
		}
	}
}

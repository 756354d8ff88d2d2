package user_test

import (
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
)

// TestAnOwnerByTheWordOfTwoOpensTheBookFromTheirNextLogIn: until then the other owner, whose password opens it, stays.
func TestAnOwnerByTheWordOfTwoOpensTheBookFromTheirNextLogIn(t *testing.T) {
	w := newWorld(t)
	claire, marc := w.add("claire", auth.Owner, oldWord), w.add("marc", auth.Sales, newWord)
	sys, c := op.AsSystem(w.Ctx()), op.Local[*store.Tx]{Registry: w.reg}
	give := user.GiveRequest{ID: marc.ID, Role: auth.Owner, Rights: auth.Owner.Rights()}
	out, err := user.Give.Call(sys, c, give)
	if err != nil || out.Role != auth.Owner {
		t.Fatal(out, err)
	}
	if _, err := user.Give.Call(sys, c, give); fault.KeyOf(err) != "user.nothing_given" {
		t.Errorf("given again: %v", err)
	}
	less := user.GiveRequest{ID: marc.ID, Role: auth.Sales, Rights: auth.Sales.Rights()}
	if _, err := user.Give.Call(sys, c, less); fault.KeyOf(err) != "user.nothing_given" {
		t.Errorf("taken away: %v", err)
	}
	goes := user.SaveRequest{ID: claire.ID, Login: "claire", Name: "Claire", Role: auth.Owner, Disabled: true}
	if _, err := user.Save.Call(sys, c, goes); fault.KeyOf(err) != "user.last_opener" {
		t.Errorf("the only one whose password opens the book goes: %v", err)
	}
	if len(w.Store.PasswordSlots(user.SlotLabel(claire.ID))) != 1 {
		t.Error("her slot is gone")
	}
	if _, err := w.login("marc", newWord, ""); err != nil {
		t.Fatal(err)
	}
	if there := w.Store.PasswordSlots(user.SlotLabel(marc.ID)); len(there) != 1 || !w.Store.PasswordOpens(there[0], newWord) {
		t.Fatalf("the new owner's password opens %d slots", len(there))
	}
	if _, err := user.Save.Call(sys, c, goes); err != nil {
		t.Error(err)
	}
}

// TestWhoIsOutIsLetInWithADay that is to come, as by any other change.
func TestWhoIsOutIsLetInWithADay(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, oldWord)
	luc := w.add("luc", auth.Sales, newWord)
	sys, c := op.AsSystem(w.Ctx()), op.Local[*store.Tx]{Registry: w.reg}
	w.Update(func(tx *store.Tx) error {
		u, err := tx.User(luc.ID)
		if err != nil {
			return err
		}
		u.EndsOn = tx.Today()
		_, err = tx.SaveUser(u)
		return err
	})
	w.Clock.Add(48 * time.Hour)
	give := user.GiveRequest{ID: luc.ID, Role: auth.Sales, Rights: auth.Sales.Rights()}
	for _, x := range []struct {
		day  int
		want string
	}{{-1, "user.ends_past"}, {30, ""}} {
		w.Update(func(tx *store.Tx) error { give.EndsOn = tx.Today().AddDays(x.day); return nil })
		if _, err := user.Give.Call(sys, c, give); fault.KeyOf(err) != x.want {
			t.Errorf("in %d days: %v", x.day, err)
		}
	}
	if _, err := w.login("luc", newWord, ""); err != nil {
		t.Error(err)
	}
}

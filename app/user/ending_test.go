package user_test

import (
	"testing"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
)

// TestSomebodyFromOutsideHasALastDay: given when the account is made, a year ahead at most, and moved by the same act.
func TestSomebodyFromOutsideHasALastDay(t *testing.T) {
	w := newWorld(t)
	c := op.Local[*store.Tx]{Registry: w.reg}
	req := user.SaveRequest{Login: "cabinet", Name: "Cabinet", Role: auth.Expert, Password: "un mot de passe"}
	for _, try := range []struct {
		id   auth.UserID
		day  civil.Date
		want string
	}{
		{0, civil.Date{}, "user.outsider_ends"},
		{0, civil.New(2027, 11, 22), "user.outsider_far"},
		{0, civil.New(2026, 11, 20), "user.ends_past"},
		{0, civil.New(2027, 11, 21), ""},
		{1, civil.Date{}, "user.outsider_ends"},
		{1, civil.New(2027, 12, 31), "user.outsider_far"},
		{1, civil.New(2027, 1, 31), ""},
	} {
		req.ID, req.EndsOn = try.id, try.day
		u, err := user.Save.Call(op.AsSystem(w.Ctx()), c, req)
		if fault.KeyOf(err) != try.want || err == nil && u.EndsOn != try.day {
			t.Errorf("%d until %s: %v, want %s", try.id, try.day, err, try.want)
		}
		if f := fault.Of(err); f != nil && f.Field != "ends_on" {
			t.Errorf("%s is said beside %q", f.Key, f.Field)
		}
	}
	if !auth.Expert.Rights().NeedsSecondFactor() || auth.Expert.Rights().Scope(auth.CustomerWrite) != auth.None {
		t.Error("the outside accountant changes customers, or needs no second factor")
	}
}

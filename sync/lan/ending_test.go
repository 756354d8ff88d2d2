package lan_test

import (
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
)

// TestAnOutsiderIsOutAtMidnight of their last day, on every path: what they have under way is cut, their session is
// over, and neither the password nor another PC lets them in again; a colleague goes on.
func TestAnOutsiderIsOutAtMidnight(t *testing.T) {
	c := newCinema(t)
	luc, _ := c.person("luc")
	c.person("marie")
	var midnight time.Time
	c.world.Update(func(tx *store.Tx) error {
		u, err := tx.User(luc.ID)
		if err != nil {
			return err
		}
		u.EndsOn, midnight = tx.Today(), tx.StartOf(tx.Today().AddDays(1))
		_, err = tx.SaveUser(u)
		return err
	})
	c.world.Clock.Set(midnight.Add(-time.Second))
	his, _ := c.pc()
	other, _ := c.pc()
	hers, _ := c.pc()
	c.login(his, "luc")
	c.login(hers, "marie")
	c.news.Every = 50 * time.Millisecond // midnight is no event: at a beat it is looked whether they may go on
	under, goesOn := c.begin(his), c.begin(hers)
	if _, err := user.Current.Call(t.Context(), his, op.Empty{}); err != nil {
		t.Fatal("on the last day: ", err)
	}
	c.world.Clock.Set(midnight)
	c.ended(under, "user.ended")
	if _, err := user.Current.Call(t.Context(), his, op.Empty{}); fault.KeyOf(err) != "user.ended" {
		t.Errorf("at midnight: %v", err)
	}
	his.SetToken("")
	for name, pc := range map[string]op.Caller{"their own PC": his, "another": other} {
		_, err := user.Login.Call(t.Context(), pc, user.LoginRequest{Login: "luc", Password: word})
		if fault.KeyOf(err) != "user.ended" {
			t.Errorf("a log-in from %s: %v", name, err)
		}
	}
	for what, outcome := range goesOn {
		select {
		case err := <-outcome:
			t.Errorf("a colleague's %s ended: %v", what, err)
		default:
		}
	}
}

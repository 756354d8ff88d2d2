package lan_test

import (
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
)

// TestWhoIsShutOutAtTheHostItselfIsCutToo: at the host's own window, whatever ends somebody's session or changes their
// rights ends what they have under way within a second, as on every other PC, and nothing more is answered.
func TestWhoIsShutOutAtTheHostItselfIsCutToo(t *testing.T) {
	const over = "user.session_over"
	c := newCinema(t)
	ctx, host := c.here()
	for _, x := range []struct {
		name, key string
		by        func(u user.User, r role.Role) error
	}{
		{"disabled", "user.closed", func(u user.User, r role.Role) error {
			_, err := user.Save.Call(ctx, host, user.SaveRequest{ID: u.ID, Login: u.Login, Name: u.Name, Role: r.Key, Disabled: true})
			return err
		}},
		{"signed out", over, func(u user.User, _ role.Role) error {
			_, err := user.SignOutEverywhere.Call(ctx, host, user.IDRequest{ID: u.ID})
			return err
		}},
		{"the role may do less", "op.rights_changed", func(_ user.User, r role.Role) error {
			_, err := role.Save.Call(ctx, host, role.SaveRequest{
				Key: r.Key, Version: r.Version, Name: r.Name, Rights: auth.Rights{auth.ItemRead: auth.All},
			})
			return err
		}},
		{"the last day is over", "user.ended", func(u user.User, _ role.Role) error {
			c.world.Update(func(tx *store.Tx) error {
				stored, err := tx.User(u.ID)
				if err != nil {
					return err
				}
				stored.EndsOn = tx.Today().AddDays(-1)
				_, err = tx.SaveUser(stored)
				return err
			})
			// Nothing is told at midnight: the next beat finds out, or whatever happens before it.
			_, err := role.Save.Call(ctx, host, role.SaveRequest{Name: "Minuit", Rights: auth.Rights{auth.ItemRead: auth.All}})
			return err
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			c.t = t
			u, r := c.person(strings.ReplaceAll(x.name, " ", "-"))
			token := ""
			here := op.Local[*store.Tx]{
				Registry: c.reg, Still: c.people.GoesOn,
				Credential: func() op.Credential { return op.Credential{Token: token} },
			}
			in, err := user.Login.Call(t.Context(), here, user.LoginRequest{Login: u.Login, Password: word})
			if err != nil || in.Next != user.Done {
				t.Fatal(in, err)
			}
			token = in.Token
			calls := c.begin(here)
			if err := x.by(u, r); err != nil {
				t.Fatal(err)
			}
			c.ended(calls, x.key)
			if _, err := user.Current.Call(t.Context(), here, op.Empty{}); x.key != "op.rights_changed" && fault.KeyOf(err) != x.key {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

package user_test

import (
	"fmt"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/password"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

const (
	longWord  = "sept bateaux bleus au large"
	shortWord = "bateau-9-Vk" // good beside a second factor, too short alone
)

// strict is the length rule of the real policy.
func strict(word string, context []string, second bool) error {
	_, err := password.Check(word, context, second)
	return err
}

// crew is a book with an owner, claire, and an assistant, marc, whose password may open it.
type crew struct{ *sealed }

func newCrew(t *testing.T, word string) crew {
	t.Helper()
	c := crew{newSealed(t)}
	marc, err := user.NewOwner(t.Context(), user.SaveRequest{Login: "marc", Name: "Marc", Password: word}, cheap, lax)
	if err != nil {
		t.Fatal(err)
	}
	marc.Role = auth.Assistant
	c.at(1<<20, func(m *mortal, _ *op.Registry[*store.Tx]) {
		err = m.Update(t.Context(), func(tx *store.Tx) error {
			marc.CreatedAt = tx.Now()
			_, err := tx.SaveUser(marc)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const marc auth.UserID = 2

// at opens the book as a program that dies after left writes, and settles it as main does.
func (c crew) at(left int, do func(*mortal, *op.Registry[*store.Tx])) {
	c.t.Helper()
	st, err := store.Open(c.t.Context(), c.dir, store.WithRecovery(storetest.Recovery), c.options())
	if err != nil {
		c.t.Fatal(err)
	}
	defer c.close(st)
	m := &mortal{Store: st, left: 1 << 20}
	svc := user.NewService[*store.Tx](m, c.clock.Now, cheap, strict, m)
	if err := svc.Settle(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	r := op.New[*store.Tx](m, svc, c.clock.Now, func(op.Record) {})
	user.Bind(r, svc)
	m.left = left
	do(m, r)
}

// opens tells whether a password opens the book.
func (c crew) opens(word string) bool {
	c.t.Helper()
	st, err := c.open(word)
	if err != nil {
		return false
	}
	c.close(st)
	return true
}

func (c crew) delegate(r *op.Registry[*store.Tx], on bool) error {
	_, err := user.SetDelegate.Call(op.AsSystem(c.t.Context()), op.Local[*store.Tx]{Registry: r},
		user.DelegateRequest{ID: marc, On: on})
	return err
}

func (c crew) logIn(r *op.Registry[*store.Tx], word string) (op.Caller, user.Me) {
	c.t.Helper()
	local := op.Local[*store.Tx]{Registry: r}
	in, err := user.Login.Call(c.t.Context(), local, user.LoginRequest{Login: "marc", Password: word})
	if err != nil {
		c.t.Fatal(err)
	}
	local.Credential = func() op.Credential { return op.Credential{Token: in.Token} }
	me, err := user.Current.Call(c.t.Context(), local, op.Empty{})
	if err != nil {
		c.t.Fatal(err)
	}
	return local, me
}

// step runs do in a program that lives.
func (c crew) step(do func(r *op.Registry[*store.Tx]) error) {
	c.t.Helper()
	c.at(1<<20, func(_ *mortal, r *op.Registry[*store.Tx]) {
		if err := do(r); err != nil {
			c.t.Fatal(err)
		}
	})
}

func TestADelegateOpensFromTheNextLogInUntilUnticked(t *testing.T) {
	c := newCrew(t, longWord)
	log := func(r *op.Registry[*store.Tx]) error { c.logIn(r, longWord); return nil }
	c.step(log)
	if c.opens(longWord) {
		t.Fatal("an assistant opens the book")
	}
	c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, true) })
	if c.opens(longWord) {
		t.Error("opens before the log-in: nobody knew the password")
	}
	c.step(log)
	if !c.opens(longWord) {
		t.Error("does not open after the log-in")
	}
	c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, false) })
	if c.opens(longWord) {
		t.Error("still opens after being unticked")
	}
	c.step(log)
	if c.opens(longWord) {
		t.Error("opens again after a log-in")
	}
	if !c.opens(oldWord) {
		t.Error("the owner is out")
	}
}

func TestADelegateWhoLeavesIsOut(t *testing.T) {
	c := newCrew(t, longWord)
	c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, true) })
	c.step(func(r *op.Registry[*store.Tx]) error { c.logIn(r, longWord); return nil })
	c.step(func(r *op.Registry[*store.Tx]) error {
		out, err := user.Save.Call(op.AsSystem(t.Context()), op.Local[*store.Tx]{Registry: r}, user.SaveRequest{
			ID: marc, Login: "marc", Name: "Marc", Role: auth.Assistant, Disabled: true,
		})
		if out.Delegate {
			t.Error("still a delegate: enabled again, they would open the book unasked")
		}
		return err
	})
	if c.opens(longWord) {
		t.Error("opens the book after leaving")
	}
	c.at(1<<20, func(_ *mortal, r *op.Registry[*store.Tx]) {
		if err := c.delegate(r, true); fault.KeyOf(err) != "user.not_a_delegate" {
			t.Errorf("disabled and delegate: %v", err)
		}
	})
}

// TestWhoKeepsNoKeysDecidesNothingAboutADelegate: a password that an administrator chose would open the sealed book.
func TestWhoKeepsNoKeysDecidesNothingAboutADelegate(t *testing.T) {
	const chosen = "quatre moulins verts dans la brume"
	c := newCrew(t, longWord)
	c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, true) })
	c.step(func(r *op.Registry[*store.Tx]) error { c.logIn(r, longWord); return nil })
	ask := func(r *op.Registry[*store.Tx], role auth.Role) string {
		ctx := op.AsActor(t.Context(), auth.Actor{User: 99, Role: role, Rights: role.Rights(), FreshAt: c.clock.Now()})
		_, err := user.Save.Call(ctx, op.Local[*store.Tx]{Registry: r}, user.SaveRequest{
			ID: marc, Login: "marc", Name: "Marc", Role: auth.Assistant, Password: chosen,
		})
		return fault.KeyOf(err)
	}
	c.at(0, func(m *mortal, r *op.Registry[*store.Tx]) { // one write, and the program would be dead
		if key := ask(r, auth.Admin); key != "user.above_you" {
			t.Errorf("an administrator: %q", key)
		}
	})
	if c.opens(chosen) || !c.opens(longWord) {
		t.Error("the administrator's password opens:", c.opens(chosen), "the delegate's own:", c.opens(longWord))
	}
	c.step(func(r *op.Registry[*store.Tx]) error {
		if key := ask(r, auth.Owner); key != "" {
			t.Errorf("an owner: %q", key)
		}
		return nil
	})
	if !c.opens(chosen) {
		t.Error("the password that an owner gave does not open")
	}
}

// TestAnAccountThatEndedOpensNothing: from the first log-in of the day after, whosever it is, in a program that has
// been running since.
func TestAnAccountThatEndedOpensNothing(t *testing.T) {
	c := newCrew(t, longWord)
	c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, true) })
	c.step(func(r *op.Registry[*store.Tx]) error {
		c.logIn(r, longWord)
		local := op.Local[*store.Tx]{Registry: r}
		_, err := user.Save.Call(op.AsSystem(t.Context()), local, user.SaveRequest{
			ID: marc, Login: "marc", Name: "Marc", Role: auth.Assistant, EndsOn: civil.Of(c.clock.Now()),
		})
		if err != nil {
			return err
		}
		c.clock.Add(24 * time.Hour)
		_, err = user.Login.Call(t.Context(), local, user.LoginRequest{Login: "claire", Password: oldWord})
		return err
	})
	if c.opens(longWord) {
		t.Error("the password still opens the book")
	}
}

// TestAShortPasswordOpensNothing: on a stolen disk nobody counts the tries.
func TestAShortPasswordOpensNothing(t *testing.T) {
	c := newCrew(t, shortWord)
	c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, true) })
	c.step(func(r *op.Registry[*store.Tx]) error {
		who, me := c.logIn(r, shortWord)
		if !me.LongerPassword {
			t.Error("not told to choose a longer password")
		}
		var token string
		change := func(word string) error {
			out, err := user.ChangePassword.Call(t.Context(), who, user.PasswordRequest{Old: shortWord, New: word})
			token = out.Token
			return err
		}
		if err := change("bateau-8-Vk2Lm"); err == nil {
			t.Error("changed to another short one")
		}
		if c := fault.KeyOf(change(longWord)); c != "" {
			t.Error(c)
		}
		who = op.Local[*store.Tx]{Registry: r, Credential: func() op.Credential { return op.Credential{Token: token} }}
		me, err := user.Current.Call(t.Context(), who, op.Empty{})
		if me.LongerPassword {
			t.Error("still told so")
		}
		return err
	})
	if c.opens(shortWord) || !c.opens(longWord) {
		t.Error("opens by", c.opens(shortWord), c.opens(longWord))
	}
}

// TestKilledWhileUntickingOpensNothingAfterTheNextStart, wherever it was killed once the row said so.
func TestKilledWhileUnticking(t *testing.T) {
	for left := range 3 {
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			c := newCrew(t, longWord)
			c.step(func(r *op.Registry[*store.Tx]) error { return c.delegate(r, true) })
			c.step(func(r *op.Registry[*store.Tx]) error { c.logIn(r, longWord); return nil })
			c.at(left, func(_ *mortal, r *op.Registry[*store.Tx]) { _ = c.delegate(r, false) })
			ticked := false
			c.step(func(r *op.Registry[*store.Tx]) error { // the next start settles
				people, err := user.List.Call(op.AsSystem(t.Context()), op.Local[*store.Tx]{Registry: r}, op.Empty{})
				for _, u := range people.Users {
					ticked = ticked || u.Delegate
				}
				return err
			})
			if ticked != (left == 0) {
				t.Errorf("killed after %d writes: ticked %t", left, ticked)
			}
			if c.opens(longWord) != ticked {
				t.Errorf("killed after %d writes: opens %t, ticked %t", left, c.opens(longWord), ticked)
			}
		})
	}
}

func TestNoMoreDelegatesThanTheKeyFileCanBear(t *testing.T) {
	c := newCrew(t, longWord)
	c.at(1<<20, func(m *mortal, r *op.Registry[*store.Tx]) {
		err := m.Update(t.Context(), func(tx *store.Tx) error {
			for i := range 8 {
				_, err := tx.SaveUser(user.User{
					Login: fmt.Sprint("d", i), Name: "D", Role: auth.Reader, CreatedAt: tx.Now(), Delegate: true,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.delegate(r, true); fault.KeyOf(err) != "user.delegates_max" {
			t.Error(err)
		}
	})
}

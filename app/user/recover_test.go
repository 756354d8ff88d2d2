package user_test

import (
	"errors"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/recovery"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

var sheet = recovery.Key(storetest.Recovery).String()

const totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// lost is a book with two owners, claire (1) with a second factor and lucie (3), and an assistant, marc.
type lost struct {
	crew
	reg *op.Registry[*store.Tx]
	st  *mortal
}

// inLost runs do in a program over such a book; what it does to the book stays.
func inLost(t *testing.T, do func(l lost)) crew {
	t.Helper()
	c := newCrew(t, longWord)
	c.at(1<<20, func(m *mortal, r *op.Registry[*store.Tx]) {
		err := m.Update(t.Context(), func(tx *store.Tx) error {
			claire, err := tx.User(1)
			if err != nil {
				return err
			}
			claire.Secret, claire.SecondOn = totpSecret, true
			_, err = tx.SaveUser(claire)
			lucie, newErr := user.NewOwner(t.Context(),
				user.SaveRequest{Login: "lucie", Name: "Lucie", Password: longWord}, cheap, lax)
			lucie.CreatedAt = tx.Now()
			_, saveErr := tx.SaveUser(lucie)
			return errors.Join(err, newErr, saveErr, device.Enrol(tx, "pc", "PC", 1))
		})
		if err != nil {
			t.Fatal(err)
		}
		do(lost{c, r, m})
	})
	return c
}

const fresh = "des chevaux jaunes sous la pluie"

func (l lost) local() op.Local[*store.Tx] { return op.Local[*store.Tx]{Registry: l.reg} }

func (l lost) recover(req user.RecoverRequest) (user.RecoverResponse, error) {
	return user.Recover.Call(l.t.Context(), l.local(), req)
}

func (l lost) code() string {
	l.t.Helper()
	code, err := user.CodeAt(totpSecret, l.clock.Now())
	if err != nil {
		l.t.Fatal(err)
	}
	return code
}

func (l lost) user(id auth.UserID) (u user.User) {
	l.t.Helper()
	err := l.st.View(l.t.Context(), func(tx *store.Tx) (err error) { u, err = tx.User(id); return err })
	if err != nil {
		l.t.Fatal(err)
	}
	return u
}

// told is what an owner sees at log-in.
func (l lost) told(id auth.UserID) user.NoticesResponse {
	l.t.Helper()
	ctx := op.AsActor(l.t.Context(), auth.Actor{User: id, Role: auth.Owner, Rights: auth.Owner.Rights()})
	out, err := user.Notices.Call(ctx, l.local(), op.Empty{})
	if err != nil {
		l.t.Fatal(err)
	}
	return out
}

// next is the step of a log-in of claire with a password; "" and false when it is refused.
func (l lost) next(word string) (user.Next, bool) {
	in, err := user.Login.Call(l.t.Context(), l.local(), user.LoginRequest{Login: "claire", Password: word})
	return in.Next, err == nil
}

func TestTheSheetAndTheSecondFactorGiveANewPasswordAtOnce(t *testing.T) {
	c := inLost(t, func(l lost) {
		out, err := l.recover(user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh, Code: l.code()})
		if err != nil || !out.Done {
			t.Fatal(out, err)
		}
		if next, ok := l.next(fresh); !ok || next != user.Code {
			t.Errorf("log-in: %q %t: the second factor is to stay", next, ok)
		}
		if _, ok := l.next(oldWord); ok {
			t.Error("the old password still logs in")
		}
		if n := l.told(3).Notices; len(n) != 1 || n[0].Kind != user.NoticeReset || n[0].Name != "Claire" {
			t.Errorf("the other owner was told %+v", n)
		}
		if n := l.told(1).Notices; len(n) != 0 {
			t.Errorf("claire was told %+v", n)
		}
	})
	if !c.opens(fresh) || c.opens(oldWord) {
		t.Error("what opens the book:", c.opens(fresh), c.opens(oldWord))
	}
}

func TestWithoutTheSecondFactorADayGoesByAndItIsSetUpAnew(t *testing.T) {
	c := inLost(t, func(l lost) {
		req := user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh}
		start := l.clock.Now()
		for _, wait := range []time.Duration{0, time.Hour, 22*time.Hour + 59*time.Minute} {
			l.clock.Add(wait)
			out, err := l.recover(req)
			if err != nil || out.Done || !out.After.Equal(start.Add(24*time.Hour)) {
				t.Fatalf("after %v: %+v %v", l.clock.Now().Sub(start), out, err)
			}
		}
		for _, owner := range []auth.UserID{1, 3} {
			r := l.told(owner).Resets
			if len(r) != 1 || r[0].User != 1 || !r[0].After.Equal(start.Add(24*time.Hour)) {
				t.Errorf("owner %d sees %+v", owner, r)
			}
		}
		if _, ok := l.next(oldWord); !ok {
			t.Error("the password is gone before the day is over")
		}
		l.clock.Add(time.Minute)
		out, err := l.recover(req)
		if err != nil || !out.Done {
			t.Fatal(out, err)
		}
		if next, ok := l.next(fresh); !ok || next != user.Enrol {
			t.Errorf("log-in: %q %t: a new second factor is to be set up", next, ok)
		}
		if told := l.told(3); len(told.Resets) != 0 || len(told.Notices) != 1 {
			t.Errorf("afterwards: %+v", told)
		}
	})
	if !c.opens(fresh) || c.opens(oldWord) {
		t.Error("what opens the book:", c.opens(fresh), c.opens(oldWord))
	}
}

// TestWhereANewPasswordIsAskedForIsTold: whoever asks is nobody yet, and their PC is known all the same; the journal said
// the main PC.
func TestWhereANewPasswordIsAskedForIsTold(t *testing.T) {
	inLost(t, func(l lost) {
		for _, from := range []struct{ device, pc string }{{"pc", "PC"}, {"", ""}} {
			who := l.local()
			who.Credential = func() op.Credential { return op.Credential{Device: from.device} }
			req := user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh + from.device}
			if _, err := user.Recover.Call(t.Context(), who, req); err != nil {
				t.Fatal(err)
			}
			if r := l.told(3).Resets; len(r) != 1 || r[0].PC != from.pc {
				t.Errorf("asked for on %q: told %+v", from.pc, r)
			}
			l.clock.Add(25 * time.Hour)
			if out, err := user.Recover.Call(t.Context(), who, req); err != nil || !out.Done {
				t.Fatal(out, err)
			}
			n := l.told(3).Notices
			if last := n[len(n)-1]; last.Kind != user.NoticeWaited || last.Detail != from.pc {
				t.Errorf("given on %q: told %+v", from.pc, last)
			}
			err := l.st.View(t.Context(), func(tx *store.Tx) error {
				e, err := tx.Head()
				if e.Op != "password.recover" || e.Device != from.device {
					t.Errorf("on %q: the journal has %s on %q", from.pc, e.Op, e.Device)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAnyOwnerRefusesAndTheDayBeginsAnew(t *testing.T) {
	inLost(t, func(l lost) {
		req := user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh}
		if _, err := l.recover(req); err != nil {
			t.Fatal(err)
		}
		refuse := func(a auth.Actor) string {
			_, err := user.Refuse.Call(op.AsActor(t.Context(), a), l.local(), user.IDRequest{ID: 1})
			return fault.KeyOf(err)
		}
		if key := refuse(auth.Actor{User: marc, Role: auth.Assistant, Rights: auth.Assistant.Rights()}); key != "op.forbidden" {
			t.Error("an assistant refused:", key)
		}
		if key := refuse(auth.Actor{User: 3, Role: auth.Owner, Rights: auth.Owner.Rights()}); key != "op.fresh_needed" {
			t.Error("refused by whoever sits at a session left open:", key)
		}
		lucie := auth.Actor{User: 3, Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: l.clock.Now()}
		if key := refuse(lucie); key != "" {
			t.Fatal(key)
		}
		if key := refuse(lucie); key != "user.no_reset" {
			t.Error("refused twice:", key)
		}
		l.clock.Add(25 * time.Hour)
		if out, err := l.recover(req); err != nil || out.Done {
			t.Errorf("a refused request: %+v %v", out, err)
		}
	})
}

// TestARequestSurvivesARestartAndGrowsOld. A clock set back makes it wait longer, never shorter, and
// never until it gets there again.
func TestARequestSurvivesARestartAndGrowsOld(t *testing.T) {
	req := user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh}
	for name, step := range map[string]struct {
		wait time.Duration
		done bool
	}{
		"soon": {time.Hour, false}, "clock set back": {-48 * time.Hour, false}, "asked a year ahead": {-365 * 24 * time.Hour, false},
		"in time": {24 * time.Hour, true}, "the last day": {8*24*time.Hour - time.Second, true},
		"too late": {8 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := inLost(t, func(l lost) {
				if _, err := l.recover(req); err != nil {
					t.Fatal(err)
				}
			})
			c.clock.Add(step.wait)
			c.at(1<<20, func(m *mortal, r *op.Registry[*store.Tx]) {
				out, err := lost{c, r, m}.recover(req)
				if err != nil || out.Done != step.done {
					t.Errorf("%+v %v", out, err)
				}
				if out.After.After(c.clock.Now().Add(24 * time.Hour)) {
					t.Errorf("it waits until %s, at %s", out.After, c.clock.Now())
				}
			})
		})
	}
}

// TestTheSheetOfAClosedBookShutsEverybodyOut: only the program itself, which it opened, takes this way.
func TestTheSheetOfAClosedBookShutsEverybodyOut(t *testing.T) {
	c := inLost(t, func(l lost) {
		in, err := user.Login.Call(t.Context(), l.local(), user.LoginRequest{Login: "marc", Password: longWord})
		if err != nil {
			t.Fatal(err)
		}
		out, err := user.Recover.Call(op.AsSystem(t.Context()), l.local(),
			user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh})
		if err != nil || !out.Done {
			t.Fatal(out, err)
		}
		if !l.user(1).SecondOn {
			t.Error("the second factor is gone: the sheet alone would let anybody work")
		}
		who := l.local()
		who.Credential = func() op.Credential { return op.Credential{Token: in.Token} }
		if _, err := user.Current.Call(t.Context(), who, op.Empty{}); fault.KeyOf(err) != "user.session_over" {
			t.Errorf("marc is still logged in: %v", err)
		}
		err = l.st.View(t.Context(), func(tx *store.Tx) error {
			if p, err := setup.ProgressOf(tx); err != nil || p.SheetServed != tx.Today() {
				t.Errorf("that the sheet was used: %+v, %v", p, err)
			}
			pcs, err := tx.Devices()
			if len(pcs) != 1 || pcs[0].State != device.Revoked {
				t.Errorf("paired PCs: %+v", pcs)
			}
			return err
		})
		if n := l.told(3).Notices; err != nil || len(n) != 1 || n[0].Kind != user.NoticeClosed {
			t.Errorf("the other owner was told %+v, %v", n, err)
		}
		ctx := op.AsActor(t.Context(), auth.Actor{User: 3, Role: auth.Owner, Rights: auth.Owner.Rights()})
		read := user.SeenRequest{IDs: []int64{l.told(3).Notices[0].ID}}
		if _, err := user.NoticesSeen.Call(ctx, l.local(), read); err != nil || len(l.told(3).Notices) != 0 {
			t.Error("told twice", err)
		}
	})
	if !c.opens(fresh) || c.opens(oldWord) {
		t.Error("what opens the book:", c.opens(fresh), c.opens(oldWord))
	}
}

func TestWhatTheSheetDoesNotGive(t *testing.T) {
	other := recovery.Key{9, 9, 9}.String()
	good := user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh, Code: "000000"}
	for name, c := range map[string]struct {
		spoil func(*user.RecoverRequest)
		key   string
	}{
		"a wrong code":       {func(*user.RecoverRequest) {}, "user.bad_code"},
		"another sheet":      {func(r *user.RecoverRequest) { r.Recovery = other }, "store.wrong_recovery"},
		"a mistyped one":     {func(r *user.RecoverRequest) { r.Recovery = sheet[:len(sheet)-1] + "Z" }, "recovery.group"},
		"an assistant":       {func(r *user.RecoverRequest) { r.Login = "marc" }, "user.not_owner"},
		"nobody":             {func(r *user.RecoverRequest) { r.Login = "personne" }, "user.not_owner"},
		"no code to compare": {func(r *user.RecoverRequest) { r.Login = "lucie" }, "user.enrol_first"},
		"a weak password":    {func(r *user.RecoverRequest) { r.Password = "claire2026" }, "password.common"},
	} {
		t.Run(name, func(t *testing.T) {
			inLost(t, func(l lost) {
				req := good
				c.spoil(&req)
				if out, err := l.recover(req); fault.KeyOf(err) != c.key || out.Done {
					t.Errorf("%+v %v", out, err)
				}
				if _, ok := l.next(oldWord); !ok {
					t.Error("the password was changed")
				}
			})
		})
	}
}

func TestTriesWithTheSheetAreSlowedDown(t *testing.T) {
	inLost(t, func(l lost) {
		req := user.RecoverRequest{Login: "claire", Recovery: recovery.Key{9}.String(), Password: fresh}
		for range 5 {
			if _, err := l.recover(req); fault.KeyOf(err) != "store.wrong_recovery" {
				t.Fatal(err)
			}
		}
		req.Recovery = sheet
		if _, err := l.recover(req); fault.KeyOf(err) != "user.wait" {
			t.Errorf("the sixth try: %v", err)
		}
	})
}

// TestAnotherOwnerGivesANewPassword: the first way of all, where the second factor stays.
func TestAnotherOwnerGivesANewPassword(t *testing.T) {
	c := inLost(t, func(l lost) {
		_, err := user.Save.Call(op.AsActor(t.Context(), auth.Actor{User: 3, Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: l.clock.Now()}),
			l.local(), user.SaveRequest{ID: 1, Login: "claire", Name: "Claire", Role: auth.Owner, Password: fresh})
		if err != nil {
			t.Fatal(err)
		}
		if next, ok := l.next(fresh); !ok || next != user.Code {
			t.Errorf("log-in: %q %t", next, ok)
		}
	})
	if !c.opens(fresh) || c.opens(oldWord) {
		t.Error("what opens the book:", c.opens(fresh), c.opens(oldWord))
	}
}

// TestKilledWhileRecovering: at every step one password both opens the book and logs in.
func TestKilledWhileRecovering(t *testing.T) {
	for left := range 5 {
		c := inLost(t, func(l lost) {
			l.st.left = left
			_, _ = user.Recover.Call(op.AsSystem(t.Context()), l.local(),
				user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh})
		})
		inside := map[string]bool{}
		c.at(1<<20, func(m *mortal, r *op.Registry[*store.Tx]) {
			for _, word := range []string{oldWord, fresh} {
				_, inside[word] = lost{c, r, m}.next(word)
			}
		})
		if inside[oldWord] == inside[fresh] || !c.opens(oldWord) && inside[oldWord] || !c.opens(fresh) && inside[fresh] {
			t.Errorf("killed after %d writes: logs in %v", left, inside)
		}
	}
}

// TestTheSheetCountsApart: neither log-ins with whatever name keep it out, nor right ones of its own.
func TestTheSheetCountsApart(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1", "pc-2")
	w.add("claire", auth.Owner, word)
	w.attack(always("Recovery sheet"), always("pc-1"))
	w.Clock.Add(-time.Hour) // within its day
	for i := range 9 {
		for _, pc := range []string{"", "pc-2"} {
			_, err := user.Recover.Call(w.Ctx(), w.with("", pc), user.RecoverRequest{
				Login: "nobody", Recovery: recovery.Key(storetest.Recovery).String(), Password: "un autre mot de passe",
			})
			if fault.KeyOf(err) != "user.not_owner" {
				t.Fatalf("right sheet %d at %q: %v", i, pc, err)
			}
		}
	}
}

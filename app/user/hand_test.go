package user_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
)

// colleague is somebody with a second factor of their own, and the password that they have now.
type colleague struct {
	id                  auth.UserID
	login, word, secret string
}

// threeDays is how long a hand lasts where nothing of the person's own was left.
const threeDays = 72 * time.Hour

// colleagues are people who have been at work for a while: each chose their password, and has their telephone.
func (w *world) colleagues(role auth.Role, logins ...string) (out []*colleague) {
	w.t.Helper()
	for _, login := range logins {
		c := &colleague{id: w.add(login, role, "donné par Zafè").ID, login: login, word: "donné par Zafè"}
		c.secret, _ = w.enrol(login, c.word)
		w.choose(c)
		out = append(out, c)
	}
	w.Clock.Add(threeDays)
	return out
}

// here logs somebody in with their own password and telephone.
func (w *world) here(c *colleague) op.Caller {
	w.t.Helper()
	w.Clock.Add(time.Minute) // a code works once
	return w.full(c.login, c.word, c.secret, "")
}

// choose has somebody change their password.
func (w *world) choose(c *colleague) {
	w.t.Helper()
	next := c.word + " et encore"
	if _, err := user.ChangePassword.Call(w.Ctx(), w.here(c), user.PasswordRequest{Old: c.word, New: next}); err != nil {
		w.t.Fatal(err)
	}
	c.word = next
}

// gives has somebody give somebody else a password.
func (w *world) gives(by op.Caller, to *colleague, word string) {
	w.t.Helper()
	u := w.stored(to.id)
	_, err := user.Save.Call(w.Ctx(), by, user.SaveRequest{ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Password: word})
	if err != nil {
		w.t.Fatal(err)
	}
	to.word = word
}

// unphones has somebody take the telephone of somebody else away.
func (w *world) unphones(by op.Caller, of *colleague) {
	w.t.Helper()
	if _, err := user.ResetSecondFactor.Call(w.Ctx(), by, user.IDRequest{ID: of.id}); err != nil {
		w.t.Fatal(err)
	}
	of.secret = ""
}

// apart wants what is said of the word of an approver on what somebody asked for at an instant: "" where it counts.
func (w *world) apart(what string, asker, approver *colleague, asked time.Time, want string) {
	w.t.Helper()
	w.Update(func(tx *store.Tx) error {
		if err := user.Apart(tx, asker.id, approver.id, asked); fault.KeyOf(err) != want {
			w.t.Errorf("%s: the word of %s on a request of %s is %q, want %q", what, approver.login, asker.login, fault.KeyOf(err), want)
		}
		return nil
	})
}

// TestAForgottenPasswordCostsNoTime: whose own telephone stays has only to choose another password than the one that
// they were given; they are told of it, and other owners. What another person asks for was never in question, and a PC
// that was paired in somebody's name opens nothing.
func TestAForgottenPasswordCostsNoTime(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam", "lucie")
	claire, adam, lucie := p[0], p[1], p[2]
	w.apart("before", claire, adam, w.Clock.Now(), "")
	asked := w.Clock.Now()
	w.gives(w.here(claire), adam, newWord)
	if in, err := w.login("adam", newWord, "pc-of-claire"); err != nil || in.Next != user.Code {
		t.Fatal("who gave the password needs no telephone of his: ", in.Next, err)
	}
	w.apart("given", claire, adam, asked, "user.word_given")
	w.apart("given", lucie, adam, asked, "")
	w.Clock.Add(30 * 24 * time.Hour)
	w.apart("never changed", claire, adam, w.Clock.Now(), "user.word_given")
	told, err := user.Notices.Call(w.Ctx(), w.here(adam), op.Empty{})
	if err != nil || !slices.ContainsFunc(told.Notices, func(n user.Notice) bool {
		return n.Kind == user.NoticePassword && n.Detail == "CLAIRE"
	}) {
		t.Errorf("he reads %+v, %v", told, err)
	}
	told, err = user.Notices.Call(w.Ctx(), w.here(lucie), op.Empty{})
	if err != nil || !slices.ContainsFunc(told.Notices, func(n user.Notice) bool {
		return n.Kind == user.NoticePasswordOf && n.Detail == "CLAIRE" && n.User == adam.id
	}) {
		t.Errorf("the other owner reads %+v, %v", told, err)
	}
	w.choose(adam)
	w.apart("changed", claire, adam, w.Clock.Now(), "")
	w.apart("changed", adam, claire, w.Clock.Now(), "")
	w.gives(w.here(lucie), lucie, newWord) // one's own
	w.apart("one's own", lucie, adam, w.Clock.Now(), "")
	w.apart("one's own", adam, lucie, w.Clock.Now(), "")
}

// TestWhoTookAnAccessOverIsNotTwo: with the password and without the telephone, in either order, somebody logs in as the
// other, sets up a telephone and changes the password. Their word counts for nothing on what they ask for, before they
// did and for three days, which no request outlives.
func TestWhoTookAnAccessOverIsNotTwo(t *testing.T) {
	for name, take := range map[string]func(w *world, by op.Caller, of *colleague){
		"password, then telephone": func(w *world, by op.Caller, of *colleague) { w.gives(by, of, newWord); w.unphones(by, of) },
		"telephone, then password": func(w *world, by op.Caller, of *colleague) { w.unphones(by, of); w.gives(by, of, newWord) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.colleagues(auth.Owner, "claire", "adam", "lucie")
			claire, adam, lucie := p[0], p[1], p[2]
			asked := w.Clock.Now()
			take(w, w.here(claire), adam)
			taken := w.Clock.Now()
			w.apart("taken", claire, adam, asked, "user.word_given")
			adam.secret, _ = w.enrol("adam", newWord) // by Claire
			w.choose(adam)
			w.apart("made their own", claire, adam, asked, "user.word_soon")
			w.apart("made their own", lucie, adam, asked, "")
			w.Clock.Add(taken.Add(threeDays).Sub(w.Clock.Now()) - time.Second)
			w.apart("for three days", claire, adam, asked, "user.word_soon")
			w.Clock.Add(time.Second)
			w.apart("and no longer", claire, adam, w.Clock.Now(), "")
		})
	}
}

// TestALostPhoneWaits: the password that only the person has stays, and somebody who saw it typed would have both.
func TestALostPhoneWaits(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam")
	claire, adam := p[0], p[1]
	w.unphones(w.here(claire), adam)
	adam.secret, _ = w.enrol("adam", adam.word)
	w.apart("a new telephone", claire, adam, w.Clock.Now(), "user.word_soon")
	w.Clock.Add(threeDays)
	w.apart("three days later", claire, adam, w.Clock.Now(), "")
}

// TestOnesOwnNewAccountIsNobody: who makes an account has its password, and is as alone with it as without.
func TestOnesOwnNewAccountIsNobody(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "lucie")
	claire, lucie := p[0], p[1]
	by := w.here(claire)
	u, err := user.Save.Call(w.Ctx(), by, user.SaveRequest{Login: "eve", Name: "Eve", Role: auth.Admin, Password: newWord})
	if err != nil {
		t.Fatal(err)
	}
	eve := &colleague{id: u.ID, login: "eve", word: newWord}
	made := func(by *colleague, want bool) {
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			if is, err := user.Made(tx, by.id, eve.id); err != nil || is != want {
				t.Errorf("made by %s: %t, %v", by.login, is, err)
			}
			return nil
		})
	}
	eve.secret, _ = w.enrol("eve", newWord)
	w.apart("new", claire, eve, w.Clock.Now(), "user.word_given")
	made(claire, true)
	made(lucie, false)
	w.choose(eve)
	w.apart("new", claire, eve, w.Clock.Now(), "user.word_soon")
	w.apart("new", lucie, eve, w.Clock.Now(), "")
	made(claire, true)
	w.Clock.Add(threeDays)
	w.apart("known", claire, eve, w.Clock.Now(), "")
	made(claire, false)
}

// TestWhoKeepsTheFirstPasswordIsSomebodyAllTheSame: after three days whoever made the account is alone no more; the word
// of who never chose a password counts for nothing yet.
func TestWhoKeepsTheFirstPasswordIsSomebodyAllTheSame(t *testing.T) {
	w := newWorld(t)
	claire := w.colleagues(auth.Owner, "claire")[0]
	u, err := user.Save.Call(w.Ctx(), w.here(claire), user.SaveRequest{Login: "eve", Name: "Eve", Role: auth.Admin, Password: newWord})
	if err != nil {
		t.Fatal(err)
	}
	eve := &colleague{id: u.ID, login: "eve", word: newWord}
	w.Clock.Add(threeDays)
	w.apart("three days later", claire, eve, w.Clock.Now(), "user.word_given")
	w.Update(func(tx *store.Tx) error {
		if is, err := user.Made(tx, claire.id, eve.id); is || err != nil {
			t.Errorf("still only made: %v", err)
		}
		return nil
	})
}

// TestALapsedHandIsNotForgottenByTheNext: a request that was made under it still waits when another person gives the
// password anew.
func TestALapsedHandIsNotForgottenByTheNext(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam", "lucie")
	claire, adam, lucie := p[0], p[1], p[2]
	by := w.here(claire)
	w.unphones(by, adam)
	w.Clock.Add(threeDays - 2*time.Hour)
	asked := w.Clock.Now() // by Claire, as Adam
	w.Clock.Add(3 * time.Hour)
	w.apart("lapsed", adam, claire, asked, "user.word_theirs")
	w.gives(w.here(lucie), adam, newWord)
	w.apart("given by another since", adam, claire, asked, "user.word_theirs")
}

// TestATimeOfAWrongClockHoldsNobody for years.
func TestATimeOfAWrongClockHoldsNobody(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam")
	claire, adam := p[0], p[1]
	now, his := w.Clock.Now(), w.stored(adam.id)
	w.Clock.Set(now.AddDate(5, 0, 0))
	w.Update(func(tx *store.Tx) error {
		return user.DropSecondFactor(op.AsActor(t.Context(), auth.Actor{User: claire.id}), tx, his)
	})
	w.apart("under the wrong clock", claire, adam, w.Clock.Now(), "user.word_soon")
	w.Clock.Set(now)
	w.apart("put right", claire, adam, w.Clock.Now(), "")
}

// TestTheOnlyOwnerAgreesAlone to what an employee whose password they gave may go on with, after a fresh proof; with
// another owner there, they do not.
func TestTheOnlyOwnerAgreesAlone(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire")
	claire := p[0]
	marc := w.add("marc", auth.Sales, newWord)
	w.Update(func(tx *store.Tx) error {
		hand := user.Hand{By: []auth.UserID{claire.id}, Password: true, New: true, Until: w.Clock.Now().Add(threeDays)}
		return tx.SetSetting("user.hands", map[auth.UserID][]user.Hand{marc.ID: {hand}})
	})
	held := w.Clock.Now()
	w.Clock.Add(time.Minute)
	agree := func(fresh time.Time, alone bool, want string) {
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			got, err := user.Agree(tx, marc.ID, auth.Actor{User: claire.id, FreshAt: fresh}, held)
			if got != alone || fault.KeyOf(err) != want {
				t.Errorf("alone %t, %v, want %t, %q", got, err, alone, want)
			}
			return nil
		})
	}
	agree(held.Add(-time.Hour), false, "op.fresh_needed")
	agree(w.Clock.Now(), true, "")
	if _, err := user.Save.Call(w.Ctx(), w.here(claire), user.SaveRequest{
		Login: "eve", Name: "Eve", Role: auth.Owner, Password: newWord,
	}); err != nil {
		t.Fatal(err)
	}
	agree(w.Clock.Now(), true, "") // one that she has just made is no other
	w.Clock.Add(threeDays)
	agree(w.Clock.Now(), false, "user.word_theirs")
}

// TestNobodyAsksInAnothersNameEither: who took the access of the one who asks, or those of both, or went from one to the
// other, is one person all the same.
func TestNobodyAsksInAnothersNameEither(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam", "marc", "lucie")
	claire, adam, marc, lucie := p[0], p[1], p[2], p[3]
	take := func(by op.Caller, of *colleague) {
		t.Helper()
		w.gives(by, of, newWord)
		w.unphones(by, of)
		of.secret, _ = w.enrol(of.login, of.word)
		w.choose(of)
	}
	take(w.here(claire), marc)
	asked := w.Clock.Now()
	w.apart("asked as Marc", marc, claire, asked, "user.word_theirs")
	w.apart("Lucie's word", marc, lucie, asked, "")
	take(w.here(marc), adam) // Claire, as Marc
	w.apart("one, then the other", claire, adam, w.Clock.Now(), "user.word_soon")
	w.apart("both", adam, marc, w.Clock.Now(), "user.word_soon")
	w.apart("somebody else", lucie, adam, w.Clock.Now(), "")
	w.Clock.Add(threeDays)
	w.apart("asked while it was so", marc, claire, asked, "user.word_theirs")
	w.apart("asked since", marc, claire, w.Clock.Now(), "")
}

// TestWhoeverHasTheSheetMayBeAnybody: given back by the sheet alone, an owner's word counts for nobody's request for
// three days, nor anybody's on theirs; with the code of their own telephone it costs no time.
func TestWhoeverHasTheSheetMayBeAnybody(t *testing.T) {
	word := func(l lost, asker, approver auth.UserID, want string) {
		l.t.Helper()
		err := l.st.View(l.t.Context(), func(tx *store.Tx) error {
			return user.Apart(tx, asker, approver, l.clock.Now())
		})
		if fault.KeyOf(err) != want {
			l.t.Errorf("the word of %d on a request of %d: %v, want %q", approver, asker, err, want)
		}
	}
	inLost(t, func(l lost) {
		req := user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh}
		if _, err := l.recover(req); err != nil {
			t.Fatal(err)
		}
		l.clock.Add(24 * time.Hour)
		word(l, 3, 1, "")
		if out, err := l.recover(req); err != nil || !out.Done {
			t.Fatal(out, err)
		}
		word(l, 3, 1, "user.word_soon")
		word(l, 1, 3, "user.word_theirs")
		l.clock.Add(threeDays)
		word(l, 3, 1, "")
		word(l, 1, 3, "")
	})
	inLost(t, func(l lost) {
		out, err := l.recover(user.RecoverRequest{Login: "claire", Recovery: sheet, Password: fresh, Code: l.code()})
		if err != nil || !out.Done {
			t.Fatal(out, err)
		}
		word(l, 3, 1, "")
		word(l, 1, 3, "")
	})
	inLost(t, func(l lost) { // the sheet opened the closed book for Lucie, who has no telephone
		_, err := user.Recover.Call(op.AsSystem(t.Context()), l.local(), user.RecoverRequest{
			Login: "lucie", Recovery: sheet, Password: fresh,
		})
		if err != nil {
			t.Fatal(err)
		}
		word(l, 1, 3, "user.word_soon")
	})
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam")
	reset := func(login string) {
		w.Update(func(tx *store.Tx) error {
			_, err := user.Reset(context.Background(), tx, login, newWord, cheap, lax)
			return err
		})
	}
	reset("adam") // a restore
	w.apart("restored, with his telephone", p[0], p[1], w.Clock.Now(), "")
	w.Update(func(tx *store.Tx) error {
		u, err := tx.User(p[1].id)
		if err != nil {
			return err
		}
		u.SecondOn = false
		_, err = tx.SaveUser(u)
		return err
	})
	reset("adam")
	w.apart("restored, without", p[0], p[1], w.Clock.Now(), "user.word_soon")
}

// TestTheProgramItselfMayBeAnybody: whoever has the recovery key asks by the command line in its name.
func TestTheProgramItselfMayBeAnybody(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam", "lucie")
	sys := op.AsSystem(w.Ctx())
	if _, err := user.ResetSecondFactor.Call(sys, w.with("", ""), user.IDRequest{ID: p[1].id}); err != nil {
		t.Fatal(err)
	}
	w.apart("by nobody known", p[0], p[1], w.Clock.Now(), "user.word_soon")
	w.apart("by nobody known", p[2], p[1], w.Clock.Now(), "user.word_soon")
	w.apart("by nobody known", p[1], p[0], w.Clock.Now(), "user.word_theirs")
	w.apart("the others", p[0], p[2], w.Clock.Now(), "")
}

// TestNobodyMakesThemselvesAlone: whom somebody put out, gave less, or took the telephone of still counts for three days,
// for them alone; whose last day is over counts as long for everybody.
func TestNobodyMakesThemselvesAlone(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Admin, "adam", "bruno", "carla", "denis", "emma")
	owners := w.colleagues(auth.Owner, "claire", "lucie")
	claire, lucie := owners[0], owners[1]
	aside := func(by *colleague, want ...string) {
		t.Helper()
		w.Update(func(tx *store.Tx) error {
			who, until, err := user.PutAside(tx, by.id, auth.CompanyWrite)
			var got []string
			for _, u := range who {
				got = append(got, u.Login)
			}
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) || len(want) > 0 && !until.After(tx.Now()) {
				t.Errorf("%s put aside %q until %v, %v; want %q", by.login, got, until, err, want)
			}
			return nil
		})
	}
	save := func(c *colleague, how func(*user.SaveRequest)) {
		t.Helper()
		u := w.stored(c.id)
		req := user.SaveRequest{ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role}
		how(&req)
		if _, err := user.Save.Call(w.Ctx(), w.here(claire), req); err != nil {
			t.Fatal(err)
		}
	}
	aside(claire)
	save(p[0], func(r *user.SaveRequest) { r.Disabled = true })
	save(p[1], func(r *user.SaveRequest) { r.Role = auth.Sales })
	w.unphones(w.here(claire), p[2])
	save(p[4], func(r *user.SaveRequest) { r.Name = "Emma B." }) // nothing less
	aside(claire, "adam", "bruno", "carla")
	aside(lucie)
	w.Clock.Add(threeDays)
	aside(claire)
	w.Update(func(tx *store.Tx) error {
		u, err := tx.User(p[3].id)
		if err != nil {
			return err
		}
		u.EndsOn = tx.Today().AddDays(-1)
		_, err = tx.SaveUser(u)
		return err
	})
	aside(claire, "denis")
	aside(lucie, "denis")
	w.Clock.Add(threeDays)
	aside(claire)
	eve, err := user.Save.Call(w.Ctx(), w.here(claire), user.SaveRequest{Login: "eve", Name: "Eve", Role: auth.Admin, Password: newWord})
	if err != nil {
		t.Fatal(err)
	}
	ghost := &colleague{id: eve.ID}
	w.enrol("eve", newWord)
	save(ghost, func(r *user.SaveRequest) { r.Disabled = true }) // nobody was lost
	aside(claire)
}

// TestAGivenPasswordIsToBeChanged: who was given one is told so at each log-in, until they chose another; nobody else is.
func TestAGivenPasswordIsToBeChanged(t *testing.T) {
	w := newWorld(t)
	p := w.colleagues(auth.Owner, "claire", "adam")
	claire, adam := p[0], p[1]
	given := func(who op.Caller) bool {
		t.Helper()
		me, err := user.Current.Call(w.Ctx(), who, op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return me.GivenPassword
	}
	if given(w.here(adam)) {
		t.Error("his own is said to be given")
	}
	w.gives(w.here(claire), adam, newWord)
	w.gives(w.here(claire), claire, newWord+" à moi")
	w.Clock.Add(30 * 24 * time.Hour)
	first, again := given(w.here(adam)), given(w.here(adam))
	if !first || !again || given(w.here(claire)) {
		t.Error("he is not told each time, or she is told of the one that she chose herself")
	}
	w.choose(adam)
	if given(w.here(adam)) {
		t.Error("still told")
	}
	made, err := user.Save.Call(w.Ctx(), w.here(claire), user.SaveRequest{
		Login: "nora", Name: "Nora", Role: auth.Stock, Password: newWord,
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.login(made.Login, newWord, "")
	if err != nil || !given(w.with(in.Token, "")) {
		t.Error("somebody new is not told", err)
	}
}

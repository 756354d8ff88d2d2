package user_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
)

// attack tries wrong passwords for a day, each as soon as it may be, and returns how many were looked at.
func (w *world) attack(login func(i int) string, pc func(i int) string) (tried int) {
	w.t.Helper()
	end := w.Clock.Now().Add(24 * time.Hour)
	for i := 0; w.Clock.Now().Before(end); i++ {
		_, err := w.login(login(i), "faux", pc(i))
		f := fault.Of(err)
		switch f.Key {
		case "user.bad_login":
			tried++
		case "user.wait":
			w.wait(f)
		case "user.wait_day":
			w.Clock.Add(10 * time.Minute)
		default:
			w.t.Fatal(err)
		}
	}
	return tried
}

func always(s string) func(int) string { return func(int) string { return s } }

// TestADayOfGuessesAtOneAccount, from places where its person has never been, one after the other: 25, across a
// restart of the program, while the person logs in where they always do without a wait.
func TestADayOfGuessesAtOneAccount(t *testing.T) {
	w := newWorld(t)
	w.pair("own")
	w.add("yann", auth.Sales, word)
	w.in("yann", "own")
	n := 0
	pc := func(i int) string {
		if n++; n%7 == 0 {
			w.serve(cheap)
			w.in("yann", "own")
			w.in("yann", "")
		}
		return fmt.Sprintf("pc-%d", i%40)
	}
	if tried := w.attack(always("yann"), pc); tried != 25 {
		t.Errorf("%d guesses in a day, want 25", tried)
	}
	w.in("yann", "own")
}

// TestADayOfGuessesFromOnePC at forty people: 100, across restarts, and no more than 20 in any ten minutes.
func TestADayOfGuessesFromOnePC(t *testing.T) {
	w := newWorld(t)
	var logins []string
	for i := range 40 {
		u := w.add(fmt.Sprintf("p%d", i), auth.Sales, word)
		logins = append(logins, u.Login)
	}
	login := func(i int) string {
		if i%50 == 49 {
			w.serve(cheap)
		}
		return logins[i%40]
	}
	begin := w.Clock.Now()
	for i := range 20 {
		if _, err := w.login(logins[i], "faux", "pc"); fault.KeyOf(err) != "user.bad_login" {
			t.Fatal(i, err)
		}
	}
	if _, err := w.login(logins[30], word, "pc"); fault.KeyOf(err) != "user.wait" {
		t.Errorf("the 21st in ten minutes: %v", err)
	}
	w.Clock.Set(begin)
	if tried := w.attack(login, always("pc")); tried != 80 {
		t.Errorf("%d more in the day, want 80", tried)
	}
}

// TestStrangersAtASharedPCKeepNobodyOut who works there: neither from the log-in nor from a locked session.
func TestStrangersAtASharedPCKeepNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.pair("pc")
	w.add("yann", auth.Sales, word)
	here := w.in("yann", "pc")
	for i, key := 0, ""; key != "user.wait_day"; i++ {
		_, err := w.login(fmt.Sprint("nobody", i), "faux", "pc")
		if key = fault.KeyOf(err); key != "user.wait" {
			continue
		}
		if _, err := user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Password: word}); err != nil {
			t.Error(err)
		}
		here = w.in("yann", "pc")
		w.wait(fault.Of(err))
	}
	if _, err := user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Password: word}); err != nil {
		t.Error(err)
	}
	w.in("yann", "pc")
}

// TestAPasswordClearsNoCodes: who sits at an open session and knows its password does not try the codes one by one.
func TestAPasswordClearsNoCodes(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	c := w.full("claire", word, secret, "")
	tried := 0
	for i := range 40 {
		_, err := user.Confirm.Call(w.Ctx(), c, user.ConfirmRequest{Code: "000000"})
		if fault.KeyOf(err) == "user.bad_code" {
			tried++
		}
		if i%4 == 3 {
			_, err := user.ChangePassword.Call(w.Ctx(), c, user.PasswordRequest{Old: word, New: "x"})
			if fault.KeyOf(err) != "password.too_short" {
				t.Fatal(err)
			}
		}
	}
	if tried != 5 {
		t.Errorf("%d codes looked at without a wait, want 5", tried)
	}
}

// TestACodeDoesNotWaitForThePassword: whoever mistyped their password on a new PC, and waited, gives the code at once.
func TestACodeDoesNotWaitForThePassword(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	for key := ""; key != "user.wait"; {
		_, err := w.login("claire", "faux", "pc")
		key = fault.KeyOf(err)
	}
	w.Clock.Add(time.Minute)
	in, err := w.login("claire", word, "pc")
	if err != nil || in.Next != user.Code {
		t.Fatal(in, err)
	}
	_, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, "pc"), user.CodeRequest{Code: w.code(secret)})
	if err != nil {
		t.Error(err)
	}
}

// TestANameThatNobodyHasWaitsLikeOne: the waits tell nobody who works here.
func TestANameThatNobodyHasWaitsLikeOne(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, word)
	for _, pc := range []string{"", "elsewhere"} {
		for i := range 8 {
			var keys [2]string
			for j, login := range []string{"yann", "nobody"} {
				_, err := w.login(login, "faux", pc)
				keys[j] = fmt.Sprint(fault.KeyOf(err), fault.Of(err).Args)
			}
			if keys[0] != keys[1] {
				t.Errorf("try %d at %q: %v", i, pc, keys)
			}
			w.Clock.Add(time.Second)
		}
	}
}

// TestTheRightPasswordDoesNotClearTheDay: an attacker waits for the owner's log-in in vain.
func TestTheRightPasswordDoesNotClearTheDay(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, word)
	for range 5 {
		if _, err := w.login("yann", "faux", "elsewhere"); fault.KeyOf(err) != "user.bad_login" {
			t.Fatal(err)
		}
	}
	w.in("yann", "") // at the main PC: no wait
	if _, err := w.login("yann", "faux", "another"); fault.KeyOf(err) != "user.wait" {
		t.Errorf("the log-in gave the attacker five more: %v", err)
	}
	w.Clock.Add(31 * time.Second)
	w.in("yann", "elsewhere") // the right one after the wait: known from now on
	for range 5 {
		if _, err := w.login("yann", "faux", "another"); fault.KeyOf(err) == "user.bad_login" {
			return // one wait of 30 s is over
		}
		w.Clock.Add(31 * time.Second)
	}
	t.Error("never again")
}

// TestOwnersHearOfTheTenthWrongTry of a day, once.
func TestOwnersHearOfTheTenthWrongTry(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1")
	claire := w.add("claire", auth.Owner, word)
	yann := w.add("yann", auth.Sales, word)
	wrong := func(n int, pc string) {
		for i := 0; i < n; {
			_, err := w.login("yann", "faux", pc)
			if f := fault.Of(err); f.Key == "user.wait" {
				w.wait(f)
				continue
			}
			i++
		}
	}
	wrong(4, "")
	w.serve(cheap)
	wrong(5, "pc-1")
	if told := w.told(claire.ID); len(told) > 0 {
		t.Fatalf("told after nine: %q", told)
	}
	wrong(1, "pc-1")
	want := []string{fmt.Sprintf("tries_of %d PC-1", yann.ID)}
	if told := w.told(claire.ID); !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	wrong(3, "pc-1")
	if told := w.told(claire.ID); !slices.Equal(told, want) {
		t.Errorf("told again: %q", told)
	}
	if told := w.told(yann.ID); len(told) > 0 {
		t.Errorf("whoever tries is told: %q", told)
	}
}

// TestANewPlaceIsTold to its person and to the owners; the first log-in of all is no news, nor is the second there.
func TestANewPlaceIsTold(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1", "pc-2")
	claire := w.add("claire", auth.Owner, word)
	yann := w.add("yann", auth.Sales, word)
	w.add("marc", auth.Sales, word)
	for _, pc := range []string{"pc-1", "", "pc-1", "pc-2", "pc-2"} {
		w.in("yann", pc)
		w.Clock.Add(time.Hour)
	}
	if told := w.told(claire.ID); !slices.Equal(told, []string{fmt.Sprintf("place_of %d PC-2", yann.ID)}) {
		t.Errorf("the owner is told %q", told)
	}
	there := w.in("yann", "pc-2")
	if out, err := user.Notices.Call(w.Ctx(), there, op.Empty{}); err != nil || len(out.Notices) != 0 {
		t.Errorf("whoever is at the new PC is told of it: %+v %v", out, err)
	}
	c := w.in("yann", "")
	out, err := user.Notices.Call(w.Ctx(), c, op.Empty{})
	if err != nil || len(out.Notices) != 1 || out.Notices[0].Kind != user.NoticePlace || out.Notices[0].Detail != "PC-2" {
		t.Fatalf("%+v %v", out, err)
	}
	read := user.SeenRequest{IDs: []int64{out.Notices[0].ID}}
	if _, err := user.NoticesSeen.Call(w.Ctx(), w.in("yann", "pc-1"), user.SeenRequest{}); err != nil || len(w.told(yann.ID)) != 1 {
		t.Errorf("forgotten unread: %q %v", w.told(yann.ID), err)
	}
	if _, err := user.NoticesSeen.Call(w.Ctx(), w.in("marc", ""), read); err != nil || len(w.told(yann.ID)) != 1 {
		t.Errorf("forgotten by somebody else: %q %v", w.told(yann.ID), err)
	}
	if _, err := user.NoticesSeen.Call(w.Ctx(), c, read); err != nil || len(w.told(yann.ID)) != 0 {
		t.Errorf("still there: %q %v", w.told(yann.ID), err)
	}
	secret, _ := w.enrol("claire", word)
	in, err := w.login("claire", word, "pc-1") // the password alone is no log-in: nothing is known of the place yet
	if err != nil {
		t.Fatal(err)
	}
	before := len(w.told(claire.ID))
	if _, err := user.SecondFactor.Call(w.Ctx(), w.with(in.Token, "pc-1"), user.CodeRequest{Code: w.code(secret)}); err != nil {
		t.Fatal(err)
	}
	told := w.told(claire.ID)
	if len(told) != before+1 || told[before] != fmt.Sprintf("place %d PC-1", claire.ID) {
		t.Errorf("an owner's own is told once: %q", told[before:])
	}
}

// TestAnUnfinishedLogInIsTold: the password is known to somebody, who has not the phone.
func TestAnUnfinishedLogInIsTold(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1")
	claire := w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	w.full("claire", word, secret, "pc-1")
	alarms := func() (out []string) {
		for _, n := range w.told(claire.ID) {
			if strings.HasPrefix(n, "unfinished") {
				out = append(out, n)
			}
		}
		return out
	}
	half := func() {
		for range 2 {
			if _, err := w.login("claire", word, "pc-1"); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Clock.Add(time.Minute)
	half()
	w.full("claire", word, secret, "pc-1") // it was her: a wrong code first, or the telephone was elsewhere
	w.Clock.Add(4 * time.Minute)
	w.full("claire", word, secret, "pc-1")
	if told := alarms(); len(told) > 0 {
		t.Fatalf("told of her own: %q", told)
	}
	half()
	w.Clock.Add(3 * time.Minute)
	w.full("claire", word, secret, "pc-1")
	if told := alarms(); !slices.Equal(told, []string{fmt.Sprintf("unfinished %d PC-1", claire.ID)}) {
		t.Errorf("told %q", told)
	}
	if es := w.events("session.unfinished"); len(es) != 1 || es[0].SubjectID != int64(claire.ID) || es[0].Device != "pc-1" {
		t.Errorf("events %+v", es)
	}
}

// TestSomebodyWithoutAPhoneIsTold, with the other owners, when an owner takes their second factor away.
func TestSomebodyWithoutAPhoneIsTold(t *testing.T) {
	w := newWorld(t)
	claire, lucie := w.add("claire", auth.Owner, word), w.add("lucie", auth.Owner, word)
	sonia := w.add("sonia", auth.Accountant, word)
	ctx := op.AsActor(w.Ctx(), auth.Actor{User: claire.ID, Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: w.Clock.Now()})
	if _, err := user.ResetSecondFactor.Call(ctx, w.with("", ""), user.IDRequest{ID: sonia.ID}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[auth.UserID]string{
		claire.ID: "", lucie.ID: fmt.Sprintf("no_phone_of %d", sonia.ID), sonia.ID: fmt.Sprintf("no_phone %d", sonia.ID),
	} {
		if told := w.told(id); len(told) > 1 || len(told) == 1 && told[0] != want || len(told) == 0 && want != "" {
			t.Errorf("person %d is told %q, want %q", id, told, want)
		}
	}
}

// wait lets the time pass that a refusal asks for.
func (w *world) wait(f *fault.Fault) {
	for range f.Args["seconds"].(int) {
		w.Clock.Add(time.Second)
	}
}

// TestNobodyWaitsForAClockThatWasAhead: wrong tries counted five hours ahead cost no more than any others once the clock
// is right, where a person always logs in and on a new PC, and after a restart.
func TestNobodyWaitsForAClockThatWasAhead(t *testing.T) {
	for _, pc := range []string{"", "new"} {
		w := newWorld(t)
		w.pair("new")
		w.add("yann", auth.Sales, word)
		wrong := func(n int) {
			for range n {
				_, err := w.login("yann", "faux", pc)
				if key := fault.KeyOf(err); key != "user.bad_login" && key != "user.wait" {
					t.Fatal(err)
				}
			}
		}
		right := w.Clock.Now()
		wrong(4)
		w.Clock.Add(5 * time.Hour)
		wrong(8)
		w.Clock.Set(right.Add(time.Minute))
		if pc != "" {
			w.serve(cheap)
		}
		if _, err := w.login("yann", word, pc); fault.KeyOf(err) == "user.wait" {
			if s := fault.Of(err).Args["seconds"].(int); s > 15*60+1 {
				t.Errorf("on %q: a wait of %d s", pc, s)
			}
			w.wait(fault.Of(err))
		}
		w.in("yann", pc)
	}
}

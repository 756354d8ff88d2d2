package user_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
)

const word = "un mot de passe"

// pair lets PCs in, each under its own name.
func (w *world) pair(pcs ...string) {
	w.Update(func(tx *store.Tx) error {
		for _, pc := range pcs {
			if err := device.Enrol(tx, pc, strings.ToUpper(pc), 1); err != nil {
				return err
			}
		}
		return nil
	})
}

// in logs a person in who needs no code.
func (w *world) in(login, pc string) op.Caller {
	w.t.Helper()
	in, err := w.login(login, word, pc)
	if err != nil || in.Next == user.Code {
		w.t.Fatal(in, err)
	}
	return w.with(in.Token, pc)
}

// told are the kinds of notices that wait for a person, with their detail.
func (w *world) told(id auth.UserID) (out []string) {
	w.t.Helper()
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		ns, err := tx.Notices(id)
		for _, n := range ns {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d %s", n.Kind, n.User, n.Detail)))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func me(w *world, c op.Caller) string {
	_, err := user.Current.Call(w.Ctx(), c, op.Empty{})
	return fault.KeyOf(err)
}

// TestASessionLocksOnTheMainPCToo: a program that keeps asking by itself, or one that never locks its screen, gets
// nothing more until somebody proves who is there.
func TestASessionLocksOnTheMainPCToo(t *testing.T) {
	w := newWorld(t)
	w.pair("pc")
	yann := w.add("yann", auth.Sales, word)
	in, err := w.login("yann", word, "pc")
	if err != nil {
		t.Fatal(err)
	}
	here := w.with(in.Token, "pc")
	away := op.Local[*store.Tx]{Registry: w.reg, Credential: func() op.Credential {
		return op.Credential{Token: in.Token, Device: "pc", Away: true}
	}}
	for range 5 { // somebody works
		w.Clock.Add(9 * time.Minute)
		if key := me(w, here); key != "" {
			t.Fatal(key)
		}
	}
	for range 5 { // then only the program asks
		w.Clock.Add(2 * time.Minute)
		if key := me(w, away); key != "" {
			t.Fatal(key)
		}
	}
	w.Clock.Add(time.Minute + time.Second)
	for _, c := range []op.Caller{away, here} {
		if key := me(w, c); key != "op.locked" {
			t.Fatalf("after eleven minutes without a touch: %q", key)
		}
	}
	if _, err := user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Password: "faux"}); fault.KeyOf(err) != "user.bad_password" {
		t.Fatal(err)
	}
	out, err := user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Password: word})
	if err != nil || out.Token == in.Token {
		t.Fatal(out, err)
	}
	if key := me(w, w.with(out.Token, "pc")); key != "" {
		t.Errorf("open again: %q", key)
	}
	w.Clock.Add(12 * time.Minute)
	locked := w.with(out.Token, "pc")
	if _, err := user.Logout.Call(w.Ctx(), locked, op.Empty{}); err != nil || !w.out(locked) {
		t.Errorf("a locked session cannot be left: %v", err)
	}
	if _, err := user.Logout.Call(w.Ctx(), w.with("", "pc"), op.Empty{}); fault.KeyOf(err) != "op.login_needed" {
		t.Errorf("nobody left: %v", err)
	}
	_ = yann
}

// TestATelephoneDoesNotOpenALockedSession: the password does, and is no proof for what asks for the telephone.
func TestATelephoneDoesNotOpenALockedSession(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	in, err := w.login("claire", word, "pc")
	if err != nil {
		t.Fatal(err)
	}
	if in, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, "pc"), user.CodeRequest{Code: w.code(secret)}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(7 * time.Minute)
	here := w.with(in.Token, "pc")
	if key := me(w, here); key != "op.locked" {
		t.Fatalf("not locked: %q", key)
	}
	if _, err := user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Code: w.code(secret)}); fault.KeyOf(err) != "user.password_missing" {
		t.Fatalf("the telephone alone opened it: %v", err)
	}
	out, err := user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Password: word})
	if err != nil {
		t.Fatal(err)
	}
	here = w.with(out.Token, "pc")
	if key := me(w, here); key != "" {
		t.Fatalf("not open again: %q", key)
	}
	if _, err := user.CloseOthers.Call(w.Ctx(), here, op.Empty{}); fault.KeyOf(err) != "op.fresh_needed" {
		t.Fatalf("the password did for the telephone: %v", err)
	}
	if out, err = user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Code: w.code(secret)}); err != nil {
		t.Fatal(err)
	}
	if _, err := user.CloseOthers.Call(w.Ctx(), w.with(out.Token, "pc"), op.Empty{}); err != nil {
		t.Error(err)
	}
}

func TestWhenAScreenLocks(t *testing.T) {
	for _, c := range []struct {
		role    auth.Role
		minutes int
		want    time.Duration
	}{
		{auth.Owner, 0, 5 * time.Minute},
		{auth.Accountant, 0, 5 * time.Minute},
		{auth.Sales, 0, 10 * time.Minute},
		{auth.Sales, 30, 30 * time.Minute},
		{auth.Owner, 30, 10 * time.Minute},
		{auth.Owner, 7, 7 * time.Minute},
	} {
		u := user.User{Role: c.role, NeedsSecondFactor: c.role.Rights().NeedsSecondFactor(), LockAfter: c.minutes}
		if got := u.LocksAfter(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	w := newWorld(t)
	yann := w.add("yann", auth.Sales, word)
	c := w.in("yann", "")
	save := func(minutes int) string {
		_, err := user.SavePreferences.Call(w.Ctx(), c, user.PreferencesRequest{Lang: "fr", LockAfter: minutes})
		return fault.KeyOf(err)
	}
	for minutes, want := range map[int]string{4: "user.lock_after", 31: "user.lock_after", 30: ""} {
		if key := save(minutes); key != want {
			t.Errorf("%d minutes: %q", minutes, key)
		}
	}
	if key := save(0); key != "" || w.stored(yann.ID).LockAfter != 30 {
		t.Errorf("%q, %d minutes: another language changed the delay", key, w.stored(yann.ID).LockAfter)
	}
}

// TestAProofGivesAnotherToken: the one before serves what is on its way for a minute, and nobody after.
func TestAProofGivesAnotherToken(t *testing.T) {
	w := newWorld(t)
	w.pair("pc")
	w.add("yann", auth.Sales, word)
	in, err := w.login("yann", word, "pc")
	if err != nil {
		t.Fatal(err)
	}
	before := w.with(in.Token, "pc")
	out, err := user.Confirm.Call(w.Ctx(), before, user.ConfirmRequest{Password: word})
	if err != nil {
		t.Fatal(err)
	}
	after := w.with(out.Token, "pc")
	if me(w, before) != "" || me(w, after) != "" {
		t.Error("within the minute: ", me(w, before), me(w, after))
	}
	if me(w, w.with(in.Token, "elsewhere")) != "user.session_over" {
		t.Error("the old token works on another PC")
	}
	w.Clock.Add(time.Minute)
	if me(w, before) != "user.session_over" || me(w, after) != "" {
		t.Error("after the minute: ", me(w, before), me(w, after))
	}
}

// TestWhoKeptATokenIsOutAtOnce when the person changes their password or closes their other sessions: those are done
// because of a thief.
func TestWhoKeptATokenIsOutAtOnce(t *testing.T) {
	for name, act := range map[string]func(w *world, c op.Caller) (user.TokenResponse, error){
		"password": func(w *world, c op.Caller) (user.TokenResponse, error) {
			return user.ChangePassword.Call(w.Ctx(), c, user.PasswordRequest{Old: word, New: "un autre mot de passe"})
		},
		"others": func(w *world, c op.Caller) (user.TokenResponse, error) {
			return user.CloseOthers.Call(w.Ctx(), c, op.Empty{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.pair("pc")
			w.add("yann", auth.Sales, word)
			thief := w.in("yann", "pc")
			out, err := act(w, thief)
			if err != nil {
				t.Fatal(err)
			}
			if !w.out(thief) || me(w, w.with(out.Token, "pc")) != "" {
				t.Errorf("the thief: %q, the person: %q", me(w, thief), me(w, w.with(out.Token, "pc")))
			}
		})
	}
}

// TestAReplacedTokenChangesNothing of the session or the account in its last minute.
func TestAReplacedTokenChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.pair("pc")
	w.add("yann", auth.Sales, word)
	thief := w.in("yann", "pc")
	out, err := user.Confirm.Call(w.Ctx(), thief, user.ConfirmRequest{Password: word})
	if err != nil {
		t.Fatal(err)
	}
	for name, act := range map[string]func() error{
		"logout": func() error { _, err := user.Logout.Call(w.Ctx(), thief, op.Empty{}); return err },
		"others": func() error { _, err := user.CloseOthers.Call(w.Ctx(), thief, op.Empty{}); return err },
		"codes":  func() error { _, err := user.RenewCodes.Call(w.Ctx(), thief, op.Empty{}); return err },
		"confirm": func() error {
			_, err := user.Confirm.Call(w.Ctx(), thief, user.ConfirmRequest{Password: word})
			return err
		},
		"password": func() error {
			_, err := user.ChangePassword.Call(w.Ctx(), thief, user.PasswordRequest{Old: word, New: "un autre mot de passe"})
			return err
		},
	} {
		if key := fault.KeyOf(act()); key != "op.fresh_needed" {
			t.Errorf("%s: %q", name, key)
		}
	}
	if key := me(w, w.with(out.Token, "pc")); key != "" {
		t.Errorf("the person: %q", key)
	}
}

func TestAHalfSessionConfirmsNothing(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	in, err := w.login("claire", word, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = user.Confirm.Call(w.Ctx(), w.with(in.Token, ""), user.ConfirmRequest{Code: w.code(secret), Password: word})
	if fault.KeyOf(err) != "op.login_needed" {
		t.Errorf("a session without its second factor was confirmed: %v", err)
	}
}

// TestACodeProlongsNoSession that is complete: after twelve hours the password is asked for again.
func TestACodeProlongsNoSession(t *testing.T) {
	w := newWorld(t)
	claire := w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	c := w.full("claire", word, secret, "")
	since := w.stored(claire.ID).LastLoginAt
	for _, after := range []time.Duration{time.Minute, 11 * time.Hour} { // open, then locked
		w.Clock.Add(after)
		_, err := user.SecondFactor.Call(w.Ctx(), c, user.CodeRequest{Code: w.code(secret)})
		if fault.KeyOf(err) != "op.login_needed" || !w.stored(claire.ID).LastLoginAt.Equal(since) {
			t.Errorf("%s later: %v", after, err)
		}
	}
	w.Clock.Add(time.Hour)
	if !w.out(c) {
		t.Error("it goes on after twelve hours")
	}
}

// TestAnOpenScreenTakesNoTelephone of whoever finds it: a person without a second factor proves first that it is
// them, and is told, with the owners.
func TestAnOpenScreenTakesNoTelephone(t *testing.T) {
	w := newWorld(t)
	w.pair("pc")
	claire, yann := w.add("claire", auth.Owner, word), w.add("yann", auth.Assistant, word)
	c := w.in("yann", "pc")
	e, err := user.EnrolBegin.Call(w.Ctx(), c, op.Empty{}) // just after the log-in
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(auth.FreshFor + time.Second)
	if _, err := user.EnrolBegin.Call(w.Ctx(), c, op.Empty{}); fault.KeyOf(err) != "op.fresh_needed" {
		t.Errorf("a new secret: %v", err)
	}
	confirm := func(c op.Caller) error {
		_, err := user.EnrolConfirm.Call(w.Ctx(), c, user.CodeRequest{Code: w.code(e.Secret)})
		return err
	}
	if key := fault.KeyOf(confirm(c)); key != "op.fresh_needed" || w.stored(yann.ID).SecondOn {
		t.Fatalf("the secret that was on the screen: %q", key)
	}
	out, err := user.Confirm.Call(w.Ctx(), c, user.ConfirmRequest{Password: word})
	if err != nil {
		t.Fatal(err)
	}
	if err := confirm(w.with(out.Token, "pc")); err != nil || !w.stored(yann.ID).SecondOn {
		t.Error(err)
	}
	for id, want := range map[auth.UserID]string{
		yann.ID: fmt.Sprintf("phone %d PC", yann.ID), claire.ID: fmt.Sprintf("phone_of %d PC", yann.ID),
	} {
		if told := w.told(id); !slices.Equal(told, []string{want}) {
			t.Errorf("person %d is told %q, want %q", id, told, want)
		}
	}
}

// TestOneSeesAndClosesOnesSessions, and those of nobody else.
func TestOneSeesAndClosesOnesSessions(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1", "pc-2")
	yann := w.add("yann", auth.Sales, word)
	w.add("lucie", auth.Sales, word)
	first, second := w.in("yann", ""), w.in("yann", "pc-1")
	hers := w.in("lucie", "pc-2")
	list := func(c op.Caller, of auth.UserID) (user.SessionsResponse, string) {
		out, err := user.Sessions.Call(w.Ctx(), c, user.SessionsRequest{User: of})
		return out, fault.KeyOf(err)
	}
	out, key := list(second, 0)
	if key != "" || len(out.Sessions) != 2 || len(out.Places) != 2 {
		t.Fatalf("%+v %s", out, key)
	}
	if s := out.Sessions; s[0].Current || !s[1].Current || s[1].Name != "PC-1" || s[0].Name != "" || s[1].Locked {
		t.Errorf("%+v", s)
	}
	if _, key := list(hers, yann.ID); key != "op.forbidden" {
		t.Errorf("somebody else's sessions: %q", key)
	}
	shut := func(c op.Caller, id int64) string {
		_, err := user.CloseSession.Call(w.Ctx(), c, user.SessionRequest{ID: id})
		return fault.KeyOf(err)
	}
	if key := shut(hers, out.Sessions[0].ID); key != "user.no_session" {
		t.Errorf("somebody else's session: %q", key)
	}
	if w.out(first) {
		t.Fatal("it is closed all the same")
	}
	if key := shut(second, out.Sessions[0].ID); key != "" || !w.out(first) || w.out(second) {
		t.Errorf("one's own: %q", key)
	}
	ctx := op.AsActor(w.Ctx(), auth.Actor{User: 99, Role: auth.Owner, Rights: auth.Owner.Rights(), FreshAt: w.Clock.Now()})
	owned, err := user.Sessions.Call(ctx, op.Local[*store.Tx]{Registry: w.reg}, user.SessionsRequest{User: yann.ID})
	if err != nil || len(owned.Sessions) != 1 {
		t.Fatalf("the owner sees %+v, %v", owned, err)
	}
	_, err = user.CloseSession.Call(ctx, op.Local[*store.Tx]{Registry: w.reg}, user.SessionRequest{ID: owned.Sessions[0].ID})
	if err != nil || !w.out(second) {
		t.Errorf("the owner closes it: %v", err)
	}
}

func TestSigningOutEverywhereKeepsTheScreenOneIsAt(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1", "pc-2")
	yann := w.add("yann", auth.Sales, word)
	others := []op.Caller{w.in("yann", ""), w.in("yann", "pc-1")}
	mine := w.in("yann", "pc-2")
	before := w.stored(yann.ID).Generation
	out, err := user.CloseOthers.Call(w.Ctx(), mine, op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range others {
		if !w.out(c) {
			t.Error("another session goes on")
		}
	}
	w.Clock.Add(2 * time.Minute)
	if !w.out(mine) || me(w, w.with(out.Token, "pc-2")) != "" {
		t.Error("the screen one is at: ", me(w, w.with(out.Token, "pc-2")))
	}
	if now := w.stored(yann.ID).Generation; now <= before {
		t.Errorf("generation %d after %d: a log-in under way goes on", now, before)
	}
}

// TestOnePersonIsInFewPlacesAtOnce: of more sessions, that which nobody has used for longest is closed, and its
// person told.
func TestOnePersonIsInFewPlacesAtOnce(t *testing.T) {
	w := newWorld(t)
	w.pair("pc-1", "pc-2", "pc-3", "pc-4")
	yann := w.add("yann", auth.Sales, word)
	var open []op.Caller
	for _, pc := range []string{"pc-1", "pc-2", "pc-3"} {
		open = append(open, w.in("yann", pc))
		w.Clock.Add(time.Minute)
	}
	if key := me(w, open[0]); key != "" { // the oldest is the last used
		t.Fatal(key)
	}
	w.Clock.Add(time.Second)
	open = append(open, w.in("yann", "pc-4"))
	for i, want := range []bool{false, true, false, false} {
		if w.out(open[i]) != want {
			t.Errorf("session %d closed: %t", i+1, !want)
		}
	}
	if told := w.told(yann.ID); !slices.Contains(told, fmt.Sprintf("crowded %d PC-2", yann.ID)) {
		t.Errorf("told %q", told)
	}
	w.add("claire", auth.Owner, word)
	secret, _ := w.enrol("claire", word)
	first := w.full("claire", word, secret, "")
	w.Clock.Add(time.Minute)
	second := w.full("claire", word, secret, "")
	w.Clock.Add(time.Minute)
	third := w.full("claire", word, secret, "")
	if !w.out(first) || w.out(second) || w.out(third) {
		t.Error("an owner has two: ", w.out(first), w.out(second), w.out(third))
	}
}

// TestRecoveryCodesAreSlowAndRaceFor: they are stored as passwords are, one works once however many try it at the
// same moment, and its person is told.
func TestRecoveryCodesAreSlowAndRaceFor(t *testing.T) {
	w := newWorld(t)
	claire := w.add("claire", auth.Owner, word)
	_, codes := w.enrol("claire", word)
	var kdf string
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { kdf, err = tx.RecoveryKDF(claire.ID); return err })
	if err != nil || !strings.HasPrefix(kdf, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatalf("%q %v", kdf, err)
	}
	var good atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 { // before the fifth try there is no wait
		pc := fmt.Sprintf("pc-%d", i)
		in, err := w.login("claire", word, pc)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			_, err := user.SecondFactor.Call(w.Ctx(), w.with(in.Token, pc), user.CodeRequest{Code: codes[0]})
			if err == nil {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 {
		t.Errorf("one code was accepted %d times", good.Load())
	}
	if told := w.told(claire.ID); !slices.Contains(told, fmt.Sprintf("code_used %d 9", claire.ID)) {
		t.Errorf("told %q", told)
	}
	if said := w.events("session.recovery_code"); len(said) != 1 {
		t.Errorf("%d events that say so", len(said))
	}
}

// TestRecoveryCodesOfBeforeStillOpen: those printed before they were hashed slowly.
func TestRecoveryCodesOfBeforeStillOpen(t *testing.T) {
	w := newWorld(t)
	claire := w.add("claire", auth.Owner, word)
	w.enrol("claire", word)
	w.Update(func(tx *store.Tx) error {
		return tx.SaveRecoveryCodes(claire.ID, "", [][32]byte{user.Digest("AAAABBBBCCCCDDDD")})
	})
	in, err := w.login("claire", word, "")
	if err == nil {
		in, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: "aaaa-bbbb-cccc-dddd"})
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := user.Current.Call(w.Ctx(), w.with(in.Token, ""), op.Empty{})
	if err != nil || out.CodesLeft != 0 {
		t.Errorf("%d left, %v", out.CodesLeft, err)
	}
}

// TestAnAccountEndsAtMidnight of the company's day, on every path at once; no owner's does.
func TestAnAccountEndsAtMidnight(t *testing.T) {
	w := newWorld(t)
	w.pair("pc")
	w.add("claire", auth.Owner, word)
	yann := w.add("yann", auth.Sales, word)
	var today civil.Date
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error { today = tx.Today(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	save := func(role auth.Role, day civil.Date) string {
		_, err := user.Save.Call(op.AsSystem(w.Ctx()), op.Local[*store.Tx]{Registry: w.reg}, user.SaveRequest{
			ID: yann.ID, Login: "yann", Name: "Yann", Role: role, Password: word, EndsOn: day,
		})
		return fault.KeyOf(err)
	}
	if key := save(auth.Owner, today); key != "user.owner_ends" {
		t.Errorf("an owner's account ends: %q", key)
	}
	if key := save(auth.Sales, today.AddDays(-1)); key != "user.ends_past" {
		t.Errorf("it ended before it was said: %q", key)
	}
	if key := save(auth.Sales, today); key != "" {
		t.Fatal(key)
	}
	c := w.in("yann", "pc")
	midnight := today.AddDays(1).In(time.UTC)
	w.Clock.Set(midnight.Add(-time.Second))
	if in, err := w.login("yann", word, "pc"); err != nil {
		t.Errorf("on the last day: %+v %v", in, err)
	} else {
		c = w.with(in.Token, "pc")
	}
	w.Clock.Set(midnight)
	if me(w, c) != "user.ended" {
		t.Errorf("at midnight the session goes on: %q", me(w, c))
	}
	if _, err := w.login("yann", word, "pc"); fault.KeyOf(err) != "user.ended" {
		t.Errorf("at midnight: %v", err)
	}
	if _, err := w.login("yann", "faux", "pc"); fault.KeyOf(err) != "user.bad_login" {
		t.Errorf("who has not the password learns that the account ended: %v", err)
	}
	if key := save(auth.Sales, today); key != "" {
		t.Errorf("an account that ended cannot be changed: %q", key)
	}
	if key := save(auth.Sales, today.AddDays(7)); key != "" {
		t.Fatal(key)
	}
	w.in("yann", "pc")
}

func (w *world) events(name string) (out []audit.Event) {
	w.t.Helper()
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == name {
				out = append(out, e)
			}
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TestNobodyLooksAboveThemselves: where an owner is logged in is neither told nor ended by who manages people only,
// as little as user.sign_out is.
func TestNobodyLooksAboveThemselves(t *testing.T) {
	w := newWorld(t)
	claire, yann := w.add("claire", auth.Owner, word), w.add("yann", auth.Sales, word)
	secret, _ := w.enrol("claire", word)
	hers := w.full("claire", word, secret, "")
	his := w.in("yann", "")
	local := op.Local[*store.Tx]{Registry: w.reg}
	admin := op.AsActor(w.Ctx(), auth.Actor{User: 99, Role: auth.Admin, Rights: auth.Admin.Rights(), FreshAt: w.Clock.Now()})
	shut := func(of auth.UserID) (key string) {
		open, err := user.Sessions.Call(op.AsSystem(w.Ctx()), local, user.SessionsRequest{User: of})
		if err != nil || len(open.Sessions) == 0 {
			t.Fatal(open, err)
		}
		last := open.Sessions[len(open.Sessions)-1]
		_, err = user.CloseSession.Call(admin, local, user.SessionRequest{ID: last.ID})
		return fault.KeyOf(err)
	}
	if out, err := user.Sessions.Call(admin, local, user.SessionsRequest{User: claire.ID}); fault.KeyOf(err) != "user.above_you" || len(out.Sessions)+len(out.Places) != 0 {
		t.Errorf("the owner's sessions: %+v, %v", out, err)
	}
	if key := shut(claire.ID); key != "user.no_session" || w.out(hers) {
		t.Errorf("the owner's session: %q, closed %t", key, w.out(hers))
	}
	if key := shut(yann.ID); key != "" || !w.out(his) {
		t.Errorf("the session of somebody with fewer rights: %q, closed %t", key, w.out(his))
	}
}

// TestAProofOfAClockThatWasAheadIsNone: six hours later it would still be fresh, and the screen would not have locked.
func TestAProofOfAClockThatWasAheadIsNone(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, word)
	right := w.Clock.Now()
	in, err := w.login("yann", word, "")
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(6 * time.Hour)
	proven, err := user.Confirm.Call(w.Ctx(), w.with(in.Token, ""), user.ConfirmRequest{Password: word})
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(right.Add(time.Minute))
	here := w.with(proven.Token, "")
	if _, err := user.Current.Call(w.Ctx(), here, op.Empty{}); fault.KeyOf(err) != "op.locked" {
		t.Errorf("unlocked by what was done in six hours: %v", err)
	}
	proven, err = user.Confirm.Call(w.Ctx(), here, user.ConfirmRequest{Password: word})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := user.Current.Call(w.Ctx(), w.with(proven.Token, ""), op.Empty{}); err != nil {
		t.Errorf("after the password: %v", err)
	}
}

package user_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// cheap keeps the tests fast; the format and the code are the real ones.
var cheap = user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1}

func lax(p string, _ []string, _ bool) error {
	if len(p) < 8 {
		return fault.New(fault.Invalid, "password.too_short")
	}
	return nil
}

type world struct {
	*storetest.World
	reg *op.Registry[*store.Tx]
	t   *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: storetest.NewWorld(t), t: t}
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, cheap, lax, w.Store)
	w.reg = op.New[*store.Tx](w.Store, svc, w.Clock.Now, func(op.Record) {})
	user.Bind(w.reg, svc)
	return w
}

// add creates a person as the program itself.
func (w *world) add(login string, role auth.Role, password string) user.User {
	w.t.Helper()
	c := op.Local[*store.Tx]{Registry: w.reg}
	u, err := user.Save.Call(op.AsSystem(w.Ctx()), c, user.SaveRequest{
		Login: login, Name: strings.ToUpper(login), Role: role, Password: password,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *world) with(token, device string) op.Caller {
	return op.Local[*store.Tx]{Registry: w.reg, Credential: func() op.Credential {
		return op.Credential{Token: token, Device: device}
	}}
}

func (w *world) login(login, password, device string) (user.LoginResponse, error) {
	return user.Login.Call(w.Ctx(), w.with("", device), user.LoginRequest{Login: login, Password: password})
}

// enrol logs a person in and puts a second factor in force; it returns the secret and recovery codes.
func (w *world) enrol(login, password string) (secret string, codes []string) {
	w.t.Helper()
	in, err := w.login(login, password, "")
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := user.EnrolBegin.Call(w.Ctx(), w.with(in.Token, ""), op.Empty{})
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := user.EnrolConfirm.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: w.code(e.Secret)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	return e.Secret, got.Codes
}

func (w *world) code(secret string) string {
	c, err := user.CodeAt(secret, w.Clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestOwnerMustEnrolBeforeAnythingElse(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	in, err := w.login("claire", "un mot de passe", "")
	if err != nil || in.Next != user.Enrol {
		t.Fatalf("%+v %v", in, err)
	}
	if _, err := user.List.Call(w.Ctx(), w.with(in.Token, ""), op.Empty{}); fault.KeyOf(err) != "op.second_factor_needed" {
		t.Errorf("listed people without a second factor: %v", err)
	}
	w.enrol("claire", "un mot de passe")
	in, err = w.login("claire", "un mot de passe", "")
	if err != nil || in.Next != user.Code {
		t.Fatalf("%+v %v", in, err)
	}
	if _, err := user.List.Call(w.Ctx(), w.with(in.Token, ""), op.Empty{}); fault.KeyOf(err) != "op.login_needed" {
		t.Errorf("a pending session listed people: %v", err)
	}
}

func TestOneCodeWorksOnceEvenAtTheSameMoment(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	code := w.code(secret)
	var good atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 {
		pc := fmt.Sprintf("pc-%d", i)
		in, err := w.login("claire", "un mot de passe", pc)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			_, err := user.SecondFactor.Call(w.Ctx(), w.with(in.Token, pc), user.CodeRequest{Code: code})
			if err == nil {
				good.Add(1)
			} else if fault.KeyOf(err) != "user.code_reused" {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 {
		t.Errorf("one code was accepted %d times", good.Load())
	}
}

func TestSessionBelongsToItsDevice(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	in, err := w.login("yann", "un mot de passe", "pc-1")
	if err != nil || in.Next != user.Done {
		t.Fatal(in, err)
	}
	if me, err := user.Current.Call(w.Ctx(), w.with(in.Token, "pc-1"), op.Empty{}); err != nil || me.May["customer.read"] != "own" {
		t.Errorf("%+v %v", me, err)
	}
	if _, err := user.Current.Call(w.Ctx(), w.with(in.Token, "pc-2"), op.Empty{}); fault.KeyOf(err) != "user.session_over" {
		t.Errorf("a stolen token worked elsewhere: %v", err)
	}
	w.Clock.Add(13 * time.Hour)
	if _, err := user.Current.Call(w.Ctx(), w.with(in.Token, "pc-1"), op.Empty{}); fault.KeyOf(err) != "user.session_over" {
		t.Errorf("after 13 hours: %v", err)
	}
}

func TestWrongPasswordsSlowDownOnePlaceOnly(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	if _, err := w.login("yann", "un mot de passe", "own pc"); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := w.login("yann", "faux", "elsewhere"); fault.KeyOf(err) != "user.bad_login" {
			t.Fatal(err)
		}
	}
	if _, err := w.login("yann", "un mot de passe", "elsewhere"); fault.KeyOf(err) != "user.wait" {
		t.Errorf("no wait: %v", err)
	}
	if _, err := w.login("yann", "un mot de passe", "own pc"); err != nil {
		t.Errorf("the person was locked out by somebody else: %v", err)
	}
	if _, err := w.login("nobody", "faux", "x"); fault.KeyOf(err) != "user.bad_login" {
		t.Errorf("an unknown login can be told from a wrong password: %v", err)
	}
}

func TestWrongClockIsExplainedNotAccepted(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	in, err := w.login("claire", "un mot de passe", "")
	if err != nil {
		t.Fatal(err)
	}
	late, err := user.CodeAt(secret, w.Clock.Now().Add(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	_, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: late})
	if f := fault.Of(err); f == nil || f.Key != "user.clock_differs" {
		t.Errorf("got %v", err)
	}
}

func TestRecoveryCodeWorksOnce(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	_, codes := w.enrol("claire", "un mot de passe")
	use := func() error {
		in, err := w.login("claire", "un mot de passe", "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: strings.ToLower(codes[3])})
		return err
	}
	if err := use(); err != nil {
		t.Error(err)
	}
	if err := use(); fault.KeyOf(err) != "user.bad_recovery_code" {
		t.Errorf("second use: %v", err)
	}
}

func TestStepUpIsNeededAndAges(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	in, err := w.login("claire", "un mot de passe", "")
	if err != nil {
		t.Fatal(err)
	}
	in, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: w.code(secret)})
	if err != nil {
		t.Fatal(err)
	}
	c := w.with(in.Token, "")
	marc := user.SaveRequest{Login: "marc", Name: "Marc", Role: auth.Assistant, Password: "un mot de passe"}
	if _, err := user.Save.Call(w.Ctx(), c, marc); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(auth.FreshFor + time.Minute)
	marc.Login = "marc2"
	if _, err := user.Save.Call(w.Ctx(), c, marc); fault.KeyOf(err) != "op.fresh_needed" {
		t.Errorf("stale second factor accepted: %v", err)
	}
	out, err := user.Confirm.Call(w.Ctx(), c, user.ConfirmRequest{Code: w.code(secret)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := user.Save.Call(w.Ctx(), w.with(out.Token, ""), marc); err != nil {
		t.Error(err)
	}
}

func TestLeaverIsOutAndTheLastOwnerStays(t *testing.T) {
	w := newWorld(t)
	claire := w.add("claire", auth.Owner, "un mot de passe")
	yann := w.add("yann", auth.Sales, "un mot de passe")
	in, err := w.login("yann", "un mot de passe", "pc")
	if err != nil {
		t.Fatal(err)
	}
	c := op.Local[*store.Tx]{Registry: w.reg}
	sys := op.AsSystem(w.Ctx())
	save := func(u user.User, role auth.Role, disabled bool) error {
		_, err := user.Save.Call(sys, c, user.SaveRequest{ID: u.ID, Login: u.Login, Name: u.Name, Role: role, Disabled: disabled})
		return err
	}
	if err := save(yann, auth.Sales, true); err != nil {
		t.Fatal(err)
	}
	if _, err := user.Current.Call(w.Ctx(), w.with(in.Token, "pc"), op.Empty{}); fault.KeyOf(err) != "user.closed" {
		t.Errorf("a leaver is still in: %v", err)
	}
	for word, want := range map[string]string{"un mot de passe": "user.closed", "faux": "user.bad_login"} {
		if _, err := w.login("yann", word, "pc"); fault.KeyOf(err) != want {
			t.Errorf("a leaver logs in, or whoever tries is told of them: %v", err)
		}
	}
	if err := save(claire, auth.Owner, true); fault.KeyOf(err) != "user.last_owner" {
		t.Errorf("the last owner left: %v", err)
	}
	if err := save(claire, auth.Sales, false); fault.KeyOf(err) != "user.last_owner" {
		t.Errorf("the last owner lost the role: %v", err)
	}
}

func TestNoSecretLeavesInAUser(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	out, err := w.reg.DoJSON(op.AsSystem(context.Background()), "user.list", nil)
	if err != nil || strings.Contains(string(out), "argon2") || !strings.Contains(string(out), "claire") {
		t.Errorf("%s %v", out, err)
	}
}

// racing is a book in which something else happens just before the next write.
type racing struct {
	*store.Store
	before func()
}

func (r *racing) Update(ctx context.Context, fn func(*store.Tx) error) error {
	if f := r.before; f != nil {
		r.before = nil
		f()
	}
	return r.Store.Update(ctx, fn)
}

func TestALogInUnderWayDoesNotBringAnOldPasswordBack(t *testing.T) {
	w := newWorld(t)
	yann := w.add("yann", auth.Sales, "un mot de passe")
	race := &racing{Store: w.Store, before: func() {
		_, err := user.Save.Call(op.AsSystem(w.Ctx()), w.with("", ""), user.SaveRequest{
			ID: yann.ID, Login: "yann", Name: "Yann", Role: auth.Sales, Password: "un tout autre",
		})
		if err != nil {
			t.Error(err)
		}
	}}
	svc := user.NewService[*store.Tx](race, w.Clock.Now, cheap, lax, w.Store)
	reg := op.New[*store.Tx](race, svc, w.Clock.Now, func(op.Record) {})
	user.Bind(reg, svc)
	late := user.LoginRequest{Login: "yann", Password: "un mot de passe"}
	if in, err := user.Login.Call(w.Ctx(), op.Local[*store.Tx]{Registry: reg}, late); fault.KeyOf(err) != "user.bad_login" {
		t.Errorf("the old password opened a session after its change: %+v %v", in, err)
	}
	if _, err := w.login("yann", "un mot de passe", ""); fault.KeyOf(err) != "user.bad_login" {
		t.Errorf("the old password is back: %v", err)
	}
	if _, err := w.login("yann", "un tout autre", ""); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestGuessesSentTogetherAreCountedTogether(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	w.enrol("claire", "un mot de passe")
	in, err := w.login("claire", "un mot de passe", "")
	if err != nil {
		t.Fatal(err)
	}
	var looked atomic.Int32
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: "000000"})
			if fault.KeyOf(err) != "user.wait" {
				looked.Add(1)
			}
		})
	}
	wg.Wait()
	if n := looked.Load(); n > 5 {
		t.Errorf("%d guesses of 40 were looked at", n)
	}
}

func TestNameAndAddressShareOneCounter(t *testing.T) {
	w := newWorld(t)
	_, err := user.Save.Call(op.AsSystem(w.Ctx()), w.with("", ""), user.SaveRequest{
		Login: "yann", Name: "Yann", Email: "yann@exemple.fr", Role: auth.Sales, Password: "un mot de passe",
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if _, err := w.login([]string{"yann", "YANN@exemple.fr"}[i%2], "faux", "pc"); fault.KeyOf(err) != "user.bad_login" {
			t.Fatal(err)
		}
	}
	if _, err := w.login("yann@exemple.fr", "un mot de passe", "pc"); fault.KeyOf(err) != "user.wait" {
		t.Errorf("no wait: %v", err)
	}
}

func TestTheSecondFactorInForceHoldsUntilTheNewOneIsConfirmed(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, codes := w.enrol("claire", "un mot de passe")
	enter := func() op.Caller {
		t.Helper()
		w.Clock.Add(time.Minute)
		in, err := w.login("claire", "un mot de passe", "")
		if err != nil || in.Next != user.Code {
			t.Fatalf("no second factor was asked for: %+v %v", in, err)
		}
		in, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: w.code(secret)})
		if err != nil {
			t.Fatal(err)
		}
		return w.with(in.Token, "")
	}
	c := enter()
	w.Clock.Add(time.Minute)
	if _, err := user.EnrolConfirm.Call(w.Ctx(), c, user.CodeRequest{Code: w.code(secret)}); fault.KeyOf(err) != "user.enrol_first" {
		t.Errorf("a code of the factor in force gave new recovery codes: %v", err)
	}
	e, err := user.EnrolBegin.Call(w.Ctx(), c, op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	other := enter() // the window was closed halfway: nothing has changed
	if _, err := user.EnrolConfirm.Call(w.Ctx(), other, user.CodeRequest{Code: w.code(e.Secret)}); fault.KeyOf(err) != "user.enrol_first" {
		t.Errorf("another session confirmed: %v", err)
	}
	got, err := user.EnrolConfirm.Call(w.Ctx(), c, user.CodeRequest{Code: w.code(e.Secret)})
	if err != nil || got.Codes[0] == codes[0] {
		t.Fatal(got, err)
	}
	secret = e.Secret
	enter()
}

func TestACodeOfNoSecretIsNoCode(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	in, err := w.login("yann", "un mot de passe", "pc")
	if err != nil {
		t.Fatal(err)
	}
	empty := w.code("")
	if _, err := user.SecondFactor.Call(w.Ctx(), w.with(in.Token, "pc"), user.CodeRequest{Code: empty}); err == nil {
		t.Error("a person without a second factor gave one")
	}
}

func TestChangingOnesPasswordClosesOnesOtherSessions(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	var tokens []string
	for _, pc := range []string{"pc-1", "pc-2"} {
		in, err := w.login("yann", "un mot de passe", pc)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, in.Token)
	}
	change := user.PasswordRequest{Old: "un mot de passe", New: "un tout autre"}
	out, err := user.ChangePassword.Call(w.Ctx(), w.with(tokens[0], "pc-1"), change)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := user.Current.Call(w.Ctx(), w.with(out.Token, "pc-1"), op.Empty{}); err != nil {
		t.Errorf("one's own session: %v", err)
	}
	if _, err := user.Current.Call(w.Ctx(), w.with(tokens[1], "pc-2"), op.Empty{}); fault.KeyOf(err) != "user.session_over" {
		t.Errorf("another session lives on: %v", err)
	}
}

// locked is a key file that cannot be written.
type locked struct{ *store.Store }

func (locked) AddPasswordSlot(context.Context, string, string) (int, error) {
	return 0, fault.New(fault.Unavailable, "store.disk")
}

func TestAChangeOfAPersonIsInTheJournalWhateverFollows(t *testing.T) {
	w := newWorld(t)
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, cheap, lax, locked{w.Store})
	reg := op.New[*store.Tx](w.Store, svc, w.Clock.Now, func(op.Record) {})
	user.Bind(reg, svc)
	_, err := user.Save.Call(op.AsSystem(w.Ctx()), op.Local[*store.Tx]{Registry: reg}, user.SaveRequest{
		Login: "claire", Name: "Claire", Role: auth.Owner, Password: "un mot de passe",
	})
	if fault.KeyOf(err) != "store.disk" {
		t.Fatal(err)
	}
	err = w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		people, err := tx.Users()
		if err != nil {
			return err
		}
		head, err := tx.Head()
		const want = `{"role":"owner","disabled":false,"password":true}`
		if len(people) != 1 || head.Op != "user.save" || head.Payload != want {
			t.Errorf("%d people, last event %q %s", len(people), head.Op, head.Payload)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestANewOwnersPasswordOpensTheBook(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	marc := w.add("marc", auth.Assistant, "le mot de marc")
	c, sys := w.with("", ""), op.AsSystem(w.Ctx())
	req := user.SaveRequest{ID: marc.ID, Login: "marc", Name: "Marc", Role: auth.Owner}
	if _, err := user.Save.Call(sys, c, req); fault.Of(err) == nil || fault.Of(err).Field != "password" {
		t.Errorf("an owner who cannot open the book: %v", err)
	}
	req.Password = "le nouveau mot"
	if _, err := user.Save.Call(sys, c, req); err != nil {
		t.Fatal(err)
	}
	req.Password, req.Disabled = "", true
	if _, err := user.Save.Call(sys, c, req); err != nil {
		t.Fatal(err)
	}
	req.Disabled = false
	if _, err := user.Save.Call(sys, c, req); fault.Of(err) == nil || fault.Of(err).Field != "password" {
		t.Errorf("back without a password: %v", err)
	}
}

func TestAPasswordForARestoreIsCheckedWithoutTheBook(t *testing.T) {
	policy := func(p string, about []string, second bool) error {
		if len(about) != 1 || about[0] != "claire" || !second {
			t.Errorf("judged against %q, second factor %v", about, second)
		}
		return lax(p, about, second)
	}
	f := fault.Of(user.CheckReset("claire", "court", policy))
	if f == nil || f.Key != "password.too_short" || f.Field != "password" {
		t.Errorf("a bad one: %v", f)
	}
	if err := user.CheckReset("claire", oldWord, policy); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func TestTheLengthOfAPasswordFollowsTheRole(t *testing.T) {
	for _, c := range []struct {
		u    user.User
		with bool
	}{
		{user.User{Role: auth.Owner}, true},
		{user.User{Role: auth.Owner, Delegate: true}, true},
		{user.User{Role: auth.Accountant}, true},
		{user.User{Role: auth.Accountant, Delegate: true}, false},
		{user.User{Role: auth.Assistant, SecondOn: true}, false},
		{user.User{Role: auth.Reader}, false},
	} {
		c.u.NeedsSecondFactor = c.u.Role.Rights().NeedsSecondFactor()
		if got := c.u.SecondFactorHelps(); got != c.with {
			t.Errorf("%+v: %t", c.u, got)
		}
	}
}

// TestOwnersAreFew: the key file has no room for more, and would say so in no words of a person's.
func TestOwnersAreFew(t *testing.T) {
	w := newWorld(t)
	for i := range 16 {
		w.add(fmt.Sprintf("o%d", i), auth.Owner, oldWord)
	}
	c := op.Local[*store.Tx]{Registry: w.reg}
	one := user.SaveRequest{Login: "marc", Name: "Marc", Role: auth.Owner, Password: oldWord}
	if _, err := user.Save.Call(op.AsSystem(w.Ctx()), c, one); fault.KeyOf(err) != "user.owners_max" {
		t.Errorf("one more: %v", err)
	}
	one = user.SaveRequest{ID: 3, Login: "o2", Name: "O2", Role: auth.Owner, Password: newWord}
	if _, err := user.Save.Call(op.AsSystem(w.Ctx()), c, one); err != nil {
		t.Errorf("one of them changes: %v", err)
	}
}

// TestSessionOfAClockThatWasAheadIsOver: it would stay open and unlocked until then, and count as the newest.
func TestSessionOfAClockThatWasAheadIsOver(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	right := w.Clock.Now()
	w.Clock.Add(8 * 24 * time.Hour)
	early := w.in("yann", "")
	w.Clock.Set(right)
	if _, err := user.Current.Call(w.Ctx(), early, op.Empty{}); fault.KeyOf(err) != "user.session_over" {
		t.Errorf("a session that begins in eight days goes on: %v", err)
	}
	first := w.in("yann", "")
	w.in("yann", "")
	w.in("yann", "")
	if _, err := user.Current.Call(w.Ctx(), first, op.Empty{}); err != nil {
		t.Errorf("one of three sessions was closed for one that counts no more: %v", err)
	}
	w.Clock.Add(-time.Minute)
	if _, err := user.Current.Call(w.Ctx(), first, op.Empty{}); err != nil {
		t.Errorf("a clock set right by a minute ended a session: %v", err)
	}
}

// TestClockSetRightAfterItWasAhead: a log-in under a clock that is eight days ahead does not burn the codes until then,
// gives no code that was used a second life, and neither does the ninth day.
func TestClockSetRightAfterItWasAhead(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	give := func(code string) error {
		t.Helper()
		in, err := w.login("claire", "un mot de passe", "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: code})
		return err
	}
	right := w.Clock.Now()
	before := w.code(secret)
	if err := give(before); err != nil {
		t.Fatal(err)
	}
	ahead := right.Add(8 * 24 * time.Hour)
	w.Clock.Set(ahead)
	early := w.code(secret)
	if err := give(early); err != nil {
		t.Fatal("under the clock that is ahead:", err)
	}
	w.Clock.Set(right.Add(30 * time.Second))
	if err := give(before); fault.KeyOf(err) != "user.code_reused" {
		t.Errorf("the code of before the clock was ahead, again: %v", err)
	}
	now := w.code(secret)
	if err := give(now); err != nil {
		t.Errorf("the right code after the clock was set right: %v", err)
	}
	if err := give(now); fault.KeyOf(err) != "user.code_reused" {
		t.Errorf("a code twice: %v", err)
	}
	if said := w.events("session.step_ahead"); len(said) != 1 {
		t.Errorf("%d events that say so", len(said))
	}
	w.Clock.Set(ahead.Add(20 * time.Second))
	if err := give(early); fault.KeyOf(err) != "user.code_reused" {
		t.Errorf("a code used while the clock was ahead, at its own time: %v", err)
	}
	w.Clock.Add(time.Minute)
	if err := give(w.code(secret)); err != nil {
		t.Error(err)
	}
	w.Clock.Add(-20 * time.Minute)
	if err := give(w.code(secret)); err != nil {
		t.Errorf("after a clock that was some minutes ahead: %v", err)
	}
}

package user_test

import (
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/tooltest"
	"zafe/app/user"
	"zafe/store"
)

// full logs a person in who has a second factor in force.
func (w *world) full(login, password, secret, device string) op.Caller {
	w.t.Helper()
	in, err := w.login(login, password, device)
	if err == nil {
		in, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, device), user.CodeRequest{Code: w.code(secret)})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return w.with(in.Token, device)
}

// out tells whether a session is over.
func (w *world) out(c op.Caller) bool {
	_, err := user.Current.Call(w.Ctx(), c, op.Empty{})
	return fault.KeyOf(err) == "user.session_over"
}

// serve puts another service over the same book, as after a restart.
func (w *world) serve(cost user.Hashing) *user.Service[*store.Tx] {
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, cost, lax, w.Store)
	w.reg = op.New[*store.Tx](w.Store, svc, w.Clock.Now, func(op.Record) {})
	user.Bind(w.reg, svc)
	return svc
}

func (w *world) stored(id auth.UserID) (u user.User) {
	w.t.Helper()
	if err := w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { u, err = tx.User(id); return err }); err != nil {
		w.t.Fatal(err)
	}
	return u
}

// TestAnUnknownNameCostsAsMuchAsAKnownOne: who waits in the same queue cannot be told apart by the time it takes.
func TestAnUnknownNameCostsAsMuchAsAKnownOne(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	w.serve(cheap).Fill()
	for _, login := range []string{"yann", "nobody"} {
		if _, err := w.login(login, "un mot de passe", ""); fault.KeyOf(err) != "user.too_busy" {
			t.Errorf("%s: %v", login, err)
		}
	}
}

// TestAWeakHashIsRenewedAtTheLogIn, and only then: the password is not known otherwise.
func TestAWeakHashIsRenewedAtTheLogIn(t *testing.T) {
	w := newWorld(t)
	yann := w.add("yann", auth.Sales, "un mot de passe")
	w.serve(user.Hashing{Passes: 2, MemoryKiB: 16, Threads: 1})
	if _, err := w.login("yann", "faux", ""); fault.KeyOf(err) != "user.bad_login" {
		t.Fatal(err)
	}
	if was := w.stored(yann.ID).Password; !strings.Contains(was, "$m=8,t=1,") {
		t.Fatalf("a wrong password renewed the hash: %s", was)
	}
	for range 2 { // the second log-in is with the new hash
		if _, err := w.login("yann", "un mot de passe", ""); err != nil {
			t.Fatal(err)
		}
	}
	if now := w.stored(yann.ID).Password; !strings.Contains(now, "$m=16,t=2,") {
		t.Errorf("the hash stayed weak: %s", now)
	}
}

func TestThePasswordAloneIsGoodForThreeMinutes(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	for after, want := range map[time.Duration]string{
		3*time.Minute - time.Second: "", 3 * time.Minute: "user.session_over",
	} {
		in, err := w.login("claire", "un mot de passe", "")
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(after)
		_, err = user.SecondFactor.Call(w.Ctx(), w.with(in.Token, ""), user.CodeRequest{Code: w.code(secret)})
		if fault.KeyOf(err) != want {
			t.Errorf("after %s: %v", after, err)
		}
		w.Clock.Add(time.Minute)
	}
}

func TestAnOwnerSignsAPersonOutEverywhere(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	yann, lucie := w.add("yann", auth.Sales, "un mot de passe"), w.add("lucie", auth.Sales, "un mot de passe")
	var his []op.Caller
	for _, pc := range []string{"", "pc-1", "pc-2"} {
		in, err := w.login("yann", "un mot de passe", pc)
		if err != nil {
			t.Fatal(err)
		}
		his = append(his, w.with(in.Token, pc))
	}
	hers, err := w.login("lucie", "un mot de passe", "pc-1")
	if err != nil {
		t.Fatal(err)
	}
	owner := w.full("claire", "un mot de passe", secret, "")
	if _, err := user.SignOutEverywhere.Call(w.Ctx(), owner, user.IDRequest{ID: yann.ID}); err != nil {
		t.Fatal(err)
	}
	for i, c := range his {
		if !w.out(c) {
			t.Errorf("session %d goes on", i)
		}
	}
	if w.out(w.with(hers.Token, "pc-1")) || w.out(owner) {
		t.Error("somebody else was signed out")
	}
	if told := w.told(yann.ID); !slices.ContainsFunc(told, func(n string) bool { return strings.HasPrefix(n, "signed_out ") }) {
		t.Errorf("he is not told by whom: %q", told)
	}
	lucy := w.stored(lucie.ID)
	if _, err := user.Save.Call(w.Ctx(), owner, user.SaveRequest{
		ID: lucy.ID, Login: lucy.Login, Name: lucy.Name, Role: auth.Assistant,
	}); err != nil {
		t.Fatal(err)
	}
	if told := w.told(lucie.ID); !slices.ContainsFunc(told, func(n string) bool { return strings.HasPrefix(n, "role ") }) {
		t.Errorf("she is not told who changed her role: %q", told)
	}
	if hers, err = w.login("lucie", "un mot de passe", "pc-1"); err != nil {
		t.Fatal(err)
	}
	_, err = user.SignOutEverywhere.Call(w.Ctx(), w.with(hers.Token, "pc-1"), user.IDRequest{ID: lucie.ID})
	if fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("without the right: %v", err)
	}
}

// TestALogInUnderWaySurvivesNoSigningOut: a session that is made at the same moment is closed too.
func TestALogInUnderWaySurvivesNoSigningOut(t *testing.T) {
	w := newWorld(t)
	yann := w.add("yann", auth.Sales, "un mot de passe")
	in, err := w.login("yann", "un mot de passe", "pc")
	if err != nil {
		t.Fatal(err)
	}
	before := w.stored(yann.ID).Generation
	sys := op.Local[*store.Tx]{Registry: w.reg}
	if _, err := user.SignOutEverywhere.Call(op.AsSystem(w.Ctx()), sys, user.IDRequest{ID: yann.ID}); err != nil {
		t.Fatal(err)
	}
	if now := w.stored(yann.ID).Generation; now <= before || !w.out(w.with(in.Token, "pc")) {
		t.Errorf("generation %d after %d", now, before)
	}
}

// TestALostPhoneGivesNoWayIn: neither its codes nor the recovery codes of that time open anything.
func TestALostPhoneGivesNoWayIn(t *testing.T) {
	w := newWorld(t)
	claire := w.add("claire", auth.Owner, "un mot de passe")
	secret, codes := w.enrol("claire", "un mot de passe")
	c := w.full("claire", "un mot de passe", secret, "pc")
	sys := op.Local[*store.Tx]{Registry: w.reg}
	if _, err := user.ResetSecondFactor.Call(op.AsSystem(w.Ctx()), sys, user.IDRequest{ID: claire.ID}); err != nil {
		t.Fatal(err)
	}
	if !w.out(c) {
		t.Error("a session of the lost phone goes on")
	}
	if u := w.stored(claire.ID); u.SecondOn || u.Secret != "" {
		t.Errorf("the second factor is still there: %+v", u)
	}
	var left int
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { left, err = tx.RecoveryCodesLeft(claire.ID); return err })
	if err != nil || left != 0 || len(codes) != 10 {
		t.Errorf("%d of %d recovery codes stay, %v", left, len(codes), err)
	}
}

// issuers are names that a QR code has been seen to break.
var issuers = []string{"Dupont & Fils", "A+B", "Boulangerie: chez Zoé", "100 % Bio", "L'Été / café ?x=1#y"}

// scanned returns what a phone makes of a URI: the issuer and the label's halves.
func scanned(t *testing.T, uri string) (issuer, place, login string) {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" {
		t.Fatalf("%s: %v", uri, err)
	}
	label, err := url.PathUnescape(strings.TrimPrefix(u.EscapedPath(), "/"))
	if err != nil {
		t.Fatal(err)
	}
	place, login, _ = strings.Cut(label, ":")
	raw := ""
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if k, v, _ := strings.Cut(part, "="); k == "issuer" {
			raw = v
		}
	}
	if issuer, err = url.PathUnescape(raw); err != nil { // phones leave a + as it is
		t.Fatal(err)
	}
	return issuer, place, login
}

// TestThePhoneShowsTheCompanyAsItIsWritten, through the QR code itself.
func TestThePhoneShowsTheCompanyAsItIsWritten(t *testing.T) {
	zbar := tooltest.Program(t, "zbarimg")
	for _, name := range issuers {
		uri := read(t, zbar, user.EnrolURI(name, "claire+dupont&co", "ABCDEFGHIJKLMNOP"))
		want := strings.ReplaceAll(name, ":", " ")
		issuer, place, login := scanned(t, uri)
		if issuer != want || place != want || login != "claire+dupont&co" {
			t.Errorf("%q: %q, %q, %q", name, issuer, place, login)
		}
	}
}

// read writes a text as a QR code and reads it back.
func read(t *testing.T, zbar, text string) string {
	t.Helper()
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, 400, 400)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "code.png")
	f, err := os.Create(path)
	if err == nil {
		err = png.Encode(f, code)
	}
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), zbar, "--raw", "-q", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestTheQRCodeNamesTheCompany(t *testing.T) {
	w := newWorld(t)
	w.add("yann", auth.Sales, "un mot de passe")
	in, err := w.login("yann", "un mot de passe", "")
	if err != nil {
		t.Fatal(err)
	}
	uri := func() string {
		e, err := user.EnrolBegin.Call(w.Ctx(), w.with(in.Token, ""), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		issuer, _, _ := scanned(t, e.URI)
		return issuer
	}
	if got := uri(); got != "Zafè" {
		t.Errorf("of a book without a name: %q", got)
	}
	w.Update(func(tx *store.Tx) error {
		p := company.Default()
		p.Name = "Dupont & Fils"
		return tx.SetSetting("company", p)
	})
	if got := uri(); got != "Dupont & Fils" {
		t.Errorf("got %q", got)
	}
}

// TestWhoGotAnotherRoleReadsSoAtOnce, and by whom, in the window that was open; not once they were told, nor for a
// session of their new role.
func TestWhoGotAnotherRoleReadsSoAtOnce(t *testing.T) {
	w := newWorld(t)
	w.add("claire", auth.Owner, "un mot de passe")
	secret, _ := w.enrol("claire", "un mot de passe")
	lucie := w.add("lucie", auth.Sales, "un mot de passe")
	enter := func() op.Caller {
		in, err := w.login("lucie", "un mot de passe", "pc-1")
		if err != nil {
			t.Fatal(err)
		}
		return w.with(in.Token, "pc-1")
	}
	reads := func(c op.Caller, key string) {
		t.Helper()
		_, err := user.Current.Call(w.Ctx(), c, op.Empty{})
		f := fault.Of(err)
		if fault.KeyOf(err) != key || key == "user.session_role" && f.Args["who"] != w.stored(1).Name {
			t.Errorf("reads %v, want %q", err, key)
		}
	}
	open := enter()
	w.Clock.Add(time.Minute)
	_, err := user.Save.Call(w.Ctx(), w.full("claire", "un mot de passe", secret, ""), user.SaveRequest{
		ID: lucie.ID, Login: lucie.Login, Name: lucie.Name, Role: auth.Assistant,
	})
	if err != nil {
		t.Fatal(err)
	}
	reads(open, "user.session_role")
	w.Clock.Add(time.Minute)
	again := enter()
	reads(again, "")
	told, err := user.Notices.Call(w.Ctx(), again, op.Empty{})
	if err != nil || len(told.Notices) != 1 {
		t.Fatal(told, err)
	}
	if _, err := user.NoticesSeen.Call(w.Ctx(), again, user.SeenRequest{IDs: []int64{told.Notices[0].ID}}); err != nil {
		t.Fatal(err)
	}
	reads(open, "user.session_over")
}

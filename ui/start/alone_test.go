package start_test

import (
	"context"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/recovery"
	"zafe/app/user"
	"zafe/store/storetest"
	"zafe/ui/machine"
)

// alonePC is a PC whose keyring opens the book, or no longer does.
type alonePC struct {
	*pc
	works bool
}

func (p *alonePC) Open(ctx context.Context, s machine.Secret) (machine.Book, error) {
	if s != (machine.Secret{}) {
		return p.pc.Open(ctx, s)
	}
	p.opened = append(p.opened, s)
	if !p.works {
		return nil, fault.New(fault.Unauthenticated, "store.wrong_secret")
	}
	return p.book, nil
}

func newAlone(t *testing.T, works bool) *alonePC {
	t.Helper()
	p := &alonePC{newPC(t, machine.Here, owner), works}
	p.state.AutoOpen = true
	return p
}

func TestThePCOpensTheBookBeforeAnybodyLogsIn(t *testing.T) {
	p := newAlone(t, true)
	s := showOn(t, p.pc, p)
	if len(p.opened) != 1 || s.flow.Book() != p.book || len(s.opened) != 1 {
		t.Fatalf("opened %d times; told %d times", len(p.opened), len(s.opened))
	}
	s.login("claire", "un autre mot de passe")
	if !s.has("incorrect") || len(p.opened) != 1 {
		t.Error("a wrong password, or another opening:", p.opened)
	}
	s.login("claire", secretWords)
	if !s.has("authentification") || len(p.opened) != 1 {
		t.Error("not asked for a second factor")
	}
}

func TestAPCThatNoLongerOpensTheBookAsksForAPassword(t *testing.T) {
	p := newAlone(t, false)
	s := showOn(t, p.pc, p)
	if s.flow.Book() != nil || len(s.opened) != 0 {
		t.Fatal("a book that is not open was served")
	}
	s.login("claire", secretWords)
	if n := len(p.opened); n != 2 || p.opened[1].Password != secretWords || s.flow.Book() != p.book {
		t.Errorf("opened by %v", p.opened)
	}
}

// TestAPCThatOpensByItselfGoesBack too: the book is closed for it, and is not opened again by itself.
func TestAPCThatOpensByItselfGoesBack(t *testing.T) {
	p := newAlone(t, true)
	p.state.Earlier = true
	p.earlier = machine.Earlier{At: storetest.Noon, Counted: true}
	s := showOn(t, p.pc, p)
	s.press("Revenir à avant la mise à jour")
	if p.book.closed != 1 || s.flow.Book() != nil {
		t.Fatalf("closed %d times", p.book.closed)
	}
	s.fields()[0].SetText(secretWords)
	s.press("Voir ce qui serait perdu")
	s.press("Revenir en arrière")
	if len(p.back) != 1 || len(p.opened) != 1 || s.flow.Book() != nil {
		t.Errorf("gone back %d times, opened %d times", len(p.back), len(p.opened))
	}
}

var sheet = recovery.Key(storetest.Recovery)

const newWords = "des chevaux jaunes sous la pluie"

// recover fills the form of a forgotten password and sends it.
func (s *screen) recover(key recovery.Key, rest ...string) {
	s.t.Helper()
	f := s.fields()
	for i, g := range key.Groups() {
		f[i].SetText(g)
	}
	for i, text := range rest {
		f[recovery.GroupCount+i].SetText(text)
	}
	s.press("Changer le mot de passe")
}

func TestTheSheetOpensAClosedBookAndGivesANewPassword(t *testing.T) {
	p := newAlone(t, false)
	p.pref = machine.Preferences{Login: "luc", Owner: "claire"} // Luc, who is no owner, logged in last
	s := showOn(t, p.pc, p)
	s.press(i18n.For(i18n.French).T("start.login.forgotten", nil))
	if !s.has("tout le monde sera déconnecté") {
		t.Error("what it costs the others is not said")
	}
	if got := s.fields()[recovery.GroupCount].Text(); got != "claire" {
		t.Errorf("proposes a new password to %q", got)
	}
	s.recover(sheet, "claire", newWords, newWords)
	if n := len(p.opened); p.opened[n-1].Recovery != sheet.String() {
		t.Fatalf("opened by %v", p.opened)
	}
	if _, err := user.Login.Call(t.Context(), p.book, user.LoginRequest{Login: "claire", Password: newWords}); err != nil {
		t.Error(err)
	}
	for range 2 {
		if s.button("Se connecter") == nil || s.fields()[0].Text() != "claire" || !s.has("Le nouveau mot de passe est en place") {
			t.Error("the log-in is not back, waits for another person, or does not say that it worked")
		}
		s.login("claire", "un autre mot de passe") // it goes on saying it
	}
}

func TestAnOpenBookIsNotClosedForTheSheet(t *testing.T) {
	p := newAlone(t, true)
	s := showOn(t, p.pc, p)
	s.press(i18n.For(i18n.French).T("start.login.forgotten", nil))
	s.recover(recovery.Key{9}, "claire", "", newWords, newWords)
	if !s.has("clé de secours n’est pas") {
		t.Error("another sheet is not refused at its boxes")
	}
	s.recover(sheet, "claire", "", newWords, newWords)
	if !s.has("Demande enregistrée") || len(p.opened) != 1 {
		t.Errorf("opened %v", p.opened)
	}
	told, err := user.Notices.Call(op.AsSystem(t.Context()), p.book, op.Empty{})
	if err != nil || len(told.Resets) != 1 {
		t.Error("the owners are not told", told, err)
	}
	s.press("Retour")
	s.login("claire", secretWords)
	if !s.has("authentification") {
		t.Error("the old password no longer logs in")
	}
}

// leftBehind is a book that another program of this PC has open, or that a main PC has, until it ends.
type leftBehind struct {
	*book
	ended bool
}

func (l *leftBehind) Local() bool { return false }

func (l *leftBehind) Retry(context.Context) error {
	if l.ended {
		return fault.New(fault.Unavailable, "lan.host_unreachable", "host", "127.0.0.1")
	}
	return nil
}

func (l *leftBehind) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	if err := l.Retry(ctx); err != nil {
		return err
	}
	return l.book.Do(ctx, s, req, resp)
}

// served is a PC on which another program has the book open, or that works on that of a main PC.
type served struct {
	*alonePC
	by *leftBehind
}

func (p *served) Open(ctx context.Context, s machine.Secret) (machine.Book, error) {
	if s.Recovery == "" && !p.by.ended {
		return p.by, nil
	}
	return p.alonePC.Open(ctx, s)
}

func (p *served) Connect(ctx context.Context) (machine.Book, error) { return p.by, p.by.Retry(ctx) }

// TestABookThatWentAwayIsLookedForAgain: the form of a forgotten password says what holds now, and keeps what was typed; so
// does the log-in.
func TestABookThatWentAwayIsLookedForAgain(t *testing.T) {
	forgot := i18n.For(i18n.French).T("start.login.forgotten", nil)
	const costs = "tout le monde sera déconnecté"
	here := func() (*served, *screen) {
		p := &served{alonePC: newAlone(t, false)}
		p.by = &leftBehind{book: p.book}
		return p, showOn(t, p.pc, p)
	}
	p, s := here()
	s.press(forgot)
	if s.has(costs) {
		t.Fatal("the book is open")
	}
	p.by.ended = true
	s.recover(sheet, "claire", "", newWords, newWords)
	if !s.has(costs) || s.flow.Book() != nil {
		t.Fatal("it is said to be open still")
	}
	s.press("Changer le mot de passe")
	if !s.has("Le nouveau mot de passe est en place") {
		t.Error("what was typed is gone")
	}

	p, s = here()
	p.by.ended = true
	s.login("claire", secretWords)
	if n := len(p.opened); n == 0 || p.opened[n-1].Password != secretWords || s.flow.Book() != p.book {
		t.Errorf("the log-in waits for a program that ended: opened by %v", p.opened)
	}

	p, s = here()
	s.press(forgot)
	s.press("Retour")
	p.by.ended = true
	if s.press(forgot); !s.has(costs) {
		t.Error("the form of an open book is shown again")
	}

	p, _ = here()
	p.state = machine.State{Presence: machine.Joined, Host: "10.0.0.1"}
	s = showOn(t, p.pc, p)
	s.press(forgot)
	p.by.ended = true
	if s.recover(sheet, "claire", "", newWords, newWords); !s.has("utilise la feuille de secours sur le poste principal") {
		t.Error("nothing says what can be done without the main PC")
	}
}

// TestWhoLostThePhoneTooSeesTheWayInAClosedBook: what they have to wait for is said before anything is done, nobody is
// shut out, and after a day the same box leads in, though the program was started again meanwhile.
func TestWhoLostThePhoneTooSeesTheWayInAClosedBook(t *testing.T) {
	p := newAlone(t, false)
	p.pref = machine.Preferences{Owner: "claire"}
	s := showOn(t, p.pc, p)
	forgot := i18n.For(i18n.French).T("start.login.forgotten", nil)
	s.press(forgot)
	s.tick()
	if !s.has("Sans téléphone, il faut 24 heures") || s.has("tout le monde sera déconnecté") {
		t.Error("the way is not said")
	}
	f := s.fields()
	for i, g := range sheet.Groups() {
		f[i].SetText(g)
	}
	for i, text := range []string{"claire", newWords, newWords} {
		f[recovery.GroupCount+i].SetText(text)
	}
	s.press("Ouvrir et demander")
	if !s.has("Demande enregistrée") || !s.has("cochez de nouveau la case") || p.book.closed != 0 {
		t.Fatalf("closed %d times", p.book.closed)
	}
	if len(s.opened) != 1 {
		t.Error("the others are not let in, though it is said")
	}
	told, err := user.Notices.Call(op.AsSystem(t.Context()), p.book, op.Empty{})
	if err != nil || len(told.Resets) != 1 || len(told.Notices) != 0 {
		t.Error("the owners are not told", told, err)
	}
	if _, err := user.Login.Call(t.Context(), p.book, user.LoginRequest{Login: "claire", Password: secretWords}); err != nil {
		t.Error("the old password is good until then:", err)
	}
	p.clock.Add(25 * time.Hour)
	s = showOn(t, p.pc, p)
	s.press(forgot)
	s.tick()
	f = s.fields()
	for i, g := range sheet.Groups() {
		f[i].SetText(g)
	}
	for i, text := range []string{"claire", newWords, newWords} {
		f[recovery.GroupCount+i].SetText(text)
	}
	s.press("Ouvrir et demander")
	if !s.has("Le nouveau mot de passe est en place") {
		t.Fatal("a day later it leads nowhere")
	}
	s.login("claire", newWords)
	if s.has("Ni téléphone ni code de secours") {
		t.Error("the lost phone is asked for")
	}
}

// waiting is a main PC that is there, and asks to wait after too many tries.
type waiting struct{ *leftBehind }

func (w waiting) Do(ctx context.Context, s *op.Spec, req, resp any) error {
	if s.Name == user.Recover.Name {
		return fault.New(fault.Unavailable, "user.wait", "seconds", 30)
	}
	return w.leftBehind.Do(ctx, s, req, resp)
}

// under is a PC that works on the book of such a main PC.
type under struct {
	*alonePC
	main waiting
}

func (u under) Connect(context.Context) (machine.Book, error) { return u.main, nil }

// TestAMainPCThatAsksToWaitIsThere: the form says how long, and keeps what was typed.
func TestAMainPCThatAsksToWaitIsThere(t *testing.T) {
	p := newAlone(t, false)
	p.state = machine.State{Presence: machine.Joined, Host: "10.0.0.1"}
	s := showOn(t, p.pc, under{p, waiting{&leftBehind{book: p.book}}})
	s.press(i18n.For(i18n.French).T("start.login.forgotten", nil))
	s.recover(sheet, "claire", "", newWords, newWords)
	if s.has("utilise la feuille de secours sur le poste principal") || !s.has("30 s") {
		t.Error("it is said to be gone, or not how long to wait")
	}
	if got := s.fields()[0].Text(); got != sheet.Groups()[0] {
		t.Errorf("the sheet has to be typed again: %q", got)
	}
}

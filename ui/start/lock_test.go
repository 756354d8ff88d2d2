package start_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/start"
	"zafe/ui/uitest"
)

// atCodes is a screen with the recovery codes of somebody who just set up the second factor, and its secret.
func atCodes(t *testing.T, p *pc) (s *screen, secret string) {
	t.Helper()
	s = show(t, p)
	s.login("claire", secretWords)
	return s, s.enrolled(p)
}

// enrolled types the first code of who sets up the second factor, and tells its secret.
func (s *screen) enrolled(p *pc) (secret string) {
	s.t.Helper()
	secret = strings.ReplaceAll(s.fields()[0].Text(), " ", "")
	s.codeOf(p, secret)
	if !s.has("Vos codes de secours") {
		s.t.Fatal("no codes")
	}
	return secret
}

// codeOf types the code of now.
func (s *screen) codeOf(p *pc, secret string) {
	s.t.Helper()
	code, err := user.CodeAt(secret, p.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	s.code(code)
}

// TestAPCThatIsLockedWhileItsPersonComesInStaysLocked: the pages come after the password, or another log-in if somebody
// leaves, and what is shown later is shown.
func TestAPCThatIsLockedWhileItsPersonComesInStaysLocked(t *testing.T) {
	p := newPC(t, machine.Here, owner)
	coming := func() *screen {
		s, _ := atCodes(t, p)
		s.tick()
		at := s.flow.Spawn
		s.flow.Spawn = func(work, then func()) { // the answer comes once the PC is locked
			work()
			s.flow.Spawn = at
			s.flow.Lock()
			then()
		}
		if s.press("Suivant"); len(s.entered) != 0 || !s.has("Session verrouillée") {
			t.Fatal("the pages are shown over the lock")
		}
		return s
	}
	s := coming()
	s.fields()[0].SetText(secretWords)
	if s.press("Déverrouiller"); len(s.entered) != 1 {
		t.Fatalf("unlocked, the pages are shown %d times", len(s.entered))
	}
	s.flow.Over(p.book, "claire", func(user.Me) {})
	if !s.offers("Se connecter") {
		t.Error("no log-in after the session ended")
	}

	p = newPC(t, machine.Here, owner)
	s = coming()
	if s.press("Se déconnecter"); len(s.entered) != 0 || !s.offers("Se connecter") {
		t.Error("somebody is in who left")
	}
}

// visible are the recovery codes that are seen.
func (s *screen) visible() (all string) {
	spare := regexp.MustCompile(`^[2-7A-Z]{4}(-[2-7A-Z]{4}){3}$`)
	uitest.Walk(s.window.Content(), func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok && spare.MatchString(l.Text()) {
			all += l.Text()
		}
	})
	return all
}

// TestCodesWaitForTheirPersonWhoeverComesFirst, though it is somebody who gets codes as well, and are not lost without a
// question.
func TestCodesWaitForTheirPersonWhoeverComesFirst(t *testing.T) {
	second := owner
	second.Login, second.Name = "yann", "Yann Durand"
	p := newPC(t, machine.Here, owner, second)
	s, secret := atCodes(t, p)
	codes := s.visible()
	s.flow.Lock()
	s.press("Se déconnecter")
	closed := false
	if s.flow.Leaving(func() { closed = true }); closed || !s.asks("Claire Durand") {
		t.Error("the codes may be lost without a word")
	}
	s.press("Annuler")
	s.login("yann", secretWords)
	s.enrolled(p)
	if s.visible() == codes {
		t.Fatal("the codes of another are shown")
	}
	s.flow.Lock()
	if !s.has("Yann Durand") {
		t.Error("it is locked for another")
	}
	s.fields()[0].SetText(secretWords)
	s.press("Déverrouiller")
	s.tick()
	if s.press("Suivant"); len(s.entered) != 1 {
		t.Fatal("nobody is in")
	}
	was := s.flow // the pages were left
	s.flow = &start.Flow{
		Window: was.Window, Host: was.Host, Machine: was.Machine, Text: was.Text, Clock: was.Clock, Spawn: was.Spawn,
		Entered: was.Entered,
	}
	s.flow.After(was)
	s.flow.LogIn(p.book)
	p.clock.Add(time.Minute)
	s.login("claire", secretWords)
	if s.codeOf(p, secret); s.visible() != codes {
		t.Fatal("the codes are lost")
	}
	if s.flow.Lock(); s.visible() != "" || !s.has("Claire Durand") {
		t.Error("they are not covered, or for another")
	}
	s.fields()[0].SetText(secretWords)
	s.press("Déverrouiller")
	s.tick()
	if s.flow.Leaving(func() { closed = true }); !closed {
		t.Error("the window stays although the codes are kept")
	}
	if s.press("Suivant"); len(s.entered) != 2 {
		t.Error("nobody is in")
	}
}

// TestWhatWasTypedWaits for its person, and is asked about when the window is closed; in the book of another office it is
// nobody's.
func TestWhatWasTypedWaits(t *testing.T) {
	for name, leave := range map[string]func(s *screen){
		"left": func(s *screen) {
			s.press("Changer")
			s.press("Oublier ce poste principal")
		},
		"joined": func(s *screen) {
			s.flow.Barred(nil, fault.New(fault.Forbidden, "lan.device_refused"))
			s.press("J’ai un nouveau code ou une invitation")
			s.fields()[0].SetText("192.168.1.20")
			s.fields()[2].SetText("ABCD-1234")
			s.press("Apparier")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := show(t, newPC(t, machine.Joined, owner))
			carry := func(context.Context, op.Caller) (page.Route, error) { return page.Route{}, nil }
			s.flow.Typed = start.Typed{By: user.User{ID: 7, Name: "Marc Céleste"}, Pages: []page.Carry{carry}}
			next := &start.Flow{}
			if next.After(s.flow); len(next.Typed.Pages) != 1 || next.Typed.By.ID != 7 {
				t.Errorf("%+v", next.Typed)
			}
			closed := false
			if s.flow.Leaving(func() { closed = true }); closed || !s.asks("Marc Céleste") {
				t.Error("what was typed may be lost without a word")
			}
			s.press("Annuler")
			if leave(s); len(s.flow.Typed.Pages) != 0 {
				t.Error("it goes into the book of another office")
			}
		})
	}
}

// TestCodesOfABookThatIsLeftAreNobodysInAnother, though people have the same numbers there.
func TestCodesOfABookThatIsLeftAreNobodysInAnother(t *testing.T) {
	for name, leave := range map[string]func(p *pc, s *screen){
		"left": func(_ *pc, s *screen) {
			s.press("Changer")
			s.press("Oublier ce poste principal")
		},
		"joined": func(_ *pc, s *screen) {
			s.flow.Barred(nil, fault.New(fault.Forbidden, "lan.device_refused"))
			s.press("J’ai un nouveau code ou une invitation")
			s.fields()[0].SetText("192.168.1.20")
			s.fields()[2].SetText("ABCD-1234")
			s.press("Apparier")
		},
		"restored": func(p *pc, s *screen) {
			p.own = "/data/vault"
			s.flow.Mend()
			s.press("Les voir")
			s.restoreHere()
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPC(t, machine.Joined, owner)
			s, secret := atCodes(t, p)
			s.flow.Lock()
			s.press("Se déconnecter")
			leave(p, s)
			p.clock.Add(time.Minute)
			s.login("claire", secretWords)
			if s.codeOf(p, secret); len(s.entered) != 1 || s.visible() != "" {
				t.Error("codes of another book are shown")
			}
		})
	}
}

// TestASheetIsNotReadOffAPCThatWasLocked: what was typed of it is cleared, whole or shared, and that is said.
func TestASheetIsNotReadOffAPCThatWasLocked(t *testing.T) {
	typed := func(s *screen) (all string) {
		for _, e := range s.fields() {
			all += e.Text()
		}
		return all
	}
	const cleared = "la clé a été effacée de l’écran"
	forgot := i18n.For(i18n.French).T("start.login.forgotten", nil)
	s := show(t, newPC(t, machine.Here, owner))
	s.press(forgot)
	if s.flow.Lock(); s.has(cleared) {
		t.Error("nothing was typed")
	}
	for i, g := range sheet.Groups()[:7] {
		s.fields()[i].SetText(g)
	}
	if s.flow.Lock(); typed(s) != "" || !s.has(cleared) {
		t.Errorf("the sheet can be read: %q", typed(s))
	}

	s = show(t, newPC(t, machine.Nothing))
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	s.press("J’ai des feuilles partagées")
	s.fields()[0].SetText(sheet.Shares()[0].String())
	if s.flow.Lock(); typed(s) != "" || !s.has(cleared) {
		t.Errorf("the sheet can be read: %q", typed(s))
	}
}

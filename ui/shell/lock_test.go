package shell_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/uitest"
)

// TestWhatTheProgramAsksByItselfKeepsNoSessionOpen: the main PC is told when nobody is there, and that somebody is
// back.
func TestWhatTheProgramAsksByItselfKeepsNoSessionOpen(t *testing.T) {
	d := newDesk(t, auth.Sales)
	d.seconds(59)
	if d.book.away {
		t.Fatal("away within the minute")
	}
	d.seconds(2)
	if !d.book.away {
		t.Fatal("nobody has been there for a minute")
	}
	d.seconds(600)
	if !shown(d, "Session verrouillée") || !d.book.away {
		t.Fatal("locked ten minutes later: away", d.book.away)
	}
	typePassword(d, "right")
	d.press("Déverrouiller")
	if d.book.away || d.book.token != "another" {
		t.Errorf("back: away %t, token %q", d.book.away, d.book.token)
	}
}

func TestThePersonChoosesWhenTheScreenLocks(t *testing.T) {
	d := newDesk(t, auth.Sales)
	d.Me.User.LockAfter = 30
	d.seconds(30*60 - 1)
	if shown(d, "Session verrouillée") {
		t.Fatal("locked too soon")
	}
	d.seconds(2)
	if !shown(d, "Session verrouillée") {
		t.Error("not locked")
	}
}

// TestTheMainPCLocksTheScreenToo: it may know before the screen that nobody is there, after a restart of its own.
func TestTheMainPCLocksTheScreenToo(t *testing.T) {
	d := newDesk(t, auth.Owner)
	home := d.last()
	for range 2 {
		home.env.Shell.Fail(fault.New(fault.Unauthenticated, "op.locked"))
	}
	if !shown(d, "Session verrouillée") || !hidden(d, home.object) || d.asked != 0 {
		t.Fatal("not locked; log-in asked:", d.asked)
	}
	typePassword(d, "right")
	d.press("Déverrouiller")
	if shown(d, "Session verrouillée") || hidden(d, home.object) {
		t.Error("still locked")
	}
}

// TestWhoCannotUnlockSeesNothingByLeaving: neither while they are asked about what was not saved, nor when they stay
// after all, nor while the main PC is told.
func TestWhoCannotUnlockSeesNothingByLeaving(t *testing.T) {
	d := newDesk(t, auth.Sales)
	home := d.last()
	home.unsaved = true
	kit.Confirm(d.window, "Supprimer le client ?", "", "Supprimer", "Garder", true, func() {})
	dialog := d.window.Canvas().Overlays().Top()
	d.Lock()
	covered := func(when string) {
		t.Helper()
		d.seconds(1)
		if !hidden(d, home.object) || dialog.Visible() || !d.book.away {
			t.Fatalf("%s: page hidden %t, dialog shown %t, away %t", when, hidden(d, home.object), dialog.Visible(),
				d.book.away)
		}
	}
	d.press("Se déconnecter")
	covered("asked")
	d.press("Rester sur la page")
	covered("stayed")
	if !shown(d, "Session verrouillée") || d.out != 0 {
		t.Fatal("not locked any more; left:", d.out)
	}
	d.press("Se déconnecter")
	d.hold = true
	d.press("Quitter sans enregistrer")
	covered("on the way out")
	for _, then := range d.later {
		then()
	}
	if d.out != 1 || d.book.token != "" || len(d.window.Canvas().Overlays().List()) != 0 {
		t.Errorf("left %d, token %q, %d dialogs over the log-in", d.out, d.book.token,
			len(d.window.Canvas().Overlays().List()))
	}
}

// TestAnotherPersonIsNotAway: who logs in after a lock is there.
func TestAnotherPersonIsNotAway(t *testing.T) {
	d := newDesk(t, auth.Owner)
	d.seconds(61)
	d.last().env.Shell.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	d.clock.Add(time.Hour)
	d.again(uitest.Me(auth.Owner))
	d.seconds(1)
	if d.book.away || shown(d, "Session verrouillée") {
		t.Errorf("away %t right after the log-in", d.book.away)
	}
}

// toldOver are the texts of the dialogs that lie over the pages.
func toldOver(d *desk) (told string) {
	for _, o := range d.window.Canvas().Overlays().List() {
		uitest.Walk(o, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok {
				told += l.Text()
			}
		})
	}
	return told
}

// TestAnAccountThatWasTakenAwayEndsInNothing: no PC is named for it.
func TestAnAccountThatWasTakenAwayEndsInNothing(t *testing.T) {
	for end, says := range map[string]string{"2606": "finit maintenant par 2606.", "": "sur lequel vos clients paient."} {
		d := newDeskOver(t, auth.Owner, nil, func(w *storetest.World) {
			op.Bind(w.Registry, user.Notices, func(_ context.Context, tx *store.Tx, _ op.Empty) (user.NoticesResponse, error) {
				n := user.Notice{Kind: user.NoticeBank, At: tx.Now(), Name: "Claire", Detail: end}
				return user.NoticesResponse{Notices: []user.Notice{n}}, nil
			})
		})
		d.Start()
		if told := toldOver(d); !strings.Contains(told, says) {
			t.Errorf("%q is not said in %q", says, told)
		}
	}
}

// TestAnOwnerIsNotSentToAnOwner: what is said of one's own account depends on who reads it.
func TestAnOwnerIsNotSentToAnOwner(t *testing.T) {
	for role, c := range map[auth.Role]struct{ says, not string }{
		auth.Owner: {"fermez ces sessions", "prévenez un gérant"}, auth.Sales: {"prévenez un gérant", "fermez ces sessions"},
	} {
		d := newDeskOver(t, role, nil, func(w *storetest.World) {
			op.Bind(w.Registry, user.Notices, func(_ context.Context, tx *store.Tx, _ op.Empty) (user.NoticesResponse, error) {
				n := user.Notice{Kind: user.NoticePlace, At: tx.Now(), Detail: "PC-2"}
				return user.NoticesResponse{Notices: []user.Notice{n}}, nil
			})
		})
		d.Start()
		if told := toldOver(d); !strings.Contains(told, c.says) || strings.Contains(told, c.not) {
			t.Errorf("%s is told %q", role, told)
		}
	}
}

// TestWhoDecidedAloneIsToldSo: themselves, as such, and not of another with their name.
func TestWhoDecidedAloneIsToldSo(t *testing.T) {
	for by, says := range map[bool]string{true: "vous avez fait sans deuxième personne", false: "Claire a fait sans deuxième personne"} {
		me := uitest.Me(auth.Owner).User.ID
		d := newDeskOver(t, auth.Owner, nil, func(w *storetest.World) {
			op.Bind(w.Registry, user.Notices, func(_ context.Context, tx *store.Tx, _ op.Empty) (user.NoticesResponse, error) {
				n := user.Notice{Kind: user.NoticeAlone, User: me, At: tx.Now(), Name: "Claire", Detail: "Léa"}
				if !by {
					n.User++
				}
				return user.NoticesResponse{Notices: []user.Notice{n}}, nil
			})
		})
		d.Start()
		if told := toldOver(d); !strings.Contains(told, says) || !strings.Contains(told, "Léa") {
			t.Errorf("%q is not said in %q", says, told)
		}
	}
}

// TestNoticesHaveWords: each kind, in both languages.
func TestNoticesHaveWords(t *testing.T) {
	kinds := []user.NoticeKind{
		user.NoticeReset, user.NoticeWaited, user.NoticeClosed, user.NoticePlace, user.NoticePlaceOf,
		user.NoticeUnfinished, user.NoticeUnfinishedOf, user.NoticeTriesOf, user.NoticeCodeUsed, user.NoticeCrowded,
		user.NoticeNoPhone, user.NoticeNoPhoneOf, user.NoticePassword, user.NoticePasswordOf,
		user.NoticePhone, user.NoticePhoneOf, user.NoticeRole, user.NoticeSignedOut, user.NoticePC, user.NoticeCode, user.NoticeCodeBurnt,
		user.NoticeInvited, user.NoticeAlone, "alone_own", user.NoticeBank, user.NoticeOlder, user.NoticeOlderCopy, user.NoticeKeys,
		relay.NoticeDiffered,
	}
	for _, lang := range []string{i18n.French, i18n.English} {
		for _, k := range kinds {
			if !i18n.For(lang).Has("notice." + string(k)) {
				t.Errorf("%s: no message notice.%s", lang, k)
			}
		}
	}
}

// TestASessionThatEndsBehindTheLockAsksForTheLogIn alone: the lock is off, and a dialog that was open comes back.
func TestASessionThatEndsBehindTheLockAsksForTheLogIn(t *testing.T) {
	d := newDesk(t, auth.Sales)
	home := d.last()
	m := kit.NewModal("Nouveau", 400, kit.NewLineEdit(""))
	m.Show(d.window)
	d.Lock()
	home.env.Shell.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	if d.asked != 1 || d.window.Canvas().Overlays().Top() != nil {
		t.Fatalf("asked %d times, under %v", d.asked, d.window.Canvas().Overlays().Top())
	}
	d.Host.SetContent(kit.Gap(1, 1)) // the log-in
	d.again(uitest.Me(auth.Sales))
	top := d.window.Canvas().Overlays().Top()
	if top == nil || !top.Visible() || find(top, "Déverrouiller") != nil || hidden(d, home.object) {
		t.Errorf("over the pages lies %v", top)
	}
	m.Close()
	if d.window.Canvas().Overlays().Top() != nil {
		t.Error("the lock lies under the dialog")
	}
}

// TestTheSampleCompanysProofIsFilledIn: nobody has the phone of its people, nor learnt their passwords.
func TestTheSampleCompanysProofIsFilledIn(t *testing.T) {
	offer := i18n.For(i18n.French).T("shell.proof.sample", nil)
	d := newDesk(t, auth.Sales)
	d.Lock()
	if find(d.window.Canvas().Overlays().Top(), offer) != nil {
		t.Fatal("offered in a real company")
	}
	typePassword(d, "right")
	d.press("Déverrouiller")
	d.pc.logins = []machine.Login{{Login: "other", Password: "wrong"}, {Login: d.Me.User.Login, Password: "right"}}
	d.Lock()
	d.press(offer)
	d.press("Déverrouiller")
	if shown(d, "Session verrouillée") || d.book.token != "another" {
		t.Fatal("the sample's password does not open")
	}

	d.Me.User.SecondOn = true
	d.last().env.Shell.StepUp(func() {})
	if find(d.window.Canvas().Overlays().Top(), offer) != nil {
		t.Fatal("offered to who set up a phone of their own")
	}
	d = newDesk(t, auth.Sales)
	d.Me.User.SecondOn = true
	d.pc.logins = []machine.Login{{Login: d.Me.User.Login, TOTP: sampleSecret}}
	done := false
	d.last().env.Shell.StepUp(func() { done = true })
	d.press(offer) // a code that is whole is sent at once
	if !done || d.book.token != "another" {
		t.Error("the sample's code proves nothing")
	}
}

// TestAPhoneOnTheDeskOpensNoScreen: the password does, also of who has a second factor; and where the telephone is asked
// for, a recovery code does in its place.
func TestAPhoneOnTheDeskOpensNoScreen(t *testing.T) {
	d := newDesk(t, auth.Owner)
	d.Me.User.SecondOn = true
	d.Lock()
	uitest.Walk(d.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if _, ok := o.(*kit.CodeInput); ok {
			t.Error("the screen asks for the six digits")
		}
	})
	typePassword(d, "right")
	d.press("Déverrouiller")
	if shown(d, "Session verrouillée") {
		t.Fatal("the password does not open")
	}
	done := false
	d.last().env.Shell.StepUp(func() { done = true })
	d.press("Utiliser un code de secours")
	uitest.Walk(d.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok {
			f.Control().(*kit.LineEdit).SetText(spareCode)
		}
	})
	if d.press("Confirmer"); !done {
		t.Error("a recovery code proves nothing")
	}
}

// TestTheShieldIsAskedForAgainAtOnce after the lock, a new log-in, and a page that found the copies otherwise, even where
// an older answer is on its way: it never says less than the page under it.
func TestTheShieldIsAskedForAgainAtOnce(t *testing.T) {
	asked := 0
	d := newDeskOver(t, auth.Owner, nil, func(w *storetest.World) {
		op.BindElsewhere(w.Registry, backup.GetStatus, func(context.Context, op.Empty) (backup.Status, error) {
			asked++
			return backup.Status{Light: backup.Red}, nil
		})
		op.Bind(w.Registry, user.Current, func(context.Context, *store.Tx, op.Empty) (user.Me, error) {
			return uitest.Me(auth.Owner), nil
		})
	})
	d.Start()
	d.Lock()
	asked = 0
	typePassword(d, "right")
	d.press("Déverrouiller")
	if asked == 0 {
		t.Error("after the lock it shows what was true before")
	}
	d.Fail(fault.New(fault.Unauthenticated, "user.session_over"))
	asked = 0
	d.again(uitest.Me(auth.Owner))
	if asked == 0 {
		t.Error("so it does after a new log-in")
	}
	d.hold = true
	d.last().env.Shell.Changed("backup")
	asked = 0
	d.last().env.Shell.Changed("backup")
	d.hold = false
	for _, then := range d.later {
		then()
	}
	if asked != 1 {
		t.Errorf("what changed while an answer was on its way: asked %d times", asked)
	}
}

// TestTheLockSaysTheWayToTakeOver: the main PC may be lost while nobody is there, and the button is behind the lock.
func TestTheLockSaysTheWayToTakeOver(t *testing.T) {
	d := newDesk(t, auth.Sales)
	says := func() bool {
		found := false
		uitest.Walk(d.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
			f, ok := o.(*kit.Field)
			found = found || ok && strings.Contains(f.Refusal(), "Prendre le relais")
		})
		return found
	}
	d.Lock()
	typePassword(d, "wrong")
	if d.press("Déverrouiller"); says() {
		t.Error("said while the main PC answers")
	}
	d.pc.standby.Ready = true
	d.book.watch(false)
	typePassword(d, "wrong")
	if d.press("Déverrouiller"); !says() {
		t.Error("it is not said")
	}
}

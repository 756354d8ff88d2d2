package settings

import (
	"strings"
	"testing"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

func TestTwoScreensOfTheSameProfile(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx])
	e, shell := uitest.New(t, w.As("owner"), auth.Owner)
	open := func() *settings { return Routes()["settings"](e, page.Route{}).(*settings) }
	mine, theirs := open(), open()
	for _, name := range []string{"Durand", "Durand et filles"} { // what a save gives back serves the next
		theirs.edits["name"].SetText(name)
		theirs.store()
	}
	if len(shell.Failed) > 0 || len(shell.Toasts) != 2 {
		t.Fatalf("two saves in a row: %v %v", shell.Failed, shell.Toasts)
	}
	mine.edits["name"].SetText("Dupont")
	mine.dirty = true
	mine.store()
	if !mine.banner.Visible() || !mine.Unsaved() || mine.edits["name"].Text() != "Dupont" {
		t.Fatalf("an older screen saved over a newer, or lost what was typed: %v", shell.Failed)
	}
	if again := open(); again.edits["name"].Text() != "Durand et filles" {
		t.Errorf("stored %q", again.edits["name"].Text())
	}
	uitest.Press(t, mine.banner, "Garder ma saisie")
	if again := open(); again.edits["name"].Text() != "Dupont" || mine.banner.Visible() || mine.Unsaved() {
		t.Errorf("kept %q", again.edits["name"].Text())
	}
	// what is not typed goes on as the other one left it
	theirs.Refresh()
	theirs.edits["city"].SetText("Nantes")
	theirs.store()
	mine.edits["phone"].SetText("0240123456")
	mine.dirty = true
	before := shell.Moves
	if mine.Elsewhere(); shell.Moves == before {
		t.Error("the question moves the form down, and the next click falls on what was elsewhere")
	}
	uitest.Press(t, mine.banner, "Garder ma saisie")
	if again := open(); again.edits["city"].Text() != "Nantes" || again.edits["phone"].Text() != "0240123456" {
		t.Errorf("kept %q and %q", again.edits["city"].Text(), again.edits["phone"].Text())
	}
}

// TestANewAccountIsAskedFor where somebody else is there to approve it: the page goes back to what the book has.
func TestANewAccountIsAskedFor(t *testing.T) {
	const had, wanted = "FR7630006000011234567890189", "FR1420041010050500013M02606"
	w := storetest.NewWorld(t, company.Bind[*store.Tx], role.Bind[*store.Tx])
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Standard, nil, w.Store))
	approval.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		for _, login := range []string{"claire", "paul"} {
			u := user.User{Login: login, Name: login, Role: auth.Owner, SecondOn: true, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		p := company.Default()
		p.Name, p.Bank.IBAN = "Durand", had
		return tx.SetSetting("company", p)
	})
	e, shell := uitest.New(t, w.As("owner"), auth.Owner)
	s := Routes()["settings"](e, page.Route{}).(*settings)
	shell.Yes = false
	s.edits["bank.iban"].SetText(wanted)
	s.store()
	waits := func() int {
		l, err := approval.List.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Pending)
	}
	if waits() != 0 || s.edits["bank.iban"].Text() != wanted || len(shell.Asked) != 1 || len(shell.Failed) != 0 {
		t.Errorf("%d wait, asked %q, failed %v", waits(), shell.Asked, shell.Failed)
	}
	shell.Yes = true
	s.dirty = true
	s.store()
	if waits() != 1 || strings.ReplaceAll(s.edits["bank.iban"].Text(), "\u00a0", "") != had || s.Unsaved() || len(shell.Failed) != 0 {
		t.Errorf("%d wait, the page has %q, failed %v", waits(), s.edits["bank.iban"].Text(), shell.Failed)
	}
}

// TestTheHiddenBankLooksHidden and is still there after the rest was saved.
func TestTheHiddenBankLooksHidden(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx])
	p := company.Default()
	p.Name, p.Bank.IBAN, p.Bank.BIC = "Durand", "FR7630006000011234567890189", "AGRIFRPPXXX"
	if _, err := company.Save.Call(w.Ctx(), w.As("owner"), p); err != nil {
		t.Fatal(err)
	}
	e, sh := uitest.New(t, w.As("blind"), auth.Owner)
	delete(e.Me.May, string(auth.Bank.Right()))
	s := Routes()["settings"](e, page.Route{}).(*settings)
	for _, key := range []string{"bank.iban", "bank.bic"} {
		edit := s.edits[key]
		edit.TypedRune('x')
		if edit.Text() != "" || edit.Placeholder != "•••" {
			t.Errorf("%s: %q over %q", key, edit.Text(), edit.Placeholder)
		}
	}
	s.edits["city"].SetText("Nantes")
	s.store()
	now, err := company.Get.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil || now.City != "Nantes" || now.Bank != p.Bank {
		t.Errorf("%+v, %v, %v", now.Bank, err, sh.Failed)
	}
}

// TestSettingsThatAreOnlyReadTakeNothing: neither text nor choice, of who may only read and through somebody's eyes.
func TestSettingsThatAreOnlyReadTakeNothing(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx])
	for _, role := range []auth.Role{auth.Accountant, auth.Owner} {
		e, sh := uitest.New(t, w.As(string(role)), role)
		if role == auth.Owner {
			e.Me.Viewer, sh.Offline = "Claire", true
		} else {
			delete(e.Me.May, string(auth.CompanyWrite))
		}
		s := Routes()["settings"](e, page.Route{}).(*settings)
		for key, edit := range s.edits {
			if !edit.ReadOnly {
				t.Errorf("%s: %s can be typed in", role, key)
			}
		}
		for key, off := range map[string]bool{
			"legal_form": s.form.Disabled(), "territory": s.place.Disabled(), "month end": s.month.Disabled(),
		} {
			if !off {
				t.Errorf("%s: %s can be chosen", role, key)
			}
		}
	}
}

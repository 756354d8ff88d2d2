package incident

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// shown is the page of somebody.
type shown struct {
	*incidentPage
	*uitest.Shell
	t *testing.T
}

func office(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, company.Bind, party.Bind)
	incident.Bind(w.Registry, func() {})
	w.Update(func(tx *store.Tx) error {
		p := company.Default()
		p.Name, p.SIREN = "Menuiserie Durand", "732829320"
		for _, code := range []string{"C1", "C2", "C3"} {
			if _, err := tx.SaveCustomer(party.Customer{Code: code, Kind: party.Company, Name: code, Owner: 3}); err != nil {
				return err
			}
		}
		return tx.SetSetting("company", p)
	})
	return w
}

func open(t *testing.T, w *storetest.World, who string, role auth.Role) shown {
	t.Helper()
	e, sh := uitest.New(t, w.As(who), role)
	p := newPage(e).(*incidentPage)
	sh.Show(p.Object())
	return shown{p, sh, t}
}

// press taps a button of the page, and tells whether there is one.
func (s shown) press(text string) bool {
	s.t.Helper()
	var found *kit.Button
	uitest.Walk(s.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		return false
	}
	found.Tapped(nil)
	return true
}

const (
	begin = "Tout arrêter maintenant"
	end   = "Mettre fin à l’incident"
)

// TestAnOwnerBeginsAndEndsItHere, others are told whom to tell.
func TestAnOwnerBeginsAndEndsItHere(t *testing.T) {
	w := office(t)
	on := func() bool {
		st, err := incident.Get.Call(w.Ctx(), w.As("reader"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return st.On
	}
	if s := open(t, w, "sales", auth.Sales); s.press(begin) {
		t.Error("a commercial is offered to stop the office")
	}
	s := open(t, w, "owner", auth.Owner)
	s.Yes = false
	if !s.press(begin) || on() {
		t.Fatal("no button, or no question")
	}
	s.Yes = true
	if s.press(begin); !on() || !slices.Contains(s.Kinds, "incident") || len(s.Failed) > 0 {
		t.Fatalf("on: %t, told: %v, failed: %v", on(), s.Kinds, s.Failed)
	}
	if s.press(begin) || open(t, w, "sales", auth.Sales).press(end) {
		t.Error("it can be begun twice, or be ended by anybody")
	}
	if !s.press(end) || on() {
		t.Errorf("it does not end: %v", s.Failed)
	}
}

// TestTheTextForTheCNILHasWhatTheBookKnows, and what somebody wrote into it stays.
func TestTheTextForTheCNILHasWhatTheBookKnows(t *testing.T) {
	w := office(t)
	s := open(t, w, "owner", auth.Owner)
	s.press(begin)
	text := s.draft.Text()
	for _, part := range []string{"Menuiserie Durand, SIREN 732829320", "Claire Durand", "environ 3 fiches", "le 21/11/2026"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
	s.draft.FocusGained()
	s.draft.TypedRune('X')
	if s.Refresh(); !strings.Contains(s.draft.Text(), "X") {
		t.Error("what was written is lost")
	}
	s.press("Copier le texte")
	if got := fyne.CurrentApp().Clipboard().Content(); got != s.draft.Text() {
		t.Errorf("copied is %.40q", got)
	}
	w.Update(func(tx *store.Tx) error { return tx.SetSetting("company", company.Default()) })
	if !strings.Contains(open(t, w, "owner", auth.Owner).draft.Text(), "SIREN [à compléter]") {
		t.Error("what the book does not know is not to be completed")
	}
}

// TestEachStepLeadsToWhereItIsDone, for those who may go there.
func TestEachStepLeadsToWhereItIsDone(t *testing.T) {
	w := office(t)
	s := open(t, w, "owner", auth.Owner)
	for _, st := range steps {
		if st.to != "" && !s.press(s.env.T("incident.go."+st.to)) {
			t.Errorf("no way to %s", st.to)
		}
	}
	want := []page.Route{{Name: "people"}, {Name: "people"}, {Name: "account"}, {Name: "backups"}, {Name: "journal"}, {Name: "security"}, {Name: "plan"}}
	if !slices.Equal(s.Opened, want) {
		t.Errorf("it leads to %v", s.Opened)
	}
	if open(t, w, "sales", auth.Sales).press("Sécurité du dossier") {
		t.Error("a commercial is sent to the keys")
	}
}

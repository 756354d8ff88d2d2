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
		if st.to != "" && !s.press(s.env.T("incident.go."+st.to+st.arg)) {
			t.Errorf("no way to %s", st.to)
		}
	}
	want := []page.Route{{Name: "people"}, {Name: "people", Arg: "pcs"}, {Name: "account"}, {Name: "backups"}, {Name: "journal"}, {Name: "security"}, {Name: "plan"}}
	if !slices.Equal(s.Opened, want) {
		t.Errorf("it leads to %v", s.Opened)
	}
	if open(t, w, "sales", auth.Sales).press("Sécurité du dossier") {
		t.Error("a commercial is sent to the keys")
	}
}

// texts are all that can be read, in the page and over it.
func (s shown) texts() string {
	var out []string
	read := func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			out = append(out, x.Text())
		case *kit.Banner:
			out = append(out, x.Text())
		}
	}
	uitest.Walk(s.Object(), read)
	if o := s.over(); o != nil {
		uitest.Walk(o, read)
	}
	return strings.ReplaceAll(strings.Join(out, "\n"), "\u00a0", " ")
}

// over is the window over the page, if there is one.
func (s shown) over() fyne.CanvasObject { return s.env.Window.Canvas().Overlays().Top() }

// TestTheCNILIsAskedAboutUntilSomebodyAnswers, after the end of the incident as well, and the answer stays readable.
func TestTheCNILIsAskedAboutUntilSomebodyAnswers(t *testing.T) {
	const asks = "CNIL : à décider avant le 24/11/2026"
	w := office(t)
	s := open(t, w, "owner", auth.Owner)
	says := func(part string) bool { return strings.Contains(s.texts(), part) }
	if says("CNIL : à décider") {
		t.Error("it asks without an incident")
	}
	s.press(begin)
	if !says(asks) {
		t.Errorf("it does not ask during the incident: %q", s.texts())
	}
	s.press(end)
	if s = open(t, w, "owner", auth.Owner); !says(asks) || !strings.Contains(s.draft.Text(), "le 21/11/2026") {
		t.Errorf("after the end: %q, %.200q", s.texts(), s.draft.Text())
	}
	s.press("Ce n’est pas nécessaire")
	uitest.Press(t, s.over(), "Enregistrer")
	var why *kit.Field
	uitest.Walk(s.over(), func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok {
			why = f
		}
	})
	if why == nil || !strings.Contains(why.Refusal(), "Dites pourquoi la CNIL") {
		t.Fatalf("no reason is asked for: %+v", why)
	}
	why.Control().(*kit.TextArea).SetText("tout était chiffré")
	uitest.Press(t, s.over(), "Enregistrer")
	if says("CNIL : à décider") || len(s.Failed) > 0 {
		t.Errorf("it still asks: %q, %v", s.texts(), s.Failed)
	}
	if !s.press("Incidents passés") || !says("Constaté le 21/11/2026") || !says("tout était chiffré") {
		t.Errorf("past incidents: %q", s.texts())
	}
	if open(t, w, "sales", auth.Sales).press("Incidents passés") {
		t.Error("a commercial sees past incidents")
	}
}

package journal

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/attempt"
	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/history"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

type screen struct {
	*storetest.World
	*journal
	sh *uitest.Shell
}

// shown is the page of an owner over a book with 250 events of a day each, the third of the till.
func shown(t *testing.T) *screen {
	t.Helper()
	w := storetest.NewWorld(t, history.Bind[*store.Tx])
	verify.Bind(w.Registry, verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
	}))
	witness.Bind(w.Registry, func() map[string]witness.Heard {
		return map[string]witness.Heard{"c0ffee": {Event: 5, At: storetest.Noon}}
	}, func() {})
	w.Update(func(tx *store.Tx) error {
		for _, name := range []string{"Claire", "Luc"} {
			u := user.User{Login: name, Name: name, Role: auth.Owner, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		if err := device.Enrol(tx, "c0ffee", "Caisse", 1); err != nil {
			return err
		}
		return setup.SaveIdentity(tx, setup.Identity{BookID: "one", Root: []byte("a root")})
	})
	for i := range 249 {
		w.Update(func(tx *store.Tx) error {
			e := audit.Event{Actor: 1, ActorName: "Claire", Op: "quote.send", SubjectKind: "quote", SubjectID: 9}
			if i == 1 {
				e = audit.Event{Actor: 2, ActorName: "Luc", Device: "c0ffee", Op: "customer.save"}
			}
			_, err := tx.AppendEvent(e)
			return err
		})
		w.Clock.Add(time.Hour)
	}
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	kit.After = func(_ time.Duration, do func()) func() bool { do(); return func() bool { return false } }
	p := Routes()["journal"](e, page.Route{}).(*journal)
	sh.Show(p.Object())
	return &screen{w, p, sh}
}

// says tells whether a text can be seen on the page.
func (s *screen) says(part string) (found bool) {
	uitest.Walk(s.object, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Label:
			found = found || strings.Contains(x.Text(), part)
		case *kit.Banner:
			found = found || strings.Contains(x.Text(), part)
		}
	})
	return found
}

// button is the one with a text, nil when none can be seen.
func (s *screen) button(text string) (b *kit.Button) {
	uitest.Walk(s.object, func(o fyne.CanvasObject) {
		if x, ok := o.(*kit.Button); ok && x.Text() == text {
			b = x
		}
	})
	return b
}

func TestWhatIsFarInThePastIsFound(t *testing.T) {
	s := shown(t)
	if len(s.rows) != stepRows || !s.says("250 événements") {
		t.Fatalf("%d rows", len(s.rows))
	}
	if got := s.cell(0, 5).Text; got != "Poste principal" {
		t.Errorf("where: %q", got)
	}
	s.person.OnChanged("2")
	if len(s.rows) != 1 || s.rows[0].ID != 3 || s.cell(0, 5).Text != "Caisse" || !s.says("1 événement trouvé") {
		t.Errorf("Luc's: %d rows", len(s.rows))
	}
	s.pc.OnChanged(history.MainPC)
	if len(s.rows) != 0 {
		t.Errorf("Luc's at the main PC: %d rows", len(s.rows))
	}
	s.person.OnChanged("")
	s.pc.OnChanged("c0ffee")
	if len(s.rows) != 2 {
		t.Errorf("the till's: %d rows", len(s.rows))
	}
	s.pc.OnChanged("")
	s.to.OnChanged(civil.Of(storetest.Noon.Local()))
	if len(s.rows) == 0 || len(s.rows) > 40 {
		t.Errorf("of the first day: %d rows", len(s.rows))
	}
	if len(s.sh.Failed) != 0 {
		t.Error(s.sh.Failed)
	}
}

func TestTheJournalIsTakenAway(t *testing.T) {
	s := shown(t)
	s.button("Exporter").Tapped(nil)
	for name, file := range s.sh.Files {
		c, err := history.Check(strings.NewReader(string(file)))
		if err != nil || c.Events != 251 || !strings.HasSuffix(name, ".csv") {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if len(s.sh.Files) != 1 {
		t.Errorf("%d files, %v", len(s.sh.Files), s.sh.Failed)
	}
}

// TestThePageSaysWhatProvesIt: when the chain was followed, who keeps how far it went, and what an owner must
// answer.
func TestThePageSaysWhatProvesIt(t *testing.T) {
	s := shown(t)
	if !s.says("n’a pas encore été vérifié") || s.says("plus ancien") || s.button("Garder ce dossier") != nil {
		t.Error("a book that was never checked, and that nobody saw further")
	}
	local := op.Local[*store.Tx]{Registry: s.Registry}
	if _, err := verify.Book.Call(op.AsSystem(t.Context()), local, op.Empty{}); err != nil {
		t.Fatal(err)
	}
	s.Refresh()
	if !s.says("tous intacts") {
		t.Error("a good check is not said")
	}
	if len(s.proof.status.Witnesses) != 1 || s.proof.status.Witnesses[0].Name != "Caisse" {
		t.Errorf("%+v", s.proof.status)
	}
	s.Update(func(tx *store.Tx) error {
		a := witness.Alert{From: witness.FromPC, Device: "c0ffee", Name: "Caisse", Seen: 900, Hash: "0f"}
		if _, err := witness.Raise(tx, a); err != nil {
			return err
		}
		_, err := tx.AppendEvent(audit.Event{Op: "book.older"})
		return err
	})
	s.Refresh()
	if !s.says("l’avait vu jusqu’à l’événement 900") {
		t.Error("the alert is not said")
	}
	s.button("Garder ce dossier").Tapped(nil)
	if s.says("900") || len(s.sh.Asked) != 1 || len(s.sh.Toasts) != 1 || len(s.sh.Failed) != 0 {
		t.Errorf("asked %v, %v", s.sh.Asked, s.sh.Failed)
	}
}

// TestWhatWasRefusedIsNamed by the right that somebody lacks, or by what they tried where no right is in question.
func TestWhatWasRefusedIsNamed(t *testing.T) {
	e, _ := uitest.New(t, storetest.NewWorld(t).As("owner"), auth.Owner)
	for want, f := range map[string]attempt.Facts{
		"Exporter des clients":                                  {Op: "customer.export", Needs: auth.CustomerExport, Times: 1},
		"Exporter des clients : 100 fois en une heure":          {Op: "customer.export", Needs: auth.CustomerExport, Times: 100},
		"Demande décidée":                                       {Op: "approval.decide", Needs: auth.Anyone, Times: 1},
		"Beaucoup d’actions différentes : 10 fois en une heure": {Times: 10},
	} {
		got := strings.ReplaceAll(subject(e, history.Event{Op: attempt.Event, Tried: &f}), "\u00a0", " ")
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestARowLeadsToWhatItIsAbout: to the record where it is still there and the person may read it, else to all that the
// journal knows of the event.
func TestARowLeadsToWhatItIsAbout(t *testing.T) {
	s := shown(t)
	var customer int64
	s.Update(func(tx *store.Tx) error {
		id, err := tx.SaveCustomer(party.Customer{Kind: party.Company, Name: "Boulangerie du Bourg", Code: "C000001"})
		customer = int64(id)
		for _, e := range []audit.Event{
			{Op: "customer.save", SubjectKind: "customer", SubjectID: customer},
			{Op: "user.save", SubjectKind: "user", SubjectID: 2},
			{Op: "device.rename", SubjectKind: "device", SubjectID: 1},
			{Op: "backup.loss"},
			{Op: "document.delete_draft", SubjectKind: "quote", SubjectID: 999},
			{Op: "session.login"},
		} {
			if err == nil {
				_, err = tx.AppendEvent(e)
			}
		}
		return err
	})
	s.Refresh()
	want := []page.Route{
		{},
		{}, // nowhere: a log-in, and a draft that is gone
		{Name: "backups"},
		{Name: "people", ID: 1, Arg: "pcs"},
		{Name: "people", ID: 2},
		{Name: "customer", ID: customer},
	}
	for row, to := range want {
		s.sh.Opened = nil
		s.grid.OnOpen(row)
		top := s.sh.Window.Canvas().Overlays().Top()
		if len(s.sh.Opened) != 0 || !reads(top, s.rows[row].Hash) {
			t.Fatalf("%s opens %v, and tells no more", s.rows[row].Op, s.sh.Opened)
		}
		if to.Name == "" {
			uitest.Press(t, top, "Fermer")
			continue
		}
		uitest.Press(t, top, "Ouvrir")
		if len(s.sh.Opened) != 1 || s.sh.Opened[0] != to || s.sh.Window.Canvas().Overlays().Top() != nil {
			t.Errorf("%s opens %v, want %v", s.rows[row].Op, s.sh.Opened, to)
		}
	}
	s.env.Me = uitest.Me(auth.Reader)
	for row := range want {
		if to, ok := target(s.env, s.rows[row]); ok && to.Name == "people" {
			t.Errorf("a reader is led to %v", to)
		}
	}
}

// TestAnEventTellsWhatWasDone: how much left in a file and which rows, what was answered, what a role may do since then.
func TestAnEventTellsWhatWasDone(t *testing.T) {
	s := shown(t)
	s.Update(func(tx *store.Tx) (err error) {
		for _, e := range []audit.Event{
			{Op: "customer.export", Payload: `{"filter":"Cayenne","rows":1707}`},
			{Op: "sentry.decide", SubjectKind: "user", SubjectID: 2, Payload: `{"approve":false,"op":"customer.export","rows":2001,"self":false}`},
			{Op: "approval.decide", SubjectKind: "approval", SubjectID: 9, Payload: `{"op":"role.save","state":"approved"}`},
			{Op: "role.save", SubjectKind: "role", SubjectID: 13, Payload: `{"customer.export":"all","customer.read":"team"}`},
			{Op: "role.save", SubjectKind: "role", SubjectID: 13, Payload: `{"customer.export":7}`}, // of a shape to come
			{Op: "role.delete", SubjectKind: "role", SubjectID: 13, Payload: `{"now":{"code":"Vendeur"}}`},
			{Op: "user.save", SubjectKind: "user", SubjectID: 99, Payload: `{"role":"sales","disabled":false}`},
			{Op: "password.recover", SubjectKind: "user", SubjectID: 99, Payload: `{"how":"asked"}`},
		} {
			if err == nil {
				_, err = tx.AppendEvent(e)
			}
		}
		return err
	})
	s.Refresh()
	for row, want := range [][]string{
		{"Nouveau mot de passe demandé par la feuille de secours, sans le téléphone : il faut attendre un jour"},
		{"Utilisateur n° 99, rôle « Commercial »"},
		{"Rôle Vendeur"},
		{"Rôle enregistré"},
		{"Voir les clients : Son équipe\nExporter des clients : Tous"},
		{"Rôle enregistré", "Acceptée"},
		{"Clients exportés", "Refusée", "2 001"},
		{"1 707", "Cayenne"},
	} {
		if row == 6 && s.cell(row, 3).Text != "Réponse à une demande d’export : refusée" {
			t.Errorf("in the list: %q", s.cell(row, 3).Text)
		}
		s.grid.OnOpen(row)
		top := s.sh.Window.Canvas().Overlays().Top()
		for _, text := range want {
			if !reads(top, text) {
				t.Errorf("%s does not say %q", s.rows[row].Op, text)
			}
		}
		uitest.Press(t, top, "Fermer")
	}
}

// reads tells whether a text can be seen in an object.
func reads(o fyne.CanvasObject, text string) (found bool) {
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if l, ok := o.(*kit.Label); ok && strings.ReplaceAll(strings.ReplaceAll(l.Text(), "\u202f", " "), "\u00a0", " ") == text {
			found = true
		}
	})
	return found
}

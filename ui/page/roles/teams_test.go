package roles

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// showTeams is the page over a book of Claire, Marc, Lucie, and Paul who is out.
func showTeams(t *testing.T) (*teams, *storetest.World, *uitest.Shell) {
	t.Helper()
	w := storetest.NewWorld(t, role.Bind[*store.Tx])
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{}, nil, w.Store))
	w.Update(func(tx *store.Tx) error {
		for _, u := range []user.User{
			{Login: "claire", Name: "Claire", Role: auth.Owner},
			{Login: "marc", Name: "Marc", Role: auth.Sales},
			{Login: "lucie", Name: "Lucie", Role: auth.Sales},
			{Login: "paul", Name: "Paul", Role: auth.Sales},
		} {
			u.CreatedAt = tx.Now()
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := Routes()["teams"](e, page.Route{Name: "teams"}).(*teams)
	sh.Show(p.Object())
	return p, w, sh
}

// tick is the box of a person on the page.
func (p *teams) tick(t *testing.T, part string) {
	t.Helper()
	for _, b := range p.boxes() {
		if strings.ReplaceAll(b.AccessibilityLabel(), "\u00a0", " ") == part {
			b.Tapped(nil)
			return
		}
	}
	t.Fatalf("no box %q", part)
}

func (p *teams) boxes() (all []*kit.Check) {
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Check); ok {
			all = append(all, c)
		}
	})
	return all
}

func (p *teams) press(t *testing.T, text string) {
	t.Helper()
	var found *kit.Button
	uitest.Walk(p.object, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text() == text {
			found = b
		}
	})
	if found == nil {
		t.Fatal("no button", text)
	}
	found.Tapped(nil)
}

// TestATeamIsMadeChangedAndTakenApart: what is ticked is who is in it, and who was in another one leaves it.
func TestATeamIsMadeChangedAndTakenApart(t *testing.T) {
	p, w, sh := showTeams(t)
	in := func() map[string][]auth.UserID {
		all, err := role.List.Call(w.Ctx(), w.As("owner"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string][]auth.UserID{}
		for _, team := range all.Teams {
			out[team.Name] = team.Members
		}
		return out
	}
	p.press(t, "Nouvelle équipe")
	p.press(t, "Enregistrer")
	if p.field.Refusal() == "" || len(in()) != 0 {
		t.Error("a team without a name")
	}
	p.name.SetText("Comptoir")
	p.name.OnChanged("Comptoir")
	p.tick(t, "Marc – Commercial")
	p.tick(t, "Paul – Commercial")
	if !p.Unsaved() {
		t.Error("nothing to save")
	}
	p.press(t, "Enregistrer")
	if got := in()["Comptoir"]; !slices.Equal(got, []auth.UserID{2, 4}) || p.Unsaved() || len(p.teams) != 1 {
		t.Fatalf("saved %v, %v", got, sh.Failed)
	}
	w.Update(func(tx *store.Tx) error {
		u, err := tx.User(4)
		if err != nil {
			return err
		}
		u.Disabled = true
		_, err = tx.SaveUser(u)
		return err
	})
	p.Refresh()
	p.tick(t, "Lucie – Commercial")
	p.press(t, "Enregistrer")
	if got := in()["Comptoir"]; !slices.Equal(got, []auth.UserID{2, 3, 4}) {
		t.Errorf("who has no box any more is out: %v, %v", got, sh.Failed)
	}
	p.press(t, "Nouvelle équipe")
	p.name.SetText("Atelier")
	p.tick(t, "Marc – Commercial (dans « Comptoir », qu’il quittera)")
	sh.Yes = false
	p.grid.Select(0)
	if p.was.ID != 0 || !p.Unsaved() {
		t.Error("what was ticked is lost by a look at another team")
	}
	p.press(t, "Enregistrer")
	if got := in(); !slices.Equal(got["Atelier"], []auth.UserID{2}) || !slices.Equal(got["Comptoir"], []auth.UserID{3, 4}) {
		t.Errorf("%v, %v", got, sh.Failed)
	}
	sh.Yes = true
	p.press(t, "Supprimer")
	if got := in(); len(got) != 1 || got["Atelier"] != nil || len(p.teams) != 1 || p.was.Name != "Comptoir" {
		t.Errorf("%v, open %q, %v", got, p.was.Name, sh.Failed)
	}
}

// TestThroughSomebodysEyesATeamIsOnlyRead: nobody is ticked in or out.
func TestThroughSomebodysEyesATeamIsOnlyRead(t *testing.T) {
	p, _, sh := showTeams(t)
	p.env.Me.Viewer, sh.Offline = "Claire", true
	p.show(role.Team{})
	all := p.boxes()
	for _, b := range all {
		if !b.Disabled() {
			t.Errorf("%s can be ticked", b.AccessibilityLabel())
		}
	}
	if len(all) == 0 || !p.name.ReadOnly {
		t.Errorf("%d people, the name is read only: %v", len(all), p.name.ReadOnly)
	}
}

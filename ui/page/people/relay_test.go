package people_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/op"
	"zafe/app/relay"
	"zafe/app/role"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/people"
	"zafe/ui/uitest"
)

// alone is a main PC whose relay has everything.
type alone struct{ asked time.Time }

func (a alone) Fed() relay.Fed                              { return relay.Fed{Asked: a.asked, Whole: true} }
func (alone) Seat() (string, string, error)                 { return "SRV", "aa", nil }
func (alone) Here(string) bool                              { return false }
func (alone) Forget()                                       {}
func (alone) Rival(context.Context) (r relay.Rival, _ bool) { return r, false }

// TestTheRelayIsNamedOnThePage: a PC of the list is named after a question, is marked and says what it has, and is
// let go again.
func TestTheRelayIsNamedOnThePage(t *testing.T) {
	w := storetest.NewWorld(t)
	user.Bind(w.Registry, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{}, nil, w.Store))
	role.Bind(w.Registry)
	device.Bind(w.Registry, nil)
	relay.Bind(w.Registry, alone{storetest.Noon})
	w.Update(func(tx *store.Tx) error { return device.Enrol(tx, "bb", "Comptoir", 1) })
	e, sh := uitest.New(t, w.As("owner"), auth.Owner)
	p := people.Routes()["people"](e, page.Route{Name: "people"})
	sh.Show(p.Object())
	sh.Yes = true
	find[*kit.Tabs](t, p.Object()).SetKey("pcs")
	says := func(part string) bool {
		found := false
		uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
			l, ok := o.(*kit.Label)
			found = found || ok && strings.Contains(l.Text(), part)
		})
		return found
	}
	if !says("Aucun poste relais") {
		t.Error("it does not say that there is none")
	}
	d := dialog{t: t, w: w, sh: sh}
	find[*kit.Grid](t, p.Object()).OnOpen(0)
	d.press(d.object(), "Désigner comme relais")
	if !says("Comptoir a tout reçu") || len(sh.Asked) != 1 || len(sh.Failed) != 0 {
		t.Errorf("named: asked %v, failed %v", sh.Asked, sh.Failed)
	}
	for part, differ := range map[string]int{"sa copie différait": 1, "n’a pas encore été comparée": -1, "identique": 0} {
		w.Update(func(tx *store.Tx) error {
			if err := tx.SetSetting("relay.compared", nil); err != nil || differ < 0 {
				return err
			}
			return relay.Compared(tx, differ)
		})
		if p.Refresh(); !says(part) {
			t.Errorf("%d files that differ: it does not say %q", differ, part)
		}
	}
	find[*kit.Grid](t, p.Object()).OnOpen(slices.Index(names(t, w), "Comptoir"))
	d.press(d.object(), "Ne plus être le relais")
	if !says("Aucun poste relais") || len(sh.Failed) != 0 {
		t.Errorf("let go: failed %v", sh.Failed)
	}
}

// names are the PCs in the order of the list: the main PC itself is one of them once a relay was named.
func names(t *testing.T, w *storetest.World) (all []string) {
	t.Helper()
	list, err := device.List.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.Devices {
		all = append(all, d.Name)
	}
	return all
}

func find[T fyne.CanvasObject](t *testing.T, o fyne.CanvasObject) (found T) {
	t.Helper()
	ok := false
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if f, is := o.(T); is && !ok {
			found, ok = f, true
		}
	})
	if !ok {
		t.Fatalf("no %T", found)
	}
	return found
}

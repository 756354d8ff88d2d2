package shell_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/store/storetest"
)

const whatToDo = "Que faire\u00a0?"

func newOfficeDesk(t *testing.T, role auth.Role) (*desk, *storetest.World) {
	t.Helper()
	var world *storetest.World
	d := newDeskOver(t, role, nil, func(w *storetest.World) {
		incident.Bind(w.Registry, func() {})
		world = w
	})
	d.Start()
	return d, world
}

// TestAnIncidentIsSaidOverEveryPage, in windows of others too, until it is over.
func TestAnIncidentIsSaidOverEveryPage(t *testing.T) {
	d, w := newOfficeDesk(t, auth.Sales)
	if d.seconds(6); d.shows(whatToDo) {
		t.Fatal("there is no incident")
	}
	if d.key(fyne.KeyF12, fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift) {
		t.Error("a commercial stops the office")
	}
	if _, err := incident.Begin.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	if d.seconds(1); !d.shows(whatToDo) {
		t.Fatal("the others are not told")
	}
	find(d.window.Content(), whatToDo).Tapped(nil)
	if d.last().route.Name != "incident" {
		t.Errorf("it leads to %s", d.last().route.Name)
	}
	if _, err := incident.End.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	draft := d.made[0] // under the page of the incident
	draft.online = nil
	if d.seconds(1); d.shows(whatToDo) {
		t.Error("it is over")
	}
	if !slices.Equal(draft.online, []bool{true}) {
		t.Errorf("a page with something that could not be saved is told %v", draft.online)
	}
}

// TestOneKeyStopsTheOffice, after one question.
func TestOneKeyStopsTheOffice(t *testing.T) {
	d, w := newOfficeDesk(t, auth.Owner)
	on := func() bool {
		st, err := incident.Get.Call(w.Ctx(), w.As("reader"), op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return st.On
	}
	begin := func() { d.key(fyne.KeyF12, fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift) }
	if begin(); on() {
		t.Fatal("without a question")
	}
	d.press("Annuler")
	if on() {
		t.Fatal("against a no")
	}
	begin()
	d.press("Tout arrêter maintenant")
	if !on() || !d.shows(whatToDo) || d.last().route.Name != "incident" {
		t.Errorf("on: %t, said: %t, on page %s", on(), d.shows(whatToDo), d.last().route.Name)
	}
}

package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
)

// TestStill: whatever field there is, a form that is stilled takes nothing, in the tabs that are opened later too.
func TestStill(t *testing.T) {
	text, area, later := kit.NewLineEdit(""), kit.NewTextArea("", 2), kit.NewLineEdit("")
	check, toggle := kit.NewCheck("Coché", nil), kit.NewSwitch("Actif", "", nil)
	pick := kit.NewSelect(kit.Options("a", "A", "b", "B"), nil)
	way := kit.NewSegmented(kit.Options("a", "A", "b", "B"), nil)
	tabs := kit.NewTabs(kit.Tab{Key: "one", Text: "Un", Make: func() fyne.CanvasObject { return area }},
		kit.Tab{Key: "two", Text: "Deux", Make: func() fyne.CanvasObject { return later }})
	k := one(t, kit.NewCard("", kit.VBox(8, kit.NewField("Nom", text), check, toggle, pick, way, kit.Fixed(0, 200, tabs))))
	kit.Still(k.win.Content())
	tabs.SetKey("two")
	for name, e := range map[string]*kit.LineEdit{"text": text, "area": &area.LineEdit, "later": later} {
		test.Type(e, "x")
		if e.Text() != "" {
			t.Errorf("%s took %q", name, e.Text())
		}
	}
	check.Tapped(nil)
	toggle.Tapped(nil)
	pick.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if check.On() || toggle.On() || pick.Key() != "" || !way.Disabled() {
		t.Errorf("check %v, switch %v, select %q, segments off %v", check.On(), toggle.On(), pick.Key(), way.Disabled())
	}
}

// TestClickBesideADialogKeepsItsKeys: Enter still runs the answer that had the keyboard.
func TestClickBesideADialogKeepsItsKeys(t *testing.T) {
	k := one(t, kit.Body(""))
	k.win.Resize(fyne.NewSize(800, 600))
	done := 0
	b := kit.NewButton("Bien lu", "", kit.Primary, func() { done++ })
	m := kit.NewModal("À savoir", 420, kit.Paragraph("Texte."), b)
	m.Show(k.win)
	m.Focus(b)
	c := k.win.Canvas()
	beside := c.Overlays().Top()
	beside.(desktop.Mouseable).MouseDown(&desktop.MouseEvent{})
	c.Unfocus() // as the window does for a click on what takes no keys
	beside.(fyne.Tappable).Tapped(&fyne.PointEvent{Position: fyne.NewPos(3, 3)})
	if c.Focused() != fyne.Focusable(b) {
		t.Fatal("the answer lost the keyboard")
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if done != 1 {
		t.Errorf("Enter ran the act %d times", done)
	}
}

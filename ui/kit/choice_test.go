package kit_test

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"zafe/app/civil"
	"zafe/ui/kit"
)

func openSelect(t *testing.T) (*kit.Select, keyboard, *[]string) {
	var told []string
	s := kit.NewSelect(
		kit.Options("0", "Comptant", "30", "30 jours", "45", "45 jours fin de mois", "e", "Échéancier"),
		func(key string) { told = append(told, key) })
	k := one(t, s)
	k.win.Canvas().Focus(s)
	return s, k, &told
}

func TestSelectKeys(t *testing.T) {
	s, k, told := openSelect(t)
	k.key(fyne.KeyDown)
	if s.Key() != "0" {
		t.Fatalf("Down from nothing chose %q", s.Key())
	}
	k.key(fyne.KeyDown, fyne.KeyDown, fyne.KeyUp)
	if s.Key() != "30" {
		t.Fatalf("arrows chose %q", s.Key())
	}
	k.text("ech")
	if s.Key() != "e" {
		t.Fatalf("typing without the accent chose %q", s.Key())
	}
	if len(*told) != 5 {
		t.Fatalf("told %q", *told)
	}
	s.SetKey("0")
	if len(*told) != 5 {
		t.Fatal("SetKey calls OnChanged")
	}
}

func TestSelectListTakesTheKeysAndGivesThemBack(t *testing.T) {
	s, k, _ := openSelect(t)
	k.text(" ")
	if k.win.Canvas().Overlays().Top() == nil {
		t.Fatal("Space does not open the list")
	}
	k.key(fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	if s.Key() != "45" || k.win.Canvas().Overlays().Top() != nil {
		t.Fatalf("chose %q, list open %v", s.Key(), k.win.Canvas().Overlays().Top() != nil)
	}
	if k.win.Canvas().Focused() != fyne.Focusable(s) {
		t.Fatal("the focus did not come back")
	}
	k.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyDown, Modifier: fyne.KeyModifierAlt})
	k.text("com")
	k.key(fyne.KeyEscape)
	if s.Key() != "45" || k.win.Canvas().Overlays().Top() != nil {
		t.Fatal("Esc does not leave the choice as it was")
	}
}

func openCombo(t *testing.T) (*kit.Combo, keyboard, *[]func([]kit.Option)) {
	var waiting []func([]kit.Option)
	c := kit.NewCombo("",
		func(text string, answer func([]kit.Option)) { waiting = append(waiting, answer) }, nil)
	k := one(t, c)
	c.Focus()
	return c, k, &waiting
}

var found = kit.Options("1", "Durand", "2", "Durieux")

func TestComboChoosesWhileTyping(t *testing.T) {
	c, k, waiting := openCombo(t)
	var chosen kit.Option
	c.OnChosen = func(o kit.Option) { chosen = o }
	k.text("du")
	(*waiting)[1](found)
	k.text("r") // goes on typing with the list open
	if c.Text() != "dur" {
		t.Fatalf("typed %q", c.Text())
	}
	(*waiting)[2](found)
	k.key(fyne.KeyDown, fyne.KeyReturn)
	if chosen.Key != "2" || c.Text() != "Durieux" || k.win.Canvas().Overlays().Top() != nil {
		t.Fatalf("chose %v, text %q", chosen, c.Text())
	}
}

func TestComboDropsLateAnswers(t *testing.T) {
	c, k, waiting := openCombo(t)
	k.text("du")
	(*waiting)[1](found[:1])
	(*waiting)[0](kit.Options("9", "Trop tard"))
	k.key(fyne.KeyReturn)
	if c.Chosen().Key != "1" {
		t.Fatalf("chose %v", c.Chosen())
	}
}

func TestComboLeavesNoHalfTypedText(t *testing.T) {
	c, k, waiting := openCombo(t)
	c.SetChosen(found[0])
	k.key(fyne.KeyEnd)
	k.text("x")
	(*waiting)[0](nil)
	k.key(fyne.KeyEscape)
	if c.Text() != "Durand" {
		t.Fatalf("Esc left %q", c.Text())
	}
	k.key(fyne.KeyEnd)
	k.text("x")
	k.win.Canvas().Unfocus()
	if c.Text() != "Durand" || c.Chosen().Key != "1" {
		t.Fatalf("leaving kept %q", c.Text())
	}
}

func TestComboTabTakesTheFirst(t *testing.T) {
	c, k, waiting := openCombo(t)
	k.text("d")
	(*waiting)[0](found)
	k.key(fyne.KeyTab)
	if c.Chosen().Key != "1" || k.win.Canvas().Overlays().Top() != nil {
		t.Fatalf("Tab chose %v", c.Chosen())
	}
}

// TestAFreeComboKeepsWhatIsTyped: it is its own key, and no proposal takes its place but the one of that name.
func TestAFreeComboKeepsWhatIsTyped(t *testing.T) {
	var next *kit.LineEdit // the field under it
	for typed, want := range map[string]kit.Option{
		"dur": {Key: "dur", Text: "dur"}, "durIEUX": {Key: "2", Text: "Durieux"}, "zut": {Key: "zut", Text: "zut"},
	} {
		for name, leave := range map[string]func(k keyboard){
			"Tab": func(k keyboard) { k.key(fyne.KeyTab) }, "a click": func(k keyboard) {
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(next)
				test.TapCanvas(k.win.Canvas(), at.AddXY(20, 10))
			},
		} {
			next = kit.NewLineEdit("")
			c := kit.NewCombo("", func(_ string, answer func([]kit.Option)) { answer(found) }, nil)
			c.Free = true
			k := one(t, kit.VBox(200, c, next))
			k.win.Canvas().Focus(c.Edit())
			var chosen kit.Option
			c.OnChosen = func(o kit.Option) { chosen = o }
			k.text(typed)
			leave(k)
			if k.win.Canvas().Focused() != fyne.Focusable(next) {
				t.Errorf("%s, then %s: the keyboard is at %v", typed, name, k.win.Canvas().Focused())
			}
			if chosen.Key != want.Key || c.Text() != want.Text || k.win.Canvas().Overlays().Top() != nil {
				t.Errorf("%s, then %s: %+v, shows %q", typed, name, chosen, c.Text())
			}
		}
	}
}

func openDate(t *testing.T) (*kit.DateField, keyboard) {
	d := kit.NewDateField(parseDate, frenchDate, today, nil)
	k := one(t, d)
	k.win.Canvas().Focus(d.Edit())
	return d, k
}

func TestDateFieldReadsWhatPeopleType(t *testing.T) {
	for text, want := range map[string]civil.Date{
		"5": civil.New(2026, 11, 5), "0312": civil.New(2026, 12, 3),
		"+30": civil.New(2026, 12, 21), "1/2/27": civil.New(2027, 2, 1),
	} {
		d, k := openDate(t)
		var told civil.Date
		d.OnChanged = func(x civil.Date) { told = x }
		k.text(text)
		k.win.Canvas().Unfocus()
		if d.Date() != want || told != want || d.Edit().Text() != frenchDate(want) {
			t.Errorf("%q: date %v, told %v, shows %q", text, d.Date(), told, d.Edit().Text())
		}
	}
}

func TestDateFieldArrows(t *testing.T) {
	d, k := openDate(t)
	k.key(fyne.KeyUp)
	if d.Date() != today() {
		t.Fatalf("first arrow gives %v", d.Date())
	}
	k.key(fyne.KeyUp, fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp)
	if d.Date() != civil.New(2026, 12, 22) {
		t.Fatalf("arrows give %v", d.Date())
	}
}

func TestDateFieldRefusal(t *testing.T) {
	d, k := openDate(t)
	d.SetDate(today())
	var said []error
	d.OnRefused = func(err error) { said = append(said, err) }
	k.shortcut(&fyne.ShortcutSelectAll{})
	k.text("3111x")
	k.key(fyne.KeyReturn)
	if len(said) != 1 || !errors.Is(said[0], civil.ErrSyntax) || d.Date() != today() ||
		d.Edit().Text() != "3111x" {
		t.Fatalf("said %v, date %v, text %q", said, d.Date(), d.Edit().Text())
	}
	k.key(fyne.KeyEscape)
	if d.Edit().Text() != frenchDate(today()) || said[len(said)-1] != nil {
		t.Fatalf("Esc shows %q, said %v", d.Edit().Text(), said)
	}
}

func TestDateFieldMonth(t *testing.T) {
	d, k := openDate(t)
	d.SetDate(today())
	k.key(fyne.KeyF4)
	if k.win.Canvas().Overlays().Top() == nil {
		t.Fatal("F4 opens no month")
	}
	k.key(fyne.KeyRight, fyne.KeyDown, fyne.KeyReturn)
	if d.Date() != civil.New(2026, 11, 29) {
		t.Fatalf("the month gave %v", d.Date())
	}
	if k.win.Canvas().Focused() != fyne.Focusable(d.Edit()) {
		t.Fatal("the focus did not come back to the field")
	}
}

func TestCodeInput(t *testing.T) {
	got := ""
	c := kit.NewCodeInput(func(code string) { got = code })
	k := one(t, c)
	k.win.Canvas().Focus(c)
	k.text("12a3")
	k.key(fyne.KeyBackspace)
	k.text("4567")
	if got != "124567" {
		t.Fatalf("code %q", got)
	}
	board := test.NewClipboard()
	board.SetContent("654 321")
	k.shortcut(&fyne.ShortcutPaste{Clipboard: board})
	if got != "654321" {
		t.Fatalf("pasted %q", got)
	}
}

func TestChoiceArrows(t *testing.T) {
	told := ""
	c := kit.NewChips(kit.Options("a", "Tous", "b", "Actifs", "c", "En retard"),
		func(key string) { told = key })
	k := one(t, c)
	k.win.Canvas().FocusNext()
	k.key(fyne.KeyRight, fyne.KeyRight, fyne.KeyRight, fyne.KeyLeft)
	if c.Key() != "b" || told != "b" {
		t.Fatalf("arrows chose %q, told %q", c.Key(), told)
	}
}

func TestSwitchAndCheckByKeyboard(t *testing.T) {
	on := false
	s := kit.NewSwitch("Relances", "", func(x bool) { on = x })
	c := kit.NewCheck("Copie", nil)
	k := one(t, kit.VBox(4, s, c))
	k.win.Canvas().FocusNext()
	k.key(fyne.KeySpace, fyne.KeyTab, fyne.KeySpace)
	if !on || !s.On() || !c.On() {
		t.Fatalf("switch %v, check %v", s.On(), c.On())
	}
}

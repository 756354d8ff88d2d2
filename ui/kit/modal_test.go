package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/ui/kit"
)

// long is an error that takes two lines in a dialog of 420.
const long = "Ce mot de passe est trop court : il faut au moins 15 caractères, et rien qui se devine."

// at is the place of an object in its window.
func at(o fyne.CanvasObject) (top, bottom float32) {
	y := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
	return y, y + o.Size().Height
}

// find is the first object that a test accepts, in the order of drawing.
func find(o fyne.CanvasObject, is func(fyne.CanvasObject) bool) fyne.CanvasObject {
	if is(o) {
		return o
	}
	for _, c := range parts(o) {
		if f := find(c, is); f != nil {
			return f
		}
	}
	return nil
}

// inView are the lines of a text that stand between the title and the buttons of the dialog on top.
func inView(win fyne.Window, text string) (seen, all int) {
	top := win.Canvas().Overlays().Top()
	body := find(top, func(o fyne.CanvasObject) bool { _, ok := o.(*kit.Scroll); return ok })
	from, to := at(body)
	label := find(top, func(o fyne.CanvasObject) bool {
		l, ok := o.(*kit.Label)
		return ok && l.Text() == text
	})
	if label == nil {
		return 0, 0
	}
	for _, o := range parts(label) {
		line := o.(*canvas.Text)
		y := fyne.CurrentApp().Driver().AbsolutePositionForObject(line).Y
		if y >= from-1 && y+line.MinSize().Height <= to+1 {
			seen++
		}
	}
	return seen, len(parts(label))
}

func TestADialogGrowsWithWhatIsWrong(t *testing.T) {
	k := one(t, kit.Body(""))
	k.win.Resize(fyne.NewSize(800, 600))
	first, second := kit.NewField("Nom", kit.NewLineEdit("")), kit.NewField("Clé", kit.NewPasswordField(""))
	m := kit.NewModal("Question", 420, kit.VBox(12, first, second), kit.NewButton("OK", "", kit.Primary, nil))
	m.Show(k.win)
	for text, lines := range map[string]int{"Indiquez la clé": 1, long: 2} {
		second.SetError(text)
		if seen, all := inView(k.win, text); seen != all || all != lines {
			t.Errorf("%d of %d lines of %q can be read, want %d", seen, all, text, lines)
		}
	}
	second.SetError(long)
	second.SetError("")
	if seen, all := inView(k.win, long); seen+all != 0 {
		t.Error("still told once it is right")
	}
}

func TestADialogAsHighAsTheWindowScrollsToWhatIsWrongFirst(t *testing.T) {
	k := one(t, kit.Body(""))
	k.win.Resize(fyne.NewSize(800, 400))
	var fields []*kit.Field
	body := kit.VBox(12)
	for range 20 {
		f := kit.NewField("Champ", kit.NewLineEdit(""))
		fields = append(fields, f)
		body.Add(f)
	}
	m := kit.NewModal("Question", 420, body, kit.NewButton("OK", "", kit.Primary, nil))
	m.Show(k.win)
	for _, i := range []int{17, 12} {
		fields[i].SetError(long)
	}
	if seen, all := inView(k.win, long); seen != all || all < 2 {
		t.Errorf("%d of %d lines of the first error can be read", seen, all)
	}
	for _, f := range fields {
		f.SetError("")
	}
	fields[0].SetError(long)
	if top, _ := at(fields[0]); top < 0 || top > 400 {
		t.Error("not scrolled back", top)
	}
	panel := find(k.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) bool {
		b, ok := o.(*kit.Button)
		return ok && b.Text() == "OK"
	})
	if _, bottom := at(panel); bottom > 400 {
		t.Error("the button is under the window's edge", bottom)
	}
}

// TestWhatIsCorrectedIsNoLongerWrong: whatever the control is.
func TestWhatIsCorrectedIsNoLongerWrong(t *testing.T) {
	line, code, area := kit.NewLineEdit(""), kit.NewCodeInput(nil), kit.NewTextArea("", 2)
	pass, choice := kit.NewPasswordField(""), kit.NewSelect(kit.Options("a", "A", "b", "B"), nil)
	inside := kit.NewLineEdit("")
	fields := map[string]*kit.Field{
		"line": kit.NewField("", line), "code": kit.NewField("", code), "area": kit.NewField("", area),
		"password": kit.NewField("", pass), "select": kit.NewField("", choice),
		"row": kit.NewField("", kit.HBox(4, inside)),
	}
	body := kit.VBox(4)
	for _, f := range fields {
		f.SetError("Faux")
		body.Add(f)
	}
	k := one(t, body)
	for _, focus := range []fyne.Focusable{line, code, area, pass.Edit(), inside} {
		k.win.Canvas().Focus(focus)
		focus.TypedRune('7')
	}
	k.win.Canvas().Focus(choice)
	choice.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	for name, f := range fields {
		if f.Refusal() != "" {
			t.Error(name, "is still wrong")
		}
	}
}

// TestTheButtonsOfADialogStayUnderThePointer: what is wrong has its room kept.
func TestTheButtonsOfADialogStayUnderThePointer(t *testing.T) {
	k := one(t, kit.Body(""))
	k.win.Resize(fyne.NewSize(800, 600))
	f, other := kit.NewField("Nom", kit.NewLineEdit("")), kit.NewField("Clé", kit.NewPasswordField(""))
	ok := kit.NewButton("OK", "", kit.Primary, nil)
	m := kit.NewModal("Question", 420, kit.VBox(12, f, other), ok)
	m.Show(k.win)
	before, _ := at(ok)
	first, _ := at(f)
	f.SetError("Indiquez le nom")
	other.SetError("Indiquez la clé")
	if now, _ := at(ok); now != before {
		t.Errorf("the button went from %v to %v", before, now)
	}
	other.SetError(long)
	if now, _ := at(f); now != first {
		t.Errorf("the first field went from %v to %v", first, now)
	}
}

// TestWhyAPasswordIsWeakIsReadWhole: over as many lines as it takes.
func TestWhyAPasswordIsWeakIsReadWhole(t *testing.T) {
	p := kit.NewPasswordField("")
	p.Strength = func(string) (int, string) { return 1, long }
	box := kit.VBox(4, p)
	one(t, box)
	box.Resize(fyne.NewSize(260, 200))
	p.SetText("azerty")
	box.Refresh()
	label := find(p, func(o fyne.CanvasObject) bool { l, ok := o.(*kit.Label); return ok && l.Text() == long })
	_, end := at(p)
	lines := parts(label)
	for _, o := range lines {
		if w := o.MinSize().Width; w > 261 {
			t.Errorf("%q is %v wide", o.(*canvas.Text).Text, w)
		}
	}
	if _, bottom := at(lines[len(lines)-1]); len(lines) < 2 || bottom > end+3 {
		t.Errorf("%d lines to %v in a field that ends at %v", len(lines), bottom, end)
	}
}

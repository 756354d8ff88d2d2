package sales_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"zafe/app/auth"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// walk calls fn for what is on screen, the top dialog only when there is one.
func (d *desk) walk(fn func(fyne.CanvasObject)) {
	root := d.env.Window.Content()
	if top := d.env.Window.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	uitest.Walk(root, fn)
}

// texts is all that can be read on screen.
func (d *desk) texts() string {
	var out []string
	d.walk(func(o fyne.CanvasObject) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" {
			out = append(out, t.Text)
		}
	})
	all := strings.Join(out, "\n")
	if strings.Contains(all, "!sales_ui") {
		d.t.Errorf("a text is in no catalogue:\n%s", all)
	}
	return all
}

// sees fails the test unless each text is on screen; a text that starts with "-" must not be.
func (d *desk) sees(want ...string) {
	d.t.Helper()
	all := strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(d.texts())
	for _, w := range want {
		no, absent := strings.CutPrefix(w, "-")
		if absent && strings.Contains(all, no) {
			d.t.Errorf("%q should not be on screen", no)
		}
		if !absent && !strings.Contains(all, w) {
			d.t.Errorf("%q is not on screen, which shows\n%s", w, all)
		}
	}
}

// all returns the objects of a type on screen, in reading order.
func all[T any](d *desk) []T {
	var out []T
	d.walk(func(o fyne.CanvasObject) {
		if x, ok := o.(T); ok {
			out = append(out, x)
		}
	})
	return out
}

// one returns the nth object of a type on screen.
func one[T any](d *desk, n int) T {
	d.t.Helper()
	found := all[T](d)
	if n >= len(found) {
		d.t.Fatalf("only %d objects of that type on screen", len(found))
	}
	return found[n]
}

// button returns the button that says so.
func (d *desk) button(text string) *kit.Button {
	d.t.Helper()
	for _, b := range all[*kit.Button](d) {
		if strings.ReplaceAll(b.Text(), "’", "'") == text {
			return b
		}
	}
	d.t.Fatalf("no button %q on screen, which shows\n%s", text, d.texts())
	return nil
}

// click presses a button.
func (d *desk) click(text string) {
	d.t.Helper()
	b := d.button(text)
	if b.Disabled() {
		d.t.Fatalf("button %q is off", text)
	}
	b.Tapped(nil)
}

// hasButton tells whether there is such a button.
func (d *desk) hasButton(text string) bool {
	for _, b := range all[*kit.Button](d) {
		if b.Text() == text {
			return true
		}
	}
	return false
}

// field returns the control of a label.
func field[T fyne.CanvasObject](d *desk, label string) T {
	d.t.Helper()
	for _, f := range all[*kit.Field](d) {
		texts := test.WidgetRenderer(f).Objects()
		t, _ := texts[0].(*canvas.Text)
		c, ok := f.Control().(T)
		if ok && t != nil && strings.ReplaceAll(t.Text, "’", "'") == label {
			return c
		}
	}
	d.t.Fatalf("no such field %q", label)
	panic("unreachable")
}

// write types a text into what has the focus.
func (d *desk) write(text string) {
	d.t.Helper()
	for _, r := range text {
		d.env.Window.Canvas().Focused().TypedRune(r)
	}
}

// press presses keys in what has the focus.
func (d *desk) press(keys ...fyne.KeyName) {
	d.t.Helper()
	for _, k := range keys {
		d.env.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
	}
}

// fine fails the test when something was refused meanwhile.
func (d *desk) fine() {
	d.t.Helper()
	for _, err := range d.shell.Failed {
		d.t.Errorf("refused: %v", err)
	}
}

func eq[V comparable](t testing.TB, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestWhatIsHiddenIsNotNothing: to whom it is not shown, nobody owes nothing.
func TestWhatIsHiddenIsNotNothing(t *testing.T) {
	d := open(t, auth.Owner)
	sold := d.sold(2)
	d.pay(sold.Document, day(11, 20), sold.Document.Gross/2, sold.Document.Gross/4)
	owed := map[string][]string{"invoices": {"À encaisser", "180,00 €"}, "payments": {"À affecter", "60,00 €"}}
	for name, shown := range owed {
		d.show(page.Route{Name: name})
		d.sees(append(shown, "-•••")...)
	}
	delete(d.env.Me.May, string(auth.FieldBalance))
	for name, hidden := range owed {
		d.show(page.Route{Name: name})
		d.sees("•••", "-"+hidden[0], "-"+hidden[1])
	}
}

// TestNoPaymentIsAskedOfWhoDoesNotSeeWhatIsOwed: the list of what a payment settles would be refused.
func TestNoPaymentIsAskedOfWhoDoesNotSeeWhatIsOwed(t *testing.T) {
	d := open(t, auth.Owner)
	delete(d.env.Me.May, string(auth.FieldBalance))
	p := d.show(page.Route{Name: "payments"})
	b := d.button("Enregistrer un règlement")
	if !b.Disabled() || !strings.Contains(b.Why(), "que votre rôle ne montre pas") {
		t.Errorf("off %v, because %q", b.Disabled(), b.Why())
	}
	for _, c := range p.(page.Keyed).Commands() {
		if c.Key == fyne.KeyN {
			t.Error("the keyboard asks for one")
		}
	}
}

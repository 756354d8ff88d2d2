package kit

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// TestAShieldTakesTheClicksOfAMoment and gives the keys back, then lets everything through.
func TestAShieldTakesTheClicksOfAMoment(t *testing.T) {
	var over []func()
	was := After
	After = func(d time.Duration, fn func()) func() bool {
		if d == shieldFor {
			over = append(over, fn)
		}
		return func() bool { return true }
	}
	t.Cleanup(func() { After = was })
	pressed := 0
	button, field, s := NewButton("Valider", "", Primary, func() { pressed++ }), NewLineEdit(""), NewShield()
	w := test.NewTempWindow(t, container.NewStack(VBox(0, button, field), s))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(200, 100))
	tap := func() { test.TapCanvas(w.Canvas(), fyne.NewPos(20, 10)) }
	tap()
	if pressed != 1 {
		t.Fatalf("pressed %d times before", pressed)
	}
	w.Canvas().Focus(field)
	s.Hold()
	s.Hold()
	w.Canvas().Unfocus() // as the window does when the button goes down
	tap()
	over[0]() // of the first, the second goes on
	tap()
	if pressed != 1 || w.Canvas().Focused() != fyne.Focusable(field) {
		t.Errorf("pressed %d times, the keys go to %v", pressed, w.Canvas().Focused())
	}
	over[1]()
	tap()
	if pressed != 2 {
		t.Errorf("pressed %d times afterwards", pressed)
	}
}

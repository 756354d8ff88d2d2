package start

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// TestAFormStaysWhereItStands when a line comes below, as long as it fits.
func TestAFormStaysWhereItStands(t *testing.T) {
	theme.Apply(test.NewTempApp(t), theme.Light)
	m, room := &middle{width: 300}, fyne.NewSize(700, 600)
	at := func(height float32, size fyne.Size) float32 {
		o := kit.Gap(10, height)
		m.Layout([]fyne.CanvasObject{o}, size)
		return o.Position().Y
	}
	first := at(300, room)
	if got := at(345, room); got != first {
		t.Errorf("it went from %v to %v", first, got)
	}
	if got := at(560, room); got+560 > 600 || got < 8 {
		t.Errorf("what no longer fits stands at %v", got)
	}
	if got := at(300, fyne.NewSize(700, 900)); got <= first {
		t.Errorf("in a higher window it stays at %v", got)
	}
}

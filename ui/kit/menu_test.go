package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/theme"
)

// TestAMenuShowsEveryActWhereTheWindowHasRoom: the last one, which is often the way out, is not below the fold.
func TestAMenuShowsEveryActWhereTheWindowHasRoom(t *testing.T) {
	theme.Apply(test.NewTempApp(t), theme.Light)
	for height, all := range map[float32]bool{720: true, 300: false} {
		anchor := NewButton("…", "", Secondary, nil)
		host := NewHost(VBox(0, anchor))
		w := test.NewTempWindow(t, host)
		host.Attach(w)
		w.Resize(fyne.NewSize(1280, height))
		var options []Option
		for i := range 11 {
			options = append(options, Option{Key: fmt.Sprint(i), Text: fmt.Sprint("Acte ", i)})
		}
		ShowMenu(anchor, options, func(Option) {})
		l, ok := w.Canvas().Overlays().Top().(*layer)
		if !ok {
			t.Fatalf("%T", w.Canvas().Overlays().Top())
		}
		list := l.content.(*optionList)
		if got := list.Size().Height >= float32(len(options))*optionHeight; got != all {
			t.Errorf("in a window %v high the list is %v high", height, list.Size().Height)
		}
	}
}

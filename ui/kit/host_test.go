package kit_test

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
)

// TestNoKeyGoesToWhatIsGone: a box of the log-in that still had the keyboard swallowed every key of the pages.
func TestNoKeyGoesToWhatIsGone(t *testing.T) {
	test.NewTempApp(t)
	box := kit.NewLineEdit("")
	host := kit.NewHost(box)
	w := test.NewTempWindow(t, host)
	w.Canvas().Focus(box)
	if w.Canvas().Focused() != box {
		t.Fatal("the box has no keyboard")
	}
	if host.SetContent(kit.NewLabel("pages", kit.Style{})); w.Canvas().Focused() != nil {
		t.Error("the box that is gone still has the keyboard")
	}
}

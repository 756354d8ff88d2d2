//go:build !headless

package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// TestNoTextOfAPageIsCut beside the bar of a screen of 1280 by 720, in either language: neither a title of a column, nor
// a button, nor a figure. What people typed may be longer than any place: the records of this book are short.
func TestNoTextOfAPageIsCut(t *testing.T) {
	kit.After = kit.Never
	w := shop(t)
	for _, lang := range []string{i18n.French, i18n.English} {
		whole := map[string]bool{} // messages that end so themselves
		for _, key := range i18n.Keys(lang) {
			if text := i18n.For(lang).T(key, nil); strings.HasSuffix(text, "…") {
				whole[text] = true
			}
		}
		for route, make := range pages() {
			env, sh := uitest.New(t, w.As("owner"), auth.Owner)
			env.Text = i18n.For(lang)
			p := make(env, page.Route{Name: route})
			sh.Show(p.Object())
			env.Window.Resize(fyne.NewSize(1280-208, 720-28))
			uitest.Walk(p.Object(), func(o fyne.CanvasObject) {
				x, ok := o.(*canvas.Text)
				if !ok {
					return
				}
				if strings.HasSuffix(x.Text, "…") && !whole[x.Text] {
					t.Errorf("%s in %s: %q", route, lang, x.Text)
				}
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(x)
				if end := at.X + x.MinSize().Width; x.Visible() && end > 1280-208 {
					t.Errorf("%s in %s: %q goes on beside the window, to %v", route, lang, x.Text, end)
				}
			})
		}
	}
}

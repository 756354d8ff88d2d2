package kit_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/uitest"
)

// drawn is every text that is on the screen.
func drawn(o fyne.CanvasObject) string {
	var all []string
	uitest.Walk(o, func(o fyne.CanvasObject) {
		if t, ok := o.(*canvas.Text); ok {
			all = append(all, t.Text)
		}
	})
	return strings.Join(all, "\n")
}

// TestAPasswordIsHiddenAndCanBePasted as a program that keeps passwords gives it, with what no keyboard has.
func TestAPasswordIsHiddenAndCanBePasted(t *testing.T) {
	const word = "  Ñandú 𝄞 «café» 92!  "
	p := kit.NewPasswordField("Mot de passe")
	k := one(t, p)
	k.win.Canvas().Focus(p.Edit())
	board := test.NewClipboard()
	board.SetContent(word)
	k.shortcut(&fyne.ShortcutPaste{Clipboard: board})
	if p.Text() != word {
		t.Errorf("pasted %q", p.Text())
	}
	for n, c := range []string{"a", "à"} {
		k.text(c)
		if text := drawn(p); strings.Contains(text, "caf") || strings.Contains(text, c) ||
			!strings.Contains(text, strings.Repeat("•", len([]rune(word))+n+1)) {
			t.Errorf("it shows %q", text)
		}
	}
	k.shortcut(&fyne.ShortcutSelectAll{})
	k.shortcut(&fyne.ShortcutCopy{Clipboard: board})
	k.shortcut(&fyne.ShortcutCut{Clipboard: board})
	if board.Content() != word || p.Text() != word+"aà" {
		t.Errorf("it gave %q away and keeps %q", board.Content(), p.Text())
	}
	if strings.Contains(p.Edit().AccessibilityLabel(), "caf") {
		t.Error("it is read out")
	}
	// Who wants to see what they typed can, until they hide it again.
	for _, shows := range []bool{true, false} {
		uitest.Walk(p, func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.IconButton); ok {
				test.Tap(b)
			}
		})
		if strings.Contains(drawn(p), "café") != shows {
			t.Errorf("shown: %t, want %t", !shows, shows)
		}
	}
}

package kit_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"zafe/ui/kit"
)

func openArea(t *testing.T, text string) (*kit.TextArea, keyboard) {
	t.Helper()
	a := kit.NewTextArea("", 3)
	k := one(t, a)
	a.SetText(text)
	a.Focus()
	return a, k
}

func TestTextAreaKeys(t *testing.T) {
	const up, down, home, end = fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd
	cases := []struct {
		name, start, want string
		do                func(k keyboard)
	}{
		{"the caret starts at the end and erases nothing", "ab", "abc", func(k keyboard) { k.text("c") }},
		{"Enter starts a line", "ab", "ab\nc", func(k keyboard) { k.key(enter); k.text("c") }},
		{"Up keeps the column", "abcd\nef", "abXcd\nef", func(k keyboard) { k.key(up); k.text("X") }},
		{"Up and Down come back to the column", "abcd\ne\nfghi", "abcd\ne\nfghiX", func(k keyboard) {
			k.key(up, up, down, down)
			k.text("X")
		}},
		{"Up on the first line goes to its start", "abc", "Xabc", func(k keyboard) { k.key(up); k.text("X") }},
		{"Home and End stay on the line", "ab\ncd", "ab\nXcdY", func(k keyboard) {
			k.key(home)
			k.text("X")
			k.key(end)
			k.text("Y")
		}},
		{"Backspace joins lines", "ab\ncd", "abcd", func(k keyboard) { k.key(home, fyne.KeyBackspace) }},
		{"Shift selects over lines", "ab\ncd", "abX", func(k keyboard) { k.shift(up); k.text("X") }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, k := openArea(t, c.start)
			c.do(k)
			if a.Text() != c.want {
				t.Errorf("got %q, want %q", a.Text(), c.want)
			}
		})
	}
}

func TestTextAreaPastesLines(t *testing.T) {
	a, k := openArea(t, "")
	board := test.NewClipboard()
	board.SetContent("un\r\ndeux")
	k.shortcut(&fyne.ShortcutPaste{Clipboard: board})
	if a.Text() != "un\ndeux" {
		t.Fatalf("pasted %q", a.Text())
	}
}

func TestTextAreaTabLeaves(t *testing.T) {
	a := kit.NewTextArea("", 2)
	e := kit.NewLineEdit("")
	k := one(t, kit.VBox(4, a, e))
	a.Focus()
	k.key(fyne.KeyTab)
	if !e.Focused() || a.Text() != "" {
		t.Fatal("Tab does not leave the text")
	}
}

// Whatever its words, a text is drawn whole: the lines hold every rune but the
// spaces and line ends they were broken at.
func TestTextAreaDrawsEveryWord(t *testing.T) {
	a, _ := openArea(t, "")
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`([a-zé]{0,80} ?\n?){0,6}`).Draw(r, "text")
		a.SetText(text)
		drop := strings.NewReplacer(" ", "", "\n", "")
		var drawn strings.Builder
		for _, l := range kit.DrawnLines(a) {
			drawn.WriteString(l)
		}
		if drop.Replace(drawn.String()) != drop.Replace(text) {
			r.Fatalf("%q is drawn as %q", text, drawn.String())
		}
	})
}

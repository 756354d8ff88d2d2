package kit

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/theme"
)

// TestALongPathStaysInItsLines: it is cut behind its separators, or anywhere when it has none, and loses nothing.
func TestALongPathStaysInItsLines(t *testing.T) {
	theme.Apply(test.NewTempApp(t), theme.Light)
	const width = 160
	for _, word := range []string{
		`C:\Users\Marguerite\AppData\Local\zafe\book.aside-20261122-095200`, "/home/marguerite/.local/share/zafe/book.aside-20261122",
		strings.Repeat("é", 90),
	} {
		text := "Gardé ici : " + word + " ; à côté."
		lines := breakLines(text, width, theme.SizeText, Regular)
		for _, l := range lines {
			if measure(l, theme.SizeText, Regular).Width > width {
				t.Errorf("%q is wider than its place", l)
			}
		}
		if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != strings.ReplaceAll(text, " ", "") {
			t.Errorf("%q became %q", text, got)
		}
		if strings.ContainsAny(word, `/\`) && !strings.ContainsAny(lines[1][len(lines[1])-1:], `/\-_.`) {
			t.Errorf("cut in the middle of a name: %q", lines)
		}
	}
	if got := breakLines("mot/mot", 30, theme.SizeText, Regular); len(got) != 1 {
		t.Errorf("on its way to its width: %q", got)
	}
}

// TestANumberStandsBesideTheFirstLine of a text that wraps, not in the middle of it.
func TestANumberStandsBesideTheFirstLine(t *testing.T) {
	test.NewTempApp(t)
	number, text := NewLabel("1", Style{}), Paragraph(strings.Repeat("un texte long ", 40))
	step := Step(10, number, text, Gap(0, 60))
	step.Resize(fyne.NewSize(300, 400))
	if got, want := number.Position().Y, text.Position().Y; got != want || number.Size().Height >= text.Size().Height {
		t.Errorf("the number at %v, its text at %v", got, want)
	}
}

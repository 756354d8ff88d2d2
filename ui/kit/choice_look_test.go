package kit

import (
	"testing"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"zafe/ui/theme"
)

// TestWhatIsChosenIsReadWhereItCannotBeChanged: who only reads a record sees which one it is.
func TestWhatIsChosenIsReadWhereItCannotBeChanged(t *testing.T) {
	theme.Apply(test.NewTempApp(t), theme.Dark)
	c := NewSegmented([]Option{{Key: "a", Text: "Professionnel"}, {Key: "b", Text: "Particulier"}}, nil)
	c.SetKey("a")
	c.Disable()
	color := map[string]any{}
	for _, part := range c.parts {
		for _, o := range test.WidgetRenderer(part).Objects() {
			if text, ok := o.(*canvas.Text); ok && text.Text != "" {
				color[text.Text] = text.Color
			}
		}
	}
	if got := color["Professionnel"]; got != theme.Color(theme.Muted) || got == color["Particulier"] {
		t.Errorf("what is chosen has the colour %v, the other one %v", got, color["Particulier"])
	}
}

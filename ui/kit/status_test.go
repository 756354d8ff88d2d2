package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/theme"
)

// TestHintsGiveWayToFacts: those that do not fit beside the facts are left out, the last ones first, and none is cut.
func TestHintsGiveWayToFacts(t *testing.T) {
	theme.Apply(test.NewTempApp(t), theme.Light)
	s := NewStatusBar()
	s.SetItems(StatusItem{Text: "Les autres postes ne peuvent pas se connecter : le port 24653 est pris"})
	s.SetRight("Exercice 2026", "F1 Aide", "Ctrl+K Rechercher partout")
	test.NewTempWindow(t, s)
	for width, want := range map[float32]string{
		1200: "Exercice 2026     F1 Aide     Ctrl+K Rechercher partout",
		600:  "Exercice 2026     F1 Aide",
		550:  "Exercice 2026",
		460:  "",
	} {
		s.Resize(fyne.NewSize(width, theme.StatusBarHeight))
		if got := s.right.Text(); got != want {
			t.Errorf("%v wide: %q, want %q", width, got, want)
		}
	}
}

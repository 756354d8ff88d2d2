package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// parts lists what a widget draws.
func parts(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// The pictures in testdata fix the look of each control, small enough to
// review: a changed colour, border or alignment shows at once.
func TestGoldenPictures(t *testing.T) {
	pictures := []struct {
		name string
		w, h float32
		make func(win fyne.Window) fyne.CanvasObject
	}{
		{"buttons", 330, 84, func(fyne.Window) fyne.CanvasObject {
			off := kit.NewButton("Valider", "check", kit.Primary, nil)
			off.Disable()
			return kit.VBox(
				8,
				kit.HBox(
					8,
					kit.NewButton("Créer", "plus", kit.Primary, nil),
					kit.NewButton("Imprimer", "printer", kit.Secondary, nil),
					kit.NewIconButton("bell", "", nil),
				),
				kit.HBox(8, kit.NewButton("Supprimer", "", kit.Danger, nil),
					kit.NewButton("Tout voir", "", kit.Link, nil), off),
			)
		}},
		{"fields", 330, 130, func(fyne.Window) fyne.CanvasObject {
			wrong := kit.NewField("SIREN", field("12a"))
			wrong.SetError("9 chiffres attendus")
			a := kit.NewAmountEdit("€")
			a.SetText("1\u202f250,50")
			return kit.FormGrid(2, kit.NewField("Client", field("Durand")).Required(),
				kit.NewField("Montant", a), wrong,
				kit.NewField("Règlement", choice("30", "30", "30 jours")))
		}},
		{"pills", 330, 22, func(fyne.Window) fyne.CanvasObject {
			return kit.HBox(8, kit.NewPill("Payée", kit.Ok), kit.NewPill("Envoyée", kit.Info),
				kit.NewPill("Échue", kit.Error), kit.NewPill("En retard", kit.Warn),
				kit.NewPill("Brouillon", kit.Neutral))
		}},
		{"choices", 330, 100, func(fyne.Window) fyne.CanvasObject {
			c := kit.NewCheck("Se souvenir de moi", nil)
			c.SetOn(true)
			return kit.VBox(6, c, kit.NewSegmented(kit.Options("d", "Devis", "f", "Facture"), nil),
				kit.NewChips(kit.Options("t", "Tous", "a", "Actifs"), nil))
		}},
		{"grid", 420, 130, func(fyne.Window) fyne.CanvasObject {
			g := kit.NewGrid([]kit.Column{
				{Title: "Nom", Width: 120, Weight: 1, Sortable: true, Key: "n"},
				{Title: "TTC", Width: 90, Align: fyne.TextAlignTrailing},
				{Title: "État", Width: 90},
			},
				func() int { return 3 }, func(row, col int) kit.CellView {
					return []kit.CellView{
						{Text: names[row], Weight: kit.Bold},
						{Text: "1\u202f842,50 €"},
						{Text: "Payée", Pill: true, Tone: kit.Ok},
					}[col]
				})
			g.SetSort("n", false)
			g.Select(1)
			return g
		}},
		{"editgrid", 420, 150, func(fyne.Window) fyne.CanvasObject {
			g := kit.NewEditGrid([]kit.EditColumn{
				{Title: "Jour", Width: 54},
				{Title: "Pièce", Width: 84},
				{Title: "Compte", Width: 90},
			}, newBook())
			g.SetHint(kit.Warn, "Reste à équilibrer")
			g.SetTotals(kit.Total{Label: "Solde", Value: "12,50"})
			return g
		}},
		{"bars", 320, 130, func(fyne.Window) fyne.CanvasObject {
			return kit.NewBars([]string{"janv.", "févr.", "mars"}, euros,
				kit.Series{Values: []int64{29000, 32000, -4000}},
				kit.Series{Values: []int64{20000, 37000, 12000}})
		}},
	}
	for _, p := range pictures {
		for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
			t.Run(p.name+"-"+name, func(t *testing.T) {
				win := stage(t, mode, p.w+16, p.h+16, func(win fyne.Window) fyne.CanvasObject {
					return kit.Backdrop(theme.Surface, kit.PadAll(8, p.make(win)))
				})
				test.AssertImageMatches(t, p.name+"-"+name+".png", win.Canvas().Capture())
			})
		}
	}
}

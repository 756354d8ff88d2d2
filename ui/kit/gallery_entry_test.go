package kit_test

import (
	"fyne.io/fyne/v2"

	"zafe/ui/kit"
)

func entryPage(win fyne.Window) (fyne.CanvasObject, *kit.EditGrid) {
	head := kit.NewHeader("Saisie au kilomètre", "Journal d'achats · écritures au brouillon",
		kit.NewButton("Guides de saisie", "list", kit.Secondary, nil),
		kit.NewButton("Importer", "upload-simple", kit.Secondary, nil),
		kit.NewButton("Valider le brouillon", "check", kit.Primary, nil))
	g := kit.NewEditGrid(bookColumns, newBook())
	g.SetHint(kit.Warn, "Pièce A0413 : reste à équilibrer")
	g.SetTotals(
		kit.Total{Label: "Solde pièce", Value: "1\u202f500,60", Tone: kit.Warn},
		kit.Total{
			Label: "Total débit",
			Value: "1\u202f500,60",
		},
		kit.Total{Label: "Total crédit", Value: "0,00"},
	)
	bar := kit.HBox(
		14,
		kit.Fixed(230, 0, kit.NewField("Journal", choice("ac", "ac", "ACH – Achats"))),
		kit.Fixed(180, 0, kit.NewField("Période", choice("11", "11", "Novembre 2026"))),
		kit.Spacer(),
		kit.Caption(
			"Entrée suivant · Maj+Tab précédent · ↓ choisir · Ctrl+D recopier · Ctrl+Suppr effacer la ligne · F9 équilibrer"),
	)
	return shell(kit.NewPage(head, g).Bar(bar), "books", nil), g
}

var entryGrid *kit.EditGrid

func init() {
	build := func(win fyne.Window) fyne.CanvasObject {
		page, g := entryPage(win)
		entryGrid = g
		return page
	}
	start := func(win fyne.Window) {
		entryGrid.Focus()
		k := keyboard{nil, win}
		k.text("20")
		k.key(enter, enter)
		k.text("607")
		k.key(enter)
		k.text("Bois Point P fact. 8841")
		k.key(enter)
		k.text("1250.50")
		k.key(enter, enter, enter, enter)
	}
	scenes = append(scenes,
		scene{"entry-list", 1440, 900, build, func(win fyne.Window) {
			start(win)
			keyboard{nil, win}.text("4")
		}},
		scene{"entry-balance", 1440, 900, build, func(win fyne.Window) {
			start(win)
			k := keyboard{nil, win}
			k.text("poin")
			k.key(enter, enter)
		}},
		scene{"entry-refused", 1440, 900, build, func(win fyne.Window) {
			start(win)
			k := keyboard{nil, win}
			k.text("9")
			k.key(enter)
		}})
}

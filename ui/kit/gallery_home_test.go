package kit_test

import (
	"fmt"

	"fyne.io/fyne/v2"

	"zafe/ui/kit"
)

func euros(v int64) string { return fmt.Sprintf("%d k€", v/1000) }

func dashboard(fyne.Window) fyne.CanvasObject {
	head := kit.NewHeader("Bonjour Claire", "Samedi 21 novembre 2026 · exercice 2026 ouvert",
		kit.NewButton("Nouveau devis", "file-text", kit.Secondary, nil),
		kit.NewButton("Nouvelle facture", "plus", kit.Primary, nil))
	g := customerGrid(6)
	g.Frameless = true
	bills := kit.NewCard("Dernières factures", g).Flush().Action(kit.NewButton("Tout voir", "", kit.Link, nil))
	wide := []float32{1.56, 1}
	body := kit.Split(14, []float32{0, 1, 1}, figures(),
		kit.Cols(14, wide, turnover(), kit.NewCard("À traiter", todo())),
		kit.Cols(14, wide, bills, kit.NewCard("Échéancier clients", dues())))
	return shell(kit.NewPage(head, body), "home", nil)
}

func figures() fyne.CanvasObject {
	up, down := []int64{20, 24, 22, 27, 26, 32, 29, 36, 41}, []int64{44, 39, 36, 36, 27, 29, 24, 20}
	row := kit.Cols(14, nil)
	for _, f := range []struct {
		icon, name, figure, note string
		tone                     kit.Tone
		trend                    []int64
	}{
		{"coins", "Chiffre d'affaires de novembre", "38\u202f412 €", "+8,4 % sur novembre 2025", kit.Ok, up},
		{"hourglass", "Encours clients", "52\u202f930 €", "dont 11\u202f284 € échus depuis 30 j et +", kit.Error, up},
		{"wallet", "Trésorerie", "71\u202f605 €", "prévision à 30 j : 64\u202f200 €", kit.Ok, down},
		{"calculator", "TVA à décaisser", "6\u202f148 €", "CA3 à déposer avant le 21/12", kit.Warn, up},
	} {
		k := kit.NewKPI(f.icon, f.name, func() {})
		k.Set(f.figure, f.note, f.tone, f.trend)
		row.Add(k)
	}
	return row
}

func turnover() fyne.CanvasObject {
	months := []string{
		"déc.", "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
	}
	now := []int64{29, 32, 27, 36, 34, 30, 42, 39, 19, 37, 42, 38}
	before := []int64{27, 27, 30, 31, 34, 29, 36, 33, 22, 34, 37, 35}
	for i := range now {
		now[i], before[i] = now[i]*1000, before[i]*1000
	}
	names := []string{"12 derniers mois", "année précédente"}
	bars := kit.NewBars(months, euros,
		kit.Series{Name: names[0], Values: now}, kit.Series{Name: names[1], Values: before})
	return kit.NewCard("Chiffre d'affaires HT", bars).Action(kit.Legend(names...))
}

func todo() fyne.CanvasObject {
	list := kit.VBox(9)
	for i, l := range []struct {
		icon            string
		tone            kit.Tone
		text, note, act string
	}{
		{"bank", kit.Info, "7 opérations bancaires à rapprocher", "Crédit Agricole, dernière le 20/11", "Rapprocher"},
		{"warning", kit.Warn, "3 factures échues à relancer", "11\u202f284 € · plus ancienne : 47 jours", "Relancer"},
		{"file-text", kit.Ok, "2 devis acceptés à facturer", "D-2026-0118, D-2026-0121", "Facturer"},
		{"cloud-arrow-up", kit.Error, "Copie hors site absente depuis 9 j", "Brancher « Coffre-B »", "Sauvegarder"},
	} {
		if i > 0 {
			list.Add(kit.Separator())
		}
		text := kit.NewLabel(l.text, kit.Style{Weight: kit.Medium, Shrink: true})
		list.Add(kit.HBox(12, kit.IconTile(l.icon, l.tone), kit.VBox(0, text, kit.Caption(l.note)),
			kit.Spacer(), kit.NewButton(l.act, "", kit.Secondary, nil)))
	}
	return list
}

func dues() fyne.CanvasObject {
	return kit.NewStack(
		kit.Share{Name: "Non échu", Value: 29412, Text: "29\u202f412 €", Tone: kit.Ok},
		kit.Share{Name: "1 à 30 jours", Value: 12234, Text: "12\u202f234 €", Tone: kit.Info},
		kit.Share{Name: "31 à 60 jours", Value: 7184, Text: "7\u202f184 €", Tone: kit.Warn},
		kit.Share{Name: "plus de 60 jours", Value: 4100, Text: "4\u202f100 €", Tone: kit.Error})
}

package kit_test

import (
	"fyne.io/fyne/v2"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

func field(text string) *kit.LineEdit {
	e := kit.NewLineEdit("")
	e.SetText(text)
	return e
}

func choice(key string, pairs ...string) *kit.Select {
	s := kit.NewSelect(kit.Options(pairs...), nil)
	s.SetKey(key)
	return s
}

func formPage(win fyne.Window) fyne.CanvasObject {
	head := kit.NewHeader(
		"Nouveau client",
		"Les champs marqués d'une étoile sont obligatoires",
		kit.NewButton("Annuler", "", kit.Secondary, nil),
		kit.NewButton("Enregistrer", "floppy-disk", kit.Primary, nil),
	)
	siren := kit.NewField("SIREN", field("12a"))
	siren.SetError("9 chiffres attendus")
	form := kit.FormGrid(2,
		kit.NewField("Raison sociale", field("Menuiserie Durand")).Required(),
		siren, kit.NewField("Ville", field("Nantes")),
		kit.NewField("Règlement", choice("30", "30", "30 jours", "45", "45 jours fin de mois")))
	return kit.Backdrop(theme.Canvas, kit.NewPage(head, kit.VBox(14, kit.NewCard("Identité", form))))
}

func controls(win fyne.Window) fyne.CanvasObject {
	off := kit.NewButton("Valider", "check", kit.Primary, nil)
	off.DisableWith("Il manque le SIREN du client")
	buttons := kit.HBox(
		8,
		kit.NewButton("Valider et envoyer", "paper-plane-tilt", kit.Primary, nil),
		kit.NewButton("Aperçu PDF", "file-pdf", kit.Secondary, nil),
		kit.NewButton("Colonnes", "sliders-horizontal", kit.Ghost, nil),
		kit.NewButton("Supprimer", "trash", kit.Danger, nil),
		kit.NewButton("Tout voir", "", kit.Link, nil),
		off,
		kit.NewIconButton("bell", "Alertes", nil),
	)
	amount := kit.NewAmountEdit("€")
	amount.SetText("1\u202f250,50")
	ro := field("Brouillon (n° à la validation)")
	ro.ReadOnly = true
	pass := kit.NewLineEdit("Mot de passe")
	pass.Password = true
	pass.Icon = "lock"
	pass.SetText("secret!")
	siren := kit.NewField("SIREN", field("12a"))
	siren.SetError("9 chiffres attendus")
	dis := field("Indisponible")
	dis.Disable()
	form := kit.FormGrid(
		4,
		kit.NewField("Client", field("Durand – SCI Les Tilleuls")).Required(),
		kit.NewField("Numéro", ro),
		kit.NewField("Règlement", choice("30", "30", "30 jours")),
		kit.NewField("Montant", amount).Hint("Hors taxes"),
		siren,
		kit.NewField("Mot de passe", pass),
		kit.NewField("Fermé", dis),
		kit.NewField("Recherche", kit.NewSearch("Rechercher…", nil)),
	)
	c1 := kit.NewCheck("Se souvenir de moi sur ce poste", nil)
	c1.SetOn(true)
	sw := kit.NewSwitch("Relances automatiques",
		"Un message part 7 jours après l'échéance, puis à 15 et 30 jours.", nil)
	sw.SetOn(true)
	pills := kit.HBox(8, kit.NewPill("Payée", kit.Ok), kit.NewPill("Envoyée", kit.Info),
		kit.NewPill("Échue", kit.Error), kit.NewPill("En retard", kit.Warn),
		kit.NewPill("Brouillon", kit.Neutral))
	radio := kit.NewRadio([]kit.Option{
		{Key: "a", Text: "Réel simplifié", Detail: "Une déclaration par an (CA12) et deux acomptes"},
		{Key: "b", Text: "Réel normal", Detail: "Une déclaration chaque mois (CA3)"},
		{Key: "c", Text: "Franchise en base"},
	}, nil)
	tabs := kit.NewTabs(
		kit.Tab{
			Key:  "s",
			Text: "Résumé",
			Make: func() fyne.CanvasObject { return kit.MutedParagraph("Client depuis 2019.") },
		},
		kit.Tab{
			Key:   "d",
			Text:  "Documents",
			Count: "14",
			Make:  func() fyne.CanvasObject { return kit.Body("") },
		},
		kit.Tab{Key: "n", Text: "Notes", Make: func() fyne.CanvasObject { return kit.Body("") }},
	)
	left := kit.VBox(12, c1, kit.NewCheck("Envoyer une copie", nil), sw, pills,
		kit.NewSegmented(kit.Options("d", "Devis", "f", "Facture", "a", "Avoir"), nil),
		kit.NewChips(kit.Options("t", "Tous", "a", "Actifs", "r", "En retard"), nil))
	body := kit.VBox(
		14,
		buttons,
		kit.NewCard("", form),
		kit.Cols(14, nil, kit.NewCard("Choix", left), kit.NewCard("Régime de TVA", radio)),
		kit.NewNotice(kit.Info, "Bon à savoir",
			"La date d'échéance est calculée à partir des conditions du client ; vous pouvez la changer sur chaque facture."),
		kit.NewNotice(kit.Error, "Sauvegarde impossible", "Le disque « Coffre-B » est plein."),
		kit.Fixed(0, 120, tabs),
	)
	return kit.Backdrop(theme.Canvas, kit.PadAll(20, body))
}

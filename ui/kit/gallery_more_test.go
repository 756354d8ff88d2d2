package kit_test

import (
	"image"
	"image/color"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/ui/kit"
	"zafe/ui/theme"
)

func init() {
	kit.SetWords(kit.Words{
		Cut: "Couper", Copy: "Copier", Paste: "Coller", SelectAll: "Tout sélectionner",
		Cancel: "Annuler", Close: "Fermer", NoResult: "Aucun résultat", Loading: "Chargement…",
		Today:        "Aujourd'hui",
		ShowPassword: "Afficher le mot de passe", HidePassword: "Masquer le mot de passe",
		Months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
			"septembre", "octobre", "novembre", "décembre"},
		Days: [7]string{"lu", "ma", "me", "je", "ve", "sa", "di"},
	})
	var chooser *kit.Select
	var dates *kit.DateField
	var combo *kit.Combo
	build := func(win fyne.Window) fyne.CanvasObject {
		page, s, d, c := wizard()
		chooser, dates, combo = s, d, c
		return page
	}
	scenes = append(scenes,
		scene{"wizard", 1000, 800, build, nil},
		scene{"wizard-select", 1000, 800, build, func(fyne.Window) { chooser.Open() }},
		scene{"wizard-month", 1000, 800, build, func(fyne.Window) { dates.Open() }},
		scene{"wizard-combo", 1000, 800, build, func(win fyne.Window) {
			combo.Focus()
			keyboard{nil, win}.text("dur")
		}},
		scene{"empty", 1100, 640, emptyPage, func(win fyne.Window) {
			kit.Toast(win.Content(), kit.Ok, "Client enregistré")
			kit.ToastAction(win.Content(), kit.Neutral, "Devis D-2026-0118 archivé", "Annuler", func() {})
			kit.Toast(
				win.Content(),
				kit.Error,
				"La facture n'a pas pu être envoyée : le serveur de messagerie ne répond pas.",
			)
		}},
		scene{"login", 1100, 700, loginPage, nil},
	)
}

func frenchDate(d civil.Date) string {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format("02/01/2006")
}

func today() civil.Date { return civil.New(2026, 11, 21) }

func parseDate(s string) (civil.Date, error) { return civil.ParseInput(s, today()) }

func checker(n int) image.Image {
	img := image.NewGray(image.Rect(0, 0, n, n))
	for y := range n {
		for x := range n {
			if (x*7+y*13+x*y)%3 == 0 {
				img.SetGray(x, y, color.Gray{0})
			} else {
				img.SetGray(x, y, color.Gray{255})
			}
		}
	}
	return img
}

func wizard() (fyne.CanvasObject, *kit.Select, *kit.DateField, *kit.Combo) {
	steps := kit.NewStepBar("Vous", "Entreprise", "TVA", "Exercice", "Banque", "Sauvegarde")
	steps.SetCurrent(2)
	pass := kit.NewPasswordField("Mot de passe")
	pass.Strength = func(string) (int, string) { return 3, "Bon mot de passe" }
	pass.SetText("correct cheval")
	s := choice(
		"30",
		"0",
		"Comptant",
		"15",
		"15 jours",
		"30",
		"30 jours",
		"45",
		"45 jours fin de mois",
		"60",
		"60 jours",
	)
	d := kit.NewDateField(parseDate, frenchDate, today, nil)
	d.SetDate(today())
	bad := kit.NewDateField(parseDate, frenchDate, today, nil)
	bad.SetDate(civil.New(2026, 12, 21))
	c := kit.NewCombo("Rechercher un client", func(text string, answer func([]kit.Option)) {
		answer([]kit.Option{{Key: "1", Text: "Durand – SCI Les Tilleuls", Detail: "Nantes"},
			{
				Key:    "2",
				Text:   "Menuiserie Durand",
				Detail: "Rezé",
			}, {Key: "+", Text: "Créer « dur »", Icon: "plus"}})
	}, nil)
	area := kit.NewTextArea("", 3)
	area.SetText("Autoliquidation : non. Pénalités de retard : 3 × taux légal ;\nindemnité forfaitaire 40 €.")
	form := kit.FormGrid(
		3,
		kit.NewField("Client", c),
		kit.NewField("Date d'émission", d),
		kit.NewField("Règlement", s),
		kit.NewField(
			"Échéance",
			bad,
		),
		kit.NewField("Mot de passe", pass).Required(),
		kit.NewField("Mentions", area),
	)
	code := kit.NewCodeInput(nil)
	code.TypedRune('4')
	code.TypedRune('2')
	unknown := kit.NewProgress("Vérification de la sauvegarde…", func() {})
	bar := kit.NewProgress("", func() {})
	bar.Set("Copie vers Coffre-B", "128 Mo sur 310 Mo", 0.41)
	unknown.Set("Vérification de la sauvegarde…", "", -1)
	body := kit.VBox(14, steps, kit.NewCard("", form), kit.Cols(
		14,
		nil,
		kit.NewCard("Double authentification", kit.VBox(12, kit.NewPicture(checker(29), 150), code)),
		kit.NewCard(
			"Sauvegarde",
			kit.VBox(
				14,
				bar,
				unknown,
				kit.HBox(8, kit.NewSpinner(), kit.Muted("Recherche sur le réseau")),
				kit.StepTitle(
					1,
					"Choisir le poste serveur",
					true,
				),
				kit.StepTitle(2, "Apparier ce poste", false),
			),
		),
	))
	return kit.Backdrop(theme.Canvas, kit.PadAll(20, body)), s, d, c
}

func emptyPage(win fyne.Window) fyne.CanvasObject {
	g := customerGrid(0)
	g.SetEmpty(kit.NewEmpty("users", "Pas encore de client",
		"Créez votre premier client, ou importez votre fichier depuis Excel : les colonnes sont reconnues.",
		kit.NewButton("Nouveau client", "plus", kit.Primary, nil)))
	return shell(
		kit.NewPage(kit.NewHeader("Clients", "Fichier clients, encours et relances"), g),
		"clients",
		nil,
	)
}

func loginPage(win fyne.Window) fyne.CanvasObject {
	user := field("claire.durand")
	user.Icon = "user"
	form := kit.VBox(12, kit.Title("Connexion"), kit.Muted("Entreprise : Menuiserie Durand SARL"),
		kit.NewField("Identifiant", user), kit.NewField("Mot de passe", kit.NewPasswordField("Mot de passe")),
		kit.NewCheck("Se souvenir de moi sur ce poste", nil), kit.Gap(0, 8),
		kit.NewButton("Se connecter", "", kit.Primary, nil),
		kit.NewButton("Mot de passe oublié ?", "", kit.Link, nil))
	side := kit.NewBrandPanel(
		"Zafè",
		"La gestion de l'atelier, chez vous.",
		"Version 0.1.0 – poste PC-COMPTA",
		kit.BrandPoint{
			Icon:   "hard-drives",
			Text:   "Vos données restent sur vos machines",
			Detail: "Un seul fichier, sauvegardes chiffrées vérifiées chaque jour",
		},
		kit.BrandPoint{
			Icon:   "shield-check",
			Text:   "Comptes nominatifs et double authentification",
			Detail: "Chaque écriture garde son auteur",
		},
		kit.BrandPoint{
			Icon:   "desktop-tower",
			Text:   "Plusieurs postes sur le réseau local",
			Detail: "Le même programme, sans installation serveur",
		},
	)
	return kit.Cols(
		0,
		[]float32{0.64, 1},
		side,
		kit.Backdrop(theme.Surface, kit.Center(kit.Fixed(380, 0, form))),
	)
}

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
		Months: [12]string{
			"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
			"septembre", "octobre", "novembre", "décembre",
		},
		Days: [7]string{"lu", "ma", "me", "je", "ve", "sa", "di"},
	})
	var a *assistant
	build := func(fyne.Window) fyne.CanvasObject {
		a = wizard()
		return a.page
	}
	scenes = append(scenes,
		scene{"wizard", 1000, 800, build, func(fyne.Window) { a.notes.Focus() }},
		scene{"wizard-select", 1000, 800, build, func(fyne.Window) { a.chooser.Open() }},
		scene{"wizard-month", 1000, 800, build, func(fyne.Window) { a.dates.Open() }},
		scene{"wizard-combo", 1000, 800, build, func(win fyne.Window) {
			a.clients.Focus()
			keyboard{nil, win}.text("dur")
		}},
		scene{"empty", 1100, 640, emptyPage, func(win fyne.Window) {
			kit.Toast(win.Content(), kit.Ok, "Client enregistré")
			kit.ToastAction(win.Content(), kit.Neutral, "Devis D-2026-0118 archivé", "Annuler", func() {})
			kit.Toast(win.Content(), kit.Error,
				"La facture n'a pas pu être envoyée : le serveur de messagerie ne répond pas.")
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

// assistant is a page with one of each of the less common controls.
type assistant struct {
	page    fyne.CanvasObject
	chooser *kit.Select
	dates   *kit.DateField
	clients *kit.Combo
	notes   *kit.TextArea
}

func wizard() *assistant {
	a := &assistant{
		chooser: choice("30", "0", "Comptant", "15", "15 jours", "30", "30 jours", "45", "45 jours fin de mois"),
		dates:   kit.NewDateField(parseDate, frenchDate, today, nil),
		clients: kit.NewCombo("Rechercher un client", findClient, nil),
		notes:   kit.NewTextArea("", 3),
	}
	a.dates.SetDate(today())
	a.notes.SetText("Autoliquidation : non. Pénalités de retard : 3 × taux légal ;\nindemnité forfaitaire 40 €.")
	due := kit.NewDateField(parseDate, frenchDate, today, nil)
	due.SetDate(civil.New(2026, 12, 21))
	pass := kit.NewPasswordField("Mot de passe")
	pass.Strength = func(string) (int, string) { return 3, "Bon mot de passe" }
	pass.SetText("correct cheval")
	form := kit.FormGrid(3, kit.NewField("Client", a.clients), kit.NewField("Date d'émission", a.dates),
		kit.NewField("Règlement", a.chooser), kit.NewField("Échéance", due),
		kit.NewField("Mot de passe", pass).Required(), kit.NewField("Mentions", a.notes))
	steps := kit.NewStepBar("Vous", "Entreprise", "TVA", "Exercice", "Banque", "Sauvegarde")
	steps.SetCurrent(2)
	code := kit.NewCodeInput(nil)
	code.TypedRune('4')
	code.TypedRune('2')
	body := kit.VBox(14, steps, kit.NewCard("", form), kit.Cols(14, nil,
		kit.NewCard("Double authentification", kit.VBox(12, kit.NewPicture(checker(29), 150), code)),
		kit.NewCard("Sauvegarde", tasks())))
	a.page = kit.Backdrop(theme.Canvas, kit.PadAll(20, body))
	return a
}

func findClient(_ string, answer func([]kit.Option)) {
	answer([]kit.Option{
		{Key: "1", Text: "Durand – SCI Les Tilleuls", Detail: "Nantes"},
		{Key: "2", Text: "Menuiserie Durand", Detail: "Rezé"},
		{Key: "+", Text: "Créer « dur »", Icon: "plus"},
	})
}

func tasks() fyne.CanvasObject {
	known, unknown := kit.NewProgress("", func() {}), kit.NewProgress("", func() {})
	known.Set("Copie vers Coffre-B", "128 Mo sur 310 Mo", 0.41)
	unknown.Set("Vérification de la sauvegarde…", "", -1)
	return kit.VBox(14, known, unknown,
		kit.HBox(8, kit.NewSpinner(), kit.Muted("Recherche sur le réseau")),
		kit.StepTitle(1, "Choisir le poste serveur", true),
		kit.StepTitle(2, "Apparier ce poste", false))
}

func emptyPage(win fyne.Window) fyne.CanvasObject {
	g := customerGrid(0)
	g.SetEmpty(kit.NewEmpty("users", "Pas encore de client",
		"Créez votre premier client, ou importez votre fichier depuis Excel : les colonnes sont reconnues.",
		kit.NewButton("Nouveau client", "plus", kit.Primary, nil)))
	return shell(kit.NewPage(kit.NewHeader("Clients", "Fichier clients, encours et relances"), g),
		"clients", nil)
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
	return kit.Cols(0, []float32{0.64, 1}, side,
		kit.Backdrop(theme.Surface, kit.Center(kit.Fixed(380, 0, form))))
}

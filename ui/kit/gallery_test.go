package kit_test

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// galleryDir names the folder that receives one picture per scene and theme;
// without it the scenes are only built and drawn.
const galleryDir = "KIT_GALLERY"

func TestMain(m *testing.M) {
	kit.After = kit.Never
	kit.TipsAtOnce()
	os.Exit(m.Run())
}

// stage shows an object in a window of the given size and theme.
func stage(
	t testing.TB,
	mode theme.Mode,
	w, h float32,
	build func(win fyne.Window) fyne.CanvasObject,
) fyne.Window {
	t.Helper()
	app := test.NewTempApp(t)
	theme.Apply(app, mode)
	win := test.NewWindow(nil)
	t.Cleanup(func() {
		kit.ForgetWindow(win)
		win.Close()
	})
	win.SetPadded(false)
	host := kit.NewHost(build(win))
	host.Attach(win)
	win.SetContent(host)
	win.Resize(fyne.NewSize(w, h))
	return win
}

func shoot(t *testing.T, win fyne.Window, name string) {
	t.Helper()
	dir := os.Getenv(galleryDir)
	if dir == "" {
		return // building and laying out was the test
	}
	img := win.Canvas().Capture()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

type scene struct {
	name  string
	w, h  float32
	build func(win fyne.Window) fyne.CanvasObject
	then  func(win fyne.Window) // once it is on screen
}

func TestGallery(t *testing.T) {
	for _, s := range scenes {
		for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
			t.Run(s.name+"-"+name, func(t *testing.T) {
				win := stage(t, mode, s.w, s.h, s.build)
				if s.then != nil {
					s.then(win)
				}
				shoot(t, win, s.name+"-"+name)
			})
		}
	}
}

var scenes = []scene{
	{"clients", 1440, 900, clients, nil},
	{"dashboard", 1440, 900, dashboard, nil},
	{"dashboard-small", 1280, 720, dashboard, nil},
	{"controls", 1100, 900, controls, nil},
	{"confirm", 900, 520, formPage, func(win fyne.Window) {
		kit.Confirm(win, "Supprimer ce devis ?",
			"Le devis D-2026-0118 de Menuiserie Durand sera supprimé. Cette action ne peut pas être annulée.",
			"Supprimer le devis", "Garder", true, func() {})
	}},
}

func shell(page fyne.CanvasObject, key string, banner fyne.CanvasObject) fyne.CanvasObject {
	nav := kit.NewNavBar("Zafè", "Menuiserie Durand SARL", []kit.NavItem{
		{Key: "home", Text: "Accueil", Icon: "house"},
		{Key: "clients", Text: "Clients", Icon: "users"},
		{Key: "sales", Text: "Ventes", Icon: "receipt", Badge: "12"},
		{Key: "buy", Text: "Achats", Icon: "shopping-cart"},
		{Key: "stock", Text: "Articles & stock", Icon: "package"},
		{Key: "bank", Text: "Banque", Icon: "bank", Badge: "7"},
		{Key: "books", Text: "Comptabilité", Icon: "calculator"},
		{Key: "reports", Text: "Rapports", Icon: "chart-bar"},
	}, []kit.NavItem{
		{Key: "backup", Text: "Sauvegardes", Icon: "hard-drives"},
		{Key: "team", Text: "Utilisateurs", Icon: "shield-check"},
		{Key: "settings", Text: "Réglages", Icon: "gear"},
	}, func(string) {})
	nav.SetKey(key)
	nav.SetUser("Claire Durand", "Gérante · 2FA active")
	status := kit.NewStatusBar()
	status.SetItems(
		kit.StatusItem{
			Icon: "plugs-connected",
			Text: "Serveur SRV-ATELIER · 3 postes connectés",
			Tone: kit.Ok,
		},
		kit.StatusItem{Icon: "hard-drives", Text: "Sauvegarde vérifiée aujourd'hui 12:04"},
	)
	status.SetRight("Exercice 01/01/2026 – 31/12/2026   ·   F1 Aide   ·   Ctrl+K Rechercher partout")
	return kit.Shell(nav, banner, page, status)
}

var names = []string{
	"Traiteur d'Aubigné", "Imprimerie Durand", "Traiteur Gauthier", "Pépinières Rousseau",
	"Plomberie Lefèvre", "Boulangerie Çelik", "Traiteur Vasseur", "Plomberie Gauthier", "Transports Vasseur",
	"Fleuriste Marchand", "Boulangerie Chevalier", "Garage Çelik", "Électricité Fontaine",
}
var towns = []string{"Paris", "Bordeaux", "Toulouse", "Lille", "Nantes", "Nice", "Saint-Étienne", "Rennes"}

func customerGrid(rows int) *kit.Grid {
	g := kit.NewGrid([]kit.Column{
		{Key: "code", Title: "Code", Width: 84, Sortable: true},
		{Key: "name", Title: "Raison sociale", Width: 220, Weight: 3, Sortable: true},
		{Key: "zip", Title: "CP", Width: 64},
		{Key: "town", Title: "Ville", Width: 120, Weight: 1, Sortable: true},
		{Key: "mail", Title: "E-mail", Width: 190, Weight: 2},
		{Key: "phone", Title: "Téléphone", Width: 122},
		{Key: "due", Title: "Encours TTC", Width: 112, Align: fyne.TextAlignTrailing, Sortable: true},
		{Key: "state", Title: "Statut", Width: 104},
	}, func() int { return rows }, func(row, col int) kit.CellView {
		switch col {
		case 0:
			return kit.CellView{Text: fmt.Sprintf("C%06d", row+1), Color: theme.Muted}
		case 1:
			return kit.CellView{Text: names[row%len(names)], Weight: kit.Bold}
		case 2:
			return kit.CellView{Text: "75011", Color: theme.Muted}
		case 3:
			return kit.CellView{Text: towns[row%len(towns)]}
		case 4:
			return kit.CellView{Text: fmt.Sprintf("contact@client%d.fr", row), Color: theme.Muted}
		case 5:
			return kit.CellView{Text: "02 86 10 76 70", Color: theme.Muted}
		case 6:
			if row%3 == 1 {
				return kit.CellView{Text: "–", Color: theme.Faint}
			}
			return kit.CellView{Text: fmt.Sprintf("%d\u202f%03d,%02d €", row%17+1, row*37%1000, row%100)}
		default:
			states := []kit.CellView{
				{Text: "Actif", Tone: kit.Ok},
				{Text: "En retard", Tone: kit.Warn},
				{Text: "Bloqué", Tone: kit.Error},
				{Text: "Prospect", Tone: kit.Info},
				{Text: "Archivé"},
			}
			s := states[row*7%len(states)]
			s.Pill = true
			return s
		}
	})
	g.SetSort("name", false)
	return g
}

func clients(win fyne.Window) fyne.CanvasObject {
	g := customerGrid(100_000)
	g.Multi = true
	g.Select(1)
	g.SetFoot(
		[]kit.CellView{
			{},
			{Text: "100\u202f000 clients"},
			{},
			{},
			{},
			{},
			{Text: "1\u202f204\u202f310,52 €"},
		},
	)
	head := kit.NewHeader("Clients", "Fichier clients, encours et relances",
		kit.NewButton("Importer", "upload-simple", kit.Secondary, nil),
		kit.NewButton("Nouveau client", "plus", kit.Primary, nil))
	search := kit.NewSearch("Rechercher : nom, ville, code postal, code… (Ctrl+F)", nil)
	chips := kit.NewChips([]kit.Option{
		{Key: "all", Text: "Tous"},
		{Key: "on", Text: "Actifs"},
		{Key: "late", Text: "En retard", Detail: "3"},
		{Key: "new", Text: "Prospects"},
	}, nil)
	bar := kit.HBox(8, kit.Fixed(420, 0, search), chips, kit.Spacer(),
		kit.NewButton("Colonnes", "sliders-horizontal", kit.Ghost, nil),
		kit.NewButton("Exporter", "export", kit.Ghost, nil))
	page := kit.NewPage(head, g).
		Bar(bar).
		Foot(kit.HBox(8, kit.Caption("100\u202f000 clients sur 100\u202f000"),
			kit.Spacer(), kit.Caption("↑ ↓ parcourir   ·   Entrée ouvrir   ·   taper pour filtrer")))
	banner := kit.NewBanner(kit.Warn, "Connexion au serveur perdue",
		"Consultation seule. Nouvel essai dans 8 s – votre saisie en cours est conservée.",
		kit.NewButton("Réessayer maintenant", "arrows-clockwise", kit.Ghost, nil),
		kit.NewButton("Détails", "info", kit.Ghost, nil)).Icon("wifi-slash")
	return shell(page, "clients", banner)
}

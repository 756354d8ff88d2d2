package kit_test

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// galleryDir names the folder that receives one picture per scene and theme;
// without it the scenes are only built and drawn.
const galleryDir = "KIT_GALLERY"

func TestMain(m *testing.M) {
	kit.Blink = false
	kit.ToastTime = time.Hour // no timer may fire in a later test
	os.Exit(m.Run())
}

// stage shows an object in a window of the given size and theme.
func stage(t testing.TB, mode theme.Mode, w, h float32, build func(win fyne.Window) fyne.CanvasObject) fyne.Window {
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
	defer f.Close()
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
		kit.StatusItem{Icon: "plugs-connected", Text: "Serveur SRV-ATELIER · 3 postes connectés", Tone: kit.Ok},
		kit.StatusItem{Icon: "hard-drives", Text: "Sauvegarde vérifiée aujourd'hui 12:04"},
	)
	status.SetRight("Exercice 01/01/2026 – 31/12/2026   ·   F1 Aide   ·   Ctrl+K Rechercher partout")
	return kit.Shell(nav, banner, page, status)
}

var names = []string{"Traiteur d'Aubigné", "Imprimerie Durand", "Traiteur Gauthier", "Pépinières Rousseau",
	"Plomberie Lefèvre", "Boulangerie Çelik", "Traiteur Vasseur", "Plomberie Gauthier", "Transports Vasseur",
	"Fleuriste Marchand", "Boulangerie Chevalier", "Garage Çelik", "Électricité Fontaine"}
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
			states := []kit.CellView{{Text: "Actif", Tone: kit.Ok}, {Text: "En retard", Tone: kit.Warn},
				{Text: "Bloqué", Tone: kit.Error}, {Text: "Prospect", Tone: kit.Info}, {Text: "Archivé"}}
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
	g.SetFoot([]kit.CellView{{}, {Text: "100\u202f000 clients"}, {}, {}, {}, {}, {Text: "1\u202f204\u202f310,52 €"}})
	head := kit.NewHeader("Clients", "Fichier clients, encours et relances",
		kit.NewButton("Importer", "upload-simple", kit.Secondary, nil),
		kit.NewButton("Nouveau client", "plus", kit.Primary, nil))
	search := kit.NewSearch("Rechercher : nom, ville, code postal, code… (Ctrl+F)", nil)
	chips := kit.NewChips([]kit.Option{{Key: "all", Text: "Tous"}, {Key: "on", Text: "Actifs"},
		{Key: "late", Text: "En retard", Detail: "3"}, {Key: "new", Text: "Prospects"}}, nil)
	bar := kit.HBox(8, kit.Fixed(420, 0, search), chips, kit.Spacer(),
		kit.NewButton("Colonnes", "sliders-horizontal", kit.Ghost, nil),
		kit.NewButton("Exporter", "export", kit.Ghost, nil))
	page := kit.NewPage(head, g).Bar(bar).Foot(kit.HBox(8, kit.Caption("100\u202f000 clients sur 100\u202f000"),
		kit.Spacer(), kit.Caption("↑ ↓ parcourir   ·   Entrée ouvrir   ·   taper pour filtrer")))
	banner := kit.NewBanner(kit.Warn, "Connexion au serveur perdue",
		"Consultation seule. Nouvel essai dans 8 s – votre saisie en cours est conservée.",
		kit.NewButton("Réessayer maintenant", "arrows-clockwise", kit.Ghost, nil),
		kit.NewButton("Détails", "info", kit.Ghost, nil)).Icon("wifi-slash")
	return shell(page, "clients", banner)
}

func euros(v int64) string { return fmt.Sprintf("%d k€", v/1000) }

func kpi(icon, name, figure, note string, tone kit.Tone, trend ...int64) fyne.CanvasObject {
	k := kit.NewKPI(icon, name, func() {})
	k.Set(figure, note, tone, trend)
	return k
}

func dashboard(win fyne.Window) fyne.CanvasObject {
	head := kit.NewHeader("Bonjour Claire", "Samedi 21 novembre 2026 · exercice 2026 ouvert",
		kit.NewButton("Nouveau devis", "file-text", kit.Secondary, nil),
		kit.NewButton("Nouvelle facture", "plus", kit.Primary, nil))
	top := kit.Cols(14, nil,
		kpi("coins", "Chiffre d'affaires de novembre", "38\u202f412 €", "+8,4 % sur novembre 2025", kit.Ok, 20, 24, 22, 27, 26, 32, 29, 36, 41),
		kpi("hourglass", "Encours clients", "52\u202f930 €", "dont 11\u202f284 € échus depuis 30 j et +", kit.Error, 20, 24, 22, 27, 26, 32, 29, 36, 41),
		kpi("wallet", "Trésorerie", "71\u202f605 €", "prévision à 30 j : 64\u202f200 €", kit.Ok, 20, 30, 27, 36, 45, 42, 44, 43, 41),
		kpi("calculator", "TVA à décaisser", "6\u202f148 €", "CA3 à déposer avant le 21/12", kit.Warn, 20, 30, 24, 36, 27, 39, 34, 40, 42))
	months := []string{"déc.", "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov."}
	bars := kit.NewBars(months, euros,
		kit.Series{Name: "12 derniers mois", Values: []int64{29000, 32000, 27500, 36500, 34000, 30200, 41800, 39000, 19500, 37000, 42500, 38400}},
		kit.Series{Name: "année précédente", Values: []int64{27500, 27000, 30000, 31000, 34500, 29000, 36500, 33000, 21800, 34000, 37200, 35500}})
	todo := func(icon string, tone kit.Tone, text, note, act string) fyne.CanvasObject {
		return kit.HBox(12, kit.IconTile(icon, tone), kit.VBox(0, kit.NewLabel(text, kit.Style{Weight: kit.Medium, Shrink: true}),
			kit.Caption(note)), kit.Spacer(), kit.NewButton(act, "", kit.Secondary, nil))
	}
	list := kit.VBox(9, todo("bank", kit.Info, "7 opérations bancaires à rapprocher", "Crédit Agricole, dernière le 20/11", "Rapprocher"),
		kit.Separator(), todo("warning", kit.Warn, "3 factures échues à relancer", "11\u202f284 € · plus ancienne : 47 jours", "Relancer"),
		kit.Separator(), todo("file-text", kit.Ok, "2 devis acceptés à facturer", "D-2026-0118, D-2026-0121", "Facturer"),
		kit.Separator(), todo("cloud-arrow-up", kit.Error, "Copie hors site absente depuis 9 j", "Brancher le disque « Coffre-B »", "Sauvegarder"))
	g := customerGrid(6)
	g.Frameless = true
	middle := kit.Cols(14, []float32{1.56, 1}, kit.NewCard("Chiffre d'affaires HT", bars).
		Action(kit.Legend("12 derniers mois", "année précédente")), kit.NewCard("À traiter", list))
	bottom := kit.Cols(14, []float32{1.56, 1}, kit.NewCard("Dernières factures", g).Flush().
		Action(kit.NewButton("Tout voir", "", kit.Link, nil)),
		kit.NewCard("Échéancier clients", kit.NewStack(
			kit.Share{Name: "Non échu", Value: 29412, Text: "29\u202f412 €", Tone: kit.Ok},
			kit.Share{Name: "1 à 30 jours", Value: 12234, Text: "12\u202f234 €", Tone: kit.Info},
			kit.Share{Name: "31 à 60 jours", Value: 7184, Text: "7\u202f184 €", Tone: kit.Warn},
			kit.Share{Name: "plus de 60 jours", Value: 4100, Text: "4\u202f100 €", Tone: kit.Error})))
	body := kit.Split(14, []float32{0, 1, 1}, top, middle, bottom)
	return shell(kit.NewPage(head, body), "home", nil)
}

package books_test

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/ledger"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// tab opens a tab of the books.
func (d *desk) tab(arg string) { d.show(page.Route{Name: "books", Arg: arg}) }

// scenes are the pages as they are looked at, light and dark.
var scenes = []struct {
	name string
	show func(d *desk)
}{
	{"entries", func(d *desk) { d.stock(); d.tab("entries") }},
	{"entries-posted", func(d *desk) {
		d.stock()
		d.tab("entries")
		c := one[*kit.Choice](d, 1)
		c.SetKey("posted")
		c.OnChanged("posted")
	}},
	{"entries-empty", func(d *desk) { d.tab("entries") }},
	{"trial", func(d *desk) { d.stock(); d.tab("trial") }},
	{"general", func(d *desk) { d.stock(); d.tab("general:411000") }},
	{"journal", func(d *desk) { d.stock(); d.tab("journal") }},
	{"central", func(d *desk) {
		d.stock()
		d.tab("journal")
		s := one[*kit.Select](d, 0)
		s.SetKey("*")
		s.OnChanged("*")
	}},
	{"aged", func(d *desk) { d.stock(); d.tab("aged") }},
	{"match", func(d *desk) { d.stock(); d.tab("match:411000:C000001") }},
	{"years", func(d *desk) { d.stock(); d.tab("years") }},
	{"years-lock", func(d *desk) { d.stock(); d.tab("years"); d.click("Clôturer l'exercice") }},
	{"years-fec", func(d *desk) { d.stock(); d.tab("years"); d.click("Exporter le FEC") }},
	{"years-import", func(d *desk) {
		d.shell.Name, d.shell.Data = "x.txt", []byte("JournalCode\tnonsense\n1\t2\n")
		d.tab("years")
		d.click("Importer un FEC")
	}},
	{"match-ticked", func(d *desk) {
		d.stock()
		d.tab("match:411000:C000001")
		g := one[*kit.Grid](d, 0)
		for row := range 3 {
			g.Select(row)
			g.TypedRune(' ')
		}
	}},
	{"match-empty", func(d *desk) { d.tab("match") }},
	{"entry-refused", func(d *desk) {
		e := d.draft("OD", day(11, 3), "", "Sans montant", debit("613000", 5000), credit("512000", 5000), ledger.Line{Account: "625000"})
		d.show(page.Route{Name: "entry", ID: int64(e.ID)})
		d.key(fyne.KeyF10, 0)
	}},
	{"entry-conflict", func(d *desk) {
		e := d.draft("OD", day(11, 3), "P1", "Loyer", debit("613000", 5000), credit("512000", 5000))
		d.show(page.Route{Name: "entry", ID: int64(e.ID)})
		must(ledger.EntryDelete.Call(d.Ctx(), d.As("owner"), ledger.EntryDeleteRequest{ID: e.ID, Version: e.Version}))(d.t)
		d.label("Le mien")
		d.key(fyne.KeyS, ctrl)
	}},
	{"accounts", func(d *desk) { d.tab("accounts") }},
	{"accounts-new", func(d *desk) { d.tab("accounts"); d.click("Nouveau compte") }},
	{"entry-new", func(d *desk) {
		d.stock()
		d.show(page.Route{Name: "entry"})
		g := one[*kit.EditGrid](d, 0)
		g.Focus()
		d.write("607", "Bois Point P", "1250,50", "44566", "", "250,10")
		for _, r := range "poin" {
			d.env.Window.Canvas().Focused().TypedRune(r)
		}
	}},
	{"entry-posted", func(d *desk) {
		es := d.stock()
		d.show(page.Route{Name: "entry", ID: int64(es[1].ID)})
	}},
	{"entry-reverse", func(d *desk) {
		es := d.stock()
		d.show(page.Route{Name: "entry", ID: int64(es[1].ID)})
		d.click("Contre-passer")
	}},
}

func TestGallery(t *testing.T) {
	if os.Getenv("BOOKS_GALLERY") == "" {
		t.Skip("only drawn when BOOKS_GALLERY names a folder for the pictures")
	}
	for _, s := range scenes {
		for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
			t.Run(s.name+"-"+name, func(t *testing.T) {
				d := open(t, auth.Owner)
				theme.Apply(fyne.CurrentApp(), mode)
				s.show(d)
				room := fyne.Size{Width: 1232, Height: 840}
				if mode == theme.Dark {
					room = fyne.Size{Width: 1072, Height: 662}
				}
				d.env.Window.Resize(room)
				d.shoot(s.name + "-" + name)
				for _, err := range d.shell.Failed {
					t.Error(err)
				}
			})
		}
	}
}

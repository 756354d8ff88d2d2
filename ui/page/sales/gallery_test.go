package sales_test

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// scenes are the pages as they are looked at, light and dark, large and small.
var scenes = []struct {
	name string
	show func(d *desk)
}{
	{"invoices", func(d *desk) {
		d.stock()
		d.show(page.Route{Name: "invoices"})
	}},
	{"invoices-empty", func(d *desk) { d.show(page.Route{Name: "invoices"}) }},
	{"quotes", func(d *desk) {
		d.quotes()
		d.show(page.Route{Name: "quotes"})
	}},
	{"payments", func(d *desk) {
		d.stock()
		d.show(page.Route{Name: "payments"})
	}},
	{"invoice-new", func(d *desk) { d.show(page.Route{Name: "invoice"}) }},
	{"invoice-draft", func(d *desk) { d.show(id(d.works())) }},
	{"invoice-issue", func(d *desk) {
		d.show(id(d.works()))
		d.key(fyne.KeyF10, 0)
	}},
	{"invoice-line", func(d *desk) {
		d.show(id(d.works()))
		d.key(fyne.KeyF4, 0)
	}},
	{"invoice-final", func(d *desk) {
		docs := d.stock()
		d.show(id(docs[7]))
	}},
	{"invoice-pay", func(d *desk) {
		docs := d.stock()
		d.show(id(docs[7]))
		d.key(fyne.KeyF10, 0)
	}},
	{"invoice-conflict", func(d *desk) {
		doc := d.works()
		d.show(id(doc))
		r := billing.SaveRequest{ID: doc.ID, Version: doc.Version, Header: doc.Header, Lines: doc.Lines}
		must(billing.SaveInvoice.Call(d.Ctx(), d.As("assistant"), r))(d.t)
		kit.Focus(field[*kit.LineEdit](d, "Objet"))
		d.write("Le mien")
		d.pass(rest)
	}},
	{"invoice-proposals", func(d *desk) {
		d.show(id(d.works()))
		g := one[*kit.EditGrid](d, 0)
		g.Goto(5, 0)
		g.Focus()
		d.write("étu")
	}},
	{"invoice-vat", func(d *desk) {
		d.show(id(d.works()))
		g := one[*kit.EditGrid](d, 0)
		g.Goto(1, 5)
		g.Focus()
		d.press(fyne.KeyF3)
	}},
	{"invoice-delivery", func(d *desk) {
		d.show(id(d.works()))
		one[*kit.Tabs](d, 0).SetKey("delivery")
	}},
	{"invoice-customer", func(d *desk) {
		d.customer("SCI Les Tilleuls", "Nantes")
		d.customer("SCI Les Érables", "Rezé")
		d.show(page.Route{Name: "invoice"})
		d.pass(rest)
		d.write("SCI")
	}},
	{"invoice-customer-new", func(d *desk) {
		d.show(page.Route{Name: "invoice"})
		d.pass(rest)
		d.write("Boulangerie Petit")
		d.press(fyne.KeyReturn)
	}},
	{"payments-cancel", func(d *desk) {
		d.stock()
		d.show(page.Route{Name: "payments"})
		one[*kit.Grid](d, 0).Select(1)
		d.click("Annuler le règlement")
	}},
	{"payments-show", func(d *desk) {
		d.stock()
		d.show(page.Route{Name: "payments"})
		one[*kit.Grid](d, 0).OnOpen(0)
	}},
	{"payments-new", func(d *desk) {
		d.stock()
		d.show(page.Route{Name: "payments"})
		d.key(fyne.KeyN, ctrl)
		d.write("noël")
		d.press(fyne.KeyReturn)
		kit.Focus(field[*kit.LineEdit](d, "Montant reçu"))
		field[*kit.LineEdit](d, "Montant reçu").SelectAll()
		d.write("20000")
		d.pass(rest)
	}},
	{"credit-draft", func(d *desk) {
		docs := d.stock()
		d.show(id(d.credit(docs[0])))
	}},
	{"credit-ask", func(d *desk) {
		docs := d.stock()
		d.show(id(docs[0]))
		d.click("Avoir")
	}},
	{"english", func(d *desk) {
		d.env.Text = i18n.For(i18n.English)
		d.show(id(d.works()))
	}},
	{"english-list", func(d *desk) {
		d.env.Text = i18n.For(i18n.English)
		d.stock()
		d.show(page.Route{Name: "invoices"})
	}},
	{"quote-accepted", func(d *desk) {
		q := d.quotes()
		d.show(id(q[1]))
	}},
	{"quote-sent", func(d *desk) {
		q := d.quotes()
		d.show(id(q[0]))
	}},
}

// works is the draft of the design's picture.
func (d *desk) works() billing.Document {
	c := d.customer("Durand – SCI Les Tilleuls", "Nantes")
	d.item("Étude et relevé de cotes sur site", "LS", 18000, 200_000, catalog.Services)
	lines := []billing.Line{
		line("Étude et relevé de cotes sur site", 1, 18000, 200_000),
		line("Fenêtre alu 2 vantaux 120 × 135, RAL 7016", 4, 64500, 100_000),
		line("Porte d'entrée isolante Ud 1,2", 1, 189000, 55_000),
		line("Pose de menuiserie aluminium, main-d'œuvre", 18, 5200, 100_000),
		line("Évacuation des gravats en déchetterie", 1, 12000, 200_000),
	}
	lines[0].Unit, lines[1].Discount, lines[3].Unit, lines[4].Unit = "LS", 50_000, "HUR", "LS"
	lines[3].Nature, lines[3].Account = "services", "704000"
	doc := d.draft(c, civil.Date{}, "Menuiseries du rez-de-chaussée", lines...)
	return doc
}

// quotes makes a quote in each state.
func (d *desk) quotes() []billing.Document {
	c := d.customer("SCI Les Tilleuls", "Nantes")
	k := d.customer("Boulangerie Lefèvre", "Rezé")
	var out []billing.Document
	for i := range 7 {
		who := c
		if i%2 == 1 {
			who = k
		}
		what := "Agencement " + []string{"cuisine", "boutique", "bureau"}[i%3]
		q := d.quote(who, day(11, 2+i), what, line("Plan de travail", 1, 90000, 200_000))
		if i < 6 {
			q = must(billing.SendQuote.Call(d.Ctx(), d.As("owner"), billing.IssueRequest{ID: q.ID, Version: q.Version}))(d.t)
		}
		out = append(out, q)
	}
	yes := billing.AcceptRequest{ID: out[1].ID, Date: day(11, 20), Signer: "Anne Lefèvre"}
	must(billing.AcceptQuote.Call(d.Ctx(), d.As("owner"), yes))(d.t)
	no := billing.RefuseRequest{ID: out[2].ID, Date: day(11, 20)}
	must(billing.RefuseQuote.Call(d.Ctx(), d.As("owner"), no))(d.t)
	must(billing.QuoteToInvoice.Call(d.Ctx(), d.As("owner"), billing.DocumentRequest{ID: out[3].ID}))(d.t)
	return out
}

func TestGallery(t *testing.T) {
	if os.Getenv("SALES_GALLERY") == "" {
		t.Skip("only drawn when SALES_GALLERY names a folder for the pictures")
	}
	for _, s := range scenes {
		for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
			for _, room := range []fyne.Size{{Width: 1232, Height: 872}, {Width: 1072, Height: 692}} {
				t.Run(s.name+"-"+name+"-"+size(room.Width, room.Height), func(t *testing.T) {
					d := open(t, auth.Owner)
					theme.Apply(fyne.CurrentApp(), mode)
					s.show(d)
					d.env.Window.Resize(room)
					d.shoot(s.name + "-" + name + "-" + size(room.Width, room.Height))
					for _, err := range d.shell.Failed {
						t.Error(err)
					}
				})
			}
		}
	}
}

package sales_test

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// TestInvoiceList filters, searches, sorts and opens.
func TestInvoiceList(t *testing.T) {
	d := open(t, auth.Owner)
	docs := d.stock()
	d.show(page.Route{Name: "invoices"})
	d.pass(100 * time.Millisecond)
	d.sees("14 factures et avoirs", "A-2026-0001", "F-2026-0012", "En retard", "Payée", "Brouillon")
	chips := one[*kit.Choice](d, 0)
	choose := func(key string) {
		chips.SetKey(key)
		chips.OnChanged(key)
	}
	choose("overdue")
	d.sees("F-2026-0008", "-F-2026-0001")
	choose("credit_note")
	d.sees("A-2026-0001", "-F-2026-00")
	choose("open")
	d.sees("F-2026-0012", "-F-2026-0001", "-A-2026")
	choose("all")
	g := one[*kit.Grid](d, 0)
	kit.Focus(g)
	d.write("le goff")
	d.sees("14 factures") // typing still
	d.pass(time.Second)
	d.sees("Transports Le Goff", "-Garage Noël")
	g.OnSort("gross", true)
	d.press(fyne.KeyDown)
	d.press(fyne.KeyReturn)
	want := docs[0]
	for _, x := range docs {
		if x.Customer == docs[5].Customer && x.Gross > want.Gross || want.Customer != docs[5].Customer {
			want = x
		}
	}
	if n := len(d.shell.Opened); n != 1 || d.shell.Opened[0].ID != int64(want.ID) {
		t.Errorf("opened %+v, want %d", d.shell.Opened, want.ID)
	}
	d.fine()
}

// TestListPages reads only what is in view of a long list.
func TestListPages(t *testing.T) {
	d := open(t, auth.Owner)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	for i := range 130 {
		d.quote(c, day(1, 1).AddDays(i), fmt.Sprintf("Objet %03d", i), line("Porte", 1, 10000, 200_000))
	}
	d.show(page.Route{Name: "quotes"})
	d.sees("130 devis", "Objet 129", "15 600,00 €")
	g := one[*kit.Grid](d, 0)
	eq(t, "rows", g.Rows(), 130)
	eq(t, "first page", g.Loaded(99), true)
	eq(t, "second page", g.Loaded(100), false)
	g.Select(125)
	d.texts() // draws the rows, which asks for them
	eq(t, "not at once", g.Loaded(125), false)
	d.pass(time.Second)
	eq(t, "second page then", g.Loaded(125), true)
	d.sees("Objet 004")
}

// TestNewFromLists: Ctrl+N starts a document, for those who may; a letter alone only searches.
func TestNewFromLists(t *testing.T) {
	for _, c := range []struct {
		route, want string
	}{{"quotes", "quote"}, {"invoices", "invoice"}} {
		d := open(t, auth.Owner)
		d.show(page.Route{Name: c.route})
		d.key(fyne.KeyN, ctrl)
		kit.Focus(one[*kit.Grid](d, 0))
		d.write("n")
		if o := d.shell.Opened; len(o) != 1 || o[0] != (page.Route{Name: c.want}) {
			t.Errorf("%s: opened %+v", c.route, o)
		}
		eq(t, "searched", one[*kit.LineEdit](d, 0).Text(), "n")
	}
	d := open(t, auth.Reader)
	d.show(page.Route{Name: "invoices"})
	eq(t, "new", d.hasButton("Nouvelle facture"), false)
}

// TestCancelPayment cancels a payment with a reason; without one nothing happens.
func TestCancelPayment(t *testing.T) {
	d := open(t, auth.Owner)
	a := d.sold(1)
	d.pay(a.Document, day(10, 1), a.Gross, a.Gross)
	d.show(page.Route{Name: "payments"})
	d.sees("R-2026-0001", "1 règlement", "F-2026-0001")
	eq(t, "off", d.button("Annuler le règlement").Disabled(), true)
	one[*kit.Grid](d, 0).Select(0)
	d.click("Annuler le règlement")
	d.click("Annuler le règlement")
	d.sees("Indiquez pourquoi")
	kit.Focus(field[*kit.LineEdit](d, "Motif"))
	d.write("Chèque impayé")
	d.click("Annuler le règlement")
	eq(t, "open again", d.get(a.ID).Balance.Open, a.Gross)
	d.sees("0 règlement")
	chips := one[*kit.Choice](d, 0)
	chips.SetKey("cancelled")
	chips.OnChanged("cancelled")
	d.sees("R-2026-0001", "Annulé")
	d.show(page.Route{Name: "payments", ID: 1})
	d.sees("Règlement R-2026-0001", "Annulé le", "Chèque impayé")
	d.fine()
}

// TestPaymentFromList records what a customer paid without opening an invoice.
func TestPaymentFromList(t *testing.T) {
	d := open(t, auth.Owner)
	a := d.sold(1)
	d.show(page.Route{Name: "payments"})
	d.key(fyne.KeyN, ctrl)
	d.write("til")
	d.press(fyne.KeyDown, fyne.KeyReturn)
	d.pass(time.Second)
	d.sees("F-2026-0001", "120,00 €")
	d.click("Enregistrer le règlement")
	eq(t, "open", d.get(a.ID).Balance.Open, 0)
	d.sees("R-2026-0001")
	d.fine()
}

// TestEnglish: no page shows a text that is in no catalogue, in either language.
func TestEnglish(t *testing.T) {
	for _, lang := range i18n.Languages() {
		d := open(t, auth.Owner)
		d.env.Text = i18n.For(lang)
		docs := d.stock()
		quotes := d.quotes()
		routes := []page.Route{
			{Name: "quotes"},
			{Name: "invoices"},
			{Name: "payments"},
			{Name: "quote"},
			{Name: "invoice"},
			id(docs[0]), id(docs[7]), id(docs[10]),
			{Name: "invoice", ID: 13},
			{Name: "invoice", ID: 14},
		}
		for _, q := range quotes {
			routes = append(routes, id(q))
		}
		for _, r := range routes {
			d.show(r)
			d.texts()
			for _, tabs := range all[*kit.Tabs](d) {
				for _, key := range []string{"history", "payments", "mentions", "delivery"} {
					tabs.SetKey(key)
					d.texts()
				}
			}
		}
		d.fine()
	}
}

// TestStatuses: every status of every kind has its word in both languages.
func TestStatuses(t *testing.T) {
	has := map[billing.Kind][]billing.Status{
		billing.Quote: {
			billing.Draft, billing.Sent, billing.Accepted, billing.Refused, billing.Expired, billing.Invoiced,
		},
		billing.Invoice: {
			billing.Draft, billing.Issued, billing.PartlyPaid, billing.Paid, billing.Overdue, billing.Credited,
		},
		billing.CreditNote: {billing.Draft, billing.Issued, billing.PartlyPaid, billing.Paid},
	}
	for kind, list := range has {
		for _, s := range list {
			if key := "sales_ui.status." + string(kind) + "." + string(s); !i18n.For("en").Has(key) {
				t.Errorf("no %s", key)
			}
		}
	}
}

package sales_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/party"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// TestPayment settles two invoices of a customer at once and leaves the rest on account.
func TestPayment(t *testing.T) {
	d := open(t, auth.Owner)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	a := d.issue(d.draft(c, day(9, 1), "Un", line("Porte", 1, 10000, 200_000)))
	b := d.issue(d.draft(c, day(10, 1), "Deux", line("Porte", 2, 10000, 200_000)))
	d.show(id(a.Document))
	d.sees("En retard", "Reste à payer", "120,00 €")
	d.key(fyne.KeyF10, 0)
	one[*kit.Check](d, 1).Tapped(nil)
	amount := field[*kit.LineEdit](d, "Montant reçu")
	eq(t, "proposed", amount.Text(), "120,00")
	kit.Focus(amount)
	amount.SelectAll()
	d.write("400")
	d.pass(time.Second)
	d.sees("40,00 € resteront au crédit du client")
	d.click("Enregistrer le règlement")
	eq(t, "first", d.get(a.ID).Balance.Open, 0)
	eq(t, "second", d.get(b.ID).Balance.Open, 0)
	d.sees("Payée", "-Enregistrer un règlement")
	eq(t, "told", d.shell.Toasts[len(d.shell.Toasts)-1], "Règlement enregistré")
	d.fine()
}

// TestPaymentInFuture: a refusal of the book stays beside its field and nothing is recorded.
func TestPaymentInFuture(t *testing.T) {
	d := open(t, auth.Owner)
	a := d.sold(1)
	d.show(id(a.Document))
	d.click("Enregistrer un règlement")
	date := field[*kit.DateField](d, "Date")
	kit.Focus(date.Edit())
	date.Edit().SelectAll()
	d.write("+3")
	d.click("Enregistrer le règlement")
	d.sees("Un règlement ne se date pas")
	eq(t, "open", d.get(a.ID).Balance.Open, 120_00)
}

// TestCreditAndRefund credits a paid invoice, then pays the customer back.
func TestCreditAndRefund(t *testing.T) {
	d := open(t, auth.Owner)
	a := d.sold(3)
	d.pay(a.Document, day(10, 1), a.Gross, a.Gross)
	d.show(id(a.Document))
	d.click("Avoir")
	d.write("Une porte rendue")
	d.click("Préparer l'avoir")
	to := d.shell.Opened[len(d.shell.Opened)-1]
	eq(t, "route", to.Name, "invoice")
	d.show(to)
	d.sees("Avoir en brouillon", "Net à créditer")
	g := one[*kit.EditGrid](d, 0)
	g.Goto(0, 1)
	g.Focus()
	d.write("1")
	d.press(fyne.KeyReturn)
	d.key(fyne.KeyF10, 0)
	d.click("Valider A-2026-0001")
	d.sees("Avoir A-2026-0001", "Reste à imputer", "120,00 €")
	d.click("Rembourser")
	d.pass(time.Second)
	d.click("Enregistrer le remboursement")
	eq(t, "left", d.get(billing.DocumentID(to.ID)).Balance.Open, 0)
	d.sees("Imputé")
	d.fine()
}

// TestCreditUsed settles another invoice with what a credit note still has.
func TestCreditUsed(t *testing.T) {
	d := open(t, auth.Owner)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	a := d.issue(d.draft(c, day(9, 1), "Un", line("Porte", 3, 10000, 200_000)))
	d.pay(a.Document, day(10, 1), a.Gross, a.Gross)
	b := d.issue(d.draft(c, day(10, 2), "Deux", line("Porte", 5, 10000, 200_000)))
	credit := d.issue(must(billing.Credit.Call(d.Ctx(), d.As("owner"), billing.CreditRequest{Invoice: a.ID}))(t))
	d.show(id(credit.Document))
	d.click("Imputer")
	d.click("Affecter")
	eq(t, "credit", d.get(credit.ID).Balance.Open, 0)
	eq(t, "invoice", d.get(b.ID).Balance.Open, 240_00)
	d.fine()
}

// TestQuote is the life of a quote: sent, accepted, invoiced.
func TestQuote(t *testing.T) {
	d := open(t, auth.Sales)
	c := d.customer("SCI Les Tilleuls", "Nantes")
	c.Owner = 3
	q := d.quote(c, day(11, 2), "Cuisine", line("Plan", 1, 90000, 200_000))
	d.env.Caller = d.As("assistant")
	d.show(id(q))
	d.sees("Devis en brouillon", "Total TTC")
	d.key(fyne.KeyF10, 0)
	d.click("Valider D-2026-0001")
	d.sees("Devis D-2026-0001", "En cours")
	d.key(fyne.KeyF10, 0)
	d.write("Anne Lefèvre")
	d.click("Accepté")
	d.sees("Réponse du client", "Anne Lefèvre")
	d.key(fyne.KeyF10, 0)
	to := d.shell.Opened[len(d.shell.Opened)-1]
	eq(t, "route", to.Name, "invoice")
	d.show(to)
	d.sees("Facture en brouillon", "1 080,00 €")
	d.show(id(q))
	d.sees("Facturé", "Documents liés", "Facture en brouillon", "-Transformer en facture")
	d.fine()
}

// TestPDF writes the document under its number.
func TestPDF(t *testing.T) {
	d := open(t, auth.Owner)
	a := d.sold(1)
	d.show(id(a.Document))
	d.key(fyne.KeyP, ctrl)
	if b := d.shell.Files["F-2026-0001.pdf"]; len(b) < 1000 || string(b[:5]) != "%PDF-" {
		t.Errorf("files: %d bytes", len(b))
	}
	d.show(page.Route{Name: "invoice"})
	d.key(fyne.KeyP, ctrl)
	if len(d.shell.Files["Brouillon.pdf"]) == 0 {
		t.Error("no preview of a draft")
	}
}

// TestTabs shows what happened to a document.
func TestTabs(t *testing.T) {
	d := open(t, auth.Owner)
	a := d.sold(1)
	d.pay(a.Document, day(10, 1), 5000, 5000)
	d.show(id(a.Document))
	tabs := one[*kit.Tabs](d, 0)
	tabs.SetKey("payments")
	d.sees("R-2026-0001", "Virement", "50,00 €")
	tabs.SetKey("history")
	d.sees("Document validé", "Brouillon enregistré", "Claire")
	tabs.SetKey("mentions")
	d.sees("Pénalités de retard")
}

// TestWhoMayOnlyReadItIsToldWhoIsInCharge: a quote and an invoice of the team are shown with nothing that would be
// refused, and say why and whom to ask; one's own offers its acts and says nothing.
func TestWhoMayOnlyReadItIsToldWhoIsInCharge(t *testing.T) {
	d := open(t, auth.Sales)
	d.Update(func(tx *store.Tx) error {
		for _, name := range []string{"Claire", "Sonia", "Yann", "Lucie"} { // Yann is user 3, Lucie 4
			if _, err := tx.SaveUser(user.User{Login: name, Name: name, Role: auth.Sales, CreatedAt: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	d.env.Caller = d.As("peer")
	for p, s := range storetest.Actor("peer").Rights {
		d.env.Me.May[string(p)] = s.String()
	}
	for owner, said := range map[auth.UserID]string{3: "-suivi par", 4: "suivi par Lucie"} {
		c := d.customer(map[auth.UserID]string{3: "Boulangerie Noël", 4: "SCI Les Tilleuls"}[owner], "Nantes")
		c.Owner = owner
		c = must(party.Save.Call(d.Ctx(), d.As("owner"), c))(t).Customer
		r := billing.SaveRequest{
			Header: billing.Header{Customer: c.ID, Owner: owner, Date: day(9, 1)},
			Lines:  []billing.Line{line("Porte", 1, 10000, 200_000)},
		}
		quote := must(billing.SaveQuote.Call(d.Ctx(), d.As("owner"), r))(t)
		draft := must(billing.SaveInvoice.Call(d.Ctx(), d.As("owner"), r))(t)
		final := d.issue(must(billing.SaveInvoice.Call(d.Ctx(), d.As("owner"), r))(t)).Document
		for _, doc := range []billing.Document{quote, draft} {
			d.show(id(doc))
			d.sees(said)
			eq(t, string(doc.Kind)+" can be saved", d.hasButton("Enregistrer"), owner == 3)
		}
		d.show(id(final))
		d.sees(said)
		eq(t, "can be credited", d.hasButton("Avoir"), owner == 3)
	}
	d.fine()
}

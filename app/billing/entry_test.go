package billing_test

import (
	"testing"

	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/party"
)

func collection(p *company.Profile) { p.Exigibility = fr.OnCollection }

func franchise(p *company.Profile) { p.Regime, p.VATNumber = fr.Franchise, "" }

func guadeloupe(p *company.Profile) {
	p.Territory, p.PostalCode, p.City = fr.Guadeloupe, "97110", "Pointe-à-Pitre"
}

func inGuadeloupe(c *party.Customer) {
	c.PostalCode, c.City = "97122", "Baie-Mahault"
}

func TestGoodsAreBookedWithTheirTax(t *testing.T) {
	b := open(t)
	c := b.customer()
	a := b.invoice(c, goods(100_00, 200_000), goods(50_00, 100_000), goods(1_890_00, 55_000))
	same(t, b.entries(), "VE 2026-11-21 F-2026-0001 | 411000/C000001 D2168.95 | 707000 C2040.00 "+
		"| 445711 C20.00 | 445712 C5.00 | 445713 C103.95")
	if a.Posting.Lines[0].DueDate != day(12, 21) || a.DueDate != day(12, 21) || a.Status != billing.Issued {
		t.Errorf("due %s and %s, status %s", a.Posting.Lines[0].DueDate, a.DueDate, a.Status)
	}
	b.verify()
}

func TestServicesOnCollectionReleaseTaxWithEachPayment(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, service(100_01, 200_000)) // tax 20,00, total 120,01
	b.pay(c, 21, 40_00, on(a.Document, 40_00))
	if d := b.get(a.ID); d.Status != billing.PartlyPaid || d.Balance.Open != 80_01 {
		t.Errorf("status %s, open %s", d.Status, d.Balance.Open)
	}
	b.pay(c, 21, 80_01, on(a.Document, 80_01))
	same(
		t,
		b.entries(),
		`VE 2026-11-21 F-2026-0001 | 411000/C000001 D120.01 AA | 706000 C100.01 | 445740 C20.00
BQ 2026-11-21 R-2026-0001 | 512000 D40.00 | 411000/C000001 C40.00 AA
OD 2026-11-21 F-2026-0001 | 445740 D6.67 | 445711 C6.67
BQ 2026-11-21 R-2026-0002 | 512000 D80.01 | 411000/C000001 C80.01 AA
OD 2026-11-21 F-2026-0001 | 445740 D13.33 | 445711 C13.33`,
	)
	if d := b.get(a.ID); d.Status != billing.Paid {
		t.Errorf("status %s", d.Status)
	}
	b.verify()
}

func TestMixedInvoiceHoldsBackOnlyTheTaxOnServices(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, goods(100_00, 200_000), service(50_00, 200_000))
	same(
		t,
		b.entries(),
		"VE 2026-11-21 F-2026-0001 | 411000/C000001 D180.00 | 706000 C50.00 | 707000 C100.00 "+
			"| 445711 C20.00 | 445740 C10.00",
	)
	if a.Nature != "mixed" || !a.OnCollection {
		t.Errorf("nature %s, on collection %v", a.Nature, a.OnCollection)
	}
}

func TestFranchiseSellsWithoutTax(t *testing.T) {
	b := open(t, franchise)
	a := b.invoice(b.customer(), goods(100_00, 200_000))
	same(t, b.entries(), "VE 2026-11-21 F-2026-0001 | 411000/C000001 D100.00 | 707000 C100.00")
	if len(a.Mentions) == 0 || a.Mentions[0] != "TVA non applicable, art. 293 B du CGI" {
		t.Errorf("mentions %q", a.Mentions)
	}
	b.verify()
}

func TestGuadeloupeHasItsOwnRates(t *testing.T) {
	b := open(t, guadeloupe)
	c := b.customer(inGuadeloupe)
	b.invoice(c, goods(200_00, 85_000), goods(100_00, 21_000))
	same(t, b.entries(),
		"VE 2026-11-21 F-2026-0001 | 411000/C000001 D319.10 | 707000 C300.00 | 445715 C17.00 | 445716 C2.10")
	d := b.draft(c, goods(10_00, 200_000))
	_, err := billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
	refused(t, err, "billing.check.vat_rate", "lines[0].vat_rate")
	b.verify()
}

func TestGuyaneHasNoTax(t *testing.T) {
	b := open(
		t,
		func(p *company.Profile) { p.Territory, p.PostalCode, p.City = fr.Guyane, "97300", "Cayenne" },
	)
	a := b.invoice(
		b.customer(func(c *party.Customer) { c.PostalCode, c.City = "97300", "Cayenne" }),
		service(80_00, 85_000),
	)
	same(t, b.entries(), "VE 2026-11-21 F-2026-0001 | 411000/C000001 D80.00 | 706000 C80.00")
	if len(a.Mentions) == 0 || a.Mentions[0] != "TVA non applicable, art. 294, 1 du CGI" {
		t.Errorf("mentions %q", a.Mentions)
	}
}

func TestDiscountsByRateAndByNegativeLine(t *testing.T) {
	b := open(t)
	l := goods(645_00, 100_000)
	l.Quantity, l.Discount = 4*money.Unit, 50_000
	less := goods(-51_00, 100_000)
	less.Account, less.Description = "709000", "Remise de fidélité"
	b.invoice(b.customer(), l, less)
	same(t, b.entries(),
		"VE 2026-11-21 F-2026-0001 | 411000/C000001 D2640.00 | 707000 C2451.00 | 709000 D51.00 | 445712 C240.00")
	b.verify()
}

func TestPartialCreditNoteSettlesItsInvoice(t *testing.T) {
	b := open(t)
	c := b.customer()
	l := goods(30_00, 200_000)
	l.Quantity = 4 * money.Unit
	a := b.invoice(c, l, goods(80_00, 100_000))
	n := must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{
		Invoice: a.ID,
		Lines:   []billing.CreditLine{{Line: 1, Quantity: money.Unit}},
		Reason:  "Une porte rendue",
	}))(t)
	n2 := b.issue(n)
	same(
		t,
		b.entries(),
		`VE 2026-11-21 F-2026-0001 | 411000/C000001 D232.00 aa | 707000 C200.00 | 445711 C24.00 | 445712 C8.00
VE 2026-11-21 A-2026-0001 | 411000/C000001 C36.00 aa | 707000 D30.00 | 445711 D6.00`,
	)
	if d := b.get(
		a.ID,
	); d.Balance.Netted != 36_00 || d.Balance.Open != 196_00 ||
		d.Into[0].Number != "A-2026-0001" {
		t.Errorf("balance %+v, into %+v", d.Balance, d.Into)
	}
	if n2.Status != billing.Paid || n2.Balance.Open != 0 {
		t.Errorf("credit note %s, open %s", n2.Status, n2.Balance.Open)
	}
	rest := must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a.ID}))(t)
	b.issue(rest)
	if d := b.get(a.ID); d.Status != billing.Credited {
		t.Errorf("status %s, %+v", d.Status, d.Balance)
	}
	_, err := billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a.ID})
	refused(t, err, "billing.nothing_to_credit")
	if got := b.balance(); len(got) != 0 {
		t.Errorf("balances left: %v", got)
	}
	b.verify()
}

// TestTwoDraftCreditNotesCannotBothBeIssued makes two drafts for the whole of one invoice: a draft
// takes nothing, the first one issued takes all.
func TestTwoDraftCreditNotesCannotBothBeIssued(t *testing.T) {
	b := open(t)
	a := b.invoice(b.customer(), goods(100_00, 200_000))
	credit := func() billing.Document {
		return must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a.ID}))(t)
	}
	first, second := credit(), credit()
	b.issue(second)
	if got := keys(b.get(first.ID).Document, billing.Blocked); len(got) != 1 || got[0] != "credit_too_much" {
		t.Errorf("checks of the other draft: %v", got)
	}
	_, err := billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: first.ID, Version: first.Version})
	refused(t, err, "billing.check.credit_too_much", "lines")
	// nor may a draft be raised above the invoice
	more := b.invoice(b.customer(), goods(100_00, 200_000))
	d := must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: more.ID}))(t)
	d.Lines[0].UnitPrice++
	d.Lines[0].Quantity *= 1000
	raised := must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{ID: d.ID, Version: d.Version, Lines: d.Lines}))(t)
	if raised.Kind != billing.CreditNote || raised.Customer != more.Customer {
		t.Errorf("draft %s of customer %d", raised.Kind, raised.Customer)
	}
	_, err = billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: raised.Version})
	refused(t, err, "billing.check.credit_too_much", "lines")
	b.verify()
}

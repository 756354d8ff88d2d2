package billing_test

import (
	"flag"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/money"
	"zafe/app/party"
)

func TestOverpaymentStaysOnAccountAndIsUsedLater(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, service(100_00, 200_000))
	p := b.pay(c, 21, 150_00, on(a.Document, 120_00))
	if p.OnAccount != 30_00 || p.Number != "R-2026-0001" || len(p.Settlements) != 1 {
		t.Fatalf("payment %+v", p)
	}
	a2 := b.invoice(c, service(50_00, 200_000))
	must(billing.Allocate.Call(b.Ctx(), b.As("owner"), billing.AllocateRequest{
		Payment: p.ID, Allocations: []billing.Allocation{on(a2.Document, 30_00)},
	}))(t)
	same(
		t,
		b.entries(),
		`VE 2026-11-21 F-2026-0001 | 411000/C000001 D120.00 AA | 706000 C100.00 | 445740 C20.00
BQ 2026-11-21 R-2026-0001 | 512000 D150.00 | 411000/C000001 C120.00 AA | 411000/C000001 C30.00 ab
OD 2026-11-21 F-2026-0001 | 445740 D20.00 | 445711 C20.00
VE 2026-11-21 F-2026-0002 | 411000/C000001 D60.00 ab | 706000 C50.00 | 445740 C10.00
OD 2026-11-21 F-2026-0002 | 445740 D5.00 | 445711 C5.00`,
	)
	_, err := billing.Allocate.Call(b.Ctx(), b.As("owner"), billing.AllocateRequest{
		Payment: p.ID, Allocations: []billing.Allocation{on(a2.Document, 1)},
	})
	refused(t, err, "billing.nothing_on_account")
	if d := b.get(a2.ID); d.Balance.Open != 30_00 || d.Payments[0].By != "R-2026-0001" {
		t.Errorf("%+v %+v", d.Balance, d.Payments)
	}
	b.verify()
}

func TestOnePaymentOfSeveralInvoicesMatchesEachAlone(t *testing.T) {
	b := open(t)
	c := b.customer()
	a1, a2 := b.invoice(c, goods(100_00, 200_000)), b.invoice(c, goods(50_00, 200_000))
	b.pay(c, 21, 150_00, on(a1.Document, 120_00), on(a2.Document, 30_00))
	same(
		t,
		b.entries(),
		`VE 2026-11-21 F-2026-0001 | 411000/C000001 D120.00 AA | 707000 C100.00 | 445711 C20.00
VE 2026-11-21 F-2026-0002 | 411000/C000001 D60.00 ab | 707000 C50.00 | 445711 C10.00
BQ 2026-11-21 R-2026-0001 | 512000 D150.00 | 411000/C000001 C120.00 AA | 411000/C000001 C30.00 ab`,
	)
	b.verify()
}

func TestEachMeansOfPaymentHasItsAccount(t *testing.T) {
	b := open(t)
	c := b.customer()
	for method, want := range map[billing.Method]string{
		"transfer": "512000", "card": "512000", "cheque": "511200", "cash": "530000", "other": "512000",
	} {
		p := must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), billing.RecordRequest{
			Customer: c.ID, Date: day(11, 21), Amount: 10_00, Method: method,
		}))(t)
		if p.Account != want || p.OnAccount != 10_00 {
			t.Errorf("%s: %s, on account %s", method, p.Account, p.OnAccount)
		}
	}
	_, err := billing.RecordPayment.Call(b.Ctx(), b.As("owner"), billing.RecordRequest{
		Customer: c.ID, Date: day(11, 21), Amount: 10_00, Method: "offset",
	})
	refused(t, err, "billing.method_moves_no_money", "method")
	b.verify()
}

func TestCashHasALegalLimitForOneDebt(t *testing.T) {
	b := open(t)
	c := b.customer()
	a := b.invoice(c, goods(1_500_00, 200_000))
	cash := func(amount money.Amount) []billing.Check {
		t.Helper()
		return must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), billing.RecordRequest{
			Customer: c.ID, Date: day(11, 21), Amount: amount, Method: "cash",
			Allocations: []billing.Allocation{on(a.Document, amount)},
		}))(t).Checks
	}
	if got := cash(600_00); len(got) != 0 {
		t.Errorf("600 €: %+v", got)
	}
	if got := cash(500_00); len(got) != 1 || got[0].Key != "billing.check.cash_limit" {
		t.Errorf("1 100 € in two payments: %+v", got)
	}
}

func TestTransfersGoToTheCompanysBankAccount(t *testing.T) {
	b := open(t, func(p *company.Profile) { p.Bank.Account = "512100" })
	c := b.customer()
	r := billing.RecordRequest{Customer: c.ID, Date: day(11, 21), Amount: 1_00, Method: "transfer"}
	for _, want := range []string{"512100", "512000"} {
		if p := must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), r))(t); p.Account != want {
			t.Errorf("account %s, want %s", p.Account, want)
		}
		r.Account = "512000"
	}
}

func TestCancelledPaymentIsUndoneEverywhere(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, service(100_00, 200_000))
	b.pay(c, 20, 60_00, on(a.Document, 60_00))
	p := b.pay(c, 20, 60_00, on(a.Document, 60_00))
	got := must(
		billing.CancelPayment.Call(b.Ctx(), b.As("accountant"),
			billing.CancelRequest{ID: p.ID, Reason: "Chèque sans provision"}),
	)(
		t,
	)
	if got.Cancelled == nil || got.Cancelled.Reason != "Chèque sans provision" ||
		got.Cancelled.Stamp.Name != "Sonia" ||
		len(got.Settlements) != 0 ||
		got.OnAccount != 0 {
		t.Errorf("payment %+v", got)
	}
	same(
		t,
		b.entries(),
		`VE 2026-11-21 F-2026-0001 | 411000/C000001 D120.00 ab | 706000 C100.00 | 445740 C20.00
BQ 2026-11-20 R-2026-0001 | 512000 D60.00 | 411000/C000001 C60.00 ab
OD 2026-11-20 F-2026-0001 | 445740 D10.00 | 445711 C10.00
BQ 2026-11-20 R-2026-0002 | 512000 D60.00 | 411000/C000001 C60.00 AA
OD 2026-11-20 F-2026-0001 | 445740 D10.00 | 445711 C10.00
BQ 2026-11-21 R-2026-0002 | 512000 C60.00 | 411000/C000001 D60.00 AA
OD 2026-11-21 F-2026-0001 | 445740 C10.00 | 445711 D10.00`,
	)
	if d := b.get(a.ID); d.Status != billing.PartlyPaid || d.Balance.Open != 60_00 {
		t.Errorf("%s %+v", d.Status, d.Balance)
	}
	_, err := billing.CancelPayment.Call(b.Ctx(), b.As("owner"),
		billing.CancelRequest{ID: p.ID, Reason: "encore"})
	refused(t, err, "billing.payment_already_cancelled")
	b.verify()
}

func TestCreditNoteOfAPaidInvoiceIsRefunded(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, service(100_00, 200_000))
	b.pay(c, 21, 120_00, on(a.Document, 120_00))
	n := b.issue(must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a.ID}))(t))
	if n.Balance.Open != 120_00 || n.Status != billing.Issued {
		t.Fatalf("credit note %s %+v", n.Status, n.Balance)
	}
	must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), billing.RecordRequest{
		Customer: c.ID, Refund: true, Date: day(11, 21), Amount: 120_00, Method: "transfer",
		Allocations: []billing.Allocation{on(n.Document, 120_00)},
	}))(t)
	same(
		t,
		b.entries(),
		`VE 2026-11-21 F-2026-0001 | 411000/C000001 D120.00 AA | 706000 C100.00 | 445740 C20.00
BQ 2026-11-21 R-2026-0001 | 512000 D120.00 | 411000/C000001 C120.00 AA
OD 2026-11-21 F-2026-0001 | 445740 D20.00 | 445711 C20.00
VE 2026-11-21 A-2026-0001 | 411000/C000001 C120.00 AB | 706000 D100.00 | 445740 D20.00
BQ 2026-11-21 R-2026-0002 | 512000 C120.00 | 411000/C000001 D120.00 AB
OD 2026-11-21 A-2026-0001 | 445740 C20.00 | 445711 D20.00`,
	)
	if got := b.balance(); len(got) != 0 {
		t.Errorf("left %v", got)
	}
	if d := b.get(n.ID); d.Status != billing.Paid {
		t.Errorf("credit note %s", d.Status)
	}
	b.verify()
}

func TestCreditNoteUsedOnAnotherInvoiceCountsAsPayment(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, service(100_00, 200_000))
	b.pay(c, 21, 120_00, on(a.Document, 120_00))
	n := b.issue(must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a.ID}))(t))
	a2 := b.invoice(c, service(100_00, 200_000))
	must(billing.Allocate.Call(b.Ctx(), b.As("owner"), billing.AllocateRequest{
		Credit: n.ID, Allocations: []billing.Allocation{on(a2.Document, 120_00)},
	}))(t)
	if d := b.get(
		a2.ID,
	); d.Status != billing.Paid || d.Payments[0].By != "A-2026-0001" ||
		d.Payments[0].Netted {
		t.Errorf("%s %+v", d.Status, d.Payments)
	}
	want := map[string]money.Amount{"512000": 120_00, "706000": -100_00, "445711": -20_00}
	if got := b.balance(); len(got) != 3 || got["512000"] != want["512000"] ||
		got["445711"] != want["445711"] {
		t.Errorf("balances %v, want %v", got, want)
	}
	b.verify()
}

func TestCreditAfterAPartialPaymentLeavesNoPendingTax(t *testing.T) {
	b := open(t, collection)
	c := b.customer()
	a := b.invoice(c, service(100_00, 200_000), goods(10_00, 55_000))
	b.pay(c, 21, 55_55, on(a.Document, 55_55))
	n := must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{
		Invoice: a.ID, Lines: []billing.CreditLine{{Line: 1, Quantity: money.Unit / 2}},
	}))(t)
	b.issue(n)
	b.pay(c, 21, 15_00, on(a.Document, 15_00))
	if d := b.get(a.ID); d.Status != billing.Paid {
		t.Fatalf("%s %+v", d.Status, d.Balance)
	}
	if got := b.balance()["445740"]; got != 0 {
		t.Errorf("pending tax left: %s", got)
	}
	if got := b.balance()["445711"]; got != -10_00 {
		t.Errorf("tax due %s", got)
	}
	b.verify()
}

func TestWrongPaymentsAreRefused(t *testing.T) {
	b := open(t)
	c, other := b.customer(), b.customer(func(c *party.Customer) { c.Name, c.SIREN = "Autre", "" })
	a := b.invoice(c, goods(100_00, 200_000))
	d := b.draft(c, goods(10_00, 200_000))
	ok := billing.RecordRequest{
		Customer: c.ID, Date: day(11, 21), Amount: 120_00, Method: "transfer",
		Allocations: []billing.Allocation{on(a.Document, 120_00)},
	}
	for key, change := range map[string]func(*billing.RecordRequest){
		"billing.customer_needed":    func(r *billing.RecordRequest) { r.Customer = 0 },
		"billing.payment_amount":     func(r *billing.RecordRequest) { r.Amount = -1 },
		"billing.payment_in_future":  func(r *billing.RecordRequest) { r.Date = day(11, 22) },
		"billing.method_unknown":     func(r *billing.RecordRequest) { r.Method = "troc" },
		"billing.treasury_account":   func(r *billing.RecordRequest) { r.Account = "411000" },
		"billing.allocated_too_much": func(r *billing.RecordRequest) { r.Amount = 100_00 },
		"billing.allocation_twice": func(r *billing.RecordRequest) {
			r.Allocations = append(r.Allocations, r.Allocations[0])
		},
		"billing.more_than_open": func(r *billing.RecordRequest) {
			r.Amount, r.Allocations[0].Amount = 120_01, 120_01
		},
		"billing.other_customer":       func(r *billing.RecordRequest) { r.Customer = other.ID },
		"billing.cannot_settle":        func(r *billing.RecordRequest) { r.Allocations[0].Document = d.ID },
		"billing.not_found":            func(r *billing.RecordRequest) { r.Allocations[0].Document = 999 },
		"party.not_found":              func(r *billing.RecordRequest) { r.Customer = 999 },
		"billing.refund_not_allocated": func(r *billing.RecordRequest) { r.Refund, r.Amount = true, 130_00 },
		"ledger.outside_years":         func(r *billing.RecordRequest) { r.Date = r.Date.AddYears(-1) },
	} {
		r := ok
		r.Allocations = append([]billing.Allocation(nil), ok.Allocations...)
		change(&r)
		_, err := billing.RecordPayment.Call(b.Ctx(), b.As("owner"), r)
		refused(t, err, key)
	}
	if p := must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), ok))(t); p.Number != "R-2026-0001" {
		t.Errorf("a refused payment took a number: %s", p.Number)
	}
	b.verify()
}

// TestRandomHistoriesHold does whatever a company may do with invoices, credit notes and payments, and
// verifies after each history.
func TestRandomHistoriesHold(t *testing.T) {
	fewer(t, "20")
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, func(p *company.Profile) {
			if rapid.Bool().Draw(r, "on collection") {
				collection(p)
			}
		})
		c := b.customer()
		var docs []billing.DocumentID
		var paid []billing.PaymentID
		for range rapid.IntRange(4, 14).Draw(r, "steps") {
			switch rapid.IntRange(0, 5).Draw(r, "step") {
			case 0, 1:
				n := rapid.IntRange(1, 4).Draw(r, "lines")
				var lines []billing.Line
				for range n {
					price := money.Amount(rapid.Int64Range(1, 50_000).Draw(r, "price"))
					rate := rapid.SampledFrom([]money.Rate{200_000, 100_000, 55_000}).Draw(r, "rate")
					l := goods(price, rate)
					if rapid.Bool().Draw(r, "service") {
						l = service(price, rate)
					}
					l.Quantity = money.Quantity(rapid.Int64Range(1, 5).Draw(r, "quantity")) * money.Unit
					lines = append(lines, l)
				}
				docs = append(docs, b.invoice(c, lines...).ID)
			case 2, 3:
				if len(docs) == 0 {
					continue
				}
				d := b.get(rapid.SampledFrom(docs).Draw(r, "document"))
				if d.Balance.Open == 0 {
					continue
				}
				part := money.Amount(rapid.Int64Range(1, int64(d.Balance.Open)).Draw(r, "part"))
				if rapid.Bool().Draw(r, "all") {
					part = d.Balance.Open
				}
				req := billing.RecordRequest{
					Customer:    c.ID,
					Date:        day(11, 21),
					Amount:      part,
					Method:      "transfer",
					Refund:      d.Kind == billing.CreditNote,
					Allocations: []billing.Allocation{on(d.Document, part)},
				}
				paid = append(paid, must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), req))(t).ID)
			case 4:
				if len(docs) == 0 {
					continue
				}
				d := b.get(rapid.SampledFrom(docs).Draw(r, "credited"))
				if d.Kind != billing.Invoice {
					continue
				}
				req := billing.CreditRequest{Invoice: d.ID}
				if rapid.Bool().Draw(r, "one line") {
					req.Lines = []billing.CreditLine{
						{Line: rapid.IntRange(1, len(d.Lines)).Draw(r, "line"), Quantity: money.Unit},
					}
				}
				n, err := billing.Credit.Call(b.Ctx(), b.As("owner"), req)
				if err != nil {
					continue // nothing left
				}
				docs = append(docs, b.issue(n).ID)
			case 5:
				if len(paid) == 0 {
					continue
				}
				id := rapid.SampledFrom(paid).Draw(r, "cancelled")
				_, err := billing.CancelPayment.Call(b.Ctx(), b.As("owner"),
					billing.CancelRequest{ID: id, Reason: "erreur"})
				if err != nil {
					refused(t, err, "billing.payment_already_cancelled")
				}
			}
		}
		b.verify()
		b.settledMeansNothingPending(docs)
	})
}

// fewer lowers the number of draws of this test: each makes a book.
func fewer(t *testing.T, n string) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	old := checks.Value.String()
	if err := checks.Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = checks.Value.Set(old) })
}

// settledMeansNothingPending checks that once every document is settled no tax waits any more.
func (b book) settledMeansNothingPending(docs []billing.DocumentID) {
	for _, id := range docs {
		if d := b.get(id); d.Balance.Open != 0 {
			return
		}
	}
	if got := b.balance()["445740"]; got != 0 {
		b.t.Errorf("all is settled, %s is pending", got)
	}
	if got := b.balance()["411000"]; got != 0 {
		b.t.Errorf("all is settled, the customer owes %s", got)
	}
}

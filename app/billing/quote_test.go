package billing_test

import (
	"testing"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/party"
)

// quote sends a quote of a door and its fitting.
func (b book) quote(c party.Customer) billing.Document {
	b.t.Helper()
	d := must(billing.SaveQuote.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{
		Header: billing.Header{Customer: c.ID, Subject: "Porte d'entrée"},
		Lines:  []billing.Line{goods(1_000_00, 200_000), service(250_00, 100_000)},
	}))(b.t)
	return must(billing.SendQuote.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version}))(b.t)
}

func TestQuoteToCash(t *testing.T) {
	b := open(t)
	c := b.customer()
	q := b.quote(c)
	if q.Number != "D-2026-0001" || q.Status != billing.Sent || q.ValidUntil != day(12, 21) ||
		q.Gross != 1_475_00 {
		t.Errorf("quote %s %s until %s, %s", q.Number, q.Status, q.ValidUntil, q.Gross)
	}
	_, err := billing.SaveQuote.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{ID: q.ID, Version: q.Version, Header: q.Header})
	refused(t, err, "billing.quote_final")
	q = must(
		billing.AcceptQuote.Call(b.Ctx(), b.As("owner"), billing.AcceptRequest{ID: q.ID, Signer: "Mme Paul"}),
	)(
		t,
	)
	if q.Status != billing.Accepted || q.Answer.Signer != "Mme Paul" || q.Answer.Date != day(11, 21) {
		t.Errorf("answer %s %+v", q.Status, q.Answer)
	}
	d := must(billing.QuoteToInvoice.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: q.ID}))(t)
	if d.Kind != billing.Invoice || d.Gross != q.Gross || d.Subject != q.Subject || d.Source != q.ID ||
		d.Final {
		t.Errorf("invoice %+v", d)
	}
	_, err = billing.QuoteToInvoice.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: q.ID})
	refused(t, err, "billing.already_invoiced")
	b.issue(d)
	got := b.get(q.ID)
	if got.Status != billing.Invoiced || len(got.Into) != 1 || got.Into[0].Number != "F-2026-0001" {
		t.Errorf("quote %s into %+v", got.Status, got.Into)
	}
	if from := b.get(d.ID).From; from == nil || from.Number != "D-2026-0001" {
		t.Errorf("invoice from %+v", from)
	}
	b.pay(c, 21, 1_475_00, on(d, 1_475_00))
	b.verify()
}

func TestRefusedAndExpiredQuotes(t *testing.T) {
	b := open(t)
	q := b.quote(b.customer())
	r := must(
		billing.RefuseQuote.Call(b.Ctx(), b.As("owner"),
			billing.RefuseRequest{ID: q.ID, Reason: "Trop cher"}),
	)(
		t,
	)
	if r.Status != billing.Refused || r.Answer.Reason != "Trop cher" {
		t.Errorf("%s %+v", r.Status, r.Answer)
	}
	_, err := billing.QuoteToInvoice.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: q.ID})
	refused(t, err, "billing.quote_refused")
	late := b.quote(b.customer())
	b.Clock.Set(b.Clock.Now().AddDate(0, 0, 31))
	if d := b.get(late.ID); d.Status != billing.Expired {
		t.Errorf("status %s", d.Status)
	}
	p := must(
		billing.List.Call(b.Ctx(), b.As("owner"),
			billing.ListRequest{Statuses: []billing.Status{billing.Expired}}),
	)(
		t,
	)
	if p.Count != 1 || p.Rows[0].Status != billing.Expired {
		t.Errorf("list %+v", p)
	}
	// the customer may still say yes, but not before the quote existed
	_, err = billing.AcceptQuote.Call(b.Ctx(), b.As("owner"),
		billing.AcceptRequest{ID: late.ID, Date: day(11, 1)})
	refused(t, err, "billing.answer_date", "date")
	if d := must(
		billing.AcceptQuote.Call(b.Ctx(), b.As("owner"), billing.AcceptRequest{ID: late.ID}),
	)(
		t,
	); d.Status != billing.Accepted {
		t.Errorf("status %s", d.Status)
	}
	b.verify()
}

func TestDraftQuoteHasNoAnswer(t *testing.T) {
	b := open(t)
	d := must(billing.SaveQuote.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{}))(t)
	_, err := billing.AcceptQuote.Call(b.Ctx(), b.As("owner"), billing.AcceptRequest{ID: d.ID})
	refused(t, err, "billing.quote_not_sent")
	_, err = billing.SendQuote.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
	refused(t, err, "billing.check.customer_missing", "customer")
	i := b.draft(b.customer(), goods(1_00, 200_000))
	_, err = billing.SendQuote.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: i.ID, Version: i.Version})
	refused(t, err, "billing.not_found")
}

// TestWhoDeletedADraftIsTold to who may know it: its writer and who reads all sales, and nobody who guesses a number.
func TestWhoDeletedADraftIsTold(t *testing.T) {
	b := open(t)
	d := must(billing.SaveQuote.Call(b.Ctx(), b.As("sales"), billing.SaveRequest{}))(t)
	must(billing.DeleteDraft.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version}))(t)
	for who, key := range map[string]string{
		"sales": "billing.deleted", "owner": "billing.deleted", "sales2": "billing.not_found",
	} {
		_, err := billing.SaveQuote.Call(b.Ctx(), b.As(who), billing.SaveRequest{ID: d.ID, Version: d.Version})
		refused(t, err, key)
		_, err = billing.Get.Call(b.Ctx(), b.As(who), billing.DocumentRequest{ID: d.ID})
		refused(t, err, key)
	}
	_, err := billing.Get.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: d.ID + 100})
	refused(t, err, "billing.not_found")
}

func TestDuplicateStartsAgain(t *testing.T) {
	b := open(t)
	c := b.customer()
	a := b.invoice(c, goods(100_00, 200_000))
	d := must(billing.Duplicate.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: a.ID}))(t)
	if d.ID == a.ID || d.Final || d.Number != "" || d.Gross != a.Gross || d.Date != (civil.Date{}) ||
		d.Version != 1 {
		t.Errorf("copy %+v", d)
	}
	n := b.issue(must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a.ID}))(t))
	_, err := billing.Duplicate.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: n.ID})
	refused(t, err, "billing.credit_not_duplicated")
}

func TestListFiltersSortsAndSums(t *testing.T) {
	b := open(t)
	c, other := b.customer(), b.customer(func(c *party.Customer) { c.Name, c.SIREN = "Épicerie Zoé", "" })
	a1 := b.invoice(c, goods(100_00, 200_000))
	a2 := b.invoice(other, goods(50_00, 200_000))
	b.pay(c, 21, 20_00, on(a1.Document, 20_00))
	b.issue(must(billing.Credit.Call(b.Ctx(), b.As("owner"), billing.CreditRequest{Invoice: a2.ID}))(t))
	b.draft(c, goods(7_00, 200_000))
	b.quote(other)
	list := func(r billing.ListRequest) billing.Page {
		t.Helper()
		return must(billing.List.Call(b.Ctx(), b.As("owner"), r))(t)
	}
	invoices := []billing.Kind{billing.Invoice}
	for name, row := range map[string]struct {
		req  billing.ListRequest
		want int
	}{
		"all":            {billing.ListRequest{}, 5},
		"invoices":       {billing.ListRequest{Kinds: invoices}, 3},
		"drafts":         {billing.ListRequest{Statuses: []billing.Status{billing.Draft}}, 1},
		"partly paid":    {billing.ListRequest{Statuses: []billing.Status{billing.PartlyPaid}}, 1},
		"credited":       {billing.ListRequest{Statuses: []billing.Status{billing.Credited}}, 1},
		"overdue":        {billing.ListRequest{Statuses: []billing.Status{billing.Overdue}}, 0},
		"open":           {billing.ListRequest{Open: true}, 1},
		"customer":       {billing.ListRequest{Customer: other.ID}, 3},
		"words":          {billing.ListRequest{Text: "epicerie"}, 3},
		"number":         {billing.ListRequest{Text: "F-2026-0002"}, 1},
		"subject":        {billing.ListRequest{Text: "porte entree", Kinds: []billing.Kind{billing.Quote}}, 1},
		"nothing":        {billing.ListRequest{Text: "zzz"}, 0},
		"period":         {billing.ListRequest{Period: civil.MonthOf(day(11, 1))}, 5},
		"another period": {billing.ListRequest{Period: civil.MonthOf(day(10, 1))}, 0},
		"owner":          {billing.ListRequest{Owner: 4}, 0},
	} {
		if p := list(row.req); p.Count != row.want || len(p.Rows) != row.want {
			t.Errorf("%s: %d, %d rows, want %d", name, p.Count, len(p.Rows), row.want)
		}
	}
	sales := list(billing.ListRequest{Kinds: []billing.Kind{billing.Invoice, billing.CreditNote}})
	if s := sales.Sums; s.Gross != 120_00+60_00-60_00+8_40 || s.Open != 100_00 {
		t.Errorf("sums %+v", s)
	}
	for _, sort := range []billing.Sort{
		"", billing.ByDate, billing.ByNumber, billing.ByCustomer, billing.ByGross, billing.ByDue, billing.ByOpen,
	} {
		up := list(billing.ListRequest{Sort: sort, Ascending: true, Limit: 2})
		down := list(billing.ListRequest{Sort: sort, Offset: 4})
		if len(up.Rows) != 2 || len(down.Rows) != 1 || up.Rows[0].ID != down.Rows[0].ID || up.Count != 5 {
			t.Errorf("sort %q: %+v and %+v", sort, up.Rows, down.Rows)
		}
	}
	if up := list(
		billing.ListRequest{Kinds: invoices, Sort: billing.ByCustomer, Ascending: true},
	); up.Rows[0].CustomerName != "Épicerie Zoé" {
		t.Errorf("first customer %s", up.Rows[0].CustomerName)
	}
	b.Clock.Set(b.Clock.Now().AddDate(0, 1, 1))
	if p := list(
		billing.ListRequest{Statuses: []billing.Status{billing.Overdue}},
	); p.Count != 1 ||
		p.Rows[0].Status != billing.Overdue {
		t.Errorf("overdue %+v", p)
	}
	for _, r := range list(billing.ListRequest{}).Rows {
		if d := b.get(r.ID); d.Status != r.Status {
			t.Errorf("%s is %s in the list, %s alone", r.Number, r.Status, d.Status)
		}
	}
}

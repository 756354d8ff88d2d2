package billing_test

import (
	"io"
	"testing"

	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
)

var people = []string{"owner", "accountant", "assistant", "sales", "sales2", "reader", "nobody"}

// TestWhoMayDoWhat tries each operation as each person on a document and a payment of Yann's (sales):
// "." is done, "f" is forbidden, "n" is not found, "u" is not logged in.
func TestWhoMayDoWhat(t *testing.T) {
	b := open(t)
	c := b.customer(func(c *party.Customer) { c.Owner = 3 })
	final := b.invoice(c, goods(100_00, 200_000))
	quote := b.quote(c)
	paid := b.pay(c, 21, 1_00)
	var draft billing.Document
	save := func() billing.SaveRequest {
		return billing.SaveRequest{
			Header: billing.Header{Customer: c.ID},
			Lines:  []billing.Line{goods(5_00, 200_000)},
		}
	}
	record := billing.RecordRequest{Customer: c.ID, Date: day(11, 21), Amount: 1_00, Method: "cash"}
	for _, row := range []struct {
		name, want string
		do         func(op.Caller) error
	}{
		{"quote.save", ".f..nfu", func(w op.Caller) error {
			_, err := billing.SaveQuote.Call(b.Ctx(), w, save())
			return err
		}},
		{"invoice.save new", ".f..nfu", func(w op.Caller) error {
			_, err := billing.SaveInvoice.Call(b.Ctx(), w, save())
			return err
		}},
		{"invoice.save", ".f..nfu", func(w op.Caller) error {
			r := save()
			r.ID, r.Version = draft.ID, draft.Version
			_, err := billing.SaveInvoice.Call(b.Ctx(), w, r)
			return err
		}},
		{"invoice.issue", ".f.fffu", func(w op.Caller) error {
			_, err := billing.Issue.Call(b.Ctx(), w, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
			return err
		}},
		{"invoice.credit", ".f..nfu", func(w op.Caller) error {
			_, err := billing.Credit.Call(op.WithPreview(b.Ctx()), w, billing.CreditRequest{Invoice: final.ID})
			return err
		}},
		{"quote.accept", ".f..nfu", func(w op.Caller) error {
			_, err := billing.AcceptQuote.Call(b.Ctx(), w, billing.AcceptRequest{ID: quote.ID, Signer: "M. Paul"})
			return err
		}},
		{"document.get", "....n.u", func(w op.Caller) error {
			_, err := billing.Get.Call(b.Ctx(), w, billing.DocumentRequest{ID: final.ID})
			return err
		}},
		{"document.pdf", "....n.u", func(w op.Caller) error {
			_, err := billing.PDF.Fetch(b.Ctx(), w, billing.PDFRequest{ID: final.ID}, io.Discard)
			return err
		}},
		{"document.duplicate", ".f..nfu", func(w op.Caller) error {
			_, err := billing.Duplicate.Call(b.Ctx(), w, billing.DocumentRequest{ID: final.ID})
			return err
		}},
		{"document.delete_draft", ".f..nfu", func(w op.Caller) error {
			_, err := billing.DeleteDraft.Call(b.Ctx(), w, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
			return err
		}},
		{"payment.record", "...fffu", func(w op.Caller) error {
			_, err := billing.RecordPayment.Call(b.Ctx(), w, record)
			return err
		}},
		{"payment.allocate", "...fffu", func(w op.Caller) error {
			_, err := billing.Allocate.Call(op.WithPreview(b.Ctx()), w, billing.AllocateRequest{
				Payment: paid.ID, Allocations: []billing.Allocation{on(final.Document, 1_00)},
			})
			return err
		}},
		{"payment.cancel", "...fffu", func(w op.Caller) error {
			_, err := billing.CancelPayment.Call(op.WithPreview(b.Ctx()), w,
				billing.CancelRequest{ID: paid.ID, Reason: "erreur"})
			return err
		}},
	} {
		got := ""
		for _, who := range people {
			draft = b.draft(c, goods(5_00, 200_000))
			got += letter(t, row.do(b.As(who)))
		}
		if got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

func letter(t *testing.T, err error) string {
	if err == nil {
		return "."
	}
	switch f := fault.Of(err); f.Code {
	case fault.Forbidden:
		return "f"
	case fault.NotFound:
		return "n"
	case fault.Unauthenticated:
		return "u"
	default:
		t.Log(f)
		return "?"
	}
}

func TestSalespeopleSeeOnlyTheirDocuments(t *testing.T) {
	b := open(t)
	yanns := b.customer(func(c *party.Customer) { c.Owner = 3 })
	lucies := b.customer(func(c *party.Customer) { c.Owner, c.Name, c.SIREN = 4, "Pension Lucie", "" })
	b.invoice(yanns, goods(100_00, 200_000))
	b.invoice(lucies, goods(50_00, 200_000))
	b.pay(lucies, 21, 10_00)
	for who, want := range map[string]int{"owner": 2, "reader": 2, "sales": 1, "sales2": 1} {
		p := must(billing.List.Call(b.Ctx(), b.As(who), billing.ListRequest{}))(t)
		if p.Count != want || len(p.Rows) != want {
			t.Errorf("%s sees %d documents, %d rows", who, p.Count, len(p.Rows))
		}
	}
	for who, want := range map[string]int{"accountant": 1, "sales": 0, "sales2": 1} {
		p := must(billing.Payments.Call(b.Ctx(), b.As(who), billing.PaymentListRequest{}))(t)
		if p.Count != want || len(p.Rows) != want {
			t.Errorf("%s sees %d payments", who, p.Count)
		}
	}
	// what Yann writes is his, whatever he asks; he cannot write for Lucie's customer
	r := billing.SaveRequest{Header: billing.Header{Customer: yanns.ID, Owner: 4}}
	if d := must(billing.SaveQuote.Call(b.Ctx(), b.As("sales"), r))(t); d.Owner != 3 {
		t.Errorf("owner %d", d.Owner)
	}
	r.Customer = lucies.ID
	_, err := billing.SaveQuote.Call(b.Ctx(), b.As("sales"), r)
	refused(t, err, "party.not_found", "customer")
	// a draft of Yann's may not be moved to Lucie's customer either
	d := b.draft(yanns, goods(1_00, 200_000))
	_, err = billing.SaveInvoice.Call(b.Ctx(), b.As("sales"),
		billing.SaveRequest{ID: d.ID, Version: d.Version, Header: billing.Header{Customer: lucies.ID}})
	refused(t, err, "party.not_found", "customer")
}

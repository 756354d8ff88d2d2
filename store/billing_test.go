package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/app/tax"
	"zafe/store"
	"zafe/store/storetest"
)

// sold is a book with a quote, a paid invoice, a credit note and its refund.
func sold(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind[*store.Tx], billing.Bind[*store.Tx])
	today := civil.New(2026, time.November, 21)
	w.Update(func(tx *store.Tx) error {
		if err := setup.Seed(tx); err != nil {
			return err
		}
		if _, err := ledger.OpenFiscalYear(tx, civil.YearOf(today)); err != nil {
			return err
		}
		p := company.Default()
		p.Name, p.SIREN, p.VATNumber = "Durand", "732829320", "FR44732829320"
		p.PostalCode, p.City = "44000", "Nantes"
		return tx.SetSetting("company", p)
	})
	ctx, who := w.Ctx(), w.As("owner")
	c, err := party.Save.Call(ctx, who, party.Customer{
		Kind: party.Person, Name: "Paul", Address: party.Address{PostalCode: "44000", City: "Nantes"},
	})
	check(t, err)
	customer := c.Customer.ID
	save := billing.SaveRequest{Header: billing.Header{Customer: customer}, Lines: []billing.Line{
		{
			Kind:        billing.ItemLine,
			Description: "Pose",
			Quantity:    money.Unit,
			UnitPrice:   money.Amount(100_00).UnitPrice(),
			VATRate:     200_000,
			Nature:      tax.Services,
		},
	}}
	quote, err := billing.SaveQuote.Call(ctx, who, save)
	check(t, err)
	_, err = billing.SendQuote.Call(ctx, who, billing.IssueRequest{ID: quote.ID, Version: quote.Version})
	check(t, err)
	_, err = billing.AcceptQuote.Call(ctx, who, billing.AcceptRequest{ID: quote.ID})
	check(t, err)
	draft, err := billing.SaveInvoice.Call(ctx, who, save)
	check(t, err)
	invoice, err := billing.Issue.Call(ctx, who, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
	check(t, err)
	pay := billing.RecordRequest{Customer: customer, Date: today, Amount: 120_00, Method: "transfer"}
	pay.Allocations = []billing.Allocation{{Document: invoice.ID, Amount: 120_00}}
	_, err = billing.RecordPayment.Call(ctx, who, pay)
	check(t, err)
	draft, err = billing.Credit.Call(ctx, who, billing.CreditRequest{Invoice: invoice.ID})
	check(t, err)
	credit, err := billing.Issue.Call(ctx, who, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
	check(t, err)
	pay.Refund, pay.Allocations = true, []billing.Allocation{{Document: credit.ID, Amount: 120_00}}
	refund, err := billing.RecordPayment.Call(ctx, who, pay)
	check(t, err)
	_, err = billing.CancelPayment.Call(ctx, who, billing.CancelRequest{ID: refund.ID, Reason: "erreur"})
	check(t, err)
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// frozen are the tables whose rows never change once a document is final, with a column of each.
var frozen = map[string]string{
	"document": "notes", "document_line": "description", "document_vat": "tax", "quote_answer": "signer",
	"payment": "note", "payment_cancel": "reason", "settlement": "amount", "vat_release": "amount",
}

func TestFinalDocumentsRefuseRawSQL(t *testing.T) {
	w := sold(t)
	for table, column := range frozen {
		for _, query := range []string{
			`UPDATE ` + table + ` SET ` + column + ` = ` + column,
			`DELETE FROM ` + table,
			`INSERT OR REPLACE INTO ` + table + ` SELECT * FROM ` + table,
		} {
			err := w.Store.Update(w.Ctx(), func(tx *store.Tx) error {
				_, err := store.BillingExec(tx, query)
				return err
			})
			if err == nil ||
				!strings.Contains(err.Error(), "never") && !strings.Contains(err.Error(), "new draft") {
				t.Errorf("%s: %v", query, err)
			}
		}
	}
	err := w.Store.Update(w.Ctx(), func(tx *store.Tx) error {
		_, err := store.BillingExec(tx, `UPDATE balance SET paid = paid + 1, open = open - 1`)
		return err
	})
	if err == nil {
		t.Error("more was settled than there is")
	}
}

func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	for query, want := range map[string]string{
		"": "",
		`UPDATE document SET notes = 'x' WHERE kind = 'invoice'`:                                  "changed",
		`UPDATE document SET buyer = replace(buyer, 'Paul', 'Jean') WHERE kind = 'quote'`:         "changed",
		`UPDATE document SET digest = hex(randomblob(32)) WHERE kind = 'invoice'`:                 "changed digest",
		`UPDATE document_line SET unit_price = unit_price + 1000000`:                              "changed totals",
		`UPDATE document_vat SET tax = tax + 1 WHERE document = 1`:                                "changed totals",
		`UPDATE document SET issue_date = '2026-11-20' WHERE kind = 'invoice'`:                    "changed",
		`UPDATE document SET serial = 5, number = 'F-2026-0005' WHERE kind = 'invoice'`:           "changed counter",
		`UPDATE document SET seller = replace(seller, 'Durand', 'Dupont') WHERE kind = 'invoice'`: "changed",
		`UPDATE payment SET amount = amount - 1`:                                                  "changed entry",
		`UPDATE settlement SET amount = amount - 1 WHERE amount > 0`:                              "balance",
		`UPDATE vat_release SET amount = amount - 1`:                                              "released",
		`UPDATE balance SET paid = paid - 100, open = open + 100 WHERE paid > 0`:                  "balance released",
		`DELETE FROM quote_answer; DELETE FROM document_line WHERE document = 1;
			DELETE FROM document_vat WHERE document = 1; DELETE FROM document WHERE id = 1`: "lost",
	} {
		w := sold(t)
		w.Update(func(tx *store.Tx) error {
			for table := range frozen {
				for _, act := range []string{"update", "delete", "insert", "replace"} {
					if _, err := store.BillingExec(
						tx,
						`DROP TRIGGER IF EXISTS `+table+`_no_`+act,
					); err != nil {
						return err
					}
				}
			}
			if query == "" {
				return nil
			}
			_, err := store.BillingExec(tx, query)
			return err
		})
		got := map[string]bool{}
		check(t, w.Store.View(w.Ctx(), func(tx *store.Tx) error {
			found, err := billing.Verify(tx)
			for _, f := range found {
				got[strings.TrimPrefix(f.Key, "billing.verify.")] = true
			}
			return err
		}))
		var keys []string
		for k := range got {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for k := range strings.FieldsSeq(want) {
			if !got[k] {
				t.Errorf("%s: found %v, want %s", query, keys, want)
			}
		}
		if want == "" && len(keys) > 0 {
			t.Errorf("a sound book: %v", keys)
		}
	}
}

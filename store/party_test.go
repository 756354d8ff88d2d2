package store_test

import (
	"testing"
	"time"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/app/tax"
	"zafe/store"
	"zafe/store/storetest"
)

// selling is a book ready to sell, without customers.
func selling(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind[*store.Tx], catalog.Bind[*store.Tx], imports.Bind[*store.Tx],
		billing.Bind[*store.Tx])
	w.Update(func(tx *store.Tx) error {
		if err := setup.Seed(tx); err != nil {
			return err
		}
		if _, err := ledger.OpenFiscalYear(tx, civil.YearOf(civil.New(2026, time.November, 21))); err != nil {
			return err
		}
		p := company.Default()
		p.Name, p.SIREN, p.VATNumber, p.PostalCode, p.City = "Durand", "732829320", "FR44732829320", "44000", "Nantes"
		return tx.SetSetting("company", p)
	})
	return w
}

func line(item catalog.ItemID) billing.Line {
	return billing.Line{
		Kind: billing.ItemLine, Item: item, Description: "Pose", Quantity: money.Unit,
		UnitPrice: money.Amount(100_00).UnitPrice(), VATRate: 200_000, Nature: tax.Services,
	}
}

func TestUndoIsRefusedWhenADocumentUsesWhatWasImported(t *testing.T) {
	w := selling(t)
	ctx, who := w.Ctx(), w.As("owner")
	customers, err := party.Import.Call(ctx, who, party.ImportRequest{
		Upload: imports.Upload{Name: "c.csv", Data: []byte("Nom;CP;Ville\nUn;44000;Nantes\nDeux;44000;Nantes\n")},
	})
	check(t, err)
	items, err := catalog.Import.Call(ctx, who, catalog.ImportRequest{
		Upload: imports.Upload{Name: "a.csv", Data: []byte("Désignation;Prix HT;TVA\nPose;100;20\nDépose;50;20\n")},
	})
	check(t, err)
	quote, err := billing.SaveQuote.Call(ctx, who, billing.SaveRequest{
		Header: billing.Header{Customer: 2}, Lines: []billing.Line{line(1)},
	})
	check(t, err)
	for _, c := range []struct {
		batch imports.BatchID
		name  string
	}{{customers.ID, "Deux"}, {items.ID, "Pose"}} {
		_, err = imports.Undo.Call(ctx, who, imports.UndoRequest{ID: c.batch})
		if f := fault.Of(err); f == nil || f.Key != "imports.undo_used" || f.Args["names"] != c.name || f.Args["n"] != 1 {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	_, err = billing.DeleteDraft.Call(ctx, who, billing.IssueRequest{ID: quote.ID, Version: quote.Version})
	check(t, err)
	for _, batch := range []imports.BatchID{customers.ID, items.ID} {
		_, err = imports.Undo.Call(ctx, who, imports.UndoRequest{ID: batch})
		check(t, err)
	}
	page, err := party.List.Call(ctx, who, party.ListRequest{})
	if err != nil || page.Total != 0 {
		t.Errorf("%+v %v", page, err)
	}
}

func TestAnEntryOnACustomersAccountKeepsItToo(t *testing.T) {
	w := selling(t)
	ctx, who := w.Ctx(), w.As("owner")
	b, err := party.Import.Call(ctx, who, party.ImportRequest{
		Upload: imports.Upload{Name: "c.csv", Data: []byte("Nom\nUn\nDeux\n")},
	})
	check(t, err)
	w.Update(func(tx *store.Tx) error {
		_, err := ledger.Post(ctx, tx, ledger.Entry{
			Journal: "OD", Date: civil.New(2026, time.November, 21), Ref: "R1", Label: "Reprise",
			Lines: []ledger.Line{
				{Account: "411000", Aux: "C000001", AuxLabel: "Un", Label: "Reprise", Debit: 10_00},
				{Account: "471000", Label: "Reprise", Credit: 10_00},
			},
		})
		return err
	})
	_, err = imports.Undo.Call(ctx, who, imports.UndoRequest{ID: b.ID})
	if f := fault.Of(err); f == nil || f.Key != "imports.undo_used" || f.Args["names"] != "Un" {
		t.Errorf("got %v", err)
	}
}

func TestTheListShowsWhatIsOwed(t *testing.T) {
	w := selling(t)
	ctx, who := w.Ctx(), w.As("owner")
	today := civil.New(2026, time.November, 21)
	for _, name := range []string{"Paie bien", "Paie tard", "Ne doit rien"} {
		_, err := party.Save.Call(ctx, who, party.Customer{
			Kind: party.Person, Name: name, PaymentDays: 30, Address: party.Address{PostalCode: "44000", City: "Nantes"},
		})
		check(t, err)
	}
	for customer := range party.CustomerID(2) {
		draft, err := billing.SaveInvoice.Call(ctx, who, billing.SaveRequest{
			Header: billing.Header{Customer: customer + 1}, Lines: []billing.Line{line(0)},
		})
		check(t, err)
		invoice, err := billing.Issue.Call(ctx, who, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
		check(t, err)
		if customer == 1 {
			_, err = billing.RecordPayment.Call(ctx, who, billing.RecordRequest{
				Customer: 2, Date: today, Amount: 50_00, Method: "transfer",
				Allocations: []billing.Allocation{{Document: invoice.ID, Amount: 50_00}},
			})
			check(t, err)
		}
	}
	rows := func(who string, f party.Filter) []party.Row {
		page, err := party.List.Call(ctx, w.As(who), party.ListRequest{Filter: f})
		check(t, err)
		if page.Total != len(page.Rows) {
			t.Errorf("total %d of %d", page.Total, len(page.Rows))
		}
		return page.Rows
	}
	got := rows("owner", party.FilterActive)
	if len(got) != 3 || got[0].Balance != 0 || got[1].Balance != 120_00 || got[2].Balance != 70_00 || got[2].Overdue != 0 {
		t.Errorf("%+v", got)
	}
	if late := rows("owner", party.FilterOverdue); len(late) != 0 {
		t.Errorf("late before the due date: %+v", late)
	}
	w.Clock.Add(31 * 24 * time.Hour)
	late := rows("owner", party.FilterOverdue)
	if len(late) != 2 || late[0].Overdue != 120_00 || late[1].Overdue != 70_00 {
		t.Errorf("%+v", late)
	}
	if late := rows("sales", party.FilterOverdue); len(late) != 0 {
		t.Errorf("another's late customers: %+v", late)
	}
}

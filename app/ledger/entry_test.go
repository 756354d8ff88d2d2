package ledger_test

import (
	"testing"
	"time"

	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/store"
	"zafe/store/storetest"
)

func TestDraftToPostedToReversed(t *testing.T) {
	b := newBook(t)
	owner, ctx := b.As("owner"), b.Ctx()
	e := sale(day(3, 10), "C1", "F1", 100_00)
	d, err := ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{
		Journal: "ve", Date: e.Date, Ref: e.Ref, Label: e.Label, Lines: e.Lines[:2],
	})
	if err != nil {
		t.Fatal(err)
	}
	begun := d.ChangedAt
	if !d.ID.IsDraft() || !d.CreatedAt.Equal(begun) || d.Version != 1 || d.Journal != "VE" || d.Lines[1].Account != "707000" {
		t.Errorf("draft %+v", d)
	}
	_, err = ledger.EntryPost.Call(ctx, owner, ledger.PostRequest{IDs: []ledger.EntryID{d.ID}})
	wants(t, err, "ledger.unbalanced", "lines")
	d, err = ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{
		ID: d.ID, Version: d.Version, Journal: d.Journal, Date: d.Date, Ref: d.Ref, Label: d.Label, Lines: e.Lines,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{ID: d.ID, Version: 1, Journal: "VE"})
	wants(t, err, "ledger.changed_meanwhile", "")
	_, err = ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{
		ID: d.ID, Version: d.Version, ChangedAt: d.ChangedAt.Add(time.Second), Journal: "VE", // of another line of the book
	})
	wants(t, err, "ledger.changed_meanwhile", "")
	_, err = ledger.EntryDelete.Call(ctx, owner, ledger.EntryDeleteRequest{
		ID: d.ID, Version: d.Version, ChangedAt: d.ChangedAt.Add(time.Second),
	})
	wants(t, err, "ledger.changed_meanwhile", "")
	b.Clock.Add(time.Hour)
	d, err = ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{
		ID: d.ID, Version: d.Version, ChangedAt: d.ChangedAt, Journal: d.Journal, Date: d.Date, Ref: d.Ref, Label: d.Label,
		Lines: e.Lines,
	})
	if err != nil || !d.CreatedAt.Equal(begun) || d.ChangedAt.Equal(begun) {
		t.Errorf("begun %v, changed %v: %v", d.CreatedAt, d.ChangedAt, err)
	}
	if read, err := ledger.EntryGet.Call(ctx, owner, ledger.EntryRequest{ID: d.ID}); err != nil || !read.CreatedAt.Equal(begun) {
		t.Errorf("begun %v: %v", read.CreatedAt, err)
	}
	posted, err := ledger.EntryPost.Call(ctx, owner, ledger.PostRequest{IDs: []ledger.EntryID{d.ID}})
	if err != nil {
		t.Fatal(err)
	}
	p := posted.Entries[0]
	if p.Num != "VE-000001" || p.Number != 1 || p.ID.IsDraft() || p.RefDate != p.Date || p.ChangedBy != "Claire" {
		t.Errorf("posted %+v", p)
	}
	_, err = ledger.EntryGet.Call(ctx, owner, ledger.EntryRequest{ID: d.ID})
	wants(t, err, "ledger.entry_gone", "")
	r, err := ledger.EntryReverse.Call(ctx, owner, ledger.ReverseRequest{ID: p.ID, Reason: "saisie en double"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Reverses != p.ID || r.Lines[0].Credit != p.Lines[0].Debit || r.Label != "saisie en double (VE-000001)" {
		t.Errorf("reversal %+v", r)
	}
	_, err = ledger.EntryReverse.Call(ctx, owner, ledger.ReverseRequest{ID: p.ID, Reason: "encore"})
	wants(t, err, "ledger.reversed", "")
	got, err := ledger.EntryGet.Call(ctx, owner, ledger.EntryRequest{ID: p.ID})
	if err != nil || got.ReversedBy != r.ID || got.Lines[0].Match != "AA" {
		t.Errorf("reversed %+v %v", got, err)
	}
	b.verify()
}

func TestPostRefusals(t *testing.T) {
	b := newBook(t)
	good := sale(day(3, 10), "C1", "F1", 100_00)
	change := func(f func(*ledger.Entry)) ledger.Entry {
		e := good
		e.Lines = append([]ledger.Line(nil), good.Lines...)
		f(&e)
		return e
	}
	for _, c := range []struct {
		key, field string
		e          ledger.Entry
	}{
		{"ledger.no_journal", "journal", change(func(e *ledger.Entry) { e.Journal = " " })},
		{"ledger.unknown_journal", "journal", change(func(e *ledger.Entry) { e.Journal = "ZZ" })},
		{"ledger.no_date", "date", change(func(e *ledger.Entry) { e.Date = civil.Date{} })},
		{"ledger.no_label", "label", change(func(e *ledger.Entry) { e.Label = "\t" })},
		{"ledger.lines_few", "lines", change(func(e *ledger.Entry) { e.Lines = e.Lines[:1] })},
		{"ledger.unbalanced", "lines", change(func(e *ledger.Entry) { e.Lines[0].Debit++ })},
		{"ledger.amount_sides", "lines[1].debit", change(func(e *ledger.Entry) { e.Lines[1].Debit = 5 })},
		{"ledger.amount_sides", "lines[2].debit", change(func(e *ledger.Entry) { e.Lines[2].Credit = 0 })},
		{"ledger.amount_sign", "lines[1].debit", change(func(e *ledger.Entry) { e.Lines[1].Credit = -1 })},
		{"ledger.amount_large", "lines[0].debit", change(func(e *ledger.Entry) { e.Lines[0].Debit = money.AmountMax + 1 })},
		{"ledger.account_form", "lines[1].account", change(func(e *ledger.Entry) { e.Lines[1].Account = "70" })},
		{"ledger.unknown_account", "lines[1].account", change(func(e *ledger.Entry) { e.Lines[1].Account = "708" })},
		{"ledger.aux_label", "lines[0].aux_label", change(func(e *ledger.Entry) { e.Lines[0].AuxLabel = "" })},
		{"ledger.currency", "lines[0].currency", change(func(e *ledger.Entry) { e.Lines[0].Currency = "USD" })},
		{"ledger.outside_years", "date", change(func(e *ledger.Entry) { e.Date = civil.New(2027, 1, 1) })},
		{"ledger.opening_date", "date", change(func(e *ledger.Entry) { e.Journal = "AN" })},
	} {
		wants(t, b.try(c.e), c.key, c.field)
	}
	b.post(good)
	b.verify()
}

func TestClosedPeriodsAndLockedYearsRefuse(t *testing.T) {
	b := newBook(t)
	owner, ctx := b.As("owner"), b.Ctx()
	b.post(sale(day(3, 10), "C1", "F1", 100_00))
	years, err := ledger.FiscalYearListing.Call(ctx, owner, struct{}{})
	if err != nil || len(years.Years) != 1 || years.Years[0].Entries != 1 {
		t.Fatalf("%+v %v", years, err)
	}
	id := years.Years[0].ID
	if _, err := ledger.FiscalYearClosePeriod.Call(ctx, owner, ledger.ClosePeriodRequest{ID: id, Until: day(3, 31)}); err != nil {
		t.Fatal(err)
	}
	wants(t, b.try(sale(day(3, 31), "C1", "F2", 100)), "ledger.period_closed", "date")
	b.post(sale(day(4, 1), "C1", "F2", 100))
	_, err = ledger.FiscalYearClose.Call(ctx, owner, ledger.YearRequest{ID: id})
	wants(t, err, "ledger.year_running", "")
	b.Clock.Set(civil.New(2027, 2, 1).In(b.Clock.Now().Location()))
	d, err := ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{Journal: "OD", Date: day(12, 31), Label: "x"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ledger.FiscalYearClose.Call(ctx, owner, ledger.YearRequest{ID: id})
	wants(t, err, "ledger.year_drafts", "")
	if _, err := ledger.EntryDelete.Call(ctx, owner, ledger.EntryDeleteRequest{ID: d.ID, Version: 1}); err != nil {
		t.Fatal(err)
	}
	_, err = ledger.EntryGet.Call(ctx, owner, ledger.EntryRequest{ID: d.ID})
	wants(t, err, "ledger.entry_deleted", "")
	_, err = ledger.EntrySave.Call(ctx, owner, ledger.EntrySaveRequest{ID: d.ID, Version: 1, Journal: "VE"})
	wants(t, err, "ledger.entry_deleted", "")
	y, err := ledger.FiscalYearClose.Call(ctx, owner, ledger.YearRequest{ID: id})
	if err != nil || y.State != ledger.YearLocked || y.LockedHash == "" {
		t.Fatalf("%+v %v", y, err)
	}
	wants(t, b.try(sale(day(12, 31), "C1", "F3", 100)), "ledger.year_locked", "date")
	_, err = ledger.FiscalYearClosePeriod.Call(ctx, owner, ledger.ClosePeriodRequest{ID: id})
	wants(t, err, "ledger.year_locked", "")
	_, err = ledger.FiscalYearOpen.Call(ctx, owner, ledger.YearOpenRequest{Period: year(2028)})
	wants(t, err, "ledger.year_gap", "period")
	if _, err = ledger.FiscalYearOpen.Call(ctx, owner, ledger.YearOpenRequest{Period: year(2027)}); err != nil {
		t.Fatal(err)
	}
	b.verify()
}

func TestListsAndStatements(t *testing.T) {
	b := newBook(t)
	owner, ctx := b.As("owner"), b.Ctx()
	es := b.post(
		sale(day(1, 15), "C1", "F1", 100_00), sale(day(2, 15), "C2", "F2", 50_00), sale(day(9, 20), "C1", "F3", 10_00),
		receipt(day(2, 20), "C1", "F1", 120_00), receipt(day(3, 1), "C2", "acompte", 20_00),
	)
	if _, err := ledger.MatchLinesOp.Call(ctx, owner, ledger.MatchRequest{
		Lines: []ledger.LineID{es[1].Lines[0].ID, es[4].Lines[1].ID},
	}); err != nil {
		t.Fatal(err)
	}
	list, err := ledger.EntryListing.Call(ctx, owner, ledger.EntryListRequest{Limit: 2})
	if err != nil || len(list.Entries) != 2 || !list.More || list.Entries[0].Num != "VE-000003" {
		t.Errorf("page 1 %+v %v", list, err)
	}
	list, err = ledger.EntryListing.Call(ctx, owner, ledger.EntryListRequest{Limit: 3, Before: list.Next})
	if err != nil || len(list.Entries) != 3 || list.More || list.Entries[2].Num != "VE-000001" {
		t.Errorf("page 2 %+v %v", list, err)
	}
	list, err = ledger.EntryListing.Call(ctx, owner, ledger.EntryListRequest{Text: "60,00"})
	if err != nil || len(list.Entries) != 1 || list.Entries[0].Ref != "F2" {
		t.Errorf("by amount %+v %v", list, err)
	}
	trial, err := ledger.TrialBalanceOf.Call(ctx, owner, ledger.TrialBalanceRequest{From: day(2, 10), To: day(3, 15), Detail: true})
	if err != nil {
		t.Fatal(err)
	}
	if trial.Total.OpeningDebit != 120_00 || trial.Total.Debit != 200_00 || trial.Total.ClosingDebit != trial.Total.ClosingCredit {
		t.Errorf("trial %+v", trial.Total)
	}
	if r := trial.Rows[0]; r.Account != "411000" || r.Opening != 120_00 || r.Debit != 60_00 || r.Credit != 140_00 || r.Closing != 40_00 {
		t.Errorf("411 %+v", r)
	}
	if r := trial.Rows[2]; r.Aux != "C2" || r.Closing != 40_00 {
		t.Errorf("C2 %+v", r)
	}
	gl, err := ledger.GeneralLedgerOf.Call(ctx, owner, ledger.GeneralLedgerRequest{
		Account: "411", Aux: "C1", From: day(2, 1), To: day(12, 31), Limit: 1,
	})
	if err != nil || gl.Opening != 120_00 || gl.Closing != 12_00 || len(gl.Lines) != 1 || gl.Lines[0].Balance != 0 || !gl.More {
		t.Errorf("customer %+v %v", gl, err)
	}
	gl, err = ledger.GeneralLedgerOf.Call(ctx, owner, ledger.GeneralLedgerRequest{
		Account: "411", Aux: "C1", From: day(2, 1), To: day(12, 31), Limit: 1, After: gl.Next,
	})
	if err != nil || len(gl.Lines) != 1 || gl.Lines[0].Balance != 12_00 || gl.More {
		t.Errorf("customer, next %+v %v", gl, err)
	}
	aged, err := ledger.AgedOf.Call(ctx, owner, ledger.AgedRequest{})
	if err != nil || len(aged.Rows) != 2 {
		t.Fatalf("aged %+v %v", aged, err)
	}
	if r := aged.Rows[0]; r.Aux != "C2" || r.Older != 40_00 || r.Total != 40_00 || r.Unmatched != 0 {
		t.Errorf("C2 %+v", r)
	}
	if r := aged.Rows[1]; r.Days60 != 12_00 || r.Older != 120_00 || r.Unmatched != -120_00 || r.Total != 12_00 {
		t.Errorf("C1 %+v", r)
	}
	open, err := ledger.OpenItemsOp.Call(ctx, owner, ledger.OpenItemsRequest{Account: "411"})
	if err != nil || len(open.Suggestions) != 1 || open.Suggestions[0].Amount != 120_00 || open.Net != 52_00 {
		t.Errorf("open %+v %v", open, err)
	}
	j, err := ledger.JournalOf.Call(ctx, owner, ledger.JournalRequest{Journal: "VE", From: day(1, 1), To: day(12, 31)})
	if err != nil || len(j.Lines) != 9 || j.Debit != 192_00 {
		t.Errorf("journal %+v %v", j, err)
	}
	c, err := ledger.CentralOf.Call(ctx, owner, ledger.CentralRequest{From: day(1, 1), To: day(12, 31)})
	if err != nil || len(c.Months) != 5 || c.Debit != c.Credit {
		t.Errorf("central %+v %v", c, err)
	}
	k, err := ledger.Figures.Call(ctx, owner, struct{}{})
	if err != nil || k.Cash != 140_00 || k.Receivables != 52_00 || k.VATDue != 32_00 || len(k.Revenue) != 24 ||
		k.Revenue[23-10].Amount != 100_00 {
		t.Errorf("figures %+v %v", k, err)
	}
	profile := company.Default()
	profile.Regime = fr.Franchise
	b.Update(func(tx *store.Tx) error { return tx.SetSetting("company", profile) })
	if k, err = ledger.Figures.Call(ctx, owner, struct{}{}); err != nil || k.VATFree {
		t.Errorf("what is due under the franchise is hidden: %+v %v", k, err)
	}
	accounts, err := ledger.AccountListing.Call(ctx, owner, ledger.AccountListRequest{Search: "collectee"})
	if err != nil || len(accounts.Accounts) != 1 || accounts.Accounts[0].Number != "445710" {
		t.Errorf("accounts %+v %v", accounts, err)
	}
	b.verify()
}

// TestVATIsNotCountedWhereThereIsNone: neither under the franchise nor at home in Guyane, as long as none is due.
func TestVATIsNotCountedWhereThereIsNone(t *testing.T) {
	w := storetest.NewWorld(t, ledger.Bind[*store.Tx])
	for _, c := range []struct {
		where fr.Territory
		as    fr.Regime
		free  bool
	}{
		{fr.Guyane, fr.NormalMonthly, true}, {fr.Guadeloupe, fr.NormalMonthly, false}, {fr.Metropole, fr.Franchise, true},
	} {
		p := company.Default()
		p.Territory, p.Regime = c.where, c.as
		w.Update(func(tx *store.Tx) error { return tx.SetSetting("company", p) })
		if k, err := ledger.Figures.Call(w.Ctx(), w.As("owner"), struct{}{}); err != nil || k.VATFree != c.free {
			t.Errorf("%+v: %+v %v", c, k, err)
		}
	}
}

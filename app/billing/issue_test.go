package billing_test

import (
	"errors"
	"fmt"
	"sort"
	"sync"
	"testing"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/store"
)

func TestConcurrentIssuesAreNumberedWithoutGap(t *testing.T) {
	b := open(t)
	c := b.customer()
	const n = 20
	drafts := make([]billing.Document, n)
	for i := range drafts {
		lines := []billing.Line{goods(10_00, 200_000)}
		if i%4 == 3 {
			lines[0].VATRate = 130_000 // refused: no such rate here
		}
		drafts[i] = b.draft(c, lines...)
	}
	var mu sync.Mutex
	var numbers []string
	var wg sync.WaitGroup
	for i, d := range drafts {
		wg.Go(func() {
			a, err := billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
			if (err != nil) != (i%4 == 3) {
				t.Errorf("draft %d: %v", i, err)
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				numbers = append(numbers, a.Number)
			}
		})
	}
	wg.Wait()
	sort.Strings(numbers)
	for i, got := range numbers {
		if want := fmt.Sprintf("F-2026-%04d", i+1); got != want {
			t.Fatalf("number %d is %s, want %s", i, got, want)
		}
	}
	if len(numbers) != 15 {
		t.Errorf("%d issued", len(numbers))
	}
	b.verify()
}

func TestFailedOrRehearsedIssueBurnsNothing(t *testing.T) {
	b := open(t)
	c := b.customer()
	d := b.draft(c, goods(10_00, 200_000))
	preview, err := billing.Issue.Call(op.WithPreview(b.Ctx()), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
	if err != nil || preview.Number != "F-2026-0001" || len(preview.Posting.Lines) != 3 {
		t.Fatalf("preview %+v, %v", preview, err)
	}
	bad := goods(10_00, 200_000)
	bad.Account = "799999" // not in the chart: refused after the number was taken
	wrong := b.draft(c, bad)
	_, err = billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: wrong.ID, Version: wrong.Version})
	refused(t, err, "ledger.unknown_account", "")
	err = b.Store.Update(b.Ctx(), func(tx *store.Tx) error {
		if _, err := tx.NextNumber("invoice", "2026"); err != nil {
			return err
		}
		return errors.New("the PC stops here")
	})
	if err == nil {
		t.Fatal("the failure was not planted")
	}
	if a := b.issue(d); a.Number != "F-2026-0001" {
		t.Errorf("number %s", a.Number)
	}
	if got := b.get(
		d.ID,
	); len(got.History) != 2 || got.History[0].Op != "invoice.issue" ||
		got.History[0].Name != "Claire" {
		t.Errorf("history %+v", got.History)
	}
	b.verify()
}

func TestIssueIsDoneOnceForOneRequest(t *testing.T) {
	b := open(t)
	d := b.draft(b.customer(), goods(10_00, 200_000))
	ctx := op.WithRequestID(b.Ctx(), "018f-issue")
	first := must(billing.Issue.Call(ctx, b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version}))(t)
	again := must(billing.Issue.Call(ctx, b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version}))(t)
	if first.Number != again.Number || first.Digest != again.Digest || again.Posting.ID != first.Posting.ID {
		t.Errorf("first %s %s, again %s %s", first.Number, first.Digest, again.Number, again.Digest)
	}
	_, err := billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version})
	refused(t, err, "billing.already_final")
	b.verify()
}

func TestTwoPeopleOnOneDraft(t *testing.T) {
	b := open(t)
	c := b.customer()
	d := b.draft(c, goods(10_00, 200_000))
	r := billing.SaveRequest{
		ID:      d.ID,
		Version: d.Version,
		Header:  billing.Header{Customer: c.ID, Subject: "Marc"},
		Lines:   d.Lines,
	}
	must(billing.SaveInvoice.Call(b.Ctx(), b.As("assistant"), r))(t)
	r.Subject = "Claire"
	_, err := billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r)
	refused(t, err, "billing.changed_meanwhile")
	if f := fault.Of(err); f.Code != fault.Conflict || f.Args["who"] != "Marc" {
		t.Errorf("%v", f)
	}
	for _, version := range []int64{d.Version, 0} { // an old one, and none at all
		r.Version = version
		_, err = billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r)
		refused(t, err, "billing.changed_meanwhile")
		_, err = billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: version})
		refused(t, err, "billing.changed_meanwhile")
		_, err = billing.DeleteDraft.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: version})
		refused(t, err, "billing.changed_meanwhile")
	}
	r.Version, r.ChangedAt = d.Version+1, d.Changed.At.Add(time.Second) // of another line of the book
	_, err = billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r)
	refused(t, err, "billing.changed_meanwhile")
	other := billing.IssueRequest{ID: d.ID, Version: r.Version, ChangedAt: r.ChangedAt}
	_, err = billing.Issue.Call(b.Ctx(), b.As("owner"), other)
	refused(t, err, "billing.changed_meanwhile")
	_, err = billing.DeleteDraft.Call(b.Ctx(), b.As("owner"), other)
	refused(t, err, "billing.changed_meanwhile")
	if got := b.get(d.ID); got.Subject != "Marc" || got.Version != d.Version+1 {
		t.Errorf("subject %q, version %d", got.Subject, got.Version)
	}
}

func TestFinalDocumentKeepsSellerAndCustomerAsTheyWere(t *testing.T) {
	b := open(t)
	c := b.customer()
	a := b.invoice(c, goods(10_00, 200_000))
	c.Name, c.City = "Tilleuls et fils", "Rezé"
	must(party.Save.Call(b.Ctx(), b.As("owner"), c))(t)
	p := must(company.Get.Call(b.Ctx(), b.As("owner"), op.Empty{}))(t)
	p.Name = "Durand et filles"
	must(company.Save.Call(b.Ctx(), b.As("owner"), p))(t)
	got := b.get(a.ID)
	if got.Buyer.Name != "SCI Les Tilleuls" || got.Buyer.Address.City != "Nantes" ||
		got.Seller.Name != "Menuiserie Durand" {
		t.Errorf("buyer %+v, seller %s", got.Buyer, got.Seller.Name)
	}
	if next := b.draft(c, goods(10_00, 200_000)); next.Buyer.Name != "Tilleuls et fils" {
		t.Errorf("next buyer %s", next.Buyer.Name)
	}
	b.verify()
}

func TestDatesFollowTheSeries(t *testing.T) {
	b := open(t)
	c := b.customer()
	dated := func(d civil.Date) error {
		r := billing.SaveRequest{
			Header: billing.Header{Customer: c.ID, Date: d},
			Lines:  []billing.Line{goods(10_00, 200_000)},
		}
		saved := must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
		_, err := billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: saved.ID, Version: saved.Version})
		return err
	}
	for _, step := range []struct {
		day civil.Date
		key string
	}{
		{day(11, 10), ""},
		{day(11, 9), "billing.check.date_before_last"},
		{day(11, 22), "billing.check.date_in_future"},
		{civil.New(2025, 12, 31), "billing.check.year_closed"},
		{civil.Date{}, ""}, // the day of issue
		{day(11, 20), "billing.check.date_before_last"},
		{day(11, 21), ""},
	} {
		if err := dated(step.day); fault.KeyOf(err) != step.key {
			t.Errorf("%s: %v, want %q", step.day, err, step.key)
		} else if err != nil && fault.Of(err).Field != "date" {
			t.Errorf("%s: field %q", step.day, fault.Of(err).Field)
		}
	}
	b.verify()
}

func TestDueDateFollowsTermsUntilIssue(t *testing.T) {
	b := open(t)
	c := b.customer(func(c *party.Customer) { c.PaymentDays, c.PaymentEndOfMonth = 45, true })
	r := billing.SaveRequest{
		Header: billing.Header{Customer: c.ID},
		Lines:  []billing.Line{goods(10_00, 200_000)},
	}
	d := must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
	if d.DueDate != civil.New(2027, 1, 31) || *d.Terms != (billing.Terms{Days: 45, EndOfMonth: true}) ||
		!d.Date.IsZero() {
		t.Errorf("due %s, terms %+v, date %s", d.DueDate, d.Terms, d.Date)
	}
	// what the screen shows comes back with the next save, and still follows the terms
	r.ID, r.Version, r.Header = d.ID, d.Version, d.Header
	d = must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)
	b.Clock.Set(b.Clock.Now().AddDate(0, 0, 10))
	if a := b.issue(d); a.Date != day(12, 1) || a.DueDate != civil.New(2027, 1, 31) {
		t.Errorf("date %s, due %s", a.Date, a.DueDate)
	}
}

func TestDeletedDraftLeavesNothing(t *testing.T) {
	b := open(t)
	d := b.draft(b.customer(), goods(10_00, 200_000))
	must(billing.DeleteDraft.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version}))(t)
	_, err := billing.Get.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: d.ID})
	refused(t, err, "billing.deleted")
	if next := b.draft(b.customer(), goods(10_00, 200_000)); next.ID == d.ID {
		t.Error("the id of a deleted draft was given again")
	}
	a := b.invoice(b.customer(), goods(10_00, 200_000))
	_, err = billing.DeleteDraft.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: a.ID, Version: a.Version})
	refused(t, err, "billing.already_final")
}

package billing_test

import (
	"slices"
	"testing"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
)

// restored makes the book wait for the owner's word, as a restore does.
func (b book) restored(made time.Time) {
	b.t.Helper()
	b.Update(func(tx *store.Tx) error { return billing.AskNumbers(tx, made, tx.Now()) })
}

// TestNoNumberIsUsedTwice (F6): after a restore no number is given out before the owner has said which were, those are
// passed over for good, and a check accepts exactly them.
func TestNoNumberIsUsedTwice(t *testing.T) {
	b := open(t)
	owner, ctx := b.As("owner"), b.Ctx()
	c := b.customer()
	first := b.invoice(c, goods(100_00, 200_000)).Document
	b.restored(b.Clock.Now().Add(-48 * time.Hour))

	draft := b.draft(c, goods(100_00, 200_000))
	if got := keys(draft, billing.Blocked); !slices.Equal(got, []string{"billing.numbers_awaited"}) {
		t.Errorf("the draft does not say it: %v", got)
	}
	_, err := billing.Issue.Call(ctx, owner, billing.IssueRequest{ID: draft.ID, Version: draft.Version})
	if fault.KeyOf(err) != "billing.numbers_awaited" {
		t.Fatalf("issued: %v", err)
	}
	pay := billing.RecordRequest{Customer: c.ID, Date: day(11, 21), Amount: 100_00, Method: "transfer"}
	if _, err := billing.RecordPayment.Call(ctx, owner, pay); fault.KeyOf(err) != "billing.numbers_awaited" {
		t.Fatalf("paid: %v", err)
	}
	n := must(billing.GetNumbers.Call(ctx, owner, op.Empty{}))(t)
	if !n.Awaited || len(n.Series) != 4 || n.Series[0].Prefix+"0001" != first.Number || n.Series[0].Last != 1 {
		t.Fatalf("%+v", n)
	}
	answer := func(invoices int64) billing.ConfirmRequest {
		var req billing.ConfirmRequest
		for _, s := range n.Series {
			req.Series = append(req.Series, billing.Taken{Kind: s.Kind, Period: s.Period, Last: s.Last})
		}
		req.Series[0].Last = invoices
		return req
	}
	stranger := answer(3)
	stranger.Series = append(stranger.Series, billing.Taken{Kind: "invoice", Period: "1999"})
	for name, c := range map[string]struct {
		req  billing.ConfirmRequest
		want string
	}{
		"back":    {answer(0), "billing.numbers_back"},
		"far":     {answer(200_000), "billing.numbers_far"},
		"missing": {billing.ConfirmRequest{Series: answer(3).Series[:3]}, "billing.numbers_missing"},
		"bounds":  {answer(-1), "billing.numbers_bounds"},
		"unknown": {stranger, "billing.numbers_unknown"},
	} {
		if _, err := billing.ConfirmNumbers.Call(ctx, owner, c.req); fault.KeyOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := billing.ConfirmNumbers.Call(ctx, b.As("sales"), answer(4)); fault.Of(err).Code != fault.Forbidden {
		t.Errorf("sales: %v", err)
	}
	done := must(billing.ConfirmNumbers.Call(ctx, owner, answer(4)))(t)
	if g := done.Gaps; done.Awaited || len(g) != 1 || g[0].First != 2 || g[0].Last != 4 || g[0].Kind != "invoice" {
		t.Fatalf("%+v", done)
	}
	if from, to := done.Gaps[0].Numbers(); from != "F-2026-0002" || to != "F-2026-0004" {
		t.Errorf("%s to %s", from, to)
	}
	if _, err := billing.ConfirmNumbers.Call(ctx, owner, answer(9)); fault.KeyOf(err) != "billing.numbers_known" {
		t.Errorf("twice: %v", err)
	}
	draft = b.draft(c, goods(100_00, 200_000))
	next := must(billing.Issue.Call(ctx, owner, billing.IssueRequest{ID: draft.ID, Version: draft.Version}))(t).Document
	if next.Serial != 5 {
		t.Errorf("the next is %s", next.Number)
	}
	b.verify()
}

// TestAGapNobodyDecided is still found, beside one that was.
func TestAGapNobodyDecided(t *testing.T) {
	b := open(t)
	c := b.customer()
	b.invoice(c, goods(100_00, 200_000))
	b.restored(b.Clock.Now())
	n := must(billing.GetNumbers.Call(b.Ctx(), b.As("owner"), op.Empty{}))(t)
	var req billing.ConfirmRequest
	for _, s := range n.Series {
		req.Series = append(req.Series, billing.Taken{Kind: s.Kind, Period: s.Period, Last: s.Last + 2})
	}
	must(billing.ConfirmNumbers.Call(b.Ctx(), b.As("owner"), req))(t)
	b.Update(func(tx *store.Tx) error { return tx.SetLastNumber("invoice", n.Series[0].Period, 5) })
	b.invoice(c, goods(100_00, 200_000)) // 6, while 4 and 5 are nowhere
	var found []billing.Finding
	b.Update(func(tx *store.Tx) (err error) { found, err = billing.Verify(tx); return err })
	if len(found) != 1 || found[0].Key != "billing.verify.gap" {
		t.Errorf("%v", found)
	}
}

// TestGapsStay: what was decided is neither changed nor forgotten, and begins where the series stood.
func TestGapsStay(t *testing.T) {
	b := open(t)
	b.restored(b.Clock.Now().AddDate(-1, 0, 0))
	n := must(billing.GetNumbers.Call(b.Ctx(), b.As("owner"), op.Empty{}))(t)
	if len(n.Series) != 8 { // this year's and those of the year of the copy
		t.Fatalf("%d series", len(n.Series))
	}
	gap := billing.Gap{Kind: "invoice", Period: "2026", First: 2, Last: 3, At: b.Clock.Now()}
	err := b.Store.Update(t.Context(), func(tx *store.Tx) error { return tx.AddGap(gap) })
	if err == nil {
		t.Error("a gap behind a number that nobody has")
	}
}

// asks are the series to confirm, and the answer that passes fifty of each over.
func (b book) asks() (series []string, answer billing.ConfirmRequest) {
	b.t.Helper()
	n := must(billing.GetNumbers.Call(b.Ctx(), b.As("owner"), op.Empty{}))(b.t)
	for _, s := range n.Series {
		series = append(series, s.Prefix)
		answer.Series = append(answer.Series, billing.Taken{Kind: s.Kind, Period: s.Period, Last: s.Last + 50})
	}
	return series, answer
}

// TestNumbersOverNewYear: documents of December are dated and paid for in January.
func TestNumbersOverNewYear(t *testing.T) {
	b := open(t)
	c := b.customer()
	b.invoice(c, goods(100_00, 200_000))
	b.Clock.Set(time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC))
	b.restored(time.Date(2027, 1, 4, 12, 0, 0, 0, time.UTC))
	series, answer := b.asks()
	if want := []string{"F-2027-", "A-2027-", "D-2027-", "R-2027-", "F-2026-"}; !slices.Equal(series, want) {
		t.Fatalf("asked %v, want %v", series, want)
	}
	must(billing.ConfirmNumbers.Call(b.Ctx(), b.As("owner"), answer))(t)
	r := billing.SaveRequest{
		Header: billing.Header{Customer: c.ID, Date: civil.New(2026, 12, 31)}, Lines: []billing.Line{goods(100_00, 200_000)},
	}
	if d := b.issue(must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(t)).Document; d.Serial != 52 {
		t.Errorf("the next of December is %s", d.Number)
	}
}

// TestNumbersUnderAWrongClock: the years between both clocks are asked about, whichever is wrong.
func TestNumbersUnderAWrongClock(t *testing.T) {
	b := open(t)
	c := b.customer()
	b.invoice(c, goods(100_00, 200_000))
	b.Clock.Set(time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)) // a flat battery
	b.restored(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	series, answer := b.asks()
	if !slices.Contains(series, "F-2025-") || !slices.Contains(series, "F-2026-") {
		t.Fatalf("asked %v", series)
	}
	must(billing.ConfirmNumbers.Call(b.Ctx(), b.As("owner"), answer))(t)
	b.Clock.Set(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	if d := b.invoice(c, goods(100_00, 200_000)).Document; d.Serial != 52 {
		t.Errorf("the next is %s", d.Number)
	}
}

// TestTwoRestoresAskFromTheOlder copy: what the first one asks is still open.
func TestTwoRestoresAskFromTheOlder(t *testing.T) {
	b := open(t)
	b.invoice(b.customer(), goods(100_00, 200_000))
	b.Clock.Set(time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC))
	first := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	b.restored(first)
	b.restored(time.Date(2027, 1, 9, 12, 0, 0, 0, time.UTC))
	n := must(billing.GetNumbers.Call(b.Ctx(), b.As("owner"), op.Empty{}))(t)
	if !n.Made.Equal(first) || len(n.Series) != 8 {
		t.Errorf("asked from %v: %d series", n.Made, len(n.Series))
	}
}

package ledger

import (
	"context"
	"slices"
	"strings"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
)

// OpenReader is what open items ask of a transaction.
type OpenReader interface {
	Reader
	// OpenItems returns the lines of accounts starting with prefix, of one auxiliary when aux is not
	// empty, of some days and not completely matched on the last; by account, auxiliary, due date.
	OpenItems(prefix, aux string, days civil.Period) ([]OpenItem, error)
}

// OpenItem is a line that waits to be settled.
type OpenItem struct {
	Line    LineID       `json:"line"`
	Entry   EntryID      `json:"entry"`
	Account string       `json:"account"`
	Aux     string       `json:"aux"`
	Name    string       `json:"name"` // of the auxiliary
	Date    civil.Date   `json:"date"`
	Due     civil.Date   `json:"due"` // the date when no due date was given
	Num     string       `json:"num"`
	Ref     string       `json:"ref"`
	Label   string       `json:"label"`
	Net     money.Amount `json:"net"`     // positive: they owe us
	Match   string       `json:"match"`   // of the partial group it is in, or ""
	Partial int64        `json:"partial"` // that group's id, 0 for none
}

// AgedRequest asks for an aged balance (balance âgée) on a day: customers for Prefix "411" (the
// default), suppliers for "401".
type AgedRequest struct {
	At     civil.Date `json:"at"` // zero for today
	Prefix string     `json:"prefix"`
}

// Validate refuses a prefix that is not of third parties: ledger.aged_prefix.
func (r AgedRequest) Validate() error {
	if r.Prefix != "" && !strings.HasPrefix(r.Prefix, "40") && !strings.HasPrefix(r.Prefix, "41") {
		return fault.Field("prefix", "ledger.aged_prefix")
	}
	return nil
}

// AgedRow is what one party owes, by how late it is. Customers owe positive sums. Payments that no
// invoice claims yet are in Unmatched, negative.
type AgedRow struct {
	Account   string       `json:"account"`
	Aux       string       `json:"aux"`
	Name      string       `json:"name"`
	NotDue    money.Amount `json:"not_due"`
	Days30    money.Amount `json:"days_30"`   // due since 1 to 30 days
	Days60    money.Amount `json:"days_60"`   // 31 to 60
	Days90    money.Amount `json:"days_90"`   // 61 to 90
	Older     money.Amount `json:"older"`     // more than 90
	Unmatched money.Amount `json:"unmatched"` // payments and credit notes not matched
	Total     money.Amount `json:"total"`
}

// Aged is an aged balance, the largest totals first.
type Aged struct {
	At    civil.Date `json:"at"`
	Rows  []AgedRow  `json:"rows"`
	Total AgedRow    `json:"total"`
}

// AgedOf returns an aged balance.
var AgedOf = op.Op[AgedRequest, Aged]{Spec: op.Spec{
	Name: "ledger.aged", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns what each customer owes on a day, by how many days it is late.",
}}

func aged[T OpenReader](_ context.Context, tx T, req AgedRequest) (Aged, error) {
	return AgedBalance(tx, req)
}

// AgedBalance draws an aged balance inside the caller's transaction.
func AgedBalance(tx OpenReader, req AgedRequest) (Aged, error) {
	if req.Prefix == "" {
		req.Prefix = Customers[:3]
	}
	if req.At.IsZero() {
		req.At = tx.Today()
	}
	out := Aged{At: req.At, Rows: []AgedRow{}}
	items, err := openItems(tx, req.Prefix, "", req.At)
	if err != nil {
		return out, err
	}
	sign := money.Amount(1)
	if strings.HasPrefix(req.Prefix, "40") {
		sign = -1
	}
	settlePartial(items)
	for _, it := range items {
		n := len(out.Rows)
		if n == 0 || out.Rows[n-1].Account != it.Account || out.Rows[n-1].Aux != it.Aux {
			out.Rows = append(out.Rows, AgedRow{Account: it.Account, Aux: it.Aux})
			n++
		}
		r := &out.Rows[n-1]
		r.Name = it.Name
		r.add(it.Net*sign, civil.DaysBetween(it.Due, req.At))
	}
	out.Rows = slices.DeleteFunc(out.Rows, func(r AgedRow) bool {
		return r == AgedRow{Account: r.Account, Aux: r.Aux, Name: r.Name}
	})
	slices.SortStableFunc(out.Rows, func(a, b AgedRow) int { return b.Total.Sub(a.Total).Sign() })
	for _, r := range out.Rows {
		out.Total.sum(r)
	}
	return out, nil
}

// openItems returns what is open on a day. Lines older than the last opening balances do not count:
// those repeat what was open then.
func openItems(tx OpenReader, prefix, aux string, at civil.Date) ([]OpenItem, error) {
	f, err := newFrame(tx, at, at)
	if err != nil {
		return nil, err
	}
	since := civil.New(1, 1, 1)
	if !f.opening.IsZero() {
		since = f.opening.From
	}
	return tx.OpenItems(prefix, aux, civil.Period{From: since, To: at})
}

// settlePartial takes the payments of each partial group off its earliest debts, so that what is left
// ages by the due date of the debt.
func settlePartial(items []OpenItem) {
	groups := map[int64][]*OpenItem{}
	for i := range items {
		if g := items[i].Partial; g != 0 {
			groups[g] = append(groups[g], &items[i])
		}
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b *OpenItem) int { return a.Due.Compare(b.Due) })
		for _, paid := range g {
			for _, debt := range g {
				if (paid.Net < 0) == (debt.Net < 0) || paid.Net == 0 || debt.Net == 0 {
					continue
				}
				off := min(paid.Net.Abs(), debt.Net.Abs())
				paid.Net -= off * money.Amount(paid.Net.Sign())
				debt.Net -= off * money.Amount(debt.Net.Sign())
			}
		}
	}
}

func (r *AgedRow) add(net money.Amount, late int) {
	switch {
	case net < 0:
		r.Unmatched = r.Unmatched.Add(net)
	case late <= 0:
		r.NotDue = r.NotDue.Add(net)
	case late <= 30:
		r.Days30 = r.Days30.Add(net)
	case late <= 60:
		r.Days60 = r.Days60.Add(net)
	case late <= 90:
		r.Days90 = r.Days90.Add(net)
	default:
		r.Older = r.Older.Add(net)
	}
	r.Total = r.Total.Add(net)
}

func (r *AgedRow) sum(o AgedRow) {
	r.NotDue, r.Days30 = r.NotDue.Add(o.NotDue), r.Days30.Add(o.Days30)
	r.Days60, r.Days90 = r.Days60.Add(o.Days60), r.Days90.Add(o.Days90)
	r.Older, r.Unmatched = r.Older.Add(o.Older), r.Unmatched.Add(o.Unmatched)
	r.Total = r.Total.Add(o.Total)
}

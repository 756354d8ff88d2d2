package ledger

import (
	"cmp"
	"slices"
	"strings"

	"zafe/app/civil"
	"zafe/app/money"
	"zafe/app/op"
)

// Reader is what statements ask of a transaction.
type Reader interface {
	op.Tx
	Today() civil.Date
	FiscalYears() ([]FiscalYear, error)
	HasOpening(year FiscalYearID) (bool, error)
	HasEntriesBefore(d civil.Date) (bool, error)
	// LedgerSums returns what was posted from one day to another, by account, opening entries apart;
	// only accounts starting with prefix.
	LedgerSums(p civil.Period, prefix string) ([]Sum, error)
	// LedgerAuxSums is LedgerSums by account and auxiliary, for lines that have one.
	LedgerAuxSums(p civil.Period, prefix, aux string) ([]Sum, error)
}

// Sum is what was posted on an account, or on one of its auxiliaries, over some days.
type Sum struct {
	Account  string
	Title    string
	Aux      string
	AuxTitle string
	Opening  bool // in opening entries
	Debit    money.Amount
	Credit   money.Amount
}

// Net is the debit less the credit.
func (s Sum) Net() money.Amount { return s.Debit - s.Credit }

// frame is how a range of days lies among the fiscal years: opening balances are those of the first
// day of base, or nothing, and everything posted since, results of finished years carried to 12x.
type frame struct {
	from, to civil.Date
	base     civil.Date   // first day that counts for accounts of the balance sheet
	opening  civil.Period // the days whose opening entries count; zero for none
	year     civil.Date   // first day that counts for charges and revenues
	past     []civil.Period
}

// newFrame places a range of days. Opening entries count only in the latest year at or before from
// that has any: those of later years repeat what the years before them add up to.
func newFrame(tx Reader, from, to civil.Date) (frame, error) {
	f := frame{from: from, to: to, base: from, year: from}
	years, err := tx.FiscalYears()
	if err != nil || len(years) == 0 {
		return f, err
	}
	i := slices.IndexFunc(years, func(y FiscalYear) bool { return !y.Period.To.Before(from) })
	if i < 0 {
		i = len(years) - 1
	}
	f.year = civil.Earliest(years[i].Period.From, from)
	f.base = f.year
	for ; i >= 0; i-- {
		y := years[i]
		f.base = civil.Earliest(f.base, y.Period.From)
		has, err := tx.HasOpening(y.ID)
		if err != nil {
			return f, err
		}
		if has {
			f.opening = y.Period
			break
		}
		if i > 0 {
			f.past = append(f.past, years[i-1].Period)
		}
	}
	slices.Reverse(f.past)
	if f.opening.IsZero() {
		f.opening, err = firstOpening(tx, years, from)
	}
	return f, err
}

// firstOpening returns the first year after from that brought its opening balances, if nothing was
// posted before it: what opens a book, even seen from an empty year.
func firstOpening(tx Reader, years []FiscalYear, from civil.Date) (civil.Period, error) {
	for _, y := range years {
		if y.Period.From.Before(from) {
			continue
		}
		before, err := tx.HasEntriesBefore(y.Period.From)
		if err != nil || before {
			return civil.Period{}, err
		}
		has, err := tx.HasOpening(y.ID)
		if err != nil || has {
			return y.Period, err
		}
	}
	return civil.Period{}, nil
}

// isResult tells whether an account is of charges or revenues, which start from nothing each year.
func isResult(account string) bool { return account[0] == '6' || account[0] == '7' }

// position is an account's opening balance and what was posted over the range of days.
type position struct {
	Sum                 // what was posted over the days, opening entries left out
	Before money.Amount // net before the first day, opening entries included
}

// summer returns what was posted over some days on the accounts that start with a prefix.
type summer func(days civil.Period, prefix string) ([]Sum, error)

type positionKey struct{ account, aux string }

// positions returns every account that moved, or has a balance to bring forward, by number.
func (f frame) positions(prefix string, sums summer) ([]position, error) {
	at := map[positionKey]*position{}
	get := func(s Sum) *position {
		k := positionKey{s.Account, s.Aux}
		if at[k] == nil {
			at[k] = &position{Sum: Sum{Account: s.Account, Title: s.Title, Aux: s.Aux, AuxTitle: s.AuxTitle}}
		}
		return at[k]
	}
	if before := (civil.Period{From: f.base, To: f.from.AddDays(-1)}); before.Valid() {
		ss, err := f.before(before, prefix, sums)
		if err != nil {
			return nil, err
		}
		for _, s := range ss {
			p := get(s)
			p.Before = p.Before.Add(s.Net())
		}
	}
	for _, p := range f.parts() {
		ss, err := sums(p, prefix)
		if err != nil {
			return nil, err
		}
		for _, s := range ss {
			switch {
			case !s.Opening:
				p := get(s)
				p.Debit, p.Credit = p.Debit.Add(s.Debit), p.Credit.Add(s.Credit)
			case f.opening.Contains(p.From):
				p := get(s)
				p.Before = p.Before.Add(s.Net())
			}
		}
	}
	return f.sorted(at), nil
}

// parts cuts the range of days at the ends of the year whose opening entries count.
func (f frame) parts() []civil.Period {
	whole := civil.Period{From: f.from, To: f.to}
	if f.opening.IsZero() || !whole.Overlaps(f.opening) {
		return []civil.Period{whole}
	}
	var out []civil.Period
	for _, p := range []civil.Period{
		{From: f.from, To: f.opening.From.AddDays(-1)},
		{From: civil.Latest(f.from, f.opening.From), To: civil.Earliest(f.to, f.opening.To)},
		{From: f.opening.To.AddDays(1), To: f.to},
	} {
		if p.Valid() {
			out = append(out, p)
		}
	}
	return out
}

// before returns what counts of the days before the range: everything on accounts of the balance
// sheet, only the running year on the others.
func (f frame) before(p civil.Period, prefix string, sums summer) ([]Sum, error) {
	all, err := sums(p, prefix)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s Sum) bool { return isResult(s.Account) })
	if run := (civil.Period{From: f.year, To: f.from.AddDays(-1)}); run.Valid() {
		for _, class := range []string{"6", "7"} {
			if !strings.HasPrefix(prefix, class) && !strings.HasPrefix(class, prefix) {
				continue
			}
			ss, err := sums(run, longest(prefix, class))
			if err != nil {
				return nil, err
			}
			all = append(all, ss...)
		}
	}
	return all, nil
}

func longest(a, b string) string {
	if len(a) > len(b) {
		return a
	}
	return b
}

func (f frame) sorted(at map[positionKey]*position) []position {
	out := make([]position, 0, len(at))
	for _, p := range at {
		if p.Before != 0 || p.Debit != 0 || p.Credit != 0 {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b position) int {
		if c := strings.Compare(a.Account, b.Account); c != 0 {
			return c
		}
		return strings.Compare(a.Aux, b.Aux)
	})
	return out
}

// carried returns the results of the finished years since the base, as opening balances of 120000
// (profit) and 129000 (loss): what the opening entry of a year does (report à nouveau provisoire).
func (f frame) carried(tx Reader) (profit, loss money.Amount, err error) {
	for _, y := range f.past {
		var result money.Amount
		for _, class := range []string{"6", "7"} {
			ss, err := tx.LedgerSums(y, class)
			if err != nil {
				return 0, 0, err
			}
			for _, s := range ss {
				result = result.Add(s.Net())
			}
		}
		if result < 0 {
			profit = profit.Add(result)
		} else {
			loss = loss.Add(result)
		}
	}
	return profit, loss, nil
}

// merge adds up the sums of the same account and auxiliary that follow each other, opening or not.
func merge(sums []Sum) []Sum {
	var out []Sum
	slices.SortStableFunc(sums, func(a, b Sum) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Aux, b.Aux))
	})
	for _, s := range sums {
		if n := len(out); n > 0 && out[n-1].Account == s.Account && out[n-1].Aux == s.Aux {
			out[n-1].Debit, out[n-1].Credit = out[n-1].Debit+s.Debit, out[n-1].Credit+s.Credit
			continue
		}
		out = append(out, s)
	}
	return out
}

// withPast adds a result brought forward to the sums, which are sorted by account.
func withPast(sums []Sum, account, title string, net money.Amount) []Sum {
	if net == 0 {
		return sums
	}
	i, found := slices.BinarySearchFunc(sums, account, func(s Sum, n string) int {
		return strings.Compare(s.Account, n)
	})
	if !found {
		sums = slices.Insert(sums, i, Sum{Account: account, Title: title})
	}
	sums[i].Debit = sums[i].Debit.Add(net)
	return sums
}

package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/store"
)

var errPlanted = errors.New("planted")

// TestNumbersHaveNoGap posts from many sides at once, a third of it failing after the entry is in.
func TestNumbersHaveNoGap(t *testing.T) {
	b := newBook(t)
	var wg sync.WaitGroup
	for i := range 45 {
		wg.Go(func() {
			err := b.Store.Update(b.Ctx(), func(tx *store.Tx) error {
				e := sale(day(1+i%12, 10), fmt.Sprintf("C%d", i%5), fmt.Sprintf("F%d", i), money.Amount(100+i))
				if i%2 == 0 {
					e = receipt(e.Date, "C1", e.Ref, 50)
				}
				if _, err := ledger.Post(b.Ctx(), tx, e); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errPlanted
				case 2:
					panic("planted")
				}
				return nil
			})
			if i%3 == 0 && err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := ledger.EntryListing.Call(b.Ctx(), b.As("owner"), ledger.EntryListRequest{Limit: 100})
	if err != nil || len(list.Entries) != 15 {
		t.Fatalf("%d entries, %v", len(list.Entries), err)
	}
	nums := map[string]int{}
	for _, e := range list.Entries {
		nums[e.Num]++
	}
	for i := range 7 {
		if n := fmt.Sprintf("VE-%06d", i+1); nums[n] != 1 {
			t.Errorf("%s is there %d times: %v", n, nums[n], nums)
		}
	}
	b.verify()
}

// entries draws entries that balance but for a cent now and then, over two years.
func entries(first civil.Date, days int) *rapid.Generator[ledger.Entry] {
	return rapid.Custom(func(t *rapid.T) ledger.Entry {
		e := ledger.Entry{
			Journal: rapid.SampledFrom([]string{"VE", "AC", "BQ", "OD"}).Draw(t, "journal"),
			Date:    first.AddDays(rapid.IntRange(0, days).Draw(t, "day")), Label: "tirage",
		}
		accounts := []string{"101", "401", "411", "44571", "512", "580", "606", "626", "706", "707"}
		var sum money.Amount
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := ledger.Line{Account: rapid.SampledFrom(accounts).Draw(t, "account")}
			amount := money.Amount(rapid.Int64Range(1, 1e6).Draw(t, "amount"))
			if l.Account == "411" && rapid.Bool().Draw(t, "aux") {
				l.Aux = fmt.Sprintf("C%d", rapid.IntRange(1, 3).Draw(t, "customer"))
				l.AuxLabel = "Client " + l.Aux
			}
			if rapid.Bool().Draw(t, "side") {
				l.Debit, sum = amount, sum+amount
			} else {
				l.Credit, sum = amount, sum-amount
			}
			e.Lines = append(e.Lines, l)
		}
		sum += money.Amount(rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "error"))
		if sum != 0 {
			e.Lines = append(e.Lines, ledger.Line{Account: "512", Debit: max(-sum, 0), Credit: max(sum, 0)})
		}
		return e
	})
}

// TestStatementsAgreeWithTheEntries draws random books and holds each statement against sums done
// the long way.
func TestStatementsAgreeWithTheEntries(t *testing.T) {
	b := newBook(t)
	first := civil.New(2025, 1, 1)
	b.Update(func(tx *store.Tx) error {
		_, err := ledger.OpenFiscalYear(tx, year(2025))
		return err
	})
	rapid.Check(t, func(r *rapid.T) {
		drawn := rapid.SliceOfN(entries(first, 729), 1, 12).Draw(r, "entries")
		from := first.AddDays(rapid.IntRange(0, 729).Draw(r, "from"))
		to := from.AddDays(rapid.IntRange(0, 729).Draw(r, "length"))
		err := b.rehearse(func(tx *store.Tx) error {
			var kept []ledger.Entry
			for _, e := range drawn {
				debit, credit := e.Totals()
				_, err := ledger.Post(b.Ctx(), tx, e)
				if fits := debit == credit && len(e.Lines) > 1; fits != (err == nil) {
					return fmt.Errorf("balanced %v, got %w", fits, err)
				}
				if err == nil {
					kept = append(kept, e)
				}
			}
			trial, err := ledger.Trial(tx, ledger.TrialBalanceRequest{From: from, To: to})
			if err != nil {
				return err
			}
			if want := longWay(kept, from, to); !slices.Equal(trial.Rows, want) {
				return fmt.Errorf("%s..%s\n%+v\nwant\n%+v", from, to, trial.Rows, want)
			}
			if s := trial.Total; s.OpeningDebit != s.OpeningCredit || s.Debit != s.Credit || s.ClosingDebit != s.ClosingCredit {
				return fmt.Errorf("%+v", s)
			}
			return nil
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

// longWay computes a trial balance from the entries, day by day, without any of the ledger's code.
func longWay(es []ledger.Entry, from, to civil.Date) []ledger.TrialRow {
	titles := map[string]string{}
	for _, a := range testChart() {
		n, _ := ledger.NormalAccount(a.Number)
		titles[n] = a.Title
	}
	rows := map[string]*ledger.TrialRow{}
	at := func(n string) *ledger.TrialRow {
		if rows[n] == nil {
			rows[n] = &ledger.TrialRow{Account: n, Title: titles[n]}
		}
		return rows[n]
	}
	var result money.Amount // of 2025, once 2026 has begun
	for _, e := range es {
		for _, l := range e.Lines {
			n, _ := ledger.NormalAccount(l.Account)
			isResult := n[0] == '6' || n[0] == '7'
			switch {
			case e.Date.After(to):
			case !e.Date.Before(from):
				r := at(n)
				r.Debit, r.Credit = r.Debit+l.Debit, r.Credit+l.Credit
			case isResult && e.Date.Year < from.Year && from.Year == 2026:
				result += l.Net()
			default:
				at(n).Opening += l.Net()
			}
		}
	}
	if result < 0 {
		at("120000").Opening = result
	} else if result > 0 {
		at("129000").Opening = result
	}
	var out []ledger.TrialRow
	for _, r := range rows {
		r.Closing = r.Opening + r.Debit - r.Credit
		if r.Opening != 0 || r.Debit != 0 || r.Credit != 0 {
			out = append(out, *r)
		}
	}
	slices.SortFunc(out, func(a, b ledger.TrialRow) int {
		if a.Account < b.Account {
			return -1
		}
		return 1
	})
	return out
}

// act is a match of some lines, or an unmatch of the first, by their place.
type act struct {
	unmatch bool
	lines   []int
}

// TestMatchingHoldsUnderRandomUse matches and unmatches at random: the open lines always add up to
// the balance of the account.
func TestMatchingHoldsUnderRandomUse(t *testing.T) {
	b := newBook(t)
	sum := rapid.SampledFrom([]money.Amount{-18_00, -12_00, -6_00, 6_00, 12_00, 18_00})
	rapid.Check(t, func(r *rapid.T) {
		sums := rapid.SliceOfN(sum, 2, 12).Draw(r, "sums")
		acts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
			places := rapid.SliceOfNDistinct(rapid.IntRange(0, len(sums)-1), 1, len(sums), rapid.ID)
			return act{rapid.Bool().Draw(t, "unmatch"), places.Draw(t, "lines")}
		}), 0, 12).Draw(r, "acts")
		err := b.rehearse(func(tx *store.Tx) error {
			var lines []ledger.LineID
			var balance money.Amount
			for i, s := range sums {
				e, at := sale(day(1+i%11, 1), "C1", fmt.Sprintf("F%d", i), s*5/6), 0
				if s < 0 {
					e, at = receipt(e.Date, "C1", e.Ref, -s), 1
				}
				p, err := ledger.Post(b.Ctx(), tx, e)
				if err != nil {
					return err
				}
				lines, balance = append(lines, p.Lines[at].ID), balance+s
			}
			for _, a := range acts {
				if err := a.do(b, tx, lines); err != nil {
					return err
				}
			}
			aged, err := ledger.AgedBalance(tx, ledger.AgedRequest{})
			if err == nil && aged.Total.Total != balance {
				err = fmt.Errorf("aged %v, balance %v", aged.Total.Total, balance)
			}
			return err
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

// do performs an act; a refusal is fine, an internal error is not.
func (a act) do(b *book, tx *store.Tx, lines []ledger.LineID) error {
	var ids []ledger.LineID
	for _, i := range a.lines {
		ids = append(ids, lines[i])
	}
	var err error
	if a.unmatch {
		_, err = ledger.Unmatch(b.Ctx(), tx, ids[0])
	} else {
		_, err = ledger.Match(b.Ctx(), tx, ids)
	}
	if _, ok := errors.AsType[*fault.Fault](err); ok {
		return nil
	}
	return err
}

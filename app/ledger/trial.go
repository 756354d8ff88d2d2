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

// TrialBalanceRequest asks for the trial balance (balance) of some days.
type TrialBalanceRequest struct {
	From   civil.Date `json:"from"`
	To     civil.Date `json:"to"`
	Prefix string     `json:"prefix"` // only accounts that start so: "411"
	Detail bool       `json:"detail"` // auxiliaries one by one under their account
}

// Validate refuses days that are not a period: ledger.dates.
func (r TrialBalanceRequest) Validate() error { return checkDays(r.From, r.To) }

func checkDays(from, to civil.Date) error {
	if !(civil.Period{From: from, To: to}).Valid() {
		return fault.Field("to", "ledger.dates")
	}
	return nil
}

// TrialRow is a line of a trial balance. Opening and Closing are debit balances when positive. Aux is
// set on the detail of an account, whose figures its own row already holds.
type TrialRow struct {
	Account  string       `json:"account"`
	Title    string       `json:"title"`
	Aux      string       `json:"aux"`
	AuxTitle string       `json:"aux_title"`
	Opening  money.Amount `json:"opening"`
	Debit    money.Amount `json:"debit"`
	Credit   money.Amount `json:"credit"`
	Closing  money.Amount `json:"closing"`
}

// TrialSum is a total of a trial balance, debit and credit balances apart. Class is "1" to "8", or ""
// for the whole.
type TrialSum struct {
	Class         string       `json:"class"`
	OpeningDebit  money.Amount `json:"opening_debit"`
	OpeningCredit money.Amount `json:"opening_credit"`
	Debit         money.Amount `json:"debit"`
	Credit        money.Amount `json:"credit"`
	ClosingDebit  money.Amount `json:"closing_debit"`
	ClosingCredit money.Amount `json:"closing_credit"`
}

// TrialBalance is a trial balance: accounts that moved or have a balance, by number. The results of
// finished years that were not yet allotted stand on 120000 and 129000.
type TrialBalance struct {
	Period  civil.Period `json:"period"`
	Rows    []TrialRow   `json:"rows"`
	Classes []TrialSum   `json:"classes"`
	Total   TrialSum     `json:"total"`
	Drafts  int64        `json:"drafts"` // drafts dated in these days, which are not counted
}

// TrialBalanceOf returns the trial balance of some days.
var TrialBalanceOf = op.Op[TrialBalanceRequest, TrialBalance]{Spec: op.Spec{
	Name: "ledger.trial_balance", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns the trial balance of some days: opening, movements and closing of each account.",
}}

func trialBalance[T interface {
	Reader
	DraftCounter
}](_ context.Context, tx T, req TrialBalanceRequest) (TrialBalance, error) {
	out, err := Trial(tx, req)
	if err == nil {
		out.Drafts, err = tx.CountDrafts(out.Period)
	}
	return out, err
}

// DraftCounter counts drafts.
type DraftCounter interface {
	// CountDrafts returns how many drafts are dated in some days.
	CountDrafts(p civil.Period) (int64, error)
}

// Trial draws a trial balance inside the caller's transaction.
func Trial(tx Reader, req TrialBalanceRequest) (TrialBalance, error) {
	days := civil.Period{From: req.From, To: req.To}
	out := TrialBalance{Period: days, Rows: []TrialRow{}, Classes: []TrialSum{}}
	f, err := newFrame(tx, req.From, req.To)
	if err != nil {
		return out, err
	}
	ps, err := f.positions(req.Prefix, tx.LedgerSums)
	if err != nil {
		return out, err
	}
	if ps, err = f.carry(tx, ps, req.Prefix); err != nil {
		return out, err
	}
	details := map[string][]position{}
	if req.Detail {
		as, err := f.positions(req.Prefix, func(p civil.Period, prefix string) ([]Sum, error) {
			return tx.LedgerAuxSums(p, prefix, "")
		})
		if err != nil {
			return out, err
		}
		for _, a := range as {
			details[a.Account] = append(details[a.Account], a)
		}
	}
	for _, p := range ps {
		r := p.row()
		out.Total.add(r)
		class := r.Account[:1]
		if n := len(out.Classes); n == 0 || out.Classes[n-1].Class != class {
			out.Classes = append(out.Classes, TrialSum{Class: class})
		}
		out.Classes[len(out.Classes)-1].add(r)
		out.Rows = append(out.Rows, r)
		for _, d := range details[r.Account] {
			out.Rows = append(out.Rows, d.row())
		}
	}
	return out, nil
}

// carry adds the results brought forward to the positions of 120000 and 129000.
func (f frame) carry(tx Reader, ps []position, prefix string) ([]position, error) {
	profit, loss, err := f.carried(tx)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		account, title string
		net            money.Amount
	}{{ProfitPast, profitTitle, profit}, {LossPast, lossTitle, loss}} {
		if c.net == 0 || !strings.HasPrefix(c.account, prefix) {
			continue
		}
		i, found := slices.BinarySearchFunc(ps, c.account, func(p position, n string) int {
			return strings.Compare(p.Account, n)
		})
		if !found {
			ps = slices.Insert(ps, i, position{Sum: Sum{Account: c.account, Title: c.title}})
		}
		ps[i].Before = ps[i].Before.Add(c.net)
	}
	return ps, nil
}

// Titles of the accounts of past results where the chart lacks them, as the official chart has them.
const (
	profitTitle = "Résultat de l’exercice (bénéfice)"
	lossTitle   = "Résultat de l’exercice (perte)"
)

func (p position) row() TrialRow {
	return TrialRow{
		Account: p.Account, Title: p.Title, Aux: p.Aux, AuxTitle: p.AuxTitle, Opening: p.Before,
		Debit: p.Debit, Credit: p.Credit, Closing: p.Before.Add(p.Debit).Sub(p.Credit),
	}
}

func (s *TrialSum) add(r TrialRow) {
	side := func(debit, credit *money.Amount, net money.Amount) {
		if net > 0 {
			*debit = debit.Add(net)
		} else {
			*credit = credit.Sub(net)
		}
	}
	side(&s.OpeningDebit, &s.OpeningCredit, r.Opening)
	side(&s.ClosingDebit, &s.ClosingCredit, r.Closing)
	s.Debit, s.Credit = s.Debit.Add(r.Debit), s.Credit.Add(r.Credit)
}

package ledger

import (
	"context"
	"strings"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/app/op"
)

// revenueMonths is how many months of revenue the key figures tell.
const revenueMonths = 24

// MonthAmount is a sum for a month.
type MonthAmount struct {
	Month  string       `json:"month"` // "2026-11"
	Amount money.Amount `json:"amount"`
}

// KeyFigures are the company's figures of the day, from the balances.
type KeyFigures struct {
	At          civil.Date    `json:"at"`
	Revenue     []MonthAmount `json:"revenue"`     // class 70, the last 24 months, this one last
	Cash        money.Amount  `json:"cash"`        // 512 bank, 53 till, 51 to be cashed
	Receivables money.Amount  `json:"receivables"` // 411, less what customers paid in advance on it
	Payables    money.Amount  `json:"payables"`    // 401
	VATDue      money.Amount  `json:"vat_due"`     // 4457 collected less 4456 deductible; negative is a credit
	// VATFree: the company charges no VAT at home (franchise en base, CGI 293 B; Guyane and Mayotte, CGI 294, 1), and none
	// is due.
	VATFree bool  `json:"vat_free,omitempty"`
	Drafts  int64 `json:"drafts"` // drafts waiting to be posted
}

// FigureReader is what the key figures ask of a transaction.
type FigureReader interface {
	Reader
	DraftCounter
	company.Settings
	// MonthSums returns what was posted on accounts starting with prefix, by month, from one month
	// ("2026-11") on, opening entries left out.
	MonthSums(prefix, from string) ([]MonthAmount, error)
}

// Figures returns the key figures.
var Figures = op.Op[op.Empty, KeyFigures]{Spec: op.Spec{
	Name: "ledger.key_figures", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns revenue by month, cash, receivables, payables and the VAT due by estimate.",
}}

func figures[T FigureReader](_ context.Context, tx T, _ op.Empty) (KeyFigures, error) {
	return KeyFiguresOf(tx)
}

// KeyFiguresOf computes the key figures inside the caller's transaction.
func KeyFiguresOf(tx FigureReader) (KeyFigures, error) {
	today := tx.Today()
	out := KeyFigures{At: today}
	first := today.StartOfMonth().AddMonths(1 - revenueMonths)
	sums, err := tx.MonthSums("70", first.String()[:7])
	if err != nil {
		return out, err
	}
	for m := range revenueMonths {
		month := first.AddMonths(m).String()[:7]
		row := MonthAmount{Month: month}
		for _, s := range sums {
			if s.Month == month {
				row.Amount = -s.Amount
			}
		}
		out.Revenue = append(out.Revenue, row)
	}
	f, err := newFrame(tx, today, today)
	if err != nil {
		return out, err
	}
	for _, prefix := range []string{"401", "411", "445", "5"} {
		ps, err := f.positions(prefix, tx.LedgerSums)
		if err != nil {
			return out, err
		}
		for _, p := range ps {
			out.count(p.Account, p.row().Closing)
		}
	}
	c, err := company.Of(tx)
	if err != nil {
		return out, err
	}
	out.VATFree = (c.Regime == fr.Franchise || !c.Territory.HasVAT()) && out.VATDue == 0
	out.Drafts, err = tx.CountDrafts(civil.Period{})
	return out, err
}

func (k *KeyFigures) count(account string, net money.Amount) {
	switch {
	case strings.HasPrefix(account, "401"):
		k.Payables = k.Payables.Sub(net)
	case strings.HasPrefix(account, "411"):
		k.Receivables = k.Receivables.Add(net)
	case strings.HasPrefix(account, "4457"), strings.HasPrefix(account, "4456"):
		k.VATDue = k.VATDue.Sub(net)
	case strings.HasPrefix(account, "51"), strings.HasPrefix(account, "53"):
		k.Cash = k.Cash.Add(net)
	}
}

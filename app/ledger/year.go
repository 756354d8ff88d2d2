package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
)

// Calendar is what the operations on fiscal years ask of a transaction.
type Calendar interface {
	op.Tx
	Today() civil.Date
	FiscalYears() ([]FiscalYear, error)
	// CountYear fills the counts of entries and drafts of a fiscal year.
	CountYear(*FiscalYear) error
	AddFiscalYear(FiscalYear) (FiscalYear, error)
	UpdateFiscalYear(FiscalYear) error
	// YearTotals returns what a locked year is known by.
	YearTotals(FiscalYear) (YearTotals, error)
}

// YearTotals is what a fiscal year is known by when it is locked.
type YearTotals struct {
	Entries int64
	Debit   money.Amount
	Credit  money.Amount
	Heads   []string // hex: the last hash of the entries posted here, the digests of the imports
}

// yearMonthsMax is how long a fiscal year may be: the first one up to the end of the next calendar
// year (CGI art. 37; C. com. L123-12; checked 2026-11-21).
const yearMonthsMax = 24

// YearList is every fiscal year in order of dates, with the counts of entries and drafts.
type YearList struct {
	Years []FiscalYear `json:"years"`
}

// FiscalYearListing lists the fiscal years.
var FiscalYearListing = op.Op[op.Empty, YearList]{Spec: op.Spec{
	Name: "fiscal_year.list", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Lists the fiscal years with how many entries and drafts each has.",
}}

func yearList[T Calendar](_ context.Context, tx T, _ op.Empty) (YearList, error) {
	ys, err := tx.FiscalYears()
	if err != nil {
		return YearList{}, err
	}
	for i := range ys {
		if err := tx.CountYear(&ys[i]); err != nil {
			return YearList{}, err
		}
	}
	return YearList{Years: orEmpty(ys)}, nil
}

// YearOpenRequest gives the dates of a new fiscal year.
type YearOpenRequest struct {
	Period civil.Period `json:"period"`
}

// Validate refuses dates that are not a period of at most 24 months: ledger.year_dates.
func (r YearOpenRequest) Validate() error { return checkPeriod(r.Period) }

func checkPeriod(p civil.Period) error {
	if !p.Valid() || p.From == p.To || !p.To.Before(p.From.AddMonths(yearMonthsMax)) {
		return fault.Field("period", "ledger.year_dates", "max", yearMonthsMax)
	}
	return nil
}

// FiscalYearOpen opens a fiscal year, which follows the last or precedes the first.
// Fault: ledger.year_gap.
var FiscalYearOpen = op.Op[YearOpenRequest, FiscalYear]{Spec: op.Spec{
	Name: "fiscal_year.open", Kind: op.Command, Needs: auth.LedgerClose, Since: 1,
	Doc: "Opens a fiscal year right after the last one, or right before the first.",
}}

func yearOpen[T Calendar](ctx context.Context, tx T, req YearOpenRequest) (FiscalYear, error) {
	y, err := OpenFiscalYear(tx, req.Period)
	if err != nil {
		return y, err
	}
	return y, note(ctx, "fiscal_year", int64(y.ID), "", y.Period)
}

// OpenFiscalYear opens a fiscal year inside the caller's transaction; set-up calls it for the first.
// Faults: ledger.year_dates, ledger.year_gap.
func OpenFiscalYear(tx Calendar, p civil.Period) (FiscalYear, error) {
	y := FiscalYear{Period: p, State: YearOpen}
	if err := checkPeriod(p); err != nil {
		return y, err
	}
	ys, err := tx.FiscalYears()
	if err != nil {
		return y, err
	}
	if n := len(ys); n > 0 && p.From != ys[n-1].Period.To.AddDays(1) && p.To != ys[0].Period.From.AddDays(-1) {
		return y, fault.Field("period", "ledger.year_gap",
			"next", ys[n-1].Period.To.AddDays(1), "before", ys[0].Period.From.AddDays(-1))
	}
	return tx.AddFiscalYear(y)
}

// YearRequest names a fiscal year.
type YearRequest struct {
	ID FiscalYearID `json:"id"`
}

// FiscalYearClose locks a fiscal year for ever (clôture de l'exercice). The years before it must be
// locked, its last day be past, and no draft be left in it. Faults: ledger.no_year,
// ledger.year_locked, ledger.year_running, ledger.year_order, ledger.year_drafts.
var FiscalYearClose = op.Op[YearRequest, FiscalYear]{Spec: op.Spec{
	Name: "fiscal_year.close", Kind: op.Command, Needs: auth.LedgerClose, Fresh: true, Risky: true, Since: 1,
	Doc: "Locks a fiscal year for ever: nothing can be posted in it any more.",
}}

func yearClose[T Calendar](ctx context.Context, tx T, req YearRequest) (FiscalYear, error) {
	y, ys, err := findYear(tx, req.ID)
	if err != nil {
		return y, err
	}
	if !tx.Today().After(y.Period.To) {
		return y, fault.New(fault.Conflict, "ledger.year_running", "to", y.Period.To)
	}
	for _, before := range ys {
		if before.Period.To.Before(y.Period.From) && before.State != YearLocked {
			return y, fault.New(fault.Conflict, "ledger.year_order",
				"from", before.Period.From, "to", before.Period.To)
		}
	}
	if err := tx.CountYear(&y); err != nil {
		return y, err
	}
	if y.Drafts > 0 {
		return y, fault.New(fault.Conflict, "ledger.year_drafts", "count", y.Drafts)
	}
	totals, err := tx.YearTotals(y)
	if err != nil {
		return y, err
	}
	y.State, y.ClosedUntil, y.LockedAt, y.LockedHash = YearLocked, y.Period.To, tx.Now(), totals.Seal(y)
	if err := tx.UpdateFiscalYear(y); err != nil {
		return y, err
	}
	return y, note(ctx, "fiscal_year", int64(y.ID), y.LockedHash, struct {
		Period  civil.Period `json:"period"`
		Entries int64        `json:"entries"`
		Debit   money.Amount `json:"debit"`
		Credit  money.Amount `json:"credit"`
	}{y.Period, totals.Entries, totals.Debit, totals.Credit})
}

// Seal returns the hex SHA-256 kept with a locked year: its dates, totals and the chain's heads.
func (t YearTotals) Seal(y FiscalYear) string {
	s := sealer{sha256.New()}
	s.text("zafe-year")
	s.number(hashVersion)
	s.text(y.Period.String())
	s.number(t.Entries)
	s.number(int64(t.Debit))
	s.number(int64(t.Credit))
	s.text(strings.Join(t.Heads, ","))
	return hex.EncodeToString(s.Sum(nil))
}

// ClosePeriodRequest closes the days of a fiscal year up to Until; an earlier Until than before, or
// none at all, reopens.
type ClosePeriodRequest struct {
	ID    FiscalYearID `json:"id"`
	Until civil.Date   `json:"until"`
}

// FiscalYearClosePeriod closes part of a fiscal year for the time being (clôture de période), or
// reopens it. Faults: ledger.no_year, ledger.year_locked, ledger.period_outside.
var FiscalYearClosePeriod = op.Op[ClosePeriodRequest, FiscalYear]{Spec: op.Spec{
	Name: "fiscal_year.close_period", Kind: op.Command, Needs: auth.LedgerClose, Fresh: true, Risky: true, Since: 1,
	Doc: "Closes the days of a fiscal year up to a date for the time being, or reopens them.",
}}

func closePeriod[T Calendar](ctx context.Context, tx T, req ClosePeriodRequest) (FiscalYear, error) {
	y, _, err := findYear(tx, req.ID)
	if err != nil {
		return y, err
	}
	if !req.Until.IsZero() && !y.Period.Contains(req.Until) {
		return y, fault.Field("until", "ledger.period_outside", "from", y.Period.From, "to", y.Period.To)
	}
	was := y.ClosedUntil
	y.ClosedUntil = req.Until
	if err := tx.UpdateFiscalYear(y); err != nil {
		return y, err
	}
	return y, note(ctx, "fiscal_year", int64(y.ID), "", struct {
		Was civil.Date `json:"was"`
		Now civil.Date `json:"now"`
	}{was, y.ClosedUntil})
}

// findYear returns an open fiscal year and all of them.
func findYear(tx Calendar, id FiscalYearID) (FiscalYear, []FiscalYear, error) {
	ys, err := tx.FiscalYears()
	if err != nil {
		return FiscalYear{}, nil, err
	}
	for _, y := range ys {
		if y.ID == id && y.State == YearLocked {
			return y, ys, fault.New(fault.Conflict, "ledger.year_locked", "from", y.Period.From, "to", y.Period.To)
		}
		if y.ID == id {
			return y, ys, nil
		}
	}
	return FiscalYear{}, nil, fault.New(fault.NotFound, "ledger.no_year")
}

package ledger

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr/fec"
	"zafe/app/money"
	"zafe/app/op"
)

// Exporter is what writing a FEC asks of a transaction.
type Exporter interface {
	Reader
	DraftCounter
	Setting(key string, dst any) (bool, error)
	SetSetting(key string, v any) error
	LedgerJournals() ([]Journal, error)
	LedgerAccounts(numbers []string) (map[string]Account, error)
	// EachFECRow calls fn for the posted lines of a fiscal year, or of one import when importID is not
	// 0, in order of validation.
	EachFECRow(year FiscalYearID, importID int64, fn func(*fec.Row) error) error
	// CountLines returns how many posted lines a fiscal year has.
	CountLines(year FiscalYearID) (int, error)
	// FECNames returns how the imports of a fiscal year name accounts, by number; the year's own entries
	// are told under the same names.
	FECNames(year FiscalYearID) (map[string]FECName, error)
	// FirstValidDate returns the first day on which entries of a year were validated, or none.
	FirstValidDate(year FiscalYearID) (civil.Date, error)
}

// FECExport writes the FEC of a fiscal year: every posted entry in order of validation, after the
// opening balances, computed when the year did not bring its own. Drafts are not in it; fec.check
// counts them. Faults: ledger.no_year, fec.no_siren.
var FECExport = op.Op[YearRequest, op.Download]{Spec: op.Spec{
	Name: "fec.export", Kind: op.Stream, Needs: auth.LedgerExport, Fresh: true, Since: 1,
	Doc: "Writes the accounting entries file (FEC) of a fiscal year.",
}}

func fecExport[T Exporter](_ context.Context, tx T, req YearRequest, w io.Writer) (op.Download, error) {
	y, name, err := exportedYear(tx, req.ID)
	if err != nil {
		return op.Download{}, err
	}
	return op.Download{Name: name, Type: fec.MediaType}, WriteFEC(tx, y, w)
}

// WriteFEC writes the FEC of a fiscal year inside the caller's transaction.
func WriteFEC(tx Exporter, y FiscalYear, w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if _, err := out.WriteString(fec.Header()); err != nil {
		return fmt.Errorf("ledger: fec: %w", err)
	}
	buf := make([]byte, 0, 512)
	err := EachFECRow(tx, y, func(r *fec.Row) error {
		buf = fec.Append(buf[:0], r)
		_, err := out.Write(buf)
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func exportedYear(tx Exporter, id FiscalYearID) (FiscalYear, string, error) {
	years, err := tx.FiscalYears()
	if err != nil {
		return FiscalYear{}, "", err
	}
	for _, y := range years {
		if y.ID != id {
			continue
		}
		p, err := company.Of(tx)
		if err == nil && p.SIREN == "" {
			err = fault.New(fault.Conflict, "fec.no_siren")
		}
		return y, fec.FileName(p.SIREN, y.Period.To), err
	}
	return FiscalYear{}, "", fault.New(fault.NotFound, "ledger.no_year")
}

// EachFECRow calls fn for every row of the FEC of a fiscal year, the opening balances first.
func EachFECRow(tx Exporter, y FiscalYear, fn func(*fec.Row) error) error {
	opening, err := openingRows(tx, y)
	if err != nil {
		return err
	}
	for i := range opening {
		if err := fn(&opening[i]); err != nil {
			return err
		}
	}
	return tx.EachFECRow(y.ID, 0, fn)
}

// openingRows are the computed opening balances of a fiscal year (à-nouveaux), one a balance sheet
// account and auxiliary; none when the year brought its own, or nothing precedes it. They take the
// first entry number (BOI-CF-IOR-60-40-20, checked 2026-11-21).
func openingRows(tx Exporter, y FiscalYear) ([]fec.Row, error) {
	if has, err := tx.HasOpening(y.ID); err != nil || has {
		return nil, err
	}
	first := y.Period.From
	f, err := newFrame(tx, first, first)
	if err != nil || !f.base.Before(first) {
		return nil, err
	}
	before := civil.Period{From: f.base, To: first.AddDays(-1)}
	whole, err := f.before(before, "", tx.LedgerSums)
	if err != nil {
		return nil, err
	}
	parts, err := tx.LedgerAuxSums(before, "", "")
	if err != nil {
		return nil, err
	}
	row, err := openingForm(tx, y)
	if err != nil {
		return nil, err
	}
	rows, err := f.openingLines(tx, row, merge(whole), merge(parts))
	if err != nil {
		return nil, err
	}
	names, err := tx.FECNames(y.ID)
	for i := range rows {
		if n, ok := names[rows[i].Account]; ok {
			rows[i].Account, rows[i].AccountTitle = n.Code, n.Title
		}
	}
	return rows, err
}

// openingLines turns balances into rows: for each account its auxiliaries, then what has none.
func (f frame) openingLines(tx Reader, form fec.Row, whole, parts []Sum) ([]fec.Row, error) {
	var rows []fec.Row
	add := func(s Sum, net money.Amount) {
		if net == 0 || isResult(s.Account) {
			return
		}
		r := form
		r.Account, r.AccountTitle, r.Aux, r.AuxTitle = s.Account, s.Title, s.Aux, s.AuxTitle
		r.Debit, r.Credit = max(net, 0), max(-net, 0)
		rows = append(rows, r)
	}
	profit, loss, err := f.carried(tx)
	if err != nil {
		return nil, err
	}
	whole = withPast(whole, ProfitPast, profitTitle, profit)
	whole = withPast(whole, LossPast, lossTitle, loss)
	for _, s := range whole {
		rest := s.Net()
		for ; len(parts) > 0 && parts[0].Account <= s.Account; parts = parts[1:] {
			if parts[0].Account == s.Account {
				add(parts[0], parts[0].Net())
				rest -= parts[0].Net()
			}
		}
		add(Sum{Account: s.Account, Title: s.Title}, rest)
	}
	return rows, nil
}

// openingForm is what the opening rows have in common. They are validated on the first day of the
// year, or before if entries of the year were.
func openingForm(tx Exporter, y FiscalYear) (fec.Row, error) {
	r := fec.Row{Journal: "AN", JournalTitle: openingTitle}
	js, err := tx.LedgerJournals()
	if err != nil {
		return r, err
	}
	for _, j := range js {
		if j.Kind == OpeningJournal {
			r.Journal, r.JournalTitle = j.Code, j.Title
			break
		}
	}
	valid, err := tx.FirstValidDate(y.ID)
	if err != nil {
		return r, err
	}
	if valid.IsZero() || valid.After(y.Period.From) {
		valid = y.Period.From
	}
	r.Num, r.Ref, r.Label = EntryNum(r.Journal, 1), r.Journal, openingTitle
	r.Date, r.RefDate, r.ValidDate = y.Period.From, y.Period.From, valid
	return r, nil
}

// openingTitle names opening balances in the file, which the law wants in French.
const openingTitle = "À-nouveaux"

// FECCheck is what there is to know before handing a FEC over.
type FECCheck struct {
	Name     string        `json:"name"` // of the file
	Entries  int64         `json:"entries"`
	Lines    int64         `json:"lines"`
	Debit    money.Amount  `json:"debit"`
	Credit   money.Amount  `json:"credit"`
	Drafts   int64         `json:"drafts"`   // drafts dated in the year, which are not in the file
	Computed int64         `json:"computed"` // opening lines that are computed
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Problems []fec.Problem `json:"problems"` // the first 200
}

// FECCheckOp checks the FEC of a fiscal year against the form and the accounting rules. Faults:
// ledger.no_year, fec.no_siren.
var FECCheckOp = op.Op[YearRequest, FECCheck]{Spec: op.Spec{
	Name: "fec.check", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Checks the FEC of a fiscal year as a tax inspector would, and counts the drafts left.",
}}

func fecCheck[T Exporter](_ context.Context, tx T, req YearRequest) (FECCheck, error) {
	y, name, err := exportedYear(tx, req.ID)
	if err != nil {
		return FECCheck{}, err
	}
	out := FECCheck{Name: name}
	opening, err := openingRows(tx, y)
	if err != nil {
		return out, err
	}
	var ps fec.Problems
	c := fec.NewChecker(&ps, y.Period.To)
	err = EachFECRow(tx, y, func(r *fec.Row) error {
		out.Lines++
		r.Line = int(out.Lines) + 1
		out.Debit, out.Credit = out.Debit+r.Debit, out.Credit+r.Credit
		c.Add(r)
		return nil
	})
	if err != nil {
		return out, err
	}
	c.Done()
	if out.Drafts, err = tx.CountDrafts(y.Period); err != nil {
		return out, err
	}
	out.Entries, out.Computed = int64(c.Entries()), int64(len(opening))
	out.Errors, out.Warnings, out.Problems = ps.Errors, ps.Warnings, orEmpty(ps.List)
	return out, nil
}

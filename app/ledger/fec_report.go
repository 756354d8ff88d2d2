package ledger

import (
	"errors"
	"maps"
	"slices"

	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr/fec"
)

// importReport tells what importing a file would do, without doing it. A fault that concerns the file
// as a whole stands among the problems in a preview, and is returned otherwise.
func importReport(tx Loading, p *plan, req FECImportRequest, preview bool) (FECReport, error) {
	rep := FECReport{
		Format: p.format, Entries: int64(len(p.order)), Lines: p.lines, Debit: p.debit, Credit: p.credit,
		First: p.first, Last: p.last, Auxiliaries: len(p.auxes), Matched: p.matched,
		NewAccounts: []Account{}, NewJournals: []Journal{},
	}
	if err := unknownNames(tx, p, &rep); err != nil {
		return rep, err
	}
	if err := otherCompany(tx, p, req.Name); err != nil {
		return rep, err
	}
	err := placeFile(tx, p, req, &rep)
	var f *fault.Fault
	if preview && errors.As(err, &f) {
		p.problems.Errors++
		p.problems.List = append(p.problems.List, fec.Problem{Key: f.Key, Args: f.Args})
		err = nil
	}
	rep.Errors, rep.Warnings = p.problems.Errors, p.problems.Warnings
	rep.Problems = orEmpty(p.problems.List)
	return rep, err
}

// placeFile refuses a file taken in before and finds its fiscal year.
func placeFile(tx Loading, p *plan, req FECImportRequest, rep *FECReport) error {
	if err := importedBefore(tx, p.sha256); err != nil || p.lines == 0 {
		return err
	}
	years, err := tx.FiscalYears()
	if err != nil {
		return err
	}
	return placeYear(tx, years, p, req, rep)
}

// unknownNames lists the accounts and journals that the book lacks.
func unknownNames(tx Charter, p *plan, rep *FECReport) error {
	numbers := slices.Sorted(maps.Keys(p.accounts))
	known, err := tx.LedgerAccounts(numbers)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if _, ok := known[n]; !ok {
			rep.NewAccounts = append(rep.NewAccounts, Account{
				Number: n, Title: cleanText(p.accounts[n]), Custom: true, Version: 1,
			})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(p.journals)) {
		j, ok, err := tx.LedgerJournal(code)
		if err != nil {
			return err
		}
		if !ok {
			f := p.journals[code]
			j = Journal{Code: code, Title: cleanText(f.title), Kind: f.kind(), Version: 1}
			if j.Kind == BankJournal || j.Kind == CashJournal {
				j.Account = f.counterpart()
			}
			rep.NewJournals = append(rep.NewJournals, j)
		}
		rep.Opening = rep.Opening || j.Kind == OpeningJournal
	}
	return nil
}

func importedBefore(tx Loading, sha256 string) error {
	is, err := tx.Imports()
	if err != nil {
		return err
	}
	for _, i := range is {
		if i.SHA256 == sha256 && i.UndoneAt.IsZero() {
			return fault.New(fault.Conflict, "fec.already_imported", "at", i.At, "who", i.By)
		}
	}
	return nil
}

// otherCompany warns when the file's name bears another SIREN than the book's.
func otherCompany(tx Loading, p *plan, name string) error {
	siren, _, ok := fec.ParseName(name)
	if !ok {
		p.problems.Add(true, 0, "", "fec.file_name", "name", name)
		return nil
	}
	profile, err := company.Of(tx)
	if err == nil && profile.SIREN != "" && profile.SIREN != siren {
		p.problems.Add(true, 0, "", "fec.other_company", "siren", siren, "ours", profile.SIREN)
	}
	return err
}

// placeYear finds the fiscal year a file goes in, or the one to open for it.
func placeYear(tx Loading, years []FiscalYear, p *plan, req FECImportRequest, rep *FECReport) error {
	y, ok := yearAt(years, p.first)
	if !ok {
		rep.Period = newYear(years, p, req)
		return newYears(years, p, rep)
	}
	rep.Period = y.Period
	switch {
	case y.State == YearLocked:
		return fault.New(fault.Conflict, "ledger.year_locked", "from", y.Period.From, "to", y.Period.To)
	case !y.ClosedUntil.IsZero() && !p.first.After(y.ClosedUntil):
		return fault.New(fault.Conflict, "ledger.period_closed", "until", y.ClosedUntil)
	}
	p.outside(y.Period)
	have, err := tx.ImportedNums(y.ID)
	if err != nil || len(have) == 0 {
		return err
	}
	for _, e := range p.order {
		if have[ImportedNum{e.key.journal, e.key.num, e.key.date}] {
			p.problems.Add(false, e.line, "EcritureNum", "fec.entry_exists",
				"num", e.key.num, "journal", e.key.journal)
		}
	}
	return nil
}

// outside reports the entries that are not of the fiscal year.
func (p *plan) outside(y civil.Period) {
	for _, e := range p.order {
		if !y.Contains(e.key.date) {
			p.problems.Add(false, e.line, "EcritureDate", "fec.outside_year", "date", e.key.date)
		}
	}
}

// newYear is the fiscal year of a file that no year of the book holds: the one asked for, or the
// twelve months up to the closing date in the file's name, or up to its last month.
func newYear(years []FiscalYear, p *plan, req FECImportRequest) civil.Period {
	if !req.Period.IsZero() {
		return req.Period
	}
	_, closing, _ := fec.ParseName(req.Name)
	if closing.Before(p.first) {
		closing = p.last.EndOfMonth()
	}
	y := civil.Period{From: closing.AddDays(1).AddMonths(-12), To: closing}
	if p.first.Before(y.From) {
		y.From = p.first.StartOfMonth()
	}
	for _, o := range years { // never over another year
		if o.Period.Overlaps(y) && o.Period.To.Before(p.first) {
			y.From = o.Period.To.AddDays(1)
		}
		if o.Period.Overlaps(y) && o.Period.From.After(p.last) {
			y.To = o.Period.From.AddDays(-1)
		}
	}
	return y
}

// gapYearsMax is how many empty fiscal years an import opens to reach the others.
const gapYearsMax = 10

// newYears counts the fiscal years to open, those between the file's and the book's included.
func newYears(years []FiscalYear, p *plan, rep *FECReport) error {
	if err := checkPeriod(rep.Period); err != nil {
		return err
	}
	p.outside(rep.Period)
	missing, ok := bridge(years, rep.Period)
	if !ok {
		return fault.Field("period", "fec.year_gap", "from", rep.Period.From, "to", rep.Period.To)
	}
	rep.NewYears = len(missing)
	return nil
}

// bridge returns the fiscal years to open, in order, so that p follows or precedes those of the book
// without a gap: years of twelve months, then p. It returns false when they do not fit.
func bridge(years []FiscalYear, p civil.Period) ([]civil.Period, bool) {
	if len(years) == 0 {
		return []civil.Period{p}, true
	}
	var out []civil.Period
	if last := years[len(years)-1].Period.To; p.From.After(last) {
		from := last.AddDays(1)
		for ; from.Before(p.From) && len(out) < gapYearsMax; from = from.AddMonths(12) {
			out = append(out, civil.Period{From: from, To: from.AddMonths(12).AddDays(-1)})
		}
		return append(out, p), from == p.From
	}
	to := years[0].Period.From.AddDays(-1)
	for ; to.After(p.To) && len(out) < gapYearsMax; to = to.AddDays(1).AddMonths(-12).AddDays(-1) {
		out = append(out, civil.Period{From: to.AddDays(1).AddMonths(-12), To: to})
	}
	return append(out, p), to == p.To
}

// openYears opens what bridge tells and returns the fiscal year of p.
func openYears(tx Calendar, p civil.Period) (FiscalYear, error) {
	years, err := tx.FiscalYears()
	if err != nil {
		return FiscalYear{}, err
	}
	for _, y := range years {
		if y.Period == p {
			return y, nil
		}
	}
	missing, _ := bridge(years, p)
	var y FiscalYear
	for _, m := range missing {
		if y, err = OpenFiscalYear(tx, m); err != nil {
			return y, err
		}
	}
	return y, nil
}

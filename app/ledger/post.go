package ledger

import (
	"context"
	"fmt"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// Post makes an entry final (validation) inside the caller's transaction: it checks everything,
// takes the next number of the journal in the fiscal year, chains and stores. The entry's ID,
// Number, Num, ValidatedAt, ValidDate, Hash and line ids are set in the one returned; what the caller
// put there is ignored. An empty Ref becomes the number, an empty RefDate the date.
//
// Faults, with the field or line: those of Entry's checks; ledger.unknown_journal,
// ledger.unknown_account, ledger.archived, ledger.aux_label, ledger.outside_years,
// ledger.year_locked, ledger.period_closed, ledger.opening_date, ledger.opening_computed.
func Post(ctx context.Context, tx Poster, e Entry) (Entry, error) {
	e = e.clean()
	if err := e.checkHead(); err != nil {
		return e, err
	}
	if err := e.checkLines(); err != nil {
		return e, err
	}
	if err := e.checkBalance(); err != nil {
		return e, err
	}
	j, err := usableJournal(tx, e.Journal)
	if err != nil {
		return e, err
	}
	if err := usableAccounts(tx, e.Lines); err != nil {
		return e, err
	}
	if err := nameAux(tx, e.Lines); err != nil {
		return e, err
	}
	year, err := openYear(tx, e.Date)
	if err != nil {
		return e, err
	}
	if err := checkOpening(tx, j, year, e.Date); err != nil {
		return e, err
	}
	return place(ctx, tx, year, e)
}

// place numbers, chains and stores a checked entry.
func place(ctx context.Context, tx Poster, year FiscalYear, e Entry) (Entry, error) {
	p, err := tx.NextPlace(year.ID, e.Journal)
	if err != nil {
		return e, err
	}
	e.ID, e.Number, e.Version, e.Import = p.ID, p.Number, 0, 0
	e.Num = EntryNum(e.Journal, e.Number)
	e.ValidatedAt, e.ValidDate = tx.Now(), tx.Today()
	e.ChangedBy, e.ChangedAt = op.Actor(ctx).Name, tx.Now()
	if e.Ref == "" {
		e.Ref = e.Num
	}
	if e.RefDate.IsZero() {
		e.RefDate = e.Date
	}
	for i := range e.Lines {
		l := &e.Lines[i]
		l.Match, l.MatchDate, l.Ref, l.RefDate = "", civil.Date{}, "", civil.Date{}
		if l.Label == e.Label {
			l.Label = ""
		}
	}
	e.Hash = e.Seal(p.Prev)
	return tx.AddEntry(year.ID, e)
}

// EntryNum is the number of an entry as people and the FEC write it (EcritureNum).
func EntryNum(journal string, n int64) string { return fmt.Sprintf("%s-%06d", journal, n) }

func usableJournal(tx Poster, code string) (Journal, error) {
	j, ok, err := tx.LedgerJournal(code)
	switch {
	case err != nil:
		return j, err
	case !ok:
		return j, fault.Field("journal", "ledger.unknown_journal", "journal", code)
	case j.Archived:
		return j, fault.Field("journal", "ledger.archived", "name", code)
	}
	return j, nil
}

// usableAccounts refuses the first line whose account does not exist or is no longer used.
func usableAccounts(tx Poster, lines []Line) error {
	numbers := make([]string, 0, len(lines))
	for _, l := range lines {
		numbers = append(numbers, l.Account)
	}
	known, err := tx.LedgerAccounts(numbers)
	if err != nil {
		return err
	}
	for i, l := range lines {
		a, ok := known[l.Account]
		switch {
		case !ok:
			return fault.Field(lineField(i)+".account", "ledger.unknown_account", "account", l.Account)
		case a.Archived:
			return fault.Field(lineField(i)+".account", "ledger.archived", "name", l.Account)
		}
	}
	return nil
}

// nameAux gives each auxiliary account its latest known name where the caller left it out; the FEC
// wants both or neither.
func nameAux(tx Poster, lines []Line) error {
	var codes []string
	for _, l := range lines {
		if l.Aux != "" && l.AuxLabel == "" {
			codes = append(codes, l.Aux)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	names, err := tx.AuxLabels(codes)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		if l.Aux == "" || l.AuxLabel != "" {
			continue
		}
		if l.AuxLabel = names[l.Aux]; l.AuxLabel == "" {
			return fault.Field(lineField(i)+".aux_label", "ledger.aux_label")
		}
	}
	return nil
}

// openYear returns the fiscal year that holds d, if it may still be posted in.
func openYear(tx Poster, d civil.Date) (FiscalYear, error) {
	years, err := tx.FiscalYears()
	if err != nil {
		return FiscalYear{}, err
	}
	y, ok := yearAt(years, d)
	switch {
	case !ok:
		return y, fault.Field("date", "ledger.outside_years", "date", d)
	case y.State == YearLocked:
		return y, fault.Field("date", "ledger.year_locked", "from", y.Period.From, "to", y.Period.To)
	case !y.ClosedUntil.IsZero() && !d.After(y.ClosedUntil):
		return y, fault.Field("date", "ledger.period_closed", "until", y.ClosedUntil)
	}
	return y, nil
}

func yearAt(years []FiscalYear, d civil.Date) (FiscalYear, bool) {
	for _, y := range years {
		if y.Period.Contains(d) {
			return y, true
		}
	}
	return FiscalYear{}, false
}

// checkOpening keeps opening balances (à-nouveaux) whole: they are of the first day of the year, and
// are typed only where nothing before them is in the book, for else they are computed.
func checkOpening(tx Poster, j Journal, year FiscalYear, d civil.Date) error {
	if j.Kind != OpeningJournal {
		return nil
	}
	if d != year.Period.From {
		return fault.Field("date", "ledger.opening_date", "date", year.Period.From)
	}
	has, err := tx.HasOpening(year.ID)
	if err != nil || has {
		return err
	}
	before, err := tx.HasEntriesBefore(year.Period.From)
	if err == nil && before {
		err = fault.Field("journal", "ledger.opening_computed")
	}
	return err
}

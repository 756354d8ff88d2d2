package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zafe/app/civil"
	"zafe/app/ledger"
)

var _ ledger.Tx = (*Tx)(nil)

// toDate scans a TEXT date, NULL being no date, into d.
type toDate struct{ d *civil.Date }

// Scan implements sql.Scanner.
func (s toDate) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.d = civil.Date{}
		return nil
	case string:
		return s.d.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("store: a date is a %T", src)
}

// toInstant scans a TEXT instant, "" being none, into t.
type toInstant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (s toInstant) Scan(src any) (err error) {
	v, ok := src.(string)
	if !ok {
		return fmt.Errorf("store: an instant is a %T", src)
	}
	*s.t, err = parseInstant(v)
	return err
}

// marks returns n question marks for an IN list.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// stored writes an instant, the zero one as "".
func stored(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return instant(t)
}

const accountColumns = `number, title, custom, archived, version`

func scanAccount(scan func(...any) error, a *ledger.Account) error {
	return scan(&a.Number, &a.Title, &a.Custom, &a.Archived, &a.Version)
}

// listMax is how many values one IN list takes; longer lists go in several queries.
const listMax = 500

// LedgerAccounts returns the accounts of these numbers; unknown ones are missing.
func (t *Tx) LedgerAccounts(numbers []string) (map[string]ledger.Account, error) {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	out := make(map[string]ledger.Account, len(numbers))
	for part := range slices.Chunk(numbers, listMax) {
		as, err := all(t, `SELECT `+accountColumns+` FROM account WHERE number IN (`+marks(len(part))+`)`,
			anys(part), scanAccount)
		if err != nil {
			return nil, err
		}
		for _, a := range as {
			out[a.Number] = a
		}
	}
	return out, nil
}

func anys[V any](vs []V) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// LedgerChart returns the accounts whose number starts with prefix, by number.
func (t *Tx) LedgerChart(prefix string, archived bool) ([]ledger.Account, error) {
	return all(t, `SELECT `+accountColumns+` FROM account
		WHERE number >= ?1 AND number < ?1 || '~' AND (archived = 0 OR ?2) ORDER BY number`,
		[]any{prefix, archived}, scanAccount)
}

// AddAccount stores a new account.
func (t *Tx) AddAccount(a ledger.Account) error {
	_, err := t.exec(`INSERT INTO account(`+accountColumns+`) VALUES (?,?,?,?,?)`,
		a.Number, a.Title, a.Custom, a.Archived, a.Version)
	return err
}

// UpdateAccount changes the title and state of an account.
func (t *Tx) UpdateAccount(a ledger.Account) error {
	_, err := t.exec(`UPDATE account SET title = ?, archived = ?, version = ? WHERE number = ?`,
		a.Title, a.Archived, a.Version, a.Number)
	return err
}

const journalColumns = `code, title, kind, account, archived, version`

func scanJournal(scan func(...any) error, j *ledger.Journal) error {
	return scan(&j.Code, &j.Title, &j.Kind, &j.Account, &j.Archived, &j.Version)
}

// LedgerJournal returns a journal and whether it exists.
func (t *Tx) LedgerJournal(code string) (ledger.Journal, bool, error) {
	js, err := all(t, `SELECT `+journalColumns+` FROM journal WHERE code = ?`, []any{code}, scanJournal)
	if err != nil || len(js) == 0 {
		return ledger.Journal{}, false, err
	}
	return js[0], true, nil
}

// LedgerJournals returns every journal in order of creation.
func (t *Tx) LedgerJournals() ([]ledger.Journal, error) {
	return all(t, `SELECT `+journalColumns+` FROM journal ORDER BY id`, nil, scanJournal)
}

// JournalUsed tells whether a journal has posted entries.
func (t *Tx) JournalUsed(code string) (bool, error) {
	return t.exists(`SELECT 1 FROM entry
		WHERE journal_id = (SELECT id FROM journal WHERE code = ?) LIMIT 1`, code)
}

func (t *Tx) exists(query string, args ...any) (bool, error) {
	var one int
	return t.one(query, args, &one)
}

// SaveJournal stores a journal, new or changed.
func (t *Tx) SaveJournal(j ledger.Journal) error {
	_, err := t.exec(`INSERT INTO journal(`+journalColumns+`) VALUES (?,?,?,?,?,?)
		ON CONFLICT(code) DO UPDATE SET title = excluded.title, kind = excluded.kind,
			account = excluded.account, archived = excluded.archived, version = excluded.version`,
		j.Code, j.Title, j.Kind, j.Account, j.Archived, j.Version)
	return err
}

const yearColumns = `id, from_date, to_date, state, closed_until, locked_at, locked_hash`

func scanYear(scan func(...any) error, y *ledger.FiscalYear) error {
	return scan(&y.ID, toDate{&y.Period.From}, toDate{&y.Period.To}, &y.State, toDate{&y.ClosedUntil},
		toInstant{&y.LockedAt}, &y.LockedHash)
}

// FiscalYears returns every fiscal year in order of dates.
func (t *Tx) FiscalYears() ([]ledger.FiscalYear, error) {
	return all(t, `SELECT `+yearColumns+` FROM fiscal_year ORDER BY from_date`, nil, scanYear)
}

// CountYear fills the counts of entries and drafts of a fiscal year.
func (t *Tx) CountYear(y *ledger.FiscalYear) error {
	_, err := t.one(`SELECT (SELECT count(*) FROM entry WHERE year_id = ?1),
		(SELECT count(*) FROM draft WHERE date BETWEEN ?2 AND ?3)`,
		[]any{y.ID, y.Period.From.String(), y.Period.To.String()}, &y.Entries, &y.Drafts)
	return err
}

// AddFiscalYear stores a new fiscal year and returns it with its id.
func (t *Tx) AddFiscalYear(y ledger.FiscalYear) (ledger.FiscalYear, error) {
	id, err := t.insert(`INSERT INTO fiscal_year(from_date, to_date, state, closed_until, locked_at, locked_hash)
		VALUES (?,?,?,?,?,?)`, y.Period.From.String(), y.Period.To.String(), y.State,
		y.ClosedUntil.String(), stored(y.LockedAt), y.LockedHash)
	y.ID = ledger.FiscalYearID(id)
	return y, err
}

// UpdateFiscalYear stores the state of a fiscal year.
func (t *Tx) UpdateFiscalYear(y ledger.FiscalYear) error {
	_, err := t.exec(`UPDATE fiscal_year SET state = ?, closed_until = ?, locked_at = ?, locked_hash = ?
		WHERE id = ?`,
		y.State, y.ClosedUntil.String(), stored(y.LockedAt), y.LockedHash, y.ID)
	return err
}

// Journals come first: the other way round, SQLite reads all entries of a year that has none.
const hasOpeningQuery = `SELECT 1 FROM journal j CROSS JOIN entry e ON e.year_id = ? AND e.journal_id = j.id
	WHERE j.kind = 'opening' LIMIT 1`

// HasOpening tells whether a fiscal year has entries in an opening journal.
func (t *Tx) HasOpening(year ledger.FiscalYearID) (bool, error) {
	return t.exists(hasOpeningQuery, year)
}

// HasEntriesBefore tells whether any entry is dated before d.
func (t *Tx) HasEntriesBefore(d civil.Date) (bool, error) {
	return t.exists(`SELECT 1 FROM entry WHERE date < ? LIMIT 1`, d.String())
}

// AuxLabels returns the latest name of each auxiliary account, by code.
func (t *Tx) AuxLabels(codes []string) (map[string]string, error) {
	out := map[string]string{}
	for part := range slices.Chunk(codes, listMax) {
		err := t.each(`SELECT code, latest FROM aux WHERE code IN (`+marks(len(part))+`)`, anys(part),
			func(scan func(...any) error) error {
				var code, name string
				err := scan(&code, &name)
				out[code] = name
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

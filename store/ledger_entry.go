package store

import (
	"database/sql"
	"encoding/hex"
	"strings"

	"zafe/app/ledger"
)

// lineColumns are the columns of a stored line in the order of lineValues.
const lineColumns = `id, entry_id, account_id, aux_id, date, opening, debit, credit, aux_title, label, ref,
	ref_date, due, currency, currency_amount`

const lineColumnCount = 15

// lineRows is how many lines one INSERT carries.
const lineRows = 32

// NextPlace returns where the next entry of a journal goes.
func (t *Tx) NextPlace(year ledger.FiscalYearID, journal string) (ledger.Place, error) {
	var p ledger.Place
	_, err := t.one(`SELECT 1 + coalesce((SELECT max(id) FROM entry), 0),
		1 + coalesce((SELECT max(number) FROM entry WHERE year_id = ? AND journal_id = j.id), 0),
		(SELECT hash FROM entry WHERE import_id IS NULL ORDER BY id DESC LIMIT 1)
		FROM journal j WHERE code = ?`, []any{year, journal}, &p.ID, &p.Number, &p.Prev)
	return p, err
}

// AddEntry stores a posted entry at its place for ever and returns it with its lines' ids.
func (t *Tx) AddEntry(year ledger.FiscalYearID, e ledger.Entry) (ledger.Entry, error) {
	var journal int64
	var opening bool
	var last int64
	if _, err := t.one(`SELECT id, kind = 'opening', (SELECT coalesce(max(id), 0) FROM entry_line)
		FROM journal WHERE code = ?`, []any{e.Journal}, &journal, &opening, &last); err != nil {
		return e, err
	}
	refs, err := t.lineRefs(e.Lines)
	if err != nil {
		return e, err
	}
	values := make([]any, 0, lineColumnCount*len(e.Lines))
	for i := range e.Lines {
		l := &e.Lines[i]
		l.ID = ledger.LineID(last + int64(i) + 1)
		aux := refs.aux[l.Aux]
		title := l.AuxLabel
		if title == aux.title {
			title = ""
		}
		values = append(values, l.ID, e.ID, refs.account[l.Account], nullID(aux.id), e.Date.String(), opening,
			int64(l.Debit), int64(l.Credit), nullable(title), nullable(l.Label), nil, nil,
			nullable(l.DueDate.String()), nullable(l.Currency), nullAmount(l))
	}
	if err := t.insertLines(values); err != nil {
		return e, err
	}
	if err := t.insertEntry(year, journal, e); err != nil {
		return e, err
	}
	return e, t.openLines(ledger.LineID(last+1), ledger.LineID(last+int64(len(e.Lines))))
}

func (t *Tx) insertEntry(year ledger.FiscalYearID, journal int64, e ledger.Entry) error {
	hash, err := hex.DecodeString(e.Hash)
	if err != nil {
		return err
	}
	debit, _ := e.Totals()
	_, err = t.exec(`INSERT INTO entry(id, year_id, journal_id, number, date, ref, ref_date, label, source,
		valid_date, validated_at, actor, reverses, reason, hash, lines, total)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		e.ID, year, journal, e.Number, e.Date.String(), e.Ref, e.RefDate.String(), e.Label, e.Source,
		e.ValidDate.String(), instant(e.ValidatedAt), e.ChangedBy, nullID(int64(e.Reverses)), e.Reason,
		hash, len(e.Lines), int64(debit))
	return err
}

// insertLines stores lines given as their values one after another.
func (t *Tx) insertLines(values []any) error {
	const row = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
	for len(values) > 0 {
		n := min(lineRows, len(values)/lineColumnCount)
		_, err := t.exec(`INSERT INTO entry_line(`+lineColumns+`) VALUES `+row+strings.Repeat(","+row, n-1),
			values[:n*lineColumnCount]...)
		if err != nil {
			return err
		}
		values = values[n*lineColumnCount:]
	}
	return nil
}

// openable says which accounts are followed line by line until matched: customers, suppliers, staff,
// partners, debtors, cheques to cash, internal transfers.
const openable = `(substr(a.number, 1, 2) IN ('40', '41', '42', '45', '46', '58')
	OR substr(a.number, 1, 3) = '511')`

// openLines registers the lines of a range that belong to followed accounts.
func (t *Tx) openLines(first, last ledger.LineID) error {
	_, err := t.exec(`INSERT INTO open_line(line_id, account_id, aux_id, date, due, net)
		SELECT l.id, l.account_id, l.aux_id, l.date, coalesce(l.due, l.date), l.debit - l.credit
		FROM entry_line l JOIN account a ON a.id = l.account_id
		WHERE l.id BETWEEN ? AND ? AND `+openable, first, last)
	return err
}

type auxRef struct {
	id    int64
	title string
}

type lineRefs struct {
	account map[string]int64
	aux     map[string]auxRef
}

// lineRefs finds the row ids of the accounts of lines, and finds or makes those of the auxiliaries.
func (t *Tx) lineRefs(lines []ledger.Line) (lineRefs, error) {
	r := lineRefs{account: map[string]int64{}, aux: map[string]auxRef{}}
	var numbers []any
	for _, l := range lines {
		if _, seen := r.account[l.Account]; !seen {
			r.account[l.Account] = 0
			numbers = append(numbers, l.Account)
		}
	}
	for len(numbers) > 0 {
		n := min(listMax, len(numbers))
		err := t.each(`SELECT number, id FROM account WHERE number IN (`+marks(n)+`)`, numbers[:n],
			func(scan func(...any) error) error {
				var number string
				var id int64
				err := scan(&number, &id)
				r.account[number] = id
				return err
			})
		if err != nil {
			return r, err
		}
		numbers = numbers[n:]
	}
	for _, l := range lines {
		if _, seen := r.aux[l.Aux]; seen || l.Aux == "" {
			continue
		}
		ref, err := t.auxRef(l.Aux, l.AuxLabel)
		if err != nil {
			return r, err
		}
		r.aux[l.Aux] = ref
	}
	return r, nil
}

// auxRef finds an auxiliary account or makes it, and remembers its latest name.
func (t *Tx) auxRef(code, title string) (auxRef, error) {
	var ref auxRef
	var latest string
	ok, err := t.one(`SELECT id, title, latest FROM aux WHERE code = ?`, []any{code},
		&ref.id, &ref.title, &latest)
	switch {
	case err != nil:
		return ref, err
	case !ok:
		ref.title = title
		ref.id, err = t.insert(`INSERT INTO aux(code, title, latest) VALUES (?,?,?)`, code, title, title)
	case latest != title:
		_, err = t.exec(`UPDATE aux SET latest = ? WHERE id = ?`, title, ref.id)
	}
	return ref, err
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

func nullAmount(l *ledger.Line) any {
	if l.Currency == "" {
		return nil
	}
	return int64(l.CurrencyAmount)
}

const entryColumns = `e.id, j.code, e.date, e.number, coalesce(e.num, ''), e.ref, e.ref_date, e.label,
	e.source, e.validated_at, e.valid_date, e.actor, coalesce(e.reverses, 0), e.reason, coalesce(e.import_id, 0), e.hash,
	coalesce((SELECT r.id FROM entry r WHERE r.reverses = e.id), 0)`

func scanEntry(scan func(...any) error, e *ledger.Entry) error {
	var hash []byte
	err := scan(&e.ID, &e.Journal, toDate{&e.Date}, &e.Number, &e.Num, &e.Ref, toDate{&e.RefDate}, &e.Label,
		&e.Source, toInstant{&e.ValidatedAt}, toDate{&e.ValidDate}, &e.ChangedBy, &e.Reverses, &e.Reason,
		&e.Import, &hash, &e.ReversedBy)
	e.Hash, e.ChangedAt = hex.EncodeToString(hash), e.ValidatedAt
	if e.Num == "" {
		e.Num = ledger.EntryNum(e.Journal, e.Number)
	}
	return err
}

// LedgerEntry returns a posted entry with its lines, or a draft when the id is negative, and whether
// it exists.
func (t *Tx) LedgerEntry(id ledger.EntryID) (ledger.Entry, bool, error) {
	if id.IsDraft() {
		return t.draft(id)
	}
	es, err := all(t, `SELECT `+entryColumns+` FROM entry e JOIN journal j ON j.id = e.journal_id
		WHERE e.id = ?`, []any{id}, scanEntry)
	if err != nil || len(es) == 0 {
		return ledger.Entry{}, false, err
	}
	es[0].Lines, err = t.entryLines(id)
	return es[0], err == nil, err
}

func (t *Tx) entryLines(id ledger.EntryID) ([]ledger.Line, error) {
	return all(t, `SELECT l.id, a.number, coalesce(x.code, ''), coalesce(l.aux_title, x.title, ''),
		coalesce(l.label, ''), l.debit, l.credit, coalesce(l.ref, ''), l.ref_date, l.due,
		coalesce(l.currency, ''), coalesce(l.currency_amount, 0), coalesce(g.code, ''), m.date
		FROM entry_line l JOIN account a ON a.id = l.account_id LEFT JOIN aux x ON x.id = l.aux_id
		LEFT JOIN match_line m ON m.line_id = l.id LEFT JOIN match_group g ON g.id = m.group_id
		WHERE l.entry_id = ? ORDER BY l.id`, []any{id},
		func(scan func(...any) error, l *ledger.Line) error {
			return scan(&l.ID, &l.Account, &l.Aux, &l.AuxLabel, &l.Label, &l.Debit, &l.Credit, &l.Ref,
				toDate{&l.RefDate}, toDate{&l.DueDate}, &l.Currency, &l.CurrencyAmount, &l.Match,
				toDate{&l.MatchDate})
		})
}

// EntriesOf returns the ids of the posted entries made by a source, oldest first.
func (t *Tx) EntriesOf(source string) ([]ledger.EntryID, error) {
	return all(t, `SELECT id FROM entry WHERE source = ? AND source <> '' ORDER BY id`, []any{source},
		func(scan func(...any) error, id *ledger.EntryID) error { return scan(id) })
}

var _ sql.Scanner = toDate{}

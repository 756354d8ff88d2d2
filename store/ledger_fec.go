package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/ledger"
	"zafe/app/money"
)

// EachFECRow calls fn for the posted lines of a fiscal year, or of one import, in order of
// validation. The row is reused from one call to the next.
//
// Entries, lines and matches are three cursors in order of posting, read side by side: joining them
// costs twice as much. Only where the days of validation do not follow that order are entries sorted
// and their lines looked up one entry at a time.
func (t *Tx) EachFECRow(year ledger.FiscalYearID, importID int64, fn func(*fec.Row) error) error {
	x := fecReader{t: t, fn: fn}
	if err := x.dictionaries(year); err != nil {
		return err
	}
	scope, args := `e.import_id = ?`, []any{importID}
	if importID == 0 {
		scope, args = `e.year_id = ?`, []any{year}
		ordered, err := t.inOrder(year)
		if err != nil {
			return err
		}
		if !ordered {
			return x.sorted(year)
		}
	}
	var first, last, line int64
	if _, err := t.one(`SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM entry e WHERE `+scope, args,
		&first, &last); err != nil {
		return err
	}
	if _, err := t.one(`SELECT coalesce(min(id), 0) FROM entry_line WHERE entry_id = ?`, []any{first},
		&line); err != nil {
		return err
	}
	entries, err := t.conn.QueryContext(t.ctx, fecEntryQuery+` WHERE +`+scope+`
		AND e.id BETWEEN ? AND ? ORDER BY e.id`, append(args, first, last)...)
	if err != nil {
		return fmt.Errorf("store: fec entries: %w", err)
	}
	lines, err := t.conn.QueryContext(t.ctx, fecLineQuery+` WHERE id >= ? ORDER BY id`, line)
	if err != nil {
		return errors.Join(fmt.Errorf("store: fec lines: %w", err), entries.Close())
	}
	matches, err := t.conn.QueryContext(t.ctx, fecMatchQuery+` WHERE m.line_id >= ? ORDER BY m.line_id`, line)
	if err != nil {
		return errors.Join(fmt.Errorf("store: fec matches: %w", err), entries.Close(), lines.Close())
	}
	err = x.merge(entries, lines, matches)
	return errors.Join(err, entries.Close(), lines.Close(), matches.Close())
}

const fecEntryQuery = `SELECT e.id, e.journal_id, e.number, coalesce(e.num, ''), e.date, e.ref, e.ref_date,
	e.label, e.valid_date, coalesce(e.import_id, 0), e.lines FROM entry e`

const fecLineQuery = `SELECT id, entry_id, account_id, coalesce(aux_id, 0), debit, credit, aux_title, label, ref,
	ref_date, currency, currency_amount FROM entry_line`

const fecMatchQuery = `SELECT m.line_id, coalesce(m.code, g.code), m.date
	FROM match_line m CROSS JOIN match_group g ON g.id = m.group_id`

// inOrder tells whether the entries of a year were validated in the order they were posted.
func (t *Tx) inOrder(year ledger.FiscalYearID) (bool, error) {
	mixed, err := t.exists(`SELECT 1 FROM fec_import WHERE year_id = ? AND unordered AND undone_at = ''`, year)
	if err != nil || mixed {
		return false, err
	}
	mixed, err = t.exists(`SELECT 1 FROM (SELECT valid_date, lag(valid_date) OVER (ORDER BY id) before FROM entry
		WHERE year_id = ?) WHERE valid_date < before LIMIT 1`, year)
	return !mixed, err
}

// fecReader turns rows of the book into rows of the file.
type fecReader struct {
	t        *Tx
	fn       func(*fec.Row) error
	names    map[nameKey]name // as imports have them; import 0 is the book
	aux      map[int64]name
	open     map[int64]*fecEntry // entries whose lines are not all out yet
	row      fec.Row
	lastID   int64
	finished bool
}

type nameKey struct {
	kind      byte
	importID  int64
	reference int64
}

type name struct{ code, title string }

type fecEntry struct {
	id, journal, importID, left int64
	row                         fec.Row
}

type fecLine struct {
	id, entry, account, aux            int64
	debit, credit                      int64
	auxTitle, label, ref, refDate, cur sql.NullString
	amount                             sql.NullInt64
}

func (x *fecReader) dictionaries(year ledger.FiscalYearID) error {
	x.names, x.aux, x.open = map[nameKey]name{}, map[int64]name{}, map[int64]*fecEntry{}
	err := x.t.each(`SELECT 'j', 0, id, code, title FROM journal
		UNION ALL SELECT 'a', 0, id, number, title FROM account
		UNION ALL SELECT substr(kind, 1, 1), import_id, ref, code, title FROM fec_name
		UNION ALL SELECT substr(n.kind, 1, 1), 0, n.ref, n.code, n.title FROM fec_import i
			JOIN fec_name n ON n.import_id = i.id WHERE i.year_id = ?`, []any{year},
		func(scan func(...any) error) error {
			var kind string
			var k nameKey
			var n name
			err := scan(&kind, &k.importID, &k.reference, &n.code, &n.title)
			k.kind = kind[0]
			x.names[k] = n
			return err
		})
	if err != nil {
		return err
	}
	return x.t.each(`SELECT id, code, title FROM aux`, nil, func(scan func(...any) error) error {
		var id int64
		var n name
		err := scan(&id, &n.code, &n.title)
		x.aux[id] = n
		return err
	})
}

// name returns how an import, or the book for 0, names a journal or account.
func (x *fecReader) name(kind byte, importID, reference int64) name {
	if n, ok := x.names[nameKey{kind, importID, reference}]; ok {
		return n
	}
	return x.names[nameKey{kind, 0, reference}]
}

func (x *fecReader) merge(entries, lines, matches *sql.Rows) error {
	var match struct {
		line       int64
		code, date string
	}
	nextMatch := func() error {
		if !matches.Next() {
			match.line = 1<<63 - 1
			return matches.Err()
		}
		return matches.Scan(&match.line, &match.code, &match.date)
	}
	if err := nextMatch(); err != nil {
		return err
	}
	for lines.Next() {
		var l fecLine
		if err := l.scan(lines); err != nil {
			return err
		}
		e, err := x.entry(entries, l.entry)
		if err != nil {
			return err
		}
		for match.line < l.id {
			if err := nextMatch(); err != nil {
				return err
			}
		}
		if e == nil {
			if x.finished && len(x.open) == 0 {
				return nil
			}
			continue // of another year
		}
		code, date := "", ""
		if match.line == l.id {
			code, date = match.code, match.date
		}
		if err := x.emit(e, &l, code, date); err != nil {
			return err
		}
		if x.finished && len(x.open) == 0 {
			return nil
		}
	}
	return lines.Err()
}

// entry returns the entry of a line, reading on as far as needed; nil when it is not asked for.
func (x *fecReader) entry(entries *sql.Rows, id int64) (*fecEntry, error) {
	for !x.finished && x.lastID < id {
		if !entries.Next() {
			x.finished = true
			return x.open[id], entries.Err()
		}
		e, err := x.scanEntry(entries)
		if err != nil {
			return nil, err
		}
		x.open[e.id], x.lastID = e, e.id
	}
	return x.open[id], nil
}

func (x *fecReader) scanEntry(rows *sql.Rows) (*fecEntry, error) {
	e := &fecEntry{}
	var number int64
	r := &e.row
	if err := rows.Scan(&e.id, &e.journal, &number, &r.Num, toDate{&r.Date}, &r.Ref, toDate{&r.RefDate}, &r.Label,
		toDate{&r.ValidDate}, &e.importID, &e.left); err != nil {
		return nil, err
	}
	j := x.name('j', e.importID, e.journal)
	r.Journal, r.JournalTitle = j.code, j.title
	if r.Num == "" {
		r.Num = ledger.EntryNum(strings.ToUpper(strings.TrimSpace(j.code)), number)
	}
	return e, nil
}

func (l *fecLine) scan(rows *sql.Rows) error {
	return rows.Scan(&l.id, &l.entry, &l.account, &l.aux, &l.debit, &l.credit, &l.auxTitle, &l.label, &l.ref,
		&l.refDate, &l.cur, &l.amount)
}

// emit gives one line to the caller.
func (x *fecReader) emit(e *fecEntry, l *fecLine, code, date string) error {
	r := &x.row
	*r = e.row
	a := x.name('a', e.importID, l.account)
	r.Account, r.AccountTitle = a.code, a.title
	if l.aux != 0 {
		n := x.aux[l.aux]
		r.Aux, r.AuxTitle = n.code, n.title
	}
	if l.auxTitle.Valid {
		r.AuxTitle = l.auxTitle.String
	}
	if l.label.Valid {
		r.Label = l.label.String
	}
	if l.ref.Valid {
		r.Ref = l.ref.String
	}
	var err error
	if l.refDate.Valid {
		r.RefDate, err = civil.Parse(l.refDate.String)
	}
	if err == nil {
		r.MatchDate, err = civil.Parse(date)
	}
	if err != nil {
		return err
	}
	r.Debit, r.Credit = money.Amount(l.debit), money.Amount(l.credit)
	r.CurrencyAmount, r.HasCurrency = money.Amount(l.amount.Int64), l.amount.Valid
	r.Match, r.Currency = code, l.cur.String
	if e.left--; e.left == 0 {
		delete(x.open, e.id)
	}
	return x.fn(r)
}

// sorted gives the lines of a year entry by entry, entries by day of validation.
func (x *fecReader) sorted(year ledger.FiscalYearID) error {
	ids, err := all(x.t, `SELECT id FROM entry WHERE year_id = ? ORDER BY valid_date, id`, []any{year},
		func(scan func(...any) error, id *int64) error { return scan(id) })
	if err != nil {
		return err
	}
	heads, err := x.t.conn.PrepareContext(x.t.ctx, fecEntryQuery+` WHERE e.id = ?`)
	if err != nil {
		return err
	}
	defer func() { _ = heads.Close() }()
	lines, err := x.t.conn.PrepareContext(x.t.ctx, `SELECT l.*, coalesce(m.code, g.code, ''), coalesce(m.date, '')
		FROM (`+
		fecLineQuery+` WHERE entry_id = ?) l LEFT JOIN match_line m ON m.line_id = l.id
		LEFT JOIN match_group g ON g.id = m.group_id ORDER BY l.id`)
	if err != nil {
		return err
	}
	defer func() { _ = lines.Close() }()
	for _, id := range ids {
		if err := x.one(heads, lines, id); err != nil {
			return err
		}
	}
	return nil
}

func (x *fecReader) one(heads, lines *sql.Stmt, id int64) error {
	head, err := heads.QueryContext(x.t.ctx, id)
	if err != nil {
		return err
	}
	if !head.Next() {
		return errors.Join(fmt.Errorf("store: entry %d vanished", id), head.Err(), head.Close())
	}
	e, err := x.scanEntry(head)
	if err = errors.Join(err, head.Close()); err != nil {
		return err
	}
	rows, err := lines.QueryContext(x.t.ctx, id)
	if err != nil {
		return err
	}
	for rows.Next() {
		var l fecLine
		var code, date string
		if err := rows.Scan(&l.id, &l.entry, &l.account, &l.aux, &l.debit, &l.credit, &l.auxTitle, &l.label, &l.ref,
			&l.refDate, &l.cur, &l.amount, &code, &date); err != nil {
			return errors.Join(err, rows.Close())
		}
		if err := x.emit(e, &l, code, date); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// FECNames returns how the imports of a fiscal year name accounts, by number.
func (t *Tx) FECNames(year ledger.FiscalYearID) (map[string]ledger.FECName, error) {
	out := map[string]ledger.FECName{}
	return out, t.each(`SELECT a.number, n.code, n.title FROM fec_import i
		JOIN fec_name n ON n.import_id = i.id AND n.kind = 'account' JOIN account a ON a.id = n.ref
		WHERE i.year_id = ? ORDER BY i.id`, []any{year}, func(scan func(...any) error) error {
		n := ledger.FECName{Kind: "account"}
		err := scan(&n.Number, &n.Code, &n.Title)
		out[n.Number] = n
		return err
	})
}

// FirstValidDate returns the first day on which entries of a year were validated, or none.
func (t *Tx) FirstValidDate(year ledger.FiscalYearID) (civil.Date, error) {
	var d civil.Date
	_, err := t.one(`SELECT min(valid_date) FROM entry WHERE year_id = ?`, []any{year}, toDate{&d})
	return d, err
}

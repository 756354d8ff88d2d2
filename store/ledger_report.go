package store

import (
	"strings"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/money"
)

// LedgerSums returns what was posted from one day to another, by account, opening entries apart.
// Whole months come from the kept balances, the ends of the period from the lines.
func (t *Tx) LedgerSums(p civil.Period, prefix string) ([]ledger.Sum, error) {
	if !p.Valid() {
		return nil, nil
	}
	first, last := p.From.String()[:7], p.To.String()[:7]
	parts := []civil.Period{}
	months := p.Months()
	head, tail := months[0], months[len(months)-1]
	if head != civil.MonthOf(head.From) {
		parts, first = append(parts, head), civil.MonthOf(p.From.StartOfMonth().AddMonths(1)).From.String()[:7]
	}
	if tail != civil.MonthOf(tail.From) {
		last = tail.From.StartOfMonth().AddDays(-1).String()[:7]
		if len(months) > 1 || len(parts) == 0 {
			parts = append(parts, tail)
		}
	}
	const chosen = ` FROM account a CROSS JOIN account_month m ON m.account_id = a.id`
	const named = ` AND a.number >= ?1 AND a.number < ?1 || '~'`
	var query strings.Builder
	query.WriteString(`SELECT a.number, a.title, '', '', s.opening, sum(s.debit), sum(s.credit) FROM (
		SELECT m.account_id, m.opening, m.debit, m.credit` + chosen + ` WHERE m.month BETWEEN ?2 AND ?3` + named)
	args := []any{prefix, first, last}
	for _, part := range parts {
		query.WriteString(` UNION ALL SELECT l.account_id, l.opening, l.debit, l.credit` + chosen + `
			CROSS JOIN entry_line l ON l.account_id = m.account_id AND l.date BETWEEN ? AND ? AND l.opening = m.opening
			WHERE m.month = ?` + named)
		args = append(args, part.From.String(), part.To.String(), part.From.String()[:7])
	}
	query.WriteString(`) s JOIN account a ON a.id = s.account_id
		GROUP BY s.account_id, s.opening ORDER BY a.number, s.opening`)
	return all(t, query.String(), args, scanSum)
}

func scanSum(scan func(...any) error, s *ledger.Sum) error {
	return scan(&s.Account, &s.Title, &s.Aux, &s.AuxTitle, &s.Opening, &s.Debit, &s.Credit)
}

// LedgerAuxSums returns what was posted by account and auxiliary, for lines that have one.
func (t *Tx) LedgerAuxSums(p civil.Period, prefix, aux string) ([]ledger.Sum, error) {
	where, args := `l.aux_id IS NOT NULL`, []any{}
	if aux != "" {
		where, args = `l.aux_id = (SELECT id FROM aux WHERE code = ?)`, append(args, aux)
	}
	args = append(args, prefix, prefix, p.From.String(), p.To.String())
	return all(t, `SELECT a.number, a.title, x.code, x.latest, s.opening, s.debit, s.credit FROM (
			SELECT l.account_id, l.aux_id, l.opening, sum(l.debit) debit, sum(l.credit) credit FROM entry_line l
			WHERE `+where+` AND l.account_id IN (SELECT id FROM account WHERE number >= ? AND number < ? || '~')
				AND l.date BETWEEN ? AND ? GROUP BY l.aux_id, l.account_id, l.opening) s
		JOIN account a ON a.id = s.account_id JOIN aux x ON x.id = s.aux_id
		ORDER BY a.number, x.code, s.opening`, args, scanSum)
}

// MonthSums returns what was posted on accounts by month, from one month on, opening entries left out.
func (t *Tx) MonthSums(prefix, from string) ([]ledger.MonthAmount, error) {
	return all(t, `SELECT m.month, sum(m.debit - m.credit) FROM account a
		JOIN account_month m ON m.account_id = a.id AND m.month >= ?3 AND m.opening = 0
		WHERE a.number >= ?1 AND a.number < ?2 || '~' GROUP BY m.month ORDER BY m.month`,
		[]any{prefix, prefix, from}, func(scan func(...any) error, m *ledger.MonthAmount) error {
			return scan(&m.Month, &m.Amount)
		})
}

// ends returns the bounds of a period as texts, open ends being before and after everything.
func ends(p civil.Period) (string, string) {
	from, to := p.From.String(), p.To.String()
	if to == "" {
		to = "~"
	}
	return from, to
}

// CountLines returns how many posted lines a fiscal year has.
func (t *Tx) CountLines(year ledger.FiscalYearID) (n int, err error) {
	_, err = t.one(`SELECT count(*) FROM entry e JOIN entry_line l ON l.entry_id = e.id WHERE e.year_id = ?`,
		[]any{year}, &n)
	return n, err
}

// CountDrafts returns how many drafts are dated in some days.
func (t *Tx) CountDrafts(p civil.Period) (int64, error) {
	from, to := ends(p)
	var n int64
	_, err := t.one(`SELECT count(*) FROM draft WHERE date BETWEEN ? AND ?`, []any{from, to}, &n)
	return n, err
}

const lineRowQuery = `SELECT l.id, l.entry_id, j.code, l.date, coalesce(e.num, ''), e.number,
	coalesce(l.ref, e.ref), a.number, a.title, coalesce(x.code, ''), coalesce(l.aux_title, x.title, ''), coalesce(l.label, e.label),
	l.debit, l.credit, l.due, coalesce(g.code, ''), coalesce(g.partial, 0), e.source
	FROM ` + lineFirst + `
	CROSS JOIN account a ON a.id = l.account_id LEFT JOIN aux x ON x.id = l.aux_id
	LEFT JOIN match_line m ON m.line_id = l.id LEFT JOIN match_group g ON g.id = m.group_id WHERE `

// The two ways into lines: by account, and by entry for a journal, whose lines have no index.
const (
	lineFirst  = `entry_line l CROSS JOIN entry e ON e.id = l.entry_id CROSS JOIN journal j ON j.id = e.journal_id`
	entryFirst = `journal j CROSS JOIN entry e ON e.journal_id = j.id CROSS JOIN entry_line l ON l.entry_id = e.id`
)

// EachLine calls fn for the lines asked, by date then order of posting.
func (t *Tx) EachLine(q ledger.LineQuery, fn func(ledger.LineRow) error) error {
	if q.After.ID != 0 { // a page does not read those before it again
		q.Period.From = civil.Latest(q.Period.From, q.After.Date)
	}
	where := []string{`l.date BETWEEN ? AND ?`}
	args := []any{q.Period.From.String(), q.Period.To.String()}
	add := func(cond string, vs ...any) { where, args = append(where, cond), append(args, vs...) }
	if !q.Opening.IsZero() {
		add(`(l.opening = 0 OR l.date BETWEEN ? AND ?)`, q.Opening.From.String(), q.Opening.To.String())
	} else {
		add(`l.opening = 0`)
	}
	switch {
	case q.Aux != "":
		add(`l.aux_id = (SELECT id FROM aux WHERE code = ?)`, q.Aux)
		add(`l.account_id IN (SELECT id FROM account WHERE number >= ? AND number < ? || '~')`, q.Account, q.Account)
	case q.Account != "":
		add(`l.account_id = (SELECT id FROM account WHERE number = ?)`, q.Account)
	}
	if q.OpenOnly {
		add(`coalesce(g.partial, 1) = 1`)
	}
	if q.After.ID != 0 {
		add(`(l.date, l.id) > (?, ?)`, q.After.Date.String(), q.After.ID)
	}
	from := lineRowQuery
	if q.Journal != "" {
		from = strings.Replace(from, lineFirst, entryFirst, 1)
		add(`j.code = ?`, q.Journal)
		add(`e.date BETWEEN ? AND ?`, q.Period.From.String(), q.Period.To.String())
	}
	args = append(args, q.Limit)
	return t.each(from+strings.Join(where, " AND ")+` ORDER BY l.date, l.id LIMIT ?`, args,
		func(scan func(...any) error) error {
			var r ledger.LineRow
			var number int64
			if err := scan(&r.ID, &r.Entry, &r.Journal, toDate{&r.Date}, &r.Num, &number, &r.Ref, &r.Account,
				&r.Title, &r.Aux, &r.AuxLabel, &r.Label, &r.Debit, &r.Credit, toDate{&r.DueDate}, &r.Match,
				&r.Partial, &r.Source); err != nil {
				return err
			}
			if r.Num == "" {
				r.Num = ledger.EntryNum(r.Journal, number)
			}
			return fn(r)
		})
}

// JournalTotals returns what each journal's entries of some days add up to, by month.
func (t *Tx) JournalTotals(p civil.Period, code string) ([]ledger.JournalMonth, error) {
	return all(t, `SELECT j.code, j.title, substr(e.date, 1, 7) month, count(*), sum(e.total), sum(e.total)
		FROM entry e JOIN journal j ON j.id = e.journal_id
		WHERE e.date BETWEEN ?1 AND ?2 AND (?3 = '' OR j.code = ?3)
		GROUP BY j.id, month ORDER BY j.id, month`, []any{p.From.String(), p.To.String(), code},
		func(scan func(...any) error, m *ledger.JournalMonth) error {
			return scan(&m.Journal, &m.Title, &m.Month, &m.Entries, &m.Debit, &m.Credit)
		})
}

// openItemsQuery takes a prefix, an auxiliary and two days. What is not open now but was on the last day
// was matched since: those matches are found by their date.
const openItemsQuery = `SELECT l.id, l.entry_id, a.number, coalesce(x.code, ''), coalesce(x.latest, ''), l.date,
	coalesce(l.due, l.date), j.code, coalesce(e.num, ''), e.number, coalesce(l.ref, e.ref),
	coalesce(l.label, e.label), l.debit - l.credit, coalesce(g.code, ''),
	CASE WHEN g.partial = 1 AND m.date <= ?4 THEN g.id ELSE 0 END
	FROM (SELECT line_id FROM open_line` + openItemsChosen + `
		UNION SELECT l.id FROM match_line m CROSS JOIN match_group g ON g.id = m.group_id AND g.partial = 0
			CROSS JOIN entry_line l ON l.id = m.line_id
			WHERE m.date > ?4 AND l.account_id IN (SELECT id FROM account WHERE number >= ?1 AND number < ?1 || '~')
				AND (?2 = '' OR l.aux_id = (SELECT id FROM aux WHERE code = ?2)) AND l.date BETWEEN ?3 AND ?4) o
	CROSS JOIN entry_line l ON l.id = o.line_id CROSS JOIN entry e ON e.id = l.entry_id
	JOIN journal j ON j.id = e.journal_id JOIN account a ON a.id = l.account_id
	LEFT JOIN aux x ON x.id = l.aux_id LEFT JOIN match_line m ON m.line_id = l.id
	LEFT JOIN match_group g ON g.id = m.group_id
	ORDER BY a.number, x.code, coalesce(l.due, l.date), l.id`

const openItemsChosen = ` WHERE account_id IN (SELECT id FROM account WHERE number >= ?1 AND number < ?1 || '~')
	AND (?2 = '' OR aux_id = (SELECT id FROM aux WHERE code = ?2)) AND date BETWEEN ?3 AND ?4`

// OpenItems returns lines of some days not completely matched on the last: those open now, and those
// matched since.
func (t *Tx) OpenItems(prefix, aux string, days civil.Period) ([]ledger.OpenItem, error) {
	return all(t, openItemsQuery,
		[]any{prefix, aux, days.From.String(), days.To.String()},
		func(scan func(...any) error, o *ledger.OpenItem) error {
			var journal string
			var number int64
			err := scan(&o.Line, &o.Entry, &o.Account, &o.Aux, &o.Name, toDate{&o.Date}, toDate{&o.Due}, &journal,
				&o.Num, &number, &o.Ref, &o.Label, &o.Net, &o.Match, &o.Partial)
			if o.Num == "" {
				o.Num = ledger.EntryNum(journal, number)
			}
			return err
		})
}

// EntryHeads returns entries without their lines, latest date first, at most one more than the limit.
func (t *Tx) EntryHeads(q ledger.EntryQuery) ([]ledger.EntryHead, error) {
	from, to := ends(q.Period)
	where := []string{`e.date BETWEEN ? AND ?`}
	args := []any{from, to}
	add := func(cond string, vs ...any) { where, args = append(where, cond), append(args, vs...) }
	journal, total := `e.journal`, `max(e.debit, e.credit)`
	if !q.Drafts {
		journal, total = `j.code`, `e.total`
	}
	if q.Journal != "" {
		add(journal+` = ?`, q.Journal)
	}
	if q.Source != "" && !q.Drafts {
		add(`e.source = ?`, q.Source)
	}
	if q.Text != "" {
		num := `printf('%s-%06d', j.code, e.number)`
		if q.Drafts {
			num = `''`
		}
		add(`(e.label LIKE ? ESCAPE '\' OR e.ref LIKE ? ESCAPE '\' OR `+num+` LIKE ? ESCAPE '\' OR `+total+` = ?)`,
			like(q.Text), like(q.Text), like(q.Text), nullID(int64(q.Amount)))
	}
	if q.Drafts {
		return t.draftHeads(q, where, args)
	}
	if q.Before.ID != 0 {
		add(`(e.date, e.id) < (?, ?)`, q.Before.Date.String(), q.Before.ID)
	}
	args = append(args, q.Limit+1)
	return all(t, `SELECT e.id, j.code, e.date, coalesce(e.num, ''), e.number, e.ref, e.label, e.source, e.total,
		coalesce((SELECT r.id FROM entry r WHERE r.reverses = e.id), 0), coalesce(e.reverses, 0),
		coalesce(e.import_id, 0), e.actor, e.validated_at
		FROM entry e CROSS JOIN journal j ON j.id = e.journal_id WHERE `+strings.Join(where, " AND ")+`
		ORDER BY e.date DESC, e.id DESC LIMIT ?`, args,
		func(scan func(...any) error, h *ledger.EntryHead) error {
			var number int64
			err := scan(&h.ID, &h.Journal, toDate{&h.Date}, &h.Num, &number, &h.Ref, &h.Label, &h.Source, &h.Debit,
				&h.ReversedBy, &h.Reverses, &h.Import, &h.ChangedBy, toInstant{&h.ChangedAt})
			if h.Credit = h.Debit; h.Num == "" {
				h.Num = ledger.EntryNum(h.Journal, number)
			}
			return err
		})
}

func (t *Tx) draftHeads(q ledger.EntryQuery, where []string, args []any) ([]ledger.EntryHead, error) {
	if q.Before.ID != 0 {
		where = append(where, `(e.date, e.id) < (?, ?)`)
		args = append(args, q.Before.Date.String(), -int64(q.Before.ID))
	}
	args = append(args, q.Limit+1)
	return all(t, `SELECT -e.id, e.journal, e.date, e.ref, e.label, e.debit, e.credit, e.changed_by,
		e.changed_at, e.version FROM draft e WHERE `+strings.Join(where, " AND ")+`
		ORDER BY e.date DESC, e.id DESC LIMIT ?`, args,
		func(scan func(...any) error, h *ledger.EntryHead) error {
			return scan(&h.ID, &h.Journal, toDate{&h.Date}, &h.Ref, &h.Label, &h.Debit, &h.Credit, &h.ChangedBy,
				toInstant{&h.ChangedAt}, &h.Version)
		})
}

// like makes a text the inside of a LIKE pattern.
func like(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// YearTotals returns what a locked year is known by.
func (t *Tx) YearTotals(y ledger.FiscalYear) (ledger.YearTotals, error) {
	var out ledger.YearTotals
	var debit int64
	if _, err := t.one(`SELECT count(*), coalesce(sum(total), 0) FROM entry WHERE year_id = ?`, []any{y.ID},
		&out.Entries, &debit); err != nil {
		return out, err
	}
	out.Debit, out.Credit = money.Amount(debit), money.Amount(debit)
	var err error
	out.Heads, err = all(t, `SELECT lower(hex(hash)) FROM (SELECT hash FROM entry
			WHERE year_id = ?1 AND import_id IS NULL ORDER BY id DESC LIMIT 1)
		UNION ALL SELECT digest FROM (
			SELECT digest FROM fec_import WHERE year_id = ?1 AND undone_at = '' ORDER BY id)`,
		[]any{y.ID}, func(scan func(...any) error, s *string) error { return scan(s) })
	return out, err
}

package store

import "zafe/app/ledger"

// ledgerChecks are the checks that the database does by itself: each query returns, for what does
// not hold, a text that names it.
var ledgerChecks = []struct{ key, query string }{
	{"ledger.verify_entry", `
		SELECT coalesce(e.num, j.code || '-' || printf('%06d', e.number)) || ' (' || e.date || ')'
		FROM entry e JOIN journal j ON j.id = e.journal_id LEFT JOIN (
			SELECT entry_id, count(*) n, sum(debit) d, sum(credit) c, min(date) lo, max(date) hi
			FROM entry_line GROUP BY entry_id) l ON l.entry_id = e.id
		WHERE l.n IS NULL OR l.n < 2 OR l.n <> e.lines OR l.d <> l.c OR l.d <> e.total
			OR l.lo <> e.date OR l.hi <> e.date`},
	{"ledger.verify_line", `SELECT l.id FROM entry_line l LEFT JOIN entry e ON e.id = l.entry_id
		WHERE e.id IS NULL OR l.debit < 0 OR l.credit < 0 OR (l.debit = 0) = (l.credit = 0)`},
	{"ledger.verify_date", `SELECT coalesce(e.num, e.number) || ' (' || e.date || ')' FROM entry e
		LEFT JOIN fiscal_year y ON y.id = e.year_id
		WHERE y.id IS NULL OR e.date NOT BETWEEN y.from_date AND y.to_date`},
	{"ledger.verify_number", `
		SELECT j.code || ' ' || y.from_date FROM entry e JOIN journal j ON j.id = e.journal_id
		JOIN fiscal_year y ON y.id = e.year_id GROUP BY e.year_id, e.journal_id
		HAVING min(e.number) <> 1 OR max(e.number) <> count(*)`},
	{"ledger.verify_month", `SELECT a.number || ' ' || m FROM (
			SELECT account_id, month m, opening o, debit d, credit c FROM account_month
			UNION ALL SELECT account_id, substr(date, 1, 7), opening, -sum(debit), -sum(credit) FROM entry_line
				GROUP BY account_id, substr(date, 1, 7), opening) s
		JOIN account a ON a.id = s.account_id GROUP BY s.account_id, m, o HAVING sum(d) <> 0 OR sum(c) <> 0`},
	{"ledger.verify_open", `SELECT a.number || ' ' || coalesce(l.date, '') FROM (
			SELECT line_id, account_id, aux_id, net, 1 n FROM open_line
			UNION ALL SELECT l.id, l.account_id, l.aux_id, l.credit - l.debit, -1 FROM entry_line l
				JOIN account a ON a.id = l.account_id LEFT JOIN match_line m ON m.line_id = l.id
				LEFT JOIN match_group g ON g.id = m.group_id
				WHERE coalesce(g.partial, 1) = 1 AND ` + openable + `) s
		JOIN account a ON a.id = s.account_id LEFT JOIN entry_line l ON l.id = s.line_id
		GROUP BY s.line_id, s.account_id, s.aux_id HAVING sum(s.n) <> 0 OR sum(s.net) <> 0`},
	{"ledger.verify_match", `
		SELECT a.number || ' ' || g.code FROM match_group g JOIN account a ON a.id = g.account_id
		LEFT JOIN match_line m ON m.group_id = g.id LEFT JOIN entry_line l ON l.id = m.line_id
		GROUP BY g.id HAVING count(l.id) = 0 OR (sum(l.debit - l.credit) = 0) <> (g.partial = 0)
			OR sum(l.account_id <> g.account_id OR l.aux_id IS NOT g.aux_id) > 0`},
	{"ledger.verify_years", `SELECT from_date FROM (
			SELECT from_date, lag(to_date) OVER (ORDER BY from_date) before FROM fiscal_year)
		WHERE from_date <> date(before, '+1 day')`},
	{"ledger.verify_gate", `SELECT import_id FROM ledger_gate`},
}

// LedgerFindings runs the checks that the database can do by itself, at most limit of each kind.
func (t *Tx) LedgerFindings(limit int) ([]ledger.Finding, error) {
	var out []ledger.Finding
	for _, c := range ledgerChecks {
		err := t.each(`WITH q(x) AS (`+c.query+`) SELECT CAST(x AS TEXT) FROM q LIMIT ?`, []any{limit},
			func(scan func(...any) error) error {
				var what string
				err := scan(&what)
				out = append(out, ledger.Finding{Key: c.key, Args: map[string]any{"what": what}})
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EachPosted calls fn for the entries posted here, imports left out, in order of posting.
func (t *Tx) EachPosted(fn func(ledger.Entry) error) error {
	heads, err := t.conn.QueryContext(t.ctx, `SELECT `+entryColumns+`
		FROM entry e JOIN journal j ON j.id = e.journal_id WHERE e.import_id IS NULL ORDER BY e.id`)
	if err != nil {
		return err
	}
	defer func() { _ = heads.Close() }()
	for heads.Next() {
		var e ledger.Entry
		if err := scanEntry(heads.Scan, &e); err != nil {
			return err
		}
		if e.Lines, err = t.entryLines(e.ID); err != nil {
			return err
		}
		if err := fn(e); err != nil {
			return err
		}
	}
	return heads.Err()
}

package store

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"zafe/app/civil"
	"zafe/app/fr/fec"
	"zafe/app/ledger"
)

const importColumns = `id, year_id, file_name, sha256, at, actor, entries, lines, debit, digest, unordered,
	undone_at`

// Imports returns the imports, newest first, those undone too.
func (t *Tx) Imports() ([]ledger.Import, error) {
	return all(t, `SELECT `+importColumns+` FROM fec_import ORDER BY id DESC`, nil,
		func(scan func(...any) error, i *ledger.Import) error {
			return scan(&i.ID, &i.Year, &i.File, &i.SHA256, toInstant{&i.At}, &i.By, &i.Entries, &i.Lines, &i.Debit,
				&i.Digest, &i.Unordered, toInstant{&i.UndoneAt})
		})
}

// ImportedNums returns the numbers of the imported entries of a fiscal year.
func (t *Tx) ImportedNums(year ledger.FiscalYearID) (map[ledger.ImportedNum]bool, error) {
	out := map[ledger.ImportedNum]bool{}
	return out, t.each(`SELECT j.code, e.num, e.date FROM entry e JOIN journal j ON j.id = e.journal_id
		WHERE e.year_id = ? AND e.num IS NOT NULL`, []any{year}, func(scan func(...any) error) error {
		var n ledger.ImportedNum
		err := scan(&n.Journal, &n.Num, toDate{&n.Date})
		out[n] = true
		return err
	})
}

// loader writes an import through prepared statements, many rows at a time.
type loader struct {
	t         *Tx
	i         ledger.Import
	firstID   ledger.EntryID
	firstLine int64
	line      int64
	journals  map[string]journalRef
	accounts  map[string]accountRef
	aux       map[string]auxRef
	entries   *bulk
	lines     *bulk
	heads     map[ledger.EntryID]lineHead
	groups    map[matchKey][]matched
}

type journalRef struct {
	id      int64
	opening bool
}

type accountRef struct {
	id       int64
	openable bool
}

// lineHead is what lines repeat of their entry, so that only what differs is stored.
type lineHead struct {
	ref, label string
	refDate    civil.Date
	opening    bool
}

type matchKey struct {
	account, aux int64
	code         string
}

type matched struct {
	line int64
	net  int64
	date string
	code string // as written, where it differs from the group's
}

// Load starts an import; nothing it does can be committed before the loader is closed.
func (t *Tx) Load(i ledger.Import, names []ledger.FECName) (ledger.Loader, error) {
	l := &loader{
		t: t, i: i, journals: map[string]journalRef{}, accounts: map[string]accountRef{}, aux: map[string]auxRef{},
		heads: map[ledger.EntryID]lineHead{}, groups: map[matchKey][]matched{},
	}
	var err error
	if l.i.ID, err = t.insert(`INSERT INTO fec_import(year_id, file_name, sha256, at, actor, entries, lines, debit,
		digest, unordered, undone_at) VALUES (?,?,?,?,?,?,?,?,'',?,'')`, i.Year, i.File, i.SHA256, instant(i.At),
		i.By, i.Entries, i.Lines, int64(i.Debit), i.Unordered); err != nil {
		return nil, err
	}
	if _, err := t.exec(`INSERT INTO ledger_gate(import_id, mode, key) VALUES (?, 'load', 1)`, l.i.ID); err != nil {
		return nil, err
	}
	if _, err := t.one(`SELECT 1 + coalesce((SELECT max(id) FROM entry), 0),
		1 + coalesce((SELECT max(id) FROM entry_line), 0)`, nil, &l.firstID, &l.firstLine); err != nil {
		return nil, err
	}
	l.line = l.firstLine
	if err := l.dictionaries(); err != nil {
		return nil, err
	}
	for _, n := range names {
		ref := l.accounts[n.Number].id
		if n.Kind == "journal" {
			ref = l.journals[n.Number].id
		}
		if _, err := t.exec(`INSERT INTO fec_name(import_id, kind, ref, code, title) VALUES (?,?,?,?,?)`,
			l.i.ID, n.Kind, ref, n.Code, n.Title); err != nil {
			return nil, err
		}
	}
	l.entries = t.bulk(`INSERT INTO entry(id, year_id, journal_id, number, num, date, ref, ref_date, label, source,
		valid_date, validated_at, actor, reason, import_id, lines, total)`, ``, 17)
	l.lines = t.bulk(`INSERT INTO entry_line(`+lineColumns+`)`, ``, lineColumnCount)
	l.lines.follow(l.entries)
	return l, nil
}

// dictionaries reads the row ids of everything lines refer to.
func (l *loader) dictionaries() error {
	if err := l.t.each(`SELECT id, code, kind = 'opening' FROM journal`, nil, func(scan func(...any) error) error {
		var code string
		var r journalRef
		err := scan(&r.id, &code, &r.opening)
		l.journals[code] = r
		return err
	}); err != nil {
		return err
	}
	if err := l.t.each(`SELECT id, number, `+openable+` FROM account a`, nil, func(scan func(...any) error) error {
		var number string
		var r accountRef
		err := scan(&r.id, &number, &r.openable)
		l.accounts[number] = r
		return err
	}); err != nil {
		return err
	}
	return l.t.each(`SELECT id, code, title FROM aux`, nil, func(scan func(...any) error) error {
		var code string
		var r auxRef
		err := scan(&r.id, &code, &r.title)
		l.aux[code] = r
		return err
	})
}

// ID is the import's.
func (l *loader) ID() int64 { return l.i.ID }

// FirstID is the id of the first entry to add.
func (l *loader) FirstID() ledger.EntryID { return l.firstID }

// LastNumber returns the last number of a journal in the fiscal year.
func (l *loader) LastNumber(journal string) (int64, error) {
	var n int64
	_, err := l.t.one(`SELECT coalesce(max(number), 0) FROM entry WHERE year_id = ? AND journal_id = ?`,
		[]any{l.i.Year, l.journals[journal].id}, &n)
	return n, err
}

// AddEntry stores the head of an entry, taken from its first row.
func (l *loader) AddEntry(e ledger.LoadedEntry) error {
	j := l.journals[e.Journal]
	r := e.Row
	l.heads[e.ID] = lineHead{r.Ref, r.Label, r.RefDate, j.opening}
	return l.entries.add(int64(e.ID), int64(l.i.Year), j.id, e.Number, r.Num, r.Date.String(), r.Ref,
		r.RefDate.String(), r.Label, "", r.ValidDate.String(), instant(l.i.At), l.i.By, "", l.i.ID, e.Lines,
		int64(e.Total))
}

// AddLine stores a row as a line of an entry.
func (l *loader) AddLine(entry ledger.EntryID, account string, r *fec.Row) error {
	h, a := l.heads[entry], l.accounts[account]
	var aux, auxTitle, label, ref, refDate, amount any
	if r.Aux != "" {
		x, err := l.auxRef(r)
		if err != nil {
			return err
		}
		if aux = x.id; r.AuxTitle != x.title {
			auxTitle = r.AuxTitle
		}
	} else if r.AuxTitle != "" {
		auxTitle = r.AuxTitle
	}
	if r.Label != h.label {
		label = r.Label
	}
	if r.Ref != h.ref {
		ref = r.Ref
	}
	if r.RefDate != h.refDate {
		refDate = r.RefDate.String()
	}
	if r.HasCurrency {
		amount = int64(r.CurrencyAmount)
	}
	id := l.line
	l.line++
	if r.Match != "" {
		k, raw := matchKey{account: a.id, code: strings.TrimSpace(r.Match)}, ""
		if k.code != r.Match {
			raw = r.Match
		}
		if r.Aux != "" {
			k.aux = l.aux[r.Aux].id
		}
		l.groups[k] = append(l.groups[k], matched{id, int64(r.Debit - r.Credit), r.MatchDate.String(), raw})
	}
	return l.lines.add(id, int64(entry), a.id, aux, r.Date.String(), h.opening, int64(r.Debit), int64(r.Credit),
		auxTitle, label, ref, refDate, nil, nullable(r.Currency), amount)
}

func (l *loader) auxRef(r *fec.Row) (auxRef, error) {
	if x, ok := l.aux[r.Aux]; ok {
		return x, nil
	}
	x, err := l.t.auxRef(r.Aux, r.AuxTitle)
	l.aux[strings.Clone(r.Aux)] = x
	return x, err
}

// Close stores the matching, checks the whole and ends the import.
func (l *loader) Close(digest string) error {
	t := l.t
	if err := cmp.Or(l.entries.close(), l.lines.close()); err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO account_month
		SELECT account_id, substr(date, 1, 7), opening, sum(debit), sum(credit) FROM entry_line
		WHERE id >= ? GROUP BY 1, 2, 3 ON CONFLICT DO UPDATE SET debit = debit + excluded.debit,
			credit = credit + excluded.credit`, l.firstLine); err != nil {
		return err
	}
	if err := l.match(); err != nil {
		return err
	}
	if err := t.openRest(l.firstLine); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE fec_import SET digest = ? WHERE id = ?`, digest, l.i.ID); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM ledger_gate WHERE import_id = ?`, l.i.ID)
	return err
}

// openRest registers the followed lines from first on that are in no complete match.
func (t *Tx) openRest(first int64) error {
	_, err := t.exec(`INSERT INTO open_line(line_id, account_id, aux_id, date, due, net)
		SELECT l.id, l.account_id, l.aux_id, l.date, coalesce(l.due, l.date), l.debit - l.credit
		FROM entry_line l JOIN account a ON a.id = l.account_id
		LEFT JOIN match_line m ON m.line_id = l.id LEFT JOIN match_group g ON g.id = m.group_id
		WHERE l.id >= ? AND coalesce(g.partial, 1) = 1 AND `+openable, first)
	return err
}

// match stores the groups of lines that the file matches. A group that does not balance by itself is
// joined to one left open by the file of another year under the same code, if both then balance.
func (l *loader) match() error {
	keys := make([]matchKey, 0, len(l.groups))
	for k := range l.groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b matchKey) int {
		return cmp.Compare(l.groups[a][0].line, l.groups[b][0].line)
	})
	var next int64
	if _, err := l.t.one(`SELECT 1 + coalesce(max(id), 0) FROM match_group`, nil, &next); err != nil {
		return err
	}
	lines := l.t.bulk(`INSERT INTO match_line(line_id, group_id, date, code)`, ``, 4)
	groups := make([][]any, 0, len(keys))
	for _, k := range keys {
		g := l.groups[k]
		net, date := int64(0), ""
		for _, m := range g {
			net, date = net+m.net, max(date, m.date)
		}
		if net != 0 {
			older, err := l.older(k, -net)
			if err != nil {
				return err
			}
			if older != nil {
				g, net = append(older, g...), 0
			}
		}
		for _, m := range g {
			if err := lines.add(m.line, next, m.date, nullable(m.code)); err != nil {
				return err
			}
		}
		groups = append(groups, []any{next, k.account, nullID(k.aux), k.code, date, net != 0, l.i.ID})
		next++
	}
	if err := lines.close(); err != nil {
		return err
	}
	heads := l.t.bulk(`INSERT INTO match_group(id, account_id, aux_id, code, date, partial, import_id)`, ``, 7)
	for _, g := range groups {
		if err := heads.add(g...); err != nil {
			return err
		}
	}
	return heads.close()
}

// older takes apart the partial group of another import with the same code and the net wanted, and
// returns its lines.
func (l *loader) older(k matchKey, net int64) ([]matched, error) {
	var group int64
	ok, err := l.t.one(`SELECT g.id FROM match_group g WHERE g.account_id = ? AND g.aux_id IS ? AND g.code = ?
		AND g.partial = 1 AND g.import_id IS NOT NULL AND g.import_id <> ? AND ? = (
			SELECT sum(l.debit - l.credit) FROM match_line m JOIN entry_line l ON l.id = m.line_id
			WHERE m.group_id = g.id)`, []any{k.account, nullID(k.aux), k.code, l.i.ID, net}, &group)
	if err != nil || !ok {
		return nil, err
	}
	lines, err := all(l.t, `SELECT m.line_id, l.debit - l.credit, m.date, coalesce(m.code, '') FROM match_line m
		JOIN entry_line l ON l.id = m.line_id WHERE m.group_id = ? ORDER BY m.line_id`, []any{group},
		func(scan func(...any) error, m *matched) error { return scan(&m.line, &m.net, &m.date, &m.code) })
	if err != nil {
		return nil, err
	}
	if _, err := l.t.dropGroup(group); err != nil {
		return nil, err
	}
	for _, m := range lines {
		if _, err := l.t.exec(`DELETE FROM open_line WHERE line_id = ?`, m.line); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// ImportInUse tells whether other entries, matches or attachments refer to an import's entries.
func (t *Tx) ImportInUse(id int64) (bool, error) {
	return t.exists(`SELECT 1 FROM entry e JOIN entry o ON o.reverses = e.id WHERE e.import_id = ?1
		UNION ALL SELECT 1 FROM entry e JOIN entry_line l ON l.entry_id = e.id JOIN match_line m ON m.line_id = l.id
			JOIN match_group g ON g.id = m.group_id WHERE e.import_id = ?1 AND g.import_id IS NOT ?1
		UNION ALL SELECT 1 FROM (
				SELECT year_id, journal_id, min(number) low FROM entry WHERE import_id = ?1 GROUP BY 1, 2) i
			JOIN entry e ON e.year_id = i.year_id AND e.journal_id = i.journal_id AND e.number > i.low
			WHERE e.import_id IS NOT ?1
		UNION ALL SELECT 1 FROM attachment a JOIN entry e ON e.id = a.subject
			WHERE a.kind = 'entry' AND e.import_id = ?1 LIMIT 1`, id)
}

// Unload removes everything an import brought.
func (t *Tx) Unload(id int64, at time.Time) error {
	const lines = `(SELECT l.id FROM entry e JOIN entry_line l ON l.entry_id = e.id WHERE e.import_id = ?)`
	for _, q := range []string{
		`INSERT INTO ledger_gate(import_id, mode, key) VALUES (?, 'undo', 1)`,
		`CREATE TEMP TABLE undone AS SELECT group_id FROM match_line WHERE line_id IN ` + lines + ` GROUP BY 1`,
	} {
		if _, err := t.exec(q, id); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`DELETE FROM match_group WHERE id IN (SELECT group_id FROM undone)`,
		`INSERT INTO open_line(line_id, account_id, aux_id, date, due, net)
			SELECT l.id, l.account_id, l.aux_id, l.date, coalesce(l.due, l.date), l.debit - l.credit
			FROM undone u JOIN match_line m ON m.group_id = u.group_id JOIN entry_line l ON l.id = m.line_id
			JOIN account a ON a.id = l.account_id WHERE ` + openable + ` ON CONFLICT DO NOTHING`,
		`DELETE FROM match_line WHERE group_id IN (SELECT group_id FROM undone)`,
		`DROP TABLE undone`,
	} {
		if _, err := t.exec(q); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`DELETE FROM open_line WHERE line_id IN ` + lines,
		`UPDATE account_month AS m SET debit = m.debit - s.debit, credit = m.credit - s.credit FROM (
			SELECT l.account_id, substr(l.date, 1, 7) month, l.opening, sum(l.debit) debit, sum(l.credit) credit
			FROM entry e JOIN entry_line l ON l.entry_id = e.id WHERE e.import_id = ? GROUP BY 1, 2, 3) s
			WHERE m.account_id = s.account_id AND m.month = s.month AND m.opening = s.opening`,
		`DELETE FROM entry_line WHERE id IN ` + lines,
		`DELETE FROM entry WHERE import_id = ?`,
		`DELETE FROM fec_name WHERE import_id = ?`,
	} {
		if _, err := t.exec(q, id); err != nil {
			return err
		}
	}
	if _, err := t.exec(`DELETE FROM account_month WHERE debit = 0 AND credit = 0`); err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM ledger_gate WHERE import_id = ?`, id); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE fec_import SET undone_at = ? WHERE id = ?`, instant(at), id)
	return err
}

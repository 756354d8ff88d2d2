package store

import (
	"fmt"
	"slices"

	"zafe/app/ledger"
)

const matchLineQuery = `SELECT l.id, a.number, coalesce(x.code, ''), l.debit - l.credit, l.date,
	coalesce(g.code, ''), coalesce(g.partial, 0)
	FROM entry_line l JOIN account a ON a.id = l.account_id LEFT JOIN aux x ON x.id = l.aux_id
	LEFT JOIN match_line m ON m.line_id = l.id LEFT JOIN match_group g ON g.id = m.group_id`

func scanMatchLine(scan func(...any) error, l *ledger.MatchLine) error {
	return scan(&l.ID, &l.Account, &l.Aux, &l.Net, toDate{&l.Date}, &l.Code, &l.Partial)
}

// MatchLines returns lines of posted entries in the order of their ids.
func (t *Tx) MatchLines(ids []ledger.LineID) ([]ledger.MatchLine, error) {
	var out []ledger.MatchLine
	for part := range slices.Chunk(ids, listMax) {
		in := marks(len(part))
		ls, err := all(t, matchLineQuery+` WHERE l.id IN (`+in+`) ORDER BY l.id`, anys(part), scanMatchLine)
		if err != nil {
			return nil, err
		}
		out = append(out, ls...)
	}
	return out, nil
}

// MatchMates returns the other lines of the partial groups that hold any of these lines.
func (t *Tx) MatchMates(ids []ledger.LineID) ([]ledger.MatchLine, error) {
	var out []ledger.MatchLine
	for part := range slices.Chunk(ids, listMax) {
		in := marks(len(part))
		// From the few lines given to their groups and back: the other way round SQLite reads every
		// line of the book.
		ls, err := all(t, `SELECT l.id, a.number, coalesce(x.code, ''), l.debit - l.credit, l.date, g.code, g.partial
			FROM match_line mine JOIN match_group g ON g.id = mine.group_id AND g.partial = 1
			CROSS JOIN match_line m ON m.group_id = g.id CROSS JOIN entry_line l ON l.id = m.line_id
			JOIN account a ON a.id = l.account_id LEFT JOIN aux x ON x.id = l.aux_id
			WHERE mine.line_id IN (`+in+`) ORDER BY l.id`, anys(part), scanMatchLine)
		if err != nil {
			return nil, err
		}
		out = append(out, ls...)
	}
	out = slices.DeleteFunc(out, func(l ledger.MatchLine) bool { return slices.Contains(ids, l.ID) })
	slices.SortFunc(out, func(a, b ledger.MatchLine) int { return int(a.ID - b.ID) })
	return slices.CompactFunc(out, func(a, b ledger.MatchLine) bool { return a.ID == b.ID }), nil
}

// LastMatchCode returns the highest code of letters used by an account and auxiliary, or "".
func (t *Tx) LastMatchCode(account, aux string) (string, error) {
	var code string
	_, err := t.one(`SELECT upper(g.code) FROM match_group g
		WHERE g.account_id = (SELECT id FROM account WHERE number = ?1)
			AND g.aux_id IS (SELECT id FROM aux WHERE code = ?2) AND length(g.code) BETWEEN 2 AND 6
			AND g.code NOT GLOB '*[^A-Za-z]*'
		ORDER BY length(g.code) DESC, upper(g.code) DESC LIMIT 1`, []any{account, aux}, &code)
	return code, err
}

// AddMatch stores a group of lines under a code. A complete group leaves the open lines.
func (t *Tx) AddMatch(m ledger.MatchGroup) error {
	var id, account int64
	var aux *int64
	ok, err := t.one(`SELECT (SELECT coalesce(max(id), 0) + 1 FROM match_group), account_id, aux_id
		FROM entry_line WHERE id = ?`, []any{m.Lines[0]}, &id, &account, &aux)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("store: match of unknown line %d", m.Lines[0])
	}
	for _, l := range m.Lines {
		if _, err := t.exec(`INSERT INTO match_line(line_id, group_id, date) VALUES (?,?,?)`,
			l, id, m.Date.String()); err != nil {
			return err
		}
	}
	if _, err := t.exec(`INSERT INTO match_group(id, account_id, aux_id, code, date, partial)
		VALUES (?,?,?,?,?,?)`, id, account, aux, m.Code, m.Date.String(), m.Partial); err != nil {
		return err
	}
	if m.Partial {
		return nil
	}
	_, err = t.exec(`DELETE FROM open_line
		WHERE line_id IN (SELECT line_id FROM match_line WHERE group_id = ?)`, id)
	return err
}

// DropMatch undoes the group that holds a line and returns its lines; none when it has no group.
func (t *Tx) DropMatch(line ledger.LineID) ([]ledger.LineID, error) {
	var group int64
	ok, err := t.one(`SELECT group_id FROM match_line WHERE line_id = ?`, []any{line}, &group)
	if err != nil || !ok {
		return nil, err
	}
	return t.dropGroup(group)
}

func (t *Tx) dropGroup(group int64) ([]ledger.LineID, error) {
	lines, err := all(t, `SELECT line_id FROM match_line WHERE group_id = ? ORDER BY line_id`, []any{group},
		func(scan func(...any) error, id *ledger.LineID) error { return scan(id) })
	if err != nil {
		return nil, err
	}
	if _, err := t.exec(`INSERT INTO open_line(line_id, account_id, aux_id, date, due, net)
		SELECT l.id, l.account_id, l.aux_id, l.date, coalesce(l.due, l.date), l.debit - l.credit
		FROM match_line m JOIN entry_line l ON l.id = m.line_id JOIN account a ON a.id = l.account_id
		WHERE m.group_id = ? AND `+openable+` ON CONFLICT DO NOTHING`, group); err != nil {
		return nil, err
	}
	if _, err := t.exec(`DELETE FROM match_group WHERE id = ?`, group); err != nil {
		return nil, err
	}
	_, err = t.exec(`DELETE FROM match_line WHERE group_id = ?`, group)
	return lines, err
}

// draft returns a draft by its negative id and whether it exists.
func (t *Tx) draft(id ledger.EntryID) (ledger.Entry, bool, error) {
	es, err := all(t, `SELECT `+draftColumns+` FROM draft WHERE id = ?`, []any{-int64(id)}, scanDraft)
	if err != nil || len(es) == 0 {
		return ledger.Entry{}, false, err
	}
	return es[0], true, nil
}

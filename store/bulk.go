package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// statementRows is how many rows go into one statement. Each statement costs SQLite a journal of its
// own, and the full-text index a segment: an import of thousands of rows, one statement a row, would
// hold everybody up.
const statementRows = 200

// insertRows runs an INSERT for many rows: head ends with VALUES, tail follows the rows. All rows have
// as many values as the first.
func (t *Tx) insertRows(head, tail string, rows [][]any) error {
	for chunk := range slices.Chunk(rows, statementRows) {
		row := "(" + places(len(chunk[0])) + ")"
		query := head + strings.Repeat(row+",", len(chunk)-1) + row + tail
		args := make([]any, 0, len(chunk)*len(chunk[0]))
		for _, r := range chunk {
			args = append(args, r...)
		}
		if _, err := t.exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// upsert stores rows of values under ids and returns the ids, new ones for those that are zero. It
// updates a row in place: what refers to it, and its triggers, see an UPDATE.
func (t *Tx) upsert(table, columns string, ids []int64, values [][]any) ([]int64, error) {
	var last int64
	if _, err := t.one(`SELECT coalesce(max(id), 0) FROM `+table, nil, &last); err != nil {
		return nil, err
	}
	out := make([]int64, len(ids))
	rows := make([][]any, len(ids))
	for i, id := range ids {
		if id == 0 {
			last++
			id = last
		}
		out[i] = id
		rows[i] = append([]any{id}, values[i]...)
	}
	names := strings.Split(columns, ",")
	for i, n := range names {
		n = strings.TrimSpace(n)
		names[i] = n + " = excluded." + n
	}
	return out, t.insertRows(`INSERT INTO `+table+`(id, `+columns+`) VALUES `,
		` ON CONFLICT(id) DO UPDATE SET `+strings.Join(names, ", "), rows)
}

// codedTables are the tables whose rows bear a code of a series.
var codedTables = map[string]string{"customer": "customer", "item": "item"}

// NextCodes takes the next n codes of a kind ("customer", "item") that no row of it has, written by
// form, a format of one integer, and moves the kind's series past them.
func (t *Tx) NextCodes(kind, form string, n int) ([]string, error) {
	table, known := codedTables[kind]
	if !known {
		return nil, fmt.Errorf("store: no codes for %q", kind)
	}
	last, err := t.LastNumber(kind, "")
	if err != nil || n == 0 {
		return nil, err
	}
	free := make([]string, 0, n)
	for len(free) < n {
		next := make([]string, n-len(free))
		for i := range next {
			last++
			next[i] = fmt.Sprintf(form, last)
		}
		list, err := json.Marshal(next)
		if err != nil {
			return nil, err
		}
		taken, err := all(t, `SELECT code FROM `+table+` WHERE code IN (SELECT value FROM json_each(?))`,
			[]any{string(list)}, func(scan func(...any) error, s *string) error { return scan(s) })
		if err != nil {
			return nil, err
		}
		for _, code := range next {
			if !slices.Contains(taken, code) {
				free = append(free, code)
			}
		}
	}
	return free, t.SetLastNumber(kind, "", last)
}

// places returns n question marks.
func places(n int) string {
	b := make([]byte, 0, 2*n)
	for range n {
		b = append(b, ',', '?')
	}
	return string(b[1:])
}

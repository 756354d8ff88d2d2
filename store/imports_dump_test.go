package store

import (
	"fmt"
	"strings"
)

// Dump writes every row of tables as text, in the order of their keys.
func (t *Tx) Dump(tables ...string) (string, error) {
	var b strings.Builder
	for _, table := range tables {
		rows, err := t.conn.QueryContext(t.ctx, `SELECT * FROM `+table+` ORDER BY 1, 2`)
		if err != nil {
			return "", err
		}
		columns, err := rows.Columns()
		if err != nil {
			return "", err
		}
		for rows.Next() {
			cells, refs := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				refs[i] = &cells[i]
			}
			if err := rows.Scan(refs...); err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "%s %#v\n", table, cells)
		}
		if err := rows.Close(); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// SetNarrow makes lists walk their index from n matches on, and returns the way back.
func SetNarrow(n int) (restore func()) {
	old := narrowMax
	narrowMax = n
	return func() { narrowMax = old }
}

// CheckSearch asks SQLite whether the full-text indexes say what the tables say.
func (t *Tx) CheckSearch() error {
	for _, index := range []string{"search", "customer_fts", "item_fts"} {
		_, err := t.exec(`INSERT INTO ` + index + `(` + index + `, rank) VALUES ('integrity-check', 1)`)
		if err != nil {
			return fmt.Errorf("%s: %w", index, err)
		}
	}
	return nil
}

// Plan returns how SQLite would run a listing of customers, to prove that an index serves it.
func (t *Tx) Plan(where, order string) (string, error) {
	return t.QueryPlan(`SELECT id FROM customer WHERE ` + where + ` ORDER BY ` + order + ` LIMIT 50`)
}

// QueryPlan returns how SQLite would run a query; its parameters are all null.
func (t *Tx) QueryPlan(query string) (string, error) {
	var out []string
	err := t.each(`EXPLAIN QUERY PLAN `+query, make([]any, 4), func(scan func(...any) error) error {
		var id, parent, unused int
		var detail string
		err := scan(&id, &parent, &unused, &detail)
		out = append(out, detail)
		return err
	})
	return strings.Join(out, "; "), err
}

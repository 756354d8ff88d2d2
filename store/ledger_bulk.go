package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"strings"
)

// bulkRows is how many rows one statement of an import carries. SQLite keeps an undo journal for each
// statement inside the request's savepoint and walks all of it when the statement ends: few statements
// of many rows are many times faster than many of few.
const bulkRows = 500

// bulk inserts many rows with a few statements, prepared once.
type bulk struct {
	t      *Tx
	head   string
	width  int
	stmt   *sql.Stmt
	values []any
	parent *bulk // its rows go in before ours, or each would be looked for when its parent comes
}

func (t *Tx) bulk(head string, width int) *bulk {
	return &bulk{t: t, head: head, width: width, values: make([]any, 0, width*bulkRows)}
}

func (b *bulk) query(rows int) string {
	row := "(" + marks(b.width) + ")"
	return b.head + " VALUES " + row + strings.Repeat(","+row, rows-1)
}

func (b *bulk) add(values ...any) error {
	b.values = append(b.values, values...)
	if len(b.values) < b.width*bulkRows {
		return nil
	}
	if b.parent != nil {
		if err := b.parent.flush(); err != nil {
			return err
		}
	}
	if b.stmt == nil {
		var err error
		if b.stmt, err = b.t.conn.PrepareContext(b.t.ctx, b.query(bulkRows)); err != nil {
			return fmt.Errorf("store: %s: %w", head(b.head), err)
		}
	}
	_, err := b.stmt.ExecContext(b.t.ctx, b.values...)
	b.values = b.values[:0]
	if err != nil {
		return fmt.Errorf("store: %s: %w", head(b.head), err)
	}
	return nil
}

// flush inserts what is waiting.
func (b *bulk) flush() error {
	if len(b.values) == 0 {
		return nil
	}
	_, err := b.t.exec(b.query(len(b.values)/b.width), b.values...)
	b.values = b.values[:0]
	return err
}

// close inserts what is left and releases the statement.
func (b *bulk) close() error {
	err := b.flush()
	if b.stmt != nil {
		err = cmp.Or(err, b.stmt.Close())
	}
	return err
}

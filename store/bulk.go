package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
)

// Bounds of a statement of many rows. SQLite keeps an undo journal for each statement inside its
// transaction, and the full-text index writes a segment: few statements of many rows are many times
// faster than many of few.
const (
	statementRows   = 2000
	statementValues = 30_000 // SQLite takes 32,766
	chunksWaiting   = 8      // of rows whose parents' chunk is not full yet
)

// bulk inserts many rows with a few statements: a full chunk of rows goes with a statement that is
// prepared once.
type bulk struct {
	t          *Tx
	head, tail string // of the statement: what is before VALUES and after the rows
	width      int
	chunk      int // values of a full statement
	stmt       *sql.Stmt
	values     []any
	parent     *bulk // its rows go in before ours, or each would be looked for when its parent comes
	child      *bulk
}

// bulk starts an insertion of rows of width values; close ends it.
func (t *Tx) bulk(head, tail string, width int) *bulk {
	rows := min(statementRows, statementValues/width)
	return &bulk{t: t, head: head, tail: tail, width: width, chunk: rows * width}
}

// follow has the rows of b go in after those of parent that were added before them.
func (b *bulk) follow(parent *bulk) { b.parent, parent.child = parent, b }

func (b *bulk) query(rows int) string {
	row := "(" + marks(b.width) + ")"
	return b.head + " VALUES " + row + strings.Repeat(","+row, rows-1) + b.tail
}

// add adds a row.
func (b *bulk) add(values ...any) error {
	b.values = append(b.values, values...)
	room := b.chunk
	if b.parent != nil && len(b.parent.values) > 0 {
		room *= chunksWaiting // full is called when the parent's chunk is
	}
	if len(b.values) < room {
		return nil
	}
	if b.parent != nil {
		if err := b.parent.flush(); err != nil {
			return err
		}
	}
	return b.full()
}

// full inserts every full chunk, then those of the child that waited for it.
func (b *bulk) full() error {
	rest := b.values
	for len(rest) >= b.chunk {
		if b.stmt == nil {
			var err error
			if b.stmt, err = b.t.conn.PrepareContext(b.t.ctx, b.query(b.chunk/b.width)); err != nil {
				return fmt.Errorf("store: %s: %w", head(b.head), err)
			}
		}
		if _, err := b.stmt.ExecContext(b.t.ctx, rest[:b.chunk]...); err != nil {
			b.values = nil
			return fmt.Errorf("store: %s: %w", head(b.head), err)
		}
		rest = rest[b.chunk:]
	}
	left := copy(b.values, rest)
	clear(b.values[left:])
	b.values = b.values[:left]
	if b.child != nil && left == 0 {
		return b.child.full()
	}
	return nil
}

// flush inserts what is waiting.
func (b *bulk) flush() error {
	if err := b.full(); err != nil || len(b.values) == 0 {
		return err
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

// insertRows runs an INSERT for many rows: tail follows the rows. All rows have as many values as the
// first.
func (t *Tx) insertRows(head, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	b := t.bulk(head, tail, len(rows[0]))
	for _, r := range rows {
		if err := b.add(r...); err != nil {
			return cmp.Or(err, b.close())
		}
	}
	return b.close()
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
	return out, t.insertRows(`INSERT INTO `+table+`(id, `+columns+`)`,
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
		taken := map[string]bool{}
		err = t.each(`SELECT code FROM `+table+` WHERE code IN (SELECT value FROM json_each(?))`,
			[]any{string(list)}, func(scan func(...any) error) error {
				var code string
				err := scan(&code)
				taken[code] = true
				return err
			})
		if err != nil {
			return nil, err
		}
		for _, code := range next {
			if !taken[code] {
				free = append(free, code)
			}
		}
	}
	return free, t.SetLastNumber(kind, "", last)
}

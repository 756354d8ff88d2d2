package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// counted counts the statements a connection prepares and closes.
type counted struct {
	driverConn
	prepared, open int
}

func (c *counted) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.driverConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.prepared++
	c.open++
	return countedStmt{s.(driverStmt), c}, nil
}

type countedStmt struct {
	driverStmt
	c *counted
}

func (s countedStmt) Close() error { s.c.open--; return s.driverStmt.Close() }

// watched is a pool of one connection over a plain file, and what counts its statements.
type watched struct {
	*testing.T
	db *sql.DB
	n  *counted
	c  *cachedConn
}

func watch(t *testing.T) *watched {
	t.Helper()
	db, err := openDB("file:" + filepath.Join(t.TempDir(), "a.db") + "?_pragma=foreign_keys(1)&_pragma=journal_mode(wal)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	w := &watched{T: t, db: db, n: &counted{}}
	w.raw(func(c *cachedConn) {
		w.c, w.n.driverConn = c, c.driverConn
		c.driverConn = w.n
	})
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if w.n.open != 0 {
			t.Errorf("%d statements left open", w.n.open)
		}
	})
	w.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, b TEXT UNIQUE)`)
	w.n.prepared = 0
	return w
}

func (w *watched) raw(fn func(*cachedConn)) {
	w.Helper()
	conn, err := w.db.Conn(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	if err := errors.Join(conn.Raw(func(c any) error { fn(c.(*cachedConn)); return nil }), conn.Close()); err != nil {
		w.Fatal(err)
	}
}

func (w *watched) exec(query string, args ...any) {
	w.Helper()
	if _, err := w.db.ExecContext(w.Context(), query, args...); err != nil {
		w.Fatal(query, err)
	}
}

func (w *watched) count(want int) {
	w.Helper()
	var n int
	if err := w.db.QueryRowContext(w.Context(), `SELECT count(*) FROM a`).Scan(&n); err != nil || n != want {
		w.Errorf("%d rows, want %d: %v", n, want, err)
	}
}

func (w *watched) prepared(want int) {
	w.Helper()
	if w.n.prepared != want || w.n.open != w.c.recent.Len() || len(w.c.at) != w.c.recent.Len() {
		w.Errorf("prepared %d, want %d; %d open, %d kept by %d texts", w.n.prepared, want, w.n.open,
			w.c.recent.Len(), len(w.c.at))
	}
}

const insertA = `INSERT INTO a(b) VALUES (?)`

func TestStatementsAreKept(t *testing.T) {
	w := watch(t)
	for i := range 50 {
		w.exec(insertA, fmt.Sprint(i))
		w.count(i + 1)
	}
	w.prepared(2)
}

func TestStatementsSurviveRollback(t *testing.T) {
	w := watch(t)
	for range 3 {
		w.exec(`BEGIN IMMEDIATE`)
		w.exec(insertA, "kept out")
		w.exec(`SAVEPOINT s`)
		w.exec(insertA, "out too")
		w.exec(`ROLLBACK TO s`)
		w.count(1)
		w.exec(`ROLLBACK`)
		w.count(0)
	}
	w.prepared(6)
}

func TestStatementThatFailedIsNotKept(t *testing.T) {
	w := watch(t)
	w.exec(insertA, "x")
	if _, err := w.db.ExecContext(t.Context(), insertA, "x"); err == nil {
		t.Fatal("a duplicate was taken")
	}
	if n := w.c.recent.Len(); n != 0 {
		t.Errorf("%d kept", n)
	}
	w.exec(insertA, "y")
	w.count(2)
	if _, err := w.db.ExecContext(t.Context(), `SELECT * FROM nowhere`); err == nil {
		t.Fatal("a table that is not there was read")
	}
	w.prepared(3)
}

// A reading that fails at its second row, and one that is given up, leave nothing half done.
func TestReadingGivenUp(t *testing.T) {
	w := watch(t)
	for _, b := range []string{"{}", "[]", "not json"} {
		w.exec(insertA, b)
	}
	const query = `SELECT json_type(b) FROM a ORDER BY id`
	for range 3 {
		rows, err := w.db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			n++
		}
		if n != 2 || rows.Err() == nil {
			t.Errorf("%d rows, %v", n, rows.Err())
		}
		_ = rows.Close()
	}
	w.prepared(1 + 3)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := w.db.QueryContext(ctx, `SELECT b FROM a ORDER BY id`)
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		cancel()
		_ = rows.Close()
	}
	w.exec(`DELETE FROM a WHERE b = ?`, "{}") // would be locked out by a reading that goes on
	w.count(2)
}

func TestOneTextTwiceAtOnce(t *testing.T) {
	w := watch(t)
	for i := range 3 {
		w.exec(insertA, fmt.Sprint(i))
	}
	conn, err := w.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pairs := 0
	for range 2 {
		const query = `SELECT id FROM a ORDER BY id`
		outer, err := conn.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for outer.Next() {
			inner, err := conn.QueryContext(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			for inner.Next() {
				pairs++
			}
			_ = inner.Close()
		}
		_ = outer.Close()
	}
	if err := conn.Close(); err != nil || pairs != 18 {
		t.Errorf("%d pairs, want 18: %v", pairs, err)
	}
	if n := w.c.recent.Len(); n != 2 {
		t.Errorf("%d kept, want 2", n)
	}
}

func TestStatementsFollowTheSchema(t *testing.T) {
	w := watch(t)
	w.exec(insertA, "x")
	const query = `SELECT * FROM a`
	for i, change := range []string{``, `ALTER TABLE a ADD c TEXT DEFAULT 'new'`, `ALTER TABLE a DROP COLUMN c`} {
		if change != "" {
			w.exec(change)
		}
		rows, err := w.db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if want := []int{2, 3, 2}[i]; err != nil || len(columns) != want || !rows.Next() {
			t.Errorf("columns %v, want %d: %v", columns, want, err)
		}
		_ = rows.Close()
	}
	w.exec(`DROP TABLE a`)
	if _, err := w.db.QueryContext(t.Context(), query); err == nil {
		t.Error("a dropped table was read")
	}
	w.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY)`)
	w.count(0)
}

func TestStatementsAreBounded(t *testing.T) {
	w := watch(t)
	for i := range 3 * statementsKept {
		w.exec(fmt.Sprintf(`INSERT INTO a(id) VALUES (%d)`, 1000*i))
		w.exec(insertA, fmt.Sprint(i)) // always the latest
	}
	if w.n.open != statementsKept {
		t.Errorf("%d open, want %d", w.n.open, statementsKept)
	}
	w.prepared(3*statementsKept + 1)
	w.exec(`PRAGMA cache_size = -2000`)
	w.exec(`INSERT INTO a(b) VALUES ('` + fmt.Sprintf("%*d", statementBytesMax, 1) + `')`)
	w.prepared(3*statementsKept + 1)
}

package store

import (
	"errors"
	"testing"
)

// Rows of two tables go in parents first, whatever their numbers.
func TestBulk(t *testing.T) {
	w := watch(t)
	w.exec(`CREATE TABLE p(id INTEGER PRIMARY KEY, x)`)
	w.exec(`CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p, x)`)
	conn, err := w.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tx := &Tx{ctx: t.Context(), conn: conn, writable: true}
	for _, size := range []struct{ parents, children int }{
		{0, 0}, {1, 1}, {5000, 3}, {2, 40_000}, {statementRows, 1},
	} {
		parents, children := tx.bulk(`INSERT INTO p(id, x)`, ``, 2), tx.bulk(`INSERT INTO c(p, x)`, ``, 2)
		children.follow(parents)
		for p := range size.parents {
			if err := parents.add(p, "p"); err != nil {
				t.Fatal(err)
			}
			for c := range size.children {
				if err := children.add(p, c); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := errors.Join(parents.close(), children.close()); err != nil {
			t.Fatal(err)
		}
		var p, c int
		_, err := tx.one(`SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM c WHERE x < 40000)`, nil, &p, &c)
		if err != nil || p != size.parents || c != size.parents*size.children {
			t.Errorf("%d parents, %d children of %+v: %v", p, c, size, err)
		}
		for _, q := range []string{`DELETE FROM c`, `DELETE FROM p`} {
			if _, err := tx.exec(q); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

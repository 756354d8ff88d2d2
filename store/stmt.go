package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"modernc.org/sqlite"
)

// Bounds of the statements a connection keeps prepared: those of an operation and a few screens. The
// longest are those of many rows, which whoever sends them prepares once.
const (
	statementsKept    = 128
	statementBytesMax = 4 << 10
)

// keptWords start the statements worth keeping. Others change the schema, or do their work when they
// are prepared (PRAGMA): they are prepared each time.
var keptWords = []string{
	"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE",
}

func kept(query string) bool {
	if len(query) > statementBytesMax {
		return false
	}
	for _, w := range keptWords {
		if strings.HasPrefix(query, w) {
			return true
		}
	}
	return false
}

// openDB opens a pool of connections that keep their statements prepared.
func openDB(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	plain, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	base, ok := plain.(driverConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("store: %T lacks what the store asks of a connection", plain), plain.Close())
	}
	return &cachedConn{driverConn: base, at: map[string]*list.Element{}, recent: list.New()}, nil
}

// driverConn is what database/sql uses of the driver's connections.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// cachedConn is a connection that keeps its latest statements prepared: SQLite spends as long on reading a
// short statement as on running it. A statement in use is out of the cache, so that the same text may
// run again meanwhile; one that failed is not kept. SQLite itself prepares a statement again when the
// schema has changed. database/sql never uses a connection twice at a time.
type cachedConn struct {
	driverConn
	at     map[string]*list.Element // of *statement
	recent *list.List               // the latest in front
	closed bool
}

type statement struct {
	query string
	stmt  driverStmt
}

// driverStmt is what the driver's statements can do.
type driverStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// take returns a statement prepared for use, out of the cache if it is there.
func (c *cachedConn) take(ctx context.Context, query string) (*statement, error) {
	if e := c.at[query]; e != nil {
		delete(c.at, query)
		return c.recent.Remove(e).(*statement), nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	ds, ok := s.(driverStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("store: %T lacks what the store asks of a statement", s), s.Close())
	}
	return &statement{query, ds}, nil
}

// give puts a statement back after use, and closes the one longest unused when there are too many.
func (c *cachedConn) give(s *statement, failed bool) error {
	if failed || c.closed || c.at[s.query] != nil {
		return s.stmt.Close()
	}
	c.at[s.query] = c.recent.PushFront(s)
	if c.recent.Len() <= statementsKept {
		return nil
	}
	oldest := c.recent.Remove(c.recent.Back()).(*statement)
	delete(c.at, oldest.query)
	return oldest.stmt.Close()
}

// ExecContext implements driver.ExecerContext.
func (c *cachedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !kept(query) {
		return c.driverConn.ExecContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := s.stmt.ExecContext(ctx, args)
	if closeErr := c.give(s, err != nil); err == nil {
		err = closeErr
	}
	return res, err
}

// QueryContext implements driver.QueryerContext.
func (c *cachedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !kept(query) {
		return c.driverConn.QueryContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	r, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		_ = c.give(s, true) // what went wrong is told by err
		return nil, err
	}
	return &cachedRows{Rows: r, c: c, s: s}, nil
}

// Close closes the statements, or SQLite would keep the file open for them, and the connection.
func (c *cachedConn) Close() error {
	c.closed = true
	var err error
	for e := c.recent.Front(); e != nil; e = e.Next() {
		err = errors.Join(err, e.Value.(*statement).stmt.Close())
	}
	c.recent.Init()
	clear(c.at)
	return errors.Join(err, c.driverConn.Close())
}

// cachedRows give their statement back when they are closed.
type cachedRows struct {
	driver.Rows
	c      *cachedConn
	s      *statement
	failed bool
}

// Next implements driver.Rows.
func (r *cachedRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	r.failed = r.failed || err != nil && !errors.Is(err, io.EOF)
	return err
}

// Close implements driver.Rows.
func (r *cachedRows) Close() error {
	err := r.Rows.Close()
	if giveErr := r.c.give(r.s, r.failed || err != nil); err == nil {
		err = giveErr
	}
	return err
}

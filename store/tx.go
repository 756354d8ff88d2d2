package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/change"
	"zafe/app/civil"
	"zafe/app/op"
)

// Tx is one transaction on the book, with one fixed instant. Its methods implement what each area of
// app declares; each area has a file of its own. A Tx lives no longer than the function it is given
// to, so it carries that function's context.
type Tx struct {
	ctx      context.Context
	conn     *sql.Conn
	st       *Store
	now      time.Time
	writable bool
	told     []change.Entry // once it is committed
	noted    bool           // it has an event
	left     []auth.UserID  // for whom a notice was left
	hands    []auth.Whose   // of records that it changes, as they were before or are since
}

var _ op.Tx = (*Tx)(nil)

// Now returns the transaction's instant, UTC, in whole milliseconds.
func (t *Tx) Now() time.Time { return t.now }

// StartOf is when a day begins in the host's time zone.
func (t *Tx) StartOf(day civil.Date) time.Time { return day.In(t.st.opts.Zone) }

// Today returns the civil date of the transaction's instant in the host's time zone.
func (t *Tx) Today() civil.Date { return civil.Of(t.now.In(t.st.opts.Zone)) }

// exec runs a statement and returns the number of rows it changed.
func (t *Tx) exec(query string, args ...any) (int64, error) {
	res, err := t.conn.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", head(query), err)
	}
	return res.RowsAffected()
}

// insert runs an INSERT and returns the new row id.
func (t *Tx) insert(query string, args ...any) (int64, error) {
	res, err := t.conn.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", head(query), err)
	}
	return res.LastInsertId()
}

// one reads a single row into dst and tells whether there was one.
func (t *Tx) one(query string, args []any, dst ...any) (bool, error) {
	err := t.conn.QueryRowContext(t.ctx, query, args...).Scan(dst...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: %s: %w", head(query), err)
	}
	return true, nil
}

// each calls fn for every row of a query; fn scans.
func (t *Tx) each(query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := t.conn.QueryContext(t.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("store: %s: %w", head(query), err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: %s: %w", head(query), err)
	}
	return nil
}

// all collects the rows of a query; scan reads one row into the value it is given.
func all[R any](t *Tx, query string, args []any, scan func(scan func(...any) error, r *R) error) ([]R, error) {
	var out []R
	err := t.each(query, args, func(s func(...any) error) error {
		out = append(out, *new(R))
		return scan(s, &out[len(out)-1])
	})
	return out, err
}

// head shortens a statement for an error message; parameters are never shown.
func head(query string) string {
	q := strings.Join(strings.Fields(query), " ")
	if len(q) > 60 {
		q = q[:60] + "…"
	}
	return q
}

// Setting reads the JSON value of a key into dst and tells whether it was set.
func (t *Tx) Setting(key string, dst any) (bool, error) {
	var raw string
	ok, err := t.one(`SELECT value FROM setting WHERE key = ?`, []any{key}, &raw)
	if err != nil || !ok {
		return ok, err
	}
	return true, json.Unmarshal([]byte(raw), dst)
}

// SetSetting stores v as the JSON value of a key.
func (t *Tx) SetSetting(key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: setting %s: %w", key, err)
	}
	_, err = t.exec(`INSERT INTO setting(key, value) VALUES (?, ?)
		ON CONFLICT(key) DO UPDATE SET value = excluded.value`, key, string(raw))
	return err
}

// NextNumber takes the next number of a series inside this transaction: no gap, no duplicate.
func (t *Tx) NextNumber(kind, period string) (int64, error) {
	var n int64
	_, err := t.one(`INSERT INTO series(kind, period, last) VALUES (?, ?, 1)
		ON CONFLICT(kind, period) DO UPDATE SET last = last + 1 RETURNING last`, []any{kind, period}, &n)
	return n, err
}

// LastNumber returns the last number taken of a series, 0 for none.
func (t *Tx) LastNumber(kind, period string) (int64, error) {
	var n int64
	_, err := t.one(`SELECT last FROM series WHERE kind = ? AND period = ?`, []any{kind, period}, &n)
	return n, err
}

// SetLastNumber moves a series forward: a first number chosen at set-up, or numbers issued on paper
// or lost with a burnt PC. It never moves backwards.
func (t *Tx) SetLastNumber(kind, period string, last int64) error {
	_, err := t.exec(`INSERT INTO series(kind, period, last) VALUES (?, ?, ?)
		ON CONFLICT(kind, period) DO UPDATE SET last = max(last, excluded.last)`, kind, period, last)
	return err
}

// instant writes t the way the book stores instants.
func instant(t time.Time) string { return t.UTC().Format(audit.TimeFormat) }

// optionalInstant writes the zero time as "".
func optionalInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return instant(t)
}

// parseInstant reads a stored instant; "" is the zero time.
func parseInstant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(audit.TimeFormat, s)
}

package store

import (
	"fmt"
	"time"

	"zafe/app/civil"
	"zafe/app/sentry"
)

var _ sentry.Tx = (*Tx)(nil)

// CountOut adds to what left with a person on a day and returns the sums.
func (t *Tx) CountOut(d sentry.Day) (sentry.Day, error) {
	_, err := t.one(`INSERT INTO rows_out(day, user, files, file_rows, list_rows) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT(day, user) DO UPDATE SET files = files + excluded.files,
			file_rows = file_rows + excluded.file_rows, list_rows = list_rows + excluded.list_rows
		RETURNING files, file_rows, list_rows`,
		[]any{d.Day.String(), d.User, d.Files, d.FileRows, d.ListRows}, &d.Files, &d.FileRows, &d.ListRows)
	return d, err
}

// DaysOut returns what left since a day, the last day first, then by name.
func (t *Tx) DaysOut(since civil.Date) ([]sentry.Day, error) {
	return all(t, `SELECT o.day, o.user, coalesce(u.name, ''), o.files, o.file_rows, o.list_rows
		FROM rows_out o LEFT JOIN user u ON u.id = o.user
		WHERE o.day >= ? AND o.files + o.list_rows > 0 ORDER BY o.day DESC, 3`, []any{since.String()},
		func(scan func(...any) error, d *sentry.Day) error {
			var day string
			err := scan(&day, &d.User, &d.Name, &d.Files, &d.FileRows, &d.ListRows)
			if err == nil {
				d.Day, err = civil.Parse(day)
			}
			return err
		})
}

// HeldExports returns those that wait, or were asked for since an instant, the youngest first.
func (t *Tx) HeldExports(since time.Time) ([]sentry.Held, error) {
	return all(t, `SELECT h.id, h.user, coalesce(u.name, ''), h.op, h.hash, h.chosen, h.rows, h.asked_at, h.state,
		h.decided_by, h.decided_at FROM held_export h LEFT JOIN user u ON u.id = h.user
		WHERE h.state = 'waiting' OR h.asked_at >= ? ORDER BY h.id DESC`, []any{instant(since)},
		func(scan func(...any) error, h *sentry.Held) error {
			var hash []byte
			var asked, decided string
			err := scan(&h.ID, &h.User, &h.Name, &h.Op, &hash, &h.Chosen, &h.Rows, &asked, &h.State, &h.DecidedBy, &decided)
			if err != nil {
				return err
			}
			if len(hash) != len(h.Hash) {
				return fmt.Errorf("store: held export %d: hash of %d bytes", h.ID, len(hash))
			}
			copy(h.Hash[:], hash)
			if h.AskedAt, err = parseInstant(asked); err != nil {
				return err
			}
			h.DecidedAt, err = parseInstant(decided)
			return err
		})
}

// SaveHeld stores h, ID 0 for a new one.
func (t *Tx) SaveHeld(h sentry.Held) error {
	if h.ID == 0 {
		_, err := t.insert(`INSERT INTO held_export(user, op, hash, chosen, rows, asked_at, state)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.User, h.Op, h.Hash[:], h.Chosen, h.Rows, instant(h.AskedAt), h.State)
		return err
	}
	_, err := t.exec(`UPDATE held_export SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?`,
		h.State, h.DecidedBy, optionalInstant(h.DecidedAt), h.ID)
	return err
}

package store

import (
	"encoding/json"
	"fmt"
	"time"

	"zafe/app/auth"
	"zafe/app/bin"
	"zafe/app/fault"
	"zafe/app/file"
)

var _ bin.Tx = (*Tx)(nil)

// AddLost keeps a row, and forgets those that are older than bin.Kept.
func (t *Tx) AddLost(e bin.Entry) error {
	files, err := json.Marshal(e.Files)
	if err != nil {
		return fmt.Errorf("store: attachments of %s %d: %w", e.Kind, e.Record, err)
	}
	if err := t.forgetLost(); err != nil {
		return err
	}
	_, err = t.insert(`INSERT INTO lost(at, user, op, kind, ref, name, gone, was, after, files) VALUES (?,?,?,?,?,?,?,?,?,?)`,
		instant(e.At), e.User, e.Op, e.Kind, e.Record, e.Name, e.Gone, e.Was, e.After, files)
	return err
}

// forgetLost ends the thirty days of what is in the bin.
func (t *Tx) forgetLost() error {
	_, err := t.exec(`DELETE FROM lost WHERE at < ?`, instant(t.now.Add(-bin.Kept)))
	return err
}

// CountLost counts what a person took away or wrote over since an instant, put back or not.
func (t *Tx) CountLost(who auth.UserID, since time.Time) (n int, err error) {
	_, err = t.one(`SELECT count(*) FROM lost WHERE user = ? AND at > ?`, []any{who, instant(since)}, &n)
	return n, err
}

const lostRow = `l.id, l.at, l.user, coalesce(u.name, ''), l.op, l.kind, l.ref, l.name, l.gone`

func lostInto(r *bin.Row) []any {
	return []any{&r.ID, toInstant{&r.At}, &r.User, &r.By, &r.Op, &r.Kind, &r.Record, &r.Name, &r.Gone}
}

// LostSince returns the rows since an instant that were not put back, the youngest first.
func (t *Tx) LostSince(since time.Time, limit int) ([]bin.Row, error) {
	return t.lost(`l.at >= ?`, limit, instant(since))
}

// LostBy returns those of one person.
func (t *Tx) LostBy(who auth.UserID, since time.Time, limit int) ([]bin.Row, error) {
	return t.lost(`l.user = ? AND l.at >= ?`, limit, who, instant(since))
}

func (t *Tx) lost(where string, limit int, args ...any) ([]bin.Row, error) {
	return all(t, `SELECT `+lostRow+` FROM lost l LEFT JOIN user u ON u.id = l.user
		WHERE `+where+` AND l.back_at = '' ORDER BY l.id DESC LIMIT ?`, append(args, limit),
		func(scan func(...any) error, r *bin.Row) error { return scan(lostInto(r)...) })
}

// LostRows returns rows that were not put back: those of a hold, or those with some ids; the youngest first.
func (t *Tx) LostRows(hold bin.HoldID, ids []bin.RowID) ([]bin.Entry, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return all(t, `SELECT `+lostRow+`, l.was, l.after, l.files, l.hold FROM lost l LEFT JOIN user u ON u.id = l.user
		WHERE (?1 <> 0 AND l.hold = ?1 OR ?1 = 0 AND l.id IN (SELECT value FROM json_each(?2)))
			AND l.back_at = '' AND l.at >= ?3 ORDER BY l.id DESC`,
		[]any{hold, string(list), instant(t.now.Add(-bin.Kept))},
		func(scan func(...any) error, e *bin.Entry) error {
			var files []byte
			if err := scan(append(lostInto(&e.Row), &e.Was, &e.After, &files, &e.Hold)...); err != nil {
				return err
			}
			return json.Unmarshal(files, &e.Files)
		})
}

// LostBack notes that rows were put back.
func (t *Tx) LostBack(ids []bin.RowID) error {
	for _, id := range ids {
		if _, err := t.exec(`UPDATE lost SET back_at = ? WHERE id = ?`, instant(t.now), id); err != nil {
			return err
		}
	}
	return nil
}

// holdSample is how many names of records a hold says.
const holdSample = 6

const holdQuery = `SELECT h.id, h.user, coalesce(u.name, ''), h.at, h.rows,
	(SELECT count(*) FROM lost l WHERE l.hold = h.id AND l.back_at = '' AND l.at >= ?1), h.freed_at, h.freed_by
	FROM hold h LEFT JOIN user u ON u.id = h.user `

func scanHold(scan func(...any) error, h *bin.Hold) error {
	var freed string
	err := scan(&h.ID, &h.User, &h.Name, toInstant{&h.At}, &h.Rows, &h.Left, &freed, &h.FreedBy)
	if err == nil {
		h.FreedAt, err = parseInstant(freed)
	}
	return err
}

// Holds returns those that are open, or were made since an instant, the youngest first.
func (t *Tx) Holds(since time.Time) ([]bin.Hold, error) {
	holds, err := all(t, holdQuery+`WHERE h.freed_at = '' OR h.at >= ?2 ORDER BY h.id DESC`,
		[]any{instant(t.now.Add(-bin.Kept)), instant(since)}, scanHold)
	for i := range holds {
		if err != nil {
			break
		}
		holds[i].Sample, err = all(t, `SELECT DISTINCT name FROM lost WHERE hold = ? AND name <> '' ORDER BY id LIMIT ?`,
			[]any{holds[i].ID, holdSample}, func(scan func(...any) error, s *string) error { return scan(s) })
	}
	return holds, err
}

// HoldOf returns the last hold of a person, and whether there is one.
func (t *Tx) HoldOf(who auth.UserID) (bin.Hold, bool, error) {
	found, err := all(t, holdQuery+`WHERE h.user = ?2 ORDER BY h.id DESC LIMIT 1`,
		[]any{instant(t.now.Add(-bin.Kept)), who}, scanHold)
	if err != nil || len(found) == 0 {
		return bin.Hold{}, false, err
	}
	return found[0], true, nil
}

// AddHold makes a hold over the rows of its person since an instant.
func (t *Tx) AddHold(h bin.Hold, since time.Time) (bin.Hold, error) {
	_, err := t.one(`SELECT count(*) FROM lost WHERE user = ? AND at > ? AND hold = 0`, []any{h.User, instant(since)}, &h.Rows)
	if err != nil {
		return h, err
	}
	id, err := t.insert(`INSERT INTO hold(user, at, rows) VALUES (?, ?, ?)`, h.User, instant(h.At), h.Rows)
	if h.ID = bin.HoldID(id); err != nil {
		return h, err
	}
	_, err = t.exec(`UPDATE lost SET hold = ? WHERE user = ? AND at > ? AND hold = 0`, h.ID, h.User, instant(since))
	return h, err
}

// FreeHold ends a hold.
func (t *Tx) FreeHold(h bin.Hold) error {
	_, err := t.exec(`UPDATE hold SET freed_at = ?, freed_by = ? WHERE id = ?`, instant(h.FreedAt), h.FreedBy, h.ID)
	return err
}

// WeekOf counts what happened since an instant. A matching that was undone took no record away.
func (t *Tx) WeekOf(since time.Time) (w bin.Week, err error) {
	_, err = t.one(`SELECT
		(SELECT count(*) FROM lost WHERE at >= ?1 AND gone = 1 AND kind <> 'entry_line'),
		(SELECT count(*) FROM lost WHERE at >= ?1 AND (gone = 0 OR kind = 'entry_line')),
		(SELECT count(*) FROM lost WHERE back_at >= ?1),
		(SELECT count(*) FROM approval WHERE state = 'approved' AND decided_at >= ?1)
			+ (SELECT count(*) FROM held_export WHERE state = 'approved' AND decided_at >= ?1)`,
		[]any{instant(since)}, &w.Gone, &w.Changed, &w.Back, &w.Approved)
	return w, err
}

// LinkAttachment attaches again a content that the book still has. Faults file.not_found, file.already.
func (t *Tx) LinkAttachment(a file.Attachment) (file.Attachment, error) {
	f, known, err := t.fileRow(a.Digest)
	if err != nil {
		return a, err
	}
	if !known {
		return a, fault.New(fault.NotFound, "file.not_found")
	}
	there, err := t.attachments(`WHERE a.kind = ? AND a.subject = ? AND a.file = ?`, a.Subject.Kind, a.Subject.ID, f.id)
	if err == nil && len(there) > 0 {
		err = fault.New(fault.Conflict, "file.already", "name", there[0].Name)
	}
	if err != nil {
		return a, err
	}
	if _, err := t.exec(`UPDATE file SET unused_at = '' WHERE id = ?`, f.id); err != nil {
		return a, err
	}
	return t.link(a, f.id)
}

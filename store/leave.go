package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/leave"
	"zafe/app/user"
)

var _ leave.Tx = (*Tx)(nil)

const leaveQuery = `SELECT id, user_id, state, heir, keep, asked_at, asked_by, event, report FROM leaving `

func scanLeave(scan func(...any) error, l *leave.Leave) error {
	var keep, report string
	err := scan(&l.ID, &l.User, &l.State, &l.Heir, &keep, toInstant{&l.AskedAt}, &l.AskedBy, &l.Event, &report)
	if err != nil {
		return err
	}
	return errors.Join(json.Unmarshal([]byte(keep), &l.Keep), json.Unmarshal([]byte(report), &l.Report))
}

// Leave returns the last departure of a person, and whether there is one.
func (t *Tx) Leave(id auth.UserID) (leave.Leave, bool, error) {
	ls, err := all(t, leaveQuery+`WHERE user_id = ? ORDER BY id DESC LIMIT 1`, []any{id}, scanLeave)
	if err != nil || len(ls) == 0 {
		return leave.Leave{}, false, err
	}
	return ls[0], true, nil
}

// OpenLeaves lists the departures that are not done, the oldest first.
func (t *Tx) OpenLeaves() ([]leave.Leave, error) {
	return all(t, leaveQuery+`WHERE state <> 'done' ORDER BY id`, nil, scanLeave)
}

// SaveLeave inserts (ID 0) or updates a departure.
func (t *Tx) SaveLeave(l leave.Leave) (leave.Leave, error) {
	keep, err := json.Marshal(l.Keep)
	if err != nil {
		return l, fmt.Errorf("store: departure: %w", err)
	}
	report, err := json.Marshal(l.Report)
	if err != nil {
		return l, fmt.Errorf("store: departure: %w", err)
	}
	args := []any{l.User, l.State, l.Heir, string(keep), instant(l.AskedAt), l.AskedBy, l.Event, string(report)}
	if l.ID == 0 {
		l.ID, err = t.insert(`INSERT INTO leaving(user_id, state, heir, keep, asked_at, asked_by, event, report)
			VALUES (?,?,?,?,?,?,?,?)`, args...)
		return l, err
	}
	_, err = t.exec(`UPDATE leaving SET user_id=?, state=?, heir=?, keep=?, asked_at=?, asked_by=?, event=?, report=?
		WHERE id=?`, append(args, l.ID)...)
	return l, err
}

// DropLeave forgets a departure that is planned.
func (t *Tx) DropLeave(id int64) error {
	_, err := t.exec(`DELETE FROM leaving WHERE id = ? AND state = 'planned'`, id)
	return err
}

// PeopleOn lists who has logged in on a PC, of the people in work, by name.
func (t *Tx) PeopleOn(fingerprint string) ([]user.Name, error) {
	return all(t, `SELECT u.id, u.name FROM user_place p JOIN user u ON u.id = p.user_id
		WHERE p.device = ? AND u.disabled = 0 ORDER BY u.name`, []any{fingerprint},
		func(scan func(...any) error, n *user.Name) error { return scan(&n.ID, &n.Name) })
}

// Holdings counts the customers and the drafts of a person.
func (t *Tx) Holdings(id auth.UserID) (customers, drafts int64, err error) {
	_, err = t.one(`SELECT (SELECT count(*) FROM customer WHERE owner = ?1),
		(SELECT count(*) FROM document WHERE owner = ?1 AND state = 'draft')`, []any{id}, &customers, &drafts)
	return customers, drafts, err
}

// HandOver gives the customers and the drafts of a person to another. What is final never changes: who has the
// customer sees it.
func (t *Tx) HandOver(from, to auth.UserID, by auth.Actor) error {
	now := instant(t.now)
	_, err := t.exec(`UPDATE customer SET owner = ?1, version = max(version + 1, ?2), updated_at = ?3, updated_by = ?4
		WHERE owner = ?5`, to, t.now.UnixMilli(), now, by.Name, from)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE document SET owner = ?1, version = version + 1, changed_at = ?2, changed_by = ?3,
		changed_name = ?4 WHERE owner = ?5 AND state = 'draft'`, to, now, by.User, by.Name, from)
	return err
}

// Exports lists the files that a person took out of the book since, the newest first.
func (t *Tx) Exports(id auth.UserID, since time.Time, limit int) ([]audit.Event, error) {
	return all(t, `SELECT `+eventColumns+` FROM event WHERE actor = ? AND at >= ? AND op LIKE '%.export'
		ORDER BY id DESC LIMIT ?`, []any{id, instant(since), limit}, scanEvent)
}

// PrintedSheet tells whether a person ever printed what opens the book.
func (t *Tx) PrintedSheet(id auth.UserID) (bool, error) {
	return t.one(`SELECT 1 FROM event WHERE actor = ? AND op IN ('recovery.sheet', 'recovery.shares') LIMIT 1`,
		[]any{id}, new(int))
}

package store

import (
	"time"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/user"
)

const resetColumns = `r.user_id, u.name, r.asked_at, r.device FROM password_reset r JOIN user u ON u.id = r.user_id`

// PasswordResets lists the new passwords asked for, oldest first.
func (t *Tx) PasswordResets() ([]user.PendingReset, error) {
	return all(t, `SELECT `+resetColumns+` ORDER BY r.asked_at, r.user_id`, nil, scanReset)
}

// PasswordReset returns that of a person, and whether there is one.
func (t *Tx) PasswordReset(id auth.UserID) (user.PendingReset, bool, error) {
	list, err := all(t, `SELECT `+resetColumns+` WHERE r.user_id = ?`, []any{id}, scanReset)
	if err != nil || len(list) == 0 {
		return user.PendingReset{}, false, err
	}
	return list[0], true, nil
}

func scanReset(scan func(...any) error, r *user.PendingReset) (err error) {
	var asked string
	if err := scan(&r.User, &r.Name, &asked, &r.Device); err != nil {
		return err
	}
	r.AskedAt, err = parseInstant(asked)
	return err
}

// SavePasswordReset notes that a person asked for a new password, in place of an older request.
func (t *Tx) SavePasswordReset(r user.PendingReset) error {
	_, err := t.exec(`INSERT INTO password_reset(user_id, asked_at, device) VALUES (?1, ?2, ?3)
		ON CONFLICT(user_id) DO UPDATE SET asked_at = ?2, device = ?3`, r.User, instant(r.AskedAt), r.Device)
	if err != nil {
		return err
	}
	owners, err := all(t, `SELECT id FROM user WHERE role = ? AND NOT disabled`, []any{auth.Owner},
		func(scan func(...any) error, id *auth.UserID) error { return scan(id) })
	t.left = append(t.left, owners...) // it is told with their notices
	return err
}

// DropPasswordReset forgets the request of a person.
func (t *Tx) DropPasswordReset(id auth.UserID) error {
	_, err := t.exec(`DELETE FROM password_reset WHERE user_id = ?`, id)
	return err
}

// AddNotice keeps what a person is to be told, and of all that the youngest user.NoticesMax.
func (t *Tx) AddNotice(to auth.UserID, n user.Notice) error {
	_, err := t.insert(`INSERT INTO notice(user_id, at, kind, subject_id, detail) VALUES (?, ?, ?, ?, ?)`,
		to, instant(n.At), n.Kind, n.User, n.Detail)
	if err != nil {
		return err
	}
	t.left = append(t.left, to)
	_, err = t.exec(`DELETE FROM notice WHERE user_id = ?1 AND id NOT IN
		(SELECT id FROM notice WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2)`, to, user.NoticesMax)
	return err
}

// DropAsked forgets, for everybody, the notices of a kind about a person that were left at an instant: what they asked
// for was decided.
func (t *Tx) DropAsked(kind user.NoticeKind, about auth.UserID, at time.Time) error {
	_, err := t.exec(`DELETE FROM notice WHERE kind = ? AND subject_id = ? AND at = ?`, kind, about, instant(at))
	return err
}

// Notices lists what a person is to be told, oldest first.
func (t *Tx) Notices(to auth.UserID) ([]user.Notice, error) {
	return all(t, `SELECT n.id, n.kind, n.subject_id, u.name, n.at, n.detail FROM notice n JOIN user u ON u.id = n.subject_id
		WHERE n.user_id = ? ORDER BY n.id`, []any{to}, func(scan func(...any) error, n *user.Notice) (err error) {
		var at string
		if err := scan(&n.ID, &n.Kind, &n.User, &n.Name, &at, &n.Detail); err != nil {
			return err
		}
		n.At, err = parseInstant(at)
		return err
	})
}

// DropNotices forgets some of what a person was told.
func (t *Tx) DropNotices(to auth.UserID, ids []int64) error {
	for _, id := range ids {
		if _, err := t.exec(`DELETE FROM notice WHERE user_id = ? AND id = ?`, to, id); err != nil {
			return err
		}
	}
	return nil
}

// RevokeDevices shuts every paired PC out, and those that were invited.
func (t *Tx) RevokeDevices() error {
	if _, err := t.exec(`UPDATE device SET state = ?`, device.Revoked); err != nil {
		return err
	}
	return t.DropInvitations()
}

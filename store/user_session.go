package store

import (
	"zafe/app/auth"
	"zafe/app/user"
)

const sessionColumns = `id, token_hash, old_hash, old_until, user_id, device, generation, pending, created_at, fresh_at,
	expires_at, COALESCE(parent, 0), COALESCE(viewed, 0)`

func scanSession(scan func(...any) error, s *user.Session) (err error) {
	var token, old []byte
	var until, created, fresh, expires string
	if err := scan(&s.ID, &token, &old, &until, &s.User, &s.Device, &s.Generation, &s.Pending, &created, &fresh,
		&expires, &s.Parent, &s.Viewed); err != nil {
		return err
	}
	copy(s.TokenHash[:], token)
	copy(s.OldHash[:], old)
	if s.OldUntil, err = parseInstant(until); err != nil {
		return err
	}
	if s.CreatedAt, err = parseInstant(created); err != nil {
		return err
	}
	if s.FreshAt, err = parseInstant(fresh); err != nil {
		return err
	}
	s.ExpiresAt, err = parseInstant(expires)
	return err
}

// AddSession stores a new session and forgets those whose life is over. Those that waited in vain for a second
// factor stay until they are told of.
func (t *Tx) AddSession(s user.Session) (user.Session, error) {
	if _, err := t.exec(`DELETE FROM session WHERE expires_at < ? AND pending = 0`, instant(t.now)); err != nil {
		return s, err
	}
	id, err := t.insert(`INSERT INTO session(token_hash, old_hash, old_until, user_id, device, generation, pending,
		created_at, fresh_at, expires_at, parent, viewed) VALUES (?,?,?,?,?,?,?,?,?,?,NULLIF(?,0),NULLIF(?,0))`,
		s.TokenHash[:], oldHash(s),
		optionalInstant(s.OldUntil), s.User, s.Device, s.Generation, s.Pending, instant(s.CreatedAt),
		instant(s.FreshAt), instant(s.ExpiresAt), s.Parent, s.Viewed)
	s.ID = id
	return s, err
}

// oldHash is the hash of the token before the present one, empty for none.
func oldHash(s user.Session) []byte {
	if s.OldUntil.IsZero() {
		return []byte{}
	}
	return s.OldHash[:]
}

// SessionByToken finds a session by the hash of its token, or of the one before for as long as that is good.
func (t *Tx) SessionByToken(hash [32]byte) (user.Session, bool, error) {
	return t.session(`token_hash = ?1 OR (old_hash = ?1 AND old_until > ?2)`, hash[:], instant(t.now))
}

// Session finds a session by its number.
func (t *Tx) Session(id int64) (user.Session, bool, error) { return t.session(`id = ?`, id) }

func (t *Tx) session(where string, args ...any) (user.Session, bool, error) {
	found, err := all(t, `SELECT `+sessionColumns+` FROM session WHERE `+where, args, scanSession)
	if err != nil || len(found) == 0 {
		return user.Session{}, false, err
	}
	return found[0], true, nil
}

// Sessions lists those of a person, oldest first, over or not.
func (t *Tx) Sessions(id auth.UserID) ([]user.Session, error) {
	return all(t, `SELECT `+sessionColumns+` FROM session WHERE user_id = ? ORDER BY id`, []any{id}, scanSession)
}

// Unfinished lists the sessions that waited in vain for a second factor, oldest first.
func (t *Tx) Unfinished() ([]user.Session, error) {
	return all(t, `SELECT `+sessionColumns+` FROM session WHERE pending = 1 AND expires_at <= ? ORDER BY id`,
		[]any{instant(t.now)}, scanSession)
}

// SaveSession updates a session's tokens, state and times.
func (t *Tx) SaveSession(s user.Session) error {
	_, err := t.exec(`UPDATE session SET token_hash=?, old_hash=?, old_until=?, generation=?, pending=?, fresh_at=?,
		expires_at=? WHERE id=?`, s.TokenHash[:], oldHash(s), optionalInstant(s.OldUntil), s.Generation, s.Pending,
		instant(s.FreshAt), instant(s.ExpiresAt), s.ID)
	return err
}

// DropSession closes a session.
func (t *Tx) DropSession(id int64) error {
	_, err := t.exec(`DELETE FROM session WHERE id = ?`, id)
	return err
}

// DropViews closes the looks through others' eyes that a session opened.
func (t *Tx) DropViews(parent int64) error {
	_, err := t.exec(`DELETE FROM session WHERE parent = ?`, parent)
	return err
}

// DropSessions closes every session of a person.
func (t *Tx) DropSessions(id auth.UserID) error {
	_, err := t.exec(`DELETE FROM session WHERE user_id = ?`, id)
	return err
}

// DropPending forgets the sessions of a person on a PC that wait for a second factor.
func (t *Tx) DropPending(id auth.UserID, device string) error {
	_, err := t.exec(`DELETE FROM session WHERE user_id = ? AND device = ? AND pending = 1`, id, device)
	return err
}

// DropDeviceSessions closes every session of a PC.
func (t *Tx) DropDeviceSessions(fingerprint string) error {
	_, err := t.exec(`DELETE FROM session WHERE device = ?`, fingerprint)
	return err
}

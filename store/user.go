package store

import (
	"strings"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/user"
)

var _ user.Tx = (*Tx)(nil)

const userColumns = `id, login, name, email, role, password, totp_secret, totp_on, totp_last, disabled,
	generation, lang, theme, created_at, last_login_at, delegate`

// Users returns everybody, by name.
func (t *Tx) Users() ([]user.User, error) {
	us, err := all(t, `SELECT `+userColumns+` FROM user ORDER BY disabled, name`, nil, scanUser)
	if err != nil {
		return nil, err
	}
	return us, t.withRights(us)
}

// User returns one person; fault user.not_found.
func (t *Tx) User(id auth.UserID) (user.User, error) {
	us, err := all(t, `SELECT `+userColumns+` FROM user WHERE id = ?`, []any{id}, scanUser)
	if err == nil && len(us) == 0 {
		err = fault.New(fault.NotFound, "user.not_found")
	}
	if err != nil {
		return user.User{}, err
	}
	return us[0], t.withRights(us)
}

// UserByLogin finds a person by log-in name or e-mail address.
func (t *Tx) UserByLogin(login string) (user.User, bool, error) {
	us, err := all(t, `SELECT `+userColumns+` FROM user
		WHERE login = ?1 COLLATE NOCASE OR (email <> '' AND email = ?1 COLLATE NOCASE)
		ORDER BY login = ?1 COLLATE NOCASE DESC LIMIT 1`, []any{login}, scanUser)
	if err != nil || len(us) == 0 {
		return user.User{}, false, err
	}
	err = t.withRights(us)
	return us[0], err == nil, err
}

func scanUser(scan func(...any) error, u *user.User) (err error) {
	var created, last string
	if err := scan(&u.ID, &u.Login, &u.Name, &u.Email, &u.Role, &u.Password, &u.Secret, &u.SecondOn, &u.LastStep,
		&u.Disabled, &u.Generation, &u.Lang, &u.Theme, &created, &last, &u.Delegate); err != nil {
		return err
	}
	if u.CreatedAt, err = parseInstant(created); err != nil {
		return err
	}
	u.LastLoginAt, err = parseInstant(last)
	return err
}

// SaveUser inserts (ID 0) or updates a person; fault user.login_taken.
func (t *Tx) SaveUser(u user.User) (user.User, error) {
	args := []any{
		u.Login, u.Name, u.Email, u.Role, u.Password, u.Secret, u.SecondOn, u.LastStep, u.Disabled,
		u.Generation, u.Lang, u.Theme, instant(u.CreatedAt), optionalInstant(u.LastLoginAt), u.Delegate,
	}
	var err error
	if u.ID == 0 {
		var id int64
		id, err = t.insert(`INSERT INTO user(login, name, email, role, password, totp_secret, totp_on, totp_last,
			disabled, generation, lang, theme, created_at, last_login_at, delegate)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, args...)
		u.ID = auth.UserID(id)
	} else {
		_, err = t.exec(`UPDATE user SET login=?, name=?, email=?, role=?, password=?, totp_secret=?, totp_on=?,
			totp_last=?, disabled=?, generation=?, lang=?, theme=?, created_at=?, last_login_at=?, delegate=? WHERE id=?`,
			append(args, u.ID)...)
	}
	if err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed: user.login") {
		f := fault.Field("login", "user.login_taken", "login", u.Login)
		f.Code = fault.Conflict
		return u, f
	}
	if err != nil {
		return u, err
	}
	return t.User(u.ID)
}

// TakeTOTPStep marks a time step as used and tells whether it was still free: the condition in the
// UPDATE is what keeps one code from being accepted twice at the same moment.
func (t *Tx) TakeTOTPStep(id auth.UserID, step int64) (bool, error) {
	n, err := t.exec(`UPDATE user SET totp_last = ?1 WHERE id = ?2 AND totp_last < ?1`, step, id)
	return n == 1, err
}

// SaveRecoveryCodes replaces a person's recovery codes.
func (t *Tx) SaveRecoveryCodes(id auth.UserID, hashes [][32]byte) error {
	if _, err := t.exec(`DELETE FROM recovery_code WHERE user_id = ?`, id); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := t.exec(`INSERT INTO recovery_code(user_id, hash, used_at) VALUES (?, ?, '')`, id, h[:]); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode spends a code and returns how many are left.
func (t *Tx) UseRecoveryCode(id auth.UserID, hash [32]byte) (bool, int, error) {
	n, err := t.exec(`UPDATE recovery_code SET used_at = ? WHERE user_id = ? AND hash = ? AND used_at = ''`,
		instant(t.now), id, hash[:])
	if err != nil {
		return false, 0, err
	}
	var left int
	_, err = t.one(`SELECT count(*) FROM recovery_code WHERE user_id = ? AND used_at = ''`, []any{id}, &left)
	return n == 1, left, err
}

// AddSession stores a new session and forgets the expired ones.
func (t *Tx) AddSession(s user.Session) (user.Session, error) {
	if _, err := t.exec(`DELETE FROM session WHERE expires_at < ?`, instant(t.now)); err != nil {
		return s, err
	}
	id, err := t.insert(`INSERT INTO session(token_hash, user_id, device, generation, pending, created_at,
		fresh_at, expires_at) VALUES (?,?,?,?,?,?,?,?)`, s.TokenHash[:], s.User, s.Device, s.Generation,
		s.Pending, instant(s.CreatedAt), instant(s.FreshAt), instant(s.ExpiresAt))
	s.ID = id
	return s, err
}

// SessionByToken finds a session by the hash of its token.
func (t *Tx) SessionByToken(hash [32]byte) (user.Session, bool, error) {
	s := user.Session{TokenHash: hash}
	var created, fresh, expires string
	ok, err := t.one(`SELECT id, user_id, device, generation, pending, created_at, fresh_at, expires_at
		FROM session WHERE token_hash = ?`, []any{hash[:]},
		&s.ID, &s.User, &s.Device, &s.Generation, &s.Pending, &created, &fresh, &expires)
	if err != nil || !ok {
		return s, ok, err
	}
	if s.CreatedAt, err = parseInstant(created); err != nil {
		return s, ok, err
	}
	if s.FreshAt, err = parseInstant(fresh); err != nil {
		return s, ok, err
	}
	s.ExpiresAt, err = parseInstant(expires)
	return s, ok, err
}

// SaveSession updates a session's token, state and times.
func (t *Tx) SaveSession(s user.Session) error {
	_, err := t.exec(`UPDATE session SET token_hash=?, pending=?, fresh_at=?, expires_at=? WHERE id=?`,
		s.TokenHash[:], s.Pending, instant(s.FreshAt), instant(s.ExpiresAt), s.ID)
	return err
}

// DropSession closes a session.
func (t *Tx) DropSession(id int64) error {
	_, err := t.exec(`DELETE FROM session WHERE id = ?`, id)
	return err
}

// DropSessions closes every session of a person.
func (t *Tx) DropSessions(id auth.UserID) error {
	_, err := t.exec(`DELETE FROM session WHERE user_id = ?`, id)
	return err
}

// DropDeviceSessions closes every session of a PC.
func (t *Tx) DropDeviceSessions(fingerprint string) error {
	_, err := t.exec(`DELETE FROM session WHERE device = ?`, fingerprint)
	return err
}

package store

import (
	"strings"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/user"
)

var _ user.Tx = (*Tx)(nil)

const userColumns = `id, login, name, email, role, password, totp_secret, totp_on, totp_last, disabled,
	generation, lang, theme, created_at, last_login_at, delegate, lock_after, ends_on`

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
	var created, last, ends string
	if err := scan(&u.ID, &u.Login, &u.Name, &u.Email, &u.Role, &u.Password, &u.Secret, &u.SecondOn, &u.LastStep,
		&u.Disabled, &u.Generation, &u.Lang, &u.Theme, &created, &last, &u.Delegate,
		&u.LockAfter, &ends); err != nil {
		return err
	}
	if err := u.EndsOn.UnmarshalText([]byte(ends)); err != nil {
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
		u.LockAfter, u.EndsOn.String(),
	}
	var err error
	if u.ID == 0 {
		var id int64
		id, err = t.insert(`INSERT INTO user(login, name, email, role, password, totp_secret, totp_on, totp_last,
			disabled, generation, lang, theme, created_at, last_login_at, delegate, lock_after, ends_on)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, args...)
		u.ID = auth.UserID(id)
	} else {
		_, err = t.exec(`UPDATE user SET login=?, name=?, email=?, role=?, password=?, totp_secret=?, totp_on=?,
			totp_last=?, disabled=?, generation=?, lang=?, theme=?, created_at=?, last_login_at=?, delegate=?,
			lock_after=?, ends_on=? WHERE id=?`,
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

// TakeTOTPStep puts a time step in place of the last one that was used, and tells whether that was still the one
// seen: the condition in the UPDATE is what keeps one code from being accepted twice at the same moment.
func (t *Tx) TakeTOTPStep(id auth.UserID, seen, step int64) (bool, error) {
	n, err := t.exec(`UPDATE user SET totp_last = ?1 WHERE id = ?2 AND totp_last = ?3`, step, id, seen)
	return n == 1, err
}

// SaveRecoveryCodes replaces a person's recovery codes; kdf says how they were hashed.
func (t *Tx) SaveRecoveryCodes(id auth.UserID, kdf string, hashes [][32]byte) error {
	if _, err := t.exec(`DELETE FROM recovery_code WHERE user_id = ?`, id); err != nil {
		return err
	}
	for _, h := range hashes {
		_, err := t.exec(`INSERT INTO recovery_code(user_id, hash, used_at, kdf) VALUES (?, ?, '', ?)`, id, h[:], kdf)
		if err != nil {
			return err
		}
	}
	return nil
}

// RecoveryKDF says how a person's recovery codes were hashed.
func (t *Tx) RecoveryKDF(id auth.UserID) (kdf string, err error) {
	_, err = t.one(`SELECT kdf FROM recovery_code WHERE user_id = ? LIMIT 1`, []any{id}, &kdf)
	return kdf, err
}

// UseRecoveryCode spends a code and returns how many are left: the condition in the UPDATE is what keeps one code
// from being accepted twice at the same moment.
func (t *Tx) UseRecoveryCode(id auth.UserID, hash [32]byte) (bool, int, error) {
	n, err := t.exec(`UPDATE recovery_code SET used_at = ? WHERE user_id = ? AND hash = ? AND used_at = ''`,
		instant(t.now), id, hash[:])
	if err != nil {
		return false, 0, err
	}
	left, err := t.RecoveryCodesLeft(id)
	return n == 1, left, err
}

// RecoveryCodesLeft counts the recovery codes that a person has not used.
func (t *Tx) RecoveryCodesLeft(id auth.UserID) (left int, err error) {
	_, err = t.one(`SELECT count(*) FROM recovery_code WHERE user_id = ? AND used_at = ''`, []any{id}, &left)
	return left, err
}

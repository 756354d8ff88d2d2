package store

import (
	"time"

	"zafe/app/auth"
	"zafe/app/user"
)

// Place returns what is known of a person on a PC, and whether they have logged in there.
func (t *Tx) Place(id auth.UserID, device string) (user.Place, bool, error) {
	found, err := all(t, placeQuery+` AND p.device = ?`, []any{id, device}, scanPlace)
	if err != nil || len(found) == 0 {
		return user.Place{}, false, err
	}
	return found[0], true, nil
}

// Places lists where a person has logged in, the last used first.
func (t *Tx) Places(id auth.UserID) ([]user.Place, error) {
	return all(t, placeQuery+` ORDER BY p.last_at DESC, p.device`, []any{id}, scanPlace)
}

const placeQuery = `SELECT p.device, coalesce(d.name, ''), p.first_at, p.last_at FROM user_place p
	LEFT JOIN device d ON d.fingerprint = p.device WHERE p.user_id = ?`

func scanPlace(scan func(...any) error, p *user.Place) (err error) {
	var first, last string
	if err := scan(&p.Device, &p.Name, &first, &last); err != nil {
		return err
	}
	if p.First, err = parseInstant(first); err != nil {
		return err
	}
	p.Last, err = parseInstant(last)
	return err
}

// SavePlace notes that a person logged in on a PC just now.
func (t *Tx) SavePlace(id auth.UserID, device string) error {
	_, err := t.exec(`INSERT INTO user_place(user_id, device, first_at, last_at) VALUES (?1, ?2, ?3, ?3)
		ON CONFLICT(user_id, device) DO UPDATE SET last_at = excluded.last_at`, id, device, instant(t.now))
	return err
}

// PCName is the name of a paired PC, "" for the main PC and one that is not known.
func (t *Tx) PCName(device string) (name string, err error) {
	_, err = t.one(`SELECT name FROM device WHERE fingerprint = ?`, []any{device}, &name)
	return name, err
}

// Guesses returns the wrong tries counted under a name; none for one that was never counted.
func (t *Tx) Guesses(what string) (g user.Guesses, err error) {
	var since, last string
	ok, err := t.one(`SELECT since, last, wrong FROM guess WHERE what = ?`, []any{what}, &since, &last, &g.Wrong)
	if err != nil || !ok {
		return g, err
	}
	if g.Since, err = parseInstant(since); err != nil {
		return g, err
	}
	g.Last, err = parseInstant(last)
	return g, err
}

// SaveGuesses counts under a name, and forgets the counters that began before.
func (t *Tx) SaveGuesses(what string, g user.Guesses, before time.Time) error {
	if _, err := t.exec(`DELETE FROM guess WHERE since < ?`, instant(before)); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO guess(what, since, last, wrong) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT(what) DO UPDATE SET since = ?2, last = ?3, wrong = ?4`, what, instant(g.Since), instant(g.Last),
		g.Wrong)
	return err
}

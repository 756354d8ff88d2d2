package store

import (
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/support"
)

var _ support.Tx = (*Tx)(nil)

const supportQuery = `SELECT s.id, s.made_by, u.name, s.who, s.reason, s.sales, s.ledger, s.shown, s.made_at, s.code_until,
	s.ends_at, s.device, coalesce(d.name, ''), s.entered_at, s.ended_at, coalesce(e.name, ''),
	(SELECT count(*) FROM event v WHERE v.subject_kind = 'support' AND v.subject_id = s.id AND v.op = 'support.read'),
	coalesce((SELECT max(v.at) FROM event v
		WHERE v.subject_kind = 'support' AND v.subject_id = s.id AND v.op = 'support.read'), '')
	FROM support s JOIN user u ON u.id = s.made_by LEFT JOIN user e ON e.id = s.ended_by
	LEFT JOIN device d ON d.fingerprint = s.device AND s.device <> '' `

func scanSupport(scan func(...any) error, a *support.Access) (err error) {
	var made, code, ends, entered, ended, last string
	err = scan(&a.ID, &a.By, &a.ByName, &a.Who, &a.Reason, &a.Sales, &a.Ledger, &a.Shown, &made, &code, &ends, &a.Device,
		&a.PC, &entered, &ended, &a.EndedBy, &a.Reads, &last)
	if err != nil {
		return err
	}
	if a.MadeAt, err = parseInstant(made); err != nil {
		return err
	}
	if a.CodeUntil, err = parseInstant(code); err != nil {
		return err
	}
	if a.EndsAt, err = parseInstant(ends); err != nil {
		return err
	}
	if a.EnteredAt, err = parseInstant(entered); err != nil {
		return err
	}
	if a.EndedAt, err = parseInstant(ended); err != nil {
		return err
	}
	a.LastRead, err = parseInstant(last)
	return err
}

// Support returns an access of somebody who helps. Fault support.not_found.
func (t *Tx) Support(id support.ID) (support.Access, error) {
	a, known, err := t.support(`WHERE s.id = ?`, id)
	if err == nil && !known {
		err = fault.New(fault.NotFound, "support.not_found")
	}
	return a, err
}

// SupportOpen returns the access that was not ended, over or not.
func (t *Tx) SupportOpen() (support.Access, bool, error) { return t.support(`WHERE s.ended_at = ''`) }

// SupportOf returns the last access that a PC came with.
func (t *Tx) SupportOf(fingerprint string) (support.Access, bool, error) {
	return t.support(`WHERE s.device = ? ORDER BY s.id DESC LIMIT 1`, fingerprint)
}

func (t *Tx) support(where string, args ...any) (a support.Access, known bool, err error) {
	found, err := all(t, supportQuery+where, args, scanSupport)
	if err != nil || len(found) == 0 {
		return a, false, err
	}
	return found[0], true, nil
}

// Supports lists the last accesses, the youngest first.
func (t *Tx) Supports(limit int) ([]support.Access, error) {
	return all(t, supportQuery+`ORDER BY s.id DESC LIMIT ?`, []any{limit}, scanSupport)
}

// AddSupport keeps a new access.
func (t *Tx) AddSupport(a support.Access) (support.ID, error) {
	id, err := t.insert(`INSERT INTO support(made_by, who, reason, sales, ledger, shown, made_at, code_until, ends_at)
		VALUES (?,?,?,?,?,?,?,'',?)`, a.By, a.Who, a.Reason, a.Sales, a.Ledger, a.Shown, instant(a.MadeAt), instant(a.EndsAt))
	return support.ID(id), err
}

// SaveSupport keeps until when the code of an access is good, which PC came with it, and that it ended, by whom; 0 for
// nobody.
func (t *Tx) SaveSupport(a support.Access, endedBy auth.UserID) error {
	var by any
	if endedBy != 0 {
		by = endedBy
	}
	_, err := t.exec(`UPDATE support SET code_until = ?, device = ?, entered_at = ?, ended_at = ?, ended_by = ? WHERE id = ?`,
		instant(a.CodeUntil), a.Device, optionalInstant(a.EnteredAt), optionalInstant(a.EndedAt), by, a.ID)
	return err
}

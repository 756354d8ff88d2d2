package store

import (
	"time"

	"zafe/app/auth"
	"zafe/app/device"
	"zafe/app/fault"
)

var _ device.Tx = (*Tx)(nil)

const deviceColumns = `id, fingerprint, name, state, approved_by, first_seen, last_seen, ends_at`

// Devices returns the paired PCs, the active ones first, by name.
func (t *Tx) Devices() ([]device.Device, error) {
	return all(t, `SELECT `+deviceColumns+` FROM device ORDER BY state, name`, nil, scanDevice)
}

// Device returns one PC; fault device.not_found.
func (t *Tx) Device(id device.ID) (device.Device, error) {
	ds, err := all(t, `SELECT `+deviceColumns+` FROM device WHERE id = ?`, []any{id}, scanDevice)
	if err == nil && len(ds) == 0 {
		err = fault.New(fault.NotFound, "device.not_found")
	}
	if err != nil {
		return device.Device{}, err
	}
	return ds[0], nil
}

// DeviceByFingerprint finds a PC by its key.
func (t *Tx) DeviceByFingerprint(fp string) (device.Device, bool, error) {
	ds, err := all(t, `SELECT `+deviceColumns+` FROM device WHERE fingerprint = ?`, []any{fp}, scanDevice)
	if err != nil || len(ds) == 0 {
		return device.Device{}, false, err
	}
	return ds[0], true, nil
}

// SaveDevice inserts (ID 0) or updates a PC.
func (t *Tx) SaveDevice(d device.Device) (device.Device, error) {
	args := []any{
		d.Fingerprint, d.Name, d.State, d.ApprovedBy, instant(d.FirstSeen), optionalInstant(d.LastSeen),
		optionalInstant(d.EndsAt),
	}
	if d.ID == 0 {
		id, err := t.insert(`INSERT INTO device(fingerprint, name, state, approved_by, first_seen, last_seen, ends_at)
			VALUES (?,?,?,?,?,?,?)`, args...)
		d.ID = device.ID(id)
		return d, err
	}
	_, err := t.exec(`UPDATE device SET fingerprint=?, name=?, state=?, approved_by=?, first_seen=?, last_seen=?, ends_at=?
		WHERE id=?`, append(args, d.ID)...)
	return d, err
}

func scanDevice(scan func(...any) error, d *device.Device) (err error) {
	var first, last, ends string
	if err := scan(&d.ID, &d.Fingerprint, &d.Name, &d.State, &d.ApprovedBy, &first, &last, &ends); err != nil {
		return err
	}
	if d.FirstSeen, err = parseInstant(first); err != nil {
		return err
	}
	if d.LastSeen, err = parseInstant(last); err != nil {
		return err
	}
	d.EndsAt, err = parseInstant(ends)
	return err
}

// AddInvitation keeps an invitation file by the hash of its token.
func (t *Tx) AddInvitation(hash [32]byte, in device.Invited) error {
	_, err := t.insert(`INSERT INTO invitation(hash, made_by, expires_at) VALUES (?,?,?)`,
		hash[:], in.By, instant(in.Expires))
	return err
}

// Invitation finds an invitation file, used and over or not.
func (t *Tx) Invitation(hash [32]byte) (in device.Invited, known bool, err error) {
	var expires string
	known, err = t.one(`SELECT made_by, expires_at, device FROM invitation WHERE hash = ?`, []any{hash[:]},
		&in.By, &expires, &in.Device)
	if err != nil || !known {
		return in, false, err
	}
	in.Expires, err = parseInstant(expires)
	return in, true, err
}

// TakeInvitation gives an invitation file to a PC and tells whether it was free and in time: the condition in the
// UPDATE is what keeps two PCs from using one. One that was made under a clock that was ahead is over.
func (t *Tx) TakeInvitation(hash [32]byte, fingerprint string) (bool, error) {
	n, err := t.exec(`UPDATE invitation SET device = ? WHERE hash = ? AND device = '' AND expires_at > ? AND expires_at <= ?`,
		fingerprint, hash[:], instant(t.now), instant(t.now.Add(device.InvitedFor+auth.ClockSlack)))
	return n == 1, err
}

// InvitationsOut counts the invitation files that are good for a PC.
func (t *Tx) InvitationsOut() (n int, err error) {
	_, err = t.one(`SELECT count(*) FROM invitation WHERE device = '' AND expires_at > ? AND expires_at <= ?`,
		[]any{instant(t.now), instant(t.now.Add(device.InvitedFor + auth.ClockSlack))}, &n)
	return n, err
}

// InvitationsSince tells whether there are invitation files that end later than that, used or not.
func (t *Tx) InvitationsSince(end time.Time) (bool, error) {
	return t.one(`SELECT 1 FROM invitation WHERE expires_at > ? LIMIT 1`, []any{instant(end)}, new(int))
}

// PruneInvitations forgets the invitation files that were over before a time.
func (t *Tx) PruneInvitations(before time.Time) error {
	_, err := t.exec(`DELETE FROM invitation WHERE expires_at < ?`, instant(before))
	return err
}

// DropInvitations forgets the invitation files that no PC used.
func (t *Tx) DropInvitations() error {
	_, err := t.exec(`DELETE FROM invitation WHERE device = ''`)
	return err
}

// DropInvitationsBy forgets the invitation files that one person made and no PC used.
func (t *Tx) DropInvitationsBy(who auth.UserID) (int64, error) {
	return t.exec(`DELETE FROM invitation WHERE device = '' AND made_by = ?`, who)
}

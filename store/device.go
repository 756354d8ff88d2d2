package store

import (
	"zafe/app/device"
	"zafe/app/fault"
)

var _ device.Tx = (*Tx)(nil)

const deviceColumns = `id, fingerprint, name, state, approved_by, first_seen, last_seen`

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
	args := []any{d.Fingerprint, d.Name, d.State, d.ApprovedBy, instant(d.FirstSeen), optionalInstant(d.LastSeen)}
	if d.ID == 0 {
		id, err := t.insert(`INSERT INTO device(fingerprint, name, state, approved_by, first_seen, last_seen)
			VALUES (?,?,?,?,?,?)`, args...)
		d.ID = device.ID(id)
		return d, err
	}
	_, err := t.exec(`UPDATE device SET fingerprint=?, name=?, state=?, approved_by=?, first_seen=?, last_seen=?
		WHERE id=?`, append(args, d.ID)...)
	return d, err
}

func scanDevice(scan func(...any) error, d *device.Device) (err error) {
	var first, last string
	if err := scan(&d.ID, &d.Fingerprint, &d.Name, &d.State, &d.ApprovedBy, &first, &last); err != nil {
		return err
	}
	if d.FirstSeen, err = parseInstant(first); err != nil {
		return err
	}
	d.LastSeen, err = parseInstant(last)
	return err
}

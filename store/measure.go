package store

import (
	"time"

	"zafe/app/audit"
	"zafe/app/backup"
)

// AddMeasure writes what was measured about the copies into the journal.
func (t *Tx) AddMeasure(m backup.Measure) error {
	payload, err := m.Payload()
	if err != nil {
		return err
	}
	_, err = t.AppendEvent(audit.Event{Op: backup.MeasureOp, ActorName: "Zafè", Payload: payload})
	return err
}

// measured picks the events that are measures; the index event_measured is of these words.
const measured = `op = 'backup.measured'`

// Measures are those made since an instant, the oldest first.
func (t *Tx) Measures(since time.Time) ([]backup.Measure, error) {
	return all(t, `SELECT id, at, payload FROM event WHERE `+measured+` AND at >= ? ORDER BY id`,
		[]any{instant(since)}, scanMeasure)
}

// Proof is the newest trial restore of the point with a number that passed and had its attachments, nil for none.
func (t *Tx) Proof(seq uint64) (*backup.Measure, error) {
	found, err := all(t, `SELECT id, at, payload FROM event WHERE `+measured+`
		AND json_extract(payload, '$.kind') = 'trial' AND json_extract(payload, '$.seq') = ?
		AND json_extract(payload, '$.fault') IS NULL AND json_extract(payload, '$.older') IS NULL
		ORDER BY id DESC LIMIT 1`, []any{seq}, scanMeasure)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func scanMeasure(scan func(...any) error, m *backup.Measure) error {
	var id int64
	var at, payload string
	if err := scan(&id, &at, &payload); err != nil {
		return err
	}
	when, err := parseInstant(at)
	if err != nil {
		return err
	}
	*m, err = backup.MeasureOf(id, when, payload)
	return err
}

// ChangeAfter is when the first change worth a backup after one was made, the zero time if there is none.
func (t *Tx) ChangeAfter(change uint64) (time.Time, error) {
	var at string
	ok, err := t.one(`SELECT at FROM event WHERE id > ? AND `+changes+` ORDER BY id LIMIT 1`, []any{change}, &at)
	if err != nil || !ok {
		return time.Time{}, err
	}
	return parseInstant(at)
}

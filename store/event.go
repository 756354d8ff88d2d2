package store

import (
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/op"
)

// answersKept is how long the answer of an idempotent request is kept.
const answersKept = 7 * 24 * time.Hour

// AppendEvent chains e at the end of the journal and returns it sealed. Fault op.key_reused when its
// request was done before.
func (t *Tx) AppendEvent(e audit.Event) (audit.Event, error) {
	var prev []byte
	if _, err := t.one(`SELECT id, hash FROM event ORDER BY id DESC LIMIT 1`, nil, &e.ID, &prev); err != nil {
		return e, err
	}
	copy(e.Prev[:], prev)
	e.ID++
	e.At = t.now
	e.Hash = e.Seal()
	_, err := t.exec(`INSERT INTO event(id, at, actor, actor_name, device, op, subject_kind, subject_id,
		request_id, payload, digest, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		e.ID, instant(e.At), e.Actor, e.ActorName, e.Device, e.Op, e.SubjectKind, e.SubjectID,
		nullable(e.RequestID), e.Payload, e.Digest, e.Prev[:], e.Hash[:])
	if err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed: event.request_id") {
		err = fault.New(fault.Conflict, "op.key_reused").Because(err)
	}
	return e, err
}

const eventColumns = `id, at, actor, actor_name, device, op, subject_kind, subject_id,
	coalesce(request_id, ''), payload, digest, prev_hash, hash`

// EachEvent calls fn for every event after the given id, in order.
func (t *Tx) EachEvent(after int64, fn func(audit.Event) error) error {
	return t.each(`SELECT `+eventColumns+` FROM event WHERE id > ? ORDER BY id`, []any{after},
		func(scan func(...any) error) error {
			var e audit.Event
			if err := scanEvent(scan, &e); err != nil {
				return err
			}
			return fn(e)
		})
}

// Events returns the latest events, newest first, at most limit, before the given id (0: the end),
// of one subject kind and id when kind is not empty.
func (t *Tx) Events(kind string, id, before int64, limit int) ([]audit.Event, error) {
	return all(t, `SELECT `+eventColumns+` FROM event
		WHERE (?1 = 0 OR id < ?1) AND (?2 = '' OR (subject_kind = ?2 AND subject_id = ?3))
		ORDER BY id DESC LIMIT ?4`, []any{before, kind, id, limit}, scanEvent)
}

// Head returns the last event of the chain, or the zero event of an empty book.
func (t *Tx) Head() (audit.Event, error) {
	es, err := t.Events("", 0, 0, 1)
	if err != nil || len(es) == 0 {
		return audit.Event{}, err
	}
	return es[0], nil
}

// subjectNames are what people call the subjects of events, by kind.
var subjectNames = map[string]string{
	"customer":    `SELECT name FROM customer WHERE id = ?`,
	"item":        `SELECT label FROM item WHERE id = ?`,
	"user":        `SELECT name FROM user WHERE id = ?`,
	"role":        `SELECT name FROM role WHERE id = ?`,
	"team":        `SELECT name FROM team WHERE id = ?`,
	"device":      `SELECT name FROM device WHERE id = ?`,
	"attachment":  `SELECT name FROM attachment WHERE id = ?`,
	"import":      `SELECT file FROM import_batch WHERE id = ?`,
	"fec_import":  `SELECT file_name FROM fec_import WHERE id = ?`,
	"payment":     `SELECT number FROM payment WHERE id = ?`,
	"quote":       documentName,
	"invoice":     documentName,
	"credit_note": documentName,
	"document":    documentName,
	"entry":       entryName + `WHERE e.id = ?`,
	"entry_line":  entryName + `JOIN entry_line l ON l.entry_id = e.id WHERE l.id = ?`,
	"draft":       `SELECT label FROM draft WHERE id = -?`,
	"fiscal_year": `SELECT CASE substr(from_date, 1, 4) WHEN substr(to_date, 1, 4) THEN substr(from_date, 1, 4)
		ELSE substr(from_date, 1, 4) || '-' || substr(to_date, 1, 4) END FROM fiscal_year WHERE id = ?`,
}

// A document has its number once it is final; a draft is known by its customer.
const (
	documentName = `SELECT coalesce(d.number, c.name, d.subject) FROM document d
		LEFT JOIN customer c ON c.id = d.customer WHERE d.id = ?`
	entryName = `SELECT coalesce(e.num, printf('%s-%06d', j.code, e.number)) FROM entry e
		JOIN journal j ON j.id = e.journal_id `
)

// SubjectName is what people call the subject of an event now, "" when it is gone or has no name.
func (t *Tx) SubjectName(kind string, id int64) (name string, err error) {
	if kind == "entry" && id < 0 {
		kind = "draft"
	}
	if query := subjectNames[kind]; query != "" {
		_, err = t.one(query, []any{id}, &name)
	}
	return name, err
}

func scanEvent(scan func(...any) error, e *audit.Event) error {
	var at string
	var prev, hash []byte
	if err := scan(&e.ID, &at, &e.Actor, &e.ActorName, &e.Device, &e.Op, &e.SubjectKind, &e.SubjectID,
		&e.RequestID, &e.Payload, &e.Digest, &prev, &hash); err != nil {
		return err
	}
	if len(prev) == len(e.Prev) && len(hash) == len(e.Hash) {
		e.Prev, e.Hash = audit.Hash(prev), audit.Hash(hash)
	}
	// A time that the program did not write so is none: the chain is broken there, and the rest can be read.
	if t, err := parseInstant(at); err == nil && instant(t) == at {
		e.At = t
	}
	return nil
}

// Replay returns the stored answer of a request id.
func (t *Tx) Replay(requestID string) (op.Answer, bool, error) {
	var a op.Answer
	ok, err := t.one(`SELECT op, input_hash, response FROM answer WHERE request_id = ?`,
		[]any{requestID}, &a.Op, &a.InputHash, &a.Response)
	return a, ok, err
}

// KeepAnswer stores the answer of a request id and forgets those past their time.
func (t *Tx) KeepAnswer(requestID string, a op.Answer) error {
	if _, err := t.exec(`DELETE FROM answer WHERE at < ?`, instant(t.now.Add(-answersKept))); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO answer(request_id, at, op, input_hash, response) VALUES (?,?,?,?,?)`,
		requestID, instant(t.now), a.Op, a.InputHash, a.Response)
	return err
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

package store

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/history"
	"zafe/app/op"
	"zafe/app/relay"
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
	if err != nil {
		return e, err
	}
	t.noted = true
	return e, t.tell(e)
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

// Begun returns when the first event of a subject was, zero when it has none.
func (t *Tx) Begun(kind string, id int64) (at time.Time, err error) {
	_, err = t.one(`SELECT at FROM event WHERE subject_kind = ? AND subject_id = ? ORDER BY id LIMIT 1`,
		[]any{kind, id}, toInstant{&at})
	return at, err
}

var _ history.Tx = (*Tx)(nil)

// eventsAtOnce is how many events of a journal of years one page of a search goes through.
const eventsAtOnce = 50_000

// EventPage returns the latest events that a filter chooses, at most its limit, newest first, and what to go on
// before; 0 at the end. It goes through a part of a long journal.
func (t *Tx) EventPage(f history.Filter) (events []audit.Event, next int64, err error) {
	top := f.Before
	if top == 0 {
		head, err := t.Head()
		if err != nil {
			return nil, 0, err
		}
		top = head.ID + 1
	}
	bottom := max(top-eventsAtOnce, 1)
	c := &clause{}
	c.where("id >= ? AND id < ?", bottom, top)
	if f.Kind != "" {
		c.where("subject_kind = ? AND subject_id = ?", f.Kind, f.Subject)
	}
	if f.Person != 0 {
		c.where("actor = ?", f.Person)
	}
	if f.PC != nil {
		c.where("device = ?", *f.PC)
	}
	if !f.From.IsZero() {
		c.where("at >= ?", instant(f.From))
	}
	if !f.Until.IsZero() {
		c.where("at < ?", instant(f.Until))
	}
	if len(f.Words) > 0 {
		words := &clause{}
		for _, w := range f.Words {
			condition, args := meant(w)
			words.where(condition, args...)
		}
		whole, args := about(f.Whole)
		ways := append(whole, "("+strings.Join(words.conditions, " AND ")+")")
		c.where("("+strings.Join(ways, " OR ")+")", append(args, words.args...)...)
	}
	events, err = all(t, `SELECT `+eventColumns+` FROM event`+c.String()+` ORDER BY id DESC LIMIT ?`,
		append(c.args, f.Limit), scanEvent)
	switch {
	case err != nil:
		return nil, 0, err
	case len(events) == f.Limit && f.Limit > 0:
		next = events[f.Limit-1].ID
	default:
		next = bottom
	}
	if next <= 1 {
		next = 0
	}
	return events, next, nil
}

// numberInPayload is the number or code that an event says its subject has.
const numberInPayload = `CASE WHEN instr(payload, '"now"') > 0 AND json_valid(payload)
	THEN lower(coalesce(payload ->> '$.now.number', '') || ' ' || coalesce(payload ->> '$.now.code', '')) ELSE '' END`

// roleInPayload is the role that an event says somebody has.
const roleInPayload = `CASE WHEN subject_kind = 'user' AND instr(payload, '"role"') > 0 AND json_valid(payload)
	THEN payload ->> '$.role' END`

// meant is the condition that an event has one of the things that a word may mean.
func meant(w history.Word) (string, []any) {
	ways := []string{
		"instr(lower(actor_name), ?) > 0", "instr(" + numberInPayload + ", ?) > 0",
		"actor IN (SELECT value FROM json_each(?))", "device IN (SELECT value FROM json_each(?))",
		"op IN (SELECT value FROM json_each(?))",
	}
	args := []any{w.Text, w.Text, jsonList(w.People), jsonList(w.PCs), jsonList(w.Ops)}
	if len(w.Roles) > 0 {
		ways, args = append(ways, roleInPayload+" IN (SELECT value FROM json_each(?))"), append(args, jsonList(w.Roles))
	}
	subjects, more := about(w.Subjects)
	return "(" + strings.Join(append(ways, subjects...), " OR ") + ")", append(args, more...)
}

// about are the conditions that an event is about one of some subjects, by kind.
func about(subjects history.Subjects) (ways []string, args []any) {
	for _, kind := range slices.Sorted(maps.Keys(subjects)) {
		if ids := subjects[kind]; ids == nil {
			ways, args = append(ways, "subject_kind = ?"), append(args, kind)
		} else {
			ways = append(ways, "(subject_kind = ? AND subject_id IN (SELECT value FROM json_each(?)))")
			args = append(args, kind, idList(ids))
		}
	}
	return ways, args
}

// jsonList is a list as json_each takes it.
func jsonList[V ~string | ~int64](values []V) string {
	b, _ := json.Marshal(values) // these always marshal
	return string(b)
}

// Link returns an event by its number, and whether the journal has it.
func (t *Tx) Link(id int64) (e audit.Event, ok bool, err error) {
	es, err := all(t, `SELECT `+eventColumns+` FROM event WHERE id = ?`, []any{id}, scanEvent)
	if err != nil || len(es) == 0 {
		return e, false, err
	}
	return es[0], true, nil
}

// DoneAfter counts the events after one that are about customers, sales and books, by operation, the most often first.
func (t *Tx) DoneAfter(event int64) ([]relay.Done, error) {
	return all(t, `SELECT op, count(*) AS n FROM event WHERE id > ? AND subject_kind IN ('customer', 'item', 'quote',
		'invoice', 'credit_note', 'payment', 'entry', 'account', 'journal', 'fiscal_year', 'import', 'fec_import', 'company')
		GROUP BY op ORDER BY n DESC, op`, []any{event}, func(scan func(...any) error, d *relay.Done) error {
		return scan(&d.Op, &d.N)
	})
}

// LatestAt is the latest time of the last n events, zero for none or where one was not written by the program.
func (t *Tx) LatestAt(n int) (time.Time, error) {
	var at string
	_, err := t.one(`SELECT coalesce(max(at), '') FROM (SELECT at FROM event ORDER BY id DESC LIMIT ?)`, []any{n}, &at)
	if err != nil || at == "" {
		return time.Time{}, err
	}
	if latest, err := parseInstant(at); err == nil && instant(latest) == at {
		return latest, nil
	}
	return time.Time{}, nil
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
	"approval":    `SELECT u.name FROM approval a JOIN user u ON u.id = a.asked_by WHERE a.id = ?`,
	"device":      `SELECT name FROM device WHERE id = ?`,
	"support":     `SELECT who FROM support WHERE id = ?`,
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

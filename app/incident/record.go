package incident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
)

// An incident that is over still has its deadline: whoever answers for the data has 72 hours from when it was noticed
// to tell the CNIL, and keeps for each breach its facts and what was decided (RGPD, art. 33, 1 and 5).

// DeclareWithin is how long there is, from when an incident is noticed, to tell the CNIL (RGPD, art. 33) and, for the
// insurance to pay, to lodge a complaint (Code des assurances, art. L. 12-10-1).
const DeclareWithin = 72 * time.Hour

// pastKey is the setting that has the incidents that are over, the oldest first.
const pastKey = "incident.past"

// The bounds of what is kept. The events of older incidents stay in the journal.
const (
	pastMax = 200
	noteMax = 500 // characters
)

// Answer is what was decided about the CNIL.
type Answer struct {
	Told bool      `json:"told"` // it was told; else this was found not to be needed
	Note string    `json:"note"` // the number of the notification, or why none is needed
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// Record is an incident, over or not.
type Record struct {
	Since    time.Time `json:"since"` // when it was noticed
	By       string    `json:"by"`
	Ended    time.Time `json:"ended,omitzero"` // zero while it goes on
	EndedBy  string    `json:"ended_by,omitempty"`
	Deadline time.Time `json:"deadline"`       // to tell the CNIL
	CNIL     *Answer   `json:"cnil,omitempty"` // nil until somebody said
}

// History is all incidents, the latest first.
type History struct {
	Rows []Record `json:"rows"`
}

// Open are the incidents whose question about the CNIL nobody answered, the oldest deadline first.
func (h History) Open() (open []Record) {
	for _, r := range slices.Backward(h.Rows) {
		if r.CNIL == nil {
			open = append(open, r)
		}
	}
	return open
}

// AnswerRequest says what was decided about the CNIL.
type AnswerRequest struct {
	Since time.Time `json:"since"` // which incident: when it was noticed
	Told  bool      `json:"told"`
	Note  string    `json:"note"`
}

// Validate wants the reason why the CNIL was not told, which it may ask for: incident.why_missing, incident.note_long.
func (r AnswerRequest) Validate() error {
	switch {
	case !r.Told && strings.TrimSpace(r.Note) == "":
		return fault.Field("note", "incident.why_missing")
	case utf8.RuneCountInString(r.Note) > noteMax:
		return fault.Field("note", "incident.note_long", "n", noteMax)
	}
	return nil
}

// The operations on what is kept of incidents.
var (
	List = op.Op[op.Empty, History]{Spec: op.Spec{
		Name: "incident.list", Kind: op.Query, Needs: auth.IncidentManage, Since: 1,
		Doc: "Lists the incidents: when noticed and ended, the deadline of the CNIL, what was decided.",
	}}
	SayCNIL = op.Op[AnswerRequest, History]{Spec: op.Spec{
		Name: "incident.cnil", Kind: op.Command, Needs: auth.IncidentManage, Since: 1,
		Doc: "Says whether the CNIL was told of an incident, or why it need not be. Faults: incident.unknown.",
	}}
)

func bindRecords[T Tx](r *op.Registry[T]) {
	op.Bind(r, List, func(_ context.Context, tx T, _ op.Empty) (History, error) { return list(tx) })
	op.Bind(r, SayCNIL, func(ctx context.Context, tx T, req AnswerRequest) (History, error) { return sayCNIL(ctx, tx, req) })
}

func (c current) record() Record {
	return Record{Since: c.Since, By: c.By, Deadline: c.Since.Add(DeclareWithin), CNIL: c.CNIL}
}

func past(tx company.Settings) (all []Record, err error) {
	_, err = tx.Setting(pastKey, &all)
	return all, err
}

func keep(tx Tx, all []Record) error {
	return tx.SetSetting(pastKey, all[max(0, len(all)-pastMax):])
}

func list(tx Tx) (h History, err error) {
	all, err := past(tx)
	if err != nil {
		return h, err
	}
	c, err := currentOf(tx)
	if c.On {
		all = append(all, c.record())
	}
	slices.Reverse(all)
	return History{Rows: append([]Record{}, all...)}, err
}

// sayCNIL keeps what was decided; who was wrong says it again, and the journal has both.
func sayCNIL(ctx context.Context, tx Tx, req AnswerRequest) (h History, err error) {
	a := Answer{Told: req.Told, Note: strings.TrimSpace(req.Note), At: tx.Now(), By: op.Actor(ctx).Name}
	op.Note(ctx, "", 0, "", fmt.Sprintf(`{"told":%t}`, a.Told))
	c, err := currentOf(tx)
	if err != nil {
		return h, err
	}
	if c.On && c.Since.Equal(req.Since) {
		c.CNIL = &a
		if err := tx.SetSetting(settingKey, c); err != nil {
			return h, err
		}
		return list(tx)
	}
	all, err := past(tx)
	if err != nil {
		return h, err
	}
	at := slices.IndexFunc(all, func(r Record) bool { return r.Since.Equal(req.Since) })
	if at < 0 {
		return h, fault.Field("since", "incident.unknown")
	}
	all[at].CNIL = &a
	if err := keep(tx, all); err != nil {
		return h, err
	}
	return list(tx)
}

package backup

import (
	"encoding/json"
	"time"
)

// Terms are what the program undertakes towards the owner: how much work may be lost at the worst, and within what
// time the book is back once its copy is at hand.
type Terms struct {
	Loss time.Duration `json:"loss"`
	Back time.Duration `json:"back"`
}

// backWithin is the time within which the book is back.
const backWithin = 15 * time.Minute

// Promise gives the terms in force. Everything that speaks of a promise asks here. Beyond a day, whole days are
// promised: that is how they are told.
func (r Rules) Promise() Terms {
	const day = 24 * time.Hour
	loss := r.Loss.Most() + time.Duration(r.WaitSeconds)*time.Second
	if loss > day {
		loss = (loss + day - 1).Truncate(day)
	}
	return Terms{Loss: loss, Back: backWithin}
}

// MeasureKind is what was measured.
type MeasureKind string

// The kinds of measure. The names are permanent: they are in the journal.
const (
	LossMeasure  MeasureKind = "loss"  // how old the oldest work was that no place away from the house had
	TrialMeasure MeasureKind = "trial" // a complete trial restore
)

// MeasureOp is the operation of the journal's events that measures are. Being events, they are in the chain: one
// that was changed afterwards breaks it.
const MeasureOp = "backup.measured"

// Measure is one thing measured about the copies. It is kept as the payload of an event of the journal.
type Measure struct {
	Event int64     `json:"event,omitempty"` // number of its event; 0 until it is in the journal
	At    time.Time `json:"at,omitzero"`     // of its event

	Kind     MeasureKind `json:"kind"`
	Millis   int64       `json:"ms"`       // the age of the work, or the time the book took to come back
	Promised int64       `json:"promised"` // the same, as promised that day: milliseconds

	// What follows is of a trial restore only.
	Place    string    `json:"place,omitempty"` // of the destination, "" for the copies on this PC
	Label    string    `json:"label,omitempty"` // its name that day
	Away     bool      `json:"away,omitempty"`  // in another building
	Older    bool      `json:"older,omitempty"` // a point picked among the older ones, without its attachments
	Seq      uint64    `json:"seq,omitempty"`
	Made     time.Time `json:"made,omitzero"`
	Bytes    int64     `json:"bytes,omitempty"` // read at the place for the book
	Files    FilesRead `json:"files,omitzero"`
	Debit    int64     `json:"debit,omitempty"`  // cents, of the book that came back; equal to the copy's word
	Credit   int64     `json:"credit,omitempty"` // likewise
	Invoices int64     `json:"invoices,omitempty"`
	Fault    string    `json:"fault,omitempty"` // key of why it failed; "" when it passed
}

// FilesRead is how a part of the attachments was read in a trial restore.
type FilesRead struct {
	Bytes  int64 `json:"bytes"`
	Millis int64 `json:"ms"`
	All    int64 `json:"all"` // bytes of all attachments of the point
}

// Passed tells whether it is of a trial restore that brought the book back as it was.
func (m Measure) Passed() bool { return m.Kind == TrialMeasure && m.Fault == "" }

// Took is what was measured.
func (m Measure) Took() time.Duration { return time.Duration(m.Millis) * time.Millisecond }

// AllFiles estimates the time all attachments would take, at the rate of those that were read, or at the book's when
// none was. Known is false when nothing says at which rate.
func (m Measure) AllFiles() (d time.Duration, known bool) {
	bytes, millis := m.Files.Bytes, m.Files.Millis
	if bytes == 0 || millis == 0 {
		bytes, millis = m.Bytes, m.Millis
	}
	switch {
	case m.Files.All == 0:
		return 0, true
	case bytes <= 0 || millis <= 0:
		return 0, false
	}
	return time.Duration(float64(m.Files.All) / float64(bytes) * float64(millis) * float64(time.Millisecond)), true
}

// Payload is the measure as its event keeps it.
func (m Measure) Payload() (string, error) {
	m.Event, m.At = 0, time.Time{}
	out, err := json.Marshal(m)
	return string(out), err
}

// MeasureOf reads the measure of an event.
func MeasureOf(event int64, at time.Time, payload string) (m Measure, err error) {
	err = json.Unmarshal([]byte(payload), &m)
	m.Event, m.At = event, at
	return m, err
}

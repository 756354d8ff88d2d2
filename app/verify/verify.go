// Package verify re-checks the whole book: the key files, the seal of every page, SQLite's structure, the
// chain of events, and what each area says must hold. It is an operation people can ask for, a weekly job
// and a verb; it keeps its last outcome in the book, and what everybody must know of it beside the book, where it
// is read before the book is opened. It knows no SQL.
package verify

import (
	"context"
	"slices"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/op"
)

// Every is how often a book checks itself.
const Every = 7 * 24 * time.Hour

// Finding is something wrong, as a message for people that ends with what to do.
type Finding struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Counted is how many pieces a part of the check went through, by the part's name.
func (r Report) Counted(part string) int64 {
	i := slices.IndexFunc(r.Parts, func(p Part) bool { return p.Name == part })
	if i < 0 {
		return 0
	}
	return r.Parts[i].Count
}

// Part is what one step of a check went through.
type Part struct {
	Name     string `json:"name"`  // message key "integrity.part." and the name
	Count    int64  `json:"count"` // pages, files, events; 0 where there is nothing to count
	Millis   int64  `json:"ms"`
	Findings int    `json:"findings"`
}

// Report is the outcome; a book with no finding is sound.
type Report struct {
	Findings []Finding `json:"findings"`
	Events   int64     `json:"events"` // events in the chain
	Head     string    `json:"head"`   // hash of the last one
	At       time.Time `json:"at"`     // when it ended
	Millis   int64     `json:"ms"`
	Parts    []Part    `json:"parts"` // what was checked; a broken seal ends it early
}

// Progress is where a check under way stands: in bytes of pages, or in what the step counts.
type Progress struct {
	Part  string `json:"part"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0: unknown
}

// Surroundings is what the PC of the book does with it, as far as it can be told.
type Surroundings struct {
	System    string `json:"system"` // linux, windows, darwin
	Folder    string `json:"folder"`
	Place     string `json:"place"` // "", network, synced
	Service   string `json:"service"`
	Swap      string `json:"swap"`      // off, sealed, clear, unknown
	Hibernate string `json:"hibernate"` // off, sealed, clear, unknown
	Older     bool   `json:"older"`     // this PC saw the book further than it is
}

// Status is the last check, the one under way, and the PC around the book.
type Status struct {
	Last         *Report      `json:"last,omitempty"`
	Running      *Progress    `json:"running,omitempty"`
	Surroundings Surroundings `json:"surroundings"`
	Notices      []Finding    `json:"notices,omitempty"` // what opening the book found, and mended
	Health       Health       `json:"health"`
	Accepted     []Acceptance `json:"accepted,omitempty"` // oldest first
	// Ahead is the time of the latest of the last [aheadAmong] events when the clock has not got there by far: it was
	// ahead when that was recorded, or was put back since.
	Ahead time.Time `json:"ahead,omitzero"`
}

// How many events are looked at for a time that has not come, and by how much the clock may have been put right.
const (
	aheadAmong = 5000
	aheadBy    = 5 * time.Minute
)

// Acceptance is an owner's word that the book is taken as it is, without the ledger that says which version of
// each page is the latest. What came before it cannot be told any more, whatever a later check finds.
type Acceptance struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`            // name
	File string    `json:"file"`          // the ledger
	Cut  bool      `json:"cut,omitempty"` // the last operation was not wholly written, and is gone
}

// State is what a check, or the work itself, says of the book.
type State string

// The states, from good to bad.
const (
	Sound    State = "sound"
	Doubtful State = "doubtful" // something does not hold: the report says what to do about it
	Damaged  State = "damaged"  // its files are not what was written: a copy is to be restored
)

// Health is what everybody at work on a book must know of it.
type Health struct {
	State State     `json:"state"`
	Since time.Time `json:"since,omitzero"` // when it was found; zero for a sound book
}

// partsOfFiles are the parts whose findings no work on the book can mend.
var partsOfFiles = []string{"seal", "structure", "chain"}

// State is what the report says of the book.
func (r Report) State() State {
	switch {
	case len(r.Findings) == 0:
		return Sound
	case slices.ContainsFunc(r.Parts, func(p Part) bool {
		return p.Findings > 0 && slices.Contains(partsOfFiles, p.Name)
	}):
		return Damaged
	default:
		return Doubtful
	}
}

// Seen is the furthest that a PC saw a book go. It is a witness against the book's own files: all of them put
// back together as they once were show less.
type Seen struct {
	audit.Checkpoint
	Seal uint64 `json:"seal,omitempty"` // number of the seal's last record; 0 on a PC without the files
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	EachEvent(after int64, fn func(audit.Event) error) error
	Head() (audit.Event, error)
	// LatestAt is the latest time of the last n events, zero for none.
	LatestAt(n int) (time.Time, error)
	CheckIntegrity() ([]string, error)
	Setting(key string, dst any) (bool, error)
	SetSetting(key string, v any) error
}

// The operations.
var (
	Book = op.Op[op.Empty, Report]{Spec: op.Spec{
		Name: "book.verify", Kind: op.Action, Needs: auth.BookVerify, Since: 1,
		Doc: "Re-checks the whole book: seal, structure, chain of events, ledger, documents, numbering.",
	}}
	Integrity = op.Op[op.Empty, Status]{Spec: op.Spec{
		Name: "book.integrity", Kind: op.Query, Needs: auth.BookVerify, Since: 1,
		Doc: "Tells what the last check of the book found, how far one under way is, and what its PC does with it.",
	}}
	HealthOf = op.Op[op.Empty, Health]{Spec: op.Spec{
		Name: "book.health", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Tells whether the book is sound, as far as its last check and the work since then have shown.",
	}}
)

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T], s *Service[T]) {
	op.BindAction(r, Book, func(ctx context.Context, _ op.Empty) (Report, error) { return s.Run(ctx) })
	op.BindElsewhere(r, HealthOf, func(ctx context.Context, _ op.Empty) (Health, error) { return s.Health(ctx) })
	op.BindElsewhere(r, Integrity, func(ctx context.Context, _ op.Empty) (Status, error) { return s.Status(ctx) })
}

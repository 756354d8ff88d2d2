// Package history shows the journal of events to people: what happened, who did it, on what. The
// events themselves and their chain are package audit's.
package history

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"zafe/app/attempt"
	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/user"
	"zafe/app/witness"
)

// Event is one line of the journal.
type Event struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Device  string    `json:"device"`       // fingerprint of the PC, "" for the one that has the book
	PC      string    `json:"pc,omitempty"` // its name now
	Op      string    `json:"op"`           // its name for people is message "event." and the operation
	Kind    string    `json:"kind"`
	Subject int64     `json:"subject"`
	Hash    string    `json:"hash"`

	// What follows is read from the rows as they are now; events themselves never change. Each is empty when
	// the row is gone, and for somebody who may not read all such rows.
	Name  string `json:"name,omitempty"`  // of the subject, as people know it: "D-2026-0001", "Luc Petit"
	File  string `json:"file,omitempty"`  // of the attachment it is about
	Login string `json:"login,omitempty"` // of the account that somebody not logged in tried

	// Role is the role that an account had since then, and RoleName what the company calls it if it made it.
	Role     auth.Role `json:"role,omitempty"`
	RoleName string    `json:"role_name,omitempty"`

	Tried *attempt.Facts `json:"tried,omitempty"` // of what was refused for want of a right

	// What the event itself kept of what was done; each is empty for those that keep no such thing.
	Rows   int         `json:"rows,omitempty"`   // that left in a file, or were asked for
	Filter string      `json:"filter,omitempty"` // which ones, as whoever took them chose
	For    string      `json:"for,omitempty"`    // the operation that was asked for, or answered about
	Answer Answer      `json:"answer,omitempty"`
	Asked  bool        `json:"asked,omitempty"`  // it was only asked for, and waits
	Rights auth.Rights `json:"rights,omitempty"` // of a role since then
	Young  []string    `json:"young,omitempty"`  // whose accounts were too young for their word to count
}

// Answer is what was decided of a request.
type Answer string

// The answers.
const (
	Yes       Answer = "yes"
	No        Answer = "no"
	Withdrawn Answer = "withdrawn" // by whoever asked
)

// ListRequest asks for events, newest first, before one of them (0: from the end). What is chosen by more than one
// part is chosen by all of them.
type ListRequest struct {
	Kind    string      `json:"kind,omitempty"` // of one subject only
	Subject int64       `json:"subject,omitempty"`
	Text    string      `json:"text,omitempty"` // words of who, what, on what and where, as Lang has them
	Lang    string      `json:"lang,omitempty"`
	Person  auth.UserID `json:"person,omitempty"` // by one person only
	PC      string      `json:"pc,omitempty"`     // from one PC only: its fingerprint, or MainPC
	From    civil.Date  `json:"from,omitzero"`    // first day, in the company's time zone
	To      civil.Date  `json:"to,omitzero"`      // last day
	Before  int64       `json:"before,omitempty"`
	Limit   int         `json:"limit,omitempty"`
}

// MainPC stands for the PC that has the book.
const MainPC = "main"

// limitMax bounds a page of the journal, textMax what is typed to find events, in bytes.
const (
	limitMax = 500
	textMax  = 200
)

// Validate refuses an endless page or search: history.limit, history.text.
func (r ListRequest) Validate() error {
	switch {
	case r.Limit < 0 || r.Limit > limitMax:
		return fault.Field("limit", "history.limit", "max", limitMax)
	case len(r.Text) > textMax:
		return fault.Field("text", "history.text", "max", textMax)
	}
	return nil
}

// Page is a part of the journal.
type Page struct {
	Events []Event `json:"events"`
	Total  int64   `json:"total"` // events in the whole chain
	// Next is what to read before for more, 0 when there is none. A page may be short, or empty, with more to come:
	// each reads a part of a long journal.
	Next   int64    `json:"next,omitempty"`
	People []Choice `json:"people,omitempty"` // with the first page: who and which PCs can be asked for, by name
	PCs    []Choice `json:"pcs,omitempty"`
}

// Choice is a person or a PC.
type Choice struct {
	ID   auth.UserID `json:"id,omitempty"`
	PC   string      `json:"pc,omitempty"`
	Name string      `json:"name"`
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	search.Tx
	witness.Journal
	audit.Journal
	// EventPage returns the latest events that a filter chooses, newest first, and where to go on; 0 at the end.
	EventPage(f Filter) (events []audit.Event, next int64, err error)
	Today() civil.Date // in the company's time zone
	// StartOf is when a day begins in the company's time zone.
	StartOf(day civil.Date) time.Time
	// SubjectName is what people call the subject of an event, "" when it is not there or has no name.
	SubjectName(kind string, id int64) (string, error)
	// PCName is what people call a PC, "" for one that is not known.
	PCName(fingerprint string) (string, error)
	// User returns a person: fault user.not_found.
	User(id auth.UserID) (user.User, error)
	Users() ([]user.User, error)
	Devices() ([]device.Device, error)
	Roles() ([]role.Role, error)
}

// List is the operation.
var List = op.Op[ListRequest, Page]{Spec: op.Spec{
	Name: "event.list", Kind: op.Query, Needs: auth.AuditRead, Since: 1,
	Doc: "Lists the journal of events, newest first.",
}}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, List, list[T])
	op.BindExport(r, Export, func(_ context.Context, tx T, _ ExportRequest) (int, error) {
		last, err := tx.Head()
		return int(last.ID) + 1, err // its own event is the last line
	}, export[T])
}

// readers are the rights that show what a kind of subject is called, each needed on all records: the journal
// says what was done to everything, not what everything is. A kind that is not here has no name of its own to
// hide.
var readers = map[string][]auth.Permission{
	"customer": {auth.CustomerRead}, "item": {auth.ItemRead}, "import": {auth.CustomerImport},
	"quote": {auth.SalesRead}, "invoice": {auth.SalesRead}, "credit_note": {auth.SalesRead},
	"document": {auth.SalesRead}, "payment": {auth.SalesRead},
	"entry": {auth.LedgerRead}, "entry_line": {auth.LedgerRead}, "draft": {auth.LedgerRead},
	"fec_import": {auth.LedgerRead}, "fiscal_year": {auth.LedgerRead},
	"attachment": {auth.CustomerRead, auth.SalesRead, auth.LedgerRead},
	"user":       {}, "device": {}, "role": {}, "team": {}, "approval": {}, "support": {},
}

// shows tells whether somebody may learn what a kind of subject is called.
func shows(a auth.Actor, kind string) bool {
	rights, known := readers[kind]
	return known && !slices.ContainsFunc(rights, func(p auth.Permission) bool { return a.Scope(p) != auth.All })
}

func list[T Tx](ctx context.Context, tx T, req ListRequest) (Page, error) {
	limit := req.Limit
	if limit == 0 {
		limit = 100
	}
	f, err := filter(tx, op.Actor(ctx), req)
	if err != nil {
		return Page{}, err
	}
	f.Before, f.Limit = req.Before, limit
	es, next, err := tx.EventPage(f)
	if err != nil {
		return Page{}, err
	}
	head, err := tx.Head()
	p := Page{Total: head.ID, Next: next, Events: make([]Event, 0, len(es))}
	if err == nil && req.Before == 0 {
		p.People, p.PCs, err = choices(tx)
	}
	names := namer[T]{tx: tx, actor: op.Actor(ctx), known: map[named]string{}}
	for _, e := range es {
		line := Event{
			ID: e.ID, At: e.At, Actor: e.ActorName, Device: e.Device, Op: e.Op,
			Kind: e.SubjectKind, Subject: e.SubjectID, Hash: e.Hash.String(),
		}
		names.fill(&line, e)
		p.Events = append(p.Events, line)
	}
	return p, errors.Join(err, names.err)
}

// namer finds what people call the subjects of events, each once.
type namer[T Tx] struct {
	tx    T
	actor auth.Actor
	known map[named]string
	roles map[auth.Role]string // names of those that the company made; nil before they are read
	err   error                // the first one
}

// role is what people call a role that the company made, "" for a ready one and one that is gone.
func (n *namer[T]) role(key auth.Role) string {
	if n.roles == nil {
		all, err := n.tx.Roles()
		n.roles, n.err = map[auth.Role]string{}, cmp.Or(n.err, err)
		for _, r := range all {
			n.roles[r.Key] = r.Name
		}
	}
	return n.roles[key]
}

type named struct {
	kind string
	id   int64
}

// facts are what a payload may say of the subject: an attachment, or what has no id of its own.
type facts struct {
	Attachment int64 `json:"attachment"`
	Now        struct {
		Number string `json:"number"`
		Code   string `json:"code"`
	} `json:"now"`
	Rows    int    `json:"rows"`
	Filter  string `json:"filter"`
	Op      string `json:"op"`
	Approve *bool  `json:"approve"`
	State   string `json:"state"`
	How     string `json:"how"`

	Role auth.Role `json:"role"`

	Young []auth.UserID `json:"young"`
}

// answer is what a payload says was decided.
func (f facts) answer() Answer {
	switch {
	case f.Approve != nil && *f.Approve, f.State == "approved":
		return Yes
	case f.Approve != nil, f.State == "refused":
		return No
	case f.State == "withdrawn":
		return Withdrawn
	}
	return ""
}

func (n *namer[T]) fill(line *Event, e audit.Event) {
	var f facts
	// A payload of another shape says nothing of these.
	_ = json.Unmarshal([]byte(e.Payload), &f)
	if e.Device != "" {
		pc, err := n.tx.PCName(e.Device)
		line.PC, n.err = pc, cmp.Or(n.err, err)
	}
	line.Name = cmp.Or(n.name(e.SubjectKind, e.SubjectID), f.Now.Number, f.Now.Code)
	line.Rows, line.Filter, line.For, line.Answer = f.Rows, f.Filter, f.Op, f.answer()
	line.Asked = f.How == "asked"
	for _, id := range f.Young {
		if name := n.name("user", int64(id)); name != "" {
			line.Young = append(line.Young, name)
		}
	}
	if e.SubjectKind == "user" && f.Role != "" {
		line.Role, line.RoleName = f.Role, n.role(f.Role)
	}
	if e.SubjectKind == "role" && e.Payload != "" && n.actor.Scope(auth.UserManage) == auth.All { // who lists the roles
		if json.Unmarshal([]byte(e.Payload), &line.Rights) != nil { // of another shape it says nothing of them
			line.Rights = nil
		}
	}
	if shows(n.actor, e.SubjectKind) {
		line.File = n.named("attachment", f.Attachment)
	}
	if e.Op == attempt.Event {
		line.Tried = &attempt.Facts{}
		n.err = cmp.Or(n.err, json.Unmarshal([]byte(e.Payload), line.Tried))
	}
	if e.ActorName == "" && e.SubjectKind == "user" && e.SubjectID != 0 {
		u, err := n.tx.User(auth.UserID(e.SubjectID))
		if err != nil && fault.KeyOf(err) != "user.not_found" {
			n.err = cmp.Or(n.err, err)
		}
		line.Login = u.Login
	}
}

func (n *namer[T]) name(kind string, id int64) string {
	if !shows(n.actor, kind) {
		return ""
	}
	return n.named(kind, id)
}

func (n *namer[T]) named(kind string, id int64) string {
	if id == 0 {
		return ""
	}
	k := named{kind, id}
	if name, ok := n.known[k]; ok {
		return name
	}
	name, err := n.tx.SubjectName(kind, id)
	n.known[k], n.err = name, cmp.Or(n.err, err)
	return name
}

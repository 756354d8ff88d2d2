// Package change tells the people at work on a book what changes in it, as it does, so that what they look at follows
// by itself. What is told names a kind of record and a number, nothing of what is in it, and only to those who may see
// it: whoever is told asks for the record as for any other. Everything is told from memory, and the book waits for
// nobody who listens. The store says what changed; who goes on listening is asked of package user.
package change

import (
	"slices"

	"zafe/app/auth"
	"zafe/app/op"
)

// Entry is what one event of the journal changed, as the store tells it.
type Entry struct {
	Event int64
	Op    string
	Kind  string // subject of the event
	ID    int64
	// Whose is whom rights look at of the records: as they are now, and as they were before.
	Whose []auth.Whose
	// Left are the people for whom a notice (package user) was left with it: each is told that there is one.
	Left []auth.UserID
}

// Change says that a record changed, or with ID 0 that there are several of the kind that may have.
type Change struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id,omitempty"`
}

// News is a line of what is told: what changed since the line before.
type News struct {
	// Head is the event up to which the changes are told. Asked for those after it, one misses nothing.
	Head    int64    `json:"head"`
	Changes []Change `json:"changes,omitempty"`
	// All says that anything may have changed: too much happened since, or nobody remembers.
	All bool `json:"all,omitempty"`
}

// About tells whether records of one of some kinds may have changed.
func (n News) About(kinds ...string) bool {
	return n.All || slices.ContainsFunc(n.Changes, func(c Change) bool { return slices.Contains(kinds, c.Kind) })
}

// FollowRequest asks for what changes after an event; 0 is what changes from now on.
type FollowRequest struct {
	After int64 `json:"after,omitempty"`
}

// Follow tells what changes. The first line comes at once; then one whenever something did, and one in every
// [BeatEvery]. Faults: change.too_many; as it goes on user.session_over, user.ended and op.rights_changed.
var Follow = op.Op[FollowRequest, News]{Spec: op.Spec{
	Name: "change.follow", Kind: op.Watch, Needs: auth.Anyone, Since: 1,
	Doc: "Tells which records change, of those the person may see, for as long as they listen.",
}}

// The kinds of records that are told of, beside those that search finds.
const (
	entry   = "entry"
	account = "account"
	notice  = "notice" // told to nobody but whom it is for, whatever their rights
	export  = "export" // that rows left, or wait to
)

// needs is the right to read each kind. A kind that is not here is never told.
var needs = map[string]auth.Permission{
	"customer": auth.CustomerRead, "item": auth.ItemRead,
	"quote": auth.SalesRead, "invoice": auth.SalesRead, "credit_note": auth.SalesRead, "payment": auth.SalesRead,
	entry: auth.LedgerRead, account: auth.LedgerRead, "journal": auth.LedgerRead, "fiscal_year": auth.LedgerRead,
	"company": auth.CompanyRead, "role": auth.UserManage, "team": auth.UserManage, "user": auth.UserManage,
	"device": auth.DeviceManage, "support": auth.KeyManage, "hold": auth.KeyManage,
	"approval": auth.CompanyWrite, export: auth.KeyManage,
}

// belongs are the kinds whose records belong to people.
var belongs = []string{"customer", "quote", "invoice", "credit_note", "payment"}

// wide are the kinds of which an event changes many records, by its subject or its operation.
var wide = map[string][]string{
	"import": {"customer", "item"}, "fec_import": {entry, account}, "entry_line": {entry},
	"fiscal_year.open": {entry}, "fiscal_year.close": {entry},
	"invoice.issue": {entry}, "payment.record": {entry, "invoice"}, "payment.cancel": {entry, "invoice"},
	"payment.allocate": {entry, "invoice"}, "invoice.credit": {"invoice"},
	"customer.export": {export}, "fec.export": {export}, "event.export": {export}, "sentry.held": {export}, "sentry.decide": {export},
	"sentry.lists": {export},
}

// manyOfAKind is from how many records of a kind on the kind alone is told.
const manyOfAKind = 20

// toldTo are the changes of entries that somebody may be told of, each once, in order.
func toldTo(a auth.Actor, entries []Entry) []Change {
	var out []Change
	count := map[string]int{}
	tell := func(kind string, id int64) {
		c := Change{kind, id}
		if slices.Contains(out, c) || slices.Contains(out, Change{Kind: kind}) {
			return
		}
		if count[kind]++; id == 0 || count[kind] > manyOfAKind {
			out = slices.DeleteFunc(out, func(c Change) bool { return c.Kind == kind })
			c.ID = 0
		}
		out = append(out, c)
	}
	for _, e := range entries {
		if slices.Contains(e.Left, a.User) {
			tell(notice, 0)
		}
		if e.visibleTo(a, e.Kind) {
			tell(e.Kind, e.ID)
		}
		for _, kind := range slices.Concat(wide[e.Kind], wide[e.Op]) {
			if e.visibleTo(a, kind) {
				tell(kind, 0)
			}
		}
	}
	return out
}

// visibleTo tells whether somebody may see the records of a kind that an event changed, or could until then.
func (e Entry) visibleTo(a auth.Actor, kind string) bool {
	p, known := needs[kind]
	if !known {
		return false
	}
	if !slices.Contains(belongs, kind) {
		return a.May(p)
	}
	return a.Scope(p) == auth.All || slices.ContainsFunc(e.Whose, func(w auth.Whose) bool { return a.Sees(p, w) })
}

// unsettles tells whether an event may have changed who may do what, or who is logged in.
func (e Entry) unsettles() bool {
	return slices.Contains([]string{"user", "role", "team", "device"}, e.Kind) ||
		slices.Contains([]string{"support.end", "support.over"}, e.Op)
}

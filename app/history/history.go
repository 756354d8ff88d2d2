// Package history shows the journal of events to people: what happened, who did it, on what. The
// events themselves and their chain are package audit's.
package history

import (
	"context"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// Event is one line of the journal.
type Event struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Device  string    `json:"device"`
	Op      string    `json:"op"` // its name for people is message "event." and the operation
	Kind    string    `json:"kind"`
	Subject int64     `json:"subject"`
	Hash    string    `json:"hash"`
}

// ListRequest asks for events, newest first, before one of them (0: from the end).
type ListRequest struct {
	Kind    string `json:"kind,omitempty"` // of one subject only
	Subject int64  `json:"subject,omitempty"`
	Before  int64  `json:"before,omitempty"`
	Limit   int    `json:"limit,omitempty"`
}

// limitMax bounds a page of the journal.
const limitMax = 500

// Validate refuses an endless page: history.limit.
func (r ListRequest) Validate() error {
	if r.Limit < 0 || r.Limit > limitMax {
		return fault.Field("limit", "history.limit", "max", limitMax)
	}
	return nil
}

// Page is a part of the journal.
type Page struct {
	Events []Event `json:"events"`
	Total  int64   `json:"total"` // events in the whole chain
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	Events(kind string, id, before int64, limit int) ([]audit.Event, error)
	Head() (audit.Event, error)
}

// List is the operation.
var List = op.Op[ListRequest, Page]{Spec: op.Spec{
	Name: "event.list", Kind: op.Query, Needs: auth.AuditRead, Since: 1,
	Doc: "Lists the journal of events, newest first.",
}}

// Bind registers the operation.
func Bind[T Tx](r *op.Registry[T]) { op.Bind(r, List, list[T]) }

func list[T Tx](_ context.Context, tx T, req ListRequest) (Page, error) {
	limit := req.Limit
	if limit == 0 {
		limit = 100
	}
	es, err := tx.Events(req.Kind, req.Subject, req.Before, limit)
	if err != nil {
		return Page{}, err
	}
	head, err := tx.Head()
	p := Page{Total: head.ID, Events: make([]Event, 0, len(es))}
	for _, e := range es {
		p.Events = append(p.Events, Event{
			ID: e.ID, At: e.At, Actor: e.ActorName, Device: e.Device, Op: e.Op,
			Kind: e.SubjectKind, Subject: e.SubjectID, Hash: e.Hash.String(),
		})
	}
	return p, err
}

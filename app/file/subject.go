package file

import (
	"context"
	"io"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
)

// Tx is what this package needs of a transaction; C is a content that the store took in.
type Tx[C any] interface {
	op.Tx
	records

	// Attachments lists what is attached to a record, oldest first.
	Attachments(s Subject) ([]Attachment, error)
	// Attachment returns one and whether it exists.
	Attachment(id ID) (Attachment, bool, error)
	// AddAttachment attaches a content and returns it with its id. Fault file.already.
	AddAttachment(a Attachment, content C) (Attachment, error)
	// DropAttachment takes one away; the content goes once nothing refers to it.
	DropAttachment(id ID) error
	// OpenAttachment opens the content of one: faults file.not_here, and file.damaged while it is read.
	OpenAttachment(a Attachment) (io.ReadCloser, error)
}

// records are what things are attached to.
type records interface {
	// Customer returns a customer: fault party.not_found.
	Customer(id party.CustomerID) (party.Customer, error)
	// Document returns a document and whether it exists.
	Document(id billing.DocumentID) (billing.Document, bool, error)
	// LedgerEntry returns an entry, posted or draft, and whether it exists.
	LedgerEntry(id ledger.EntryID) (ledger.Entry, bool, error)
}

// about is what counts of a record here.
type about struct {
	kind          string // of the record in the journal of events
	final         bool   // it never changes any more, and what is attached to it stays
	writable      bool   // the actor holds the right to change such a record on this one
	reads, writes auth.Permission
	whose         auth.Whose
	missing       *fault.Fault
}

// open returns a record if the actor may read it and, when write is set, change it: the rights on what is
// attached are those on the record. Faults: party.not_found, billing.not_found, ledger.entry_gone;
// op.forbidden for a reader who wants to change it.
func open(ctx context.Context, tx records, s Subject, write bool) (about, error) {
	r, err := load(tx, s)
	if err != nil {
		return r, err
	}
	actor := op.Actor(ctx)
	r.writable = actor.Sees(r.writes, r.whose)
	switch {
	case !actor.Sees(r.reads, r.whose):
		return r, r.missing
	case write && !r.writable:
		return r, fault.New(fault.Forbidden, "op.forbidden")
	}
	return r, nil
}

// load reads a record, whoever asks.
func load(tx records, s Subject) (r about, err error) {
	there := true
	switch s.Kind {
	case Customer:
		r = about{kind: "customer", reads: auth.CustomerRead, writes: auth.CustomerWrite}
		r.missing = fault.New(fault.NotFound, "party.not_found")
		var c party.Customer
		c, err = tx.Customer(party.CustomerID(s.ID))
		r.whose = c.Whose()
	case Document:
		r = about{reads: auth.SalesRead, writes: auth.SalesWrite}
		r.missing = fault.New(fault.NotFound, "billing.not_found")
		var d billing.Document
		d, there, err = tx.Document(billing.DocumentID(s.ID))
		r.kind, r.final, r.whose = string(d.Kind), d.Final, d.Whose()
	default:
		r = about{kind: "entry", reads: auth.LedgerRead, writes: auth.LedgerWrite}
		r.missing = fault.New(fault.NotFound, "ledger.entry_gone")
		var e ledger.Entry
		e, there, err = tx.LedgerEntry(ledger.EntryID(s.ID))
		r.final = !e.ID.IsDraft()
	}
	if err == nil && !there {
		err = r.missing
	}
	return r, err
}

package store

import (
	"io/fs"
	"strconv"
	"strings"

	"zafe/app/audit"
	"zafe/app/money"
)

// Totals are the business figures a restored book is compared with.
type Totals struct {
	Change        uint64 // see LastChange
	LastInvoice   string // highest number issued, "" for none
	Invoices      int64  // issued invoices and credit notes
	Debit, Credit money.Amount
	Head          string // hash of the last event
}

// Totals reads the business figures.
func (t *Tx) Totals() (Totals, error) {
	var out Totals
	_, err := t.one(`SELECT count(*), coalesce(max(CASE WHEN kind = 'invoice' THEN number END), '')
		FROM document WHERE state = 'final' AND kind IN ('invoice', 'credit_note')`, nil, &out.Invoices, &out.LastInvoice)
	if err != nil {
		return out, err
	}
	if _, err = t.one(`SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0) FROM entry_line`, nil,
		&out.Debit, &out.Credit); err != nil {
		return out, err
	}
	head, err := t.Head()
	if err != nil {
		return out, err
	}
	if head.ID > 0 {
		out.Head = head.Hash.String()
	}
	out.Change, err = t.LastChange()
	return out, err
}

// changes picks the events worth a backup.
const changes = `op NOT GLOB 'session.*' AND op NOT GLOB 'backup.*' AND op NOT GLOB 'destination.*' AND op NOT GLOB 'plan.*'
	AND op NOT IN ('book.verify', 'device.invite', 'device.pair_refused', 'recovery.sheet', 'recovery.check')`

// LastChange is the number of the last event worth a backup: log-ins and the backups themselves are
// not. It only grows.
func (t *Tx) LastChange() (uint64, error) {
	var id uint64
	_, err := t.one(`SELECT id FROM event WHERE `+changes+` ORDER BY id DESC LIMIT 1`, nil, &id)
	return id, err
}

// NoteRestored records in the chain that this book was put back from a backup, and what it held then.
func (t *Tx) NoteRestored(payload string) error {
	_, err := t.AppendEvent(audit.Event{Op: "book.restored", ActorName: "Zafè", Payload: payload})
	return err
}

// Schema is the version of the schema this build writes.
func Schema() int {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		panic("store: no migration is embedded")
	}
	last := strings.TrimPrefix(names[len(names)-1], "migrations/")
	n, err := strconv.Atoi(last[:4])
	if err != nil {
		panic("store: migration without a number: " + last)
	}
	return n
}

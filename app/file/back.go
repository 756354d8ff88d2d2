package file

import (
	"context"

	"zafe/app/fault"
	"zafe/app/op"
)

// Linking is what bringing an attachment back needs of a transaction.
type Linking interface {
	op.Tx
	records
	Attachments(s Subject) ([]Attachment, error)
	// LinkAttachment attaches again a content that the book still has. Faults file.not_found, file.already.
	LinkAttachment(a Attachment) (Attachment, error)
}

// Bring attaches again what was taken off a record, as it was, with its content. Faults: those of the record for who may
// not change it, file.kept, file.too_many, file.not_found, file.already.
func Bring(ctx context.Context, tx Linking, was Attachment) (Attachment, error) {
	r, err := open(ctx, tx, was.Subject, true)
	if err != nil {
		return was, err
	}
	if r.final {
		return was, fault.New(fault.Conflict, "file.kept", "name", was.Name)
	}
	have, err := tx.Attachments(was.Subject)
	if err == nil && len(have) >= PerSubjectMax {
		err = fault.New(fault.Conflict, "file.too_many", "max", PerSubjectMax)
	}
	if err != nil {
		return was, err
	}
	return tx.LinkAttachment(was)
}

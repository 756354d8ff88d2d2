// Package source gives an open book to its backups: its pages, the totals that a copy is compared with, and
// its attachments, which it also takes back. When and where copies are made is the business of sync/backup.
package source

import (
	"context"
	"io"

	"zafe/app/audit"
	"zafe/app/backup"
	"zafe/app/witness"
	"zafe/store"
)

// Book gives a book's pages and totals; it is a vault.Source.
type Book struct{ *store.Store }

// Checks returns the totals of the book.
func (b Book) Checks(ctx context.Context) (t backup.Totals, err error) {
	err = b.View(ctx, func(tx *store.Tx) error { t, err = Totals(tx); return err })
	return t, err
}

// Change is the number of the last change worth a backup.
func (b Book) Change(ctx context.Context) (n uint64, err error) {
	err = b.View(ctx, func(tx *store.Tx) (err error) { n, err = tx.LastChange(); return err })
	return n, err
}

// Checkpoint is how far the book is now, signed by it.
func (b Book) Checkpoint(ctx context.Context) (c audit.Checkpoint, err error) {
	err = b.View(ctx, func(tx *store.Tx) (err error) { c, err = witness.Of(tx); return err })
	return c, err
}

// Totals are those of the book in a transaction.
func Totals(tx *store.Tx) (backup.Totals, error) {
	t, err := tx.Totals()
	return backup.Totals{
		Change: t.Change, LastInvoice: t.LastInvoice, InvoiceCount: t.Invoices,
		SumDebit: int64(t.Debit), SumCredit: int64(t.Credit), AuditHead: t.Head,
	}, err
}

// Files gives the contents of a book's attachments and takes them back; it is a vault.Files and a
// vault.FileSink.
type Files struct{ Store *store.Store }

// Attachments lists what the book refers to.
func (f Files) Attachments(ctx context.Context) ([]backup.Attachment, error) {
	return named(f.Store.Files(ctx))
}

// Missing lists what the book refers to and the disk lacks.
func (f Files) Missing(ctx context.Context) ([]backup.Attachment, error) {
	return named(f.Store.MissingFiles(ctx))
}

func named(files []store.StoredFile, err error) ([]backup.Attachment, error) {
	out := make([]backup.Attachment, len(files))
	for i, f := range files {
		out[i] = backup.Attachment{Hash: f.Digest, Size: f.Size, Month: f.Month}
	}
	return out, err
}

// Open opens a content. Faults as [store.Store.OpenFile].
func (f Files) Open(ctx context.Context, hash string) (io.ReadCloser, error) {
	return f.Store.OpenFile(ctx, hash)
}

// Has tells whether the book needs no content of that name.
func (f Files) Has(ctx context.Context, a backup.Attachment) (bool, error) {
	needed, err := f.Store.NeedsFile(ctx, a.Hash)
	return !needed, err
}

// Put takes a content back.
func (f Files) Put(ctx context.Context, a backup.Attachment, content io.Reader) error {
	return f.Store.RestoreFile(ctx, a.Hash, content)
}

// Proves implements vault.ProvingSink: a content is compared with its keyed name while it is sealed.
func (Files) Proves() {}

// Settle puts what Put took in its place.
func (f Files) Settle(ctx context.Context) error { return f.Store.SettleFiles(ctx) }

package billing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/op"
)

// IssueRequest makes a draft final. Version and ChangedAt, as in a SaveRequest, are those of the draft that was read:
// nobody issues what they have not seen.
type IssueRequest struct {
	ID        DocumentID `json:"id"`
	Version   int64      `json:"version,omitempty"`
	ChangedAt time.Time  `json:"changed_at,omitzero"`
}

// Validate implements op.Validator.
func (r IssueRequest) Validate() error { return known(r.ID) }

// IssueAnswer is the final document and its entry in the ledger.
type IssueAnswer struct {
	Document
	Posting ledger.Entry `json:"posting"`
}

// noDate is the absence of a date.
var noDate civil.Date

func known(id DocumentID) error {
	if id <= 0 {
		return fault.New(fault.NotFound, "billing.not_found")
	}
	return nil
}

// ofKind refuses a document of another kind as if it did not exist.
func ofKind(d Document, kinds ...Kind) error {
	if slices.Contains(kinds, d.Kind) {
		return nil
	}
	return fault.New(fault.NotFound, "billing.not_found")
}

func issue[T Tx](ctx context.Context, tx T, req IssueRequest) (IssueAnswer, error) {
	return issueDocument(ctx, tx, req)
}

// issueDocument makes an invoice or a credit note final (validation): number, freeze, entry, event
// and search row in one transaction, or nothing. A credit note is set against its invoice at once,
// as far as the invoice is not settled.
func issueDocument(ctx context.Context, tx Tx, req IssueRequest) (IssueAnswer, error) {
	var a IssueAnswer
	d, err := draftOf(ctx, tx, req.ID, req.Version, req.ChangedAt, auth.InvoiceIssue, Invoice, CreditNote)
	if err != nil {
		return a, err
	}
	if err := number(ctx, tx, &d); err != nil {
		return a, err
	}
	e, err := ledger.Post(ctx, tx, entryOf(d))
	if err != nil {
		return a, posting(err)
	}
	d.Entry, d.Receivable = e.ID, receivables(e)[0]
	if err := seal(ctx, tx, &d); err != nil {
		return a, err
	}
	if d.Kind == CreditNote {
		if err := offset(ctx, tx, d); err != nil {
			return a, err
		}
	}
	a.Posting = e
	a.Document, err = read(tx, d.ID)
	return a, err
}

// number refuses a draft with a red check and gives it the next number of its series.
func number(ctx context.Context, tx Tx, d *Document) (err error) {
	if d.Date.IsZero() {
		d.Date = tx.Today()
	}
	if err := refresh(tx, d); err != nil {
		return err
	}
	if err := blocked(d.Checks); err != nil {
		return err
	}
	d.Period = d.period(tx)
	if d.Serial, err = tx.NextNumber(string(d.Kind), d.Period); err != nil {
		return err
	}
	d.Number = fmt.Sprintf("%s-%04d", seriesName(d.Kind, d.Period), d.Serial)
	d.Issued = stampOf(ctx, tx)
	d.Final = true
	d.Version++
	d.Changed = d.Issued
	return nil
}

// seal freezes a numbered document and binds it to the journal of events by its digest.
func seal(ctx context.Context, tx Tx, d *Document) error {
	raw, err := json.Marshal(d.Seller)
	if err != nil {
		return fmt.Errorf("billing: seller: %w", err)
	}
	d.SellerText = string(raw)
	d.Digest = digestOf(*d)
	if err := tx.PutDocument(*d); err != nil {
		return err
	}
	op.Note(ctx, string(d.Kind), int64(d.ID), d.Digest, "")
	return index(tx, *d)
}

// seriesName is the beginning of the numbers of a series: D for quotes (devis), F for invoices
// (factures), A for credit notes (avoirs), and the year.
func seriesName(k Kind, period string) string {
	return map[Kind]string{Quote: "D", Invoice: "F", CreditNote: "A"}[k] + "-" + period
}

// posting turns a refusal of the ledger into one of the document: fields of the entry are not on
// anybody's screen, but its date is the document's.
func posting(err error) error {
	f := fault.Of(err)
	if f.Code == fault.Internal || f.Field == "" || f.Field == "date" {
		return err
	}
	c := *f
	c.Field = ""
	return &c
}

// offset sets a credit note against the invoice it corrects, up to what is left of the invoice.
func offset(ctx context.Context, tx Tx, c Document) error {
	d, _, err := tx.Document(c.Source)
	if err != nil {
		return err
	}
	amount := min(d.Balance.Open, c.Gross)
	if amount == 0 {
		return nil
	}
	return settle(ctx, tx, Settlement{
		Document: d.ID, Credit: c.ID, Amount: amount, Date: c.Date, Line: c.Receivable, Netted: true,
	})
}

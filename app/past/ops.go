package past

import (
	"context"
	"fmt"
	"io"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/op"
	"zafe/app/party"
)

// Tx is what taking back needs of a transaction; C is a content that the store took in.
type Tx[C any] interface {
	party.Tx
	catalog.Tx
	billing.Tx
	file.Tx[C]
}

// OpenRequest names a restore point and the place it is at: a destination's id, "" for the main PC.
type OpenRequest struct {
	Place string `json:"place"`
	Point string `json:"point"`
}

// PDFRequest asks for a document as it was, as PDF. Lang is "fr" or "en", "" for French.
type PDFRequest struct {
	Point string             `json:"point"`
	ID    billing.DocumentID `json:"id"`
	Lang  string             `json:"lang,omitempty"`
}

// Subject names the document in the event of its printing.
func (r PDFRequest) Subject() (kind string, id int64) { return "document", int64(r.ID) }

// Validate implements op.Validator.
func (r PDFRequest) Validate() error { return billing.PDFRequest{ID: r.ID, Lang: r.Lang}.Validate() }

// TakeRequest names a record of the open point, by its id then. Version is that of today's record as the person saw it
// beside, 0 for none.
type TakeRequest struct {
	Point   string `json:"point"`
	ID      int64  `json:"id"`
	Version int64  `json:"version,omitempty"`
}

// CustomerThen is a customer as they were and as they are; Now is nil when they are gone.
type CustomerThen struct {
	Then    party.Customer  `json:"then"`
	Now     *party.Customer `json:"now,omitempty"`
	Differs []string        `json:"differs,omitempty"` // fields that taking back changes, by their names here
}

// ItemThen is an item as it was and as it is; Now is nil when it is gone.
type ItemThen struct {
	Then    catalog.Item  `json:"then"`
	Now     *catalog.Item `json:"now,omitempty"`
	Differs []string      `json:"differs,omitempty"` // fields that taking back changes, by their names here
}

// DraftThen is a draft as it was and what became of it; Now is nil when it was thrown away. It may be final by now.
type DraftThen struct {
	Then    billing.Document  `json:"then"`
	Now     *billing.Document `json:"now,omitempty"`
	Differs []string          `json:"differs,omitempty"` // what people write in it, by the names here
}

// TakeFileRequest names an attachment of a record of the open point, both by their ids then.
type TakeFileRequest struct {
	Point   string       `json:"point"`
	Subject file.Subject `json:"subject"`
	ID      file.ID      `json:"id"`
}

// Validate implements op.Validator.
func (r TakeFileRequest) Validate() error { return r.Subject.Validate() }

// FileThen is something that was attached. Now tells that it still is, to the same record.
type FileThen struct {
	file.Attachment
	Now bool `json:"now"`
}

// FilesThen is what was attached to a record, oldest first. Gone tells that the record is: nothing can be taken back
// to it.
type FilesThen struct {
	Files []FileThen `json:"files"`
	Gone  bool       `json:"gone,omitempty"`
}

func spec(name string, kind op.Kind, doc string) op.Spec {
	return op.Spec{Name: name, Kind: kind, Needs: auth.BackupManage, Since: 1, Doc: doc}
}

// take is the row of what changes the book of today: who is there is asked again.
func take(name string, kind op.Kind, doc string) op.Spec {
	s := spec(name, kind, doc)
	s.Fresh = true
	return s
}

// over is take of what may write over a record.
func over(name string, kind op.Kind, doc string) op.Spec {
	s := take(name, kind, doc)
	s.Destroys = true
	return s
}

// The operations. Each also asks for the right of today on all records of the kind it reads or writes: past.not_all,
// op.forbidden. past.closed says that the point is no longer open.
var (
	Open = op.Op[OpenRequest, State]{
		Spec: spec("past.open", op.Action, "Opens the book as it was at a restore point, to be looked at."),
	}
	Close = op.Op[op.Empty, State]{
		Spec: spec("past.close", op.Action, "Closes the restore point that is open, or gives up its opening."),
	}
	Status = op.Op[op.Empty, State]{
		Spec: spec("past.status", op.Query, "Tells which restore point is open, and what one may read of it."),
	}
	Customers = op.Op[party.ListRequest, party.Page]{
		Spec: spec("past.customers", op.Query, "Lists the customers as they were."),
	}
	Customer = op.Op[party.IDRequest, CustomerThen]{
		Spec: spec("past.customer", op.Query, "Compares a customer as they were with today's."),
	}
	Items = op.Op[catalog.ListRequest, catalog.Page]{
		Spec: spec("past.items", op.Query, "Lists the items as they were."),
	}
	Item = op.Op[catalog.IDRequest, ItemThen]{
		Spec: spec("past.item", op.Query, "Compares an item as it was with today's."),
	}
	Documents = op.Op[billing.ListRequest, billing.Page]{
		Spec: spec("past.documents", op.Query, "Lists quotes, invoices and credit notes as they were."),
	}
	Draft = op.Op[billing.DocumentRequest, DraftThen]{
		Spec: spec("past.draft", op.Query, "Compares a draft as it was with today's. Faults: billing.final_stays."),
	}
	PDF = op.Op[PDFRequest, op.Download]{
		Spec: spec("past.pdf", op.Stream, "Writes a document as it was as PDF."),
	}
	Files = op.Op[file.ListRequest, FilesThen]{
		Spec: spec("past.files", op.Query, "Lists what was attached to a customer or a document."),
	}
	TakeCustomer = op.Op[TakeRequest, party.Saved]{
		Spec: over("past.take_customer", op.Command, "Takes a customer back as they were: over today's, or anew."),
	}
	TakeItem = op.Op[TakeRequest, catalog.Saved]{
		Spec: over("past.take_item", op.Command, "Takes an item back as it was: over today's, or anew."),
	}
	TakeDraft = op.Op[TakeRequest, billing.Document]{
		Spec: take("past.take_draft", op.Command, "Makes a new draft of a draft quote or invoice as it was."),
	}
	TakeFile = op.Op[TakeFileRequest, file.Attachment]{
		Spec: take("past.take_file", op.Action, "Attaches what was attached to a record to that of today."),
	}
)

// Bind registers the operations; work is the book of today, and receive takes a content in for it.
func Bind[T Tx[C], C file.Content](r *op.Registry[T], work op.Work[T], s *Service,
	receive func(ctx context.Context, r io.Reader) (C, error),
) {
	op.BindAction(r, Open, func(ctx context.Context, req OpenRequest) (State, error) {
		p, err := s.Open(ctx, req.Place, req.Point)
		op.Note(ctx, "", 0, "", cite(p))
		return s.State(ctx), err
	})
	op.BindAction(r, Close, func(ctx context.Context, _ op.Empty) (State, error) {
		s.Close()
		return s.State(ctx), nil
	})
	op.BindElsewhere(r, Status, func(ctx context.Context, _ op.Empty) (State, error) { return s.State(ctx), nil })
	op.BindElsewhere(r, Customers, func(ctx context.Context, req party.ListRequest) (party.Page, error) {
		return read(ctx, s, party.List, req)
	})
	op.BindElsewhere(r, Items, func(ctx context.Context, req catalog.ListRequest) (catalog.Page, error) {
		return read(ctx, s, catalog.List, req)
	})
	op.BindElsewhere(r, Documents, func(ctx context.Context, req billing.ListRequest) (billing.Page, error) {
		return read(ctx, s, billing.List, req)
	})
	op.BindElsewhere(r, Customer, func(ctx context.Context, req party.IDRequest) (c CustomerThen, err error) {
		if c.Then, err = read(ctx, s, party.Get, req); err != nil {
			return c, err
		}
		err = work.View(ctx, func(tx T) error { return compareCustomer[C](ctx, tx, &c) })
		return c, err
	})
	op.BindElsewhere(r, Item, func(ctx context.Context, req catalog.IDRequest) (i ItemThen, err error) {
		if i.Then, err = read(ctx, s, catalog.Get, req); err != nil {
			return i, err
		}
		err = work.View(ctx, func(tx T) error { return compareItem[C](tx, &i) })
		return i, err
	})
	op.BindElsewhere(r, Draft, func(ctx context.Context, req billing.DocumentRequest) (d DraftThen, err error) {
		card, err := read(ctx, s, billing.Get, req)
		if err != nil {
			return d, err
		}
		if d.Then = card.Document; d.Then.Final {
			return d, fault.New(fault.Conflict, "billing.final_stays", "number", d.Then.Number)
		}
		err = work.View(ctx, func(tx T) error { return compareDraft[C](ctx, tx, &d) })
		return d, err
	})
	op.BindStreamElsewhere(r, PDF, func(ctx context.Context, req PDFRequest, w io.Writer) (d op.Download, err error) {
		err = s.use(ctx, billing.PDF.Needs, req.Point, func(ctx context.Context, c Copy) error {
			d, err = billing.PDF.Fetch(ctx, c, billing.PDFRequest{ID: req.ID, Lang: req.Lang}, w)
			return err
		})
		return d, err
	})
	op.BindElsewhere(r, Files, files[T, C](work, s))
	op.Bind(r, TakeCustomer, takeCustomer[T, C](s))
	op.Bind(r, TakeItem, takeItem[T, C](s))
	op.Bind(r, TakeDraft, takeDraft[T, C](s))
	op.BindAction(r, TakeFile, takeFile[T, C](work, s, receive))
}

// cite names a point in an event.
func cite(p backup.Point) string {
	return fmt.Sprintf(`{"point":%q,"made":%q}`, p.ID, p.Made.UTC().Format("2006-01-02T15:04:05Z"))
}

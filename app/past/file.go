package past

import (
	"context"
	"errors"
	"io"
	"slices"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/op"
	"zafe/app/party"
)

// rightOf is the right to read the records of a kind.
func rightOf(k file.Kind) (auth.Permission, error) {
	switch k {
	case file.Customer:
		return auth.CustomerRead, nil
	case file.Document:
		return auth.SalesRead, nil
	default:
		return "", fault.Field("kind", "file.no_subject")
	}
}

// subject is a record of today.
type subject struct {
	file.Subject
	event string // its kind in the journal
}

// request attaches to the record what was attached to it.
func (s subject) request(a file.Attachment) file.AttachRequest {
	return file.AttachRequest{Subject: s.Subject, Name: a.Name, Size: a.Size}
}

// find looks for the record of today that one of the past is, nil when it is gone: the id of a
// document is never given again. asked is the context in which the past is read.
func find[C any](ctx, asked context.Context, tx Tx[C], c Copy, then file.Subject) (*subject, error) {
	if then.Kind == file.Customer {
		was, err := party.Get.Call(asked, c, party.IDRequest{ID: party.CustomerID(then.ID)})
		if err != nil {
			return nil, err
		}
		now, err := customerToday(ctx, tx, was)
		if err != nil || now == nil {
			return nil, err
		}
		return &subject{file.Subject{Kind: file.Customer, ID: int64(now.ID)}, "customer"}, nil
	}
	now, there, err := tx.Document(billing.DocumentID(then.ID))
	if err != nil || !there {
		return nil, err
	}
	return &subject{then, string(now.Kind)}, nil
}

// files lists what was attached to a record, and tells of each whether it still is.
func files[T Tx[C], C any](work op.Work[T], s *Service) func(context.Context, file.ListRequest) (FilesThen, error) {
	return func(ctx context.Context, req file.ListRequest) (out FilesThen, err error) {
		right, err := rightOf(req.Subject.Kind)
		if err != nil {
			return out, err
		}
		err = s.use(ctx, right, "", func(asked context.Context, c Copy) error {
			was, err := file.Listing.Call(asked, c, req)
			if err != nil {
				return err
			}
			return work.View(ctx, func(tx T) error {
				to, err := find(ctx, asked, Tx[C](tx), c, req.Subject)
				out.Files, out.Gone = make([]FileThen, len(was.Attachments)), to == nil
				var now []file.Attachment
				if err == nil && to != nil {
					now, err = tx.Attachments(to.Subject)
				}
				for i, a := range was.Attachments {
					still := slices.ContainsFunc(now, func(b file.Attachment) bool { return b.Digest == a.Digest })
					out.Files[i] = FileThen{a, still}
				}
				return err
			})
		})
		return out, err
	}
}

// takeFile brings the content of an attachment from where the point is, and attaches it to the record of today.
// Faults: file.not_found, past.record_gone, those of the content and of [file.Keep].
func takeFile[T Tx[C], C file.Content](work op.Work[T], s *Service,
	receive func(context.Context, io.Reader) (C, error),
) func(context.Context, TakeFileRequest) (file.Attachment, error) {
	return func(ctx context.Context, req TakeFileRequest) (out file.Attachment, err error) {
		right, err := rightOf(req.Subject.Kind)
		if err != nil {
			return out, err
		}
		err = s.use(ctx, right, req.Point, func(asked context.Context, c Copy) error {
			was, err := file.Listing.Call(asked, c, file.ListRequest{Subject: req.Subject})
			if err != nil {
				return err
			}
			i := slices.IndexFunc(was.Attachments, func(a file.Attachment) bool { return a.ID == req.ID })
			if i < 0 {
				return fault.New(fault.NotFound, "file.not_found")
			}
			a := was.Attachments[i]
			var to *subject
			err = work.View(ctx, func(tx T) error {
				if to, err = find(ctx, asked, Tx[C](tx), c, req.Subject); err != nil {
					return err
				}
				if to == nil {
					return fault.New(fault.NotFound, "past.record_gone")
				}
				return file.Expect(ctx, Tx[C](tx), to.request(a))
			})
			if err != nil {
				return err
			}
			out, err = keep[T, C](ctx, work, c, a, *to, receive)
			return err
		})
		return out, err
	}
}

// keep takes a content in and attaches it, with an event that names the point.
func keep[T Tx[C], C file.Content](ctx context.Context, work op.Work[T], c Copy, a file.Attachment, to subject,
	receive func(context.Context, io.Reader) (C, error),
) (out file.Attachment, err error) {
	var content C
	took := false
	err = c.Content(ctx, a.Digest, func(ctx context.Context, in io.Reader) (err error) {
		content, err = receive(ctx, in)
		took = err == nil
		return err
	})
	if took {
		defer func() { err = errors.Join(err, content.Discard()) }()
	}
	if err != nil {
		return out, err
	}
	err = work.Update(ctx, func(tx T) (err error) {
		if out, err = file.Keep(ctx, tx, to.request(a), content); err != nil {
			return err
		}
		op.Note(ctx, to.event, to.ID, a.Digest, cite(c.Point()))
		return op.RecordIn(ctx, tx)
	})
	return out, err
}

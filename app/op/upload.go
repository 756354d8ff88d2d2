package op

import (
	"context"
	"errors"
	"io"

	"zafe/app/fault"
)

// AskBytesMax bounds the JSON request of an Upload: on the wire it goes ahead of the content, as a header.
const AskBytesMax = 8 << 10

// Content is a file that was taken in and belongs to nothing yet.
type Content interface {
	// Digest is the hex SHA-256 of what was received; with the request it is what an idempotency key
	// stands for.
	Digest() string
	// Discard throws the content away unless the book kept it.
	Discard() error
}

// Uploading is what an Upload operation does, step by step.
type Uploading[T Tx, Req, Resp any, C Content] struct {
	// Expect refuses a request before the first byte of its content is read, by what the book says: the
	// rights on the record, the room left.
	Expect func(ctx context.Context, tx T, req Req) error
	// Receive takes the content in, durably, while no transaction is open. It fails unless content ended
	// with io.EOF, and leaves nothing behind then.
	Receive func(ctx context.Context, req Req, content io.Reader) (C, error)
	// Keep makes the content part of the book, in a write transaction with its audit event.
	Keep func(ctx context.Context, tx T, req Req, content C) (Resp, error)
}

// uploading is Uploading without its types.
type uploading[T Tx] struct {
	expect  func(ctx context.Context, tx T, req any) error
	receive func(ctx context.Context, req any, content io.Reader) (Content, error)
	keep    func(ctx context.Context, tx T, req any, content Content) (any, error)
}

// BindUpload registers an Upload operation.
func BindUpload[T Tx, Req, Resp any, C Content](r *Registry[T], o Op[Req, Resp], u Uploading[T, Req, Resp, C]) {
	mustKind(o.Spec, Upload)
	add(r, o, nil)
	r.rows[o.Name].upload = &uploading[T]{
		expect: func(ctx context.Context, tx T, req any) error { return u.Expect(ctx, tx, req.(Req)) },
		receive: func(ctx context.Context, req any, content io.Reader) (Content, error) {
			return u.Receive(ctx, req.(Req), content)
		},
		keep: func(ctx context.Context, tx T, req any, content Content) (any, error) {
			return u.Keep(ctx, tx, req.(Req), content.(C))
		},
	}
}

// upload runs an Upload: what the book says, the content, then one write transaction.
func (r *Registry[T]) upload(ctx context.Context, row *row[T], in input, req any) (out any, err error) {
	c, id := callOf(ctx), RequestID(ctx)
	err = r.work.View(ctx, func(tx T) error {
		if id != "" { // what was done already is answered again, whatever has become of the record
			if _, done, err := tx.Replay(id); err != nil || done {
				return err
			}
		}
		if err := r.halted(tx, c); err != nil {
			return err
		}
		return row.upload.expect(ctx, tx, req)
	})
	if err != nil {
		return nil, err
	}
	content, err := row.upload.receive(ctx, req, in.content)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, content.Discard()) }()
	hash, err := inputHash(in, id, c.actor, content.Digest())
	if err != nil {
		return nil, err
	}
	return r.commit(ctx, row, id, hash, func(tx T) (any, error) { return row.upload.keep(ctx, tx, req, content) })
}

// UploadJSON runs an Upload operation from its JSON request. Nothing of content is read before the caller's
// right to it is established.
func (r *Registry[T]) UploadJSON(ctx context.Context, name string, in []byte, content io.Reader,
) ([]byte, error) {
	if len(in) > AskBytesMax {
		return nil, fault.New(fault.Invalid, "op.bad_request", "detail", "request too long")
	}
	out, err := r.run(ctx, name, input{json: orEmpty(in), content: content}, nil)
	if err != nil {
		return nil, err
	}
	return answerJSON(out)
}

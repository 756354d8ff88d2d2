package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// AttachRequest announces a file. Size is that of the content that follows, in bytes: one that turns out
// shorter or longer was cut or changed on its way, and is refused.
type AttachRequest struct {
	Subject Subject `json:"subject"`
	Name    string  `json:"name"`
	Size    int64   `json:"size"`
}

// Validate refuses no record, an empty or an endless file, and a program: file.no_subject, file.empty,
// file.too_large, file.program.
func (r AttachRequest) Validate() error {
	if err := r.Subject.Validate(); err != nil {
		return err
	}
	switch {
	case r.Size <= 0:
		return fault.Field("size", "file.empty")
	case r.Size > SizeBytesMax:
		return fault.Field("size", "file.too_large", "max_gb", SizeBytesMax>>30)
	case isProgram(CleanName(r.Name)):
		return fault.Field("name", "file.program", "name", CleanName(r.Name))
	}
	return nil
}

// ListRequest asks for what is attached to a record.
type ListRequest struct {
	Subject Subject `json:"subject"`
}

// Validate refuses what is no record.
func (r ListRequest) Validate() error { return r.Subject.Validate() }

// List is what is attached to a record, oldest first, and what the actor may do there.
type List struct {
	Attachments []Attachment `json:"attachments"`
	MayAttach   bool         `json:"may_attach"`
	MayDetach   bool         `json:"may_detach"` // false once the record is final
}

// Request names an attachment.
type Request struct {
	ID ID `json:"id"`
}

// Subject names the attachment in the event of a file that was taken out.
func (r Request) Subject() (kind string, id int64) { return "attachment", int64(r.ID) }

// The operations. Everybody may call them; what they answer follows the rights on the record, so that they
// need no permission of their own that could differ from it.
var (
	Attach = op.Op[AttachRequest, Attachment]{Spec: op.Spec{
		Name: "file.attach", Kind: op.Upload, Needs: auth.Anyone, Since: 1,
		Doc: "Attaches a file to a customer, a document or an entry that the caller may change.",
	}}
	Listing = op.Op[ListRequest, List]{Spec: op.Spec{
		Name: "file.list", Kind: op.Query, Needs: auth.Anyone, Since: 1,
		Doc: "Lists what is attached to a record that the caller may read.",
	}}
	Get = op.Op[Request, op.Download]{Spec: op.Spec{
		Name: "file.get", Kind: op.Stream, Needs: auth.Anyone, Since: 1,
		Doc: "Gives the content of an attachment of a record that the caller may read.",
	}}
	Detach = op.Op[Request, op.Empty]{Spec: op.Spec{
		Name: "file.detach", Kind: op.Command, Needs: auth.Anyone, Destroys: true, Since: 1,
		Doc: "Takes an attachment off a customer or a draft that the caller may change.",
	}}
)

// Content is a file that the store took in.
type Content interface {
	op.Content
	Length() int64 // bytes
	Head() []byte  // its beginning
}

// Bind registers the operations; receive takes a content in until io.EOF, in constant memory.
func Bind[T Tx[C], C Content](r *op.Registry[T], receive func(ctx context.Context, r io.Reader) (C, error)) {
	op.BindUpload(r, Attach, op.Uploading[T, AttachRequest, Attachment, C]{
		Expect: func(ctx context.Context, tx T, req AttachRequest) error { return Expect[C](ctx, tx, req) },
		Receive: func(ctx context.Context, req AttachRequest, content io.Reader) (C, error) {
			return receive(ctx, &exactly{in: content, left: req.Size})
		},
		Keep: Keep[T, C],
	})
	op.Bind(r, Listing, list[T, C])
	op.BindFile(r, Get, get[T, C])
	op.Bind(r, Detach, detach[T, C])
}

// Expect refuses a file that could not be kept, before its content is there. Faults as [Keep].
func Expect[C Content](ctx context.Context, tx Tx[C], req AttachRequest) error {
	_, err := expect(ctx, tx, req)
	return err
}

// expect returns a record to which the actor may attach one more file. Faults: those of open; file.too_many.
func expect[C Content](ctx context.Context, tx Tx[C], req AttachRequest) (about, error) {
	r, err := open(ctx, tx, req.Subject, true)
	if err != nil {
		return r, err
	}
	have, err := tx.Attachments(req.Subject)
	if err == nil && len(have) >= PerSubjectMax {
		err = fault.New(fault.Conflict, "file.too_many", "max", PerSubjectMax)
	}
	return r, err
}

// Keep keeps a content under a record, in the transaction of an operation, which must have checked the request; the
// event says so. Faults: those of the record for who may not change it, file.too_many, file.program, file.already.
func Keep[T Tx[C], C Content](ctx context.Context, tx T, req AttachRequest, content C) (Attachment, error) {
	r, err := expect(ctx, tx, req)
	if err != nil {
		return Attachment{}, err
	}
	actor, name := op.Actor(ctx), CleanName(req.Name)
	media := mediaOf(name, content.Head())
	if media == mediaProgram {
		return Attachment{}, fault.Field("name", "file.program", "name", name)
	}
	a, err := tx.AddAttachment(Attachment{
		Subject: req.Subject, Name: name, Media: media, Size: content.Length(), Digest: content.Digest(),
		At: tx.Now(), By: actor.User, ByName: actor.Name, Here: true,
	}, content)
	if err != nil {
		return a, err
	}
	return a, r.note(ctx, a)
}

func list[T Tx[C], C Content](ctx context.Context, tx T, req ListRequest) (List, error) {
	r, err := open(ctx, tx, req.Subject, false)
	if err != nil {
		return List{}, err
	}
	l := List{MayAttach: r.writable, MayDetach: r.writable && !r.final}
	if l.Attachments, err = tx.Attachments(req.Subject); l.Attachments == nil {
		l.Attachments = []Attachment{}
	}
	return l, err
}

// get opens a content. Faults: file.not_found, file.not_here, file.damaged while it is read.
func get[T Tx[C], C Content](ctx context.Context, tx T, req Request) (op.Opened, error) {
	a, _, err := find(ctx, tx, req.ID, false)
	if err != nil {
		return op.Opened{}, err
	}
	in, err := tx.OpenAttachment(a)
	return op.Opened{Download: op.Download{Name: a.Name, Type: a.Media}, Content: in}, err
}

// detach takes an attachment away. Faults: file.not_found, file.kept.
func detach[T Tx[C], C Content](ctx context.Context, tx T, req Request) (op.Empty, error) {
	a, r, err := find(ctx, tx, req.ID, true)
	if err != nil {
		return op.Empty{}, err
	}
	// What belongs to a final document or entry proves it, and is kept as long as it: six years by LPF L102 B,
	// ten by code de commerce L123-22 (checked 2026-11-22). Nothing there is ever corrected by taking away.
	if r.final {
		return op.Empty{}, fault.New(fault.Conflict, "file.kept", "name", a.Name)
	}
	if err := op.Lose(ctx, op.Lost{Kind: "attachment", ID: int64(a.ID), Name: a.Name, Was: a}); err != nil {
		return op.Empty{}, err
	}
	if err := tx.DropAttachment(a.ID); err != nil {
		return op.Empty{}, err
	}
	return op.Empty{}, r.note(ctx, a)
}

// find returns an attachment of a record that the actor may read or, when write is set, change; any other is
// not there for them.
func find[C any](ctx context.Context, tx Tx[C], id ID, write bool) (Attachment, about, error) {
	gone := fault.New(fault.NotFound, "file.not_found")
	a, ok, err := tx.Attachment(id)
	if err != nil {
		return a, about{}, err
	}
	if !ok {
		return Attachment{}, about{}, gone
	}
	r, err := open(ctx, tx, a.Subject, write)
	if f := fault.Of(err); f != nil && f.Code == fault.NotFound {
		return Attachment{}, r, gone
	}
	return a, r, err
}

// note writes what happened to the record in its event: the digests of content and name, and the size.
func (r about) note(ctx context.Context, a Attachment) error {
	name := sha256.Sum256([]byte(a.Name))
	payload, err := json.Marshal(struct {
		Attachment ID     `json:"attachment"`
		Name       string `json:"name_sha256"`
		Size       int64  `json:"size"`
	}{a.ID, hex.EncodeToString(name[:]), a.Size})
	op.Note(ctx, r.kind, a.Subject.ID, a.Digest, string(payload))
	return err
}

// exactly gives left bytes and then io.EOF, or the fault file.cut when there are fewer or more.
type exactly struct {
	in   io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		var more [1]byte
		n, err := io.ReadFull(e.in, more[:])
		if n > 0 {
			err = fault.New(fault.Conflict, "file.cut")
		}
		return 0, err
	}
	n, err := e.in.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) {
		if err = nil; e.left > 0 {
			err = fault.New(fault.Conflict, "file.cut")
		}
	}
	return n, err
}

// Package op is the registry of typed operations: the one way in which anything is asked of the
// book, by the desktop, by another PC on the LAN and by the command line. A row of the registry
// carries the permission, the audit, the documentation and the wire contract of a use case, so that
// none can exist without them. It knows no screen, no SQL and no network.
package op

import (
	"context"
	"io"

	"zafe/app/auth"
)

// Level is the API level of this build. History:
//
//	1  first release: company, users, customers, items, sales, ledger, devices, backups
const Level = 1

// MinLevel is the oldest client level this build still serves.
const MinLevel = 1

// Kind says how an operation runs.
type Kind uint8

// The kinds of operations.
const (
	Query   Kind = iota + 1 // read transaction, no audit event
	Command                 // write transaction and one audit event in it
	Stream                  // read transaction whose answer is a file written to a stream, audited
	Action                  // no transaction: work outside the book (backup, pairing); audited after
	Upload                  // a file taken in without a transaction, then a write transaction as of a Command
	Watch                   // no transaction, no event: an answer that goes on for as long as somebody listens
)

// String gives the kind's name in the reference.
func (k Kind) String() string {
	return [...]string{"", "query", "command", "stream", "action", "upload", "watch"}[k]
}

// Spec is the row of an operation. Name is permanent on the wire ("invoice.issue"); Needs must be
// written out, even auth.Public; Fresh asks for a recent second factor; Since is the API level that
// introduced it; Doc is one English sentence for the reference.
type Spec struct {
	Name  string
	Kind  Kind
	Needs auth.Permission
	Fresh bool
	Since int
	Doc   string
	// Secret keeps the request out of the event payload digest and the log: it holds a password.
	Secret bool
	// Risky says that much changes at once: the copies get a restore point first, see [Registry.BeforeRisk].
	Risky bool
	// Destroys says that a record may be taken away or written over, one at a time: what it was is kept and counted by
	// person, see [Lose]. What changes many at once is Risky instead, with the restore point before it.
	Destroys bool
}

// Op is a Spec with the types of its request and response.
type Op[Req, Resp any] struct{ Spec }

// Download is the response type of Stream operations: what the file is called and what it is.
type Download struct {
	Name string `json:"name"` // suggested file name
	Type string `json:"type"` // media type
}

// Subject is implemented by the request of a Stream that is about one record, which its event then names:
// it is written before the first byte leaves, and the handler runs after it.
type Subject interface {
	Subject() (kind string, id int64)
}

// Empty is the request or response of an operation that needs none.
type Empty struct{}

// Caller performs operations: *Local in process, *lan.Client over TLS. Both take the same pipeline.
type Caller interface {
	// Do runs a Query, Command or Action.
	Do(ctx context.Context, s *Spec, req, resp any) error
	// Stream runs a Stream operation and writes the file to w, or a Watch and writes what comes, a line of JSON each.
	Stream(ctx context.Context, s *Spec, req any, w io.Writer) (Download, error)
	// Upload runs an Upload operation with what content gives until io.EOF. Nothing is read from it once
	// Upload has returned.
	Upload(ctx context.Context, s *Spec, req any, content io.Reader, resp any) error
}

// Call performs the operation through c.
func (o Op[Req, Resp]) Call(ctx context.Context, c Caller, req Req) (Resp, error) {
	var resp Resp
	err := c.Do(ctx, &o.Spec, req, &resp)
	return resp, err
}

// Fetch performs a Stream operation through c, writing the file to w.
func (o Op[Req, Resp]) Fetch(ctx context.Context, c Caller, req Req, w io.Writer) (Download, error) {
	return c.Stream(ctx, &o.Spec, req, w)
}

// Send performs an Upload operation through c with the content of a file.
func (o Op[Req, Resp]) Send(ctx context.Context, c Caller, req Req, content io.Reader) (Resp, error) {
	var resp Resp
	err := c.Upload(ctx, &o.Spec, req, content, &resp)
	return resp, err
}

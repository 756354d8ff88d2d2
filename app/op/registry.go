package op

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"sort"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
)

// RequestBytesMax bounds a request's JSON: an imported file of 32 MiB in base64, and some.
const RequestBytesMax = 48 << 20

// requestIDMax bounds an idempotency key: it is kept in the journal for good.
const requestIDMax = 64

// Tx is what the pipeline itself needs of a transaction.
type Tx interface {
	// Now is the transaction's one instant, UTC.
	Now() time.Time
	// AppendEvent chains e (ID, At, Prev and Hash are set by it) into the journal.
	AppendEvent(e audit.Event) (audit.Event, error)
	// Replay returns the stored answer of a request id, and whether there is one.
	Replay(requestID string) (Answer, bool, error)
	// KeepAnswer stores the answer of a request id for seven days.
	KeepAnswer(requestID string, a Answer) error
}

// Answer is the stored outcome of an idempotent request.
type Answer struct {
	Op        string
	InputHash string // hex SHA-256 of who asked and the request's JSON
	Response  []byte
}

// Work opens transactions; the store implements it.
type Work[T Tx] interface {
	View(ctx context.Context, fn func(T) error) error
	Update(ctx context.Context, fn func(T) error) error
}

// Authenticator turns a credential into an actor. It returns the zero actor, not an error, for no
// credential at all; a fault Unauthenticated for one that is no longer good.
type Authenticator interface {
	Authenticate(ctx context.Context, c Credential) (auth.Actor, error)
}

// Record is one line for the log: never a name, an amount or a body.
type Record struct {
	Op     string
	Actor  int64
	Device string
	Took   time.Duration
	Code   fault.Code // "" for success
	Key    string
	Ref    string // reference shown to the user with an internal error
	Cause  error  // for Internal only
}

// LogTo writes each call as one line of the log.
func LogTo(log *slog.Logger) func(Record) {
	return func(r Record) {
		attrs := []any{
			slog.String("op", r.Op), slog.Int64("actor", r.Actor), slog.String("device", r.Device),
			slog.Int64("ms", r.Took.Milliseconds()), slog.String("code", string(r.Code)),
		}
		if r.Ref != "" {
			log.Error("call", append(attrs, slog.String("ref", r.Ref), slog.Any("err", r.Cause))...)
			return
		}
		log.Info("call", attrs...)
	}
}

// Registry holds the operations and runs the pipeline. T is the store's transaction type: app never
// names the store, and the compiler checks that it offers what each area asks.
type Registry[T Tx] struct {
	work  Work[T]
	auth  Authenticator
	log   func(Record)
	rows  map[string]*row[T]
	clock func() time.Time
	risk  func(ctx context.Context, name string)
	// Fence may refuse a call that is allowed, because of where the book is; nil for nothing. It is asked again in the
	// transaction of what changes the book. It is set before the first call.
	Fence func(ctx context.Context, s *Spec) error
	// Halt may refuse, in the transaction of what would change the book or leave it as a file, what is not to be done
	// now, as the book itself says; nil for nothing. It is set before the first call.
	Halt func(tx T, s *Spec, req any) error
	// Leave is told, in the transaction that records a Stream bound by BindExport, how many rows leave with it, and may
	// refuse; what it wrote is kept then, and no event of the operation. nil for nothing. It is set before the first
	// call.
	Leave func(ctx context.Context, tx T, s *Spec, req any, rows int) (refusal, err error)
	// Listed is told, in a transaction of its own, of the rows of lists that an answer goes through, see the function
	// Listed; nil for nothing. It is set before the first call.
	Listed func(ctx context.Context, tx T, rows int) error
	// Helped notes what somebody who helps from outside has read, before the answer leaves; what it cannot note is not
	// read. nil: such people read nothing. It is set before the first call.
	Helped func(ctx context.Context, s *Spec, req any) error
	// Lose keeps a record that a Command with Destroys takes away or writes over, in its transaction, or refuses that;
	// Held is told then, in a transaction of its own once the other is undone, whom it refused and when. nil for
	// nothing. They are set before the first call.
	Lose func(ctx context.Context, tx T, l Lost) (refusal, err error)
	Held func(ctx context.Context, tx T, who auth.Actor, at time.Time) error
	// Denied is told of a call that was refused, by a fault key, to somebody who is known, outside any transaction; nil
	// for nothing. It is set before the first call.
	Denied func(ctx context.Context, a auth.Actor, s *Spec, key string, at time.Time)
	// Reading is set, before the first call, for a book that is only looked at: nothing but a Query or a Stream is
	// done (op.read_only), and no event is written of a Stream, which is that of whoever asks for it.
	Reading bool
}

type row[T Tx] struct {
	spec      *Spec
	req, resp reflect.Type
	// decode gives the typed, validated request, before any transaction starts.
	decode func(in input) (any, error)
	// run handles a decoded request; w is nil but for streams.
	run func(ctx context.Context, tx T, req any, w io.Writer) (any, error)
	// check is what Check put before a Command; nil for nothing.
	check func(ctx context.Context, tx T, req any) error
	// rows counts what leaves with an export; nil for another operation.
	rows func(ctx context.Context, tx T, req any) (int, error)
	// note keeps something of a Stream in the transaction that records it; nil for nothing.
	note func(tx T, req any) error
	// elsewhere: a Query or Stream without a transaction.
	elsewhere bool
	// classed: the answer has fields that not everybody may see.
	classed bool
	// upload is set for uploads, which have no run.
	upload *uploading[T]
}

// New makes an empty registry over a store. clock gives the time outside transactions; log receives
// one record a call.
func New[T Tx](w Work[T], a Authenticator, clock func() time.Time, log func(Record)) *Registry[T] {
	return &Registry[T]{work: w, auth: a, log: log, rows: map[string]*row[T]{}, clock: clock}
}

// riskWait is how long a risky operation waits at most for what comes before it.
const riskWait = 30 * time.Second

// BeforeRisk has fn run before each risky operation that is allowed, well formed and no rehearsal, outside any
// transaction. It can hold the operation up for half a minute, which its ctx says, and cannot refuse it: whoever has
// to work is not kept from it by a backup.
func (r *Registry[T]) BeforeRisk(fn func(ctx context.Context, name string)) { r.risk = fn }

// beforeRisk does what comes before an operation.
func (r *Registry[T]) beforeRisk(ctx context.Context, s *Spec) {
	if r.risk == nil || !s.Risky || IsPreview(ctx) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, riskWait)
	defer cancel()
	r.risk(ctx, s.Name)
}

// Bind registers a Query or Command and its handler. A missing permission, document or level, or a
// name already taken, is a programmer's error and panics at start-up.
func Bind[T Tx, Req, Resp any](r *Registry[T], o Op[Req, Resp],
	handler func(ctx context.Context, tx T, req Req) (Resp, error),
) {
	mustKind(o.Spec, Query, Command)
	add(r, o, func(ctx context.Context, tx T, req any, _ io.Writer) (any, error) {
		return handler(ctx, tx, req.(Req))
	})
}

// BindElsewhere registers a Query that the book itself does not answer: no transaction is open while
// the handler runs, so that it may open its own.
func BindElsewhere[T Tx, Req, Resp any](r *Registry[T], o Op[Req, Resp],
	handler func(ctx context.Context, req Req) (Resp, error),
) {
	mustKind(o.Spec, Query)
	add(r, o, func(ctx context.Context, _ T, req any, _ io.Writer) (any, error) {
		return handler(ctx, req.(Req))
	})
	r.rows[o.Name].elsewhere = true
}

// BindStream registers a Stream operation: the handler writes the file to w.
func BindStream[T Tx, Req any](r *Registry[T], o Op[Req, Download],
	handler func(ctx context.Context, tx T, req Req, w io.Writer) (Download, error),
) {
	mustKind(o.Spec, Stream)
	add(r, o, func(ctx context.Context, tx T, req any, w io.Writer) (any, error) {
		return handler(ctx, tx, req.(Req), w)
	})
}

// BindExport is BindStream for a file that carries rows of a list away: rows counts them before the first byte leaves,
// in the transaction that records it.
func BindExport[T Tx, Req any](r *Registry[T], o Op[Req, Download],
	rows func(ctx context.Context, tx T, req Req) (int, error),
	handler func(ctx context.Context, tx T, req Req, w io.Writer) (Download, error),
) {
	BindStream(r, o, handler)
	r.rows[o.Name].rows = func(ctx context.Context, tx T, req any) (int, error) { return rows(ctx, tx, req.(Req)) }
}

// BindNoted is BindStream for a file of which the book remembers something: note keeps it before the first byte leaves,
// in the transaction that records it, as the handler's only reads.
func BindNoted[T Tx, Req any](r *Registry[T], o Op[Req, Download], note func(tx T, req Req) error,
	handler func(ctx context.Context, tx T, req Req, w io.Writer) (Download, error),
) {
	BindStream(r, o, handler)
	r.rows[o.Name].note = func(tx T, req any) error { return note(tx, req.(Req)) }
}

// BindStreamElsewhere registers a Stream that asks others than the book as well: no transaction is open while the
// handler runs, so that it may open its own.
func BindStreamElsewhere[T Tx, Req any](r *Registry[T], o Op[Req, Download],
	handler func(ctx context.Context, req Req, w io.Writer) (Download, error),
) {
	mustKind(o.Spec, Stream)
	add(r, o, func(ctx context.Context, _ T, req any, w io.Writer) (any, error) {
		return handler(ctx, req.(Req), w)
	})
	r.rows[o.Name].elsewhere = true
}

// Opened is a file that exists and has yet to be sent.
type Opened struct {
	Download
	Content io.ReadCloser
}

// to sends the file and closes it.
func (o Opened) to(w io.Writer) error {
	_, err := io.Copy(w, o.Content)
	return errors.Join(err, o.Content.Close())
}

// BindFile registers a Stream operation whose file exists already: the handler opens it, and it is sent once
// the transaction is over, however long that takes.
func BindFile[T Tx, Req any](r *Registry[T], o Op[Req, Download],
	handler func(ctx context.Context, tx T, req Req) (Opened, error),
) {
	mustKind(o.Spec, Stream)
	add(r, o, func(ctx context.Context, tx T, req any, _ io.Writer) (any, error) {
		opened, err := handler(ctx, tx, req.(Req))
		if err != nil {
			return nil, err
		}
		return opened, nil
	})
}

// BindAction registers an Action: work outside the book, run without a transaction. A handler that
// also changes the book calls RecordIn in the transaction that does.
func BindAction[T Tx, Req, Resp any](r *Registry[T], o Op[Req, Resp],
	handler func(ctx context.Context, req Req) (Resp, error),
) {
	mustKind(o.Spec, Action)
	add(r, o, func(ctx context.Context, _ T, req any, _ io.Writer) (any, error) {
		return handler(ctx, req.(Req))
	})
}

func mustKind(s Spec, kinds ...Kind) {
	if slices.Contains(kinds, s.Kind) {
		return
	}
	panic("op: wrong kind for " + s.Name)
}

func add[T Tx, Req, Resp any](r *Registry[T], o Op[Req, Resp],
	run func(context.Context, T, any, io.Writer) (any, error),
) {
	s := o.Spec
	switch {
	case s.Name == "" || s.Doc == "":
		panic("op: an operation needs a name and a document: " + s.Name)
	case s.Needs == "":
		panic("op: " + s.Name + " names no permission; write auth.Public if that is meant")
	case !s.Needs.Known():
		panic("op: " + s.Name + " needs " + string(s.Needs) + ", which nobody can hold")
	case s.Since < 1 || s.Since > Level:
		panic(fmt.Sprintf("op: %s has level %d outside 1..%d", s.Name, s.Since, Level))
	}
	if _, taken := r.rows[s.Name]; taken {
		panic("op: registered twice: " + s.Name)
	}
	r.rows[s.Name] = &row[T]{
		spec: &s, req: reflect.TypeFor[Req](), resp: reflect.TypeFor[Resp](), run: run,
		decode: func(in input) (any, error) { return decode[Req](in) },
	}
	if w := r.rows[s.Name]; classed(w.resp, map[reflect.Type]bool{}) {
		if run == nil {
			panic("op: the answer of an upload is not masked: " + s.Name)
		}
		w.classed = true
		w.run = func(ctx context.Context, tx T, req any, file io.Writer) (any, error) {
			out, err := run(ctx, tx, req, file)
			if err != nil {
				return out, err
			}
			return masked(ctx, out), nil
		}
	}
}

// Specs returns the rows sorted by name.
func (r *Registry[T]) Specs() []Spec {
	out := make([]Spec, 0, len(r.rows))
	for _, w := range r.rows {
		out = append(out, *w.spec)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

package op

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
)

// errPreview rolls a rehearsed transaction back.
var errPreview = errors.New("preview")

// input is a request on its way in: JSON from the wire, or the value of an in-process caller; and for an
// Upload the file that comes with it.
type input struct {
	json    []byte
	value   any
	content io.Reader
}

// Validator is implemented by requests that can check themselves before any transaction starts.
type Validator interface{ Validate() error }

// decode gives the typed request and validates it. Unknown fields are refused, and those that are there twice: a field
// silently ignored would be a wrong document.
func decode[Req any](in input) (Req, error) {
	var req Req
	if in.json == nil {
		v, ok := in.value.(Req)
		if !ok {
			return req, fmt.Errorf("op: request is a %T, want %T", in.value, req)
		}
		req = v
	} else if err := unmarshal(in.json, &req); err != nil {
		return req, err
	}
	if v, ok := any(req).(Validator); ok {
		return req, v.Validate()
	}
	return req, nil
}

func unmarshal(in []byte, req any) error {
	d := json.NewDecoder(bytes.NewReader(in))
	d.DisallowUnknownFields()
	if err := d.Decode(req); err != nil {
		return misread(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) { // More takes "}" for the end
		return fault.New(fault.Invalid, "op.bad_request", "detail", "trailing data")
	}
	return once(in)
}

// misread is what the decoder refused, in words that need no English where it names a field: it has no type for a field
// that is not known. Faults: op.field_unknown, op.bad_request.
func misread(err error) error {
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault.New(fault.Invalid, "op.field_unknown", "name", strings.Trim(name, `"`)).Because(err)
	}
	detail, field := err.Error(), ""
	if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && typed.Field != "" {
		detail, field = typed.Field, typed.Field
	}
	f := fault.New(fault.Invalid, "op.bad_request", "detail", detail).Because(err)
	f.Field = field
	return f
}

// run is the pipeline of every call, local or from the LAN. The caller's copy of Spec is never
// trusted: the row is found by name.
func (r *Registry[T]) run(ctx context.Context, name string, in input, w io.Writer) (out any, err error) {
	start := r.clock()
	c := &call{}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in %s: %v\n%s", name, p, debug.Stack())
			out = nil
		}
		err = r.finish(name, c, start, err)
		r.denied(ctx, c, err)
	}()
	row, err := r.admit(ctx, name, c)
	if err != nil {
		return nil, err
	}
	if err := r.possible(ctx, row.spec, w != nil, in.content != nil); err != nil {
		return nil, err
	}
	req, err := row.decode(in)
	if err != nil {
		return nil, err
	}
	if tell, ok := ctx.Value(allowedKey).(func(auth.Actor)); ok {
		tell(c.actor)
	}
	c.req = req
	ctx = context.WithValue(ctx, callKey, c)
	r.beforeRisk(ctx, row.spec)
	switch row.spec.Kind {
	case Query:
		out, err = r.query(ctx, row, req)
	case Stream:
		out, err = r.stream(ctx, row, req, w)
	case Watch:
		var none T
		out, err = row.run(ctx, none, req, w)
	case Action:
		out, err = r.action(ctx, row, in, req)
	case Upload:
		out, err = r.upload(ctx, row, in, req)
	default:
		out, err = r.command(ctx, row, in, req)
	}
	return out, err
}

// admit finds the row of a call and who makes it, and refuses what they may not do.
func (r *Registry[T]) admit(ctx context.Context, name string, c *call) (*row[T], error) {
	row, ok := r.rows[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "op.unknown", "name", name)
	}
	if lvl := levelOf(ctx); lvl < MinLevel || lvl < row.spec.Since {
		return nil, fault.New(fault.Unavailable, "op.version", "level", lvl, "min", max(MinLevel, row.spec.Since))
	}
	c.spec = row.spec
	var err error
	if c.actor, err = r.actor(ctx); err != nil {
		return nil, err
	}
	if a := &c.actor; a.User == 0 && a.Support == 0 && !a.System { // nobody yet, on a PC that TLS proved all the same
		a.Device = CredentialOf(ctx).Device
	}
	if err := r.allowed(row.spec, c.actor); err != nil {
		return nil, err
	}
	return row, r.fence(ctx, row.spec)
}

// Admit refuses a call as the call itself would, before its request is read: one that is large is not taken in from
// who may not make it.
func (r *Registry[T]) Admit(ctx context.Context, name string) error {
	start, c := r.clock(), &call{}
	if _, err := r.admit(ctx, name, c); err != nil {
		err = r.finish(name, c, start, err)
		r.denied(ctx, c, err)
		return err
	}
	return nil
}

// denied tells of a refusal of what somebody may not do, unless nothing may be written.
func (r *Registry[T]) denied(ctx context.Context, c *call, err error) {
	f := fault.Of(err)
	if f == nil || f.Code != fault.Forbidden || c.spec == nil || r.Denied == nil || r.Reading {
		return
	}
	if c.actor.User == 0 && c.actor.Support == 0 || r.fence(ctx, &Spec{Kind: Command}) != nil {
		return
	}
	r.Denied(ctx, c.actor, c.spec, f.Key, r.clock())
}

// possible refuses a file where none is made or taken, and the lack of one where it is; and what a call may
// not carry: what leaves the book or is not in it yet cannot be rehearsed, because it cannot be rolled back.
func (r *Registry[T]) possible(ctx context.Context, s *Spec, out, in bool) error {
	switch makes, takes := s.Kind == Stream || s.Kind == Watch, s.Kind == Upload; {
	case makes && !out:
		return fault.New(fault.Invalid, "op.makes_file", "name", s.Name)
	case !makes && out:
		return fault.New(fault.Invalid, "op.makes_no_file", "name", s.Name)
	case takes && !in:
		return fault.New(fault.Invalid, "op.takes_file", "name", s.Name)
	case !takes && in:
		return fault.New(fault.Invalid, "op.takes_no_file", "name", s.Name)
	case IsPreview(ctx) && (s.Kind == Action || makes || takes):
		return fault.New(fault.Invalid, "op.bad_request", "detail", "no preview of this kind of operation")
	case len(RequestID(ctx)) > requestIDMax:
		return fault.New(fault.Invalid, "op.bad_request", "detail", "request id too long")
	}
	return nil
}

func (r *Registry[T]) actor(ctx context.Context) (auth.Actor, error) {
	if a, ok := ctx.Value(actorKey).(auth.Actor); ok {
		return a, nil
	}
	return r.auth.Authenticate(ctx, CredentialOf(ctx))
}

func (r *Registry[T]) allowed(s *Spec, a auth.Actor) error {
	if !a.May(s.Needs) {
		switch {
		case a.Support != 0:
			return readsOnly(a)
		case a.User == 0:
			return fault.New(fault.Unauthenticated, "op.login_needed")
		case a.Locked:
			return fault.New(fault.Unauthenticated, "op.locked")
		case a.MustSetUp:
			return fault.New(fault.Forbidden, "op.second_factor_needed")
		default:
			return fault.New(fault.Forbidden, "op.forbidden")
		}
	}
	// A Query with a secret tries it.
	if a.OnlyReads() && (s.Kind != Query && s.Kind != Watch || s.Secret) {
		return readsOnly(a)
	}
	if s.Fresh && !a.System && !a.Fresh(r.clock()) {
		return fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	return nil
}

// readsOnly refuses more than reading to who does nothing else.
func readsOnly(a auth.Actor) error {
	if a.Support != 0 {
		return fault.New(fault.Forbidden, "op.support")
	}
	return fault.New(fault.Forbidden, "op.viewing")
}

// fence refuses what may not be done where the book is now.
func (r *Registry[T]) fence(ctx context.Context, s *Spec) error {
	if r.Reading && s.Kind != Query && s.Kind != Stream {
		return fault.New(fault.Forbidden, "op.read_only")
	}
	if r.Fence == nil {
		return nil
	}
	return r.Fence(ctx, s)
}

// halted asks the halt about a call, in its own transaction; after what was done before is answered again.
func (r *Registry[T]) halted(tx T, c *call) error {
	if r.Halt == nil {
		return nil
	}
	return r.Halt(tx, c.spec, c.req)
}

// command runs a Command: idempotency, one write transaction, handler, audit event, commit.
func (r *Registry[T]) command(ctx context.Context, row *row[T], in input, req any) (any, error) {
	id := RequestID(ctx)
	hash, err := inputHash(in, id, callOf(ctx).actor, "")
	if err != nil {
		return nil, err
	}
	return r.commit(ctx, row, id, hash, func(tx T) (any, error) { return row.run(ctx, tx, req, nil) })
}

// commit does the work of a request in one write transaction with its event and its kept answer, unless it
// was done before.
func (r *Registry[T]) commit(ctx context.Context, row *row[T], id, hash string,
	work func(tx T) (any, error),
) (out any, err error) {
	c, preview := callOf(ctx), IsPreview(ctx)
	err = r.work.Update(ctx, func(tx T) error {
		if id != "" && !preview {
			stored, found, err := tx.Replay(id)
			if err != nil {
				return err
			}
			if found {
				c.skipped = true
				out, err = replay(ctx, stored, row, hash)
				return err
			}
		}
		if err := r.fence(ctx, row.spec); err != nil { // the copy before, or the queue, may have taken long
			return err
		}
		if !preview {
			if err := r.halted(tx, c); err != nil {
				return err
			}
			r.losing(c, tx)
		}
		if out, err = work(tx); err != nil {
			return err
		}
		if preview {
			return errPreview
		}
		return r.record(tx, c, row.spec, id, hash, out)
	})
	if errors.Is(err, errPreview) {
		return out, nil
	}
	if err != nil {
		return nil, r.held(ctx, c, err)
	}
	if !c.skipped {
		for _, fn := range c.after {
			fn()
		}
	}
	return out, nil
}

// record writes the audit event and the kept answer of a Command in its own transaction.
func (r *Registry[T]) record(tx T, c *call, s *Spec, id, hash string, out any) error {
	if err := event(tx, c, id); err != nil {
		return err
	}
	return keep(tx, s, id, hash, out)
}

// keep stores the answer of a request that has a key. One that holds a password is not kept: sent
// again, it is refused with op.key_reused.
func keep(tx Tx, s *Spec, id, hash string, out any) error {
	if id == "" || s.Secret {
		return nil
	}
	body, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("op: answer of %s: %w", s.Name, err)
	}
	return tx.KeepAnswer(id, Answer{Op: s.Name, InputHash: hash, Response: body})
}

// RecordIn writes the event of the running Action in tx, the transaction in which it changes the book:
// both are there or neither is, whatever comes after. Without it the event is written at the end.
func RecordIn(ctx context.Context, tx Tx) error {
	c := callOf(ctx)
	if c == nil || c.spec.Kind != Action || c.recorded {
		return nil
	}
	c.recorded = true
	return event(tx, c, RequestID(ctx))
}

// event appends the event of a call.
func event(tx Tx, c *call, id string) error {
	e := c.event
	e.Op, e.RequestID = c.spec.Name, id
	who, name := c.actor.Doer()
	e.Actor, e.ActorName, e.Device = int64(who), name, c.actor.Device
	e, err := tx.AppendEvent(e)
	c.event.ID = e.ID
	return err
}

func replay[T Tx](ctx context.Context, stored Answer, row *row[T], hash string) (any, error) {
	if stored.Op != row.spec.Name || stored.InputHash != hash {
		return nil, fault.New(fault.Conflict, "op.key_reused")
	}
	if row.classed {
		return maskedJSON(ctx, stored.Response, row.resp)
	}
	return json.RawMessage(stored.Response), nil
}

// stream runs a Stream operation and audits it in a transaction of its own before the first byte
// can leave: an export that was not recorded did not happen.
func (r *Registry[T]) stream(ctx context.Context, row *row[T], req any, w io.Writer) (any, error) {
	c := callOf(ctx)
	if s, ok := req.(Subject); ok {
		kind, id := s.Subject()
		Note(ctx, kind, id, "", "")
	}
	if !r.Reading {
		if err := r.register(ctx, row, c); err != nil {
			return nil, err
		}
	}
	if row.elsewhere {
		var none T
		return row.run(ctx, none, req, w)
	}
	var out any
	err := r.work.View(ctx, func(tx T) (err error) { out, err = row.run(ctx, tx, req, w); return err })
	if o, ok := out.(Opened); ok && err != nil {
		return nil, errors.Join(err, o.Content.Close())
	} else if ok {
		return o.Download, o.to(w)
	}
	return out, err
}

// register records a Stream before the first byte leaves, and counts the rows that leave with it. A refusal of those
// is kept with what was written of it.
func (r *Registry[T]) register(ctx context.Context, row *row[T], c *call) error {
	var refusal error
	err := r.work.Update(ctx, func(tx T) error {
		if err := r.halted(tx, c); err != nil {
			return err
		}
		if row.rows != nil && r.Leave != nil {
			n, err := row.rows(ctx, tx, c.req)
			if err != nil {
				return err
			}
			if refusal, err = r.Leave(ctx, tx, row.spec, c.req, n); err != nil || refusal != nil {
				return err
			}
		}
		if row.note != nil {
			if err := row.note(tx, c.req); err != nil {
				return err
			}
		}
		return event(tx, c, RequestID(ctx))
	})
	if err != nil {
		return err
	}
	return refusal
}

// query runs a Query. What somebody who helps from outside has read is noted before the answer leaves: what cannot be
// noted is not read.
func (r *Registry[T]) query(ctx context.Context, row *row[T], req any) (out any, err error) {
	c := callOf(ctx)
	if row.elsewhere {
		var none T
		out, err = row.run(ctx, none, req, nil)
	} else {
		err = r.work.View(ctx, func(tx T) (err error) { out, err = row.run(ctx, tx, req, nil); return err })
	}
	switch {
	case err != nil:
	case c.actor.Support != 0 && r.Helped == nil:
		err = readsOnly(c.actor)
	case c.actor.Support != 0:
		err = r.Helped(ctx, c.spec, req)
	case !row.elsewhere:
		err = r.through(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// through counts the rows of lists that a Query went through.
func (r *Registry[T]) through(ctx context.Context, c *call) error {
	if c.listed == 0 || r.Listed == nil || r.Reading {
		return nil
	}
	return r.work.Update(ctx, func(tx T) error { return r.Listed(ctx, tx, c.listed) })
}

// action runs work that is not in the book, then records that it was done, even for a caller who has
// gone away meanwhile. A request done before is not done again.
func (r *Registry[T]) action(ctx context.Context, row *row[T], in input, req any) (any, error) {
	c, id := callOf(ctx), RequestID(ctx)
	hash, err := inputHash(in, id, c.actor, "")
	if err != nil {
		return nil, err
	}
	if out, found, err := r.doneBefore(ctx, row, id, hash); err != nil || found {
		return out, err
	}
	if r.Halt != nil {
		if err := r.work.View(ctx, func(tx T) error { return r.halted(tx, c) }); err != nil {
			return nil, err
		}
	}
	var none T
	out, err := row.run(ctx, none, req, nil)
	if err != nil {
		return nil, err
	}
	if c.recorded && (id == "" || row.spec.Secret) {
		return out, nil
	}
	return out, r.work.Update(context.WithoutCancel(ctx), func(tx T) error {
		if c.recorded {
			return keep(tx, row.spec, id, hash, out)
		}
		return r.record(tx, c, row.spec, id, hash, out)
	})
}

// doneBefore returns the kept answer of an Action's request.
func (r *Registry[T]) doneBefore(ctx context.Context, row *row[T], id, hash string) (out any, found bool, err error) {
	if id == "" {
		return nil, false, nil
	}
	err = r.work.View(ctx, func(tx T) error {
		var stored Answer
		if stored, found, err = tx.Replay(id); err != nil || !found {
			return err
		}
		out, err = replay(ctx, stored, row, hash)
		return err
	})
	return out, found, err
}

// finish maps foreign errors to faults and writes the one log line.
func (r *Registry[T]) finish(name string, c *call, start time.Time, err error) error {
	who, _ := c.actor.Doer()
	if _, known := r.rows[name]; !known {
		name = "" // whoever asks could write in the log what they like
	}
	rec := Record{Op: name, Actor: int64(who), Device: c.actor.Device, Took: r.clock().Sub(start)}
	if err == nil {
		r.log(rec)
		return nil
	}
	if errors.Is(err, context.Canceled) {
		err = fault.New(fault.Unavailable, "op.cancelled").Because(err)
	} else if errors.Is(err, context.DeadlineExceeded) {
		err = fault.New(fault.Unavailable, "op.timeout").Because(err)
	}
	f := fault.Of(err)
	rec.Code, rec.Key = f.Code, f.Key
	if f.Code == fault.Internal {
		rec.Ref, _ = f.Args["ref"].(string)
		rec.Cause = f.Unwrap()
	}
	r.log(rec)
	return f
}

// inputHash binds an idempotency key to what it asked for, with the content of which digest, and to who
// asked; a request without a key needs none.
func inputHash(in input, id string, who auth.Actor, digest string) (string, error) {
	if id == "" {
		return "", nil
	}
	body := in.json
	if body == nil {
		var err error
		if body, err = json.Marshal(in.value); err != nil {
			return "", fmt.Errorf("op: request: %w", err)
		}
	}
	h := sha256.New()
	h.Write(fmt.Appendf(nil, "%d ", who.User))
	h.Write(body)
	h.Write([]byte(digest))
	return hex.EncodeToString(h.Sum(nil)), nil
}

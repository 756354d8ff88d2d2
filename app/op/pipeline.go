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
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
)

// errPreview rolls a rehearsed transaction back.
var errPreview = errors.New("preview")

// input is a request on its way in: JSON from the wire, or the value of an in-process caller.
type input struct {
	json  []byte
	value any
}

// Validator is implemented by requests that can check themselves before any transaction starts.
type Validator interface{ Validate() error }

// decode gives the typed request and validates it. Unknown fields are refused: a misspelt field
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
		f := fault.New(fault.Invalid, "op.bad_request", "detail", err.Error()).Because(err)
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) {
			f.Field = typed.Field
		}
		return f
	}
	if d.More() {
		return fault.New(fault.Invalid, "op.bad_request", "detail", "trailing data")
	}
	return nil
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
	}()
	row, ok := r.rows[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "op.unknown", "name", name)
	}
	if lvl := levelOf(ctx); lvl < MinLevel || lvl < row.spec.Since {
		return nil, fault.New(fault.Unavailable, "op.version", "level", lvl, "min", max(MinLevel, row.spec.Since))
	}
	if row.spec.Kind == Stream && w == nil || row.spec.Kind != Stream && w != nil {
		return nil, fmt.Errorf("op: %s called the wrong way for a %s", name, row.spec.Kind)
	}
	c.spec = row.spec
	if c.actor, err = r.actor(ctx); err != nil {
		return nil, err
	}
	if err := r.allowed(row.spec, c.actor); err != nil {
		return nil, err
	}
	ctx = context.WithValue(ctx, callKey, c)
	switch row.spec.Kind {
	case Query:
		err = r.work.View(ctx, func(tx T) (err error) { out, err = row.run(ctx, tx, in, nil); return err })
	case Stream:
		out, err = r.stream(ctx, row, in, w)
	case Action:
		out, err = r.action(ctx, row, in)
	default:
		out, err = r.command(ctx, row, in)
	}
	return out, err
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
		case a.User == 0:
			return fault.New(fault.Unauthenticated, "op.login_needed")
		case a.MustSetUp:
			return fault.New(fault.Forbidden, "op.second_factor_needed")
		default:
			return fault.New(fault.Forbidden, "op.forbidden")
		}
	}
	if s.Fresh && !a.System && r.clock().Sub(a.FreshAt) > auth.FreshFor {
		return fault.New(fault.Unauthenticated, "op.fresh_needed")
	}
	return nil
}

// command runs a Command: idempotency, one write transaction, handler, audit event, commit.
func (r *Registry[T]) command(ctx context.Context, row *row[T], in input) (any, error) {
	c, preview, id := callOf(ctx), IsPreview(ctx), RequestID(ctx)
	hash, err := inputHash(in)
	if err != nil {
		return nil, err
	}
	var out any
	err = r.work.Update(ctx, func(tx T) error {
		c.now = tx.Now()
		if id != "" && !preview {
			stored, found, err := tx.Replay(id)
			if err != nil {
				return err
			}
			if found {
				c.skipped = true
				out, err = replay(stored, row, hash)
				return err
			}
		}
		if out, err = row.run(ctx, tx, in, nil); err != nil {
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
		return nil, err
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
	if err := r.event(tx, c, s, id); err != nil {
		return err
	}
	if id == "" || s.Secret {
		return nil
	}
	body, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("op: answer of %s: %w", s.Name, err)
	}
	return tx.KeepAnswer(id, Answer{Op: s.Name, InputHash: hash, Response: body})
}

func (r *Registry[T]) event(tx T, c *call, s *Spec, id string) error {
	e := c.event
	e.Op, e.RequestID = s.Name, id
	e.Actor, e.ActorName, e.Device = int64(c.actor.User), c.actor.Name, c.actor.Device
	_, err := tx.AppendEvent(e)
	return err
}

func replay[T Tx](stored Answer, row *row[T], hash string) (any, error) {
	if stored.Op != row.spec.Name || stored.InputHash != hash {
		return nil, fault.New(fault.Conflict, "op.key_reused")
	}
	return json.RawMessage(stored.Response), nil
}

// stream runs a Stream operation and audits it in a transaction of its own before the first byte
// can leave: an export that was not recorded did not happen.
func (r *Registry[T]) stream(ctx context.Context, row *row[T], in input, w io.Writer) (any, error) {
	c := callOf(ctx)
	err := r.work.Update(ctx, func(tx T) error { return r.event(tx, c, row.spec, RequestID(ctx)) })
	if err != nil {
		return nil, err
	}
	var out any
	err = r.work.View(ctx, func(tx T) (err error) { out, err = row.run(ctx, tx, in, w); return err })
	return out, err
}

// action runs work that is not in the book, then records that it was done.
func (r *Registry[T]) action(ctx context.Context, row *row[T], in input) (any, error) {
	var none T
	out, err := row.run(ctx, none, in, nil)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	return out, r.work.Update(ctx, func(tx T) error { return r.event(tx, c, row.spec, RequestID(ctx)) })
}

// finish maps foreign errors to faults and writes the one log line.
func (r *Registry[T]) finish(name string, c *call, start time.Time, err error) error {
	rec := Record{Op: name, Actor: int64(c.actor.User), Device: c.actor.Device, Took: r.clock().Sub(start)}
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

func inputHash(in input) (string, error) {
	body := in.json
	if body == nil {
		var err error
		if body, err = json.Marshal(in.value); err != nil {
			return "", fmt.Errorf("op: request: %w", err)
		}
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

package op

import (
	"context"
	"io"

	"zafe/app/auth"
	"zafe/app/fault"
)

// Check has fn asked in the transaction of a Command before its handler, and in that of its rehearsal: what it refuses
// is not done. The Command is bound before.
func Check[T Tx, Req, Resp any](r *Registry[T], o Op[Req, Resp], fn func(ctx context.Context, tx T, req Req) error) {
	mustKind(o.Spec, Command)
	w := r.rows[o.Name]
	ask, run := w.check, w.run
	w.check = func(ctx context.Context, tx T, req any) error {
		if ask != nil {
			if err := ask(ctx, tx, req); err != nil {
				return err
			}
		}
		return fn(ctx, tx, req.(Req))
	}
	w.run = func(ctx context.Context, tx T, req any, file io.Writer) (any, error) {
		if err := fn(ctx, tx, req.(Req)); err != nil {
			return nil, err
		}
		return run(ctx, tx, req, file)
	}
}

// Checked asks what Check has put before a Command, for another operation that does the same in a transaction of its
// own: what would be refused there is refused here.
func Checked[T Tx, Req, Resp any](ctx context.Context, r *Registry[T], o Op[Req, Resp], tx T, req Req) error {
	if ask := r.rows[o.Name].check; ask != nil {
		return ask(ctx, tx, req)
	}
	return nil
}

// Again does what a Command of somebody's was kept for, in the transaction of the running call of who lets it be done
// now. It goes through the checks of a call of theirs, but that of a fresh proof, which they gave when they asked, and
// has its own event. Faults: those of the Command, op.unknown, op.forbidden.
func (r *Registry[T]) Again(ctx context.Context, tx T, name string, request []byte, as auth.Actor) error {
	row, ok := r.rows[name]
	if !ok || row.spec.Kind != Command {
		return fault.New(fault.NotFound, "op.unknown", "name", name)
	}
	as.FreshAt = tx.Now()
	if err := r.allowed(row.spec, as); err != nil {
		return err
	}
	req, err := row.decode(input{json: request})
	if err != nil {
		return err
	}
	outer, inner := callOf(ctx), &call{spec: row.spec, actor: as, second: callOf(ctx).actor.User, lose: callOf(ctx).lose}
	if _, err := row.run(context.WithValue(ctx, callKey, inner), tx, req, nil); err != nil {
		return err
	}
	outer.after = append(outer.after, inner.after...)
	return event(tx, inner, "")
}

// Second is who lets the running Command of somebody else be done, 0 for nobody.
func Second(ctx context.Context) auth.UserID {
	if c := callOf(ctx); c != nil {
		return c.second
	}
	return 0
}

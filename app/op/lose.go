package op

import (
	"context"
	"fmt"
	"time"

	"zafe/app/auth"
)

// Lost is a record that a Command takes away or writes over.
type Lost struct {
	Kind  string // of record, as its events name it
	ID    int64
	Name  string // what people call it
	Was   any    // the record as it was, which JSON keeps whole
	After int64  // its version from now on, 0 when it is gone
}

// Lose keeps what the running Command takes away or writes over, in its transaction, and refuses what is too much at
// once: all that the Command did is undone then. What is attached to a record that goes is still there when it is
// called. A rehearsal loses nothing. Faults: those of Registry.Lose.
func Lose(ctx context.Context, l Lost) error {
	c := callOf(ctx)
	if c == nil {
		return nil
	}
	if !c.spec.Destroys {
		return fmt.Errorf("op: %s takes a %s away and does not say so", c.spec.Name, l.Kind)
	}
	if c.lose == nil {
		return nil
	}
	return c.lose(ctx, l)
}

// refused is a loss that was too much, and whose.
type refused struct {
	by auth.Actor
	at time.Time
}

// losing has the call keep what it loses in tx.
func (r *Registry[T]) losing(c *call, tx T) {
	if r.Lose == nil {
		return
	}
	c.lose = func(ctx context.Context, l Lost) error {
		refusal, err := r.Lose(ctx, tx, l)
		if refusal != nil && err == nil {
			c.refused, err = &refused{Actor(ctx), tx.Now()}, refusal
		}
		return err
	}
}

// held keeps that a call was refused for what it would have lost, once its own transaction is undone.
func (r *Registry[T]) held(ctx context.Context, c *call, err error) error {
	if c.refused == nil || r.Held == nil {
		return err
	}
	kept := r.work.Update(context.WithoutCancel(ctx), func(tx T) error {
		return r.Held(ctx, tx, c.refused.by, c.refused.at)
	})
	if kept != nil {
		return kept
	}
	return err
}

// Running is the name of the running operation, "" outside of one.
func Running(ctx context.Context) string {
	if c := callOf(ctx); c != nil {
		return c.spec.Name
	}
	return ""
}

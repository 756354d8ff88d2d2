package opening

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// RotateRequest asks for a new data key, with the owner's password once more. Sheet asks for a new
// recovery key with it: the sheet printed before then opens the copies made before, and nothing else.
type RotateRequest struct {
	Password string `json:"password"`
	Sheet    bool   `json:"sheet,omitempty"`
}

// Validate asks for the password.
func (r RotateRequest) Validate() error {
	if r.Password == "" {
		return fault.Field("password", "user.password_missing")
	}
	return nil
}

// Rotated tells what became of the opening by the main PC.
type Rotated struct {
	// AutomaticLost: the main PC opened the book by itself, and could not be given a new secret.
	AutomaticLost bool `json:"automatic_lost,omitempty"`
}

// Rotate changes the key under which everything is sealed.
var Rotate = op.Op[RotateRequest, Rotated]{Spec: op.Spec{
	Name: "opening.rotate", Kind: op.Action, Needs: auth.KeyManage, Fresh: true, Since: 1, Secret: true,
	Doc: "Puts the whole book under a new key; the passwords of others open it again once they log in.",
}}

// ProveRequest is the password of somebody who is about to change the key.
type ProveRequest struct {
	Password string `json:"password"`
}

// Validate asks for the password.
func (r ProveRequest) Validate() error { return RotateRequest{Password: r.Password}.Validate() }

// Proven tells what is still to be proven before Rotate.
type Proven struct {
	Fresh bool `json:"fresh"` // nothing: the second factor was given a moment ago
}

// freshSpare is what must be left of a second factor's time for Rotate to come in time.
const freshSpare = time.Minute

// Prove checks what Rotate asks for before anybody waits for it.
var Prove = op.Op[ProveRequest, Proven]{Spec: op.Spec{
	Name: "opening.prove", Kind: op.Query, Needs: auth.KeyManage, Since: 1, Secret: true,
	Doc: "Checks the password of who is about to change the key, and tells whether a second factor is to come.",
}}

func (d *desk[T]) prove(ctx context.Context, req ProveRequest) (out Proven, err error) {
	if err := d.people.WithPassword(ctx, req.Password, func(string) error { return nil }); err != nil {
		return out, err
	}
	err = d.work.View(ctx, func(tx T) error {
		out.Fresh = tx.Now().Sub(op.Actor(ctx).FreshAt) < auth.FreshFor-freshSpare
		return nil
	})
	return out, err
}

// rotating is how far a rotation has come: only one goes at a time.
type rotating struct {
	on          atomic.Bool
	done, total atomic.Uint32
}

// share is how much is done, nil when nothing is under way.
func (r *rotating) share() *float64 {
	if !r.on.Load() {
		return nil
	}
	part := float64(r.done.Load()) / float64(max(r.total.Load(), 1))
	return &part
}

// rotate puts the book under a new key, then renews what this PC keeps: its secret opened the old one.
func (d *desk[T]) rotate(ctx context.Context, req RotateRequest) (out Rotated, err error) {
	if !d.rotating.on.CompareAndSwap(false, true) {
		return out, fault.New(fault.Conflict, "opening.rotating")
	}
	defer d.rotating.on.Store(false)
	d.rotating.done.Store(0)
	op.Note(ctx, "", 0, "", fmt.Sprintf(`{"sheet":%t}`, req.Sheet))
	alone := d.keys.PC(ctx).By != ""
	err = d.people.WithPassword(ctx, req.Password, func(label string) error {
		return d.keys.Rotate(ctx, Rotation{
			Label: label, Password: req.Password, Sheet: req.Sheet,
			Note: func(tx op.Tx) error { return op.RecordIn(ctx, tx) },
			Progress: func(done, total uint32) {
				d.rotating.done.Store(done)
				d.rotating.total.Store(total)
			},
		})
	})
	if err != nil || !alone {
		return out, err
	}
	err = d.people.Still(func() error { return d.keys.SetAutomatic(context.WithoutCancel(ctx), true) })
	return Rotated{AutomaticLost: err != nil}, nil
}

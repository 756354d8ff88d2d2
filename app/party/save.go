package party

import (
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/record"
)

// codes are those the program gives.
var codes = record.Series{Name: "customer", Form: "C%06d"}

// IDRequest names a customer.
type IDRequest struct {
	ID CustomerID `json:"id"`
}

// Get reads one customer.
var Get = op.Op[IDRequest, Customer]{Spec: op.Spec{
	Name: "customer.get", Kind: op.Query, Needs: auth.CustomerRead, Since: 1,
	Doc: "Reads a customer with its contacts.",
}}

func get[T Tx](ctx context.Context, tx T, req IDRequest) (Customer, error) {
	c, err := visible(ctx, tx, req.ID, auth.CustomerRead)
	return c.told(ctx), err
}

// Saved is a customer as stored, with what is worth a second look: a customer who seems to be there
// already (party.same_siren, party.same_name), payment terms longer than the law allows
// (party.long_terms). Warnings refuse nothing; a preview shows them before the save.
type Saved struct {
	Customer Customer       `json:"customer"`
	Warnings []*fault.Fault `json:"warnings,omitempty"`
}

// Save creates a customer (ID 0) or changes one. An empty code is given the next one of the series,
// owner 0 is the actor for a new customer and unchanged for another. Faults: those of Validate,
// party.not_found, party.not_yours, party.changed_meanwhile, party.code_taken, party.code_fixed, party.owner_not_you.
var Save = op.Op[Customer, Saved]{Spec: op.Spec{
	Name: "customer.save", Kind: op.Command, Needs: auth.CustomerWrite, Destroys: true, Since: 1,
	Doc: "Creates or changes a customer; archived, updated_at and updated_by are not taken from the request.",
}}

func save[T Tx](ctx context.Context, tx T, req Customer) (Saved, error) {
	out, err := put(ctx, tx, req)
	out.Customer = out.Customer.told(ctx)
	return out, err
}

func put(ctx context.Context, tx Tx, req Customer) (Saved, error) {
	c, old, err := prepared(ctx, tx, req.normal())
	if err != nil {
		return Saved{}, err
	}
	if c, err = store(ctx, tx, c); err != nil {
		return Saved{}, err
	}
	if old != nil {
		if err := lose(ctx, *old, c); err != nil {
			return Saved{}, err
		}
	}
	warnings, err := warningsOf(ctx, tx, c)
	op.Note(ctx, "customer", int64(c.ID), c.Digest(), "")
	return Saved{Customer: c, Warnings: warnings}, err
}

// prepared checks a request against the stored row and the actor's rights on both, and fills what
// the request leaves to the program; old is that row, nil of a new customer.
func prepared(ctx context.Context, tx Tx, c Customer) (_ Customer, old *Customer, _ error) {
	actor := op.Actor(ctx)
	if c.ID != 0 {
		was, err := visible(ctx, tx, c.ID, auth.CustomerWrite)
		if err != nil {
			return c, nil, err
		}
		old = &was
		if err := old.Current(c.Version, "party.changed_meanwhile"); err != nil {
			return c, nil, err
		}
		op.KeepHidden(ctx, &c, was)
		if c.Code != "" && c.Code != old.Code {
			return c, nil, fault.Field("code", "party.code_fixed", "code", old.Code)
		}
		c.Code, c.Archived = old.Code, old.Archived
		if c.Owner == 0 {
			c.Owner = old.Owner
		}
	} else {
		c.Archived, c.Version = false, 0
		if c.Owner == 0 {
			c.Owner = actor.User
		}
	}
	if !actor.Sees(auth.CustomerWrite, c.Whose()) {
		return c, nil, fault.Field("owner", "party.owner_not_you")
	}
	if c.ID != 0 || c.Code == "" {
		return c, old, nil
	}
	_, taken, err := tx.CustomerCoded(c.Code)
	if err == nil && taken {
		err = fault.Field("code", "party.code_taken", "code", c.Code)
	}
	return c, nil, err
}

// lose keeps a customer as they were before a change.
func lose(ctx context.Context, was, now Customer) error {
	return op.Lose(ctx, op.Lost{Kind: "customer", ID: int64(was.ID), Name: was.Name, Was: was, After: now.Version})
}

// store stamps and stores one customer.
func store(ctx context.Context, tx Tx, c Customer) (Customer, error) {
	one := []Customer{c}
	err := storeAll(ctx, tx, one)
	return one[0], err
}

// storeAll stamps and stores customers, in place; new ones without a code take the next.
func storeAll(ctx context.Context, tx Tx, cs []Customer) error {
	return record.Store(ctx, tx, codes, cs, func(c *Customer) record.Head[CustomerID] {
		return record.Head[CustomerID]{ID: &c.ID, Code: &c.Code, Stamp: &c.Stamp}
	}, tx.SaveCustomers)
}

// warningsOf tells what is worth a second look, of the customers the actor may see only.
func warningsOf(ctx context.Context, tx Tx, c Customer) ([]*fault.Fault, error) {
	var out []*fault.Fault
	alike, err := tx.LookAlikes(c, op.Actor(ctx).Where(auth.CustomerRead))
	if err != nil {
		return nil, err
	}
	for _, o := range alike {
		field, key := "name", "party.same_name"
		if o.SIREN != "" && o.SIREN == c.SIREN {
			field, key = "siren", "party.same_siren"
		}
		w := fault.New(fault.Conflict, key, "id", int64(o.ID), "code", o.Code, "name", o.Name)
		w.Field = field
		out = append(out, w)
	}
	if c.tooLong() {
		w := fault.New(fault.Conflict, "party.long_terms")
		w.Field = "payment_days"
		out = append(out, w)
	}
	return out, nil
}

// tooLong tells whether the terms pass the legal maximum between companies: 60 days from the date
// of the invoice, or 45 days end of month (code de commerce art. L441-10, checked 2026-11-21).
func (c Customer) tooLong() bool {
	return c.Kind == Company && (c.PaymentDays > 60 || c.PaymentEndOfMonth && c.PaymentDays > 45)
}

// Archive puts a customer away: it leaves lists and searches, its documents stay.
var Archive = op.Op[IDRequest, Customer]{Spec: op.Spec{
	Name: "customer.archive", Kind: op.Command, Needs: auth.CustomerDelete, Destroys: true, Since: 1,
	Doc: "Puts a customer away without losing anything of it.",
}}

// Restore brings an archived customer back.
var Restore = op.Op[IDRequest, Customer]{Spec: op.Spec{
	Name: "customer.restore", Kind: op.Command, Needs: auth.CustomerDelete, Since: 1,
	Doc: "Brings an archived customer back.",
}}

func archive[T Tx](ctx context.Context, tx T, req IDRequest) (Customer, error) {
	c, err := setArchived(ctx, tx, req.ID, true)
	return c.told(ctx), err
}

func restore[T Tx](ctx context.Context, tx T, req IDRequest) (Customer, error) {
	c, err := setArchived(ctx, tx, req.ID, false)
	return c.told(ctx), err
}

func setArchived(ctx context.Context, tx Tx, id CustomerID, archived bool) (Customer, error) {
	c, err := visible(ctx, tx, id, auth.CustomerDelete)
	if err != nil {
		return c, err
	}
	if was := c; c.Archived != archived {
		c.Archived = archived
		if c, err = store(ctx, tx, c); err != nil {
			return c, err
		}
		if archived {
			if err := lose(ctx, was, c); err != nil {
				return c, err
			}
		}
	}
	op.Note(ctx, "customer", int64(c.ID), c.Digest(), "")
	return c, nil
}

package catalog

import (
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/record"
)

// codes are those the program gives.
var codes = record.Series{Name: "item", Form: "A%06d"}

// IDRequest names an item.
type IDRequest struct {
	ID ItemID `json:"id"`
}

// Get reads one item.
var Get = op.Op[IDRequest, Item]{Spec: op.Spec{
	Name: "item.get", Kind: op.Query, Needs: auth.ItemRead, Since: 1,
	Doc: "Reads an item.",
}}

func get[T Tx](_ context.Context, tx T, req IDRequest) (Item, error) { return tx.Item(req.ID) }

// Saved is an item as stored, with what is worth a second look: another item of the same label
// (catalog.same_label). Warnings refuse nothing; a preview shows them before the save.
type Saved struct {
	Item     Item           `json:"item"`
	Warnings []*fault.Fault `json:"warnings,omitempty"`
}

// Save creates an item (ID 0) or changes one. An empty code is given the next one of the series.
// Faults: those of Validate, catalog.not_found, catalog.changed_meanwhile, catalog.code_taken.
var Save = op.Op[Item, Saved]{Spec: op.Spec{
	Name: "item.save", Kind: op.Command, Needs: auth.ItemWrite, Destroys: true, Since: 1,
	Doc: "Creates or changes an item; archived, updated_at and updated_by are not taken from the request.",
}}

func save[T Tx](ctx context.Context, tx T, req Item) (Saved, error) { return put(ctx, tx, req) }

func put(ctx context.Context, tx Tx, req Item) (Saved, error) {
	i := req.normal()
	i.Archived = false
	var old Item
	if i.ID != 0 {
		var err error
		if old, err = tx.Item(i.ID); err != nil {
			return Saved{}, err
		}
		if err := old.Current(i.Version, "catalog.changed_meanwhile"); err != nil {
			return Saved{}, err
		}
		i.Archived = old.Archived
		if i.Code == "" {
			i.Code = old.Code
		}
	} else {
		i.Version = 0
	}
	if i.Code != "" {
		taken, err := codeTaken(tx, i.Code, i.ID)
		if err != nil {
			return Saved{}, err
		}
		if taken {
			return Saved{}, fault.Field("code", "catalog.code_taken", "code", i.Code)
		}
	}
	i, err := store(ctx, tx, i)
	if err != nil {
		return Saved{}, err
	}
	if old.ID != 0 {
		if err := lose(ctx, old, i); err != nil {
			return Saved{}, err
		}
	}
	op.Note(ctx, "item", int64(i.ID), i.Digest(), "")
	warnings, err := warningsOf(tx, i)
	return Saved{Item: i, Warnings: warnings}, err
}

// codeTaken tells whether an item other than id has this code.
func codeTaken(tx Tx, code string, id ItemID) (bool, error) {
	other, err := tx.ItemByCode(code)
	if fault.KeyOf(err) == "catalog.not_found" {
		return false, nil
	}
	return err == nil && other.ID != id, err
}

// lose keeps an item as it was before a change.
func lose(ctx context.Context, was, now Item) error {
	return op.Lose(ctx, op.Lost{Kind: "item", ID: int64(was.ID), Name: was.Label, Was: was, After: now.Version})
}

// store stamps and stores one item.
func store(ctx context.Context, tx Tx, i Item) (Item, error) {
	one := []Item{i}
	err := storeAll(ctx, tx, one)
	return one[0], err
}

// storeAll stamps and stores items, in place; new ones without a code take the next.
func storeAll(ctx context.Context, tx Tx, is []Item) error {
	return record.Store(ctx, tx, codes, is, func(i *Item) record.Head[ItemID] {
		return record.Head[ItemID]{ID: &i.ID, Code: &i.Code, Stamp: &i.Stamp}
	}, tx.SaveItems)
}

func warningsOf(tx Tx, i Item) ([]*fault.Fault, error) {
	alike, err := tx.ItemsLike(i)
	if err != nil {
		return nil, err
	}
	var out []*fault.Fault
	for _, o := range alike {
		w := fault.New(fault.Conflict, "catalog.same_label", "id", int64(o.ID), "code", o.Code, "label", o.Label)
		w.Field = "label"
		out = append(out, w)
	}
	return out, nil
}

// Archive puts an item away: it leaves lists and searches, documents keep what they took from it.
var Archive = op.Op[IDRequest, Item]{Spec: op.Spec{
	Name: "item.archive", Kind: op.Command, Needs: auth.ItemWrite, Destroys: true, Since: 1,
	Doc: "Puts an item away without losing anything of it.",
}}

// Restore brings an archived item back.
var Restore = op.Op[IDRequest, Item]{Spec: op.Spec{
	Name: "item.restore", Kind: op.Command, Needs: auth.ItemWrite, Since: 1,
	Doc: "Brings an archived item back.",
}}

func archive[T Tx](ctx context.Context, tx T, req IDRequest) (Item, error) {
	return setArchived(ctx, tx, req.ID, true)
}

func restore[T Tx](ctx context.Context, tx T, req IDRequest) (Item, error) {
	return setArchived(ctx, tx, req.ID, false)
}

func setArchived(ctx context.Context, tx Tx, id ItemID, archived bool) (Item, error) {
	i, err := tx.Item(id)
	if err != nil {
		return i, err
	}
	if was := i; i.Archived != archived {
		i.Archived = archived
		if i, err = store(ctx, tx, i); err != nil {
			return i, err
		}
		if archived {
			if err := lose(ctx, was, i); err != nil {
				return i, err
			}
		}
	}
	op.Note(ctx, "item", int64(i.ID), i.Digest(), "")
	return i, nil
}

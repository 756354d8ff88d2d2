package past

import (
	"context"

	"zafe/app/auth"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
)

// eventsRead is how many events of a record are read at a time.
const eventsRead = 100

// customerToday is the customer that one of the past is now, nil when it is gone. Its id is its own until the import
// that created it is undone; then the one that it was taken back as, if any, has its code.
func customerToday[C any](ctx context.Context, tx Tx[C], then party.Customer) (*party.Customer, error) {
	id := then.ID
	gone, err := tx.ErasedAfter(imports.Customers, int64(id), then.UpdatedAt)
	if err != nil {
		return nil, err
	}
	if gone {
		back := false
		if id, back, err = tx.CustomerCoded(then.Code); back {
			back, err = takenBack(tx, "customer", int64(id), TakeCustomer.Name)
		}
		if err != nil || !back {
			return nil, err
		}
	}
	now, err := tx.Customer(id)
	if fault.KeyOf(err) == "party.not_found" || err == nil && !op.Actor(ctx).Sees(auth.CustomerRead, now.Whose()) {
		return nil, nil
	}
	return &now, err
}

// itemToday is the item that one of the past is now, nil when it is gone: see customerToday.
func itemToday[C any](tx Tx[C], then catalog.Item) (*catalog.Item, error) {
	gone, err := tx.ErasedAfter(imports.Items, int64(then.ID), then.UpdatedAt)
	if err != nil {
		return nil, err
	}
	now, err := tx.Item(then.ID)
	if gone {
		if now, err = tx.ItemByCode(then.Code); err == nil {
			back, err := takenBack(tx, "item", int64(now.ID), TakeItem.Name)
			if err != nil || !back {
				return nil, err
			}
		}
	}
	if fault.KeyOf(err) == "catalog.not_found" {
		return nil, nil
	}
	return &now, err
}

// takenBack tells whether a record came from a restore point once.
func takenBack[C any](tx Tx[C], kind string, id int64, name string) (bool, error) {
	before := int64(0)
	for {
		events, err := tx.Events(kind, id, before, eventsRead)
		if err != nil {
			return false, err
		}
		for _, e := range events {
			if before = e.ID; e.Op == name {
				return true, nil
			}
		}
		if len(events) < eventsRead {
			return false, nil
		}
	}
}

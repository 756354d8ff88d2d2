package past

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
)

// kept are the fields that taking back leaves as they are today.
var kept = []string{"id", "version", "updated_at", "updated_by", "owner"}

// compareCustomer looks for today's customer. What the actor may not see differs in nothing that is told.
func compareCustomer[C any](ctx context.Context, tx Tx[C], c *CustomerThen) (err error) {
	if c.Now, err = customerToday(ctx, tx, c.Then); err != nil || c.Now == nil {
		return err
	}
	op.Mask(ctx, c.Now)
	c.Differs, err = differing(c.Then, *c.Now)
	return err
}

// compareItem looks for today's item.
func compareItem[C any](tx Tx[C], i *ItemThen) (err error) {
	if i.Now, err = itemToday(tx, i.Then); err != nil || i.Now == nil {
		return err
	}
	i.Differs, err = differing(i.Then, *i.Now)
	return err
}

// written is what people write in a draft, and its total.
var written = []string{
	"customer", "customer_ref", "date", "delivery", "delivery_date", "due_date", "gross", "housing_works", "lines", "method",
	"notes", "purchase_order", "subject", "valid_until",
}

// compareDraft looks for what a draft is today: its id is never given again.
func compareDraft[C any](ctx context.Context, tx Tx[C], d *DraftThen) error {
	now, err := billing.See(ctx, tx, d.Then.ID)
	if fault.KeyOf(err) == "billing.not_found" {
		return nil
	}
	if err != nil || now.Kind != d.Then.Kind {
		return err
	}
	d.Now = &now
	op.Mask(ctx, d.Now)
	differs, err := differing(d.Then, now)
	for _, name := range differs {
		if slices.Contains(written, name) {
			d.Differs = append(d.Differs, name)
		}
	}
	return err
}

// differing names the fields in which two records differ, as they are called on the wire, in alphabetical order, but
// for those that are kept.
func differing[R any](then, now R) (names []string, err error) {
	a, err := fields(then)
	if err != nil {
		return nil, err
	}
	b, err := fields(now)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(kept, name) && !bytes.Equal(a[name], b[name]) {
			names = append(names, name)
		}
	}
	return names, nil
}

func fields(record any) (out map[string]json.RawMessage, err error) {
	raw, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("past: fields: %w", err)
	}
	return out, json.Unmarshal(raw, &out)
}

// taken reads a record of the point that the request means and hands it to put, which writes it and returns what the
// event names. The point cannot be closed meanwhile.
func taken[Req, Record any](ctx context.Context, s *Service, req TakeRequest, get op.Op[Req, Record], by Req,
	put func(Record) (kind string, id int64, digest string, err error),
) error {
	return s.use(ctx, get.Needs, req.Point, func(asked context.Context, c Copy) error {
		then, err := get.Call(asked, c, by)
		if err != nil {
			return err
		}
		kind, id, digest, err := put(then)
		op.Note(ctx, kind, id, digest, cite(c.Point()))
		return err
	})
}

func takeCustomer[T Tx[C], C any](s *Service) func(context.Context, T, TakeRequest) (party.Saved, error) {
	return func(ctx context.Context, tx T, req TakeRequest) (out party.Saved, err error) {
		by := party.IDRequest{ID: party.CustomerID(req.ID)}
		err = taken(ctx, s, req, party.Get, by, func(then party.Customer) (string, int64, string, error) {
			now, err := customerToday(ctx, Tx[C](tx), then)
			if err != nil {
				return "", 0, "", err
			}
			var id party.CustomerID
			if now != nil {
				id = now.ID
			}
			out, err = party.TakeBack(ctx, tx, then, id, req.Version)
			return "customer", int64(out.Customer.ID), out.Customer.Digest(), err
		})
		return out, err
	}
}

func takeItem[T Tx[C], C any](s *Service) func(context.Context, T, TakeRequest) (catalog.Saved, error) {
	return func(ctx context.Context, tx T, req TakeRequest) (out catalog.Saved, err error) {
		by := catalog.IDRequest{ID: catalog.ItemID(req.ID)}
		err = taken(ctx, s, req, catalog.Get, by, func(then catalog.Item) (string, int64, string, error) {
			now, err := itemToday(Tx[C](tx), then)
			if err != nil {
				return "", 0, "", err
			}
			var id catalog.ItemID
			if now != nil {
				id = now.ID
			}
			out, err = catalog.TakeBack(ctx, tx, then, id, req.Version)
			return "item", int64(out.Item.ID), out.Item.Digest(), err
		})
		return out, err
	}
}

// takeDraft makes it for the customer of then, whom the actor must be allowed to read; else it has none.
func takeDraft[T Tx[C], C any](s *Service) func(context.Context, T, TakeRequest) (billing.Document, error) {
	return func(ctx context.Context, tx T, req TakeRequest) (out billing.Document, err error) {
		by := billing.DocumentRequest{ID: billing.DocumentID(req.ID)}
		err = taken(ctx, s, req, billing.Get, by, func(then billing.Card) (string, int64, string, error) {
			var customer party.CustomerID
			if then.Customer != 0 && op.Actor(ctx).Scope(auth.CustomerRead) == auth.All {
				was, err := read(ctx, s, party.Get, party.IDRequest{ID: then.Customer})
				if err != nil {
					return "", 0, "", err
				}
				now, err := customerToday(ctx, Tx[C](tx), was)
				if err != nil {
					return "", 0, "", err
				}
				if now != nil {
					customer = now.ID
				}
			}
			out, err = billing.TakeBack(ctx, tx, then.Document, customer)
			return string(out.Kind), int64(out.ID), "", err
		})
		return out, err
	}
}

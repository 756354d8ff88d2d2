// Package record is what the records people edit have in common, whatever they are about: who changed
// one last, refusing a change of an older state, giving codes, and the digest by which the journal of
// events binds a state. It knows none of the records, no screen and no SQL.
package record

import (
	"context"
	"slices"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
)

// Stamp is the last change of a record. It is part of the record's type.
type Stamp struct {
	Version   int64     `json:"version"` // opaque: give back what was read
	UpdatedAt time.Time `json:"updated_at"`
	UpdatedBy string    `json:"updated_by,omitempty"`
}

// Clock is what stamping needs of a transaction.
type Clock interface {
	// Now is the transaction's one instant, UTC.
	Now() time.Time
}

// Current refuses, with the fault key, a change of the stored record s that began from another version
// of it: somebody changed it meanwhile. The fault says who and when.
func (s Stamp) Current(version int64, key string) error {
	if version == s.Version {
		return nil
	}
	return fault.New(fault.Conflict, key, "who", s.UpdatedBy, "at", s.UpdatedAt)
}

// Next is the stamp of a change of the record s by the actor of the running call. The version follows
// the clock, so that undoing an import, which puts old versions back, can never make a forgotten
// screen's version good again.
func (s Stamp) Next(ctx context.Context, tx Clock) Stamp {
	now := tx.Now()
	return Stamp{
		Version: max(s.Version+1, now.UnixMilli()), UpdatedAt: now, UpdatedBy: op.Actor(ctx).Name,
	}
}

// Series gives the codes of records that have none, as Form writes them.
type Series struct {
	Name string
	Form string // "C%06d"
}

// Tx is what storing needs of a transaction.
type Tx interface {
	Clock
	// NextCodes takes the next n codes of a kind, written by form.
	NextCodes(kind, form string, n int) ([]string, error)
}

// Head is where a record keeps what storing sets.
type Head[ID ~int64] struct {
	ID    *ID
	Code  *string
	Stamp *Stamp
}

// Store stamps records and stores them by save, in place: new ones get their id, and those without a
// code the next of the series.
func Store[R any, ID ~int64](ctx context.Context, tx Tx, s Series, rs []R, head func(*R) Head[ID],
	save func([]R) ([]ID, error),
) error {
	heads := make([]Head[ID], len(rs))
	given := make([]string, len(rs))
	for i := range rs {
		heads[i] = head(&rs[i])
		given[i] = *heads[i].Code
	}
	codes, err := s.complete(tx, given)
	if err != nil {
		return err
	}
	for i, h := range heads {
		*h.Code, *h.Stamp = codes[i], h.Stamp.Next(ctx, tx)
	}
	ids, err := save(rs)
	if err != nil {
		return err
	}
	for i, id := range ids {
		*heads[i].ID = id
	}
	return nil
}

// complete returns codes with the next of the series for each empty one, none of them a code that
// another of them brings.
func (s Series) complete(tx Tx, codes []string) ([]string, error) {
	missing, brought := 0, map[string]bool{}
	for _, code := range codes {
		if brought[code] = true; code == "" {
			missing++
		}
	}
	var fresh []string
	for len(fresh) < missing {
		next, err := tx.NextCodes(s.Name, s.Form, missing-len(fresh))
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, slices.DeleteFunc(next, func(code string) bool { return brought[code] })...)
	}
	out := slices.Clone(codes)
	for i := range out {
		if out[i] == "" {
			out[i], fresh = fresh[0], fresh[1:]
		}
	}
	return out, nil
}

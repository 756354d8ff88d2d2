package bin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
)

// What events are about, and called.
const (
	aHold    = "hold"
	heldName = "bin.held"
	backName = "bin.back"
)

// record is what several rows may be about.
type record struct {
	kind string
	id   int64
}

// restore puts back records as they were before the first of the rows, with the rights of the actor. Each is put back or
// left as a whole; what somebody changed since stays theirs. Faults bin.gone, op.forbidden.
func restore[T Tx](ctx context.Context, tx T, req RestoreRequest) (out Restored, err error) {
	a := op.Actor(ctx)
	rows, err := tx.LostRows(req.Hold, req.IDs)
	if err != nil {
		return out, err
	}
	groups, order := map[record][]Entry{}, []record{}
	for _, e := range rows { // the youngest first: what was changed last is undone first
		if e.User != a.User && !a.May(auth.KeyManage) {
			continue
		}
		r := record{e.Kind, e.Record}
		if groups[r] == nil {
			order = append(order, r)
		}
		groups[r] = append(groups[r], e)
	}
	if len(order) == 0 {
		return out, fault.New(fault.Conflict, "bin.gone")
	}
	for _, r := range order {
		of := groups[r]
		first, last := of[len(of)-1], of[0]
		first.After, first.Files = last.After, last.Files
		kind, id, digest, err := bring(ctx, tx, first)
		if f := fault.Of(err); err != nil {
			if f.Code == fault.Internal {
				return out, err
			}
			out.Left = append(out.Left, Left{Kind: r.kind, Name: last.Name, Why: f})
			continue
		}
		if err := back(ctx, tx, of, kind, id, digest); err != nil {
			return out, err
		}
		out.Back++
	}
	if req.Hold != 0 {
		op.Note(ctx, aHold, int64(req.Hold), "", fmt.Sprintf(`{"back":%d,"left":%d}`, out.Back, len(out.Left)))
	} else {
		op.Note(ctx, "", 0, "", fmt.Sprintf(`{"back":%d,"left":%d}`, out.Back, len(out.Left)))
	}
	return out, nil
}

// back notes in the bin and in the journal that a record is as it was.
func back(ctx context.Context, tx Tx, rows []Entry, kind string, id int64, digest string) error {
	ids := make([]RowID, len(rows))
	for i, e := range rows {
		ids[i] = e.ID
	}
	if err := tx.LostBack(ids); err != nil {
		return err
	}
	a := op.Actor(ctx)
	_, err := tx.AppendEvent(audit.Event{
		Op: backName, Actor: int64(a.User), ActorName: a.Name, Device: a.Device,
		SubjectKind: kind, SubjectID: id, Digest: digest,
	})
	return err
}

// announce writes in the journal that somebody is held.
func announce(_ context.Context, tx Tx, who auth.Actor, h Hold) error {
	_, err := tx.AppendEvent(audit.Event{
		Op: heldName, Actor: int64(who.User), ActorName: who.Name, Device: who.Device,
		SubjectKind: aHold, SubjectID: int64(h.ID), Payload: fmt.Sprintf(`{"rows":%d}`, h.Rows),
	})
	return err
}

// bring puts a record back by the rules of its area, and says what its event is about.
func bring(ctx context.Context, tx Tx, e Entry) (kind string, id int64, digest string, err error) {
	switch e.Kind {
	case "customer":
		c, err := as(e, func(was party.Customer) (party.Customer, error) { return party.Bring(ctx, tx, was, e.After) })
		return e.Kind, int64(c.ID), c.Digest(), err
	case "item":
		i, err := as(e, func(was catalog.Item) (catalog.Item, error) { return catalog.Bring(ctx, tx, was, e.After) })
		return e.Kind, int64(i.ID), i.Digest(), err
	case "quote", "invoice", "credit_note":
		d, err := as(e, func(was billing.Document) (billing.Document, error) {
			return billing.Bring(ctx, tx, was, e.After)
		})
		if err == nil {
			err = attach(ctx, tx, e, file.Subject{Kind: file.Document, ID: int64(d.ID)})
		}
		return e.Kind, int64(d.ID), "", err
	case "entry":
		d, err := as(e, func(was ledger.Entry) (ledger.Entry, error) { return ledger.Bring(ctx, tx, was, e.After) })
		if err == nil {
			err = attach(ctx, tx, e, file.Subject{Kind: file.Entry, ID: int64(d.ID)})
		}
		return e.Kind, int64(d.ID), "", err
	case "entry_line":
		_, err := as(e, func(was ledger.UnmatchResult) (ledger.UnmatchResult, error) {
			return was, ledger.BringMatch(ctx, tx, was)
		})
		return e.Kind, e.Record, "", err
	case "attachment":
		a, err := as(e, func(was file.Attachment) (file.Attachment, error) { return file.Bring(ctx, tx, was) })
		return e.Kind, int64(a.ID), a.Digest, err
	}
	return "", 0, "", fmt.Errorf("bin: nothing brings a %s back", e.Kind)
}

// as reads the record of a row and puts it back.
func as[R any](e Entry, put func(R) (R, error)) (was R, err error) {
	if err := json.Unmarshal(e.Was, &was); err != nil {
		return was, fmt.Errorf("bin: row %d: %w", e.ID, err)
	}
	return put(was)
}

// attach gives a record that came back what was attached to it. What the book has no more does not keep the record away.
func attach(_ context.Context, tx Tx, e Entry, s file.Subject) error {
	if e.After != 0 {
		return nil
	}
	var all error
	for _, a := range e.Files {
		a.Subject = s
		if _, err := tx.LinkAttachment(a); err != nil && fault.Of(err).Code == fault.Internal {
			all = errors.Join(all, err)
		}
	}
	return all
}

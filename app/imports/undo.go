package imports

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// The sizes of the list of imports and of the names a refusal gives.
const (
	listDefault = 50
	listMax     = 200
	namesShown  = 3
)

// ListRequest asks for the imports before a given one (0: the latest), newest first.
type ListRequest struct {
	Before BatchID `json:"before,omitempty"`
	Limit  int     `json:"limit,omitempty"`
}

// Validate refuses a limit outside its bounds: imports.limit.
func (r ListRequest) Validate() error {
	if r.Limit < 0 || r.Limit > listMax {
		return fault.Field("limit", "imports.limit", "max", listMax)
	}
	return nil
}

// List is the history of imports.
var List = op.Op[ListRequest, []Batch]{Spec: op.Spec{
	Name: "import.list", Kind: op.Query, Needs: auth.CustomerImport, Since: 1,
	Doc: "Lists the imports that were done, newest first.",
}}

// UndoRequest names an import.
type UndoRequest struct {
	ID BatchID `json:"id"`
}

// Undo takes an import back: what it created is removed, what it changed is as it was. It is refused
// as a whole when a record has been changed since (imports.undo_changed) or is used by something else
// (imports.undo_used). Other faults: imports.not_found, imports.already_undone.
var Undo = op.Op[UndoRequest, Batch]{Spec: op.Spec{
	Name: "import.undo", Kind: op.Command, Needs: auth.CustomerImport, Fresh: true, Risky: true, Since: 1,
	Doc: "Undoes an import: every record is as it was before, or nothing changes.",
}}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, List, list[T])
	op.Bind(r, Undo, undo[T])
}

// Add records an import that was just done in this transaction, and names it in the audit event.
func Add(ctx context.Context, tx Tx, k Kind, u Upload, p Preview, changes []Change, series int64) (
	Batch, error,
) {
	actor := op.Actor(ctx)
	b := Batch{
		Kind: k, File: fileName(u.Name), At: tx.Now(), User: actor.User, By: actor.Name,
		Rows: p.Rows, Created: p.New, Updated: p.Updated, Unchanged: p.Unchanged,
		Skipped: p.Duplicates + p.Errors, SeriesBefore: series,
	}
	last, err := tx.LastNumber(string(k), "")
	if err != nil {
		return b, err
	}
	b.SeriesAfter = last
	if b.ID, err = tx.AddImport(b, changes); err != nil {
		return b, err
	}
	note(ctx, b, changes, func(c Change) string { return c.Digest })
	return b, nil
}

// fileName keeps the name of a file without its folders, on Windows or elsewhere.
func fileName(s string) string {
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200])
	}
	return s
}

// note names the batch in the audit event, bound to the content of each record it touched.
func note(ctx context.Context, b Batch, changes []Change, content func(Change) string) {
	h := sha256.New()
	field := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	h.Write([]byte("zafe-import\x01"))
	field(string(b.Kind))
	field(b.File)
	for _, c := range changes {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(c.Ref))
		h.Write(n[:])
		field(content(c))
	}
	payload := fmt.Sprintf(`{"created":%d,"kind":%q,"updated":%d}`, b.Created, b.Kind, b.Updated)
	op.Note(ctx, "import", int64(b.ID), hex.EncodeToString(h.Sum(nil)), payload)
}

// mine tells whether the actor may see a batch: they hold the right of its kind, on all records or
// as the one who imported.
func mine(a auth.Actor, b Batch) bool {
	p, known := needs[b.Kind]
	return known && a.Sees(p, auth.Whose{Owner: b.User})
}

func list[T Tx](ctx context.Context, tx T, req ListRequest) ([]Batch, error) {
	limit := req.Limit
	if limit == 0 {
		limit = listDefault
	}
	found, err := tx.ImportBatches(req.Before, limit)
	if err != nil {
		return nil, err
	}
	actor := op.Actor(ctx)
	found = slices.DeleteFunc(found, func(b Batch) bool { return !mine(actor, b) })
	return append([]Batch{}, found...), nil
}

func undo[T Tx](ctx context.Context, tx T, req UndoRequest) (Batch, error) {
	b, err := tx.ImportBatch(req.ID)
	if err != nil {
		return b, err
	}
	if !mine(op.Actor(ctx), b) {
		return Batch{}, fault.New(fault.NotFound, "imports.not_found")
	}
	if !b.UndoneAt.IsZero() {
		return b, fault.New(fault.Conflict, "imports.already_undone", "who", b.UndoneBy, "at", b.UndoneAt)
	}
	changes, err := tx.ImportChanges(b.ID)
	if err != nil {
		return b, err
	}
	if err := undoable(tx, b, changes); err != nil {
		return b, err
	}
	if err := tx.RestoreImported(b.Kind, changes); err != nil {
		return b, err
	}
	if err := tx.RewindSeries(string(b.Kind), b.SeriesAfter, b.SeriesBefore); err != nil {
		return b, err
	}
	b.UndoneAt, b.UndoneBy = tx.Now(), op.Actor(ctx).Name
	note(ctx, b, changes, func(c Change) string { return c.Prior })
	return b, tx.MarkUndone(b.ID, b.UndoneBy)
}

// undoable refuses an undo that would lose somebody's work, naming what stands in the way.
func undoable(tx Tx, b Batch, changes []Change) error {
	var changed []string
	for _, c := range changes {
		r, there, err := tx.ImportedRecord(b.Kind, c.Ref)
		if err != nil {
			return err
		}
		if !there || r.Version != c.Version {
			changed = append(changed, r.Name)
		}
	}
	if len(changed) > 0 {
		return fault.New(fault.Conflict, "imports.undo_changed", "n", len(changed), "names", shown(changed))
	}
	refs, err := tx.ImportedInUse(b)
	if err != nil || len(refs) == 0 {
		return err
	}
	var used []string
	for _, ref := range refs[:min(len(refs), namesShown+1)] {
		r, _, err := tx.ImportedRecord(b.Kind, ref)
		if err != nil {
			return err
		}
		used = append(used, r.Name)
	}
	return fault.New(fault.Conflict, "imports.undo_used", "n", len(refs), "names", shown(used))
}

// shown names the first few, and says when there are others.
func shown(names []string) string {
	if len(names) <= namesShown {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:namesShown], ", ") + "…"
}

package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/op"
)

// Drafter is what drafts ask of a transaction beyond posting.
type Drafter interface {
	Poster
	// SaveDraft stores a draft as it is and returns its id: a new one when e.ID is zero.
	SaveDraft(e Entry) (EntryID, error)
	// DeleteDraft removes a draft.
	DeleteDraft(id EntryID) error
	// Events returns the latest events of a subject, newest first.
	Events(kind string, id, before int64, limit int) ([]audit.Event, error)
	// Begun returns when the first event of a subject was, zero when it has none.
	Begun(kind string, id int64) (time.Time, error)
	// CarryAttachments gives what is attached to a draft to the entry that it became.
	CarryAttachments(draft, entry EntryID) error
}

// EntryRequest names an entry, posted or draft.
type EntryRequest struct {
	ID EntryID `json:"id"`
}

// EntryGet returns an entry with its lines. Faults: ledger.entry_gone, ledger.entry_deleted.
var EntryGet = op.Op[EntryRequest, Entry]{Spec: op.Spec{
	Name: "entry.get", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Returns an entry, posted or draft, with its lines.",
}}

func entryGet[T Drafter](_ context.Context, tx T, req EntryRequest) (Entry, error) {
	e, err := find(tx, req.ID)
	if err == nil && e.ID.IsDraft() {
		e.CreatedAt, err = tx.Begun("entry", int64(e.ID))
	}
	return e, deleted(tx, req.ID, err)
}

// deleted says of a draft that is not there who deleted it and when, if that is why: fault ledger.entry_deleted in the
// place of ledger.entry_gone. err is passed on otherwise.
func deleted(tx Drafter, id EntryID, err error) error {
	if fault.KeyOf(err) != "ledger.entry_gone" {
		return err
	}
	events, failed := tx.Events("entry", int64(id), 0, 1)
	if failed != nil {
		return failed
	}
	if len(events) == 0 || events[0].Op != EntryDelete.Name {
		return err
	}
	return fault.New(fault.NotFound, "ledger.entry_deleted", "who", events[0].ActorName, "at", events[0].At)
}

func find(tx Poster, id EntryID) (Entry, error) {
	e, ok, err := tx.LedgerEntry(id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "ledger.entry_gone")
	}
	e.Lines = orEmpty(e.Lines)
	return e, err
}

// EntrySaveRequest is a draft as typed. It may be unbalanced or lack things: only posting demands a
// whole entry. ID and Version are 0 for a new draft, else those read with it; so ChangedAt, zero from a client that does
// not tell: where the book went back, what is written after that gets numbers and versions that were given before.
type EntrySaveRequest struct {
	ID        EntryID    `json:"id"`
	Version   int64      `json:"version"`
	ChangedAt time.Time  `json:"changed_at,omitzero"`
	Journal   string     `json:"journal"`
	Date      civil.Date `json:"date"`
	Ref       string     `json:"ref"`
	RefDate   civil.Date `json:"ref_date"`
	Label     string     `json:"label"`
	Lines     []Line     `json:"lines"`
}

// Validate refuses what is not even a draft: ledger.text_long, ledger.lines_many,
// ledger.amount_large, ledger.amount_sign.
func (r EntrySaveRequest) Validate() error {
	switch {
	case long(r.Label):
		return fault.Field("label", "ledger.text_long", "max", TextMax)
	case long(r.Ref):
		return fault.Field("ref", "ledger.text_long", "max", TextMax)
	case len(r.Lines) > LinesMax:
		return fault.Field("lines", "ledger.lines_many", "max", LinesMax)
	}
	for i, l := range r.Lines {
		switch {
		case long(l.Label) || long(l.Aux) || long(l.AuxLabel) || long(l.Account) || long(l.Currency) || long(l.Ref) || long(l.Match):
			return fault.Field(lineField(i), "ledger.text_long", "max", TextMax)
		case !l.Debit.Valid() || !l.Credit.Valid() || !l.CurrencyAmount.Valid():
			return fault.Field(lineField(i)+".debit", "ledger.amount_large")
		case l.Debit < 0 || l.Credit < 0:
			return fault.Field(lineField(i)+".debit", "ledger.amount_sign")
		}
	}
	return nil
}

// EntrySave keeps a draft (brouillard). Faults: ledger.entry_gone, ledger.entry_posted,
// ledger.changed_meanwhile, ledger.unknown_journal, ledger.unknown_account, ledger.archived.
var EntrySave = op.Op[EntrySaveRequest, Entry]{Spec: op.Spec{
	Name: "entry.save", Kind: op.Command, Needs: auth.LedgerWrite, Destroys: true, Since: 1,
	Doc: "Keeps a draft entry, new or changed; it need not balance yet.",
}}

func entrySave[T Drafter](ctx context.Context, tx T, req EntrySaveRequest) (Entry, error) {
	e := Entry{
		ID: req.ID, Journal: req.Journal, Date: req.Date, Ref: req.Ref, RefDate: req.RefDate,
		Label: req.Label, Lines: req.Lines,
	}.clean()
	var was Entry
	if req.ID != 0 {
		var err error
		if was, err = current(tx, req.ID, req.Version, req.ChangedAt); err != nil {
			return e, deleted(tx, req.ID, err)
		}
	}
	if _, err := usableJournal(tx, e.Journal); e.Journal != "" && err != nil {
		return e, err
	}
	var filled []Line
	for i := range e.Lines {
		l := &e.Lines[i]
		l.ID, l.Match, l.MatchDate, l.Ref, l.RefDate = 0, "", civil.Date{}, "", civil.Date{}
		if l.Account != "" {
			filled = append(filled, *l)
		}
	}
	if err := usableAccounts(tx, filled); err != nil {
		return e, err
	}
	e.Version, e.ChangedBy, e.ChangedAt = req.Version+1, op.Actor(ctx).Name, tx.Now()
	var err error
	if e.ID, err = tx.SaveDraft(e); err != nil {
		return e, err
	}
	op.Note(ctx, "entry", int64(e.ID), "", "")
	if was.ID == 0 {
		e.CreatedAt = tx.Now() // as the event of this save
		return e, nil
	}
	if e.CreatedAt, err = tx.Begun("entry", int64(e.ID)); err != nil {
		return e, err
	}
	return e, lose(ctx, was, e.Version)
}

// lose keeps a draft as it was before it got a version, 0 for one that is thrown away.
func lose(ctx context.Context, was Entry, version int64) error {
	return op.Lose(ctx, op.Lost{Kind: "entry", ID: int64(was.ID), Name: was.Label, Was: was, After: version})
}

// Bring puts a draft back as it was before somebody changed it, if it is still at the version which that left; or one
// that was thrown away, 0, under a number of its own. Faults ledger.entry_gone, ledger.entry_posted,
// ledger.changed_meanwhile, op.forbidden.
func Bring(ctx context.Context, tx Drafter, was Entry, version int64) (Entry, error) {
	if !op.Actor(ctx).May(auth.LedgerWrite) {
		return was, fault.New(fault.Forbidden, "op.forbidden")
	}
	if version == 0 {
		was.ID = 0
	} else if now, err := current(tx, was.ID, version, time.Time{}); err != nil {
		return was, err
	} else {
		was.Version = now.Version
	}
	was.Version, was.ChangedBy, was.ChangedAt = was.Version+1, op.Actor(ctx).Name, tx.Now()
	var err error
	was.ID, err = tx.SaveDraft(was)
	return was, err
}

// current refuses to work on a draft that is gone, posted, or not as it was read: of that version, and where seen is
// known, changed then.
func current(tx Poster, id EntryID, version int64, seen time.Time) (Entry, error) {
	if !id.IsDraft() {
		return Entry{}, fault.New(fault.Conflict, "ledger.entry_posted")
	}
	e, err := find(tx, id)
	if err == nil && (e.Version != version || !seen.IsZero() && !seen.Equal(e.ChangedAt)) {
		err = fault.New(fault.Conflict, "ledger.changed_meanwhile", "who", e.ChangedBy, "at", e.ChangedAt)
	}
	return e, err
}

// EntryDeleteRequest names a draft as it was read.
type EntryDeleteRequest struct {
	ID        EntryID   `json:"id"`
	Version   int64     `json:"version"`
	ChangedAt time.Time `json:"changed_at,omitzero"` // as of EntrySaveRequest
}

// EntryDelete throws a draft away; a posted entry is reversed instead. Faults: ledger.entry_gone,
// ledger.entry_posted, ledger.changed_meanwhile.
var EntryDelete = op.Op[EntryDeleteRequest, op.Empty]{Spec: op.Spec{
	Name: "entry.delete", Kind: op.Command, Needs: auth.LedgerWrite, Destroys: true, Since: 1,
	Doc: "Throws a draft entry away.",
}}

func entryDelete[T Drafter](ctx context.Context, tx T, req EntryDeleteRequest) (op.Empty, error) {
	was, err := current(tx, req.ID, req.Version, req.ChangedAt)
	if err != nil {
		return op.Empty{}, err
	}
	if err := lose(ctx, was, 0); err != nil {
		return op.Empty{}, err
	}
	op.Note(ctx, "entry", int64(req.ID), "", "")
	return op.Empty{}, tx.DeleteDraft(req.ID)
}

// PostRequest names drafts to post, in order; all or none are.
type PostRequest struct {
	IDs []EntryID `json:"ids"`
}

const postMax = 500 // drafts posted at once

// Validate refuses an empty or endless list: ledger.post_some.
func (r PostRequest) Validate() error {
	if len(r.IDs) == 0 || len(r.IDs) > postMax {
		return fault.Field("ids", "ledger.post_some", "max", postMax)
	}
	return nil
}

// PostResult is the entries posted, in the order asked.
type PostResult struct {
	Entries []Entry `json:"entries"`
}

// EntryPost makes drafts final (validation). Faults: those of Post, with the field prefixed by
// "ids[n]"; ledger.entry_gone, ledger.entry_posted.
var EntryPost = op.Op[PostRequest, PostResult]{Spec: op.Spec{
	Name: "entry.post", Kind: op.Command, Needs: auth.LedgerPost, Since: 1,
	Doc: "Posts draft entries: each takes its number and never changes again.",
}}

func entryPost[T Drafter](ctx context.Context, tx T, req PostRequest) (PostResult, error) {
	out := PostResult{Entries: make([]Entry, 0, len(req.IDs))}
	heads := sha256.New()
	for i, id := range req.IDs {
		e, err := postDraft(ctx, tx, id)
		if err != nil {
			return PostResult{}, atItem(err, i, len(req.IDs))
		}
		heads.Write([]byte(e.Hash))
		out.Entries = append(out.Entries, e)
	}
	first, digest := out.Entries[0], out.Entries[0].Hash
	if len(out.Entries) > 1 {
		digest = hex.EncodeToString(heads.Sum(nil))
	}
	return out, note(ctx, "entry", int64(first.ID), digest, struct {
		First EntryID `json:"first"`
		Count int     `json:"count"`
	}{first.ID, len(out.Entries)})
}

func postDraft(ctx context.Context, tx Drafter, id EntryID) (Entry, error) {
	if !id.IsDraft() {
		return Entry{}, fault.New(fault.Conflict, "ledger.entry_posted")
	}
	e, err := find(tx, id)
	if err != nil {
		return e, err
	}
	if e, err = Post(ctx, tx, e); err != nil {
		return e, err
	}
	if err := tx.CarryAttachments(id, e.ID); err != nil {
		return e, err
	}
	return e, tx.DeleteDraft(id)
}

package ledger

import (
	"context"
	"strings"
	"time"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
)

// Lister is what lists of entries ask of a transaction.
type Lister interface {
	op.Tx
	// EntryHeads returns entries without their lines, latest date first, at most q.Limit + 1.
	EntryHeads(q EntryQuery) ([]EntryHead, error)
}

// EntryQuery is what the store is asked for.
type EntryQuery struct {
	Drafts  bool
	Journal string
	Period  civil.Period // zero ends are open
	Text    string       // in the label, reference or number
	Amount  money.Amount // the total; 0 for any
	Source  string
	Before  EntryMark
	Limit   int
}

// EntryMark is a place in the list.
type EntryMark struct {
	Date civil.Date `json:"date"`
	ID   EntryID    `json:"id"`
}

// EntryHead is an entry in a list.
type EntryHead struct {
	ID         EntryID      `json:"id"`
	Journal    string       `json:"journal"`
	Date       civil.Date   `json:"date"`
	Num        string       `json:"num"` // "" for a draft
	Ref        string       `json:"ref"`
	Label      string       `json:"label"`
	Source     string       `json:"source"`
	Debit      money.Amount `json:"debit"`
	Credit     money.Amount `json:"credit"` // differs from Debit in a draft that does not balance yet
	ReversedBy EntryID      `json:"reversed_by"`
	Reverses   EntryID      `json:"reverses"`
	Import     int64        `json:"import"`
	ChangedBy  string       `json:"changed_by"`
	ChangedAt  time.Time    `json:"changed_at"`
	Version    int64        `json:"version"` // of a draft
}

// EntryListRequest asks for posted entries, or for drafts. Text is looked for in labels, references
// and numbers; written as an amount, among the totals too.
type EntryListRequest struct {
	Drafts  bool       `json:"drafts"`
	Journal string     `json:"journal"`
	From    civil.Date `json:"from"`
	To      civil.Date `json:"to"`
	Text    string     `json:"text"`
	Source  string     `json:"source"`
	Before  EntryMark  `json:"before"` // Next of the page before, zero for the first
	Limit   int        `json:"limit"`  // 0 means 100
}

const (
	pageDefault = 100
	pageMax     = 5000
)

// Validate refuses a page that is too long (ledger.page) and dates that do not exist (ledger.no_date).
func (r EntryListRequest) Validate() error {
	if !r.From.IsZero() && !r.From.Valid() {
		return fault.Field("from", "ledger.no_date")
	}
	if !r.To.IsZero() && !r.To.Valid() {
		return fault.Field("to", "ledger.no_date")
	}
	return checkPage(r.Limit)
}

func checkPage(limit int) error {
	if limit < 0 || limit > pageMax {
		return fault.Field("limit", "ledger.page", "max", pageMax)
	}
	return nil
}

// EntryList is a page of entries, latest first.
type EntryList struct {
	Entries []EntryHead `json:"entries"`
	More    bool        `json:"more"`
	Next    EntryMark   `json:"next"` // Before of the next page
}

// EntryListing lists entries.
var EntryListing = op.Op[EntryListRequest, EntryList]{Spec: op.Spec{
	Name: "entry.list", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Lists posted entries, or drafts, latest date first, page by page.",
}}

func entryList[T Lister](ctx context.Context, tx T, req EntryListRequest) (EntryList, error) {
	q := EntryQuery{
		Drafts: req.Drafts, Journal: strings.ToUpper(req.Journal), Period: civil.Period{From: req.From, To: req.To},
		Text: strings.TrimSpace(req.Text), Source: req.Source, Before: req.Before, Limit: req.Limit,
	}
	if q.Limit == 0 {
		q.Limit = pageDefault
	}
	if a, err := money.ParseAmount(q.Text); err == nil {
		q.Amount = a
	}
	heads, err := tx.EntryHeads(q)
	if err != nil {
		return EntryList{}, err
	}
	out := EntryList{Entries: orEmpty(heads)}
	if len(heads) > q.Limit {
		out.Entries, out.More = heads[:q.Limit], true
		last := out.Entries[q.Limit-1]
		out.Next = EntryMark{last.Date, last.ID}
	}
	op.ListedFurther(ctx, req.Before.ID != 0, len(out.Entries))
	return out, nil
}

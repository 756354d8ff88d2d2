package search

import (
	"context"
	"sort"
	"strings"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// The kinds of records the search box finds, permanent in the book. Each opens its own page.
const (
	Customer   = "customer"
	Item       = "item"
	Quote      = "quote"
	Invoice    = "invoice"
	CreditNote = "credit_note"
	Payment    = "payment"
	Entry      = "entry"
	Account    = "account"
)

// kinds says, in the order of the answer, which right lets a person find a kind. A kind that is not
// here is never found.
var kinds = []struct {
	name  string
	needs auth.Permission
}{
	{Customer, auth.CustomerRead},
	{Invoice, auth.SalesRead},
	{Quote, auth.SalesRead},
	{CreditNote, auth.SalesRead},
	{Payment, auth.SalesRead},
	{Item, auth.ItemRead},
	{Account, auth.LedgerRead},
	{Entry, auth.LedgerRead},
}

// The number of hits of one search.
const (
	LimitDefault = 20
	LimitMax     = 100
)

// FindRequest is what was typed in the search box. Limit 0 is LimitDefault.
type FindRequest struct {
	Text  string `json:"text"`
	Limit int    `json:"limit,omitempty"`
}

// Validate refuses a limit outside its bounds: search.limit.
func (r FindRequest) Validate() error {
	if r.Limit < 0 || r.Limit > LimitMax {
		return fault.Field("limit", "search.limit", "max", LimitMax)
	}
	return nil
}

// Hit is a record found. Ref is its id within its kind.
type Hit struct {
	Kind   string `json:"kind"`
	Ref    int64  `json:"ref"`
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
}

// Found is the answer of a search. More says that the limit left hits out.
type Found struct {
	Hits []Hit `json:"hits"`
	More bool  `json:"more,omitempty"`
}

// Find is the search box.
var Find = op.Op[FindRequest, Found]{Spec: op.Spec{
	Name: "search.find", Kind: op.Query, Needs: auth.SearchUse, Since: 1,
	Doc: "Finds records of every kind the person may see by the starts of their words.",
}}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	// SearchDocs returns records of a kind that answer q, the latest first, of those allowed.
	SearchDocs(kind string, q Query, allowed auth.Predicate) ([]Hit, error)
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) { op.Bind(r, Find, find[T]) }

func find[T Tx](ctx context.Context, tx T, req FindRequest) (Found, error) {
	actor := op.Actor(ctx)
	q := Parse(req.Text).As(actor)
	if q.Empty() {
		return Found{Hits: []Hit{}}, nil
	}
	limit := req.Limit
	if limit == 0 {
		limit = LimitDefault
	}
	var groups [][]Hit
	for _, k := range kinds {
		if !actor.May(k.needs) {
			continue
		}
		hits, err := tx.SearchDocs(k.name, q, actor.Where(k.needs))
		if err != nil {
			return Found{}, err
		}
		rank(hits, q)
		groups = append(groups, hits)
	}
	typed := strings.Join(q.Words, " ")
	exact := func(hits []Hit) bool { return len(hits) > 0 && Fold(hits[0].Title) == typed }
	// A number typed in full means that record, and Enter opens the first: an invoice that names the quote it comes from
	// stands under the quote.
	sort.SliceStable(groups, func(i, j int) bool { return exact(groups[i]) && !exact(groups[j]) })
	return share(groups, limit), nil
}

// rank puts first the titles that start with what was typed, then those where every word stands,
// then what was found elsewhere; the order within is kept.
func rank(hits []Hit, q Query) {
	typed := strings.Join(q.Words, " ")
	score := make(map[int64]int, len(hits))
	for _, h := range hits {
		switch title := Fold(h.Title); {
		case title == typed:
			score[h.Ref] = 0
		case strings.HasPrefix(title, typed):
			score[h.Ref] = 1
		case q.Match(title):
			score[h.Ref] = 2
		default:
			score[h.Ref] = 3
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return score[hits[i].Ref] < score[hits[j].Ref] })
}

// share takes hits from each group in turn until the limit, and lists them group by group: a kind
// with many hits never hides the others.
func share(groups [][]Hit, limit int) Found {
	taken, left := make([]int, len(groups)), limit
	for progress := true; progress && left > 0; {
		progress = false
		for i, g := range groups {
			if taken[i] < len(g) && left > 0 {
				taken[i]++
				left--
				progress = true
			}
		}
	}
	out := Found{Hits: []Hit{}}
	for i, g := range groups {
		out.Hits = append(out.Hits, g[:taken[i]]...)
		out.More = out.More || taken[i] < len(g)
	}
	return out
}

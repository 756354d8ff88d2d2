package catalog

import (
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/search"
)

// Filter narrows the list of items.
type Filter string

// The filters. The zero Filter is FilterActive.
const (
	FilterActive   Filter = "active" // all but the archived
	FilterGoods    Filter = "goods"
	FilterServices Filter = "services"
	FilterArchived Filter = "archived"
)

// Sort is the column a list is sorted by.
type Sort string

// The columns one can sort by. The zero Sort is ByLabel.
const (
	ByLabel Sort = "label"
	ByCode  Sort = "code"
	ByPrice Sort = "price"
	ByRate  Sort = "vat_rate"
)

// The sizes of a page of the list and of the choice of names.
const (
	OffsetMax    = 10_000_000
	PageDefault  = 50
	PageMax      = 500
	NamesDefault = 20
	NamesMax     = 50
)

// ListRequest asks for a page of the list. Text narrows it to items with words that start like each
// word typed: of the label, the code or the description.
type ListRequest struct {
	Text   string `json:"text,omitempty"`
	Filter Filter `json:"filter,omitempty"`
	Sort   Sort   `json:"sort,omitempty"`
	Desc   bool   `json:"desc,omitempty"`
	Offset int    `json:"offset,omitempty"`
	Limit  int    `json:"limit,omitempty"` // 0: PageDefault
}

// Validate refuses what the list does not know: catalog.filter, catalog.sort, catalog.page.
func (r ListRequest) Validate() error {
	switch r.Filter {
	case "", FilterActive, FilterGoods, FilterServices, FilterArchived:
	default:
		return fault.Field("filter", "catalog.filter")
	}
	switch r.Sort {
	case "", ByLabel, ByCode, ByPrice, ByRate:
	default:
		return fault.Field("sort", "catalog.sort")
	}
	if r.Offset < 0 || r.Offset > OffsetMax {
		return fault.Field("offset", "catalog.page", "max", PageMax)
	}
	if r.Limit < 0 || r.Limit > PageMax {
		return fault.Field("limit", "catalog.page", "max", PageMax)
	}
	return nil
}

// Page is a part of the list. Total is the number of items it is a part of; when AtLeast is set there
// are more than that, and counting them would make typing wait.
type Page struct {
	Items   []Item `json:"items"`
	Total   int    `json:"total"`
	AtLeast bool   `json:"at_least,omitempty"`
}

// Selection is what the store is asked for.
type Selection struct {
	Query  search.Query
	Typed  string // as typed, for an exact code
	Filter Filter
	Sort   Sort
	Desc   bool
	Offset int
	Limit  int
}

// List is the list of items. Everybody who sells sees them all.
var List = op.Op[ListRequest, Page]{Spec: op.Spec{
	Name: "item.list", Kind: op.Query, Needs: auth.ItemRead, Since: 1,
	Doc: "Lists the items: searched as one types, filtered, sorted, by pages.",
}}

func list[T Tx](ctx context.Context, tx T, req ListRequest) (Page, error) {
	s := Selection{
		Query: search.Parse(req.Text), Filter: req.Filter, Sort: req.Sort, Desc: req.Desc, Offset: req.Offset,
		Limit: req.Limit,
	}
	if s.Filter == "" {
		s.Filter = FilterActive
	}
	if s.Sort == "" {
		s.Sort = ByLabel
	}
	if s.Limit == 0 {
		s.Limit = PageDefault
	}
	page, err := tx.ItemPage(s)
	op.Listed(ctx, req.Offset, len(page.Items))
	return page, err
}

// NamesRequest asks which items a person may mean.
type NamesRequest struct {
	Text  string `json:"text"`
	Limit int    `json:"limit,omitempty"` // 0: NamesDefault
}

// Validate refuses a limit outside its bounds: catalog.page.
func (r NamesRequest) Validate() error {
	if r.Limit < 0 || r.Limit > NamesMax {
		return fault.Field("limit", "catalog.page", "max", NamesMax)
	}
	return nil
}

// Names completes the label or code of an item in a document line, with all that the line takes from
// it. Those whose label starts with what is typed come first; the archived are left out.
var Names = op.Op[NamesRequest, []Item]{Spec: op.Spec{
	Name: "item.names", Kind: op.Query, Needs: auth.ItemRead, Since: 1,
	Doc: "Completes an item's label or code as one types.",
}}

func names[T Tx](_ context.Context, tx T, req NamesRequest) ([]Item, error) {
	s := Selection{
		Query: search.Parse(req.Text), Typed: req.Text, Filter: FilterActive, Sort: ByLabel, Limit: req.Limit,
	}
	if s.Limit == 0 {
		s.Limit = NamesDefault
	}
	found, err := tx.ItemNames(s)
	if found == nil {
		found = []Item{}
	}
	return found, err
}

package party

import (
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/search"
)

// Filter narrows the list of customers.
type Filter string

// The filters. The zero Filter is FilterActive.
const (
	FilterActive    Filter = "active"    // all but the archived
	FilterProspects Filter = "prospects" // not customers yet
	FilterArchived  Filter = "archived"
	FilterOverdue   Filter = "overdue" // owing something past its due date
)

// Sort is the column a list is sorted by.
type Sort string

// The columns one can sort by. The zero Sort is ByName.
const (
	ByName       Sort = "name"
	ByCode       Sort = "code"
	ByCity       Sort = "city"
	ByPostalCode Sort = "postal_code"
	BySIREN      Sort = "siren"
	ByEmail      Sort = "email"
	ByPhone      Sort = "phone"
)

// The sizes of a page of the list and of the choice of names.
const (
	OffsetMax    = 10_000_000
	PageDefault  = 50
	PageMax      = 500
	NamesDefault = 20
	NamesMax     = 50
)

// ListRequest asks for a page of the list. Text narrows it to customers with words that start like
// each word typed: of the name, city, postal code, SIREN, phone, e-mail, code or a contact.
type ListRequest struct {
	Text   string      `json:"text,omitempty"`
	Filter Filter      `json:"filter,omitempty"`
	Owner  auth.UserID `json:"owner,omitempty"` // of this salesperson only; 0: of all one may see
	Sort   Sort        `json:"sort,omitempty"`
	Desc   bool        `json:"desc,omitempty"`
	Offset int         `json:"offset,omitempty"`
	Limit  int         `json:"limit,omitempty"` // 0: PageDefault
}

// Validate refuses what the list does not know: party.filter, party.sort, party.page.
func (r ListRequest) Validate() error {
	switch r.Filter {
	case "", FilterActive, FilterProspects, FilterArchived, FilterOverdue:
	default:
		return fault.Field("filter", "party.filter")
	}
	switch r.Sort {
	case "", ByName, ByCode, ByCity, ByPostalCode, BySIREN, ByEmail, ByPhone:
	default:
		return fault.Field("sort", "party.sort")
	}
	if r.Offset < 0 || r.Offset > OffsetMax {
		return fault.Field("offset", "party.page", "max", PageMax)
	}
	if r.Limit < 0 || r.Limit > PageMax {
		return fault.Field("limit", "party.page", "max", PageMax)
	}
	return nil
}

// Row is a customer in the list. Balance and Overdue are what they owe (TTC) and what of it is past
// its due date.
type Row struct {
	ID         CustomerID   `json:"id"`
	Code       string       `json:"code"`
	Kind       Kind         `json:"kind"`
	Name       string       `json:"name"`
	PostalCode string       `json:"postal_code,omitempty"`
	City       string       `json:"city,omitempty"`
	SIREN      string       `json:"siren,omitempty"`
	Email      string       `json:"email,omitempty" class:"contact"`
	Phone      string       `json:"phone,omitempty" class:"contact"`
	Owner      auth.UserID  `json:"owner"`
	Prospect   bool         `json:"prospect,omitempty"`
	Archived   bool         `json:"archived,omitempty"`
	Balance    money.Amount `json:"balance" class:"balance"`
	Overdue    money.Amount `json:"overdue" class:"balance"`
}

// Page is a part of the list. Total is the number of customers it is a part of; when AtLeast is set
// there are more than that, and counting them would make typing wait.
type Page struct {
	Rows    []Row `json:"rows"`
	Total   int   `json:"total"`
	AtLeast bool  `json:"at_least,omitempty"`
}

// Selection is what the store is asked for, rights included: it has none but those of Allowed, whatever else
// is asked.
type Selection struct {
	Query   search.Query
	Typed   string // as typed, for an exact code
	Filter  Filter
	Owner   auth.UserID // only theirs; 0: everybody's
	Allowed auth.Predicate
	Sort    Sort
	Desc    bool
	Offset  int
	Limit   int
}

// List is the list of customers.
var List = op.Op[ListRequest, Page]{Spec: op.Spec{
	Name: "customer.list", Kind: op.Query, Needs: auth.CustomerRead, Since: 1,
	Doc: "Lists the customers one may see: searched as one types, filtered, sorted, by pages.",
}}

// tells are the classes that an order or a filter gives away.
func (r ListRequest) tells() []auth.Class {
	var out []auth.Class
	if r.Sort == ByEmail || r.Sort == ByPhone {
		out = append(out, auth.Contact)
	}
	if r.Filter == FilterOverdue {
		out = append(out, auth.Balance)
	}
	return out
}

// shown refuses a list that would tell what the actor may not see: op.field_hidden.
func shown(ctx context.Context, r ListRequest) error {
	for _, class := range r.tells() {
		if op.Actor(ctx).Hides(class) {
			return fault.New(fault.Forbidden, "op.field_hidden")
		}
	}
	return nil
}

func list[T Tx](ctx context.Context, tx T, req ListRequest) (Page, error) {
	if err := shown(ctx, req); err != nil {
		return Page{}, err
	}
	s := selection(ctx, auth.CustomerRead, req.Text)
	s.Filter, s.Owner, s.Sort, s.Desc, s.Offset, s.Limit =
		req.Filter, req.Owner, req.Sort, req.Desc, req.Offset, req.Limit
	if s.Filter == "" {
		s.Filter = FilterActive
	}
	if s.Sort == "" {
		s.Sort = ByName
	}
	if s.Limit == 0 {
		s.Limit = PageDefault
	}
	page, err := tx.CustomerPage(s)
	op.Listed(ctx, req.Offset, len(page.Rows))
	return page, err
}

func selection(ctx context.Context, p auth.Permission, text string) Selection {
	actor := op.Actor(ctx)
	return Selection{
		Query: search.Parse(text).As(actor), Typed: text, Filter: FilterActive, Sort: ByName, Allowed: actor.Where(p),
	}
}

// NamesRequest asks which customers a person may mean.
type NamesRequest struct {
	Text  string `json:"text"`
	Limit int    `json:"limit,omitempty"` // 0: NamesDefault
}

// Validate refuses a limit outside its bounds: party.page.
func (r NamesRequest) Validate() error {
	if r.Limit < 0 || r.Limit > NamesMax {
		return fault.Field("limit", "party.page", "max", NamesMax)
	}
	return nil
}

// Name is a customer in a field that completes what is typed.
type Name struct {
	ID         CustomerID `json:"id"`
	Code       string     `json:"code"`
	Name       string     `json:"name"`
	PostalCode string     `json:"postal_code,omitempty"`
	City       string     `json:"city,omitempty"`
	Prospect   bool       `json:"prospect,omitempty"`
}

// Names completes the name of a customer. Those whose name starts with what is typed come first;
// the archived are left out.
var Names = op.Op[NamesRequest, []Name]{Spec: op.Spec{
	Name: "customer.names", Kind: op.Query, Needs: auth.CustomerRead, Since: 1,
	Doc: "Completes a customer's name, code, number or place as one types.",
}}

func names[T Tx](ctx context.Context, tx T, req NamesRequest) ([]Name, error) {
	s := selection(ctx, auth.CustomerRead, req.Text)
	if s.Limit = req.Limit; s.Limit == 0 {
		s.Limit = NamesDefault
	}
	found, err := tx.CustomerNames(s)
	if found == nil {
		found = []Name{}
	}
	return found, err
}

package billing

import (
	"slices"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/search"
)

// PageMax is the most rows one answer of a list holds; PageDefault is used when none is asked.
const (
	PageDefault = 50
	PageMax     = 500
)

// Sort says by what a list of documents is sorted.
type Sort string

// The orders of a list.
const (
	ByDate     Sort = "date"
	ByNumber   Sort = "number"
	ByCustomer Sort = "customer"
	ByGross    Sort = "gross"
	ByDue      Sort = "due_date"
	ByOpen     Sort = "open"
)

// ListRequest asks for documents. Empty parts do not filter. The latest come first unless Sort and
// Ascending say otherwise.
type ListRequest struct {
	Kinds    []Kind           `json:"kinds,omitempty"`
	Statuses []Status         `json:"statuses,omitempty"`
	Customer party.CustomerID `json:"customer,omitempty"`
	Owner    auth.UserID      `json:"owner,omitempty"`
	Text     string           `json:"text,omitempty"` // words of the number, customer, subject, references
	Period   civil.Period     `json:"period"`         // of the date of issue
	Open     bool             `json:"open,omitempty"` // only what is left to settle

	Sort      Sort `json:"sort,omitempty"`
	Ascending bool `json:"ascending,omitempty"`
	Offset    int  `json:"offset,omitempty"`
	Limit     int  `json:"limit,omitempty"`
}

// Validate implements op.Validator.
func (r ListRequest) Validate() error {
	for _, k := range r.Kinds {
		if !k.Known() {
			return fault.Field("kinds", "billing.kind_unknown")
		}
	}
	for _, s := range r.Statuses {
		if !s.Known() {
			return fault.Field("statuses", "billing.status_unknown")
		}
	}
	switch r.Sort {
	case "", ByDate, ByNumber, ByCustomer, ByGross, ByDue, ByOpen:
	default:
		return fault.Field("sort", "billing.sort_unknown")
	}
	return checkPage(r.Period, r.Offset, r.Limit)
}

func checkPage(p civil.Period, offset, limit int) error {
	switch {
	case !p.IsZero() && !p.Valid():
		return fault.Field("period", "billing.period_wrong")
	case offset < 0:
		return fault.Field("offset", "billing.page_wrong", "max", PageMax)
	case limit < 0 || limit > PageMax:
		return fault.Field("limit", "billing.page_wrong", "max", PageMax)
	}
	return nil
}

// Known tells whether s is one of the statuses.
func (s Status) Known() bool {
	return slices.Contains(Statuses(), s)
}

// Filter is a ListRequest as the store runs it.
type Filter struct {
	ListRequest
	Query   search.Query
	Allowed auth.Predicate // the documents one may see: the list has no other
	Today   civil.Date
}

// Row is one document of a list.
type Row struct {
	ID           DocumentID       `json:"id"`
	Kind         Kind             `json:"kind"`
	Status       Status           `json:"status"`
	Number       string           `json:"number,omitempty"`
	Customer     party.CustomerID `json:"customer,omitempty"`
	CustomerCode string           `json:"customer_code,omitempty"`
	CustomerName string           `json:"customer_name,omitempty"`
	Owner        auth.UserID      `json:"owner"`
	Date         civil.Date       `json:"date"`
	DueDate      civil.Date       `json:"due_date"`
	ValidUntil   civil.Date       `json:"valid_until"`
	Subject      string           `json:"subject,omitempty"`
	Net          money.Amount     `json:"net"`
	VAT          money.Amount     `json:"vat"`
	Gross        money.Amount     `json:"gross"`
	Open         money.Amount     `json:"open" class:"balance"` // left to settle, 0 for quotes and drafts
}

// Page is a page of documents. Count and Sums are over all the filter keeps, credit notes counted
// as negative.
type Page struct {
	Rows  []Row `json:"rows"`
	Count int   `json:"count"`
	Sums  Sums  `json:"sums"`
}

// Sums are the totals at the foot of a list.
type Sums struct {
	Net   money.Amount `json:"net"`
	VAT   money.Amount `json:"vat"`
	Gross money.Amount `json:"gross"`
	Open  money.Amount `json:"open" class:"balance"`
}

// PaymentListRequest asks for payments, the latest first. Empty parts do not filter.
type PaymentListRequest struct {
	Customer  party.CustomerID `json:"customer,omitempty"`
	Document  DocumentID       `json:"document,omitempty"` // those that settle it
	Method    Method           `json:"method,omitempty"`
	Text      string           `json:"text,omitempty"`
	Period    civil.Period     `json:"period"`
	OnAccount bool             `json:"on_account,omitempty"` // only those with something left on account
	Cancelled bool             `json:"cancelled,omitempty"`  // the cancelled ones too
	Offset    int              `json:"offset,omitempty"`
	Limit     int              `json:"limit,omitempty"`
}

// Validate implements op.Validator.
func (r PaymentListRequest) Validate() error {
	if r.Method != "" && !r.Method.Known() {
		return fault.Field("method", "billing.method_unknown")
	}
	return checkPage(r.Period, r.Offset, r.Limit)
}

// PaymentFilter is a PaymentListRequest as the store runs it.
type PaymentFilter struct {
	PaymentListRequest
	Query   search.Query
	Allowed auth.Predicate // the payments one may see: the list has no other
}

// PaymentPage is a page of payments. Count and Total are over all the filter keeps; refunds count
// as negative and cancelled payments as nothing.
type PaymentPage struct {
	Rows      []Payment    `json:"rows"`
	Count     int          `json:"count"`
	Total     money.Amount `json:"total"`
	OnAccount money.Amount `json:"on_account" class:"balance"`
}

// Link is a document tied to another: an invoice made from a quote, a credit note of an invoice.
type Link struct {
	ID     DocumentID   `json:"id"`
	Kind   Kind         `json:"kind"`
	Final  bool         `json:"final"`
	Number string       `json:"number,omitempty"`
	Date   civil.Date   `json:"date"`
	Gross  money.Amount `json:"gross"`
}

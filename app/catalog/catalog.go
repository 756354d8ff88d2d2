// Package catalog is about what one sells: goods (articles) and services (prestations), with their
// prices. It knows no screen, no SQL and no network, and nothing of the documents that use them.
package catalog

import (
	"zafe/app/money"
	"zafe/app/record"
)

// ItemID identifies an item in one book.
type ItemID int64

// Nature says what an item is: it decides when its VAT falls due (CGI art. 269) and which
// account its sale goes to.
type Nature string

// The natures of items.
const (
	Goods    Nature = "goods"    // livraison de biens
	Services Nature = "services" // prestation de services
)

// Item is something one sells (article or prestation).
type Item struct {
	ID           ItemID          `json:"id"`
	Code         string          `json:"code"` // reference the person chose, or "A000001"
	Label        string          `json:"label"`
	Description  string          `json:"description,omitempty"`
	Unit         string          `json:"unit"`  // UN/ECE Recommendation 20: "C62" piece, "HUR" hour
	Price        money.UnitPrice `json:"price"` // before tax (HT)
	VATRate      money.Rate      `json:"vat_rate"`
	Nature       Nature          `json:"nature"`
	SalesAccount string          `json:"sales_account"` // "707000", "706000"
	Archived     bool            `json:"archived"`

	record.Stamp
}

// Package sales is the pages of quote to cash: the lists of quotes, of invoices and of payments, the
// form of a document and the view of a final one. Pages show what operations answer; totals while
// typing are those of a rehearsed save.
//
// It must not know how anything is computed, stored or sent.
package sales

import (
	"strconv"
	"strings"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// The routes of this package. A new document takes "customer:12" as Arg to start with a customer;
// the lists take the key of a filter; the list of payments takes one to show as ID.
const (
	routeQuotes   = "quotes"
	routeQuote    = "quote"
	routeInvoices = "invoices"
	routeInvoice  = "invoice"
	routePayments = "payments"
)

// Routes returns the pages by the name of their route: "quotes", "quote", "invoices", "invoice" (credit
// notes too) and "payments".
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		routeQuotes:   func(e *page.Env, r page.Route) page.Page { return newList(e, quoteList, r.Arg) },
		routeInvoices: func(e *page.Env, r page.Route) page.Page { return newList(e, invoiceList, r.Arg) },
		routeQuote:    func(e *page.Env, r page.Route) page.Page { return newDocument(e, billing.Quote, r) },
		routeInvoice:  func(e *page.Env, r page.Route) page.Page { return newDocument(e, billing.Invoice, r) },
		routePayments: func(e *page.Env, r page.Route) page.Page {
			return newPayments(e, r.Arg, billing.PaymentID(r.ID))
		},
	}
}

// now is the clock of the pages; tests replace it.
var now = time.Now //nolint:forbidigo // what a person who looks at the page calls today

func today() civil.Date { return civil.Of(now()) }

// How long typing must rest before the book is asked.
const (
	restPreview = 250 * time.Millisecond
	restSave    = 1500 * time.Millisecond
	restShown   = 60 * time.Millisecond // until a new page is on screen and can be focused
)

// routeOf is where a document is shown.
func routeOf(k billing.Kind, id billing.DocumentID) page.Route {
	if k == billing.Quote {
		return page.Route{Name: routeQuote, ID: int64(id)}
	}
	return page.Route{Name: routeInvoice, ID: int64(id)}
}

// customerArg reads the customer a new document starts with, 0 for none.
func customerArg(arg string) party.CustomerID {
	id, ok := strings.CutPrefix(arg, "customer:")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return party.CustomerID(n)
}

// statusOf names the status of a document and its tone.
func statusOf(e *page.Env, k billing.Kind, s billing.Status) (string, kit.Tone) {
	tone := kit.Neutral
	switch s {
	case billing.Draft, billing.Credited:
	case billing.Sent, billing.Issued:
		tone = kit.Info
	case billing.Accepted, billing.Paid, billing.Invoiced:
		tone = kit.Ok
	case billing.PartlyPaid, billing.Expired:
		tone = kit.Warn
	case billing.Overdue, billing.Refused:
		tone = kit.Error
	}
	return e.T("sales_ui.status." + string(k) + "." + string(s)), tone
}

// figure is an amount in a list, a dash when there is none.
func figure(e *page.Env, a money.Amount, w kit.Weight) kit.CellView {
	if a == 0 {
		return kit.CellView{Text: "–", Color: theme.Faint}
	}
	return kit.CellView{Text: e.Text.Amount(a), Weight: w}
}

// dated is a date in a list, a dash when there is none.
func dated(e *page.Env, d civil.Date) kit.CellView {
	if d.IsZero() {
		return kit.CellView{Text: "–", Color: theme.Faint}
	}
	return kit.CellView{Text: e.Text.Date(d), Color: theme.Muted}
}

// dateField is a date typed the French way.
func dateField(e *page.Env, changed func(civil.Date)) *kit.DateField {
	parse := func(s string) (civil.Date, error) { return civil.ParseInput(s, today()) }
	return kit.NewDateField(parse, e.Text.Date, today, changed)
}

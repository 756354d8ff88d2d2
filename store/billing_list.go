package store

import (
	"strings"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/search"
)

// documentStatus derives the status of a document on day ?1, as billing does in Go.
const documentStatus = `CASE
	WHEN d.state = 'draft' THEN 'draft'
	WHEN d.kind = 'quote' THEN CASE
		WHEN EXISTS (SELECT 1 FROM document i WHERE i.source = d.id) THEN 'invoiced'
		WHEN (SELECT answer FROM quote_answer a WHERE a.document = d.id ORDER BY a.id DESC LIMIT 1) IS NOT NULL
			THEN (SELECT answer FROM quote_answer a WHERE a.document = d.id ORDER BY a.id DESC LIMIT 1)
		WHEN d.valid_until <> '' AND d.valid_until < ?1 THEN 'expired'
		ELSE 'sent' END
	WHEN b.open = 0 AND b.paid = 0 AND d.kind = 'invoice' THEN 'credited'
	WHEN b.open = 0 THEN 'paid'
	WHEN d.kind = 'invoice' AND d.due_date < ?1 THEN 'overdue'
	WHEN b.paid <> 0 OR b.netted <> 0 THEN 'partly_paid'
	ELSE 'issued' END`

const documentSource = ` FROM document d LEFT JOIN balance b ON b.document = d.id
	LEFT JOIN customer c ON c.id = d.customer`

// documentDay is the date of a document, drafts without one being the latest; document_day indexes it.
const documentDay = `CASE d.issue_date WHEN '' THEN '9999-12-31' ELSE d.issue_date END`

// documentOrders are the columns of each order; the second makes it total.
var documentOrders = map[billing.Sort]string{
	"":                 documentDay,
	billing.ByDate:     documentDay,
	billing.ByNumber:   "coalesce(d.number, '')",
	billing.ByCustomer: "coalesce(c.name_fold, '')",
	billing.ByGross:    "d.gross",
	billing.ByDue:      "d.due_date",
	billing.ByOpen:     "coalesce(b.open, 0)",
}

// clause gathers conditions and their arguments.
type clause struct {
	conditions []string
	args       []any
}

// where adds a condition; each ? takes one of args.
func (c *clause) where(condition string, args ...any) {
	c.conditions = append(c.conditions, condition)
	c.args = append(c.args, args...)
}

// in adds a condition that an expression is one of some values, if there are any.
func in[V ~string](c *clause, expression string, values []V) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	c.where(expression+` IN (`+marks(len(values))+`)`, args...)
}

func (c *clause) String() string {
	if len(c.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.conditions, " AND ")
}

// found keeps the rows of some kinds that the search box finds for q.
func (c *clause) found(id string, q search.Query, kinds ...string) {
	if q.Empty() {
		return
	}
	args := []any{matching(q)}
	for _, k := range kinds {
		args = append(args, k)
	}
	c.where(id+` IN (SELECT x.ref FROM search s JOIN search_doc x ON x.id = s.rowid
		WHERE s.search MATCH ? AND x.kind IN (`+marks(len(kinds))+`))`, args...)
}

// DocumentList returns a page of documents and the totals of all that the filter keeps.
func (t *Tx) DocumentList(f billing.Filter) (billing.Page, error) {
	c := documentFilter(f)
	today := f.Today.String()
	var p billing.Page
	sign := `CASE d.kind WHEN 'credit_note' THEN -1 ELSE 1 END`
	_, err := t.one(`SELECT count(*), coalesce(sum(`+sign+` * d.net), 0), coalesce(sum(`+sign+` * d.vat), 0),
		coalesce(sum(`+sign+` * d.gross), 0), coalesce(sum(`+sign+` * coalesce(b.open, 0)), 0)`+
		documentSource+c.String(),
		append([]any{today}, c.args...), &p.Count, &p.Sums.Net, &p.Sums.VAT, &p.Sums.Gross, &p.Sums.Open)
	if err != nil {
		return p, err
	}
	direction := " DESC"
	if f.Ascending {
		direction = ""
	}
	order := ` ORDER BY ` + documentOrders[f.Sort] + direction + `, d.id` + direction
	p.Rows, err = all(t, `WITH page AS MATERIALIZED (SELECT d.id`+documentSource+c.String()+order+`
		LIMIT ? OFFSET ?) SELECT d.id, d.kind, `+documentStatus+`, coalesce(d.number, ''), coalesce(d.customer, 0),
		coalesce(c.code, ''), CASE d.state WHEN 'final' THEN d.buyer ->> 'name' ELSE coalesce(c.name, '') END,
		d.owner, d.issue_date, d.due_date, d.valid_until, d.subject, d.net, d.vat, d.gross, coalesce(b.open, 0)`+
		documentSource+` WHERE d.id IN (SELECT id FROM page)`+order,
		append(append([]any{today}, c.args...), f.Limit, f.Offset), scanRow)
	return p, err
}

func scanRow(scan func(...any) error, r *billing.Row) error {
	return scan(&r.ID, &r.Kind, &r.Status, &r.Number, &r.Customer, &r.CustomerCode, &r.CustomerName, &r.Owner,
		toDate{&r.Date}, toDate{&r.DueDate}, toDate{&r.ValidUntil}, &r.Subject,
		&r.Net, &r.VAT, &r.Gross, &r.Open)
}

// documentFilter writes a filter as SQL. The first argument of the statement, ?1, is today; SQLite
// numbers the ? after it.
func documentFilter(f billing.Filter) *clause {
	c := &clause{}
	c.where("?1 <> ''")
	kinds := f.Kinds
	if len(kinds) == 0 { // named, so that the index by kind serves
		kinds = []billing.Kind{billing.Quote, billing.Invoice, billing.CreditNote}
	}
	in(c, "d.kind", kinds)
	in(c, documentStatus, f.Statuses)
	narrow(c, f.Statuses)
	if f.Customer != 0 {
		c.where("d.customer = ?", f.Customer)
	}
	if f.Owner != 0 {
		c.where("d.owner = ?", f.Owner)
	}
	c.allowed(f.Allowed, documentFacts)
	if f.Open {
		c.where("d.id IN (SELECT document FROM balance WHERE open > 0)")
	}
	if p := f.Period; p.Contains(f.Today) && !p.IsZero() { // a draft without a date would be issued today
		c.where("(d.issue_date = '' OR "+documentDay+" BETWEEN ? AND ?)", p.From.String(), p.To.String())
	} else {
		c.during(documentDay, p)
	}
	c.found("d.id", f.Query, search.Quote, search.Invoice, search.CreditNote)
	return c
}

// narrow adds what some statuses imply and an index knows, so that the others are not even looked at.
func narrow(c *clause, statuses []billing.Status) {
	open, draft := len(statuses) > 0, len(statuses) > 0
	for _, s := range statuses {
		open = open && (s == billing.Issued || s == billing.PartlyPaid || s == billing.Overdue)
		draft = draft && s == billing.Draft
	}
	switch {
	case open:
		c.where("d.id IN (SELECT document FROM balance WHERE open > 0)")
	case draft:
		c.where("d.state = 'draft'")
	}
}

// during keeps the rows whose date is in a period, if one is given.
func (c *clause) during(expression string, p civil.Period) {
	if !p.IsZero() {
		c.where(expression+" BETWEEN ? AND ?", p.From.String(), p.To.String())
	}
}

package party

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/app/imports"
	"zafe/app/op"
)

// ExportRequest chooses the customers to export, as ListRequest does.
type ExportRequest struct {
	Text   string      `json:"text,omitempty"`
	Filter Filter      `json:"filter,omitempty"`
	Owner  auth.UserID `json:"owner,omitempty"`
}

// Validate refuses a filter the list does not know: party.filter.
func (r ExportRequest) Validate() error { return ListRequest{Filter: r.Filter}.Validate() }

// Export writes customers as a CSV file that a French spreadsheet opens and Import reads back.
var Export = op.Op[ExportRequest, op.Download]{Spec: op.Spec{
	Name: "customer.export", Kind: op.Stream, Needs: auth.CustomerExport, Fresh: true, Since: 1,
	Doc: "Writes the customers one may export as a CSV file.",
}}

// Chosen names the filter, which the journal keeps: not what was searched for, which may be a name.
func (r ExportRequest) Chosen() string {
	if r.Text != "" {
		return "search"
	}
	return string(r.Filter)
}

// selection is what the request asks for, of what the actor may export. Fault op.field_hidden.
func (r ExportRequest) selection(ctx context.Context) (Selection, error) {
	s := selection(ctx, auth.CustomerExport, r.Text)
	if s.Owner = r.Owner; r.Filter != "" {
		s.Filter = r.Filter
	}
	return s, shown(ctx, ListRequest{Filter: r.Filter})
}

func exportedRows[T Tx](ctx context.Context, tx T, req ExportRequest) (int, error) {
	s, err := req.selection(ctx)
	if err != nil {
		return 0, err
	}
	return tx.CountCustomers(s)
}

// byteOrderMark tells spreadsheets that the file is UTF-8.
const byteOrderMark = "\ufeff"

func export[T Tx](ctx context.Context, tx T, req ExportRequest, w io.Writer) (op.Download, error) {
	s, err := req.selection(ctx)
	if err != nil {
		return op.Download{}, err
	}
	rows, err := tx.CountCustomers(s)
	if err != nil {
		return op.Download{}, err
	}
	d := op.Download{Name: "clients-" + tx.Today().String() + ".csv", Type: "text/csv; charset=utf-8"}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return d, err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	print := i18n.For(i18n.French)
	if err := out.Write([]string{mark(ctx, print, tx.Now(), rows)}); err != nil {
		return d, err
	}
	columns := exportable(op.Actor(ctx))
	header := make([]string, len(columns))
	for i, f := range columns {
		header[i] = print.T(f.Label, nil)
	}
	if err := out.Write(header); err != nil {
		return d, err
	}
	err = tx.EachCustomer(s, func(c Customer) error {
		op.Mask(ctx, &c)
		cells := exported(c)
		record := make([]string, len(columns))
		for i, f := range columns {
			record[i] = harmless(cells[f.Name])
		}
		return out.Write(record)
	})
	if err != nil {
		return d, err
	}
	out.Flush()
	return d, out.Error()
}

// reached are the columns of the fields of auth.Contact.
var reached = []string{"email", "phone", "contact_name", "contact_role", "contact_email", "contact_phone"}

// exportable are the columns of the file that an actor takes: what they are not shown is not there at all. An empty cell
// would say that the customer has none.
func exportable(a auth.Actor) []imports.Field {
	if !a.Hides(auth.Contact) {
		return importFields
	}
	return slices.DeleteFunc(slices.Clone(importFields), func(f imports.Field) bool { return slices.Contains(reached, f.Name) })
}

// mark is the line above the titles that says whose copy this is, under which number of the journal. Import skips what
// stands above the titles, as do spreadsheets that are told where they are.
func mark(ctx context.Context, print *i18n.Printer, at time.Time, rows int) string {
	return print.T("sentry.mark", map[string]any{
		"name": op.Actor(ctx).Name, "at": at, "rows": rows, "event": op.EventID(ctx),
	})
}

// exported gives the cells of a customer by import field: its first contact only.
func exported(c Customer) map[string]string {
	cells := map[string]string{
		"code": c.Code, "name": c.Name, "legal_form": c.LegalForm, "siren": c.SIREN, "siret": c.SIRET,
		"vat_number": c.VATNumber, "email": c.Email, "phone": c.Phone, "street": c.Street, "street2": c.Street2,
		"postal_code": c.PostalCode, "city": c.City, "country": c.Country,
		"payment_days": strconv.Itoa(c.PaymentDays), "payment_end_of_month": yesNo(c.PaymentEndOfMonth),
		"notes": c.Notes, "prospect": yesNo(c.Prospect), "kind": "entreprise",
	}
	if c.Kind == Person {
		cells["kind"] = "particulier"
	}
	if d := c.Delivery; d != nil {
		cells["delivery_street"], cells["delivery_street2"] = d.Street, d.Street2
		cells["delivery_postal_code"], cells["delivery_city"] = d.PostalCode, d.City
		cells["delivery_country"] = d.Country
	}
	if len(c.Contacts) > 0 {
		p := c.Contacts[0]
		cells["contact_name"], cells["contact_role"] = p.Name, p.Role
		cells["contact_email"], cells["contact_phone"] = p.Email, p.Phone
	}
	return cells
}

func yesNo(b bool) string {
	if b {
		return "oui"
	}
	return "non"
}

// formula are the characters that make a spreadsheet compute a cell, wide ones as some keyboards of Asia type them.
const formula = "=+-@\t\r\n＝＋－＠"

// harmless returns a cell that no spreadsheet takes for a formula: an apostrophe goes before what starts like one
// (OWASP, CSV injection), a telephone with its + among them, which would lose it otherwise. cell takes it off again.
func harmless(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimPrefix(s, "'"))
	if first != utf8.RuneError && strings.ContainsRune(formula, first) {
		return "'" + s
	}
	return s
}

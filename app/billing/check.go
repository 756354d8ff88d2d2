package billing

import (
	"fmt"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/party"
	"zafe/app/tax"
)

// Level says how grave a check is.
type Level string

// The levels: green, amber, red. A document with a red check cannot be issued.
const (
	OK      Level = "ok"
	Warning Level = "warning"
	Blocked Level = "error"
)

// Check is one line of the list of checks before issue (contrôles avant validation). Key is a
// sentence for people; Field is the part of the document to mend, in the form of a fault's.
type Check struct {
	Level Level          `json:"level"`
	Key   string         `json:"key"`
	Args  map[string]any `json:"args,omitempty"`
	Field string         `json:"field,omitempty"`
}

// issueMandate is the day from which small firms must issue electronic invoices, and with them name
// the customer's SIREN (décret 2022-1299; finance act for 2024 art. 91 as amended).
var issueMandate = civil.New(2027, 9, 1)

// Longest terms between businesses: 60 days from the date of issue, or 45 days and to the end of the
// month (C. com. L441-10).
const (
	termsMax           = 60
	termsEndOfMonthMax = 45
)

// review lists the checks of a draft as it stands today, in the order screens show them.
func review(tx Tx, d Document, c party.Customer, left []VATRow) ([]Check, error) {
	r := &reviewer{doc: d, day: d.day(tx.Today()), today: tx.Today()}
	r.seller()
	r.customer(c)
	r.lines(c)
	r.mentions()
	r.dates()
	if d.Kind == CreditNote {
		r.credit(left)
	}
	if d.Kind != Quote {
		if err := r.ledger(tx); err != nil {
			return nil, err
		}
	}
	if err := r.sequence(tx); err != nil {
		return nil, err
	}
	return r.found, nil
}

// blocked returns the first red check as a fault, or nil.
func blocked(checks []Check) error {
	for _, c := range checks {
		if c.Level == Blocked {
			f := fault.Field(c.Field, c.Key)
			f.Args = c.Args
			return f
		}
	}
	return nil
}

// reviewer gathers checks.
type reviewer struct {
	doc        Document
	day, today civil.Date
	found      []Check
}

// add keeps a check; args are name, value pairs as in fault.New.
func (r *reviewer) add(l Level, field, key string, args ...any) {
	f := fault.New(fault.Invalid, key, args...)
	r.found = append(r.found, Check{Level: l, Key: key, Args: f.Args, Field: field})
}

// group runs fn and adds the green check when fn found nothing to say.
func (r *reviewer) group(key string, fn func()) {
	before := len(r.found)
	fn()
	if len(r.found) == before {
		r.add(OK, "", key)
	}
}

// seller checks what the law wants to read about the company.
func (r *reviewer) seller() {
	p := r.doc.Seller
	switch {
	case !p.Complete():
		r.add(Blocked, "", "billing.check.seller_incomplete")
	case p.VATNumber == "" && taxSeller(p).Imposed() == tax.None && r.doc.Kind != Quote:
		r.add(Blocked, "", "billing.check.seller_vat_number")
	case p.Bank.IBAN == "" && r.doc.Kind == Invoice && r.doc.Method == "transfer":
		r.add(Warning, "", "billing.check.seller_iban")
	}
}

// customer checks what the law wants to read about the customer.
func (r *reviewer) customer(c party.Customer) {
	if r.doc.Customer == 0 {
		r.add(Blocked, "customer", "billing.check.customer_missing")
		return
	}
	if c.Archived {
		r.add(Warning, "customer", "billing.check.customer_archived")
	}
	level := Blocked
	if r.doc.Kind == Quote {
		level = Warning
	}
	a := c.Address
	if a.City == "" || a.PostalCode == "" && inFrance(a) {
		r.add(level, "customer", "billing.check.customer_address")
	}
	r.group("billing.check.customer_ok", func() { r.identifiers(c) })
}

func (r *reviewer) identifiers(c party.Customer) {
	if c.Kind != party.Company || !inFrance(c.Address) || r.doc.Kind == Quote {
		return
	}
	if c.SIREN == "" {
		level := Warning
		if !r.day.Before(issueMandate) {
			level = Blocked
		}
		r.add(level, "customer", "billing.check.siren_missing")
		return
	}
	if _, err := fr.ParseSIREN(c.SIREN); err != nil {
		r.add(Blocked, "customer", "billing.check.siren_wrong")
	}
	if c.VATNumber != "" {
		if _, err := fr.ParseVATNumber(c.VATNumber); err != nil {
			r.add(Blocked, "customer", "billing.check.vat_number_wrong")
		}
	}
}

func inFrance(a party.Address) bool {
	return tax.PlaceOf(fr.Metropole, a.Country, a.PostalCode) <= tax.French
}

// lines checks the content and its tax.
func (r *reviewer) lines(c party.Customer) {
	items := 0
	r.group("billing.check.lines_ok", func() {
		for i, l := range r.doc.Lines {
			if l.Kind != ItemLine {
				continue
			}
			items++
			if l.Description == "" {
				r.add(Blocked, fmt.Sprintf("lines[%d].description", i), "billing.check.description_missing",
					"line", i+1)
			}
			if l.Quantity == 0 {
				r.add(Warning, fmt.Sprintf("lines[%d].quantity", i), "billing.check.quantity_zero", "line",
					i+1)
			}
		}
		switch {
		case items == 0:
			r.add(Blocked, "lines", "billing.check.no_line")
		case r.doc.Kind != Quote && r.doc.Gross <= 0, r.doc.Gross < 0:
			r.add(Blocked, "lines", "billing.check.nothing_to_pay")
		}
	})
	if items == 0 || r.doc.Kind == CreditNote {
		return // a credit note has the tax of its invoice
	}
	r.group("billing.check.vat_ok", func() {
		for i, l := range r.doc.Lines {
			if l.Kind == ItemLine {
				r.lineTax(i, l, c)
			}
		}
	})
}

// lineTax checks the rate or the exemption of one line.
func (r *reviewer) lineTax(i int, l Line, c party.Customer) {
	field := fmt.Sprintf("lines[%d]", i)
	seller := taxSeller(r.doc.Seller)
	where := c.Address
	if r.doc.Delivery != nil && l.Nature == tax.Goods {
		where = *r.doc.Delivery
	}
	place := tax.PlaceOf(seller.Territory, where.Country, where.PostalCode)
	business := c.Kind == party.Company
	rule, exempt := tax.RuleOf(l.Exemption)
	switch {
	case exempt && rule.Imposed:
	case exempt && rule.Nature != "" && rule.Nature != l.Nature:
		r.add(Blocked, field+".exemption", "billing.check.exemption_nature", "line", i+1)
	case exempt && rule.BuyerVAT && c.VATNumber == "":
		r.add(Blocked, "customer", "billing.check.buyer_vat_number", "line", i+1)
	case exempt && rule.Business && !business:
		r.add(Blocked, field+".exemption", "billing.check.exemption_business", "line", i+1)
	case exempt && !rule.AtPlace(place):
		r.add(Blocked, field+".exemption", "billing.check.exemption_place", "line", i+1)
	case exempt:
	case l.VATRate == 0:
		r.add(Blocked, field+".vat_rate", "billing.check.vat_missing", "line", i+1)
	case !seller.Allows(l.VATRate, l.Nature, where.Country, where.PostalCode, r.day):
		r.add(Blocked, field+".vat_rate", "billing.check.vat_rate", "line", i+1, "rate", l.VATRate)
	default:
		if r.doc.Customer != 0 && tax.Expected(l.Nature, place, business) != tax.None {
			r.add(Warning, field+".exemption", "billing.check.exemption_expected", "line", i+1)
		}
	}
}

// mentions checks what the texts need from people.
func (r *reviewer) mentions() {
	r.group("billing.check.mentions_ok", func() {
		if !r.doc.HousingWorks && r.doc.reducedServices(r.day, "704") {
			r.add(Warning, "housing_works", "billing.check.housing_works")
		}
	})
}

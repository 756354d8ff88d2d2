package demo

import (
	"slices"
	"time"

	"zafe/app/billing"
	"zafe/app/civil"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/tax"
)

// live plays the days one after the other.
func (m *maker) live() error {
	total := int64(civil.DaysBetween(FirstDay, LastDay))
	for d := FirstDay; !d.After(LastDay); d = d.AddDays(1) {
		m.day, m.minute = d, 0
		m.progress(int64(civil.DaysBetween(FirstDay, d)), total)
		if err := m.ctx.Err(); err != nil {
			return err
		}
		if !workday(d) {
			continue
		}
		if err := m.workOneDay(); err != nil {
			return err
		}
	}
	// What a person finds on the desk on the last day: work begun.
	if err := m.draft(); err != nil {
		return err
	}
	m.progress(total, total)
	return nil
}

// pace is how many acts of a kind a day sees, in tenths.
func (m *maker) pace(tenths int) int {
	if m.size == Year {
		tenths *= 8
	}
	n := tenths / 10
	if m.rnd.IntN(10) < tenths%10 {
		n++
	}
	return n
}

func (m *maker) workOneDay() error {
	// Trade grows a little each year and slows down at the end of the year.
	lively := 4 + (m.day.Year - FirstDay.Year)
	if m.day.Month == time.December || m.day.Month == time.January {
		lively--
	}
	acts := []func() error{m.answerQuotes, m.billQuotes, m.collect}
	for range m.pace(lively) {
		acts = append(acts, m.quote)
	}
	for range m.pace(3) {
		acts = append(acts, m.directInvoice)
	}
	for range m.pace(8) {
		acts = append(acts, m.buy)
	}
	if m.lastWorkday() {
		acts = append(acts, m.monthEnd)
	}
	if m.isDay(20) {
		acts = append(acts, m.settleVAT)
	}
	for _, act := range acts {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// lastWorkday tells whether this is the last working day of its month.
func (m *maker) lastWorkday() bool {
	for d := m.day.AddDays(1); d.Month == m.day.Month; d = d.AddDays(1) {
		if workday(d) {
			return false
		}
	}
	return true
}

// isDay tells whether this is the first working day from the n-th of the month on.
func (m *maker) isDay(n int) bool {
	if m.day.Day < n || m.size == Large && m.day.Year == FirstDay.Year && m.day.Month == time.January {
		return false
	}
	for d := m.day.AddDays(-1); d.Month == m.day.Month && d.Day >= n; d = d.AddDays(-1) {
		if workday(d) {
			return false
		}
	}
	return true
}

// lines makes the lines of a document: one to five articles, sometimes with a discount.
func (m *maker) lines() []billing.Line {
	var out []billing.Line
	for range 1 + m.rnd.IntN(3) {
		it := m.items[m.rnd.IntN(len(m.items))]
		l := billing.Line{
			Kind: billing.ItemLine, Item: it.ID, Code: it.Code, Description: it.Label, Unit: it.Unit,
			Quantity: money.Unit * money.Quantity(1+m.rnd.IntN(3)*m.rnd.IntN(2)), UnitPrice: it.Price, VATRate: it.VATRate,
			Nature: tax.Nature(it.Nature), Account: it.SalesAccount,
		}
		switch it.Unit {
		case "HUR":
			l.Quantity = money.Quantity(4+m.rnd.IntN(24)) * money.Unit / 2
		case "MTK", "LM":
			l.Quantity = money.Quantity(20+m.rnd.IntN(120)) * money.Unit / 10
		}
		if m.rnd.IntN(8) == 0 {
			l.Discount = 50_000
		}
		out = append(out, l)
	}
	return out
}

// pick chooses a customer; a few are much better than the others.
func (m *maker) pick() party.Customer {
	n := len(m.customers)
	return m.customers[min(m.rnd.IntN(n), m.rnd.IntN(n))]
}

var subjects = []string{
	"Remplacement des menuiseries", "Cuisine sur mesure", "Terrasse en bois", "Fermeture de la varangue",
	"Réparation après cyclone", "Aménagement de la boutique", "Volets et jalousies", "Escalier et garde-corps",
}

func (m *maker) header(c party.Customer) billing.Header {
	return billing.Header{
		Customer: c.ID, Owner: c.Owner, Date: m.day, Subject: subjects[m.rnd.IntN(len(subjects))], Method: "transfer",
	}
}

func (m *maker) quote() error {
	c := m.pick()
	q, err := as(m, "marc", billing.SaveQuote, billing.SaveRequest{Header: m.header(c), Lines: m.lines()})
	if err != nil {
		return err
	}
	if q, err = as(m, "marc", billing.SendQuote, billing.IssueRequest{ID: q.ID, Version: q.Version}); err != nil {
		return err
	}
	m.quotes = append(m.quotes, pending{q.ID, m.day.AddDays(3 + m.rnd.IntN(20))})
	return nil
}

// answerQuotes hears the customers whose time has come: most say yes, some no, some nothing.
func (m *maker) answerQuotes() error {
	var keep []pending
	for _, q := range m.quotes {
		if q.day.After(m.day) {
			keep = append(keep, q)
			continue
		}
		var err error
		switch n := m.rnd.IntN(10); {
		case n < 6:
			_, err = as(m, "marc", billing.AcceptQuote, billing.AcceptRequest{ID: q.id, Date: m.day, Signer: "Bon pour accord"})
			m.signed = append(m.signed, q.id)
			m.accepted = append(m.accepted, pending{q.id, m.day.AddDays(2 + m.rnd.IntN(25))})
		case n < 8:
			_, err = as(m, "marc", billing.RefuseQuote, billing.RefuseRequest{ID: q.id, Date: m.day, Reason: "Prix"})
		}
		if err != nil {
			return err
		}
	}
	m.quotes = keep
	return nil
}

// billQuotes invoices the accepted quotes whose work is done.
func (m *maker) billQuotes() error {
	var keep []pending
	for _, q := range m.accepted {
		if q.day.After(m.day) {
			keep = append(keep, q)
			continue
		}
		d, err := as(m, "marc", billing.QuoteToInvoice, billing.DocumentRequest{ID: q.id})
		if err != nil {
			return err
		}
		if err := m.issue(d); err != nil {
			return err
		}
	}
	m.accepted = keep
	return nil
}

func (m *maker) directInvoice() error {
	d, err := as(m, "marc", billing.SaveInvoice, billing.SaveRequest{Header: m.header(m.pick()), Lines: m.lines()})
	if err != nil {
		return err
	}
	return m.issue(d)
}

func (m *maker) issue(d billing.Document) error {
	got, err := as(m, "marc", billing.Issue, billing.IssueRequest{ID: d.ID, Version: d.Version})
	if err != nil {
		return err
	}
	late := m.rnd.IntN(100)
	day := got.DueDate.AddDays(m.rnd.IntN(6) - 3)
	if late < 25 {
		day = got.DueDate.AddDays(10 + m.rnd.IntN(60))
	}
	m.open = append(m.open, due{got.ID, got.Customer, got.Gross, day})
	if m.rnd.IntN(60) == 0 {
		return m.credit(got.ID)
	}
	return nil
}

// credit takes everything back: the wrong customer, a job cancelled.
func (m *maker) credit(id billing.DocumentID) error {
	c, err := as(m, "marc", billing.Credit, billing.CreditRequest{Invoice: id, Reason: "Commande annulée"})
	if err != nil {
		return err
	}
	if _, err := as(m, "marc", billing.Issue, billing.IssueRequest{ID: c.ID, Version: c.Version}); err != nil {
		return err
	}
	m.open = slices.DeleteFunc(m.open, func(d due) bool { return d.id == id })
	return nil
}

// collect records the payments of the day; one in eight comes in two halves.
func (m *maker) collect() error {
	var keep []due
	methods := []billing.Method{"transfer", "transfer", "transfer", "cheque", "card", "cash"}
	for _, d := range m.open {
		if d.day.After(m.day) {
			keep = append(keep, d)
			continue
		}
		amount := d.amount
		if m.rnd.IntN(8) == 0 && amount > 100 {
			amount /= 2
			keep = append(keep, due{d.id, d.customer, d.amount - amount, m.day.AddDays(15 + m.rnd.IntN(20))})
		}
		method := methods[m.rnd.IntN(len(methods))]
		if method == "cash" && amount > 1_000_00 {
			method = "card" // cash is capped by law (CMF D112-3)
		}
		_, err := as(m, "marc", billing.RecordPayment, billing.RecordRequest{
			Customer: d.customer, Date: m.day, Amount: amount, Method: method,
			Allocations: []billing.Allocation{{Document: d.id, Amount: amount}},
		})
		if err != nil {
			return err
		}
	}
	m.open = keep
	return nil
}

// draft leaves a quote and an invoice begun.
func (m *maker) draft() error {
	if _, err := as(m, "yann", billing.SaveQuote, billing.SaveRequest{Header: m.own("yann"), Lines: m.lines()}); err != nil {
		return err
	}
	_, err := as(m, "marc", billing.SaveInvoice, billing.SaveRequest{Header: m.header(m.pick()), Lines: m.lines()})
	return err
}

// own is the header of a document for a customer of one's own.
func (m *maker) own(who string) billing.Header {
	for _, c := range m.customers {
		if c.Owner == m.people[who].User {
			return m.header(c)
		}
	}
	return m.header(m.customers[0])
}

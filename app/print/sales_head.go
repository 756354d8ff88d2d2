package print

import (
	"strings"

	"zafe/app/civil"
)

// head lays out the top of the first page, down to the table.
func (s *salesPrinter) head() {
	if !s.d.PaidOn.IsZero() {
		s.put(func() { s.paidTag(pageWidth-marginSide, topMargin+16) })
	}
	s.strip(s.facts())
	s.remarks()
}

// paidTag is the small stamp of a document that is settled.
func (s *salesPrinter) paidTag(edge, y float64) {
	st := style{semiBold, 8.5, inkPaid}
	word := s.t.say("print.paid_on", "date", s.t.date(s.d.PaidOn))
	w := s.measure(word, st) + 6
	s.frame(edge-w, y, w, 6.4, 1.4, inkPaid, 0.35)
	s.text(edge-w/2, y+1.1, word, st, center)
}

// facts lists what identifies the document, in reading order.
func (s *salesPrinter) facts() []fact {
	d := s.d
	delivery := "print.delivery_date"
	if d.Nature == NatureServices {
		delivery = "print.service_date"
	}
	list := []fact{{"print.date", s.t.date(d.Date)}}
	add := func(key, value string) {
		if value != "" {
			list = append(list, fact{key, value})
		}
	}
	addDate := func(key string, date civil.Date) {
		if !date.IsZero() {
			add(key, s.t.date(date))
		}
	}
	addDate("print.valid_until", d.ValidUntil)
	addDate("print.due_date", d.DueDate)
	addDate(delivery, d.DeliveryDate)
	add("print.period", d.Period)
	if d.Nature != NatureUnset && d.Nature != NatureMixed { // long, that one gets a line of its own
		add("print.nature", s.t.say("print.nature."+string(d.Nature)))
	}
	add("print.customer_ref", d.CustomerRef)
	add("print.purchase_order", d.PurchaseOrder)
	add("print.customer_code", d.Buyer.Code)
	add("print.buyer_siren", siren(d.Buyer.SIREN))
	add("print.buyer_vat", d.Buyer.VATNumber)
	return list
}

// originalKey chooses how the documents this one refers to are introduced.
func originalKey(k Kind) string {
	if k == CreditNote {
		return "corrected"
	}
	return "followed"
}

func (s *salesPrinter) reference(r Reference) string {
	if r.Date.IsZero() {
		return r.Number
	}
	return s.t.say("print.reference", "number", r.Number, "date", s.t.date(r.Date))
}

// Lines one remark, or the list of documents referred to, may take: about forty
// references.
const (
	indent            = 34.0
	remarkLinesMax    = 3
	referenceLinesMax = 12
)

// remarks puts what would not fit in a cell: documents referred to, addresses
// that differ, mixed nature, subject.
func (s *salesPrinter) remarks() {
	b := s.d.Buyer
	oneLine := func(a *Address) string {
		if a == nil {
			return ""
		}
		return joinWords(", ", a.lines()...)
	}
	seat := ""
	if b.Billing != nil {
		seat = oneLine(&b.Address)
	}
	mixed := ""
	if s.d.Nature == NatureMixed {
		mixed = s.t.say("print.nature." + string(s.d.Nature))
	}
	originals := make([]string, len(s.d.Originals))
	for i, o := range s.d.Originals {
		originals[i] = strings.ReplaceAll(s.reference(o), " ", noBreak)
	}
	list := []fact{
		{"print.original." + originalKey(s.d.Kind), strings.Join(originals, ", ")},
		{"print.delivery_address", oneLine(b.Delivery)},
		{"print.buyer_seat", seat},
		{"print.nature", mixed},
		{"print.subject", s.d.Subject},
	}
	for i, f := range list {
		st := textBody
		if f.label == "print.subject" || i == 0 {
			st = textStrong
		}
		lines := s.wrap(f.value, st, contentWidth-indent)
		if len(lines) == 0 {
			continue
		}
		limit := remarkLinesMax
		if i == 0 {
			limit = referenceLinesMax
		}
		lines = lines[:min(len(lines), limit)]
		y := s.y
		s.put(func() {
			s.fit(marginSide, y+0.5, s.t.say(f.label), textLabel, left, indent-2)
			s.lines(marginSide+indent, y, lines, st, left)
		})
		s.y += float64(len(lines))*st.lineHeight() + 0.6
	}
	s.y += 2.2
}

package print

import "zafe/app/money"

// Geometry of the block of totals, in millimetres.
const (
	totalsWidth   = 80.0
	totalsLeft    = pageWidth - marginSide - totalsWidth
	asideWidth    = contentWidth - totalsWidth - 12
	totalRow      = 5.6
	dueHeight     = 10.0
	vatRow        = 5.0
	tailGap       = 5.0
	settledMax    = 8  // more settlements than this are summed in one line
	asideLinesMax = 14 // payment details longer than this flow below the totals
)

// totalLine is one line of the right-hand block.
type totalLine struct {
	label  string
	amount money.Amount
	strong bool
}

// totalsBlock is the laid out block that ends the table: totals on the right,
// VAT per rate and payment details on the left. It never spans two pages.
type totalsBlock struct {
	lines   []totalLine
	due     string // label of the last, coloured line
	payment []paymentLine
	height  float64
}

// layTotals prepares the block and measures it.
func (s *salesPrinter) layTotals() totalsBlock {
	d := s.d
	var b totalsBlock
	add := func(label string, a money.Amount, strong bool) {
		b.lines = append(b.lines, totalLine{label, a, strong})
	}
	if d.Discount != 0 {
		add(s.t.say("print.gross_of_discount"), d.TotalNet.Add(d.Discount), false)
		add(s.t.say("print.global_discount"), d.Discount.Neg(), false)
	}
	if d.WithoutVAT {
		add(s.t.say("print.total"), d.TotalNet, len(d.Settled) > 0)
	} else {
		add(s.t.say("print.total_net"), d.TotalNet, false)
		add(s.t.say("print.total_vat"), d.TotalVAT, false)
		add(s.t.say("print.total_gross"), d.TotalGross, true)
	}
	settled := d.Settled
	var others money.Amount
	if len(settled) > settledMax {
		for _, r := range settled[settledMax:] {
			others = others.Add(r.Amount)
		}
		settled = settled[:settledMax]
	}
	for _, r := range settled {
		add(r.Label, r.Amount.Neg(), false)
	}
	if others != 0 {
		add(s.t.say("print.other_settlements"), others.Neg(), false)
	}
	b.due = s.t.say("print.due." + string(d.Kind))
	b.payment = s.paymentLines(d.Payment, asideWidth)
	if len(b.payment) > asideLinesMax {
		b.payment = nil
	}
	b.height = max(float64(len(b.lines))*totalRow+2+dueHeight, s.asideHeight(b))
	return b
}

// asideHeight is the height of the left-hand part.
func (s *salesPrinter) asideHeight(b totalsBlock) float64 {
	h := 0.0
	if len(s.d.VAT) > 0 && !s.d.WithoutVAT {
		h += float64(len(s.d.VAT)+1)*vatRow + 4
	}
	if len(b.payment) > 0 {
		h += float64(len(b.payment)+1)*textDetail.lineHeight() + 1
	}
	return h
}

// totals draws the block and leaves y below it.
func (s *salesPrinter) totals(b totalsBlock) {
	y := s.y
	for _, l := range b.lines {
		at := y
		s.put(func() {
			label, figure := style{regular, 9, inkMuted}, style{regular, 9, inkText}
			if l.strong {
				label, figure = style{semiBold, 9.4, inkText}, style{semiBold, 9.4, inkText}
			}
			amount := s.t.amount(l.amount)
			s.figure(totalsLeft+totalsWidth-2, at+0.7, amount, figure, 38)
			room := totalsWidth - 9 - min(s.measure(amount, figure), 38)
			s.fit(totalsLeft+3, at+0.7, l.label, label, left, room)
		})
		y += totalRow
	}
	y += 2
	s.put(func() {
		s.box(totalsLeft, y, totalsWidth, dueHeight, 1.6, s.accent)
		s.fit(totalsLeft+3, y+2.5, b.due, style{semiBold, 9.6, inkWhite}, left, totalsWidth-44)
		s.figure(totalsLeft+totalsWidth-2, y+2, s.t.amount(s.d.Due), style{semiBold, 11.5, inkWhite}, 38)
	})
	aside := s.y
	if len(s.d.VAT) > 0 && !s.d.WithoutVAT {
		aside = s.vatTable(aside) + 4
	}
	if len(b.payment) > 0 {
		s.payment(b.payment, aside)
	}
	s.y += b.height
}

// vatTable draws base and tax for each rate and returns the ordinate below.
func (s *salesPrinter) vatTable(y float64) float64 {
	const base, tax = marginSide + 55, marginSide + asideWidth
	cells := func(at float64, st style, rate, net, vat string) {
		s.put(func() {
			s.fit(marginSide, at+0.7, rate, st, left, 30)
			s.figure(base, at+0.7, net, st, 26)
			s.figure(tax, at+0.7, vat, st, 26)
		})
	}
	under := func(at float64) {
		s.put(func() { s.hairline(marginSide, at, asideWidth, inkHairline, 0.2) })
	}
	cells(y, textHead, s.t.say("print.vat_rate"), s.t.say("print.vat_base"), s.t.say("print.vat_tax"))
	for _, v := range s.d.VAT {
		y += vatRow
		under(y)
		rate := v.Label
		if rate == "" {
			rate = s.t.rate(v.Rate)
		}
		cells(y, style{regular, 8.4, inkText}, rate, s.t.amount(v.Base), s.t.amount(v.Tax))
	}
	return y + vatRow
}

package print

import (
	"strings"
	"time"

	"zafe/app/civil"
	"zafe/app/i18n"
)

// Vertical landmarks of a letter, in millimetres from the top.
const (
	topMargin    = 12.0
	nextPageTop  = 24.0 // content of the pages after the first
	footerBottom = 288.0
)

// Where the address shows through the window of a French DL envelope (110 x 220
// mm, window 35 x 100 mm placed 20 mm from the right and bottom edges), whatever
// way the sheet folded in three has slid inside: from 100 to 190 mm across and
// from 55 to 79 mm down. Nothing else is printed on that side between 44 mm
// and stripTop.
const (
	windowLeft   = 104.0
	windowTop    = 55.0
	windowWidth  = 86.0
	windowHeight = 24.0
	sellerTop    = 39.0
	stripTop     = 88.0
)

// letter is a document sent to a customer: letterhead, address, legal footer.
type letter struct {
	document
	t      words
	seller Seller
	buyer  Buyer
	title  string
	number string // under the title; may be empty
	draft  bool
	accent Color
	legal  []string // lines of the footer
	bottom float64  // where content stops
	y      float64  // where the next block goes on the current page
	tight  bool     // white space is reduced, see space
}

// newLetter prepares a letter and opens its first page.
func newLetter(p *i18n.Printer, l letter, subject string, date civil.Date) (letter, error) {
	c, err := newCanvas(info{
		title: joinWords(" ", l.title, l.number), author: l.seller.displayName(), subject: subject,
		lang: words{p}.lang(), made: date.In(time.UTC),
	})
	if err != nil {
		return letter{}, err
	}
	l.document, l.t, l.accent = document{canvas: c}, words{p}, l.accent.accent()
	l.layFooter()
	l.next()
	return l, l.letterhead()
}

// letterhead lays out the top of the first page, down to the strip of facts.
func (s *letter) letterhead() error {
	if err := s.brand(); err != nil {
		return err
	}
	s.put(func() {
		const edge = pageWidth - marginSide
		s.fit(edge, topMargin-2, s.title, textTitle, right, 100)
		s.fit(edge, topMargin+8.4, s.number, style{medium, 11.5, s.accent}, right, 100)
	})
	s.sellerBlock()
	s.addressWindow()
	s.y = stripTop
	return nil
}

// brand puts the logo, or the name of the company for want of one.
func (s *letter) brand() error {
	if len(s.seller.Logo) > 0 {
		size, err := s.loadLogo(s.seller.Logo)
		if err != nil {
			return err
		}
		s.put(func() { s.logo(marginSide, topMargin-1, 62, 24, size) })
		return nil
	}
	st := style{semiBold, 15, s.accent}
	name := s.seller.TradeName
	if name == "" {
		name = s.seller.displayName()
	}
	lines := s.wrap(name, st, 84)
	lines = lines[:min(len(lines), 3)]
	s.put(func() { s.lines(marginSide, topMargin-1, lines, st, left) })
	return nil
}

// sellerBlock lists who issues the document and how to reach them.
func (s *letter) sellerBlock() {
	e := s.seller
	const width = 80.0
	st := style{regular, 8.3, inkMuted}
	name := s.wrap(e.displayName(), style{semiBold, 9, inkText}, width)
	var rest []string
	if e.TradeName != "" && e.TradeName != e.Name {
		rest = append(rest, e.TradeName)
	}
	rest = append(rest, e.Address.lines()...)
	rest = append(rest, joinWords("  ·  ", e.Phone, e.Email), e.Website)
	rest = append(rest, s.t.label("print.siret", siret(e.SIRET)), s.t.label("print.vat_number", e.VATNumber))
	var wrapped []string
	for _, l := range rest {
		wrapped = append(wrapped, s.wrap(l, st, width)...)
	}
	name = name[:min(len(name), 2)]
	wrapped = wrapped[:min(len(wrapped), 10)]
	s.put(func() {
		y := s.lines(marginSide, sellerTop, name, style{semiBold, 9, inkText}, left)
		s.lines(marginSide, y+0.4, wrapped, st, left)
	})
}

// addressWindow puts the customer's postal address where an envelope shows it.
func (s *letter) addressWindow() {
	b := s.buyer
	to := b.Address
	if b.Billing != nil {
		to = *b.Billing
	}
	type entry struct {
		text string
		st   style
	}
	st := style{regular, 9.6, inkText}
	var entries []entry
	for _, l := range s.wrap(b.Name, style{semiBold, 10, inkText}, windowWidth) {
		entries = append(entries, entry{l, style{semiBold, 10, inkText}})
	}
	entries = entries[:min(len(entries), 2)]
	if b.Contact != "" {
		entries = append(entries, entry{b.Contact, st})
	}
	for _, l := range to.lines() {
		entries = append(entries, entry{l, st})
	}
	entries = entries[:min(len(entries), 8)]
	step := min(windowHeight/float64(max(len(entries), 1)), 4.6)
	s.put(func() {
		y := windowTop
		for _, e := range entries {
			e.st.size = min(e.st.size, step/mmPerPoint/1.12)
			s.fit(windowLeft, y, e.text, e.st, left, windowWidth)
			y += step
		}
	})
}

// layFooter wraps the legal identity printed at the foot of every page and
// finds where the content must stop.
func (s *letter) layFooter() {
	e := s.seller
	form := e.LegalForm
	if e.Capital > 0 {
		form = s.t.say("print.capital", "form", e.LegalForm, "amount", s.t.wholeAmount(e.Capital))
	}
	register := joinWords(" ", siren(e.SIREN), e.Register)
	switch {
	case e.SIREN == "":
	case e.Register == "":
		register = s.t.say("print.siren", "id", siren(e.SIREN))
	case strings.Contains(group(e.Register, 99), group(e.SIREN, 99)):
		register = e.Register // the number is in it, as in "RNE 512 747 385"
	}
	parts := []string{
		e.displayName(), form, register,
		s.t.label("print.siret", siret(e.SIRET)), s.t.label("print.vat_number", e.VATNumber),
	}
	parts = append(parts, joinWords(", ", e.Address.lines()...))
	const width = contentWidth - 30 // the page number stands on the right
	s.legal = s.wrapItems(parts, textLegal, width)
	s.legal = append(s.legal, s.wrap(s.t.label("print.insurance", e.Insurance), textLegal, width)...)
	s.legal = append(s.legal, s.wrap(s.t.label("print.fiscal_rep", e.FiscalRep), textLegal, width)...)
	s.legal = s.legal[:min(len(s.legal), 8)]
	s.bottom = footerBottom - float64(len(s.legal))*textLegal.lineHeight() - 5
}

// wrapItems sets items one after the other, parted by dots, without cutting one
// at the end of a line.
func (s *letter) wrapItems(items []string, st style, width float64) []string {
	var lines []string
	line := ""
	for _, item := range items {
		longer := joinWords(" · ", line, item)
		if line != "" && s.measure(longer, st) > width {
			lines, longer = append(lines, s.wrap(line, st, width)...), item
		}
		line = longer
	}
	return append(lines, s.wrap(line, st, width)...)
}

// furniture draws what every page carries: watermark, running head, footer.
func (s *letter) furniture(page, pages int) {
	if s.draft {
		s.watermark(s.t.say("print.watermark"))
	}
	if page == 1 {
		s.foldMarks()
	} else {
		st := style{medium, 8, inkMuted}
		s.fit(marginSide, topMargin-1, s.seller.displayName(), st, left, 90)
		s.fit(pageWidth-marginSide, topMargin-1, joinWords(" ", s.title, s.number), st, right, 85)
		s.hairline(marginSide, topMargin+5, contentWidth, inkHairline, 0.2)
	}
	y := footerBottom - float64(len(s.legal))*textLegal.lineHeight()
	s.hairline(marginSide, y-1.6, contentWidth, inkHairline, 0.2)
	s.lines(marginSide, y, s.legal, textLegal, left)
	number := s.t.say("print.page", "page", page, "pages", pages)
	s.text(pageWidth-marginSide, y, number, style{medium, 7.3, inkMuted}, right)
}

// foldMarks are the small ticks where a letter is folded in three for a DL envelope.
func (s *letter) foldMarks() {
	for _, y := range []float64{pageHeight / 3, pageHeight / 3 * 2} {
		s.hairline(4, y, 3, inkHairline, 0.2)
	}
}

// space is white space, reduced on a tight letter.
func (s *letter) space(height float64) float64 {
	if s.tight {
		return height * 0.6
	}
	return height
}

// ensure starts a page unless height millimetres remain on this one.
func (s *letter) ensure(height float64) {
	if s.y+height > s.bottom {
		s.next()
		s.y = nextPageTop
	}
}

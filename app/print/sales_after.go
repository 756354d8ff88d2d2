package print

// after lays out what follows the totals: long payment details, notes, the
// signature of a quote, legal mentions. It flows over pages as needed.
func (s *salesPrinter) after() {
	if list := s.paymentLines(contentWidth); len(list) > asideLinesMax || len(s.paymentLines(asideWidth)) > asideLinesMax {
		s.y += 4
		for len(list) > 0 {
			n := min(len(list), asideLinesMax)
			s.ensure(float64(n+1)*textDetail.lineHeight() + 1)
			s.y = s.payment(list[:n], s.y)
			list = list[n:]
		}
	}
	if s.d.Notes != "" {
		s.y += 5
		s.paragraph(s.d.Notes, style{regular, 8.6, inkText})
	}
	if s.d.Kind == Quote || s.d.Kind == Order {
		s.signature()
	}
	if len(s.d.Mentions) == 0 {
		return
	}
	s.y += 5
	s.ensure(2*textMention.lineHeight() + 3)
	s.rule(s.y)
	s.y += 2
	for _, m := range s.d.Mentions {
		s.paragraph(m, textMention)
		s.y += 0.5
	}
}

// paragraph lays out a text over the width of the page, line by line.
func (s *salesPrinter) paragraph(text string, st style) {
	for _, line := range s.wrap(text, st, contentWidth) {
		s.ensure(st.lineHeight())
		y := s.y
		s.put(func() { s.text(marginSide, y, line, st, left) })
		s.y += st.lineHeight()
	}
}

// signature puts the box where the customer accepts.
func (s *salesPrinter) signature() {
	const height, gap = 36.0, 6.0
	s.ensure(height + gap)
	y := s.y + gap
	const x = totalsLeft
	s.put(func() {
		s.frame(x, y, totalsWidth, height, 1.6, inkFaint, 0.25)
		s.text(x+4, y+2.4, s.t.say("print.sign_title"), style{semiBold, 9.4, inkText}, left)
		hint := s.wrap(s.t.say("print.sign_hint"), textLabel, totalsWidth-8)
		s.lines(x+4, y+7.2, hint, textLabel, left)
		s.text(x+4, y+height-7, s.t.say("print.sign_date"), textLabel, left)
		s.hairline(x+14, y+height-3.4, 26, inkFaint, 0.15)
		who := s.wrap(s.t.say("print.sign_side", "company", s.d.Seller.displayName()), textDetail, asideWidth)
		s.lines(marginSide, y+2.6, who[:min(len(who), 6)], textDetail, left)
	})
	s.y = y + height
}

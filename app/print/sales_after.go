package print

// Geometry of what follows the totals, in millimetres.
const (
	afterGap        = 5.0
	signatureHeight = 34.0
)

var textNotes = style{regular, 8.6, inkText}

// after lays out what follows the totals: long payment details, notes, the
// signature of a quote, legal mentions. It flows over pages as needed.
func (s *salesPrinter) after() {
	s.longPayment()
	if s.d.Kind == Quote || s.d.Kind == Order {
		s.acceptance()
		return
	}
	if s.d.Notes != "" {
		s.y += s.space(afterGap)
		s.paragraph(s.d.Notes, textNotes)
	}
	s.mentions()
}

// longPayment puts the payment details that were too long to stand beside the totals.
func (s *salesPrinter) longPayment() {
	if len(s.paymentLines(s.d.Payment, asideWidth)) <= asideLinesMax {
		return
	}
	s.y += s.space(afterGap)
	for list := s.paymentLines(s.d.Payment, contentWidth); len(list) > 0; {
		n := min(len(list), asideLinesMax)
		s.ensure(float64(n+1)*textDetail.lineHeight() + 1)
		s.y = s.payment(list[:n], s.y)
		list = list[n:]
	}
}

// mentions puts the legal mentions under a hairline, over the whole width.
func (s *salesPrinter) mentions() {
	if len(s.d.Mentions) == 0 {
		return
	}
	s.y += s.space(afterGap)
	s.ensure(2*textMention.lineHeight() + 3)
	s.rule(s.y)
	s.y += s.space(2)
	for _, m := range s.d.Mentions {
		s.paragraph(m, textMention)
		s.y += s.space(0.5)
	}
}

// paragraph lays out a text over the width of the page, line by line.
func (s *letter) paragraph(text string, st style) {
	for _, line := range s.wrap(text, st, contentWidth) {
		s.ensure(st.lineHeight())
		y := s.y
		s.put(func() { s.text(marginSide, y, line, st, left) })
		s.y += st.lineHeight()
	}
}

// acceptance puts the box the customer signs, with the notes and mentions
// beside it when they are short enough, else above.
func (s *salesPrinter) acceptance() {
	invitation := s.t.say("print.sign_side", "company", s.d.Seller.displayName())
	beside := s.wrap(joinWords("\n", s.d.Notes, invitation), textDetail, asideWidth)
	small := s.wrap(joinWords("\n", s.d.Mentions...), textMention, asideWidth)
	height := float64(len(beside))*textDetail.lineHeight() + 2 + float64(len(small))*textMention.lineHeight()
	if height > signatureHeight+8 {
		if s.d.Notes != "" {
			s.y += s.space(afterGap)
			s.paragraph(s.d.Notes, textNotes)
		}
		s.mentions()
		beside, small, height = s.wrap(invitation, textDetail, asideWidth), nil, 0
	}
	s.y += s.space(afterGap)
	s.ensure(max(height, signatureHeight))
	y := s.y
	s.put(func() {
		s.signatureBox(y)
		below := s.lines(marginSide, y, beside, textDetail, left)
		s.lines(marginSide, below+2, small, textMention, left)
	})
	s.y += max(height, signatureHeight)
}

// signatureBox draws the frame where the customer signs.
func (s *salesPrinter) signatureBox(y float64) {
	const x = totalsLeft
	s.frame(x, y, totalsWidth, signatureHeight, 1.6, inkFaint, 0.25)
	s.text(x+4, y+2.4, s.t.say("print.sign_title"), style{semiBold, 9.4, inkText}, left)
	hint := s.wrap(s.t.say("print.sign_hint"), textLabel, totalsWidth-8)
	s.lines(x+4, y+7, hint, textLabel, left)
	s.text(x+4, y+signatureHeight-6.6, s.t.say("print.sign_date"), textLabel, left)
	s.hairline(x+13, y+signatureHeight-3.4, 26, inkFaint, 0.15)
}

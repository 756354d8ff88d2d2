package print

// paymentIndent is the width left to the labels of the payment details.
const paymentIndent = 19.0

// paymentLine is one line of the payment details; label is empty on the
// continuation of a long value.
type paymentLine struct{ label, value string }

// paymentLines wraps the payment details for a width.
func (s *letter) paymentLines(p Payment, width float64) []paymentLine {
	if p.isEmpty() {
		return nil
	}
	var out []paymentLine
	for _, f := range []fact{
		{"print.payment_terms", p.Terms},
		{"print.payment_means", p.Means},
		{"print.account_holder", p.Holder},
		{"print.bank", p.Bank},
		{"print.iban", iban(p.IBAN)},
		{"print.bic", p.BIC},
	} {
		label := s.t.say(f.label)
		for _, line := range s.wrap(f.value, style{medium, 8, inkText}, width-paymentIndent) {
			out = append(out, paymentLine{label, line})
			label = ""
		}
	}
	return out
}

// payment draws the payment details and returns the ordinate below.
func (s *letter) payment(list []paymentLine, y float64) float64 {
	title, top := s.t.say("print.payment"), y
	s.put(func() { s.text(marginSide, top, title, style{semiBold, 8.2, inkText}, left) })
	y += textDetail.lineHeight() + 0.6
	for _, l := range list {
		at := y
		s.put(func() {
			s.fit(marginSide, at, l.label, textDetail, left, paymentIndent-1)
			s.text(marginSide+paymentIndent, at, l.value, style{medium, 8, inkText}, left)
		})
		y += textDetail.lineHeight()
	}
	return y
}

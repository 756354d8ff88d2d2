package print

import (
	"fmt"
	"io"
	"time"

	"zafe/app/civil"
	"zafe/app/i18n"
)

// Geometry of the sheets to be kept in a safe, in millimetres.
const (
	sheetLeft  = 17.0
	sheetWidth = pageWidth - 2*sheetLeft
)

var textSheet = style{regular, 8.8, inkText}

// secretSheet lays out a single page meant to be kept in a safe.
type secretSheet struct {
	document
	t      words
	accent Color
	y      float64
}

// heading puts the title, the company and the sentence that says what the sheet is.
func (s *secretSheet) heading(title, company, lead string) {
	s.y = 16
	s.put(func() {
		used := s.text(sheetLeft, 16, title, style{semiBold, 23, inkText}, left)
		s.fit(sheetLeft+sheetWidth, 20, company, style{medium, 10.5, inkMuted}, right, sheetWidth-used-8)
	})
	s.y = 30
	s.paragraph(lead, style{regular, 9.6, inkText})
	s.y += 4
}

// paragraph lays out a paragraph over the width of the sheet.
func (s *secretSheet) paragraph(text string, st style) {
	y, lines := s.y, s.wrap(text, st, sheetWidth)
	s.put(func() { s.lines(sheetLeft, y, lines, st, left) })
	s.y += float64(len(lines)) * st.lineHeight()
}

// subheading introduces a part of the sheet.
func (s *secretSheet) subheading(text string) {
	y := s.y
	s.put(func() { s.text(sheetLeft, y, text, style{semiBold, 10, inkText}, left) })
	s.y += 6
}

// table lays out labels and values between hairlines.
func (s *secretSheet) table(facts []fact) {
	const indent, row, on = 40.0, 5.2, 4.4
	for i, f := range facts {
		if f.label == "" && i > 0 {
			s.y -= row - on
		}
		y := s.y
		s.put(func() {
			if f.label != "" { // else it goes on from the line above
				s.hairline(sheetLeft, y-0.3, sheetWidth, inkHairline, 0.2)
			}
			s.fit(sheetLeft, y+0.5, f.label, style{regular, 8.2, inkMuted}, left, indent-2)
			s.fit(sheetLeft+indent, y+0.4, f.value, style{medium, 8.8, inkText}, left, sheetWidth-indent)
		})
		s.y += row
	}
	s.y += 3
}

// steps puts numbered instructions.
func (s *secretSheet) steps(title string, keys ...string) {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = s.t.say(key)
	}
	s.numbered(s.t.say(title), texts)
}

// numbered puts instructions that are in the reader's language already.
func (s *secretSheet) numbered(title string, texts []string) {
	s.subheading(title)
	for i, text := range texts {
		y, lines := s.y, s.wrap(text, textSheet, sheetWidth-9)
		s.put(func() {
			s.box(sheetLeft, y-0.4, 5.2, 5.2, 2.6, s.accent)
			s.text(sheetLeft+2.6, y, fmt.Sprint(i+1), style{semiBold, 8.8, inkWhite}, center)
			s.lines(sheetLeft+8.5, y, lines, textSheet, left)
		})
		s.y += max(float64(len(lines))*textSheet.lineHeight(), 5.2) + 1.6
	}
	s.y += 3
}

// footer warns, at the bottom of the page.
func (s *secretSheet) footer(text string) {
	const y = 284.0
	s.hairline(sheetLeft, y-2, sheetWidth, inkHairline, 0.2)
	s.fit(sheetLeft, y, text, style{medium, 7.8, inkWarn}, left, sheetWidth)
}

// CodesSheet is the sheet of one user's single-use recovery codes, which stand
// in for the second factor. It holds secrets: see RecoverySheet.
type CodesSheet struct {
	Company string
	User    string
	Date    civil.Date
	Codes   []string
	Accent  Color
}

// codesMax is how many codes fit on the page.
const codesMax = 20

// RecoveryCodes writes the sheet of recovery codes as a PDF file of one page.
// Errors are ErrDocument or those of w.
func RecoveryCodes(w io.Writer, p *i18n.Printer, d CodesSheet) error {
	if len(d.Codes) == 0 || len(d.Codes) > codesMax || d.Date.IsZero() {
		return fmt.Errorf("%w: %d recovery codes, date %q", ErrDocument, len(d.Codes), d.Date)
	}
	t := words{p}
	title := t.say("print.codes.title")
	c, err := newCanvas(info{title: title, author: d.Company, lang: t.lang(), made: d.Date.In(time.UTC)})
	if err != nil {
		return err
	}
	s := &secretSheet{document: document{canvas: c}, t: t, accent: d.Accent.accent()}
	s.next()
	s.heading(title, d.Company, t.say("print.codes.lead"))
	s.table([]fact{
		{t.say("print.codes.user"), d.User},
		{t.say("print.codes.company"), d.Company},
		{t.say("print.codes.date"), t.date(d.Date)},
	})
	s.codes(d.Codes)
	for _, key := range []string{"print.codes.keep1", "print.codes.keep2", "print.codes.keep3"} {
		y, lines := s.y, s.wrap(t.say(key), textSheet, sheetWidth-4)
		s.put(func() {
			s.text(sheetLeft, y, "•", style{semiBold, 9, s.accent}, left)
			s.lines(sheetLeft+3.5, y, lines, textSheet, left)
		})
		s.y += float64(len(lines))*textSheet.lineHeight() + 1.2
	}
	return s.write(w, func(int, int) { s.footer(t.say("print.codes.footer")) })
}

// codes puts the codes in two columns, each with a box to tick once used.
func (s *secretSheet) codes(codes []string) {
	const row, pad = 10.5, 6.0
	const width = sheetWidth / 2
	rows := (len(codes) + 1) / 2
	height := float64(rows)*row + 2*pad
	top := s.y
	s.put(func() {
		s.box(sheetLeft, top, sheetWidth, height, 2.5, s.accent.tint())
		for i, code := range codes {
			x := sheetLeft + 8 + float64(i/rows)*width
			y := top + pad + float64(i%rows)*row
			s.box(x, y+2.2, 4.4, 4.4, 0.6, inkWhite)
			s.frame(x, y+2.2, 4.4, 4.4, 0.6, inkFaint, 0.25)
			s.fit(x+8, y+1, code, style{semiBold, 13.5, inkText}, left, width-22)
		}
	})
	s.y += height + 7
}

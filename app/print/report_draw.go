package print

import "zafe/app/money"

// furniture draws the title and the foot every page carries.
func (s *reportPrinter) furniture(page, pages int) {
	edge := s.width - reportMargin
	used := s.text(reportMargin, 8.5, s.r.Title, reportTitle, left)
	s.fit(edge, 9, s.r.Company, style{semiBold, 9, inkText}, right, edge-reportMargin-used-8)
	s.fit(reportMargin, 16, s.r.Subtitle, style{regular, 8, inkMuted}, left, (edge-reportMargin)/2)
	s.fit(edge, 16, s.r.Period, style{regular, 8, inkMuted}, right, (edge-reportMargin)/2)

	y := s.height - reportFoot + 4
	s.hairline(reportMargin, y-1.4, edge-reportMargin, inkHairline, 0.2)
	printed := s.t.say("print.report.printed",
		"date", s.t.day(s.r.PrintedAt), "time", s.t.clock(s.r.PrintedAt))
	s.text(reportMargin, y, printed, textLegal, left)
	s.text(edge, y, s.t.say("print.page", "page", page, "pages", pages), style{medium, 7.3, inkMuted}, right)
}

// titles puts the titles of the columns on a tinted band.
func (s *reportPrinter) titles() {
	y := s.y
	s.put(func() {
		s.box(reportMargin-1.5, y, s.width-2*reportMargin+3, s.high-1, 1, s.accent.tint())
		for i, c := range s.r.Columns {
			if c.Right || s.isFigure(i) {
				s.lines(s.x[i]+s.w[i], y+0.9, s.heads[i], s.head, right)
			} else {
				s.lines(s.x[i], y+0.9, s.heads[i], s.head, left)
			}
		}
	})
	s.y += s.high
}

// isFigure tells whether a column holds amounts, from the first row that has a
// value there.
func (s *reportPrinter) isFigure(column int) bool {
	for _, row := range s.r.Rows {
		if row.Kind == GroupRow || column >= len(row.Cells) {
			continue
		}
		if c := row.Cells[column]; c.figure || c.words != "" {
			return c.figure
		}
	}
	return s.r.Columns[column].Sum
}

// row draws a row and what sets it apart.
func (s *reportPrinter) row(row laidRow, height float64) {
	y := s.y
	s.y += height
	s.put(func() {
		st := s.rowStyle(row.Kind)
		full := s.width - 2*reportMargin
		top := y + 0.7
		switch row.Kind {
		case SubtotalRow:
			s.hairline(reportMargin, y+0.2, full, inkFaint, 0.2)
			top += 0.3
		case TotalRow:
			s.box(reportMargin-1.5, y+0.2, full+3, height-0.4, 0, inkSoft)
			s.hairline(reportMargin-1.5, y+0.2, full+3, inkText, 0.3)
			top += 0.3
		case GroupRow:
			top += 0.8
		case NoteRow:
			top += 1.2
		default:
			s.hairline(reportMargin, y+height, full, inkHairline, 0.1)
		}
		for i := range s.r.Columns {
			if i < len(row.Cells) {
				s.cell(i, row, top, st)
			}
		}
	})
}

// cell draws one value.
func (s *reportPrinter) cell(i int, row laidRow, y float64, st style) {
	c, edge := row.Cells[i], s.x[i]+s.w[i]
	switch {
	case c.figure && c.amount == 0 && row.Kind == DetailRow && !s.r.Columns[i].Zeroes:
	case c.figure:
		s.figure(edge, y, s.t.number(c.amount), st, s.w[i])
	case s.r.Columns[i].Right:
		s.lines(edge, y, row.lines[i], st, right)
	default:
		s.lines(s.x[i], y, row.lines[i], st, left)
	}
}

// carry puts the running sums.
func (s *reportPrinter) carry(key string, sums []money.Amount) {
	y, snapshot := s.y, append([]money.Amount(nil), sums...)
	s.y += reportRow
	s.put(func() {
		st := style{medium, 7.6, inkMuted}
		s.text(s.x[0], y+0.7, s.t.say(key), st, left)
		for i, c := range s.r.Columns {
			if c.Sum {
				s.figure(s.x[i]+s.w[i], y+0.7, s.t.number(snapshot[i]), st, s.w[i])
			}
		}
	})
}

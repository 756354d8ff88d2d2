package print

import "zafe/app/money"

// Geometry of the table of lines, in millimetres.
const (
	columnGap        = 4.0
	descriptionMin   = 58.0
	tableHeadHeight  = 7.2
	rowPad           = 1.7
	carryHeight      = 7.0
	fragmentLinesMax = 8 // a description is cut into parts of so many lines
)

var (
	textItem   = style{medium, 9, inkText}
	textFigure = style{regular, 9, inkText}
	textHead   = style{semiBold, 7.3, inkMuted}
)

// column is one column of figures; the description takes what is left.
type column struct {
	title string
	value func(Line) string
	words bool // may be cut by an ellipsis; figures may not
	max   float64
	right float64 // abscissa of the right edge, set by layColumns
	width float64
}

// row is a laid out line, or a part of one.
type row struct {
	line   *Line // nil on the continuation of a tall description
	kind   LineKind
	text   []string
	titles int // how many of text are the title of the line, set stronger
	height float64
	last   bool         // ends its line: a hairline follows
	net    money.Amount // what the row adds to the amount carried forward
}

// layColumns gives each column the width of its widest figure.
func (s *salesPrinter) layColumns() {
	quantity := func(l Line) string { return joinWords(noBreak, s.t.quantity(l.Quantity), l.Unit) }
	price := func(l Line) string { return s.t.unitPrice(l.UnitPrice) }
	discount := func(l Line) string { return s.t.discount(l.Discount) }
	net := func(l Line) string { return s.t.number(l.Net) }
	cols := []column{
		{title: "print.quantity", value: quantity, words: true, max: 27},
		{title: "print.unit_price", value: price, max: 28},
	}
	for _, l := range s.d.Lines {
		if l.Kind == ItemLine && l.Discount != 0 {
			cols = append(cols, column{title: "print.discount", value: discount, max: 16})
			break
		}
	}
	if !s.d.WithoutVAT {
		vat := func(l Line) string {
			if l.VATLabel != "" {
				return l.VATLabel
			}
			return s.t.rate(l.VATRate)
		}
		cols = append(cols, column{title: "print.vat", value: vat, words: true, max: 17})
	}
	title := "print.line_net"
	if s.d.WithoutVAT {
		title = "print.line_amount"
		cols[1].title = "print.unit_price_plain"
	}
	cols = append(cols, column{title: title, value: net, max: 32})
	edge := pageWidth - marginSide - 2
	for i := len(cols) - 1; i >= 0; i-- {
		c := &cols[i]
		c.title = s.t.say(c.title)
		c.width = s.measure(c.title, textHead)
		for _, l := range s.d.Lines {
			if l.Kind == ItemLine {
				c.width = max(c.width, s.measure(c.value(l), textFigure))
			}
		}
		c.width = min(max(c.width, 11), c.max)
		c.right = edge
		edge -= c.width + columnGap
	}
	s.cols = cols
}

// descriptionWidth is what the columns leave to the description.
func (s *salesPrinter) descriptionWidth() float64 {
	first := s.cols[0]
	return first.right - first.width - columnGap - marginSide - 2
}

// layRows wraps every line.
func (s *salesPrinter) layRows() []row {
	var rows []row
	width := s.descriptionWidth()
	for i := range s.d.Lines {
		l := &s.d.Lines[i]
		switch l.Kind {
		case HeadingLine:
			text := s.wrap(l.Description, style{semiBold, 9.4, inkText}, contentWidth-4)
			rows = append(rows, s.fragments(row{line: l, kind: l.Kind, text: text}, 4.6)...)
		case TextLine:
			text := s.wrap(l.Description, textDetail, contentWidth-4)
			rows = append(rows, s.fragments(row{line: l, kind: l.Kind, text: text}, textDetail.lineHeight())...)
		case SubtotalLine:
			rows = append(rows, row{line: l, kind: l.Kind, height: 6.4, last: true})
		default:
			rows = append(rows, s.itemRows(l, width)...)
		}
	}
	return rows
}

// itemRows wraps the description of an item: its first line is the title, set
// stronger than the details below.
func (s *salesPrinter) itemRows(l *Line, width float64) []row {
	title, details := cutFirstLine(l.Description)
	r := row{line: l, kind: ItemLine, net: l.Net, text: s.wrap(title, textItem, width)}
	if len(r.text) == 0 {
		r.text = []string{""}
	}
	r.titles = len(r.text)
	r.text = append(r.text, s.wrap(details, textDetail, width)...)
	r.text = append(r.text, s.wrap(s.t.label("print.code", l.Code), textDetail, width)...)
	return s.fragments(r, textDetail.lineHeight())
}

// fragments cuts a row of many lines into rows short enough to fill pages well.
func (s *salesPrinter) fragments(r row, lineHeight float64) []row {
	var out []row
	for first := true; first || len(r.text) > 0; first = false {
		n := min(len(r.text), fragmentLinesMax)
		if len(r.text)-n == 1 { // no line alone
			n++
		}
		part := r
		part.text, part.titles = r.text[:n], min(r.titles, n)
		part.height = float64(n-part.titles)*lineHeight + float64(part.titles)*textItem.lineHeight()
		r.text, r.titles = r.text[n:], r.titles-part.titles
		if first {
			part.height += s.space(rowPad)
		} else {
			part.line, part.net = nil, 0
		}
		part.last = len(r.text) == 0
		if part.last && r.kind != HeadingLine {
			part.height += s.space(rowPad)
		}
		out = append(out, part)
	}
	return out
}

// table lays out the lines, over as many pages as it takes, and the totals.
func (s *salesPrinter) table() {
	s.layColumns()
	rows := s.layRows()
	pieces := make([]piece, len(rows))
	for i, r := range rows {
		pieces[i] = piece{r.height, r.kind == HeadingLine}
	}
	tail := s.layTotals()
	top := s.y
	pages := paginate(pieces, room{
		first: s.bottom - top - tableHeadHeight,
		next:  s.bottom - nextPageTop - tableHeadHeight - carryHeight,
		carry: carryHeight,
		tail:  tail.height + s.space(tailGap),
	})
	var carried money.Amount
	for page, start := range pages {
		end := len(rows)
		if page+1 < len(pages) {
			end = pages[page+1]
		}
		if page > 0 {
			s.next()
			s.y = nextPageTop
		}
		if start < end || len(pages) == 1 {
			s.tableHead()
		}
		if start > 0 {
			s.carryLine("print.brought_forward", carried)
		}
		for _, r := range rows[start:end] {
			s.row(r)
			carried = carried.Add(r.net)
		}
		if page+1 < len(pages) && end > start {
			s.carryLine("print.carried_forward", carried)
		}
	}
	s.y += s.space(tailGap)
	s.totals(tail)
}

// tableHead puts the titles of the columns on a tinted band.
func (s *salesPrinter) tableHead() {
	y := s.y
	s.put(func() {
		s.box(marginSide, y, contentWidth, tableHeadHeight-0.8, 1.2, s.accent.tint())
		s.text(marginSide+2, y+1.4, s.t.say("print.description"), textHead, left)
		for _, c := range s.cols {
			s.fit(c.right, y+1.4, c.title, textHead, right, c.width)
		}
	})
	s.y += tableHeadHeight
}

// carryLine puts the running total at the foot of a page or the head of the next.
func (s *salesPrinter) carryLine(key string, amount money.Amount) {
	y := s.y
	last := s.cols[len(s.cols)-1]
	s.put(func() {
		st := style{medium, 8.4, inkMuted}
		figure := s.t.number(amount)
		s.figure(last.right, y+1.6, figure, st, 44)
		s.text(last.right-max(last.width, min(s.measure(figure, st), 44))-columnGap, y+1.6, s.t.say(key), st, right)
	})
	s.y += carryHeight
}

// row draws a laid out row and the hairline that ends it.
func (s *salesPrinter) row(r row) {
	y := s.y
	s.y += r.height
	s.put(func() {
		switch r.kind {
		case HeadingLine:
			st := style{semiBold, 9.4, s.accent}
			s.lines(marginSide+2, y+s.space(rowPad), r.text, st, left)
		case SubtotalLine:
			last := s.cols[len(s.cols)-1]
			st := style{medium, 8.8, inkText}
			label := r.line.Description
			if label == "" {
				label = s.t.say("print.subtotal")
			}
			s.box(marginSide, y, contentWidth, r.height, 0, inkSoft)
			s.fit(last.right-last.width-columnGap, y+1.2, label, style{regular, 8.8, inkMuted}, right, 110)
			s.figure(last.right, y+1.2, s.t.number(r.line.Net), st, last.width)
		default:
			s.itemRow(r, y)
		}
	})
	if r.last && r.kind != HeadingLine {
		s.rule(s.y)
	}
}

// itemRow draws the words and the figures of an item or text line.
func (s *salesPrinter) itemRow(r row, y float64) {
	if r.line != nil {
		y += s.space(rowPad)
	}
	if r.kind == ItemLine && r.line != nil {
		for _, c := range s.cols {
			if c.words {
				s.fit(c.right, y, c.value(*r.line), textFigure, right, c.width)
			} else {
				s.figure(c.right, y, c.value(*r.line), textFigure, c.width)
			}
		}
	}
	y = s.lines(marginSide+2, y, r.text[:r.titles], textItem, left)
	s.lines(marginSide+2, y, r.text[r.titles:], textDetail, left)
}

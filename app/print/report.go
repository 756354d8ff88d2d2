package print

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"zafe/app/i18n"
	"zafe/app/money"
)

// Report is a table printed over as many pages as it takes: trial balance,
// general ledger, journal, aged balance. Titles of columns and texts of rows
// are already in the reader's language; amounts are formatted here.
type Report struct {
	Title     string
	Company   string
	Period    string // "Exercice du 01/01/2026 au 31/12/2026"
	Subtitle  string // what was selected: accounts, state of the entries
	PrintedAt time.Time
	Landscape bool
	Columns   []ReportColumn
	Rows      []ReportRow
	// CarryForward prints, at the foot of each page and the head of the next,
	// the running sum of detail rows in the columns that ask for it.
	CarryForward bool
	Accent       Color
}

// ReportColumn is a column of a report.
type ReportColumn struct {
	Title  string
	Width  float64 // share of the page, relative to the other columns
	Right  bool    // align texts on the right; amounts always are
	Sum    bool    // carried forward
	Zeroes bool    // a zero amount of a detail row is printed, not left blank
}

// RowKind says how a row is printed.
type RowKind int

// The kinds of row.
const (
	DetailRow   RowKind = iota
	GroupRow            // title of a group: its first cell spans the table
	SubtotalRow         // ends a group
	TotalRow            // ends the report
	NoteRow             // a remark: its first cell spans the table
)

// ReportRow is a row of a report. Missing cells are blank.
type ReportRow struct {
	Kind  RowKind
	Cells []Cell
}

// Cell is one value of a row: words, or an amount.
type Cell struct {
	words  string
	amount money.Amount
	figure bool
}

// Words makes a cell of text.
func Words(s string) Cell { return Cell{words: s} }

// Figure makes a cell of an amount.
func Figure(a money.Amount) Cell { return Cell{amount: a, figure: true} }

// Geometry of a report, in millimetres.
const (
	reportMargin   = 12.0
	reportHead     = 24.0 // where the table starts
	reportFoot     = 13.0 // from the bottom of the page
	reportGap      = 2.4
	reportRow      = 4.9
	reportTitles   = 6.4
	reportLinesMax = 4 // lines of one cell
)

var (
	reportText   = style{regular, 7.8, inkText}
	reportStrong = style{semiBold, 7.8, inkText}
	reportTitle  = style{semiBold, 14, inkText}
)

// laidRow is a report row with its texts wrapped.
type laidRow struct {
	ReportRow
	lines [][]string // by column
}

// reportPrinter lays a report out.
type reportPrinter struct {
	document
	t      words
	r      Report
	accent Color
	x      []float64 // left edges of the columns
	w      []float64
	heads  [][]string // their titles, wrapped
	head   style      // of all of them
	high   float64    // of the band they stand on, with the gap under it
	y      float64
}

// WriteReport writes a report as a PDF file, or several one after the other, each from a new page on. Errors are
// ErrDocument or those of w.
func WriteReport(w io.Writer, p *i18n.Printer, reports ...Report) error {
	if len(reports) == 0 {
		return fmt.Errorf("%w: no report", ErrDocument)
	}
	for _, r := range reports {
		if err := r.check(); err != nil {
			return err
		}
	}
	first, t := reports[0], words{p}
	c, err := newCanvas(info{
		title: joinWords(" — ", first.Title, first.Period), author: first.Company, lang: t.lang(),
		made: first.PrintedAt, landscape: first.Landscape,
	})
	if err != nil {
		return err
	}
	all := document{canvas: c}
	var by []*reportPrinter // of each page
	for _, r := range reports {
		s := &reportPrinter{document: document{canvas: c}, t: t, r: r, accent: r.Accent.accent()}
		if err := s.layColumns(); err != nil {
			return err
		}
		s.layRows()
		all.sheets = append(all.sheets, s.sheets...)
		by = append(by, slices.Repeat([]*reportPrinter{s}, len(s.sheets))...)
	}
	return all.write(w, func(page, pages int) { by[page-1].furniture(page, pages) })
}

// check refuses a report that cannot be printed: ErrDocument.
func (r Report) check() error {
	if len(r.Columns) == 0 || r.PrintedAt.IsZero() {
		return fmt.Errorf("%w: report without columns or date", ErrDocument)
	}
	for _, row := range r.Rows {
		for _, cell := range row.Cells {
			if !cell.amount.Valid() {
				return fmt.Errorf("%w: amount %d out of range", ErrDocument, cell.amount)
			}
		}
	}
	return nil
}

// layColumns shares the width of the page.
func (s *reportPrinter) layColumns() error {
	total := 0.0
	for _, c := range s.r.Columns {
		if c.Width <= 0 {
			return fmt.Errorf("%w: column %q has no width", ErrDocument, c.Title)
		}
		total += c.Width
	}
	x := reportMargin
	for i, c := range s.r.Columns {
		w := (s.width - 2*reportMargin) * c.Width / total
		s.x, s.w = append(s.x, x), append(s.w, w-reportGap)
		if i == len(s.r.Columns)-1 {
			s.w[i] = w
		}
		x += w
	}
	s.layTitles()
	return nil
}

// headLeast is the least part of their own size that titles are set in.
const headLeast = 0.8

// layTitles wraps the titles of the columns, all in one size: that in which the longest word has room, so that a column
// with a long title is read as easily as the others.
func (s *reportPrinter) layTitles() {
	s.head = textHead
	part := 1.0
	for i, c := range s.r.Columns {
		for word := range strings.FieldsSeq(c.Title) {
			part = min(part, s.w[i]/s.measure(word, textHead))
		}
	}
	if part < 1 {
		s.head.size *= max(part, headLeast) * 0.999
	}
	count := 1
	for i, c := range s.r.Columns {
		lines := s.wrap(c.Title, s.head, s.w[i])
		s.heads = append(s.heads, lines[:min(len(lines), reportLinesMax)])
		count = max(count, len(s.heads[i]))
	}
	s.high = reportTitles + float64(count-1)*s.head.lineHeight()
}

// layRows distributes the rows over the pages and puts them.
func (s *reportPrinter) layRows() {
	rows := make([]laidRow, len(s.r.Rows))
	pieces := make([]piece, len(s.r.Rows))
	for i, row := range s.r.Rows {
		rows[i], pieces[i] = s.layRow(row)
		if i > 0 && row.Kind == SubtotalRow || row.Kind == TotalRow && i > 0 {
			pieces[i-1].glued = true // a total is never the first of a page
		}
	}
	space := s.height - reportHead - reportFoot - s.high
	r := room{first: space, next: space}
	if s.r.CarryForward {
		r.carry, r.next = reportRow, space-reportRow
	}
	carried := make([]money.Amount, len(s.r.Columns))
	pages := paginate(pieces, r)
	for page, start := range pages {
		end := len(rows)
		if page+1 < len(pages) {
			end = pages[page+1]
		}
		s.next()
		s.y = reportHead
		s.titles()
		if s.r.CarryForward && start > 0 {
			s.carry("print.report.brought_forward", carried)
		}
		for i, row := range rows[start:end] {
			s.row(row, pieces[start+i].height)
			s.add(carried, row)
		}
		if s.r.CarryForward && page+1 < len(pages) {
			s.carry("print.report.carried_forward", carried)
		}
	}
	if len(rows) == 0 {
		y := s.y
		s.put(func() { s.text(reportMargin, y+2, s.t.say("print.report.empty"), reportText, left) })
	}
}

// layRow wraps the texts of a row and measures it.
func (s *reportPrinter) layRow(row ReportRow) (laidRow, piece) {
	laid := laidRow{ReportRow: row, lines: make([][]string, len(s.r.Columns))}
	st, count := s.rowStyle(row.Kind), 1
	for i, c := range row.Cells[:min(len(row.Cells), len(s.r.Columns))] {
		if c.figure || c.words == "" {
			continue
		}
		width := s.w[i]
		if i == 0 && (row.Kind == GroupRow || row.Kind == NoteRow) {
			width = s.width - 2*reportMargin
		}
		lines := s.wrap(c.words, st, width)
		laid.lines[i] = lines[:min(len(lines), reportLinesMax)]
		count = max(count, len(laid.lines[i]))
	}
	height := reportRow + float64(count-1)*st.lineHeight()
	if row.Kind != DetailRow {
		height += 0.8
	}
	return laid, piece{height: height, glued: row.Kind == GroupRow}
}

func (s *reportPrinter) rowStyle(k RowKind) style {
	switch k {
	case GroupRow:
		return reportStrong.in(s.accent)
	case SubtotalRow, TotalRow:
		return reportStrong
	default:
		return reportText
	}
}

// add counts the detail rows in the columns carried forward.
func (s *reportPrinter) add(sums []money.Amount, row laidRow) {
	if row.Kind != DetailRow {
		return
	}
	for i, c := range row.Cells[:min(len(row.Cells), len(sums))] {
		if c.figure && s.r.Columns[i].Sum {
			sums[i] = sums[i].Add(c.amount)
		}
	}
}

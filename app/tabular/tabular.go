// Package tabular reads the tables that people already have: CSV files of any
// French program, in any of the encodings and with any of the separators seen in
// the wild, and Excel workbooks. It also guesses which column is which.
//
// It gives back texts: it must not know what a column means, nor read amounts or
// dates out of them.
package tabular

import (
	"bytes"
	"strings"

	"zafe/app/fault"
)

// Limits of what is read. A larger file is refused, never cut.
const (
	SizeBytesMax = 128 << 20
	RowsMax      = 1_000_000
	ColumnsMax   = 500
	CellBytesMax = 64 << 10
	cellsMax     = 20_000_000 // in all, so that wide and long together stay within memory
)

// Sheet is a table. Every row has as many cells as the header.
type Sheet struct {
	Header    []string
	Rows      [][]string
	Lines     []int      // the line of the file where each row starts, from 1
	Preamble  [][]string // what stood above the header, as the title of a bank statement
	Encoding  string     // "UTF-8", "Windows-1252", "ISO-8859-15", "UTF-16", "CP850", or "" for a workbook
	Separator rune       // of a CSV file, or 0
	SheetName string     // of a workbook, or ""
	Sheets    []string   // all the sheets of a workbook that can be seen
}

// Read reads a table out of a file, given its name and content. A workbook gives
// its first sheet that has rows. It returns the faults "tabular.empty",
// "tabular.too_large", "tabular.too_many_rows", "tabular.too_many_columns",
// "tabular.cell_too_long", "tabular.quote", "tabular.not_a_table",
// "tabular.old_excel", "tabular.open_document" and "tabular.damaged".
func Read(name string, data []byte) (Sheet, error) { return ReadSheet(name, data, "") }

// ReadSheet is Read for one sheet of a workbook, by name. It also returns the
// fault "tabular.no_such_sheet". A CSV file has no sheets: the name is ignored.
func ReadSheet(name string, data []byte, sheet string) (Sheet, error) {
	switch {
	case len(data) > SizeBytesMax:
		return Sheet{}, fault.New(fault.Invalid, "tabular.too_large", "name", name, "max", SizeBytesMax)
	case len(bytes.TrimSpace(data)) == 0:
		return Sheet{}, refuse("tabular.empty", name)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // compound file: .xls, or encrypted .xlsx
		return Sheet{}, refuse("tabular.old_excel", name)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		if bytes.Contains(data[:min(len(data), 200)], []byte("opendocument")) {
			return Sheet{}, refuse("tabular.open_document", name)
		}
		return readWorkbook(name, data, sheet)
	case binary(data):
		return Sheet{}, refuse("tabular.not_a_table", name)
	}
	return readCSV(name, data)
}

func refuse(key, name string) error { return fault.New(fault.Invalid, key, "name", name) }

// binary recognises files that are no text at all by their first bytes.
func binary(data []byte) bool {
	for _, magic := range []string{
		"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "\x1f\x8b", "7z\xbc\xaf", "Rar!", "\x7fELF", "MZ\x90",
	} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return true
		}
	}
	return false
}

// collector gathers rows within the limits.
type collector struct {
	name  string
	rows  [][]string
	lines []int
	width int
	cells int
}

// add keeps a row that starts at a line, unless it is empty.
func (c *collector) add(row []string, line int) error {
	last := 0
	for i, cell := range row {
		if len(cell) > CellBytesMax {
			return fault.New(fault.Invalid, "tabular.cell_too_long", "name", c.name, "line", line)
		}
		row[i] = tidy(cell)
		if row[i] != "" {
			last = i + 1
		}
	}
	if last == 0 {
		return nil
	}
	if last > ColumnsMax {
		return fault.New(fault.Invalid, "tabular.too_many_columns", "name", c.name, "max", ColumnsMax)
	}
	if len(c.rows) > RowsMax || c.cells+last > cellsMax { // one more than RowsMax, for the header
		return fault.New(fault.Invalid, "tabular.too_many_rows", "name", c.name, "max", RowsMax)
	}
	c.rows = append(c.rows, row[:last])
	c.lines = append(c.lines, line)
	c.width = max(c.width, last)
	c.cells += last
	return nil
}

// tidy removes the spaces around a cell, the no-break ones too.
func tidy(cell string) string {
	return strings.Trim(cell, " \t\r\n\u00a0\u202f\ufeff\x00")
}

// sheet cuts what was gathered into preamble, header and rows.
func (c *collector) sheet() (Sheet, error) {
	if len(c.rows) == 0 {
		return Sheet{}, refuse("tabular.empty", c.name)
	}
	at := c.header()
	s := Sheet{Preamble: c.rows[:at], Lines: c.lines[at+1:]}
	s.Header = pad(c.rows[at], c.width)
	s.Rows = c.rows[at+1:]
	if len(s.Rows)*c.width > 2*cellsMax {
		return Sheet{}, fault.New(fault.Invalid, "tabular.too_many_rows", "name", c.name, "max", RowsMax)
	}
	for i, row := range s.Rows {
		s.Rows[i] = pad(row, c.width)
	}
	return s, nil
}

// headerRowsMax is how far down the header is looked for.
const headerRowsMax = 30

// header returns the place of the header: the first row that fills most of the
// columns that the rows usually fill.
func (c *collector) header() int {
	counts := map[int]int{}
	for _, row := range c.rows[:min(len(c.rows), 200)] {
		counts[len(row)]++
	}
	usual := 0
	for width, n := range counts {
		if n > counts[usual] || (n == counts[usual] && width > usual) {
			usual = width
		}
	}
	for i, row := range c.rows[:min(len(c.rows), headerRowsMax)] {
		filled := 0
		for _, cell := range row {
			if cell != "" {
				filled++
			}
		}
		if 5*filled >= 3*usual {
			return i
		}
	}
	return 0
}

func pad(row []string, width int) []string {
	for len(row) < width {
		row = append(row, "")
	}
	return row
}

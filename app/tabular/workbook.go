package tabular

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html/charset"

	"zafe/app/fault"
	"zafe/app/i18n"
)

// unzippedBytesMax bounds a workbook once unzipped, all of it in memory: a small file can hold gigabytes.
const unzippedBytesMax = 256 << 20

// Limits of the XML of a workbook: elements lie about thirty deep in one another in charts, a cell holds 32 767
// characters, a row has 16 384 cells, and the texts of 50 000 rows (imports.RowsMax) are in two elements each.
const (
	depthMax        = 100
	elementBytesMax = 1 << 20
	rowCellsMax     = 16_384
	elementsMax     = 2_000_000
)

// readWorkbook reads one sheet of an Excel workbook, or the first that has rows.
func readWorkbook(name string, data []byte, wanted string) (s Sheet, err error) {
	defer func() { // the library panics on some damaged files
		if r := recover(); r != nil {
			s, err = Sheet{}, damaged(name, fmt.Errorf("%v", r))
		}
	}()
	if err := light(data); err != nil {
		return Sheet{}, damaged(name, err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		// By default large sheets are unzipped to the system's temporary folder: customers in the clear.
		UnzipSizeLimit: unzippedBytesMax, UnzipXMLSizeLimit: unzippedBytesMax, ShortDatePattern: "yyyy-mm-dd",
	})
	if err != nil {
		return Sheet{}, damaged(name, err)
	}
	defer func() {
		if closing := book.Close(); err == nil && closing != nil {
			err = damaged(name, closing)
		}
	}()
	var sheets []string
	for _, title := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(title); err == nil && visible {
			sheets = append(sheets, title)
		}
	}
	tries := sheets
	if wanted != "" {
		if !slices.Contains(sheets, wanted) {
			return Sheet{}, fault.New(fault.NotFound, "tabular.no_such_sheet", "name", name, "sheet", wanted)
		}
		tries = []string{wanted}
	}
	for _, title := range tries {
		s, err = readRows(book, name, title)
		if fault.KeyOf(err) != "tabular.empty" {
			s.SheetName, s.Sheets = title, sheets
			return s, err
		}
	}
	return Sheet{}, refuse("tabular.empty", name)
}

// light refuses a workbook that would take far more memory than it has bytes: whose parts say themselves that they are
// too large, or have too many elements, too deep in one another or too long. The library keeps those that are open and
// all of what is not a sheet, and a few KiB hold millions of them.
func light(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	left := uint64(unzippedBytesMax)
	for _, f := range z.File {
		if f.UncompressedSize64 > left {
			return fmt.Errorf("%s unzips to %d bytes", f.Name, f.UncompressedSize64)
		}
		left -= f.UncompressedSize64
	}
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(weighed(part), part.Close()); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// weighed refuses a part that would be heavy. It reads as the library does, but keeps nothing of what it reads; where
// the part is no XML any more, the library stops as well.
func weighed(part io.Reader) error {
	d := xml.NewDecoder(&short{from: part})
	d.CharsetReader = charset.NewReaderLabel
	var w weight
	for {
		token, err := d.RawToken()
		if errors.Is(err, errLong) {
			return err
		}
		if err != nil {
			return nil //nolint:nilerr // see above
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := w.begin(token.Name.Local); err != nil {
				return err
			}
		case xml.EndElement:
			w.open = max(w.open-1, 0)
		}
	}
}

// weight is what was read of a part.
type weight struct {
	open, elements, cells int
	sheet                 bool // which is read row by row; of other parts all is kept
}

func (w *weight) begin(name string) error {
	if w.elements == 0 {
		w.sheet = name == "worksheet"
	}
	if name == "row" {
		w.cells = 0
	} else if name == "c" {
		w.cells++
	}
	w.open++
	w.elements++
	if w.open > depthMax || w.cells > rowCellsMax || w.elements > elementsMax && !w.sheet {
		return fmt.Errorf("tabular: %d elements, %d deep, %d cells in a row", w.elements, w.open, w.cells)
	}
	return nil
}

// short reads XML in which each element and each text is short: the attributes of one element are all in memory.
type short struct {
	from io.Reader
	run  int // since the last beginning of an element
}

var errLong = errors.New("tabular: an element or a text is too long")

// Read implements io.Reader.
func (s *short) Read(p []byte) (int, error) {
	n, err := s.from.Read(p[:min(len(p), elementBytesMax)])
	if at := bytes.LastIndexByte(p[:n], '<'); at >= 0 {
		s.run = n - at
	} else if s.run += n; s.run > elementBytesMax {
		return 0, errLong
	}
	return n, err
}

func damaged(name string, cause error) error {
	return fault.New(fault.Invalid, "tabular.damaged", "name", name).Because(cause)
}

// readRows reads a sheet twice at once, raw and as Excel shows it: the raw value
// has all the digits, the other one says what is a date.
func readRows(book *excelize.File, name, title string) (Sheet, error) {
	raw, err := book.Rows(title)
	if err != nil {
		return Sheet{}, damaged(name, err)
	}
	shown, err := book.Rows(title)
	if err != nil {
		return Sheet{}, damaged(name, errors.Join(err, raw.Close()))
	}
	epoch1904 := false
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		epoch1904 = *props.Date1904
	}
	c := collector{name: name}
	line := 0
	var refused error
	for raw.Next() && shown.Next() {
		line++
		rawRow, rawErr := raw.Columns(excelize.Options{RawCellValue: true})
		shownRow, shownErr := shown.Columns()
		if err := errors.Join(rawErr, shownErr); err != nil {
			refused = damaged(name, err)
			break
		}
		for i := range rawRow {
			if i < len(shownRow) {
				rawRow[i] = cellText(rawRow[i], shownRow[i], epoch1904)
			}
		}
		if refused = c.add(rawRow, line); refused != nil {
			break
		}
	}
	if err := errors.Join(raw.Error(), shown.Error(), raw.Close(), shown.Close()); err != nil && refused == nil {
		refused = damaged(name, err)
	}
	if refused != nil {
		return Sheet{}, refused
	}
	return c.sheet()
}

var (
	number    = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d+)?$`)
	dateShown = regexp.MustCompile(`^\D{0,12}\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}([ T]+\d.*)?$`)
	monthName = regexp.MustCompile(`(^|[^a-z])(jan|fev|feb|mar|avr|apr|mai|may|juin|jun|juil|jul|aou|aug|sep|oct|nov|dec)`)
)

// cellText returns the text of a cell: a date as "2026-11-21", or with its hour
// as "2026-11-21 14:05:00"; a number with a point and all its digits, unless it
// is shown with zeros in front, as a postal code; anything else as it is.
func cellText(raw, shown string, epoch1904 bool) string {
	if raw == shown || !number.MatchString(raw) {
		return raw
	}
	if isDate(shown) {
		if text, ok := dateText(raw, epoch1904); ok {
			return text
		}
	}
	if strings.HasPrefix(shown, "0") && strings.TrimLeft(shown, "0") == raw {
		return shown
	}
	return plainNumber(raw)
}

func isDate(shown string) bool {
	return dateShown.MatchString(shown) ||
		(strings.ContainsAny(shown, "0123456789") && monthName.MatchString(i18n.Fold(shown)))
}

// dateText turns the days that Excel counts into a date.
func dateText(raw string, epoch1904 bool) (string, bool) {
	days, err := strconv.ParseFloat(raw, 64)
	if err != nil || days < 1 || days > 2_958_465 { // 31 December 9999
		return "", false
	}
	t, err := excelize.ExcelDateToTime(days, epoch1904)
	if err != nil {
		return "", false
	}
	t = t.Round(time.Second)
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format("2006-01-02"), true
	}
	return t.Format("2006-01-02 15:04:05"), true
}

// plainNumber writes a number without exponent and with the fifteen digits that
// Excel holds: its files say 0.30000000000000004 where it shows 0.3.
func plainNumber(raw string) string {
	if len(raw) <= 15 && !strings.ContainsAny(raw, "eE") {
		return raw
	}
	v, err := strconv.ParseFloat(raw, 64) // only its text is kept: nothing is computed
	if err != nil {
		return raw
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 14, 64), 64)
	if err != nil {
		return raw
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

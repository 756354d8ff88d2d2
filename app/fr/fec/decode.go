package fec

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"zafe/app/civil"
	"zafe/app/money"
)

// Format is how a file is written.
type Format struct {
	Charset   string `json:"charset"` // "UTF-8", "ISO-8859-15" or "Windows-1252"
	BOM       bool   `json:"bom"`
	Separator string `json:"separator"` // "\t" or "|"
	Extra     int    `json:"extra"`     // columns beyond the eighteen, left aside
}

// Decode reads a file and calls fn for each line that is well formed; what is not goes to problems.
// The row is reused from one call to the next. It returns false when nothing could be read at all.
//
// Problems: fec.empty_file, fec.charset, fec.separator, fec.header, fec.fields, fec.blank_line,
// fec.missing, fec.date, fec.amount, fec.amount_point, fec.direction; as warnings fec.bom,
// fec.header_case, fec.extra_columns.
func Decode(data []byte, ps *Problems, fn func(*Row)) (Format, bool) {
	text, f, ok := decodeText(data, ps)
	if !ok {
		return f, false
	}
	lines := newLines(text)
	header, ok := lines.next()
	if !ok || strings.TrimSpace(header) == "" {
		ps.Add(false, 1, "", "fec.empty_file")
		return f, false
	}
	f.Separator = "|"
	if strings.Count(header, "\t") >= 8 {
		f.Separator = "\t"
	}
	d := decoder{sep: f.Separator[0], ps: ps}
	if !d.header(header, &f) {
		return f, false
	}
	for number, blank := 2, 0; ; number++ {
		line, ok := lines.next()
		if !ok {
			return f, true
		}
		if strings.TrimSpace(line) == "" {
			blank++
			continue
		}
		for ; blank > 0; blank-- { // blank lines count only when something follows
			ps.Add(false, number-blank, "", "fec.blank_line")
		}
		if d.row(number, line) {
			fn(&d.out)
		}
	}
}

func decodeText(data []byte, ps *Problems) (string, Format, bool) {
	f := Format{Charset: "UTF-8"}
	if rest, bom := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); bom {
		f.BOM, data = true, rest
		ps.Add(true, 1, "", "fec.bom")
	}
	switch {
	case len(data) == 0:
		ps.Add(false, 1, "", "fec.empty_file")
		return "", f, false
	case bytes.IndexByte(data, 0) >= 0:
		ps.Add(false, 1, "", "fec.charset")
		return "", f, false
	case utf8.Valid(data):
		return string(data), f, true
	}
	charset := charmap.ISO8859_15
	f.Charset = "ISO-8859-15"
	if hasC1(data) {
		charset, f.Charset = charmap.Windows1252, "Windows-1252"
	}
	out, err := charset.NewDecoder().Bytes(data)
	if err != nil {
		ps.Add(false, 1, "", "fec.charset")
		return "", f, false
	}
	return string(out), f, true
}

// hasC1 tells whether a text has bytes that no ISO-8859 text has, which Windows writes as quotes.
func hasC1(data []byte) bool {
	for _, b := range data {
		if b >= 0x80 && b < 0xa0 {
			return true
		}
	}
	return false
}

// lines cuts a text at CR LF, LF, or CR when there is no LF at all.
type lines struct {
	rest string
	end  byte
}

func newLines(text string) *lines {
	if strings.IndexByte(text, '\n') < 0 {
		return &lines{text, '\r'}
	}
	return &lines{text, '\n'}
}

func (l *lines) next() (string, bool) {
	if l.rest == "" {
		return "", false
	}
	i := strings.IndexByte(l.rest, l.end)
	line := l.rest
	if i < 0 {
		l.rest = ""
	} else {
		line, l.rest = l.rest[:i], l.rest[i+1:]
	}
	return strings.TrimSuffix(line, "\r"), true
}

type decoder struct {
	sep      byte
	ps       *Problems
	width    int
	trailing bool  // a separator ends each line
	at       []int // for each field of the file, its column, or -1
	signed   bool  // Montant and Sens stand for Debit and Credit
	cells    [columnCount]string
	out      Row
}

// header places the columns. Names are matched without regard to case, spaces and accents.
func (d *decoder) header(line string, f *Format) bool {
	names := strings.Split(line, string(d.sep))
	if len(names) > 1 && strings.TrimSpace(names[len(names)-1]) == "" {
		names, d.trailing = names[:len(names)-1], true
	}
	if len(names) < columnCount {
		d.ps.Add(false, 1, "", "fec.separator", "columns", len(names), "want", columnCount)
		return false
	}
	d.width = len(names)
	seen := [columnCount]bool{}
	exact := true
	for i, name := range names {
		col := columnOf(name)
		d.at = append(d.at, col)
		if col < 0 {
			f.Extra++
			continue
		}
		exact = exact && i < columnCount && name == columns[i]
		d.signed = d.signed || fold(name) == "montant"
		seen[col] = true
	}
	whole := true
	for col, ok := range seen {
		if !ok {
			d.ps.Add(false, 1, columns[col], "fec.header", "column", columns[col])
			whole = false
		}
	}
	if whole && !exact {
		d.ps.Add(true, 1, "", "fec.header_case")
	}
	if whole && f.Extra > 0 {
		d.ps.Add(true, 1, "", "fec.extra_columns", "count", f.Extra)
	}
	return whole
}

func columnOf(name string) int {
	switch n := fold(name); n {
	case "montant":
		return colDebit
	case "sens":
		return colCredit
	default:
		for i, c := range columns {
			if strings.EqualFold(n, c) {
				return i
			}
		}
	}
	return -1
}

var unaccent = strings.NewReplacer(
	"é", "e", "è", "e", "ê", "e", "É", "e", "î", "i", " ", "", "_", "", "\u00a0", "",
)

func fold(s string) string { return strings.ToLower(unaccent.Replace(s)) }

// row reads one line into d.out and tells whether it is well formed.
func (d *decoder) row(number int, line string) bool {
	n, rest := 0, line
	for {
		i := strings.IndexByte(rest, d.sep)
		cell := rest
		if i >= 0 {
			cell = rest[:i]
		}
		if n < d.width && d.at[n] >= 0 {
			d.cells[d.at[n]] = cell
		}
		n++
		if i < 0 {
			break
		}
		rest = rest[i+1:]
	}
	if n != d.width && !(d.trailing && n == d.width+1 && rest == "") {
		d.ps.Add(false, number, "", "fec.fields", "have", n, "want", d.width)
		return false
	}
	before := d.ps.Errors
	c := &d.cells
	d.out = Row{
		Line: number, Journal: c[colJournal], JournalTitle: c[colJournalTitle], Num: c[colNum],
		Account: strings.TrimSpace(c[colAccount]), AccountTitle: c[colAccountTitle], Aux: c[colAux],
		AuxTitle: c[colAuxTitle], Ref: c[colRef], Label: c[colLabel], Match: c[colMatch],
		Currency: strings.TrimSpace(c[colCurrency]),
	}
	if strings.TrimSpace(d.out.Match) == "" {
		d.out.Match = ""
	}
	for _, col := range mandatory {
		if strings.TrimSpace(c[col]) == "" {
			d.ps.Add(false, number, columns[col], "fec.missing")
		}
	}
	d.out.Date = d.date(number, colDate)
	d.out.RefDate = d.date(number, colRefDate)
	d.out.MatchDate = d.date(number, colMatchDate)
	d.out.ValidDate = d.date(number, colValidDate)
	d.out.Debit = d.amount(number, colDebit)
	if d.signed {
		d.direction(number)
	} else {
		d.out.Credit = d.amount(number, colCredit)
	}
	d.out.CurrencyAmount = d.amount(number, colCurrencyAmount)
	d.out.HasCurrency = strings.TrimSpace(c[colCurrencyAmount]) != ""
	return d.ps.Errors == before
}

// mandatory are the columns that may not be empty, amounts apart: an empty amount is zero.
var mandatory = []int{
	colJournal, colJournalTitle, colNum, colDate, colAccount, colAccountTitle, colRef, colRefDate, colLabel,
	colValidDate,
}

func (d *decoder) date(line, col int) civil.Date {
	s := strings.TrimSpace(d.cells[col])
	if s == "" {
		return civil.Date{}
	}
	v, ok := parseDate(s)
	if !ok {
		d.ps.Add(false, line, columns[col], "fec.date", "text", cut(s))
	}
	return v
}

// parseDate reads YYYYMMDD.
func parseDate(s string) (civil.Date, bool) {
	if len(s) != 8 {
		return civil.Date{}, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return civil.Date{}, false
		}
		n = n*10 + int(s[i]-'0')
	}
	v := civil.Date{Year: n / 10000, Month: time.Month(n / 100 % 100), Day: n % 100}
	if v.Year < 1900 || v.Year > 2199 || v.Month < 1 || v.Month > 12 || v.Day < 1 || v.Day > 28 && !v.Valid() {
		return civil.Date{}, false
	}
	return v, true
}

func (d *decoder) amount(line, col int) money.Amount {
	s := strings.TrimSpace(d.cells[col])
	v, ok := parseAmount(s)
	switch {
	case ok:
	case strings.Contains(s, "."):
		d.ps.Add(false, line, columns[col], "fec.amount_point", "text", cut(s))
	default:
		d.ps.Add(false, line, columns[col], "fec.amount", "text", cut(s))
	}
	return v
}

// parseAmount reads an amount of the file: comma, no thousands apart, sign first or last, two
// decimals at most; nothing at all is zero.
func parseAmount(s string) (money.Amount, bool) {
	if s == "" {
		return 0, true
	}
	negative := false
	switch last := len(s) - 1; {
	case s[0] == '-' || s[0] == '+':
		negative, s = s[0] == '-', s[1:]
	case s[last] == '-' || s[last] == '+':
		negative, s = s[last] == '-', s[:last]
	}
	var v money.Amount
	decimals, digits := -1, 0
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9' && decimals < 2:
			v = v*10 + money.Amount(b-'0')
			if digits++; decimals >= 0 {
				decimals++
			}
		case b == '0' && decimals >= 2:
		case b == ',' && decimals < 0 && digits > 0:
			decimals = 0
		default:
			return 0, false
		}
		if v > money.AmountMax {
			return 0, false
		}
	}
	if digits == 0 {
		return 0, false
	}
	for decimals = max(decimals, 0); decimals < 2; decimals++ {
		v *= 10
	}
	if negative {
		v = -v
	}
	return v, v.Valid()
}

// direction moves the amount to the side that the column Sens tells.
func (d *decoder) direction(line int) {
	switch s := strings.ToUpper(strings.TrimSpace(d.cells[colCredit])); s {
	case "D", "+1", "1":
	case "C", "-1":
		d.out.Debit, d.out.Credit = 0, d.out.Debit
	default:
		d.ps.Add(false, line, "Sens", "fec.direction", "text", cut(s))
	}
}

// cut keeps the start of a text that is too long to be repeated.
func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

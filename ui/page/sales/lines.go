package sales

import (
	"slices"
	"strings"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/money"
	"zafe/app/tax"
	"zafe/ui/kit/edit"
)

// The columns of the lines of a document.
const (
	colText = iota
	colQuantity
	colUnit
	colPrice
	colDiscount
	colVAT
	colNet
)

// lines is the model behind the grid of a draft's lines. An empty line always waits at the end.
type lines struct {
	text *i18n.Printer
	rows []billing.Line
	bad  map[[2]int]bool // cells that a check or a fault names

	rates []fr.VATRate    // that may be proposed, the normal one first
	free  tax.Exemption   // that all lines have, whatever is typed
	ask   func(string)    // asks for the articles that a text may mean
	found []catalog.Item  // the answer to asked
	asked string          // the text found answers to
	taken map[string]bool // texts asked for and not answered yet
}

var (
	_ edit.Model      = (*lines)(nil)
	_ edit.Deleter    = (*lines)(nil)
	_ edit.Duplicator = (*lines)(nil)
)

// Rows implements edit.Model.
func (m *lines) Rows() int { return min(len(m.rows)+1, billing.LinesMax) }

func (m *lines) line(row int) (billing.Line, bool) {
	if row < 0 || row >= len(m.rows) {
		return billing.Line{Kind: billing.ItemLine}, false
	}
	return m.rows[row], true
}

// Get implements edit.Model.
func (m *lines) Get(row, col int) string {
	l, ok := m.line(row)
	if !ok {
		return ""
	}
	if col == colText {
		first, _, _ := strings.Cut(l.Description, "\n")
		if first == "" && l.Kind == billing.SubtotalLine {
			return m.text.T("sales_ui.line.subtotal", nil)
		}
		return first
	}
	if col == colNet && l.Kind != billing.TextLine && l.Kind != billing.HeadingLine {
		return m.text.AmountBare(l.Net)
	}
	if l.Kind != billing.ItemLine {
		return ""
	}
	switch col {
	case colQuantity:
		return m.text.Quantity(l.Quantity)
	case colUnit:
		return unitName(l.Unit)
	case colPrice:
		return m.text.UnitPriceBare(l.UnitPrice)
	case colDiscount:
		if l.Discount != 0 {
			return m.text.Rate(l.Discount)
		}
	case colVAT:
		return vatText(m.text, l)
	}
	return ""
}

// vatText is the rate of a line, or in a word why it has none.
func vatText(p *i18n.Printer, l billing.Line) string {
	if l.Exemption != tax.None {
		return p.T("tax.category."+string(tax.CategoryOf(l.Exemption)), nil)
	}
	return p.Rate(l.VATRate)
}

func unitName(code string) string {
	if u, ok := fr.UnitOf(code); ok {
		return u.Abbreviation
	}
	return code
}

// Set implements edit.Model.
func (m *lines) Set(row, col int, text string) error {
	text = strings.TrimSpace(text)
	if row >= len(m.rows) {
		if text == "" {
			return nil
		}
		m.rows = append(m.rows, m.fresh())
		row = len(m.rows) - 1
	}
	l := m.rows[row]
	if err := m.put(&l, col, text); err != nil {
		if m.rows[row].Description == "" && m.rows[row].UnitPrice == 0 && row == len(m.rows)-1 {
			m.rows = m.rows[:row]
		}
		return err
	}
	m.rows[row] = l
	delete(m.bad, [2]int{row, col})
	return nil
}

// fresh is a line as it starts: one unit of the nature and at the rate of the line above.
func (m *lines) fresh() billing.Line {
	l := billing.Line{Kind: billing.ItemLine, Quantity: money.Unit, Unit: "C62", Exemption: m.free}
	for _, above := range slices.Backward(m.rows) {
		if above.Kind == billing.ItemLine {
			l.VATRate, l.Exemption, l.Nature, l.Account = above.VATRate, above.Exemption, above.Nature, above.Account
			return l
		}
	}
	if m.free == tax.None && len(m.rates) > 0 {
		l.VATRate = m.rates[0].Rate
	}
	return l
}

func (m *lines) put(l *billing.Line, col int, text string) (err error) {
	if l.Kind != billing.ItemLine && col != colText {
		return nil
	}
	switch col {
	case colText:
		m.describe(l, text)
	case colQuantity:
		l.Quantity, err = parsed(text, money.ParseQuantity)
	case colUnit:
		l.Unit, err = parseUnit(text)
	case colPrice:
		l.UnitPrice, err = parsed(text, money.ParseUnitPrice)
	case colDiscount:
		l.Discount, err = parsed(text, money.ParseRate)
		if err == nil && (l.Discount < 0 || l.Discount > money.WholePct) {
			err = fault.Field("discount", "billing.discount_wrong")
		}
	case colVAT:
		err = m.putVAT(l, text)
	}
	return err
}

// parsed reads a figure; nothing is zero.
func parsed[N ~int64](text string, parse func(string) (N, error)) (N, error) {
	if text == "" {
		return 0, nil
	}
	return parse(text)
}

// describe takes the first line of the description. The label or the code of an article that was
// proposed brings the whole article.
func (m *lines) describe(l *billing.Line, text string) {
	for _, item := range m.found {
		if i18n.Fold(text) == i18n.Fold(item.Label) || strings.EqualFold(text, item.Code) {
			m.fill(l, item)
			return
		}
	}
	_, rest, more := strings.Cut(l.Description, "\n")
	l.Description = text
	if more {
		l.Description += "\n" + rest
	}
}

// fill copies an article into a line; what the person already typed there gives way.
func (m *lines) fill(l *billing.Line, item catalog.Item) {
	if l.Item == item.ID {
		return
	}
	l.Item, l.Code, l.Description = item.ID, item.Code, item.Label
	if item.Description != "" {
		l.Description += "\n" + item.Description
	}
	l.Unit, l.UnitPrice, l.Nature, l.Account = item.Unit, item.Price, tax.Nature(item.Nature), item.SalesAccount
	if m.free == tax.None {
		l.VATRate, l.Exemption = item.VATRate, tax.None
	}
}

// parseUnit reads a unit by its abbreviation, its name or its code.
func parseUnit(text string) (string, error) {
	if text == "" {
		return "C62", nil
	}
	want := i18n.Fold(text)
	for _, u := range fr.Units() {
		for _, name := range []string{u.Abbreviation, u.Singular, u.Plural, u.Code} {
			if i18n.Fold(name) == want {
				return u.Code, nil
			}
		}
	}
	return "", fault.Field("unit", "billing.unit_wrong")
}

// putVAT reads a rate, or the reason for which there is none.
func (m *lines) putVAT(l *billing.Line, text string) error {
	for _, x := range tax.Choices() {
		if text == m.text.T("tax.exemption."+string(x), nil) {
			l.Exemption, l.VATRate = x, 0
			return nil
		}
	}
	if text == vatText(m.text, *l) {
		return nil
	}
	rate, err := parsed(text, money.ParseRate)
	if err != nil {
		return fault.Field("vat_rate", "sales_ui.vat_unknown")
	}
	l.VATRate, l.Exemption = rate, tax.None
	return nil
}

// Prefill implements edit.Model: new lines are whole from the start, nothing is left to propose.
func (m *lines) Prefill(int, int) string { return "" }

// Next implements edit.Model. Leaving an empty description leaves the grid.
func (m *lines) Next(row, col int) (int, int, bool) {
	l, ok := m.line(row)
	switch {
	case !ok:
		return row, col, false
	case l.Kind != billing.ItemLine || col >= colVAT:
		return min(row+1, m.Rows()-1), colText, true
	default:
		return row, col + 1, true
	}
}

// Mark implements edit.Model.
func (m *lines) Mark(row, col int) edit.Mark {
	l, _ := m.line(row)
	switch {
	case m.bad[[2]int{row, col}]:
		return edit.Bad
	case col == colNet:
		return edit.Result
	case l.Kind == billing.SubtotalLine, l.Kind != billing.ItemLine && col != colText:
		return edit.ReadOnly
	case l.Kind == billing.HeadingLine:
		return edit.Strong
	case l.Kind == billing.TextLine:
		return edit.Muted
	case col == colVAT && m.free != tax.None:
		return edit.ReadOnly
	}
	return edit.Plain
}

// Delete implements edit.Deleter.
func (m *lines) Delete(row int) error {
	if row < len(m.rows) {
		m.rows = append(m.rows[:row:row], m.rows[row+1:]...)
		m.bad = nil
	}
	return nil
}

// Duplicate implements edit.Duplicator.
func (m *lines) Duplicate(row int) error {
	if row == 0 || row > len(m.rows) || len(m.rows) >= billing.LinesMax {
		return nil
	}
	m.insert(row, m.rows[row-1])
	return nil
}

// insert puts a line before a row.
func (m *lines) insert(row int, l billing.Line) {
	row = min(row, len(m.rows))
	m.rows = append(m.rows[:row:row], append([]billing.Line{l}, m.rows[row:]...)...)
	m.bad = nil
}

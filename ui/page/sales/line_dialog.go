package sales

import (
	"zafe/app/billing"
	"zafe/app/tax"
	"zafe/ui/kit"
)

// editLine shows all of the line under the caret: what kind it is, the whole description, and what
// decides its tax and its account.
func (f *form) editLine() {
	if !f.grid.Commit() {
		return
	}
	row, _ := f.grid.Cell()
	l, ok := f.lines.line(row)
	if !ok {
		l = f.lines.fresh()
	}
	e := f.env
	words := func(prefix string, keys ...string) []kit.Option {
		var out []kit.Option
		for _, k := range keys {
			out = append(out, kit.Option{Key: k, Text: e.T(prefix + k)})
		}
		return out
	}
	kind := kit.NewSelect(words("sales_ui.line.kind.", string(billing.ItemLine), string(billing.HeadingLine),
		string(billing.TextLine), string(billing.SubtotalLine)), nil)
	kind.SetKey(string(l.Kind))
	text := kit.NewTextArea("", 5)
	text.SetText(l.Description)
	nature := kit.NewSelect(words("tax.nature.", string(tax.Goods), string(tax.Services)), nil)
	nature.SetKey(string(l.Nature))
	why := []kit.Option{{Key: "", Text: e.T("sales_ui.line.taxed")}}
	for _, x := range tax.Choices() {
		why = append(why, kit.Option{Key: string(x), Text: e.T("tax.exemption." + string(x))})
	}
	exemption := kit.NewSelect(why, nil)
	exemption.SetKey(string(l.Exemption))
	account := kit.NewLineEdit("706000")
	account.SetText(l.Account)
	account.MaxLength = 20
	amounts := kit.VBox(12, kit.Cols(14, nil, kit.NewField(e.T("sales_ui.line.nature"), nature),
		kit.NewField(e.T("sales_ui.line.account"), account)), kit.NewField(e.T("sales_ui.line.exemption"), exemption))
	if f.lines.free != tax.None || f.kind == billing.CreditNote {
		exemption.Disable()
	}
	if f.kind == billing.CreditNote {
		kind.Disable()
		nature.Disable()
		account.Disable()
	}
	var m *kit.Modal
	shown := func(key string) {
		amounts.Hidden = key != string(billing.ItemLine)
		amounts.Refresh()
		if m != nil {
			m.Resize()
		}
	}
	shown(kind.Key())
	kind.OnChanged = shown
	apply := func() {
		m.Close()
		l.Kind, l.Description = billing.LineKind(kind.Key()), text.Text()
		if l.Kind != billing.ItemLine {
			l = billing.Line{Kind: l.Kind, Description: l.Description}
		} else {
			if n := tax.Nature(nature.Key()); n != l.Nature && account.Text() == l.Account {
				account.SetText("") // the usual account of the other nature
			}
			l.Nature, l.Account = tax.Nature(nature.Key()), account.Text()
			if x := tax.Exemption(exemption.Key()); x != l.Exemption {
				l.Exemption, l.VATRate = x, f.lines.fresh().VATRate
				if x != tax.None {
					l.VATRate = 0
				}
			}
		}
		f.putLine(row, l)
	}
	m = kit.NewModal(e.T("sales_ui.line.title", "line", row+1), 560, kit.VBox(12,
		kit.NewField(e.T("sales_ui.line.kind"), kind), kit.NewField(e.T("sales_ui.line.text"), text), amounts),
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }),
		kit.NewButton(e.T("sales_ui.line.apply"), "check", kit.Primary, apply))
	m.Show(e.Window)
	text.Focus()
}

// putLine replaces a line, or adds it when the row is the empty one.
func (f *form) putLine(row int, l billing.Line) {
	if row >= len(f.lines.rows) {
		f.lines.rows = append(f.lines.rows, l)
	} else {
		f.lines.rows[row] = l
	}
	f.grid.Goto(row, colText)
	f.grid.Focus()
	f.changed()
}

package sales

import (
	"zafe/app/billing"
	"zafe/app/tax"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// lineDialog shows all of a line: what kind it is, the whole description, and what decides its tax
// and its account.
type lineDialog struct {
	form      *form
	row       int
	line      billing.Line
	modal     *kit.Modal
	kind      *kit.Select
	text      *kit.TextArea
	nature    *kit.Select
	account   *kit.LineEdit
	exemption *kit.Select
}

// editLine opens the line under the caret.
func (f *form) editLine() {
	if f.env.Still() {
		f.env.Shell.Toast(kit.Warn, page.Shut(f.env))
		return
	}
	if !f.grid.Commit() {
		return
	}
	row, _ := f.grid.Cell()
	l, ok := f.lines.line(row)
	if !ok {
		l = f.lines.fresh()
	}
	d := &lineDialog{form: f, row: row, line: l}
	d.fields()
	d.show()
}

// named makes options of keys whose names are messages.
func named(e *page.Env, prefix string, keys ...string) []kit.Option {
	var out []kit.Option
	for _, k := range keys {
		out = append(out, kit.Option{Key: k, Text: e.T(prefix + k)})
	}
	return out
}

func (d *lineDialog) fields() {
	f, e, l := d.form, d.form.env, d.line
	d.kind = kit.NewSelect(named(e, "sales_ui.line.kind.", string(billing.ItemLine), string(billing.HeadingLine),
		string(billing.TextLine), string(billing.SubtotalLine)), nil)
	d.kind.SetKey(string(l.Kind))
	d.text = kit.NewTextArea("", 5)
	d.text.SetText(l.Description)
	d.nature = kit.NewSelect(named(e, "tax.nature.", string(tax.Goods), string(tax.Services)), nil)
	d.nature.SetKey(string(l.Nature))
	why := []kit.Option{{Key: "", Text: e.T("sales_ui.line.taxed")}}
	for _, x := range tax.Choices() {
		why = append(why, kit.Option{Key: string(x), Text: e.T("tax.exemption." + string(x))})
	}
	if f.lines.free != tax.None {
		why = named(e, "tax.exemption.", string(f.lines.free))
	}
	d.exemption = kit.NewSelect(why, nil)
	d.exemption.SetKey(string(l.Exemption))
	d.account = kit.NewLineEdit("706000")
	d.account.SetText(l.Account)
	d.account.MaxLength = 20
	if f.lines.free != tax.None {
		d.exemption.Disable()
	}
	if f.kind == billing.CreditNote { // it has all this of its invoice
		d.kind.Disable()
		d.nature.Disable()
		d.account.Disable()
		d.exemption.Disable()
	}
}

func (d *lineDialog) show() {
	e := d.form.env
	amounts := kit.VBox(12,
		kit.Cols(14, nil, kit.NewField(e.T("sales_ui.line.nature"), d.nature),
			kit.NewField(e.T("sales_ui.line.account"), d.account)),
		kit.NewField(e.T("sales_ui.line.exemption"), d.exemption))
	amounts.Hidden = d.line.Kind != billing.ItemLine
	d.kind.OnChanged = func(key string) {
		amounts.Hidden = key != string(billing.ItemLine)
		amounts.Refresh()
		d.modal.Resize()
	}
	d.modal = kit.NewModal(e.T("sales_ui.line.title", "line", d.row+1), 560, kit.VBox(12,
		kit.NewField(e.T("sales_ui.line.kind"), d.kind), kit.NewField(e.T("sales_ui.line.text"), d.text), amounts),
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { d.modal.Close() }),
		kit.NewButton(e.T("sales_ui.line.apply"), "check", kit.Primary, d.apply))
	d.modal.Show(e.Window)
	d.text.Focus()
}

// apply puts what was chosen in the line.
func (d *lineDialog) apply() {
	d.modal.Close()
	l := d.line
	l.Kind, l.Description = billing.LineKind(d.kind.Key()), d.text.Text()
	if l.Kind != billing.ItemLine {
		d.form.putLine(d.row, billing.Line{Kind: l.Kind, Description: l.Description})
		return
	}
	if d.line.Kind != billing.ItemLine {
		fresh := d.form.lines.fresh()
		fresh.Description = l.Description
		l = fresh
	}
	nature, account := tax.Nature(d.nature.Key()), d.account.Text()
	if nature != l.Nature && account == l.Account {
		account = "" // the usual account of the other nature
	}
	l.Nature, l.Account = nature, account
	if x := tax.Exemption(d.exemption.Key()); x != l.Exemption {
		l.Exemption, l.VATRate = x, 0
		if x == tax.None && len(d.form.lines.rates) > 0 {
			l.VATRate = d.form.lines.rates[0].Rate
		}
	}
	d.form.putLine(d.row, l)
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

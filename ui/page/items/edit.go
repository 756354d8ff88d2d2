package items

import (
	"fyne.io/fyne/v2"

	"zafe/app/catalog"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/money"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/merge"
	"zafe/ui/theme"
)

// editor is the dialog of one item.
type editor struct {
	*list
	was    catalog.Item // as the book has it, zero for a new one
	edits  map[string]*kit.LineEdit
	fields map[string]*kit.Field
	unit   *kit.Select
	nature *kit.Choice
	banner *fyne.Container // that somebody else changed the item
	modal  *kit.Modal
}

// edit creates or changes an item.
func (l *list) edit(it catalog.Item) {
	e := l.env
	may := e.Types(catalog.Save.Spec)
	d := &editor{list: l, edits: map[string]*kit.LineEdit{}, fields: map[string]*kit.Field{}, banner: kit.VBox(0)}
	d.banner.Hide()
	body := d.body()
	if !may {
		kit.Still(body)
	}
	d.show(it)
	save := func() { page.Writable(e, d.save) }
	buttons := []fyne.CanvasObject{kit.NewButton(e.T("common.close"), "", kit.Secondary, func() { d.modal.Close() })}
	if it.ID != 0 && e.Can(catalog.Archive.Spec) {
		buttons = append(buttons, d.archive(it))
	}
	title := e.T("items.new")
	if it.ID != 0 {
		title = it.Label
	}
	if e.Can(catalog.Save.Spec) {
		buttons = append(buttons, kit.NewButton(e.T("common.save"), "floppy-disk", kit.Primary, save))
	}
	for _, b := range buttons[1:] {
		page.Hush(e, body, b.(*kit.Button))
	}
	d.modal = kit.NewModal(title, 620, body, buttons...)
	if may {
		d.modal.OnEnter(save)
	}
	d.modal.OnClosed = func() { l.open = nil }
	l.open = d
	d.modal.Show(e.Window)
	d.modal.Focus(d.edits["label"])
}

// body makes the boxes.
func (d *editor) body() fyne.CanvasObject {
	e := d.env
	text := func(key string) *kit.Field {
		d.edits[key] = kit.NewLineEdit("")
		d.fields[key] = kit.NewField(e.T("items."+key), d.edits[key])
		return d.fields[key]
	}
	var units []kit.Option
	for _, u := range fr.Units() {
		units = append(units, kit.Option{Key: u.Code, Text: u.Singular, Detail: u.Abbreviation})
	}
	d.unit = kit.NewSelect(units, nil)
	d.nature = kit.NewSegmented([]kit.Option{
		{Key: string(catalog.Goods), Text: e.T("items.nature.goods")},
		{Key: string(catalog.Services), Text: e.T("items.nature.services")},
	}, func(key string) {
		if a := d.edits["sales_account"]; a.Text() == "707000" || a.Text() == "706000" {
			a.SetText(map[string]string{string(catalog.Goods): "707000", string(catalog.Services): "706000"}[key])
		}
	})
	d.fields["unit"] = kit.NewField(e.T("items.unit"), d.unit)
	return kit.VBox(theme.GapField, d.banner,
		kit.FormGrid(2, text("label").Required(), text("code").Hint(e.T("items.code_hint"))),
		text("description"), kit.HBox(8, d.nature, kit.Spacer()),
		kit.FormGrid(2, text("price").Required(), d.fields["unit"], text("vat_rate").Required(), text("sales_account")))
}

// show puts an item in the boxes.
func (d *editor) show(it catalog.Item) {
	e := d.env
	d.was = it
	price := ""
	if it.ID != 0 {
		price = e.Text.UnitPriceBare(it.Price)
	}
	for key, value := range map[string]string{
		"label": it.Label, "code": it.Code, "description": it.Description, "price": price,
		"vat_rate": e.Text.RateBare(it.VATRate), "sales_account": it.SalesAccount,
	} {
		d.edits[key].SetText(value)
	}
	d.unit.SetKey(it.Unit)
	d.nature.SetKey(string(it.Nature))
}

func (d *editor) archive(it catalog.Item) fyne.CanvasObject {
	e := d.env
	o, text := catalog.Archive, e.T("items.archive")
	if it.Archived {
		o, text = catalog.Restore, e.T("items.restore")
	}
	return kit.NewButton(text, "archive", kit.Ghost, func() {
		page.Do(e, o, catalog.IDRequest{ID: it.ID}, func(catalog.Item) {
			d.modal.Close()
			d.rows.Reset()
		})
	})
}

// typed reads the boxes into an item; a figure that is none is shown at its box.
func (d *editor) typed() (it catalog.Item, good bool) {
	e := d.env
	it = d.was
	it.Label, it.Code, it.Description = d.edits["label"].Text(), d.edits["code"].Text(), d.edits["description"].Text()
	it.SalesAccount, it.Unit = d.edits["sales_account"].Text(), d.unit.Key()
	it.Nature = catalog.Nature(d.nature.Key())
	var priceErr, rateErr error
	if it.Price, priceErr = money.ParseUnitPrice(d.edits["price"].Text()); d.edits["price"].Text() == "" {
		d.fields["price"].SetError(e.T("items.price_missing"))
	} else if priceErr != nil {
		d.fields["price"].SetError(e.Text.Fault(fault.Of(priceErr)))
	}
	if it.VATRate, rateErr = money.ParseRate(d.edits["vat_rate"].Text()); rateErr != nil {
		d.fields["vat_rate"].SetError(e.Text.Fault(fault.Of(rateErr)))
	}
	return it, priceErr == nil && rateErr == nil
}

func (d *editor) save() {
	e := d.env
	for _, f := range d.fields {
		f.SetError("")
	}
	it, good := d.typed()
	if !good {
		return
	}
	page.Call(e, catalog.Save, it, func(_ catalog.Saved, err error) {
		if err != nil {
			f := fault.Of(err)
			switch {
			case d.fields[f.Field] != nil:
				d.fields[f.Field].SetError(e.Text.Fault(f))
			case f.Key == "catalog.changed_meanwhile":
				d.elsewhere()
			default:
				e.Shell.Fail(err)
			}
			return
		}
		d.modal.Close()
		e.Shell.Toast(kit.Ok, e.T("items.saved"))
		e.Shell.Changed("item")
		d.rows.Reset()
	})
}

// elsewhere settles what somebody else changed with what is typed.
func (d *editor) elsewhere() {
	if d.was.ID == 0 || !d.env.Can(catalog.Save.Spec) {
		return
	}
	page.Call(d.env, catalog.Get, catalog.IDRequest{ID: d.was.ID}, func(now catalog.Item, err error) {
		if err != nil || now.Version == d.was.Version {
			return
		}
		merge.Case[catalog.Item]{
			Env: d.env, Fields: d.shared(), Was: d.was, Mine: d.typed, Theirs: now,
			Who: now.UpdatedBy, At: now.UpdatedAt, Bar: func() *fyne.Container { return d.banner }, Moved: d.modal.Resize, Save: d.save, Show: d.show,
			Put: func(it catalog.Item) {
				d.show(it)
				d.was = now
			},
		}.Ask()
	})
}

// shared are the fields of the dialog.
func (d *editor) shared() []merge.Field[catalog.Item] {
	type f = merge.Field[catalog.Item]
	e := d.env
	return []f{
		merge.Plain(e.T("items.label"), func(i *catalog.Item) *string { return &i.Label }),
		merge.Plain(e.T("items.code"), func(i *catalog.Item) *string { return &i.Code }),
		merge.Plain(e.T("items.description"), func(i *catalog.Item) *string { return &i.Description }),
		{
			Name: e.T("items.column.nature"), Text: func(i catalog.Item) string { return e.T("items.nature." + string(i.Nature)) },
			Take: func(to *catalog.Item, from catalog.Item) { to.Nature = from.Nature },
		},
		{
			Name: e.T("items.price"), Text: func(i catalog.Item) string { return e.Text.UnitPrice(i.Price) },
			Take: func(to *catalog.Item, from catalog.Item) { to.Price = from.Price },
		},
		{Name: e.T("items.unit"), Text: func(i catalog.Item) string {
			u, _ := fr.UnitOf(i.Unit)
			return u.Singular
		}, Take: func(to *catalog.Item, from catalog.Item) { to.Unit = from.Unit }},
		{
			Name: e.T("items.column.vat"), Text: func(i catalog.Item) string { return e.Text.Rate(i.VATRate) },
			Take: func(to *catalog.Item, from catalog.Item) { to.VATRate = from.VATRate },
		},
		merge.Plain(e.T("items.sales_account"), func(i *catalog.Item) *string { return &i.SalesAccount }),
	}
}

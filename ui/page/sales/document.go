package sales

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"zafe/app/billing"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
)

// sheet is what a document page shows: the form of a draft or the view of a final document.
type sheet interface {
	object() fyne.CanvasObject
	commands() []kit.Command
	unsaved() bool
	refresh()
	online() // the book was lost, or is back
}

// document is the page of one document. It turns from form to view when the document is issued.
type document struct {
	env   *page.Env
	kind  billing.Kind
	id    billing.DocumentID
	from  company.Profile // the seller: terms and rates that are proposed
	sheet sheet
	files *attached.Panel // of a document that is shown, not written
	room  *fyne.Container
}

func newDocument(e *page.Env, k billing.Kind, r page.Route) *document {
	d := &document{env: e, kind: k, id: billing.DocumentID(r.ID), from: company.Default()}
	d.room = container.NewStack()
	d.room.Add(kit.NewPage(kit.NewHeader(e.T("sales_ui.new."+string(k)), ""), kit.Gap(1, 1)))
	d.seller(func() {
		if d.id != 0 {
			d.load()
			return
		}
		if !e.Can(saveOp(k).Spec) {
			d.missing(fault.New(fault.Forbidden, "op.forbidden"))
			return
		}
		c := billing.Card{}
		c.Kind, c.Status = k, billing.Draft
		c.Customer = customerArg(r.Arg)
		d.show(c)
	})
	return d
}

// seller reads what the company decides, then goes on; without it the defaults do.
func (d *document) seller(then func()) {
	if !d.env.Can(company.Get.Spec) {
		then()
		return
	}
	page.Call(d.env, company.Get, op.Empty{}, func(p company.Profile, err error) {
		if err == nil {
			d.from = p
		}
		then()
	})
}

// load reads the document and shows it.
func (d *document) load() {
	page.Call(d.env, billing.Get, billing.DocumentRequest{ID: d.id}, func(c billing.Card, err error) {
		if err != nil {
			d.env.Shell.Fail(err)
			if d.sheet == nil {
				d.missing(err)
			}
			return
		}
		d.show(c)
	})
}

// missing says why there is nothing to show.
func (d *document) missing(err error) {
	back := kit.NewButton(d.env.T("common.back"), "arrow-left", kit.Secondary, d.env.Shell.Back)
	d.put(kit.NewPage(kit.NewHeader(d.env.T("sales_ui.title."+string(d.kind)), ""),
		kit.NewEmpty("warning-circle", d.env.Text.Fault(err), d.env.Text.FaultHint(err), back)))
}

// show turns to the form or to the view.
func (d *document) show(c billing.Card) {
	d.kind, d.id = c.Kind, c.ID
	if f, ok := d.sheet.(*form); ok {
		f.leave()
	}
	if c.Final || c.ID != 0 && (!d.env.Can(saveOp(c.Kind).Spec) || slices.Contains(c.Lacks, saveOp(c.Kind).Needs)) {
		d.sheet = newView(d, c)
	} else {
		d.sheet = newForm(d, c.Document)
	}
	d.put(d.sheet.object())
}

func (d *document) put(o fyne.CanvasObject) {
	d.room.Objects = []fyne.CanvasObject{o}
	d.room.Refresh()
}

// changed tells the shell that documents changed.
func (d *document) changed() { d.env.Shell.Changed(string(d.kind)) }

// saveOp is the operation that saves drafts of a kind.
func saveOp(k billing.Kind) op.Op[billing.SaveRequest, billing.Document] {
	if k == billing.Quote {
		return billing.SaveQuote
	}
	return billing.SaveInvoice
}

// pdf opens the document in the system's viewer.
func (d *document) pdf(number string) {
	if number == "" {
		number = d.env.T("sales_ui.draft_file")
	}
	d.env.Shell.ShowDocument(number+".pdf", page.Fetch(d.env, billing.PDF, billing.PDFRequest{ID: d.id}))
}

// duplicate makes a new draft like this document and opens it.
func (d *document) duplicate() {
	page.Writable(d.env, func() {
		page.Do(d.env, billing.Duplicate, billing.DocumentRequest{ID: d.id}, func(n billing.Document) {
			d.changed()
			d.env.Shell.Toast(kit.Ok, d.env.T("sales_ui.duplicated"))
			d.env.Shell.Open(routeOf(n.Kind, n.ID))
		})
	})
}

// Object implements page.Page.
func (d *document) Object() fyne.CanvasObject { return d.room }

// Refresh implements page.Page.
func (d *document) Refresh() {
	if d.sheet != nil {
		d.sheet.refresh()
		return
	}
	if d.id != 0 {
		d.load()
	}
}

// SetOnline implements page.Linked.
func (d *document) SetOnline(bool) {
	if d.sheet != nil {
		d.sheet.online()
	}
	if d.files != nil {
		d.files.SetOnline(d.env.Shell.Online())
	}
}

// Drop implements page.Droppable.
func (d *document) Drop(paths []string) {
	switch s := d.sheet.(type) {
	case *view:
		s.tabs.SetKey("files")
		d.files.Drop(paths)
	case *form:
		s.files.Drop(paths)
	}
}

// Unsaved implements page.Page.
func (d *document) Unsaved() bool { return d.sheet != nil && d.sheet.unsaved() }

// Carry implements page.Carried.
func (d *document) Carry() page.Carry {
	if f, ok := d.sheet.(*form); ok && !f.blank() {
		return f.carry()
	}
	return nil
}

// Commands are the shortcuts of the page while it is shown. They follow the sheet: ask each time.
func (d *document) Commands() []kit.Command {
	run := func(key fyne.KeyName, mod fyne.KeyModifier) func() {
		return func() {
			for _, c := range d.sheet.commands() {
				if c.Key == key && c.Mod == mod {
					c.Run()
					return
				}
			}
		}
	}
	const ctrl = fyne.KeyModifierShortcutDefault
	var out []kit.Command
	for _, k := range []struct {
		key  fyne.KeyName
		mod  fyne.KeyModifier
		name string
	}{
		{fyne.KeyS, ctrl, "save"},
		{fyne.KeyP, ctrl, "pdf"},
		{fyne.KeyN, ctrl, "new"},
		{fyne.KeyF4, 0, "line"},
		{fyne.KeyF10, 0, "issue"},
		{fyne.KeyEscape, 0, "back"},
	} {
		out = append(out, kit.Command{
			Key: k.key, Mod: k.mod, Name: d.env.T("sales_ui.key." + k.name), Run: run(k.key, k.mod),
			Enabled: func() bool { return d.handles(k.key, k.mod) },
		})
	}
	return out
}

func (d *document) handles(key fyne.KeyName, mod fyne.KeyModifier) bool {
	if d.sheet == nil {
		return false
	}
	for _, c := range d.sheet.commands() {
		if c.Key == key && c.Mod == mod {
			return true
		}
	}
	return false
}

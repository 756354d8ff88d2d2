package past

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/file"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// invite says that a record can be chosen.
func (b *book) invite() {
	e := b.env
	b.put(kit.NewEmpty("list-checks", e.T("past.choose"), e.T("past.choose_hint"), nil))
}

func (b *book) put(o fyne.CanvasObject) {
	b.card.Objects = []fyne.CanvasObject{kit.NewCard("", o)}
	b.card.Refresh()
}

// record is what the card shows of a customer or an item.
type record struct {
	title, under string
	then, now    map[string]string // the fields as people read them; now is nil when it is gone
	differs      []string
	order        []string // of the fields
	label        func(field string) string
	take         *kit.Button         // nil for who may not
	print        *kit.Button         // nil for what is no paper
	note         fyne.CanvasObject   // what else is to be known, nil for nothing
	files        []fyne.CanvasObject // what was attached to it
	attachments  bool                // some of which the record of today has no more
}

// compare shows a record beside today's.
func (b *book) compare(r record) {
	e := b.env
	body := []fyne.CanvasObject{kit.VBox(0, kit.Sub(r.title), kit.Caption(r.under))}
	switch {
	case r.now == nil:
		body = append(body, kit.NewNotice(kit.Warn, e.T("past.gone"), e.T("past.gone_text")))
	case len(r.differs) == 0:
		said := "past.same_text"
		if r.attachments {
			said = "past.same_files"
		}
		body = append(body, kit.NewNotice(kit.Ok, e.T("past.same"), e.T(said)))
		r.take = nil
	default:
		body = append(body, kit.NewNotice(kit.Info, "", e.Text.N("past.differs", len(r.differs), nil)),
			kit.Cols(12, nil, kit.Caption(e.T("past.then")), kit.Caption(e.T("past.now"))))
	}
	if r.note != nil {
		body = append(body, r.note)
	}
	var same []fyne.CanvasObject
	for _, field := range r.order {
		switch {
		case slices.Contains(r.differs, field):
			body = append(body, pair(r.label(field), kit.Paragraph(dash(r.then[field])), kit.MutedParagraph(dash(r.now[field]))))
		case r.then[field] != "":
			same = append(same, pair(r.label(field), kit.Paragraph(r.then[field])))
		}
	}
	body = append(body, r.files...)
	if len(r.differs) > 0 && len(same) > 0 {
		body = append(body, kit.Pad(10, 0, 0, 0, kit.Caption(e.T("past.rest"))))
	}
	body = append(body, same...)
	content := fyne.CanvasObject(kit.NewScroll(kit.VBox(theme.GapField, body...)))
	foot := kit.HBox(8, kit.Spacer())
	if r.print != nil {
		foot.Add(r.print)
	}
	if r.take != nil {
		foot.Add(b.Lone(r.take))
	}
	if r.print != nil || r.take != nil {
		content = kit.VFill(theme.GapCard, 0, content, foot)
	}
	b.put(content)
}

// pair is a field with what it held, once or twice.
func pair(label string, values ...fyne.CanvasObject) fyne.CanvasObject {
	return kit.VBox(2, kit.Separator(), kit.Caption(label), kit.Cols(12, nil, values...))
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// label names a field in the words of its area, or in those of this page.
func (b *book) label(area string) func(string) string {
	return func(field string) string {
		if key := area + ".field." + field; b.env.Text.Has(key) {
			return b.env.T(key)
		}
		return b.env.T("past.field." + field)
	}
}

// taking asks before a record is taken back; text says what becomes of today's.
func (b *book) taking(what, text string, req past.TakeRequest, then func(past.TakeRequest)) *kit.Button {
	e := b.env
	title := e.T("past.take." + what)
	req.Point = b.state.Point.ID
	return kit.NewButton(title, "arrow-u-up-left", kit.Primary, func() {
		e.Shell.Confirm(title, text, e.T("past.take"), false, func() { then(req) })
	})
}

// replaced says what becomes of today's record of a version, 0 for none.
func (b *book) replaced(version int64) string {
	if version == 0 {
		return b.env.T("past.take_gone_text")
	}
	return b.env.T("past.take_text", "when", when(b.env.Text, b.state.Point.Made))
}

// customer compares one with today's.
func (b *book) customer(row party.Row) {
	page.Call(b.env, past.Customer, party.IDRequest{ID: row.ID}, func(c past.CustomerThen, err error) {
		if err != nil {
			b.failed(err)
			return
		}
		r := record{
			title: c.Then.Name, under: c.Then.Code, differs: c.Differs, order: customerFields, label: b.label("party"),
			then: b.customerTexts(c.Then),
		}
		version := int64(0)
		if c.Now != nil {
			r.now, version = b.customerTexts(*c.Now), c.Now.Version
		}
		if b.env.Can(party.Save.Spec) {
			req := past.TakeRequest{ID: int64(row.ID), Version: version}
			r.take = b.taking("customer", b.replaced(version), req, func(req past.TakeRequest) {
				page.Do(b.env, past.TakeCustomer, req, func(party.Saved) { b.taken("customer", row.Name) })
			})
		}
		b.attached(file.Subject{Kind: file.Customer, ID: int64(row.ID)}, func(files []fyne.CanvasObject, lacking bool) {
			r.files, r.attachments = files, lacking
			b.compare(r)
		})
	})
}

// item compares one with today's.
func (b *book) item(row catalog.Item) {
	page.Call(b.env, past.Item, catalog.IDRequest{ID: row.ID}, func(i past.ItemThen, err error) {
		if err != nil {
			b.failed(err)
			return
		}
		r := record{
			title: i.Then.Label, under: i.Then.Code, differs: i.Differs, order: itemFields, label: b.label("catalog"),
			then: b.itemTexts(i.Then),
		}
		version := int64(0)
		if i.Now != nil {
			r.now, version = b.itemTexts(*i.Now), i.Now.Version
		}
		if b.env.Can(catalog.Save.Spec) {
			req := past.TakeRequest{ID: int64(row.ID), Version: version}
			r.take = b.taking("item", b.replaced(version), req, func(req past.TakeRequest) {
				page.Do(b.env, past.TakeItem, req, func(catalog.Saved) { b.taken("item", row.Label) })
			})
		}
		b.compare(r)
	})
}

// taken says that a record is in the book of today again, and compares it once more.
func (b *book) taken(kind, name string) {
	b.env.Shell.Toast(kit.Ok, b.env.T("past.taken", "name", name))
	b.env.Shell.Changed(kind)
	b.Refresh()
}

// attached shows what was attached to a record, nothing when that cannot be read; lacking is whether the record of today
// has not got all of it.
func (b *book) attached(s file.Subject, show func(files []fyne.CanvasObject, lacking bool)) {
	e := b.env
	page.Call(e, past.Files, file.ListRequest{Subject: s}, func(r past.FilesThen, err error) {
		var out []fyne.CanvasObject
		if err == nil && len(r.Files) > 0 {
			out = append(out, kit.Separator(), kit.Sub(e.T("past.files")))
		}
		lacking := false
		for _, f := range r.Files {
			out = append(out, b.file(s, f, r.Gone))
			lacking = lacking || !f.Now
		}
		show(out, lacking)
	})
}

// file is something that was attached, with the way to attach it to the record of today again.
func (b *book) file(s file.Subject, f past.FileThen, gone bool) fyne.CanvasObject {
	e := b.env
	if f.Now {
		return kit.Muted(e.T("past.file_now", "name", f.Name))
	}
	name := kit.VBox(0, kit.NewLabel(f.Name, kit.Style{Weight: kit.Medium, Shrink: true}), kit.Caption(e.Text.Bytes(f.Size)))
	if gone || !e.Can(past.TakeFile.Spec) {
		return name
	}
	req := past.TakeFileRequest{Point: b.state.Point.ID, Subject: s, ID: f.ID}
	return kit.Row(8, kit.IconTile("paperclip", kit.Neutral), name, kit.NewButton(e.T("past.take"), "", kit.Secondary, func() {
		page.Writable(e, func() {
			page.Do(e, past.TakeFile, req, func(file.Attachment) {
				e.Shell.Toast(kit.Ok, e.T("past.file_taken", "name", f.Name))
				b.Refresh()
			})
		})
	}).Small())
}

// document shows one, to be printed, and taken back while it was a draft.
func (b *book) document(row billing.Row) {
	b.attached(file.Subject{Kind: file.Document, ID: int64(row.ID)}, func(files []fyne.CanvasObject, lacking bool) {
		if row.Status == billing.Draft {
			b.draft(row, files, lacking)
			return
		}
		b.paper(row, files)
	})
}

// printing is the button that shows a document as it was.
func (b *book) printing(row billing.Row) *kit.Button {
	e := b.env
	name := b.number(row) + "-" + strconv.FormatInt(int64(row.ID), 10) + ".pdf"
	return kit.NewButton(e.T("past.print"), "printer", kit.Secondary, func() {
		req := past.PDFRequest{Point: b.state.Point.ID, ID: row.ID, Lang: e.Text.Lang()}
		e.Shell.ShowDocument(name, page.Fetch(e, past.PDF, req))
	})
}

// paper shows a final document.
func (b *book) paper(row billing.Row, files []fyne.CanvasObject) {
	e := b.env
	body := []fyne.CanvasObject{kit.VBox(0, kit.Sub(b.number(row)), kit.Caption(row.CustomerName))}
	for _, l := range [][2]string{
		{e.T("customers.column.date"), e.Text.Date(row.Date)},
		{e.T("customers.column.subject"), row.Subject},
		{e.T("customers.column.gross"), e.Text.Amount(row.Gross)},
	} {
		if l[1] != "" {
			body = append(body, kit.Separator(), kit.Line(l[0], l[1]))
		}
	}
	body = append(body, kit.NewNotice(kit.Info, e.T("past.final"), e.T("past.final_text")))
	b.put(kit.VFill(theme.GapCard, 0, kit.NewScroll(kit.VBox(theme.GapField, append(body, files...)...)),
		kit.HBox(8, kit.Spacer(), b.printing(row))))
}

// draft compares one with what became of it.
func (b *book) draft(row billing.Row, files []fyne.CanvasObject, lacking bool) {
	e := b.env
	page.Call(e, past.Draft, billing.DocumentRequest{ID: row.ID}, func(d past.DraftThen, err error) {
		if err != nil {
			b.failed(err)
			return
		}
		r := record{
			title: b.number(row), under: row.CustomerName, differs: d.Differs, order: draftFields, label: b.label("sales_ui"),
			then: b.draftTexts(d.Then), files: files, attachments: lacking, print: b.printing(row),
		}
		if d.Now != nil {
			r.now = b.draftTexts(*d.Now)
			if d.Now.Final {
				r.note = kit.NewNotice(kit.Info, "", e.T("past.draft_final", "number", d.Now.Number))
			}
		}
		if row.Kind != billing.CreditNote && e.Can(billing.SaveQuote.Spec) {
			r.take = b.taking("draft", e.T("past.draft_text"), past.TakeRequest{ID: int64(row.ID)}, b.takeDraft)
		}
		b.compare(r)
	})
}

// takeDraft makes the new draft and shows it.
func (b *book) takeDraft(req past.TakeRequest) {
	page.Do(b.env, past.TakeDraft, req, func(d billing.Document) {
		b.env.Shell.Toast(kit.Ok, b.env.T("past.draft_made"))
		b.env.Shell.Changed(string(d.Kind))
		b.env.Shell.Open(page.Route{Name: string(d.Kind), ID: int64(d.ID)})
	})
}

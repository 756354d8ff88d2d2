package sales

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/file"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/attached"
)

// makeActions makes the buttons of the header: those the person may use.
func (f *form) makeActions() {
	e := f.env
	pdf := kit.NewButton(e.T("sales_ui.act.preview"), "file-pdf", kit.Secondary, f.preview)
	pdf.SetTip(e.T("sales_ui.act.preview_tip"))
	save := kit.NewButton(e.T("common.save"), "floppy-disk", kit.Secondary, f.saveNow)
	save.SetTip("Ctrl+S")
	f.files = attached.NewDraft(e, file.Document, int64(f.doc.ID), f.keep)
	f.files.OnCount = f.header.Refresh
	f.actions = []*kit.Button{f.files.Button, pdf, save}
	objects := []fyne.CanvasObject{f.pill, kit.Gap(4, 1), f.files.Button, pdf, save}
	issue := billing.Issue.Spec
	icon := "check"
	if f.kind == billing.Quote {
		issue, icon = billing.SendQuote.Spec, "paper-plane-tilt"
	}
	if e.Can(issue) {
		f.issue = kit.NewButton(e.T("sales_ui.act.issue."+string(f.kind)), icon, kit.Primary, f.askIssue)
		f.issue.SetTip("F10")
		f.actions = append(f.actions, f.issue)
		objects = append(objects, f.issue)
	}
	more := kit.NewIconButton("dots-three", e.T("sales_ui.act.more"), nil)
	more.OnTapped = func() { kit.ShowMenu(more, f.menu(), f.pick) }
	f.header.SetActions(append(objects, more)...)
}

// menu lists the rarer acts.
func (f *form) menu() []kit.Option {
	e := f.env
	still := e.Still()
	out := []kit.Option{
		{Key: "line", Text: e.T("sales_ui.act.line"), Icon: "pencil-simple", Detail: "F4", Disabled: still},
	}
	if f.kind != billing.CreditNote {
		out = append(out,
			kit.Option{Key: "heading", Text: e.T("sales_ui.act.heading"), Icon: "list-bullets", Disabled: still},
			kit.Option{Key: "text", Text: e.T("sales_ui.act.text"), Icon: "note", Disabled: still},
			kit.Option{Key: "subtotal", Text: e.T("sales_ui.act.subtotal"), Icon: "calculator", Disabled: still})
	}
	if f.doc.ID == 0 {
		return out
	}
	online := e.Shell.Online()
	if f.kind != billing.CreditNote && e.Can(billing.Duplicate.Spec) {
		out = append(out, kit.Option{
			Key: "duplicate", Text: e.T("common.duplicate"), Icon: "copy", Disabled: !online,
		})
	}
	if e.Can(billing.DeleteDraft.Spec) {
		out = append(out, kit.Option{
			Key: "delete", Text: e.T("sales_ui.act.delete"), Icon: "trash", Danger: true, Disabled: !online,
		})
	}
	return out
}

func (f *form) pick(o kit.Option) {
	switch o.Key {
	case "line":
		f.editLine()
	case "heading":
		f.insert(billing.HeadingLine)
	case "text":
		f.insert(billing.TextLine)
	case "subtotal":
		f.insert(billing.SubtotalLine)
	case "duplicate":
		f.save(f.page.duplicate)
	case "delete":
		f.askDelete()
	}
}

// insert puts a line without amounts before the caret and goes to it.
func (f *form) insert(k billing.LineKind) {
	if !f.grid.Commit() {
		return
	}
	row, _ := f.grid.Cell()
	row = min(row, len(f.lines.rows))
	f.lines.insert(row, billing.Line{Kind: k})
	if k == billing.SubtotalLine {
		row++
	}
	f.grid.Goto(row, colText)
	f.grid.Focus()
	f.changed()
}

// preview saves the draft and shows it as it would be printed.
func (f *form) preview() {
	page.Writable(f.env, func() {
		f.changedLine()
		f.save(func() { f.page.pdf("") })
	})
}

// askDelete throws the draft away after a clear yes.
func (f *form) askDelete() {
	e := f.env
	title, text := e.T("sales_ui.delete.title"), e.T("sales_ui.delete.text", "days", int(bin.Kept/(24*time.Hour)))
	if n := f.files.Count(); n > 0 {
		text += " " + e.Text.N("attached.go_too", n, nil)
	}
	e.Shell.Confirm(title, text, e.T("sales_ui.act.delete"), true, func() {
		req := f.read()
		page.Do(e, billing.DeleteDraft, req, func(op.Empty) {
			f.leave()
			f.saved = f.turn
			f.page.changed()
			e.Shell.Toast(kit.Ok, e.T("sales_ui.deleted"))
			e.Shell.Back()
		})
	})
}

// gate turns off what cannot be done while the book is out of reach.
func (f *form) gate() {
	online := f.env.Shell.Online()
	for _, b := range f.actions {
		switch {
		case !online:
			b.DisableWith(page.Shut(f.env))
		case f.locked:
			b.DisableWith(f.env.T("sales_ui.state.conflict"))
		case b.Disabled():
			b.Enable()
		}
	}
}

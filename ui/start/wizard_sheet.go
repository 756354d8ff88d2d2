package start

import (
	"strconv"

	"fyne.io/fyne/v2"

	"zafe/app/setup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// sheet prints the recovery sheet and asks for two of its groups back: the proof that it is on paper.
func (w *wizard) sheet() {
	t := w.env.T
	groups := map[int]*kit.LineEdit{}
	fields := map[string]*kit.Field{}
	var boxes []fyne.CanvasObject
	var next *kit.Button
	try := func() { w.checkSheet(next, groups, fields) }
	for _, n := range w.progress.SheetGroups {
		e := kit.NewLineEdit("XXXX")
		e.Translate = upper
		e.OnSubmitted = func(string) { try() }
		groups[n] = e
		f := kit.NewField(t("start.sheet.group", "n", n), e)
		fields["groups."+strconv.Itoa(n)] = f
		boxes = append(boxes, f)
	}
	next = kit.NewButton(t("start.sheet.check"), "check", kit.Primary, try)
	print := kit.NewButton(t("start.sheet.show"), "printer", kit.Secondary, func() {
		page.Sheet(w.env, func(req setup.SheetRequest, p setup.Progress) {
			w.env.Shell.ShowDocument(p.SheetFile(w.env.Text), page.Fetch(w.env, setup.PrintSheet, req))
		})
	})
	save := kit.NewButton(t("start.sheet.save"), "floppy-disk", kit.Secondary, func() {
		page.Sheet(w.env, func(req setup.SheetRequest, p setup.Progress) {
			req.Saved = true
			w.env.Shell.SaveFile(p.SheetFile(w.env.Text), page.Fetch(w.env, setup.PrintSheet, req))
		})
	})
	first := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(1, t("start.sheet.print"), true),
		kit.MutedParagraph(t("start.sheet.print_text")), kit.HBox(theme.GapTight, print, save)))
	second := kit.NewCard("", kit.VBox(theme.GapField, kit.StepTitle(2, t("start.sheet.prove"), true),
		kit.MutedParagraph(t("start.sheet.prove_text")), kit.FormGrid(2, boxes...)))
	content := kit.VBox(theme.GapCard, kit.NewNotice(kit.Warn, t("start.sheet.warn"),
		t("start.sheet.warn_text")), first, second)
	w.show(setup.Sheet, content, w.later(setup.Sheet), next)
}

func (w *wizard) checkSheet(b *kit.Button, groups map[int]*kit.LineEdit, fields map[string]*kit.Field) {
	req := setup.CheckRequest{Groups: map[string]string{}}
	for n, e := range groups {
		req.Groups[strconv.Itoa(n)] = text(e)
	}
	for _, f := range fields {
		f.SetError("")
	}
	busy(b, true)
	page.Call(w.env, setup.CheckSheet, req, func(p setup.Progress, err error) {
		busy(b, false)
		if err != nil {
			w.refused(err, fields)
			return
		}
		w.progress = p
		w.finish()
	})
}

// finish says that everything is in place, then opens the pages.
func (w *wizard) finish() {
	page.Do(w.env, setup.SetStep, setup.StepRequest{Step: setup.Done}, func(setup.Progress) {
		w.env.Shell.Changed("backup")
		t := w.env.T
		text := t("start.done.text")
		if w.progress.NoBackup {
			text = t("start.done.unsaved")
		}
		open := kit.NewButton(t("start.done.go"), "", kit.Primary, w.done)
		w.root.Objects = []fyne.CanvasObject{kit.Backdrop(theme.Canvas, kit.NewEmpty("check-circle",
			t("start.done.title"), text, open))}
		w.root.Refresh()
	})
}

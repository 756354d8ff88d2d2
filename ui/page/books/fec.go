package books

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/fr/fec"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// export checks the FEC of the chosen year, tells what was found, then writes the file.
func (s *years) export() {
	e := s.env
	y, ok := s.chosen()
	if !ok {
		return
	}
	req := ledger.YearRequest{ID: y.ID}
	page.Do(e, ledger.FECCheckOp, req, func(c ledger.FECCheck) {
		body := kit.VBox(10,
			kit.Line(e.T("books.fec.file"), c.Name), kit.Line(e.T("books.column.entries"), e.Text.Number(c.Entries)),
			kit.Line(e.T("books.column.lines"), e.Text.Number(c.Lines)),
			kit.Line(e.T("books.column.debit"), e.Text.Amount(c.Debit)),
			kit.Line(e.T("books.column.credit"), e.Text.Amount(c.Credit)),
		)
		if c.Drafts > 0 {
			body.Add(kit.NewNotice(kit.Warn, "", e.Text.N("books.fec.drafts", int(c.Drafts), nil)))
		}
		switch {
		case c.Errors > 0:
			body.Add(kit.NewNotice(kit.Error, "", e.Text.N("books.fec.errors", c.Errors, nil)))
		case c.Warnings > 0:
			body.Add(kit.NewNotice(kit.Info, "", e.Text.N("books.fec.warnings", c.Warnings, nil)))
		default:
			body.Add(kit.NewNotice(kit.Ok, "", e.T("books.fec.good")))
		}
		if len(c.Problems) > 0 {
			body.Add(kit.Fixed(0, 180, problems(e, c.Problems)))
		}
		var m *kit.Modal
		save := func() {
			m.Close()
			e.Shell.SaveFile(c.Name, page.Fetch(e, ledger.FECExport, req))
		}
		act := kit.NewButton(e.T("books.fec.save"), "download-simple", kit.Primary, save)
		m = s.dialog("books.fec.export", 560, body, act)
		m.Focus(act)
	})
}

// problems lists what is wrong with a file, line by line.
func problems(e *page.Env, list []fec.Problem) fyne.CanvasObject {
	rows := kit.VBox(8)
	for _, p := range list {
		color, where := theme.ErrorText, p.Column
		if p.Warning {
			color = theme.WarnText
		}
		if p.Line > 0 {
			where = strings.TrimSpace(e.T("books.fec.line", "line", int64(p.Line)) + " " + p.Column)
		}
		what := kit.NewLabel(e.Text.T(p.Key, p.Args), kit.Style{Color: color, Wrap: true})
		rows.Add(kit.Cols(theme.GapCard, []float32{1, 3.2}, kit.Caption(where), what))
	}
	return kit.NewScroll(rows)
}

// importFile lets a file be chosen, tells what it holds, and takes it in when the person agrees.
func (s *years) importFile() {
	e := s.env
	e.Shell.PickFile(e.T("books.import.pick_file"), []string{".txt", ".csv"}, func(name string, data []byte) {
		req := ledger.FECImportRequest{Name: name, Data: data}
		page.Preview(e, ledger.FECImport, req, func(r ledger.FECReport, err error) {
			if err != nil {
				e.Shell.Fail(err)
				return
			}
			s.report(req, r)
		})
	})
}

// report shows what a file holds and what taking it in would do.
func (s *years) report(req ledger.FECImportRequest, r ledger.FECReport) {
	e := s.env
	body := kit.VBox(8, kit.Line(e.T("books.fec.file"), req.Name))
	if !r.Period.IsZero() {
		body.Add(kit.Line(e.T("books.column.year"), e.Text.Period(r.Period)))
	}
	body.Add(kit.Line(e.T("books.import.holds"),
		e.T("books.import.holds_text", "entries", r.Entries, "lines", r.Lines)))
	body.Add(kit.Line(e.T("books.import.total"), e.Text.Amount(r.Debit)))
	if r.NewYears+len(r.NewAccounts)+len(r.NewJournals) > 0 {
		body.Add(kit.Line(e.T("books.import.new"), e.T("books.import.new_text", "years", int64(r.NewYears),
			"accounts", int64(len(r.NewAccounts)), "journals", int64(len(r.NewJournals)))))
	}
	if r.Matched > 0 {
		body.Add(kit.Line(e.T("books.import.matched"), e.Text.Number(r.Matched)))
	}
	if r.Opening {
		body.Add(kit.Line(e.T("books.import.opening"), e.T("common.yes")))
	}
	act := kit.NewButton(e.T("common.import"), "check", kit.Primary, nil)
	switch {
	case r.Errors > 0:
		body.Add(kit.NewNotice(kit.Error, "", e.Text.N("books.import.errors", r.Errors, nil)))
		act.DisableWith(e.Text.N("books.import.errors", r.Errors, nil))
	case r.Warnings > 0:
		body.Add(kit.NewNotice(kit.Warn, "", e.Text.N("books.import.warnings", r.Warnings, nil)))
	default:
		body.Add(kit.NewNotice(kit.Ok, "", e.T("books.import.good")))
	}
	if len(r.Problems) > 0 {
		body.Add(kit.Fixed(0, 200, problems(e, r.Problems)))
	}
	var m *kit.Modal
	act.OnTapped = func() {
		act.Disable()
		page.Call(e, ledger.FECImport, req, func(r ledger.FECReport, err error) {
			m.Close()
			if err != nil {
				e.Shell.Fail(err)
				return
			}
			e.Shell.Changed("account")
			s.told(e.T("books.import.done", "entries", r.Entries))
		})
	}
	m = s.dialog("books.import.report", 640, body, act)
	if !act.Disabled() {
		m.Focus(act)
	}
}

// undo takes the chosen import back.
func (s *years) undo() {
	e, row := s.env, s.files.Selected()
	if row < 0 || row >= len(s.imports) {
		return
	}
	i := s.imports[row]
	text := e.T("books.import.undo_text", "entries", i.Entries)
	e.Shell.Confirm(e.T("books.import.undo_ask", "file", i.File), text, e.T("books.year.undo"), true, func() {
		page.Do(e, ledger.FECUndoImport, ledger.UndoImportRequest{ID: i.ID}, func(op.Empty) {
			s.told(e.T("books.import.undone"))
		})
	})
}

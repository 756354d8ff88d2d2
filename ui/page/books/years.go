package books

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// years is the tab of the fiscal years and of the files of the tax office (FEC).
type years struct {
	*book
	grid    *kit.Grid
	files   *kit.Grid
	imports []ledger.Import
	buttons map[string]*kit.Button
	root    fyne.CanvasObject
}

func newYears(b *book) *years {
	e := b.env
	s := &years{book: b, buttons: map[string]*kit.Button{}}
	s.makeGrids()
	bar := kit.HBox(8)
	add := func(key, icon string, may bool, run func()) {
		if may {
			act := func() { page.Writable(e, run) }
			s.buttons[key] = b.Write(kit.NewButton(e.T("books.year."+key), icon, kit.Secondary, act).Small())
			bar.Add(s.buttons[key])
		}
	}
	add("open", "plus", e.Can(ledger.FiscalYearOpen.Spec), s.openYear)
	add("period", "lock-open", e.Can(ledger.FiscalYearClosePeriod.Spec), s.closePeriod)
	add("lock", "lock", e.Can(ledger.FiscalYearClose.Spec), s.lock)
	bar.Add(kit.Spacer())
	add("export", "export", e.Can(ledger.FECExport.Spec), s.export)
	top := kit.VFill(10, 1, bar, s.grid)
	bar = kit.HBox(8, kit.Sub(e.T("books.import.title")), kit.Spacer())
	add("undo", "arrow-counter-clockwise", e.Can(ledger.FECUndoImport.Spec), s.undo)
	add("import", "upload-simple", e.Can(ledger.FECImport.Spec), s.importFile)
	s.root = kit.Split(theme.GapCard, []float32{1, 1}, top, kit.VFill(10, 1, bar, s.files))
	s.fill()
	return s
}

func (s *years) makeGrids() {
	e := s.env
	s.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.year"), Width: 140},
		{Title: e.T("books.column.from"), Width: 110},
		{Title: e.T("books.column.to"), Width: 110},
		{Title: e.T("books.column.closed"), Width: 170, Weight: 1},
		{Title: e.T("books.column.entries"), Width: 110, Align: right},
		{Title: e.T("books.column.drafts"), Width: 110, Align: right},
		{Title: e.T("books.column.state"), Width: 120},
	}, func() int { return len(s.years) }, func(row, col int) kit.CellView {
		y := s.year(row)
		switch col {
		case 0:
			return kit.CellView{Text: e.T("books.span.year", "year", yearName(y)), Weight: kit.Bold}
		case 1:
			return kit.CellView{Text: e.Text.Date(y.Period.From), Color: theme.Muted}
		case 2:
			return kit.CellView{Text: e.Text.Date(y.Period.To), Color: theme.Muted}
		case 3:
			if y.State == ledger.YearLocked {
				return kit.CellView{Text: e.T("books.year.locked_on", "at", y.LockedAt), Color: theme.Muted}
			}
			if y.ClosedUntil.IsZero() {
				return kit.CellView{Text: "–", Color: theme.Faint}
			}
			return kit.CellView{Text: e.T("books.year.closed_until", "date", y.ClosedUntil)}
		case 4:
			return kit.CellView{Text: e.Text.Number(y.Entries)}
		case 5:
			if y.Drafts == 0 {
				return kit.CellView{Text: "–", Color: theme.Faint}
			}
			return kit.CellView{Text: e.Text.Number(y.Drafts), Color: theme.WarnText, Weight: kit.Medium}
		}
		if y.State == ledger.YearLocked {
			return kit.CellView{Text: e.T("books.year.state.locked"), Pill: true}
		}
		return kit.CellView{Text: e.T("books.year.state.open"), Pill: true, Tone: kit.Ok}
	})
	s.grid.OnSelect = func(int) { s.enable() }
	s.grid.SetEmpty(kit.NewEmpty("calendar", e.T("books.year.none"), e.T("books.year.none_hint"), nil))
	s.files = kit.NewGrid([]kit.Column{
		{Title: e.T("books.column.file"), Width: 240, Weight: 1},
		{Title: e.T("books.column.at"), Width: 150},
		{Title: e.T("books.column.by"), Width: 150},
		{Title: e.T("books.column.entries"), Width: 100, Align: right},
		{Title: e.T("books.column.lines"), Width: 100, Align: right},
		{Title: e.T("books.column.debit"), Width: 130, Align: right},
		{Title: e.T("books.column.state"), Width: 120},
	}, func() int { return len(s.imports) }, s.file)
	s.files.OnSelect = func(int) { s.enable() }
	s.files.SetEmpty(kit.NewEmpty("upload-simple", e.T("books.import.none"), e.T("books.import.none_hint"), nil))
}

// file is a cell of the files taken in.
func (s *years) file(row, col int) kit.CellView {
	e, i := s.env, s.imports[row]
	switch col {
	case 0:
		return kit.CellView{Text: i.File, Weight: kit.Medium}
	case 1:
		return kit.CellView{Text: e.Text.Instant(i.At), Color: theme.Muted}
	case 2:
		return kit.CellView{Text: i.By, Color: theme.Muted}
	case 3:
		return kit.CellView{Text: e.Text.Number(i.Entries)}
	case 4:
		return kit.CellView{Text: e.Text.Number(i.Lines)}
	case 5:
		return figure(e, i.Debit, kit.Regular)
	}
	if i.UndoneAt.IsZero() {
		return kit.CellView{Text: e.T("books.import.state.in"), Pill: true, Tone: kit.Ok}
	}
	return kit.CellView{Text: e.T("books.import.state.undone"), Pill: true}
}

// year is the fiscal year of a row: the latest comes first.
func (s *years) year(row int) ledger.FiscalYear { return s.years[len(s.years)-1-row] }

// chosen is the fiscal year the buttons are about.
func (s *years) chosen() (ledger.FiscalYear, bool) {
	row := s.grid.Selected()
	if row < 0 || row >= len(s.years) {
		return ledger.FiscalYear{}, false
	}
	return s.year(row), true
}

// enable keeps the buttons in step with what is selected.
func (s *years) enable() {
	e := s.env
	y, ok := s.chosen()
	for key, may := range map[string]bool{
		"period": ok && y.State == ledger.YearOpen, "lock": ok && y.State == ledger.YearOpen, "export": ok,
	} {
		if b := s.buttons[key]; b != nil && may {
			b.Enable()
		} else if b != nil {
			b.DisableWith(e.T("books.year.pick"))
		}
	}
	if b := s.buttons["undo"]; b != nil {
		row := s.files.Selected()
		if row >= 0 && row < len(s.imports) && s.imports[row].UndoneAt.IsZero() {
			b.Enable()
		} else {
			b.DisableWith(e.T("books.import.pick"))
		}
	}
}

// fill shows the years read with the page, and reads the imports.
func (s *years) fill() {
	s.grid.Reload()
	if s.grid.Selected() < 0 {
		for row := range s.years {
			if s.year(row).Period.Contains(today()) {
				s.grid.Select(row)
			}
		}
	}
	page.Fill(s.env, ledger.FECImportList, op.Empty{}, func(l ledger.ImportList) {
		s.imports = l.Imports
		s.files.Reload()
		s.enable()
	}, s.files)
}

func (s *years) refresh() {
	page.Fill(s.env, ledger.FiscalYearListing, op.Empty{}, func(y ledger.YearList) {
		s.years = y.Years
		s.countDrafts()
		s.fill()
	}, s.grid)
}

// told shows that something about the years was done, and makes the tabs anew: all of them propose
// the years, the journals or the accounts.
func (s *years) told(text string) {
	s.env.Shell.Toast(kit.Ok, text)
	s.env.Shell.Changed("ledger")
	s.first, s.target = tabYears, ""
	s.load(s.build)
}

// openYear asks for the dates of the next fiscal year.
func (s *years) openYear() {
	e := s.env
	from, to := dateField(e, nil), dateField(e, nil)
	next := civil.YearOf(today())
	if n := len(s.years); n > 0 {
		next.From = s.years[n-1].Period.To.AddDays(1)
		next.To = next.From.AddMonths(12).AddDays(-1)
	}
	from.SetDate(next.From)
	to.SetDate(next.To)
	begin := kit.NewField(e.T("books.column.from"), from)
	end := kit.NewField(e.T("books.column.to"), to)
	var m *kit.Modal
	run := func() {
		if !from.Commit() || !to.Commit() {
			return
		}
		req := ledger.YearOpenRequest{Period: civil.Period{From: from.Date(), To: to.Date()}}
		page.Call(e, ledger.FiscalYearOpen, req, func(y ledger.FiscalYear, err error) {
			if err != nil {
				end.SetError(e.Text.Fault(err))
				return
			}
			m.Close()
			s.told(e.T("books.year.opened", "year", yearName(y)))
		})
	}
	m = s.dialog("books.year.open_title", 460, kit.VBox(14, kit.MutedParagraph(e.T("books.year.open_text")),
		kit.Cols(14, nil, begin, end)), kit.NewButton(e.T("books.year.open_act"), "check", kit.Primary, run))
	m.OnEnter(run)
	m.Focus(from.Edit())
}

// dialog opens a dialog with a way out and one act.
func (s *years) dialog(title string, width float32, body fyne.CanvasObject, act *kit.Button) *kit.Modal {
	var m *kit.Modal
	out := kit.NewButton(s.env.T("common.cancel"), "", kit.Secondary, func() { m.Close() })
	m = kit.NewModal(s.env.T(title), width, body, out, act)
	m.Show(s.env.Window)
	return m
}

// closePeriod closes the days up to a date, or reopens them when the date is taken out.
func (s *years) closePeriod() {
	e := s.env
	y, ok := s.chosen()
	if !ok {
		return
	}
	until := dateField(e, nil)
	until.SetDate(y.ClosedUntil)
	if y.ClosedUntil.IsZero() {
		until.SetDate(civil.Earliest(y.Period.To, today().StartOfMonth().AddDays(-1)))
	}
	field := kit.NewField(e.T("books.year.until"), until).Hint(e.T("books.year.until_hint"))
	var m *kit.Modal
	run := func() {
		if !until.Commit() {
			return
		}
		req := ledger.ClosePeriodRequest{ID: y.ID, Until: until.Date()}
		page.Call(e, ledger.FiscalYearClosePeriod, req, func(y ledger.FiscalYear, err error) {
			if err != nil {
				field.SetError(e.Text.Fault(err))
				return
			}
			m.Close()
			if y.ClosedUntil.IsZero() {
				s.told(e.T("books.year.reopened"))
				return
			}
			s.told(e.T("books.year.period_closed", "date", y.ClosedUntil))
		})
	}
	m = s.dialog("books.year.period", 460, kit.VBox(14, kit.MutedParagraph(e.T("books.year.period_text")), field),
		kit.NewButton(e.T("books.year.period_act"), "check", kit.Primary, run))
	m.OnEnter(run)
	m.Focus(until.Edit())
}

// lock closes a fiscal year for ever, once its name was typed.
func (s *years) lock() {
	e := s.env
	y, ok := s.chosen()
	if !ok {
		return
	}
	typed := kit.NewLineEdit("")
	field := kit.NewField(e.T("books.year.type", "year", yearName(y)), typed)
	var m *kit.Modal
	run := func() {
		if strings.TrimSpace(typed.Text()) != yearName(y) {
			field.SetError(e.T("books.year.type_wrong", "year", yearName(y)))
			return
		}
		page.Call(e, ledger.FiscalYearClose, ledger.YearRequest{ID: y.ID}, func(_ ledger.FiscalYear, err error) {
			if err != nil {
				field.SetError(e.Text.Fault(fault.Of(err)))
				return
			}
			m.Close()
			s.told(e.T("books.year.locked", "year", yearName(y)))
		})
	}
	body := kit.VBox(14, kit.Paragraph(e.T("books.year.lock_text", "from", y.Period.From, "to", y.Period.To)), field)
	m = s.dialog("books.year.lock", 480, body, kit.NewButton(e.T("books.year.lock_act"), "lock", kit.Danger, run))
	m.Mark("warning", kit.Error)
	m.Focus(typed)
}

func (s *years) object() fyne.CanvasObject { return s.root }
func (s *years) search() fyne.Focusable    { return nil }

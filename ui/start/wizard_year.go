package start

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// year asks for the dates of the fiscal year; one that is open already is only shown.
func (w *wizard) year() {
	page.Do(w.env, ledger.FiscalYearListing, op.Empty{}, func(l ledger.YearList) {
		if len(l.Years) == 0 {
			w.newYear()
			return
		}
		var lines []fyne.CanvasObject
		for _, y := range l.Years {
			lines = append(lines, kit.Strong(w.yearText(y.Period)))
		}
		lines = append(lines, kit.MutedParagraph(w.env.T("start.year.there")))
		w.show(setup.Year, kit.NewCard("", kit.VBox(theme.GapTight, lines...)),
			w.next(func() { w.goTo(after(setup.Year)) }))
	})
}

func (w *wizard) yearText(p civil.Period) string {
	return w.env.T("start.year.line", "from", w.env.Text.Date(p.From), "to", w.env.Text.Date(p.To))
}

// newYear proposes the calendar year, which is the year of nearly every very small company.
func (w *wizard) newYear() {
	t := w.env.T
	today := civil.Of(w.clock())
	from, to := w.date(civil.New(today.Year, time.January, 1)), w.date(civil.New(today.Year, time.December,
		31))
	fromField, toField := kit.NewField(t("start.year.from"), from).Required(),
		kit.NewField(t("start.year.to"), to).Required()
	first := kit.NewCheck(t("start.year.first"), func(on bool) {
		if on {
			from.SetDate(today)
		} else {
			from.SetDate(civil.New(today.Year, time.January, 1))
		}
	})
	fields := map[string]*kit.Field{"period": toField, "period.from": fromField, "period.to": toField}
	var next *kit.Button
	next = w.next(func() {
		fromField.SetError("")
		toField.SetError("")
		if !from.Commit() || !to.Commit() {
			return
		}
		busy(next, true)
		page.Call(w.env, ledger.FiscalYearOpen, ledger.YearOpenRequest{Period: civil.Period{
			From: from.Date(),
			To:   to.Date(),
		}},
			func(_ ledger.FiscalYear, err error) {
				busy(next, false)
				if err != nil {
					w.refused(err, fields)
					return
				}
				w.env.Shell.Changed("fiscal_year")
				w.goTo(after(setup.Year))
			})
	})
	card := kit.NewCard("", kit.VBox(theme.GapField, kit.Cols(theme.GapCard, nil, fromField, toField), first))
	w.show(setup.Year, card, next)
}

// date is a field for a date, typed as people type it.
func (w *wizard) date(d civil.Date) *kit.DateField {
	today := func() civil.Date { return civil.Of(w.clock()) }
	f := kit.NewDateField(func(s string) (civil.Date, error) { return civil.ParseInput(s, today()) },
		w.env.Text.Date, today, nil)
	f.SetDate(d)
	return f
}

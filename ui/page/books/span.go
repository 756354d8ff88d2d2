package books

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/civil"
	"zafe/app/ledger"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// The periods to choose from, beside the fiscal years ("year:3").
const (
	spanAll       = "all"
	spanMonth     = "month"
	spanLastMonth = "last_month"
	spanQuarter   = "quarter"
	spanCustom    = "custom"
)

// span chooses days: a fiscal year, a month, or any two dates.
type span struct {
	env     *page.Env
	years   []ledger.FiscalYear
	pick    *kit.Select
	from    *kit.DateField
	to      *kit.DateField
	changed func()
}

// newSpan starts with the fiscal year of today, or with every day when all is true.
func newSpan(e *page.Env, years []ledger.FiscalYear, all bool, changed func()) *span {
	s := &span{env: e, years: years, changed: changed}
	var options []kit.Option
	if all {
		options = append(options, kit.Option{Key: spanAll, Text: e.T("books.span.all")})
	}
	for _, year := range slices.Backward(years) {
		name := e.T("books.span.year", "year", yearName(year))
		options = append(options, kit.Option{Key: yearKey(year), Text: name})
	}
	for _, key := range []string{spanMonth, spanLastMonth, spanQuarter, spanCustom} {
		options = append(options, kit.Option{Key: key, Text: e.T("books.span." + key)})
	}
	s.pick = kit.NewSelect(options, func(key string) {
		if key != spanCustom {
			s.put(key)
			s.changed()
		}
	})
	typed := func(civil.Date) {
		s.pick.SetKey(spanCustom)
		s.changed()
	}
	s.from, s.to = dateField(e, typed), dateField(e, typed)
	s.from.Edit().Placeholder, s.to.Edit().Placeholder = e.T("books.span.from"), e.T("books.span.to")
	switch y, ok := yearOf(years, today()); {
	case all:
		s.put(spanAll)
	case ok:
		s.put(yearKey(y))
	default:
		s.pick.SetKey(spanCustom)
		s.set(civil.YearOf(today()))
	}
	return s
}

// yearOf returns the fiscal year of a day, else the latest.
func yearOf(years []ledger.FiscalYear, d civil.Date) (ledger.FiscalYear, bool) {
	for _, y := range years {
		if y.Period.Contains(d) {
			return y, true
		}
	}
	if n := len(years); n > 0 {
		return years[n-1], true
	}
	return ledger.FiscalYear{}, false
}

func yearKey(y ledger.FiscalYear) string { return "year:" + strconv.FormatInt(int64(y.ID), 10) }

// yearName is how people call a fiscal year: "2026", or "2026-2027".
func yearName(y ledger.FiscalYear) string {
	from, to := strconv.Itoa(y.Period.From.Year), strconv.Itoa(y.Period.To.Year)
	if from == to {
		return to
	}
	return from + "-" + to
}

// put chooses a period by its key.
func (s *span) put(key string) {
	s.pick.SetKey(key)
	switch d := today(); key {
	case spanAll:
		s.set(civil.Period{})
	case spanMonth:
		s.set(civil.MonthOf(d))
	case spanLastMonth:
		s.set(civil.MonthOf(d.StartOfMonth().AddDays(-1)))
	case spanQuarter:
		s.set(civil.QuarterOf(d))
	default:
		for _, y := range s.years {
			if strings.HasPrefix(key, "year:") && yearKey(y) == key {
				s.set(y.Period)
			}
		}
	}
}

func (s *span) set(p civil.Period) {
	s.from.SetDate(p.From)
	s.to.SetDate(p.To)
}

// days is the period chosen; its ends are zero when they were left open.
func (s *span) days() civil.Period { return civil.Period{From: s.from.Date(), To: s.to.Date()} }

// object is the fields side by side.
func (s *span) object() fyne.CanvasObject {
	return kit.HBox(8, kit.Fixed(172, 0, s.pick), kit.Fixed(116, 0, s.from),
		kit.Muted("–"), kit.Fixed(116, 0, s.to))
}

package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zafe/app/civil"
)

// Date returns a date as "21/11/2026", or "" if there is none.
func (p *Printer) Date(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, int(d.Month), d.Year)
}

// DateLong returns a date as "samedi 21 novembre 2026", or "" if there is none.
func (p *Printer) DateLong(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	day := strconv.Itoa(d.Day)
	if d.Day == 1 && p.lang == French {
		day = "1er"
	}
	return p.Weekday(d.Weekday()) + " " + day + " " + p.MonthYear(d)
}

// MonthYear returns the month of a date as "novembre 2026".
func (p *Printer) MonthYear(d civil.Date) string {
	return p.Month(d.Month) + " " + strconv.Itoa(d.Year)
}

// Month returns the name of a month, in lower case in French.
func (p *Printer) Month(m time.Month) string { return p.T("format.month."+strconv.Itoa(int(m)), nil) }

// MonthShort returns the abbreviated name of a month, as "nov.".
func (p *Printer) MonthShort(m time.Month) string {
	return p.T("format.month_short."+strconv.Itoa(int(m)), nil)
}

// Weekday returns the name of a day, in lower case in French.
func (p *Printer) Weekday(d time.Weekday) string {
	return p.T("format.weekday."+strconv.Itoa(int(d)), nil)
}

// WeekdayShort returns the abbreviated name of a day, as "sam.".
func (p *Printer) WeekdayShort(d time.Weekday) string {
	return p.T("format.weekday_short."+strconv.Itoa(int(d)), nil)
}

// Period returns a run of days in the shortest clear way: "novembre 2026",
// "2026", or "du 15/11/2026 au 20/12/2026".
func (p *Printer) Period(v civil.Period) string {
	switch {
	case v.IsZero():
		return ""
	case v == civil.YearOf(v.From):
		return strconv.Itoa(v.From.Year)
	case v == civil.MonthOf(v.From):
		return p.MonthYear(v.From)
	case v == civil.QuarterOf(v.From):
		return p.T("format.quarter", map[string]any{"quarter": v.From.Quarter(), "year": v.From.Year})
	}
	return p.T("format.period", map[string]any{"from": v.From, "to": v.To})
}

// Clock returns the hour of t on this PC as "14:05".
func (p *Printer) Clock(t time.Time) string { return t.Local().Format("15:04") }

// Instant returns t on the clock of this PC as "21/11/2026 14:05", or "" if it is zero.
func (p *Printer) Instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.Date(civil.Of(t.Local())) + " " + p.Clock(t)
}

// Duration returns a lapse of time in at most two units: "45 s", "12 min",
// "2 h 05", "3 jours".
func (p *Printer) Duration(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + nbsp + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + nbsp + "min"
	case d < 24*time.Hour:
		hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
		if minutes == 0 {
			return strconv.Itoa(hours) + nbsp + "h"
		}
		return fmt.Sprintf("%d%sh%s%02d", hours, nbsp, nbsp, minutes)
	}
	return p.N("format.days", int(d/(24*time.Hour)), nil)
}

// Ago returns how far t is from now: "à l’instant", "il y a 12 min", "hier",
// "dans 3 jours". Beyond thirty days it returns the date.
func (p *Printer) Ago(t, now time.Time) string {
	lapse := now.Sub(t)
	days := civil.DaysBetween(civil.Of(t.Local()), civil.Of(now.Local()))
	past := "format.ago"
	if lapse < 0 {
		lapse, days, past = -lapse, -days, "format.in"
	}
	switch {
	case lapse < 45*time.Second:
		return p.T("format.now", nil)
	case lapse < time.Hour:
		return p.T(past, map[string]any{"lapse": p.Duration(max(lapse, time.Minute))})
	case days == 0 || lapse < 6*time.Hour:
		return p.T(past, map[string]any{"lapse": p.Duration(lapse.Truncate(time.Hour))})
	case days == 1:
		return p.T(past+"_one_day", nil)
	case days <= 30:
		return p.T(past, map[string]any{"lapse": p.N("format.days", days, nil)})
	}
	return p.Date(civil.Of(t.Local()))
}

// List joins words as "a, b et c".
func (p *Printer) List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + p.T("format.and", nil) + " " + words[last]
}

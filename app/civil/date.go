// Package civil holds dates as the law and people mean them: a day of the
// calendar, without hour or time zone. It knows no clock, whoever needs the
// current day passes it, and no language: package i18n writes dates for people.
package civil

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"
)

// YearMax is the last year a Date can hold; the first one is 1.
const YearMax = 9999

// Date is a day of the Gregorian calendar. It can be compared with == and used
// as a map key. The zero value means that there is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ErrSyntax says that a text is not a date.
var ErrSyntax = errors.New("civil: not a date")

// ErrNoSuchDay says that a text is written like a date but that the calendar
// has no such day, as 31 November.
var ErrNoSuchDay = errors.New("civil: no such day")

// New returns the date of a year, month and day. It panics if there is no such
// day: use it for constants, and Parse or ParseInput for what comes from outside.
func New(year int, month time.Month, day int) Date {
	d := Date{year, month, day}
	if !d.Valid() {
		panic("civil: no such day " + d.String())
	}
	return d
}

// Of returns the day of t in the time zone of t.
func Of(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether d is a day of the calendar; the zero value is not.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= YearMax && d.Month >= 1 && d.Month <= 12 &&
		d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

// In returns the first instant of d in loc.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// String returns d as "2006-01-02", or "" if there is no date. This is the form
// used in the database, in JSON and wherever dates are sorted as text.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return pad(d.Year, 4) + "-" + pad(int(d.Month), 2) + "-" + pad(d.Day, 2)
}

// Compact returns d as "20060102", the form of the accounting entries file
// (FEC), or "" if there is no date.
func (d Date) Compact() string { return strings.ReplaceAll(d.String(), "-", "") }

// Parse reads exactly what String writes, "" included.
// It returns the faults "civil.syntax" and "civil.no_such_day", which wrap
// ErrSyntax and ErrNoSuchDay.
func Parse(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, refuse(s, ErrSyntax)
	}
	return check(s, s[:4], s[5:7], s[8:])
}

// MarshalText writes d as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads d as Parse does.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// Compare returns -1, 0 or 1 as d is before, equal to or after e. The absence
// of date is before every date.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is after e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.In(time.UTC).Weekday() }

// AddDays returns the date n days after d, or before it if n is negative.
func (d Date) AddDays(n int) Date {
	return Of(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// AddMonths returns the same day n months later, or the last day of that month
// if it is shorter: 31 January plus one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	first := Of(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC))
	first.Day = min(d.Day, daysIn(first.Year, first.Month))
	return first
}

// AddYears returns the same day n years later; 29 February becomes the 28th
// when the year has no such day.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// StartOfMonth returns the first day of the month of d.
func (d Date) StartOfMonth() Date { return Date{d.Year, d.Month, 1} }

// EndOfMonth returns the last day of the month of d.
func (d Date) EndOfMonth() Date { return Date{d.Year, d.Month, daysIn(d.Year, d.Month)} }

// Quarter returns the quarter of the year of d, from 1 to 4.
func (d Date) Quarter() int { return (int(d.Month)-1)/3 + 1 }

// DaysBetween returns the days from one date to another, negative if to is before from.
func DaysBetween(from, to Date) int {
	const day = 24 * 60 * 60 // UTC has no other length; seconds do not overflow as time.Duration would
	return int((to.In(time.UTC).Unix() - from.In(time.UTC).Unix()) / day)
}

// Earliest returns the first of two dates.
func Earliest(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}

// Latest returns the last of two dates.
func Latest(a, b Date) Date {
	if b.After(a) {
		return b
	}
	return a
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

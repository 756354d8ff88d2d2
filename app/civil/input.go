package civil

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"zafe/app/fault"
)

// daysAwayMax bounds "+30" and "-30": a hundred years.
const daysAwayMax = 36525

// yearsAhead says how a year of two digits is read: as the one of the hundred
// years that end yearsAhead years from today.
const yearsAhead = 20

// ParseInput reads a date as a French person types it, day first: "21" is in
// the month of today, "2111" or "21/11" in its year, "211126", "21/11/26" and
// "21 11 2026" are complete, "+30" and "-3" count days from today. The form
// "2026-11-21" is read too. It returns the faults
// "civil.syntax" and "civil.no_such_day", which wrap ErrSyntax and ErrNoSuchDay.
func ParseInput(s string, today Date) (Date, error) {
	text := minus.Replace(strings.TrimSpace(s))
	if len(text) > 32 || text == "" {
		return Date{}, refuse(s, ErrSyntax)
	}
	if text[0] == '+' || text[0] == '-' {
		n, err := strconv.Atoi(strings.TrimSpace(text[1:]))
		if err != nil || n < 0 || n > daysAwayMax {
			return Date{}, refuse(s, ErrSyntax)
		}
		if text[0] == '-' {
			n = -n
		}
		return inCalendar(s, today.AddDays(n))
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/-. ", r) })
	day, month, year := "", pad(int(today.Month), 2), pad(today.Year, 4)
	switch len(parts) {
	case 1:
		return parseDigits(s, parts[0], today)
	case 2:
		day, month = parts[0], parts[1]
	case 3:
		if day, month, year = parts[0], parts[1], parts[2]; len(day) == 4 {
			day, year = year, day
		}
	}
	if len(year) == 2 {
		year = century(year, today)
	}
	return check(s, year, month, day)
}

// parseDigits reads a date typed without separators.
func parseDigits(s, digits string, today Date) (Date, error) {
	month, year := pad(int(today.Month), 2), pad(today.Year, 4)
	switch len(digits) {
	case 1, 2:
		return check(s, year, month, digits)
	case 4:
		return check(s, year, digits[2:], digits[:2])
	case 6:
		return check(s, century(digits[4:], today), digits[2:4], digits[:2])
	case 8:
		d, err := check(s, digits[4:], digits[2:4], digits[:2])
		if err == nil {
			return d, nil
		}
		if iso, isoErr := check(s, digits[:4], digits[4:6], digits[6:]); isoErr == nil {
			return iso, nil
		}
		return Date{}, err
	}
	return Date{}, refuse(s, ErrSyntax)
}

// century completes a year of two digits.
func century(yy string, today Date) string {
	n, ok := digitsOf(yy)
	if !ok {
		return yy
	}
	last := today.Year + yearsAhead
	year := last - last%100 + n
	if year > last {
		year -= 100
	}
	return pad(year, 4)
}

// check builds the date of three texts made of digits, the year having four.
func check(s, year, month, day string) (Date, error) {
	y, yok := digitsOf(year)
	m, mok := digitsOf(month)
	d, dok := digitsOf(day)
	if !yok || !mok || !dok || len(year) != 4 || len(month) > 2 || len(day) > 2 {
		return Date{}, refuse(s, ErrSyntax)
	}
	return inCalendar(s, Date{y, time.Month(m), d})
}

func inCalendar(s string, d Date) (Date, error) {
	if !d.Valid() {
		return Date{}, refuse(s, ErrNoSuchDay)
	}
	return d, nil
}

// digitsOf reads a number made of one to four digits and nothing else.
func digitsOf(s string) (int, bool) {
	if s == "" || len(s) > 4 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// minus maps the many forms of a hyphen, a minus and a space to one of each.
var minus = strings.NewReplacer("\u2212", "-", "\u2011", "-", "\u2013", "-", "\u00a0", " ", "\u202f", " ", "\t", " ")

// refuse returns the fault that tells why a text was refused, and wraps reason.
func refuse(text string, reason error) error {
	r := []rune(strings.ToValidUTF8(text, "\ufffd"))
	if len(r) > 40 {
		r = append(r[:39], '…')
	}
	key := "civil.syntax"
	if errors.Is(reason, ErrNoSuchDay) {
		key = "civil.no_such_day"
	}
	return fault.New(fault.Invalid, key, "text", string(r)).Because(reason)
}

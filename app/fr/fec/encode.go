package fec

import (
	"strings"

	"zafe/app/civil"
)

// MediaType is what the file is to a browser.
const MediaType = "text/plain; charset=utf-8"

// Header is the first line of the file, its end included.
func Header() string { return strings.Join(columns[:], "\t") + "\r\n" }

// Append appends a row as a line of the file: UTF-8, TAB, CR LF, comma, two decimals.
func Append(dst []byte, r *Row) []byte {
	text := func(s string) { dst = append(appendText(dst, s), '\t') }
	date := func(d civil.Date) { dst = append(appendDate(dst, d), '\t') }
	text(r.Journal)
	text(r.JournalTitle)
	text(r.Num)
	date(r.Date)
	text(r.Account)
	text(r.AccountTitle)
	text(r.Aux)
	text(r.AuxTitle)
	text(r.Ref)
	date(r.RefDate)
	text(r.Label)
	dst = append(r.Debit.AppendComma(dst), '\t')
	dst = append(r.Credit.AppendComma(dst), '\t')
	text(r.Match)
	date(r.MatchDate)
	date(r.ValidDate)
	if r.HasCurrency {
		dst = r.CurrencyAmount.AppendComma(dst)
	}
	dst = append(dst, '\t')
	return append(appendText(dst, r.Currency), "\r\n"...)
}

// appendText replaces by a space what would break the line: tabs, bars and line ends.
func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		b := s[i]
		if b < ' ' || b == '|' || b == 0x7f {
			b = ' '
		}
		dst = append(dst, b)
	}
	return dst
}

func appendDate(dst []byte, d civil.Date) []byte {
	if d.IsZero() {
		return dst
	}
	n := d.Year*10000 + int(d.Month)*100 + d.Day
	return append(dst,
		byte('0'+n/10000000), byte('0'+n/1000000%10), byte('0'+n/100000%10), byte('0'+n/10000%10),
		byte('0'+n/1000%10), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
}

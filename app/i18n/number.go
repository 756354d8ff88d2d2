package i18n

import (
	"strconv"
	"strings"

	"zafe/app/money"
)

// Amount returns an amount with its currency: "1 234,56 €" or "€1,234.56".
func (p *Printer) Amount(a money.Amount) string { return p.euros(a.String()) }

// AmountBare returns an amount without its currency: "1 234,56" or "1,234.56".
// Package money reads it back.
func (p *Printer) AmountBare(a money.Amount) string { return p.figures(a.String()) }

// AmountShort returns an amount in whole euros, without the cents: "1 234 €" or "€1,234".
func (p *Printer) AmountShort(a money.Amount) string {
	return p.euros(strconv.FormatInt(a.Euros(), 10))
}

// UnitPrice returns a price with two to six decimals: "0,1234 €" or "€0.1234".
func (p *Printer) UnitPrice(u money.UnitPrice) string { return p.euros(u.String()) }

// UnitPriceBare returns a price without its currency.
func (p *Printer) UnitPriceBare(u money.UnitPrice) string { return p.figures(u.String()) }

// Rate returns a percentage: "5,5 %" or "5.5%".
func (p *Printer) Rate(r money.Rate) string {
	if p.lang == English {
		return p.RateBare(r) + "%"
	}
	return p.RateBare(r) + nbsp + "%"
}

// RateBare returns a percentage without its sign: "5,5" or "5.5".
func (p *Printer) RateBare(r money.Rate) string { return p.figures(r.Percent()) }

// Quantity returns a number of units: "1,5" or "1.5".
func (p *Printer) Quantity(q money.Quantity) string { return p.figures(q.String()) }

// Number returns a whole number with its thousands apart.
func (p *Printer) Number(n int64) string { return p.figures(strconv.FormatInt(n, 10)) }

// Bytes returns a size in the units that disks are sold in: "1,2 Mo" or "1.2 MB".
func (p *Printer) Bytes(n int64) string {
	units := []string{"o", "ko", "Mo", "Go", "To"}
	if p.lang == English {
		units = []string{"B", "kB", "MB", "GB", "TB"}
	}
	unit, tenths := 0, n*10
	if n > 1<<59 || n < 0 { // no disk is that large
		return p.Number(n) + nbsp + units[0]
	}
	for tenths >= 9_995 && unit < len(units)-1 {
		tenths = (tenths + 500) / 1000
		unit++
	}
	text := strconv.FormatInt(tenths/10, 10)
	if rest := tenths % 10; rest != 0 && tenths < 1000 {
		text += "." + strconv.FormatInt(rest, 10)
	}
	return p.figures(text) + nbsp + units[unit]
}

// euros adds the currency to a number written with a point.
func (p *Printer) euros(s string) string {
	if p.lang != English {
		return p.figures(s) + nbsp + "€"
	}
	if digits, negative := strings.CutPrefix(p.figures(s), minus); negative {
		return minus + "€" + digits
	}
	return "€" + p.figures(s)
}

// figures rewrites a number as "-1234.5" in the habits of the language.
func (p *Printer) figures(s string) string {
	thousands, point := nnbsp, ","
	if p.lang == English {
		thousands, point = ",", "."
	}
	var out strings.Builder
	s, negative := strings.CutPrefix(s, "-")
	if negative {
		out.WriteString(minus)
	}
	whole, decimals, fractional := strings.Cut(s, ".")
	for i, digit := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteString(thousands)
		}
		out.WriteByte(digit)
	}
	if fractional {
		out.WriteString(point)
		out.WriteString(decimals)
	}
	return out.String()
}

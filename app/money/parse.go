package money

import (
	"errors"
	"math/big"
	"strings"
	"unicode/utf8"

	"zafe/app/fault"
)

// inputRunesMax bounds what the parsers look at: longer texts are no numbers.
const inputRunesMax = 120

// refuse returns the fault that tells why a text was refused. It wraps reason:
// ErrSyntax ("money.syntax"), ErrRange ("money.range") or ErrPrecision ("money.precision").
func refuse(text string, decimals int, reason error) error {
	key := "money.syntax"
	switch {
	case errors.Is(reason, ErrRange):
		key = "money.range"
	case errors.Is(reason, ErrPrecision):
		key = "money.precision"
	}
	return fault.New(fault.Invalid, key, "text", shorten(text), "decimals", decimals).Because(reason)
}

// ParseAmount reads what a person typed or pasted: "1 200,50", "1200.5",
// "−3 €", "1,234.56", or a calculation such as "3*12,5" whose result is rounded
// to the cent. A comma and a point are both decimal marks unless repeated or
// followed by the other one. A plain number with more than two decimals is
// refused, because "1,234" means a thousand times more to some. It returns the
// faults "money.syntax", "money.range" and "money.precision", which wrap
// ErrSyntax, ErrRange and ErrPrecision; so do the other parsers.
func ParseAmount(s string) (Amount, error) {
	v, err := parse(s, 2, 2, int64(AmountMax), "€", "eur", "euros", "euro")
	return Amount(v), err
}

// ParseRate reads a percentage: "20", "20 %" and "5,5%" are 200_000, 200_000 and
// 55_000. It takes up to four decimals, and calculations.
func ParseRate(s string) (Rate, error) {
	v, err := parse(s, 4, 4, int64(RateMax), "%")
	return Rate(v), err
}

// ParseQuantity reads a number of units with up to six decimals, or a calculation.
func ParseQuantity(s string) (Quantity, error) {
	v, err := parse(s, 6, 6, int64(QuantityMax))
	return Quantity(v), err
}

// ParseUnitPrice reads a price in euros with up to six decimals, or a calculation.
func ParseUnitPrice(s string) (UnitPrice, error) {
	v, err := parse(s, 6, 6, int64(UnitPriceMax), "€", "eur", "euros", "euro")
	return UnitPrice(v), err
}

// parse evaluates s and returns its value times 10^scale, rounded.
func parse(s string, scale, decimals int, limit int64, suffixes ...string) (int64, error) {
	fail := func(reason error) (int64, error) {
		return 0, refuse(s, decimals, reason)
	}
	if utf8.RuneCountInString(s) > inputRunesMax {
		return fail(ErrSyntax)
	}
	text := trimUnit(plain.Replace(s), suffixes)
	r := reader{text: text}
	value, ok := r.sum()
	if !ok || r.pos != len(r.text) {
		return fail(ErrSyntax)
	}
	if !r.calculated && r.decimals > decimals {
		return fail(ErrPrecision)
	}
	n := rounded(value, scale)
	if n.CmpAbs(big.NewInt(limit)) > 0 {
		return fail(ErrRange)
	}
	return n.Int64(), nil
}

// plain maps the many forms of a space, a minus and a product to one of each.
var plain = strings.NewReplacer(
	"\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u2007", " ", "\t", " ",
	"'", " ", "\u2019", " ",
	"\u2212", "-", "\u2013", "-", "\u2011", "-",
	"\u00d7", "*", "x", "*", "X", "*", "\u00f7", "/",
)

// trimUnit removes one unit written before or after the number.
func trimUnit(s string, units []string) string {
	s = strings.TrimSpace(s)
	for _, u := range units {
		if n := len(s) - len(u); n >= 0 && strings.EqualFold(s[n:], u) {
			return strings.TrimSpace(s[:n])
		}
	}
	for _, u := range units {
		if len(s) >= len(u) && strings.EqualFold(s[:len(u)], u) {
			return strings.TrimSpace(s[len(u):])
		}
	}
	return s
}

// rounded returns v × 10^scale rounded half away from zero.
func rounded(v *big.Rat, scale int) *big.Int {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	num := new(big.Int).Mul(v.Num(), power)
	num.Lsh(num, 1)
	if num.Sign() < 0 {
		num.Sub(num, v.Denom())
	} else {
		num.Add(num, v.Denom())
	}
	return num.Quo(num, new(big.Int).Lsh(v.Denom(), 1))
}

// shorten keeps the start of a text that is too long to be repeated to its author.
func shorten(s string) string {
	r := []rune(strings.ToValidUTF8(s, "\ufffd"))
	if len(r) <= 40 {
		return string(r)
	}
	return string(r[:39]) + "…"
}

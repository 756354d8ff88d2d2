// Package money holds exact quantities of money and the only rounding code of
// the program. It knows numbers, not currencies, languages or screens: showing
// a value to a person is the business of package i18n.
//
// Every value is an int64 counting a fixed fraction, so that it can be compared
// with ==, summed by the database and written to JSON as an integer. Rounding is
// half away from zero (arrondi commercial). Values that come from outside must
// pass Valid before they are computed with; past that gate an overflow is a
// programmer's error and panics.
package money

import (
	"errors"
	"math"
	"math/bits"
)

// Amount is a sum of money in cents of the currency of the books (the euro).
type Amount int64

// Rate is a proportion in millionths: 20 % is 200_000, 5,5 % is 55_000.
type Rate int64

// Quantity is a number of units in millionths of a unit.
type Quantity int64

// UnitPrice is the price of one unit in millionths of a euro.
type UnitPrice int64

// Bounds of what may be entered. They are chosen so that a line built of the
// largest quantity and the largest unit price still fits in an Amount, and so
// that 900 000 of the largest amounts can be summed.
const (
	AmountMax    Amount    = 1e13 // 100 000 000 000,00 €
	RateMax      Rate      = 1e7  // 1 000 %
	QuantityMax  Quantity  = 1e14 // 100 000 000 units
	UnitPriceMax UnitPrice = 1e14 // 100 000 000 €
)

// One of each kind.
const (
	Cent     Amount    = 1
	Euro     Amount    = 100
	Percent  Rate      = 1e4
	WholePct Rate      = 1e6 // 100 %
	Unit     Quantity  = 1e6
	UnitEuro UnitPrice = 1e6
)

// ErrSyntax says that a text is not a number, nor a calculation of numbers.
var ErrSyntax = errors.New("money: not a number")

// ErrRange says that a number is well written but larger than the bounds of its kind.
var ErrRange = errors.New("money: number out of range")

// ErrPrecision says that a number has more decimals than its kind can hold.
var ErrPrecision = errors.New("money: too many decimals")

// Valid reports whether a lies within ±AmountMax.
func (a Amount) Valid() bool { return a >= -AmountMax && a <= AmountMax }

// Valid reports whether r lies within ±RateMax.
func (r Rate) Valid() bool { return r >= -RateMax && r <= RateMax }

// Valid reports whether q lies within ±QuantityMax.
func (q Quantity) Valid() bool { return q >= -QuantityMax && q <= QuantityMax }

// Valid reports whether p lies within ±UnitPriceMax.
func (p UnitPrice) Valid() bool { return p >= -UnitPriceMax && p <= UnitPriceMax }

// Add returns a + b. It panics on overflow.
func (a Amount) Add(b Amount) Amount {
	s := a + b
	if (s > a) != (b > 0) {
		panic("money: overflow in Add")
	}
	return s
}

// Sub returns a - b. It panics on overflow.
func (a Amount) Sub(b Amount) Amount {
	d := a - b
	if (d < a) != (b > 0) {
		panic("money: overflow in Sub")
	}
	return d
}

// Neg returns -a. It panics on the one value that has no opposite.
func (a Amount) Neg() Amount {
	if a == math.MinInt64 {
		panic("money: overflow in Neg")
	}
	return -a
}

// Abs returns a without its sign. It panics on the one value that has no opposite.
func (a Amount) Abs() Amount {
	if a < 0 {
		return a.Neg()
	}
	return a
}

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int {
	switch {
	case a < 0:
		return -1
	case a > 0:
		return 1
	}
	return 0
}

// Mul returns a × r rounded to the cent, as VAT from its base. It panics on overflow.
func (a Amount) Mul(r Rate) Amount {
	return Amount(mulDiv(int64(a), int64(r), 1, uint64(WholePct)))
}

// NetOf returns the amount before tax (HT) of a, which includes tax (TTC) at
// rate r, rounded to the cent. It panics if r is -100 % or less.
func (a Amount) NetOf(r Rate) Amount {
	if r <= -WholePct {
		panic("money: NetOf with a rate of -100 % or less")
	}
	return Amount(mulDiv(int64(a), int64(WholePct), 1, uint64(WholePct+r)))
}

// Share returns a × part / whole rounded to the cent, as the tax that becomes
// due when part of a bill is paid. It panics if whole is zero.
func (a Amount) Share(part, whole Amount) Amount {
	if whole == 0 {
		panic("money: Share of nothing")
	}
	v := mulDiv(int64(a), int64(part), 1, magnitude(int64(whole)))
	if whole < 0 {
		v = -v
	}
	return Amount(v)
}

// RateOf returns part / whole as a rate, rounded to the millionth, as a margin.
// It panics if whole is zero.
func RateOf(part, whole Amount) Rate {
	return Rate(Amount(WholePct).Share(part, whole))
}

// Euros returns a in whole euros, rounded, as tax forms want it.
func (a Amount) Euros() int64 { return mulDiv(int64(a), 1, 1, uint64(Euro)) }

// UnitPrice returns a as the price of one unit. It panics on overflow.
func (a Amount) UnitPrice() UnitPrice {
	return UnitPrice(mulDiv(int64(a), int64(UnitEuro/UnitPrice(Euro)), 1, 1))
}

// Amount returns p rounded to the cent.
func (p UnitPrice) Amount() Amount {
	return Amount(mulDiv(int64(p), 1, 1, uint64(UnitEuro)/uint64(Euro)))
}

// LineNet returns q × p less a discount, rounded once to the cent. The discount
// lies between 0 and 100 %, anything else panics. The result of valid operands
// always fits, but may exceed AmountMax: check it with Valid.
func LineNet(q Quantity, p UnitPrice, discount Rate) Amount {
	if discount < 0 || discount > WholePct {
		panic("money: discount outside 0..100 %")
	}
	const scale = uint64(Unit) * uint64(UnitEuro) / uint64(Euro) * uint64(WholePct) // 10^16
	return Amount(mulDiv(int64(q), int64(p), uint64(WholePct-discount), scale))
}

// Sum returns the total of amounts. It panics on overflow.
func Sum(amounts ...Amount) Amount {
	var total Amount
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}

// mulDiv returns a × b × c / d rounded half away from zero, through 192 bits.
func mulDiv(a, b int64, c, d uint64) int64 {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	w1, w0 := bits.Mul64(lo, c)
	w2, mid := bits.Mul64(hi, c)
	w1, carry := bits.Add64(w1, mid, 0)
	w2 += carry
	if w2 != 0 || w1 >= d {
		panic("money: overflow in a product")
	}
	q, rest := bits.Div64(w1, w0, d)
	if rest >= d-rest { // at least half, written so that it cannot overflow
		q++
	}
	if q > math.MaxInt64 {
		panic("money: overflow in a product")
	}
	if (a < 0) != (b < 0) {
		return -int64(q)
	}
	return int64(q)
}

// magnitude returns |v|, exact even for the smallest int64.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

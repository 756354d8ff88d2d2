package money

import "strconv"

// String returns a with two decimals and a point, such as "-1234.56", for logs
// and formats made for machines.
func (a Amount) String() string { return string(appendDecimal(nil, int64(a), 2, 2, '.')) }

// AppendComma appends a with two decimals and a comma, such as "1234,56", the
// notation of the accounting entries file (FEC).
func (a Amount) AppendComma(dst []byte) []byte { return appendDecimal(dst, int64(a), 2, 2, ',') }

// Percent returns r in percent with a point and no useless zero, such as "5.5".
func (r Rate) Percent() string { return string(appendDecimal(nil, int64(r), 4, 0, '.')) }

// String returns r in percent with its sign, such as "5.5%".
func (r Rate) String() string { return r.Percent() + "%" }

// String returns q with a point and no useless zero, such as "1.5".
func (q Quantity) String() string { return string(appendDecimal(nil, int64(q), 6, 0, '.')) }

// String returns p with a point and two to six decimals, such as "0.1234".
func (p UnitPrice) String() string { return string(appendDecimal(nil, int64(p), 6, 2, '.')) }

// appendDecimal appends v / 10^scale, keeping at least keep decimals.
func appendDecimal(dst []byte, v int64, scale, keep int, point byte) []byte {
	if v < 0 {
		dst = append(dst, '-')
	}
	var buf [32]byte
	digits := strconv.AppendUint(buf[:0], magnitude(v), 10)
	for len(digits) <= scale {
		digits = append([]byte{'0'}, digits...)
	}
	whole, decimals := digits[:len(digits)-scale], digits[len(digits)-scale:]
	for len(decimals) > keep && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	dst = append(dst, whole...)
	if len(decimals) == 0 {
		return dst
	}
	return append(append(dst, point), decimals...)
}

package money

import (
	"math/big"
	"strings"
)

// reader evaluates sums and products of numbers, without parentheses: in the
// tables people paste from, "(12,50)" is a negative number, elsewhere it is not.
type reader struct {
	text       string
	pos        int
	calculated bool // an operator was met
	decimals   int  // decimals of the last number
}

func (r *reader) sum() (*big.Rat, bool) {
	total, ok := r.product()
	for ok {
		op := r.operator("+-")
		if op == 0 {
			break
		}
		var v *big.Rat
		if v, ok = r.product(); !ok {
			break
		}
		if op == '+' {
			total.Add(total, v)
		} else {
			total.Sub(total, v)
		}
	}
	return total, ok
}

func (r *reader) product() (*big.Rat, bool) {
	total, ok := r.factor()
	for ok {
		op := r.operator("*/")
		if op == 0 {
			break
		}
		var v *big.Rat
		if v, ok = r.factor(); !ok {
			break
		}
		if op == '*' {
			total.Mul(total, v)
			continue
		}
		if v.Sign() == 0 {
			return nil, false
		}
		total.Quo(total, v)
	}
	return total, ok
}

// operator consumes and returns one of set, or returns 0.
func (r *reader) operator(set string) byte {
	r.spaces()
	if r.pos < len(r.text) && strings.IndexByte(set, r.text[r.pos]) >= 0 {
		r.calculated = true
		r.pos++
		return r.text[r.pos-1]
	}
	return 0
}

func (r *reader) spaces() {
	for r.pos < len(r.text) && r.text[r.pos] == ' ' {
		r.pos++
	}
}

// factor reads a number with at most one sign.
func (r *reader) factor() (*big.Rat, bool) {
	r.spaces()
	negative := false
	if r.pos < len(r.text) && (r.text[r.pos] == '-' || r.text[r.pos] == '+') {
		negative = r.text[r.pos] == '-'
		r.pos++
		r.spaces()
	}
	start := r.pos
	for r.pos < len(r.text) && strings.IndexByte("0123456789,. ", r.text[r.pos]) >= 0 {
		r.pos++
	}
	digits, decimals, ok := number(strings.TrimRight(r.text[start:r.pos], " "))
	if !ok {
		return nil, false
	}
	r.decimals = decimals
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, false
	}
	if negative {
		n.Neg(n)
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	return new(big.Rat).SetFrac(n, power), true
}

// number splits one written number into its digits and the count of those that
// are decimals, after checking that thousands are grouped by three.
func number(s string) (digits string, decimals int, ok bool) {
	mark := decimalMark(s)
	whole, fraction := s, ""
	if mark >= 0 {
		whole, fraction = s[:mark], s[mark+1:]
	}
	if strings.ContainsAny(fraction, ",. ") || !grouped(whole) || whole+fraction == "" {
		return "", 0, false
	}
	whole = strings.NewReplacer(" ", "", ",", "", ".", "").Replace(whole)
	return whole + fraction, len(fraction), true
}

// decimalMark returns where the decimal mark of s is, or -1: the last of comma
// and point, unless that one is repeated and so separates thousands.
func decimalMark(s string) int {
	mark := strings.LastIndexAny(s, ",.")
	if mark < 0 || strings.IndexByte(s[:mark], s[mark]) >= 0 {
		return -1
	}
	return mark
}

// grouped reports whether the separators of a whole number are all the same and
// cut it in groups of three digits.
func grouped(s string) bool {
	at := strings.IndexAny(s, ",. ")
	if at < 0 {
		return true
	}
	groups := strings.Split(s, s[at:at+1])
	for i, g := range groups {
		if strings.ContainsAny(g, ",. ") || len(g) > 3 || len(g) == 0 || (i > 0 && len(g) != 3) {
			return false
		}
	}
	return true
}

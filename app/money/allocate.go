package money

import (
	"math/bits"
	"slices"
)

// Allocate splits total in proportion to weights so that the parts add up to
// total exactly: each part is rounded towards zero and the cents left over go
// to the largest remainders, the first one winning a tie. Weights of zero get
// nothing, unless all are zero: then the parts are equal. Without weights it
// returns nil. A negative weight panics.
func Allocate(total Amount, weights []int64) []Amount {
	if len(weights) == 0 {
		return nil
	}
	var sum uint64
	for _, w := range weights {
		var carry uint64
		if sum, carry = bits.Add64(sum, magnitude(w), 0); w < 0 || carry != 0 {
			panic("money: negative or too large weights in Allocate")
		}
	}
	if sum == 0 {
		return Allocate(total, slices.Repeat([]int64{1}, len(weights)))
	}
	parts := make([]Amount, len(weights))
	remainders := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := magnitude(int64(total))
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(int64(total)), uint64(w))
		part, rest := bits.Div64(hi, lo, sum) // hi < sum because w <= sum
		parts[i], remainders[i], order[i] = Amount(part), rest, i
		left -= part
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case remainders[i] > remainders[j]:
			return -1
		case remainders[i] < remainders[j]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] { // fewer cents are left than there are parts
		parts[i]++
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts
}

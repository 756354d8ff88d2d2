package recovery

import (
	"slices"
	"strings"
)

// bech32mConst is what the checksum of a right text comes to (BIP 350).
const bech32mConst = 0x2bc830a3

// polymod is the remainder of the BCH code of BIP 173, over the human-readable
// part, which is the prefix in the expanded form (the high bits of its lower-case
// letters, a zero, the low bits), and then the values of five bits.
func (f form) polymod(values []byte) uint32 {
	sum := uint32(1)
	name := strings.ToLower(f.prefix)
	for i := range len(name) {
		sum = step(sum) ^ uint32(name[i]>>5)
	}
	sum = step(sum)
	for i := range len(name) {
		sum = step(sum) ^ uint32(name[i]&31)
	}
	for _, v := range values {
		sum = step(sum) ^ uint32(v)
	}
	return sum
}

// step multiplies a remainder by x.
func step(sum uint32) uint32 {
	top := sum >> 25
	sum = (sum & 0x1ffffff) << 5
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}

func (f form) valid(values []byte) bool { return f.polymod(values) == bech32mConst }

// checksum returns the six values that follow data.
func (f form) checksum(data []byte) []byte {
	sum := f.polymod(append(append([]byte{}, data...), make([]byte, checkSymbols)...)) ^ bech32mConst
	out := make([]byte, checkSymbols)
	for i := range out {
		out[i] = byte(sum>>(5*(checkSymbols-1-i))) & 31
	}
	return out
}

// mistyped returns the number of the group in which one symbol was replaced, or
// two neighbours were swapped, to get these values; 0 if no such error explains
// them. The code is linear and tells all such errors apart: each changes the
// remainder by an amount of its own, whatever the key.
func (f form) mistyped(values []byte) int {
	change := f.polymod(values) ^ bech32mConst
	var here [len(alphabet)]uint32 // what each change of the symbol at i does
	for v := range here {
		here[v] = uint32(v)
	}
	for i, value := range slices.Backward(values) {
		if slices.Contains(here[1:], change) {
			return f.groupOf(i)
		}
		after := here
		for v := range here {
			here[v] = step(here[v])
		}
		if i > 0 && f.groupOf(i) == f.groupOf(i-1) {
			if d := value ^ values[i-1]; here[d]^after[d] == change {
				return f.groupOf(i)
			}
		}
	}
	return 0
}

// fives returns bytes as values of five bits; the last one is filled with zeros.
func fives(data []byte) []byte {
	values := make([]byte, 0, (len(data)*8+4)/5)
	var buffer, bits uint32
	for _, b := range data {
		buffer, bits = buffer<<8|uint32(b), bits+8
		for ; bits >= 5; bits -= 5 {
			values = append(values, byte(buffer>>(bits-5))&31)
		}
	}
	if bits > 0 {
		values = append(values, byte(buffer<<(5-bits))&31)
	}
	return values
}

// eights is the inverse of fives, as far as the values make whole bytes.
func eights(values []byte) []byte {
	data := make([]byte, 0, len(values)*5/8)
	var buffer, bits uint32
	for _, v := range values {
		buffer, bits = buffer<<5|uint32(v), bits+5
		if bits >= 8 {
			data = append(data, byte(buffer>>(bits-8)))
			bits -= 8
		}
	}
	return data
}

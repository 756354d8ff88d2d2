package recovery

import "slices"

// bech32mConst is what the checksum of a right text comes to (BIP 350).
const bech32mConst = 0x2bc830a3

// hrp is the human-readable part that the checksum covers, in the expanded form
// of BIP 173: the high bits of "zafe1", a zero, the low bits.
var hrp = []byte{
	'z' >> 5, 'a' >> 5, 'f' >> 5, 'e' >> 5, '1' >> 5, 0,
	'z' & 31, 'a' & 31, 'f' & 31, 'e' & 31, '1' & 31,
}

// polymod is the remainder of the BCH code of BIP 173, over the human-readable
// part and then the values of five bits.
func polymod(values []byte) uint32 {
	sum := uint32(1)
	for _, part := range [][]byte{hrp, values} {
		for _, v := range part {
			sum = step(sum) ^ uint32(v)
		}
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

func valid(values []byte) bool { return polymod(values) == bech32mConst }

// checksum returns the six values that follow data.
func checksum(data []byte) []byte {
	sum := polymod(append(append([]byte{}, data...), make([]byte, checkSymbols)...)) ^ bech32mConst
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
func mistyped(values []byte) int {
	change := polymod(values) ^ bech32mConst
	var here [len(alphabet)]uint32 // what each change of the symbol at i does
	for v := range here {
		here[v] = uint32(v)
	}
	for i, value := range slices.Backward(values) {
		if slices.Contains(here[1:], change) {
			return groupOf(i)
		}
		after := here
		for v := range here {
			here[v] = step(here[v])
		}
		if i > 0 && groupOf(i) == groupOf(i-1) {
			if d := value ^ values[i-1]; here[d]^after[d] == change {
				return groupOf(i)
			}
		}
	}
	return 0
}

// values returns the key as 32 values of five bits.
func (k Key) values() []byte {
	values := make([]byte, 0, symbolCount)
	var buffer, bits uint32
	for _, b := range k {
		buffer, bits = buffer<<8|uint32(b), bits+8
		for ; bits >= 5; bits -= 5 {
			values = append(values, byte(buffer>>(bits-5))&31)
		}
	}
	return values
}

// pack is the inverse of values.
func pack(values []byte) Key {
	var k Key
	var buffer, bits uint32
	n := 0
	for _, v := range values {
		buffer, bits = buffer<<5|uint32(v), bits+5
		if bits >= 8 {
			k[n] = byte(buffer >> (bits - 8))
			bits -= 8
			n++
		}
	}
	return k
}

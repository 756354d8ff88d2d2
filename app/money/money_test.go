package money

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// oracle returns num/den rounded half away from zero, with big integers.
func oracle(num, den *big.Int) *big.Int {
	n, d := new(big.Int).Abs(num), new(big.Int).Abs(den)
	q, r := new(big.Int).QuoRem(n, d, new(big.Int))
	if r.Lsh(r, 1).Cmp(d) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if num.Sign()*den.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

func product(factors ...int64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	return p
}

// nearHalf draws a pair whose product is a multiple of den/2, or next to one:
// uniform draws practically never meet a half and let wrong rounding pass.
func nearHalf(t *rapid.T, den, aMax, bMax int64) (a, b int64) {
	factors := []int64{1, 2, 4, 5, 10, 20, 25, 50, 100, 125, 500, 1000, 5000, 50000, 500000}
	d := rapid.SampledFrom(factors).Draw(t, "factor")
	half := den / 2 / d
	if half == 0 || d > aMax || half > bMax {
		half = 1
	}
	a = d * rapid.Int64Range(-aMax/d, aMax/d).Draw(t, "a")
	b = half * rapid.Int64Range(-bMax/half, bMax/half).Draw(t, "b")
	a += rapid.SampledFrom([]int64{0, 0, 0, -1, 1}).Draw(t, "nudge")
	return min(max(a, -aMax), aMax), b
}

func TestMulMatchesOracle(t *testing.T) {
	halves := 0
	rapid.Check(t, func(t *rapid.T) {
		a, r := nearHalf(t, int64(WholePct), int64(AmountMax), int64(RateMax))
		p := product(a, r)
		if new(big.Int).Rem(p, big.NewInt(1e6)).CmpAbs(big.NewInt(5e5)) == 0 {
			halves++
		}
		if got, want := Amount(a).Mul(Rate(r)), oracle(p, big.NewInt(1e6)); int64(got) != want.Int64() {
			t.Fatalf("%d × %d = %d, want %s", a, r, got, want)
		}
	})
	if halves == 0 {
		t.Error("no exact half was drawn: the generator tests nothing")
	}
}

func TestLineNetMatchesOracle(t *testing.T) {
	halves := 0
	den := product(1e8, 1e8)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]int64{0, 0, 100_000, 333_333, 500_000, 1_000_000}).Draw(t, "discount")
		q, p := nearHalf(t, 1e10, int64(QuantityMax), int64(UnitPriceMax))
		num := product(q, p, 1e6-d)
		if new(big.Int).Rem(num, den).CmpAbs(product(5, 1e15)) == 0 {
			halves++
		}
		if got, want := LineNet(Quantity(q), UnitPrice(p), Rate(d)), oracle(num, den); int64(got) != want.Int64() {
			t.Fatalf("%d × %d less %d = %d, want %s", q, p, d, got, want)
		}
	})
	if halves == 0 {
		t.Error("no exact half was drawn: the generator tests nothing")
	}
}

func TestShareNetOfAndConversions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(1, 1e6).Draw(t, "whole") * rapid.SampledFrom([]int64{-2, -1, 1, 2}).Draw(t, "by")
		a, part := nearHalf(t, max(whole, -whole), 1e9, 1e9)
		if got, want := Amount(a).Share(Amount(part), Amount(whole)), oracle(product(a, part), big.NewInt(whole)); int64(got) != want.Int64() {
			t.Fatalf("%d × %d / %d = %d, want %s", a, part, whole, got, want)
		}
		r := rapid.Int64Range(-999_999, int64(RateMax)).Draw(t, "rate")
		if got, want := Amount(a).NetOf(Rate(r)), oracle(product(a, 1e6), big.NewInt(1e6+r)); int64(got) != want.Int64() {
			t.Fatalf("NetOf(%d, %d) = %d, want %s", a, r, got, want)
		}
		p := rapid.Int64Range(-int64(UnitPriceMax)/5000, int64(UnitPriceMax)/5000).Draw(t, "price") * 5000
		if got, want := UnitPrice(p).Amount(), oracle(big.NewInt(p), big.NewInt(1e4)); int64(got) != want.Int64() {
			t.Fatalf("%d in cents = %d, want %s", p, got, want)
		}
		if back := Amount(a).UnitPrice().Amount(); back != Amount(a) {
			t.Fatalf("%d came back as %d", a, back)
		}
	})
}

func TestRounding(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want int64
	}{
		{"20 % of 0,02", int64(Amount(2).Mul(200_000)), 0},
		{"20 % of 0,03", int64(Amount(3).Mul(200_000)), 1},
		{"5,5 % of 1,00", int64(Amount(100).Mul(55_000)), 6}, // 5.5 cents
		{"5,5 % of -1,00", int64(Amount(-100).Mul(55_000)), -6},
		{"half of one cent", int64(Amount(1).Mul(500_000)), 1},
		{"just under half", int64(Amount(1).Mul(499_999)), 0},
		{"3 × 0,335", int64(LineNet(3*Unit, 335_000, 0)), 101}, // 100.5 cents
		{"1,5 × 33,33 less 10 %", int64(LineNet(1_500_000, 33_330_000, 100_000)), 4500},
		{"whole discount", int64(LineNet(3*Unit, 10*UnitEuro, WholePct)), 0},
		{"net of 120,00 at 20 %", int64(Amount(12000).NetOf(200_000)), 10000},
		{"net of 1,00 at 8,5 %", int64(Amount(100).NetOf(85_000)), 92},
		{"euros of 0,50", Amount(50).Euros(), 1},
		{"euros of -0,50", Amount(-50).Euros(), -1},
		{"euros of 0,49", Amount(49).Euros(), 0},
		{"price to cents", int64(UnitPrice(4_999).Amount()), 0},
		{"price half cent", int64(UnitPrice(5_000).Amount()), 1},
		{"margin", int64(RateOf(1, 3)), 333_333},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestLargestValidOperandsFit(t *testing.T) {
	if got := LineNet(QuantityMax, UnitPriceMax, 0); got != 1e18 || got.Valid() {
		t.Errorf("largest line: %d, valid %v", got, got.Valid())
	}
	if got := AmountMax.Mul(RateMax); got != 1e14 {
		t.Errorf("largest product: %d", got)
	}
	if got := AmountMax.UnitPrice(); got != 1e17 {
		t.Errorf("largest price: %d", got)
	}
	for _, ok := range []bool{
		(AmountMax + 1).Valid(), (-AmountMax - 1).Valid(), (RateMax + 1).Valid(),
		(QuantityMax + 1).Valid(), (UnitPriceMax + 1).Valid(), (-RateMax - 1).Valid(),
	} {
		if ok {
			t.Error("a value past its bound is valid")
		}
	}
	if !AmountMax.Valid() || !(-RateMax).Valid() || !QuantityMax.Valid() || !(-UnitPriceMax).Valid() {
		t.Error("a bound is not valid")
	}
}

func TestOverflowPanics(t *testing.T) {
	const huge, low = Amount(math.MaxInt64), Amount(math.MinInt64)
	for name, f := range map[string]func(){
		"add":             func() { huge.Add(1) },
		"add negative":    func() { low.Add(-1) },
		"sub":             func() { low.Sub(1) },
		"sub negative":    func() { huge.Sub(-1) },
		"neg":             func() { low.Neg() },
		"abs":             func() { low.Abs() },
		"mul":             func() { huge.Mul(2 * WholePct) },
		"unit price":      func() { huge.UnitPrice() },
		"sum":             func() { Sum(huge, 1) },
		"line":            func() { LineNet(math.MaxInt64, math.MaxInt64, 0) },
		"line by a carry": func() { LineNet(4*18446744073709+3, 1<<62, 0) },
		"discount":        func() { LineNet(Unit, UnitEuro, -1) },
		"large discount":  func() { LineNet(Unit, UnitEuro, WholePct+1) },
		"net of":          func() { Euro.NetOf(-WholePct) },
		"share":           func() { Euro.Share(1, 0) },
		"negative weight": func() { Allocate(1, []int64{1, -1}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
	if huge.Add(0) != huge || low.Sub(0) != low || huge.Add(low) != -1 || low.Add(huge).Sign() != -1 {
		t.Error("the last values that fit are refused or wrong")
	}
}

func TestAddMatchesOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		for name, c := range map[string]struct {
			f    func(Amount) Amount
			want *big.Int
		}{
			"add": {Amount(a).Add, new(big.Int).Add(big.NewInt(a), big.NewInt(b))},
			"sub": {Amount(a).Sub, new(big.Int).Sub(big.NewInt(a), big.NewInt(b))},
		} {
			func() {
				defer func() {
					if r := recover(); (r != nil) == c.want.IsInt64() {
						t.Fatalf("%s(%d, %d): panic %v, want %s", name, a, b, r, c.want)
					}
				}()
				if got := c.f(Amount(b)); int64(got) != c.want.Int64() {
					t.Fatalf("%s(%d, %d) = %d", name, a, b, got)
				}
			}()
		}
	})
}

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		total   Amount
		weights []int64
		want    []Amount
	}{
		{100, []int64{1, 1, 1}, []Amount{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []Amount{-34, -33, -33}},
		{100, []int64{0, 1, 2}, []Amount{0, 33, 67}},
		{5, []int64{0, 0}, []Amount{3, 2}},
		{1, []int64{10, 20}, []Amount{0, 1}},
		{7, nil, nil},
	} {
		got := Allocate(c.total, c.weights)
		if len(got) != len(c.want) {
			t.Fatalf("Allocate(%d, %v) = %v", c.total, c.weights, got)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("Allocate(%d, %v) = %v, want %v", c.total, c.weights, got, c.want)
			}
		}
	}
}

func TestAllocateIsExactAndFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := Amount(rapid.Int64().Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64/16), 1, 16).Draw(t, "weights")
		parts := Allocate(total, weights)
		if got := Sum(parts...); got != total {
			t.Fatalf("parts add up to %d, not %d", got, total)
		}
		sum := new(big.Int)
		for _, w := range weights {
			sum.Add(sum, big.NewInt(w))
		}
		if sum.Sign() == 0 {
			return
		}
		for i, p := range parts { // |part × sum − total × weight| < sum: less than a cent away
			diff := new(big.Int).Mul(big.NewInt(int64(p)), sum)
			diff.Sub(diff, product(int64(total), weights[i]))
			if diff.CmpAbs(sum) >= 0 {
				t.Fatalf("part %d of %v is %d: a cent or more away from its share", i, weights, p)
			}
		}
	})
}

func TestText(t *testing.T) {
	for want, got := range map[string]string{
		"1234.56":               Amount(123456).String(),
		"-0.05":                 Amount(-5).String(),
		"0.00":                  Amount(0).String(),
		"-92233720368547758.08": Amount(math.MinInt64).String(),
		"-1234,50":              string(Amount(-123450).AppendComma(nil)),
		"x0,01":                 string(Amount(1).AppendComma([]byte("x"))),
		"20%":                   Rate(200_000).String(),
		"5.5%":                  Rate(55_000).String(),
		"1.75":                  Rate(17_500).Percent(),
		"-0.0001":               Rate(-1).Percent(),
		"1.5":                   Quantity(1_500_000).String(),
		"0":                     Quantity(0).String(),
		"100":                   (100 * Unit).String(),
		"12.50":                 UnitPrice(12_500_000).String(),
		"0.123456":              UnitPrice(123_456).String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestJSONIsAnInteger(t *testing.T) {
	type line struct {
		A Amount
		R Rate
		Q Quantity
		P UnitPrice
	}
	in := line{-123456, 200_000, 1_500_000, 12_500_000}
	text, err := json.Marshal(in)
	if want := `{"A":-123456,"R":200000,"Q":1500000,"P":12500000}`; err != nil || string(text) != want {
		t.Fatalf("%s, %v", text, err)
	}
	var out line
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("%+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"A":12.5}`), &out); err == nil {
		t.Error("a fraction was accepted as an amount")
	}
}

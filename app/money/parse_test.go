package money

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/fault"
)

func TestParseAmount(t *testing.T) {
	for in, want := range map[string]Amount{
		"0":                    0,
		"12":                   1200,
		"1 200,50":             120050,
		"1200.5":               120050,
		"1\u202f234,56\u00a0€": 123456,
		"1,234.56":             123456,
		"1.234,56":             123456,
		"1.234.567":            123456700,
		"1 234 567,8":          123456780,
		"1'234.50":             123450,
		"€ 12":                 1200,
		"12 EUR":               1200,
		"12 euros":             1200,
		"\u22123,20":           -320,
		"-3":                   -300,
		"+3":                   300,
		",5":                   50,
		"5,":                   500,
		"3*12,5":               3750,
		"3×12,5":               3750,
		"3 x 12,5 €":           3750,
		"12*3+4":               4000,
		"4+12*3":               4000,
		"10-2-3":               500,
		"100/3":                3333,
		"200/3":                6667,
		"-1/200":               -1, // half a cent
		"2*-3":                 -600,
		"1,234*2":              247,
		"1 000 + 1 000":        200000,
		"100 000 000 000":      AmountMax,
		"0,10+0,20":            30,
	} {
		if got, err := ParseAmount(in); err != nil || got != want {
			t.Errorf("ParseAmount(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	long := "1"
	for len(long) <= inputRunesMax {
		long += "+1"
	}
	for in, want := range map[string]error{
		"":                                 ErrSyntax,
		"  ":                               ErrSyntax,
		"€":                                ErrSyntax,
		",":                                ErrSyntax,
		"-":                                ErrSyntax,
		"abc":                              ErrSyntax,
		"12a":                              ErrSyntax,
		"1 2":                              ErrSyntax,
		"12 34":                            ErrSyntax,
		"1234 567":                         ErrSyntax,
		"1,2,3":                            ErrSyntax,
		"1.234,567.8":                      ErrSyntax,
		"1,5.5,5":                          ErrSyntax,
		"(12,50)":                          ErrSyntax,
		"--3":                              ErrSyntax,
		"3*":                               ErrSyntax,
		"*3":                               ErrSyntax,
		"1/0":                              ErrSyntax,
		"1e5":                              ErrSyntax,
		"NaN":                              ErrSyntax,
		"12 % ":                            ErrSyntax,
		long:                               ErrSyntax,
		"\xff":                             ErrSyntax,
		"1,234":                            ErrPrecision,
		"0.001":                            ErrPrecision,
		"100 000 000 000,01":               ErrRange,
		"99999999999999999999999999999999": ErrRange,
	} {
		got, err := ParseAmount(in)
		if !errors.Is(err, want) || got != 0 {
			t.Errorf("ParseAmount(%q) = %d, %v; want %v", in, got, err, want)
		}
		var typed *fault.Fault
		if !errors.As(err, &typed) || typed.FaultKey() == "" || typed.FaultArgs()["decimals"] != 2 {
			t.Errorf("ParseAmount(%q): error %#v", in, err)
		}
	}
}

func TestParseOthers(t *testing.T) {
	for in, want := range map[string]Rate{"20": 200_000, "20 %": 200_000, "5,5%": 55_000, "2.1": 21_000, "1,75 %": 17_500} {
		if got, err := ParseRate(in); err != nil || got != want {
			t.Errorf("ParseRate(%q) = %d, %v", in, got, err)
		}
	}
	for in, want := range map[string]Quantity{"1,234": 1_234_000, "2*3": 6 * Unit, "-0,000001": -1} {
		if got, err := ParseQuantity(in); err != nil || got != want {
			t.Errorf("ParseQuantity(%q) = %d, %v", in, got, err)
		}
	}
	for in, want := range map[string]UnitPrice{"0,1234 €": 123_400, "10/3": 3_333_333} {
		if got, err := ParseUnitPrice(in); err != nil || got != want {
			t.Errorf("ParseUnitPrice(%q) = %d, %v", in, got, err)
		}
	}
	if _, err := ParseRate("1001"); !errors.Is(err, ErrRange) {
		t.Errorf("rate: %v", err)
	}
	if _, err := ParseQuantity("0,0000001"); !errors.Is(err, ErrPrecision) {
		t.Errorf("quantity: %v", err)
	}
	if _, err := ParseUnitPrice("100000001"); !errors.Is(err, ErrRange) {
		t.Errorf("price: %v", err)
	}
}

func TestParseReadsBackWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(-int64(AmountMax), int64(AmountMax)).Draw(t, "a"))
		for _, text := range []string{a.String(), string(a.AppendComma(nil))} {
			if got, err := ParseAmount(text); err != nil || got != a {
				t.Fatalf("%q read as %d, %v", text, got, err)
			}
		}
		q := Quantity(rapid.Int64Range(-int64(QuantityMax), int64(QuantityMax)).Draw(t, "q"))
		if got, err := ParseQuantity(q.String()); err != nil || got != q {
			t.Fatalf("%q read as %d, %v", q, got, err)
		}
		r := Rate(rapid.Int64Range(-int64(RateMax), int64(RateMax)).Draw(t, "r"))
		if got, err := ParseRate(r.String()); err != nil || got != r {
			t.Fatalf("%q read as %d, %v", r, got, err)
		}
		p := UnitPrice(rapid.Int64Range(-int64(UnitPriceMax), int64(UnitPriceMax)).Draw(t, "p"))
		if got, err := ParseUnitPrice(p.String()); err != nil || got != p {
			t.Fatalf("%q read as %d, %v", p, got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1 200,50", "1,234.56", "3*12,5", "12*3+4-2/7", "−3 €", "", "((", "1.2.3", "\xff,", "9/9/9/9/9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseAmount(s); err == nil {
			if !a.Valid() {
				t.Errorf("%q gives %d, out of bounds", s, a)
			}
			if back, err := ParseAmount(a.String()); err != nil || back != a {
				t.Errorf("%q gives %s, read back as %d, %v", s, a, back, err)
			}
		}
		for _, err := range []error{
			second(ParseRate(s)), second(ParseQuantity(s)), second(ParseUnitPrice(s)), second(ParseAmount(s)),
		} {
			if err != nil && !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrRange) && !errors.Is(err, ErrPrecision) {
				t.Errorf("%q: untyped error %v", s, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

package billing_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/billing"
	"zafe/app/money"
	"zafe/app/tax"
)

var rates = []money.Rate{200_000, 100_000, 85_000, 55_000, 21_000, 17_500, 10_500, 9_000}

// exactRound returns num/den rounded half away from zero and whether it was an exact half.
func exactRound(num, den *big.Int) (money.Amount, bool) {
	twice := new(big.Int).Abs(num)
	twice.Lsh(twice, 1)
	q, r := new(big.Int).QuoRem(new(big.Int).Add(twice, den), new(big.Int).Lsh(den, 1), new(big.Int))
	v := money.Amount(q.Int64())
	if num.Sign() < 0 {
		v = -v
	}
	return v, r.Sign() == 0
}

// draw makes a line whose net is near a multiple on which the usual rates meet exact halves of a
// cent: uniform draws practically never do.
func draw(t *rapid.T) billing.Line {
	step := rapid.SampledFrom([]int64{1, 5, 100, 500, 10_000}).Draw(t, "step")
	cents := step * rapid.Int64Range(-2_000, 20_000).Draw(t, "cents")
	cents += rapid.SampledFrom([]int64{0, 0, 0, 0, -1, 1}).Draw(t, "nudge")
	l := goods(money.Amount(cents), rapid.SampledFrom(rates).Draw(t, "rate"))
	l.Quantity = money.Quantity(
		rapid.SampledFrom([]int64{1e6, 1e6, 5e5, 3_333_333, 18_500_000, -1e6}).Draw(t, "quantity"),
	)
	l.Discount = rapid.SampledFrom([]money.Rate{0, 0, 50_000, 333_333, 1_000_000}).Draw(t, "discount")
	if rapid.Bool().Draw(t, "service") {
		l.Nature = tax.Services
	}
	return l
}

func TestTotalsMatchTheOracle(t *testing.T) {
	halves := 0
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(draw), 1, 12).Draw(t, "lines")
		collected := rapid.Bool().Draw(t, "on collection")
		got, err := billing.Compute(lines, collected, nil)
		if err != nil {
			t.Fatal(err)
		}
		base, pending := map[money.Rate]money.Amount{}, map[money.Rate]money.Amount{}
		var net, vat money.Amount
		for i, l := range lines {
			// quantity and price are in millionths, the rest of the discount too: cents are 10^-16 of it
			p := new(big.Int).Mul(big.NewInt(int64(l.Quantity)), big.NewInt(int64(l.UnitPrice)))
			p.Mul(p, big.NewInt(int64(1e6-l.Discount)))
			want, _ := exactRound(p, big.NewInt(1e16))
			if l.Net != want {
				t.Fatalf("line %d: net %d, want %d", i, l.Net, want)
			}
			base[l.VATRate] += want
			net += want
			if collected && l.Nature == tax.Services {
				pending[l.VATRate] += want
			}
		}
		taxOf := func(base money.Amount, r money.Rate) money.Amount {
			v, half := exactRound(
				new(big.Int).Mul(big.NewInt(int64(base)), big.NewInt(int64(r))),
				big.NewInt(1e6),
			)
			if half {
				halves++
			}
			return v
		}
		for _, row := range got.Rows {
			want := billing.VATRow{
				Rate:        row.Rate,
				Category:    tax.Standard,
				Base:        base[row.Rate],
				Tax:         taxOf(base[row.Rate], row.Rate),
				PendingBase: pending[row.Rate],
				PendingTax:  taxOf(pending[row.Rate], row.Rate),
			}
			if row != want {
				t.Fatalf("row %+v, want %+v", row, want)
			}
			vat += want.Tax
		}
		if len(got.Rows) != len(base) || got.Net != net || got.VAT != vat || got.Gross != net+vat {
			t.Fatalf("%d rows, net %d vat %d gross %d; want %d, %d, %d", len(got.Rows), got.Net, got.VAT,
				got.Gross, len(base), net, vat)
		}
	})
	if halves < 5 {
		t.Errorf("only %d exact halves were drawn", halves)
	}
}

// TestCreditsInPartsEndAtZero credits an invoice line by line in any order: each credit note computes
// its own tax, and together they take exactly what the invoice had.
func TestCreditsInPartsEndAtZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) billing.Line {
			l := draw(t)
			l.Quantity, l.Discount = money.Unit, 0
			if l.UnitPrice < 0 {
				l.UnitPrice = -l.UnitPrice
			}
			return l
		}), 1, 8).Draw(t, "lines")
		whole, err := billing.Compute(lines, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		left := whole.Rows
		var gross money.Amount
		for _, i := range rapid.Permutation(indexes(len(lines))).Draw(t, "order") {
			c, err := billing.Compute([]billing.Line{lines[i]}, true, left)
			if err != nil {
				t.Fatal(err)
			}
			gross += c.Gross
			left = less(left, c.Rows)
			for _, r := range left {
				if r.Base < 0 || r.Tax < 0 || r.PendingTax < 0 {
					t.Fatalf("credit of line %d leaves %+v", i, r)
				}
			}
		}
		for _, r := range left {
			if r.Base != 0 || r.Tax != 0 || r.PendingBase != 0 || r.PendingTax != 0 {
				t.Fatalf("left %+v", r)
			}
		}
		if gross != whole.Gross {
			t.Fatalf("credited %d of %d", gross, whole.Gross)
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// less returns rows less others of the same rate.
func less(rows, others []billing.VATRow) []billing.VATRow {
	out := append([]billing.VATRow(nil), rows...)
	for _, o := range others {
		for i := range out {
			if r := &out[i]; r.Rate == o.Rate && r.Exemption == o.Exemption {
				r.Base, r.Tax = r.Base-o.Base, r.Tax-o.Tax
				r.PendingBase, r.PendingTax = r.PendingBase-o.PendingBase, r.PendingTax-o.PendingTax
			}
		}
	}
	return out
}

func TestSubtotalsAndLinesWithoutAmounts(t *testing.T) {
	lines := []billing.Line{
		{Kind: billing.HeadingLine, Description: "Fenêtres"},
		goods(100_00, 200_000), goods(50_00, 200_000),
		{Kind: billing.SubtotalLine},
		{Kind: billing.TextLine, Description: "Livraison comprise"},
		goods(10_00, 55_000),
		{Kind: billing.SubtotalLine, Net: 999},
	}
	got, err := billing.Compute(lines, false, nil)
	if err != nil || lines[3].Net != 150_00 || lines[6].Net != 10_00 || got.Net != 160_00 ||
		got.Gross != 190_55 {
		t.Errorf("subtotals %d and %d, totals %+v, %v", lines[3].Net, lines[6].Net, got, err)
	}
}

func TestAmountsThatDoNotFitAreRefused(t *testing.T) {
	l := goods(0, 200_000)
	l.Quantity, l.UnitPrice = money.QuantityMax, money.UnitPriceMax
	_, err := billing.Compute([]billing.Line{l}, false, nil)
	refused(t, err, "billing.amount_too_large", "lines[0].unit_price")
}

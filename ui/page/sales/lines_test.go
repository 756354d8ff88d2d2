package sales

import (
	"testing"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/money"
	"zafe/app/tax"
	"zafe/ui/kit/edit"
)

func model(rows ...billing.Line) *lines {
	return &lines{
		text: i18n.For(i18n.French), rows: rows,
		rates: fr.VATRates(fr.Metropole, civil.New(2026, 11, 21)),
	}
}

// TestCells: what is typed in each column, what it becomes, and what is refused.
func TestCells(t *testing.T) {
	for _, c := range []struct {
		col         int
		typed, want string
		fault       string
	}{
		{colQuantity, "12*2", "24", ""},
		{colQuantity, "1,5", "1,5", ""},
		{colQuantity, "", "0", ""},
		{colQuantity, "deux", "", "money.syntax"},
		{colUnit, "H", "h", ""},
		{colUnit, "forfaits", "forfait", ""},
		{colUnit, "MTK", "m²", ""},
		{colUnit, "", "u", ""},
		{colUnit, "boisseau", "", "billing.unit_wrong"},
		{colPrice, "1 200,50", "1\u202f200,50", ""},
		{colPrice, "0.1234", "0,1234", ""},
		{colDiscount, "5", "5\u00a0%", ""},
		{colDiscount, "", "", ""},
		{colDiscount, "120", "", "billing.discount_wrong"},
		{colDiscount, "-3", "", "billing.discount_wrong"},
		{colVAT, "5,5", "5,5\u00a0%", ""},
		{colVAT, "Sous-traitance du bâtiment (autoliquidation)", "Autoliq.", ""},
		{colVAT, "zéro", "", "sales_ui.vat_unknown"},
	} {
		m := model(billing.Line{
			Kind: billing.ItemLine, Description: "x", Quantity: money.Unit, VATRate: 200_000, Unit: "C62",
		})
		before := m.rows[0]
		err := m.Set(0, c.col, c.typed)
		if fault.KeyOf(err) != c.fault {
			t.Errorf("%d %q: fault %v, want %q", c.col, c.typed, err, c.fault)
			continue
		}
		if err != nil {
			if m.rows[0] != before {
				t.Errorf("%d %q: refused, yet the line changed", c.col, c.typed)
			}
		} else if got := m.Get(0, c.col); got != c.want {
			t.Errorf("%d %q: %q, want %q", c.col, c.typed, got, c.want)
		}
	}
}

// TestFreshLine: the empty line at the end becomes one when something is typed, like the line above.
func TestFreshLine(t *testing.T) {
	m := model()
	if err := m.Set(0, colText, ""); err != nil || len(m.rows) != 0 {
		t.Fatalf("nothing typed: %v, %d lines", err, len(m.rows))
	}
	if err := m.Set(0, colQuantity, "abc"); err == nil || len(m.rows) != 0 {
		t.Fatalf("refused: %v, %d lines", err, len(m.rows))
	}
	if err := m.Set(0, colText, "Pose"); err != nil || len(m.rows) != 1 || m.rows[0].VATRate != 200_000 {
		t.Fatalf("first: %v %+v", err, m.rows)
	}
	m.rows[0].VATRate, m.rows[0].Nature = 100_000, tax.Services
	err := m.Set(1, colText, "Dépose")
	if err != nil || m.rows[1].VATRate != 100_000 || m.rows[1].Nature != tax.Services {
		t.Fatalf("second: %v %+v", err, m.rows)
	}
	free := model()
	free.free = tax.Franchise
	err = free.Set(0, colText, "Pose")
	if err != nil || free.rows[0].VATRate != 0 || free.Mark(0, colVAT) != edit.ReadOnly {
		t.Fatalf("without VAT: %v %+v", err, free.rows)
	}
}

// TestArticle: an article fills its line once; what is changed afterwards stays.
func TestArticle(t *testing.T) {
	m := model()
	door := catalog.Item{
		ID: 7, Code: "A000007", Label: "Porte isolante", Description: "Ud 1,2\nRAL 7016", Unit: "C62",
		Price: 1890 * money.UnitEuro, VATRate: 55_000, Nature: catalog.Goods, SalesAccount: "707000",
	}
	asked := ""
	m.ask = func(text string) {
		asked = text
		m.answer(text, []catalog.Item{door})
	}
	list := m.Complete(0, colText, "porte")
	if asked != "porte" || len(list) != 1 || list[0].Text != door.Label {
		t.Fatalf("asked %q, proposed %+v", asked, list)
	}
	if err := m.Set(0, colText, "a000007"); err != nil {
		t.Fatal(err)
	}
	l, more := m.rows[0], "\nUd 1,2\nRAL 7016"
	whole := l.Description == "Porte isolante"+more && l.UnitPrice == door.Price && l.VATRate == 55_000
	if l.Item != 7 || !whole {
		t.Fatalf("filled %+v", l)
	}
	for _, err := range []error{m.Set(0, colPrice, "1500"), m.Set(0, colText, "Porte isolante bleue")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if l = m.rows[0]; l.UnitPrice != 1500*money.UnitEuro || l.Description != "Porte isolante bleue"+more {
		t.Fatalf("changed %+v", l)
	}
}

// TestNext walks a line and the lines without amounts.
func TestNext(t *testing.T) {
	m := model(billing.Line{Kind: billing.HeadingLine, Description: "Lot 1"},
		billing.Line{Kind: billing.ItemLine, Description: "x"})
	for _, c := range []struct {
		row, col, toRow, toCol int
		ok                     bool
	}{
		{0, colText, 1, colText, true},
		{1, colText, 1, colQuantity, true},
		{1, colDiscount, 1, colVAT, true},
		{1, colVAT, 2, colText, true},
		{2, colText, 2, colText, false},
	} {
		if r, k, ok := m.Next(c.row, c.col); r != c.toRow || k != c.toCol || ok != c.ok {
			t.Errorf("from %d,%d to %d,%d %v", c.row, c.col, r, k, ok)
		}
	}
	if m.Mark(0, colPrice) != edit.ReadOnly || m.Mark(0, colText) != edit.Strong || m.Get(0, colPrice) != "" {
		t.Error("a heading has amounts")
	}
}

// TestRowsMoved: deleting, copying and inserting never lose another line.
func TestRowsMoved(t *testing.T) {
	names := func(m *lines) (s string) {
		for _, l := range m.rows {
			s += l.Description
		}
		return s
	}
	line := func(s string) billing.Line { return billing.Line{Kind: billing.ItemLine, Description: s} }
	m := model(line("a"), line("b"), line("c"))
	for _, c := range []struct {
		do   func() error
		want string
	}{
		{func() error { return m.Delete(1) }, "ac"},
		{func() error { return m.Delete(5) }, "ac"},
		{func() error { return m.Duplicate(0) }, "ac"},
		{func() error { return m.Duplicate(2) }, "acc"},
		{func() error { m.insert(1, line("x")); return nil }, "axcc"},
		{func() error { m.insert(99, line("z")); return nil }, "axccz"},
	} {
		if err := c.do(); err != nil || names(m) != c.want {
			t.Errorf("%v %s, want %s", err, names(m), c.want)
		}
	}
}

// TestCellOf finds the cell of what a fault names.
func TestCellOf(t *testing.T) {
	for field, want := range map[string][3]int{
		"lines[2].vat_rate": {2, colVAT, 1}, "lines[0].exemption": {0, colVAT, 1}, "lines[12]": {12, colText, 1},
		"lines": {0, 0, 0}, "customer": {0, 0, 0}, "": {0, 0, 0},
	} {
		row, col, ok := cellOf(field)
		if row != want[0] || col != want[1] || ok != (want[2] == 1) {
			t.Errorf("%q: %d %d %v", field, row, col, ok)
		}
	}
}

// TestTermsKeys: terms survive being an option.
func TestTermsKeys(t *testing.T) {
	for _, key := range append(usualTerms, "37", "12e") {
		if got := termsKey(termsOf(key)); got != key {
			t.Errorf("%q became %q", key, got)
		}
	}
	if termsOf("") != nil || termsKey(nil) != "" {
		t.Error("no terms became some")
	}
}

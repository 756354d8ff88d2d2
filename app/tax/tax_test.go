package tax_test

import (
	"testing"

	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/app/i18n"
	"zafe/app/money"
	"zafe/app/tax"
)

var today = civil.New(2026, 11, 21)

func TestNatureOfADocument(t *testing.T) {
	for _, row := range []struct {
		lines []tax.Nature
		want  tax.Nature
	}{
		{nil, ""},
		{[]tax.Nature{tax.Goods, tax.Goods}, tax.Goods},
		{[]tax.Nature{tax.Services}, tax.Services},
		{[]tax.Nature{tax.Goods, tax.Services, tax.Goods}, tax.Mixed},
	} {
		var got tax.Nature
		for _, n := range row.lines {
			got = got.With(n)
		}
		if got != row.want {
			t.Errorf("%v: %q, want %q", row.lines, got, row.want)
		}
	}
}

func TestSellersSituation(t *testing.T) {
	for _, row := range []struct {
		seller  tax.Seller
		imposed tax.Exemption
		waits   bool
	}{
		{tax.Seller{fr.Metropole, fr.NormalMonthly, fr.OnCollection}, tax.None, true},
		{tax.Seller{fr.Metropole, fr.NormalMonthly, fr.OnDebit}, tax.None, false},
		{tax.Seller{fr.Reunion, fr.Franchise, fr.OnCollection}, tax.Franchise, false},
		{tax.Seller{fr.Mayotte, fr.NormalMonthly, fr.OnDebit}, tax.NoVATTerritory, false},
		{tax.Seller{fr.Guyane, fr.Franchise, fr.OnCollection}, tax.NoVATTerritory, false},
	} {
		if got := row.seller.Imposed(); got != row.imposed {
			t.Errorf("%+v: imposed %q, want %q", row.seller, got, row.imposed)
		}
		if got := row.seller.OnCollection(); got != row.waits {
			t.Errorf("%+v: on collection %v", row.seller, got)
		}
	}
}

func TestRatesAndTheirAccounts(t *testing.T) {
	for _, row := range []struct {
		seller  fr.Territory
		rate    money.Rate
		nature  tax.Nature
		code    string // postal code of the customer
		day     civil.Date
		allowed bool
		account string
	}{
		{fr.Metropole, 200_000, tax.Goods, "44000", today, true, "445711"},
		{fr.Metropole, 196_000, tax.Goods, "44000", today, false, "445710"},
		{fr.Metropole, 196_000, tax.Goods, "44000", civil.New(2013, 12, 31), true, "445710"},
		{fr.Metropole, 21_000, tax.Goods, "44000", today, true, "445714"},
		{fr.Guadeloupe, 21_000, tax.Goods, "97110", today, true, "445716"},
		{fr.Guadeloupe, 85_000, tax.Goods, "97110", today, true, "445715"},
		{fr.Guadeloupe, 200_000, tax.Goods, "97110", today, false, "445711"},
		{fr.Corse, 9_000, tax.Goods, "20000", today, true, "445719"},
		{fr.Metropole, 85_000, tax.Services, "97110", today, true, "445715"}, // taxed where the customer is
		{fr.Metropole, 85_000, tax.Goods, "97110", today, false, "445715"},
		{fr.Metropole, 85_000, tax.Services, "44000", today, false, "445715"},
		{fr.Guadeloupe, 200_000, tax.Services, "75001", today, true, "445711"},
	} {
		s := tax.Seller{Territory: row.seller}
		if got := s.Allows(row.rate, row.nature, "FR", row.code, row.day); got != row.allowed {
			t.Errorf("%+v: allowed %v", row, got)
		}
		if got := s.Account(row.rate); got != row.account {
			t.Errorf("%+v: account %s", row, got)
		}
	}
	if got := tax.PendingAccount(); got != "445740" {
		t.Errorf("pending account %s", got)
	}
}

func TestPlaces(t *testing.T) {
	for _, row := range []struct {
		home          fr.Territory
		country, code string
		want          tax.Place
	}{
		{fr.Metropole, "", "44000", tax.Home},
		{fr.Metropole, "FR", "20000", tax.Home},
		{fr.Metropole, "MC", "98000", tax.Home},
		{fr.Metropole, "FR", "97110", tax.French},
		{fr.Metropole, "RE", "", tax.French},
		{fr.Guadeloupe, "FR", "97200", tax.Home}, // one area with Martinique
		{fr.Guadeloupe, "FR", "97400", tax.French},
		{fr.Guadeloupe, "FR", "75001", tax.French},
		{fr.Metropole, "DE", "10115", tax.EU},
		{fr.Guadeloupe, "DE", "10115", tax.World}, // overseas departments are outside the Union's VAT area
		{fr.Metropole, "CH", "1200", tax.World},
	} {
		if got := tax.PlaceOf(row.home, row.country, row.code); got != row.want {
			t.Errorf("%+v: got %d", row, got)
		}
	}
}

// TestExpectedExemptionsMayBeUsed checks that what is expected of a sale is allowed there.
func TestExpectedExemptionsMayBeUsed(t *testing.T) {
	expected := 0
	for _, n := range []tax.Nature{tax.Goods, tax.Services} {
		for p := tax.Home; p <= tax.World; p++ {
			for _, business := range []bool{false, true} {
				e := tax.Expected(n, p, business)
				if e == tax.None {
					continue
				}
				expected++
				r, ok := tax.RuleOf(e)
				if !ok || !r.AtPlace(p) || r.Nature != n || r.Business && !business || r.Imposed {
					t.Errorf("%s at %d, business %v: %+v", n, p, business, r)
				}
			}
		}
	}
	if expected != 7 {
		t.Errorf("%d cases have an exemption", expected)
	}
}

// TestEveryExemptionHasItsTextAndName checks each against the legal texts and the catalogue.
func TestEveryExemptionHasItsTextAndName(t *testing.T) {
	p := i18n.For(i18n.French)
	for _, e := range append(tax.Choices(), tax.Franchise, tax.NoVATTerritory) {
		if text, ok := fr.MentionText(string(e), today); !ok || text == "" {
			t.Errorf("%s has no legal text", e)
		}
		if !p.Has("tax.exemption."+string(e)) || !p.Has("tax.category."+string(tax.CategoryOf(e))) {
			t.Errorf("%s has no name", e)
		}
	}
	if len(tax.Choices()) != 11 {
		t.Errorf("%d choices", len(tax.Choices()))
	}
}

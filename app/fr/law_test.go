package fr

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"zafe/app/civil"
	"zafe/app/i18n"
	"zafe/app/money"
)

var day = civil.New(2026, 11, 21)

func TestTerritories(t *testing.T) {
	for code, want := range map[string]Territory{
		"75001": Metropole, "20000": Corse, "97110": Guadeloupe, "97200": Martinique, "97300": Guyane, "97400": Reunion,
		"97600": Mayotte, "97500": Elsewhere, "97133": Elsewhere, "97150": Elsewhere, "98800": Elsewhere, "98000": Metropole,
		"01000": Metropole,
	} {
		if got, ok := TerritoryOf(code); !ok || got != want {
			t.Errorf("%s is in %s, %v", code, got, ok)
		}
	}
	if _, ok := TerritoryOf("ABC"); ok {
		t.Error("ABC is a postal code")
	}
	for _, c := range []struct {
		from, to Territory
		want     bool
	}{
		{Metropole, Corse, false},
		{Metropole, Guadeloupe, true},
		{Guadeloupe, Martinique, false},
		{Guadeloupe, Reunion, true},
		{Martinique, Guyane, true},
		{Metropole, Mayotte, true},
	} {
		if c.from.ExportsTo(c.to) != c.want || c.to.ExportsTo(c.from) != c.want {
			t.Errorf("%s to %s", c.from, c.to)
		}
	}
	for _, terr := range Territories() {
		if !i18n.For("fr").Has("fr.territory." + string(terr)) {
			t.Errorf("%s has no name", terr)
		}
		if hasRates := len(VATRates(terr, day)) > 0; hasRates != terr.HasVAT() {
			t.Errorf("%s: rates %v, VAT %v", terr, hasRates, terr.HasVAT())
		}
	}
	if Metropole.Overseas() || Corse.Overseas() || !Guyane.Overseas() {
		t.Error("overseas")
	}
}

func TestVATRates(t *testing.T) {
	for _, c := range []struct {
		territory Territory
		day       civil.Date
		want      string
	}{
		{Metropole, day, "20 10 5.5 2.1"},
		{Metropole, civil.New(2013, 12, 31), "5.5 2.1 19.6 7"},
		{Metropole, civil.New(2014, 1, 1), "20 10 5.5 2.1"},
		{Corse, day, "20 13 10 5.5 2.1 0.9"},
		{Guadeloupe, day, "8.5 2.1 1.75 1.05"},
		{Martinique, day, "8.5 2.1 1.75 1.05"},
		{Reunion, day, "8.5 2.1 1.75 1.05"},
		{Guyane, day, ""},
		{Mayotte, day, ""},
	} {
		var got []string
		for _, r := range VATRates(c.territory, c.day) {
			got = append(got, r.Rate.Percent())
			if r.Source == "" || r.Label == "" || !r.Rate.Valid() {
				t.Errorf("%+v is incomplete", r)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s on %s: %s, want %s", c.territory, c.day, s, c.want)
		}
	}
	codes := map[string]bool{}
	for _, r := range vatRates() {
		if codes[r.Code] {
			t.Errorf("code %s is there twice", r.Code)
		}
		codes[r.Code] = true
	}
	if NormalVATRate(Guadeloupe, day) != 85_000 || NormalVATRate(Guyane, day) != 0 {
		t.Error("normal rates")
	}
	if !IsVATRate(Metropole, 55_000, day) || IsVATRate(Metropole, 85_000, day) || !IsVATRate(Mayotte, 0, day) ||
		IsVATRate(Mayotte, 200_000, day) {
		t.Error("rates in force")
	}
}

func TestRegimes(t *testing.T) {
	if !slices.Contains(Regimes(civil.New(2026, 12, 31)), Simplified) || slices.Contains(Regimes(civil.New(2027, 1, 1)), Simplified) {
		t.Error("the simplified regime ends with 2026")
	}
	for _, r := range Regimes(day) {
		if !r.Valid() || !i18n.For("fr").Has("fr.regime."+string(r)) {
			t.Errorf("regime %s", r)
		}
	}
	for _, e := range []Exigibility{OnCollection, OnDebit} {
		if !e.Valid() || !i18n.For("fr").Has("fr.exigibility."+string(e)) {
			t.Errorf("exigibility %s", e)
		}
	}
	if Regime("x").Valid() || Exigibility("").Valid() {
		t.Error("anything is valid")
	}
}

func TestVATAccounts(t *testing.T) {
	for _, c := range []struct {
		territory Territory
		rate      money.Rate
		want      string
	}{
		{Metropole, 200_000, "445711"},
		{Metropole, 55_000, "445713"},
		{Guadeloupe, 85_000, "445715"},
		{Guadeloupe, 21_000, "445716"},
		{Corse, 9_000, "445719"},
		{Metropole, 196_000, "44571"},
	} {
		if got := VATCollectedAccount(c.territory, c.rate); got != c.want {
			t.Errorf("%s at %s: %s", c.territory, c.rate, got)
		}
	}
	numbers := map[string]bool{}
	for _, a := range Chart() {
		numbers[a.Number] = true
	}
	for _, a := range vatAccounts() {
		if !numbers[a.number] {
			t.Errorf("account %s of %s is not in the chart", a.number, a.use)
		}
	}
	for _, r := range vatRates() {
		if inForce(r.Valid, day) && VATCollectedAccount(r.Territory, r.Rate) == "44571" {
			t.Errorf("%s has no account of its own", r.Code)
		}
	}
	for _, use := range []VATUse{
		VATCollectedPending, VATDeductible, VATDeductibleServices, VATDeductiblePending, VATDeductibleAssets,
		VATDeductibleReverse, VATDeductibleElsewhere, VATDueEUGoods, VATDueForeignServices, VATDueForeignSupplier, VATDueImport,
		VATDueSubcontracting, VATPayable, VATCredit, VATRefund, VATInstalment, VATAccruedPurchases, VATAccruedSales,
	} {
		if VATAccount(use) == "" {
			t.Errorf("%s has no account", use)
		}
	}
	if VATAccount(VATCollected) != "" || VATAccount("x") != "" {
		t.Error("an account for no use")
	}
}

func keys(found []Mention) string {
	var out []string
	for _, m := range found {
		out = append(out, m.Key)
	}
	return strings.Join(out, " ")
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		day  civil.Date
		tags []Tag
		want string
	}{
		{day, nil, ""},
		{day, []Tag{TagFranchise, TagSoleTrader}, "franchise sole_trader"},
		{civil.New(2020, 1, 1), []Tag{TagFranchise, TagSoleTrader}, "franchise"},
		{day, []Tag{TagBusiness, TagNoDiscount, TagLatePenaltiesByDefault}, "no_discount late_penalties_default recovery_indemnity"},
		{day, []Tag{TagLatePenaltiesByDefault}, ""},
		{day, []Tag{TagNoVATTerritory}, "no_vat_territory"},
		{civil.New(2024, 1, 1), []Tag{TagHousingWorks}, ""},
	} {
		if got := keys(Mentions(c.day, c.tags...)); got != c.want {
			t.Errorf("%v on %s: %q, want %q", c.tags, c.day, got, c.want)
		}
	}
	if text, ok := MentionText("franchise", day); !ok || text != "TVA non applicable, art. 293 B du CGI" {
		t.Errorf("franchise: %q", text)
	}
	if _, ok := MentionText("x", day); ok {
		t.Error("a mention that does not exist")
	}
	rcs := Mentions(day, TagRCS)[0]
	if text, ok := rcs.Fill(map[string]string{"city": "Pointe-à-Pitre", "siren": "732 829 320"}); !ok || text != "RCS Pointe-à-Pitre 732 829 320" {
		t.Errorf("rcs: %q, %v", text, ok)
	}
	if _, ok := rcs.Fill(map[string]string{"city": "Pointe-à-Pitre"}); ok {
		t.Error("half a mention")
	}
}

func TestMentionsAreWellFormed(t *testing.T) {
	known := map[Tag]bool{}
	for _, tag := range []Tag{
		TagFranchise, TagNoVATTerritory, TagOverseasExport, TagExport, TagIntraEUSupply, TagReverseEUService,
		TagReverseForeignService, TagReverseSubcontracting, TagReverseWaste, TagExemptMedical, TagExemptTraining,
		TagExemptNonprofit, TagExemptRental, TagMarginSecondHand, TagMarginArt, TagMarginAntiques, TagMarginTravel,
		TagSelfBilling, TagSingleTaxablePerson, TagDebits, TagNatureGoods, TagNatureServices, TagNatureMixed, TagNoDiscount,
		TagDiscount, TagBusiness, TagLatePenaltiesByDefault, TagLatePenaltiesRate, TagSoleTrader, TagCapital, TagRCS, TagRNE,
		TagRNA, TagInsurance, TagHousingWorks, TagDeposit, TagCreditNote, TagCreditNoteNetOfTax, TagQuote, TagProforma,
	} {
		known[tag] = true
	}
	used, seen := map[Tag]bool{}, map[string]bool{}
	for _, m := range mentions() {
		if seen[m.Key] || m.Text == "" || m.Source == "" || len(m.Needs) == 0 || strings.ContainsAny(m.Text, "'") {
			t.Errorf("%s: twice, incomplete, or a typewriter's apostrophe", m.Key)
		}
		seen[m.Key] = true
		for _, tag := range m.Needs {
			if used[tag] = true; !known[tag] {
				t.Errorf("%s needs the unknown tag %s", m.Key, tag)
			}
		}
	}
	for tag := range known {
		if !used[tag] {
			t.Errorf("tag %s calls for nothing", tag)
		}
	}
}

func TestChart(t *testing.T) {
	official, shown := 0, 0
	chart := Chart()
	for i, a := range chart {
		if a.Official {
			official++
		}
		if a.Default {
			shown++
		}
		if a.Label == "" || a.Class < 1 || a.Class > 8 || (i > 0 && chart[i-1].Number >= a.Number) {
			t.Errorf("%+v after %+v", a, chart[max(i-1, 0)])
		}
		if _, err := charmap.ISO8859_15.NewEncoder().String(a.Label); err != nil {
			t.Errorf("%s %q: %v", a.Number, a.Label, err)
		}
		if parent, ok := AccountOf(a.Number[:1]); !ok || parent.Class != a.Class {
			t.Errorf("%s has no class", a.Number)
		}
	}
	if official != 838 || shown < 100 || shown > 200 {
		t.Errorf("%d official accounts, %d shown", official, shown)
	}
	for number, want := range map[string]string{"411": "411", "411DUPONT": "411", "4457119": "445711", "512001": "512", "6": "6"} {
		if a, ok := AccountOf(number); !ok || a.Number != want {
			t.Errorf("%s is under %s", number, a.Number)
		}
	}
	if _, ok := AccountOf("9"); ok {
		t.Error("class 9 is in the chart")
	}
	chart[0].Label = "changed"
	if Chart()[0].Label == "changed" {
		t.Error("callers share the chart")
	}
}

func TestLists(t *testing.T) {
	var codes []string
	for _, j := range Journals() {
		codes = append(codes, j.Code)
	}
	if strings.Join(codes, " ") != "VE AC BQ CA OD AN" {
		t.Errorf("journals %v", codes)
	}
	if f, ok := LegalFormOf("sasu"); !ok || f.Kind != Company || !f.Capital || f.Abbreviation != "SASU" {
		t.Errorf("%+v", f)
	}
	if u, ok := UnitOf("HUR"); !ok || u.Plural != "heures" || Units()[0].Code != "C62" {
		t.Errorf("%+v", u)
	}
	if p, ok := PaymentMeansOf("cheque"); !ok || p.Code != "20" || p.Account != "5112" {
		t.Errorf("%+v", p)
	}
	eu := 0
	for _, c := range Countries() {
		if c.EU {
			eu++
		}
		if len(c.Code) != 2 || c.French == "" || c.Name == "" {
			t.Errorf("%+v", c)
		}
	}
	if c, ok := CountryOf("DE"); !ok || c.French != "Allemagne" || !c.EU || eu != 27 || Countries()[0].French != "Afghanistan" {
		t.Errorf("%+v, %d members", c, eu)
	}
	for _, f := range LegalForms() {
		if f.Label == "" || !slices.Contains([]LegalKind{Individual, Company, Association}, f.Kind) {
			t.Errorf("%+v", f)
		}
	}
	for _, p := range AllPaymentMeans() {
		if _, ok := AccountOf(p.Account); !i18n.For("en").Has("fr.payment."+p.Key) || (p.Account != "" && !ok) {
			t.Errorf("%+v", p)
		}
	}
	if _, ok := CountryOf("ZZ"); ok {
		t.Error("ZZ is a country")
	}
}

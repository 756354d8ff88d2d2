package fr

import (
	"regexp"
	"strings"
	"sync"

	"zafe/app/civil"
)

// Tag is a circumstance that calls for legal mentions on a document.
type Tag string

// The tags. Whoever draws up a document sets those that describe it.
const (
	TagFranchise              Tag = "franchise"        // seller exempt under CGI 293 B
	TagNoVATTerritory         Tag = "no_vat_territory" // sale inside Guyane or Mayotte
	TagOverseasExport         Tag = "overseas_export"  // goods leaving the seller's VAT area for another in France
	TagExport                 Tag = "export"           // goods leaving the European Union
	TagIntraEUSupply          Tag = "intra_eu_supply"  // goods to a business in the European Union
	TagReverseEUService       Tag = "reverse_charge_eu_service"
	TagReverseForeignService  Tag = "reverse_charge_foreign_service"
	TagReverseSubcontracting  Tag = "reverse_charge_subcontracting"
	TagReverseWaste           Tag = "reverse_charge_waste"
	TagExemptMedical          Tag = "exempt_medical"
	TagExemptTraining         Tag = "exempt_training"
	TagExemptNonprofit        Tag = "exempt_nonprofit"
	TagExemptRental           Tag = "exempt_rental"
	TagMarginSecondHand       Tag = "margin_second_hand"
	TagMarginArt              Tag = "margin_art"
	TagMarginAntiques         Tag = "margin_antiques"
	TagMarginTravel           Tag = "margin_travel"
	TagSelfBilling            Tag = "self_billing"
	TagSingleTaxablePerson    Tag = "single_taxable_person"
	TagDebits                 Tag = "debits" // seller pays VAT on services when invoicing
	TagNatureGoods            Tag = "nature_goods"
	TagNatureServices         Tag = "nature_services"
	TagNatureMixed            Tag = "nature_mixed"
	TagNoDiscount             Tag = "no_discount"            // nothing off for early payment
	TagDiscount               Tag = "discount"               // {conditions}
	TagBusiness               Tag = "business"               // the customer is a business
	TagLatePenaltiesByDefault Tag = "late_penalties_default" // ECB rate plus ten points
	TagLatePenaltiesRate      Tag = "late_penalties_rate"    // {rate}
	TagSoleTrader             Tag = "sole_trader"
	TagCapital                Tag = "capital" // {form}, {capital}
	TagRCS                    Tag = "rcs"     // {city}, {siren}
	TagRNE                    Tag = "rne"     // {siren}
	TagRNA                    Tag = "rna"     // {rna}
	TagInsurance              Tag = "insurance"
	TagHousingWorks           Tag = "housing_works" // works on dwellings at a reduced rate
	TagDeposit                Tag = "deposit"
	TagCreditNote             Tag = "credit_note"            // {number}, {date}
	TagCreditNoteNetOfTax     Tag = "credit_note_net_of_tax" //nolint:gosec // no credential
	TagQuote                  Tag = "quote"
	TagProforma               Tag = "proforma"
)

// Mention is a text that the law wants on a document, while it is in force.
type Mention struct {
	Key      string       // permanent
	Text     string       // in French; {name} places are filled by Fill
	Needs    []Tag        // circumstances that call for it together
	Valid    civil.Period // an end left out is open
	ReviewBy civil.Date   // day before which the text must be read again, or none
	Source   string
}

var mentions = sync.OnceValue(func() []Mention {
	var all []Mention
	for _, r := range table("mentions.tsv") {
		m := Mention{
			Key: r["key"], Text: r["text"], Valid: r.validity(), ReviewBy: r.date("review_by"), Source: r["source"],
		}
		for tag := range strings.FieldsSeq(r["condition"]) {
			m.Needs = append(m.Needs, Tag(tag))
		}
		all = append(all, m)
	}
	return all
})

// Mentions returns the mentions that a document of a day must carry given its
// circumstances, in the order of assets/fr/mentions.tsv.
func Mentions(day civil.Date, tags ...Tag) []Mention {
	given := map[Tag]bool{}
	for _, t := range tags {
		given[t] = true
	}
	var found []Mention
	for _, m := range mentions() {
		called := inForce(m.Valid, day)
		for _, t := range m.Needs {
			called = called && given[t]
		}
		if called {
			found = append(found, m)
		}
	}
	return found
}

// MentionText returns the text of one mention on a day, and whether there is one.
func MentionText(key string, day civil.Date) (string, bool) {
	for _, m := range mentions() {
		if m.Key == key && inForce(m.Valid, day) {
			return m.Text, true
		}
	}
	return "", false
}

var place = regexp.MustCompile(`\{[a-z_]+\}`)

// Fill returns the text of m with its places filled from values. It returns
// false when a value is missing or empty: better no mention than half of one.
func (m Mention) Fill(values map[string]string) (string, bool) {
	complete := true
	text := place.ReplaceAllStringFunc(m.Text, func(p string) string {
		v := values[p[1:len(p)-1]]
		complete = complete && v != ""
		return v
	})
	return text, complete
}

package tax

import (
	"slices"

	"zafe/app/fr"
)

// Exemption names why a line bears no tax. It is the tag under which package fr keeps the sentence
// that the law wants on the document. Its string is permanent: it is stored on documents.
type Exemption fr.Tag

// None is a line that bears tax.
const None Exemption = ""

// The exemptions. Each cites its article in package fr.
const (
	Franchise       = Exemption(fr.TagFranchise)
	NoVATTerritory  = Exemption(fr.TagNoVATTerritory)
	OverseasExport  = Exemption(fr.TagOverseasExport)
	Export          = Exemption(fr.TagExport)
	IntraEUSupply   = Exemption(fr.TagIntraEUSupply)
	EUService       = Exemption(fr.TagReverseEUService)
	ForeignService  = Exemption(fr.TagReverseForeignService)
	Subcontracting  = Exemption(fr.TagReverseSubcontracting)
	Waste           = Exemption(fr.TagReverseWaste)
	ExemptMedical   = Exemption(fr.TagExemptMedical)
	ExemptTraining  = Exemption(fr.TagExemptTraining)
	ExemptNonprofit = Exemption(fr.TagExemptNonprofit)
	ExemptRental    = Exemption(fr.TagExemptRental)
)

// Category is the VAT category of EN 16931 (UNCL 5305), which electronic invoices carry.
type Category string

// The categories that French invoices use.
const (
	Standard      Category = "S"  // taxed, whatever the rate
	Exempt        Category = "E"  // exonéré
	ReverseCharge Category = "AE" // autoliquidation
	IntraEU       Category = "K"  // livraison intracommunautaire
	ExportGoods   Category = "G"  // exportation
	OutOfScope    Category = "O"  // non applicable
)

// Place is where a customer is, as far as tax is concerned.
type Place uint8

// The places.
const (
	Home   Place = iota // the seller's own VAT area
	French              // France, but another VAT area: goods sent there are exported
	EU                  // another member state
	World               // anywhere else
)

// PlaceOf returns where an address is for a seller in territory home. Country is ISO 3166-1 alpha-2,
// "" for France; overseas departments may have their own code there.
func PlaceOf(home fr.Territory, country, postalCode string) Place {
	if t, ok := territoryOf(country, postalCode); ok {
		if home.ExportsTo(t) {
			return French
		}
		return Home
	}
	if c, ok := fr.CountryOf(country); ok && c.EU && !home.Overseas() {
		return EU
	}
	return World
}

// territoryOf returns the part of France an address is in, and whether it is in France at all.
func territoryOf(country, postalCode string) (fr.Territory, bool) {
	switch country {
	case "GP":
		return fr.Guadeloupe, true
	case "MQ":
		return fr.Martinique, true
	case "GF":
		return fr.Guyane, true
	case "RE":
		return fr.Reunion, true
	case "YT":
		return fr.Mayotte, true
	case "BL", "MF", "PM", "NC", "PF", "WF":
		return fr.Elsewhere, true
	case "", "FR", "MC":
		if t, ok := fr.TerritoryOf(postalCode); ok {
			return t, true
		}
		return fr.Metropole, true
	}
	return "", false
}

// Rule is what an exemption asks of the line and of the customer.
type Rule struct {
	Key      Exemption
	Category Category
	Nature   Nature  // the lines it may be used on, "" for all
	Places   []Place // where the customer must be, nil for anywhere
	Imposed  bool    // set by the seller's situation, never chosen
	BuyerVAT bool    // the customer's VAT number must be on the document
	Business bool    // only for customers who are businesses
}

// rules is in the order screens show them.
var rules = []Rule{
	{Key: Franchise, Category: Exempt, Imposed: true},
	{Key: NoVATTerritory, Category: OutOfScope, Imposed: true},
	{Key: OverseasExport, Category: ExportGoods, Nature: Goods, Places: []Place{French}},
	{Key: Export, Category: ExportGoods, Nature: Goods, Places: []Place{World}},
	{
		Key:      IntraEUSupply,
		Category: IntraEU,
		Nature:   Goods,
		Places:   []Place{EU},
		BuyerVAT: true,
		Business: true,
	},
	{
		Key:      EUService,
		Category: ReverseCharge,
		Nature:   Services,
		Places:   []Place{EU},
		BuyerVAT: true,
		Business: true,
	},
	{
		Key:      ForeignService,
		Category: OutOfScope,
		Nature:   Services,
		Places:   []Place{World, French},
		Business: true,
	},
	{Key: Subcontracting, Category: ReverseCharge, Nature: Services, BuyerVAT: true, Business: true},
	{Key: Waste, Category: ReverseCharge, BuyerVAT: true, Business: true},
	{Key: ExemptMedical, Category: Exempt},
	{Key: ExemptTraining, Category: Exempt, Nature: Services},
	{Key: ExemptNonprofit, Category: Exempt},
	{Key: ExemptRental, Category: Exempt, Nature: Services},
}

// RuleOf returns the rule of an exemption and whether there is one.
func RuleOf(e Exemption) (Rule, bool) {
	for _, r := range rules {
		if r.Key == e {
			return r, true
		}
	}
	return Rule{}, false
}

// Choices returns the exemptions a person may choose on a line, in the order screens show them; the
// name of each is message "tax.exemption." followed by its key.
func Choices() []Exemption {
	var out []Exemption
	for _, r := range rules {
		if !r.Imposed {
			out = append(out, r.Key)
		}
	}
	return out
}

// CategoryOf returns the category of a line with exemption e: Standard without one.
func CategoryOf(e Exemption) Category {
	if r, ok := RuleOf(e); ok {
		return r.Category
	}
	return Standard
}

// AtPlace tells whether the rule may be used for a customer at p.
func (r Rule) AtPlace(p Place) bool {
	if r.Places == nil {
		return true
	}
	return slices.Contains(r.Places, p)
}

// Expected returns the exemption that a sale of a nature to a customer at p normally has, None when
// it is normally taxed: the law of goods sent away, and of services to businesses abroad.
func Expected(n Nature, p Place, business bool) Exemption {
	switch {
	case p == Home:
		return None
	case n == Goods && p == French:
		return OverseasExport
	case n == Goods && p == World:
		return Export
	case n == Goods && p == EU && business:
		return IntraEUSupply
	case n == Services && p == EU && business:
		return EUService
	case n == Services && p == World && business:
		return ForeignService
	default:
		return None
	}
}

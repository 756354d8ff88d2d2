package fr

import (
	"slices"
	"sync"

	"zafe/app/civil"
	"zafe/app/money"
)

// RateKind ranks the rates of a territory.
type RateKind string

// The kinds of rates. A special one only concerns a few trades.
const (
	NormalRate       RateKind = "normal"
	IntermediateRate RateKind = "intermediate"
	ReducedRate      RateKind = "reduced"
	SuperReducedRate RateKind = "super_reduced"
	SpecialRate      RateKind = "special"
)

// VATRate is one rate of VAT in one territory, while it is in force.
type VATRate struct {
	Code      string // permanent, such as "M20" or "R8.5"
	Territory Territory
	Kind      RateKind
	Rate      money.Rate
	Label     string       // in French, for screens and documents
	Valid     civil.Period // an end left out is open
	Source    string
}

var vatRates = sync.OnceValue(func() []VATRate {
	var rates []VATRate
	for _, r := range table("vat-rates.tsv") {
		rates = append(rates, VATRate{
			Code: r["code"], Territory: Territory(r["territory"]), Kind: RateKind(r["kind"]),
			Rate: percent(r["percent"]), Label: r["label"], Valid: r.validity(), Source: r["source"],
		})
	}
	return rates
})

func percent(s string) money.Rate {
	rate, err := money.ParseRate(s)
	if err != nil {
		panic("fr: " + err.Error())
	}
	return rate
}

// VATRates returns the rates in force in a territory on a day, the normal one
// first. Where there is no VAT it returns none.
func VATRates(t Territory, day civil.Date) []VATRate {
	var found []VATRate
	for _, r := range vatRates() {
		if r.Territory == t && inForce(r.Valid, day) {
			found = append(found, r)
		}
	}
	return found
}

// NormalVATRate returns the normal rate of a territory on a day; 0 where there is no VAT.
func NormalVATRate(t Territory, day civil.Date) money.Rate {
	for _, r := range VATRates(t, day) {
		if r.Kind == NormalRate {
			return r.Rate
		}
	}
	return 0
}

// IsVATRate reports whether a rate is in force in a territory on a day. Zero is
// everywhere, for what is exempt.
func IsVATRate(t Territory, rate money.Rate, day civil.Date) bool {
	return rate == 0 || slices.ContainsFunc(VATRates(t, day), func(r VATRate) bool { return r.Rate == rate })
}

// Regime is how a business declares its VAT.
type Regime string

// The regimes. Their names are the messages "fr.regime." followed by the value.
const (
	Franchise       Regime = "franchise"        // no VAT charged nor deducted (CGI 293 B)
	Simplified      Regime = "simplified"       // one return a year, CA12
	NormalMonthly   Regime = "normal_monthly"   // CA3 each month
	NormalQuarterly Regime = "normal_quarterly" // CA3 each quarter
)

// simplifiedLast is the last day of the simplified regime: the finance act for
// 2025, article 38, ends it on 1 January 2027.
var simplifiedLast = civil.New(2026, 12, 31)

// Regimes returns the regimes that exist on a day, in the order in which to offer them.
func Regimes(day civil.Date) []Regime {
	regimes := []Regime{Franchise, NormalMonthly, NormalQuarterly}
	if !day.After(simplifiedLast) {
		regimes = append(regimes, Simplified)
	}
	return regimes
}

// Valid reports whether r is one of the regimes, even one that has ended.
func (r Regime) Valid() bool {
	return r == Franchise || r == Simplified || r == NormalMonthly || r == NormalQuarterly
}

// Exigibility says when the VAT on services becomes due (CGI 269, 2-c). That on
// goods is due at delivery, or before on what is paid in advance.
type Exigibility string

// The two choices. Their names are the messages "fr.exigibility." and the value.
const (
	OnCollection Exigibility = "collection" // when the customer pays (encaissements): the rule
	OnDebit      Exigibility = "debit"      // when the invoice is issued (débits): an option
)

// Valid reports whether e is one of the two choices.
func (e Exigibility) Valid() bool { return e == OnCollection || e == OnDebit }

// VATUse is what an account of VAT is used for.
type VATUse string

// The uses.
const (
	VATCollected           VATUse = "collected"              // one account for each rate
	VATCollectedPending    VATUse = "collected_pending"      // services invoiced, not paid yet
	VATDeductible          VATUse = "deductible"             // goods, and services of suppliers on débits
	VATDeductibleServices  VATUse = "deductible_services"    // services, deductible once paid
	VATDeductiblePending   VATUse = "deductible_pending"     // the same before they are paid
	VATDeductibleAssets    VATUse = "deductible_assets"      // fixed assets (immobilisations)
	VATDeductibleReverse   VATUse = "deductible_reverse"     // self-assessed (autoliquidation)
	VATDeductibleElsewhere VATUse = "deductible_transferred" // transferred by another entity
	VATDueEUGoods          VATUse = "due_eu_goods"
	VATDueForeignServices  VATUse = "due_foreign_services"
	VATDueForeignSupplier  VATUse = "due_foreign_supplier"
	VATDueImport           VATUse = "due_import"
	VATDueSubcontracting   VATUse = "due_subcontracting"
	VATPayable             VATUse = "payable"    // what a return says to pay
	VATCredit              VATUse = "credit"     // what a return carries forward
	VATRefund              VATUse = "refund"     // what a return asks back
	VATInstalment          VATUse = "instalment" // paid in advance under the simplified regime
	VATAccruedPurchases    VATUse = "accrued_purchases"
	VATAccruedSales        VATUse = "accrued_sales"
)

type vatAccount struct {
	use       VATUse
	territory Territory
	rate      money.Rate
	number    string
}

var vatAccounts = sync.OnceValue(func() []vatAccount {
	var accounts []vatAccount
	for _, r := range table("vat-accounts.tsv") {
		a := vatAccount{use: VATUse(r["use"]), territory: Territory(r["territory"]), number: r["account"]}
		if r["percent"] != "" {
			a.rate = percent(r["percent"])
		}
		accounts = append(accounts, a)
	}
	return accounts
})

// VATAccount returns the number of the account of a use, other than VATCollected,
// or "" for what is no use.
func VATAccount(use VATUse) string {
	for _, a := range vatAccounts() {
		if a.use == use && a.use != VATCollected {
			return a.number
		}
	}
	return ""
}

// VATCollectedAccount returns the number of the account that collects VAT at a
// rate in a territory; 44571 itself for a rate that has no account of its own.
func VATCollectedAccount(t Territory, rate money.Rate) string {
	for _, a := range vatAccounts() {
		if a.use == VATCollected && a.territory == t && a.rate == rate {
			return a.number
		}
	}
	return "44571"
}

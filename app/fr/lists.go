package fr

import (
	"slices"
	"sync"

	"zafe/app/i18n"
)

// LegalForm is a kind of enterprise or body.
type LegalForm struct {
	Key          string // permanent, such as "sarl"
	Abbreviation string // as on documents, such as "SARL"
	Label        string // in French
	Kind         LegalKind
	Capital      bool   // documents must show its capital
	Register     string // "rcs", "rcs_or_rne" (by trade) or "rna"
}

// LegalKind is what a legal form is, for accounts and documents.
type LegalKind string

// The kinds of legal forms.
const (
	Individual  LegalKind = "individual" // entrepreneur individuel: account 108, mention "EI"
	Company     LegalKind = "company"
	Association LegalKind = "association"
)

// LegalForms returns them in the order in which to offer them.
func LegalForms() []LegalForm { return slices.Clone(legalForms()) }

// LegalFormOf returns a legal form by key, and whether there is one.
func LegalFormOf(key string) (LegalForm, bool) {
	return find(legalForms(), func(f LegalForm) bool { return f.Key == key })
}

var legalForms = sync.OnceValue(func() []LegalForm {
	var forms []LegalForm
	for _, r := range table("legal-forms.tsv") {
		forms = append(forms, LegalForm{
			Key: r["key"], Abbreviation: r["abbreviation"], Label: r["label"], Kind: LegalKind(r["kind"]),
			Capital: r["capital"] == "yes", Register: r["register"],
		})
	}
	return forms
})

// Unit is a unit of measure or of sale.
type Unit struct {
	Code         string // UN/ECE recommendations 20 and 21, as electronic invoices want it
	Abbreviation string // in French, as on documents
	Singular     string
	Plural       string
}

// Units returns the units in the order in which to offer them, "C62" (unité) first.
func Units() []Unit { return slices.Clone(units()) }

// UnitOf returns a unit by code, and whether there is one.
func UnitOf(code string) (Unit, bool) {
	return find(units(), func(u Unit) bool { return u.Code == code })
}

var units = sync.OnceValue(func() []Unit {
	var all []Unit
	for _, r := range table("units.tsv") {
		all = append(all, Unit{r["code"], r["abbreviation"], r["singular"], r["plural"]})
	}
	return all
})

// PaymentMeans is a means of payment.
type PaymentMeans struct {
	Key     string // permanent, such as "transfer"; its name is the message "fr.payment." and the key
	Code    string // UN/CEFACT 4461, as electronic invoices want it
	Account string // account where the money arrives, such as "512", or ""
	Label   string // in French, for documents
}

// AllPaymentMeans returns them in the order in which to offer them.
func AllPaymentMeans() []PaymentMeans { return slices.Clone(paymentMeans()) }

// PaymentMeansOf returns a means of payment by key, and whether there is one.
func PaymentMeansOf(key string) (PaymentMeans, bool) {
	return find(paymentMeans(), func(p PaymentMeans) bool { return p.Key == key })
}

var paymentMeans = sync.OnceValue(func() []PaymentMeans {
	var all []PaymentMeans
	for _, r := range table("payment-means.tsv") {
		all = append(all, PaymentMeans{r["key"], r["untdid"], r["account_prefix"], r["label"]})
	}
	return all
})

// Country is a country or a territory with a code of its own (ISO 3166-1).
type Country struct {
	Code   string // two letters
	French string
	Name   string // in English
	EU     bool   // member of the European Union on the day the table was checked
}

// Countries returns the countries in the order of their French names.
func Countries() []Country { return slices.Clone(countries()) }

// CountryOf returns a country by code, and whether there is one.
func CountryOf(code string) (Country, bool) {
	return find(countries(), func(c Country) bool { return c.Code == code })
}

var countries = sync.OnceValue(func() []Country {
	var all []Country
	for _, r := range table("countries.tsv") {
		all = append(all, Country{r["code"], r["french"], r["english"], r["eu"] == "yes"})
	}
	slices.SortFunc(all, func(a, b Country) int { return i18n.Compare(a.French, b.French) })
	return all
})

func find[T any](all []T, match func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}

// Package tax is value added tax (TVA) on sales: the natures of what is sold, the reasons for which
// a line bears no tax, the rates a seller may use, when the tax falls due and where it is booked.
// The law itself, dated, is in package fr; this package holds the rules between its parts.
//
// It must not know documents, customers' files, storage or screens.
package tax

import (
	"zafe/app/civil"
	"zafe/app/fr"
	"zafe/app/ledger"
	"zafe/app/money"
)

// Nature is the category of an operation: decree 2022-1299 wants it on invoices, and it decides
// when the tax falls due.
type Nature string

// The natures. Mixed is only that of a whole document.
const (
	Goods    Nature = "goods"    // livraison de biens
	Services Nature = "services" // prestation de services
	Mixed    Nature = "mixed"    // both on one document (opération mixte)
)

// Known tells whether n can be the nature of a line.
func (n Nature) Known() bool { return n == Goods || n == Services }

// With returns the nature of a document that holds operations of nature n and m; "" is none yet.
func (n Nature) With(m Nature) Nature {
	switch {
	case n == "" || n == m:
		return m
	case m == "":
		return n
	default:
		return Mixed
	}
}

// Seller is what decides the tax on a company's sales.
type Seller struct {
	Territory   fr.Territory
	Regime      fr.Regime
	Exigibility fr.Exigibility
}

// Imposed returns the exemption that all the seller's sales have whatever the line says, or None:
// the small business regime, or a territory without VAT.
func (s Seller) Imposed() Exemption {
	switch {
	case !s.Territory.HasVAT():
		return NoVATTerritory
	case s.Regime == fr.Franchise:
		return Franchise
	default:
		return None
	}
}

// OnCollection tells whether the tax on services waits for the customer's payment (CGI art.
// 269-2-c), which is the rule unless the seller opted for debits.
func (s Seller) OnCollection() bool {
	return s.Imposed() == None && s.Exigibility != fr.OnDebit
}

// Allows tells whether the seller may use a rate on a day for a customer at an address: a rate of
// its own territory, or, for services to another VAT area of France, one of that area, where such a
// service is taxed when the customer is a business (CGI art. 259-1° and 294).
func (s Seller) Allows(rate money.Rate, n Nature, country, postalCode string, day civil.Date) bool {
	if fr.IsVATRate(s.Territory, rate, day) {
		return true
	}
	t, french := territoryOf(country, postalCode)
	return french && n == Services && s.Territory.ExportsTo(t) && fr.IsVATRate(t, rate, day)
}

// Account returns the ledger account that collects the tax of a rate: that of the seller's
// territory, or for a rate of another one, the overseas or the mainland account.
func (s Seller) Account(rate money.Rate) string {
	for _, t := range []fr.Territory{s.Territory, fr.Guadeloupe, fr.Metropole} {
		if a := fr.VATCollectedAccount(t, rate); a != fr.VATCollectedAccount(t, 0) {
			return padded(a)
		}
	}
	return padded(fr.VATCollectedAccount(s.Territory, 0))
}

// PendingAccount returns the ledger account where the tax on services waits for the payment (TVA
// collectée en attente d'encaissement).
func PendingAccount() string { return padded(fr.VATAccount(fr.VATCollectedPending)) }

func padded(account string) string {
	n, _ := ledger.NormalAccount(account) // from our own table
	return n
}

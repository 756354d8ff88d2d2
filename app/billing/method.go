package billing

import (
	"zafe/app/fr"
	"zafe/app/ledger"
)

// Method is a means of payment (mode de règlement): a key of package fr's list.
type Method string

// bankAccount is the treasury account of means of payment that have none of their own.
const bankAccount = "512000"

// Known tells whether m is in the list of means of payment.
func (m Method) Known() bool {
	_, ok := fr.PaymentMeansOf(string(m))
	return ok
}

// account returns the treasury account that a payment by m goes to unless another one is chosen:
// cheques wait in 5112 until they are banked (remise en banque). It is "" for means that move no
// money, as an accepted bill or an offset.
func (m Method) account() string {
	means, _ := fr.PaymentMeansOf(string(m))
	switch {
	case means.Key == "other":
		return bankAccount
	case means.Account == "" || means.Account[0] != '5':
		return ""
	}
	number := means.Account
	if len(number) == 2 {
		number += "0" // 53 (caisse) has no subdivision: it is 530000 in the book
	}
	a, _ := ledger.NormalAccount(number)
	return a
}

// journalOf returns the journal of a treasury account: cash (CA) or bank (BQ).
func journalOf(account string) string {
	if account[:2] == "53" {
		return "CA"
	}
	return "BQ"
}

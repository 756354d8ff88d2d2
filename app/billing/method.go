package billing

import (
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/ledger"
	"zafe/app/money"
)

// Method is a means of payment (mode de règlement): a key of package fr's list.
type Method string

// cashMethod is payment in notes and coins (espèces).
const cashMethod Method = "cash"

// bankAccount is the treasury account of means of payment that reach the bank by themselves.
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

// treasury returns the account a payment goes to: the one asked for, the company's own bank account,
// or that of the means of payment.
func treasury(tx Tx, req RecordRequest) (string, error) {
	account := req.Account
	if account == "" {
		account = req.Method.account()
	}
	if account == "" {
		return "", fault.Field("method", "billing.method_moves_no_money")
	}
	if req.Account != "" || account != bankAccount {
		return account, nil
	}
	p, err := company.Of(tx)
	if err == nil && treasuryAccount(p.Bank.Account) {
		account = p.Bank.Account
	}
	return account, err
}

// cashMax is the most that may be paid in cash for one debt by a business, or by a consumer who
// lives in France (C. mon. fin. L112-6 and D112-3, checked 2026-11-21).
const cashMax money.Amount = 1_000_00

// cashChecks warns when what was paid in cash for one document, or by this payment, passes cashMax.
func cashChecks(tx Tx, p Payment) ([]Check, error) {
	if p.Method != cashMethod || p.Refund {
		return nil, nil
	}
	warning := []Check{{
		Level: Warning, Key: "billing.check.cash_limit", Field: "method", Args: map[string]any{"max": cashMax},
	}}
	if p.Amount > cashMax {
		return warning, nil
	}
	for _, s := range p.Settlements {
		on, err := tx.Settlements(s.Document)
		if err != nil {
			return nil, err
		}
		var cash money.Amount
		for _, o := range on {
			if o.Method == cashMethod {
				cash = cash.Add(o.Amount)
			}
		}
		if cash > cashMax {
			return warning, nil
		}
	}
	return nil, nil
}

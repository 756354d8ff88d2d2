package setup

import (
	"strings"

	"zafe/app/fr"
	"zafe/app/ledger"
)

// Seed gives a new book its chart of accounts (plan comptable général) and its journals.
func Seed[T ledger.Charter](tx T) error {
	chart := fr.Chart()
	accounts := make([]ledger.Account, 0, len(chart))
	for _, a := range chart {
		if len(a.Number) < 3 && !leaf(chart, a.Number) {
			continue
		}
		number := a.Number
		if len(number) == 2 {
			number += "0" // 53 Caisse has no subdivision of its own
		}
		accounts = append(accounts, ledger.Account{Number: number, Title: a.Label})
	}
	var journals []ledger.Journal
	for _, j := range fr.Journals() {
		row := ledger.Journal{Code: j.Code, Title: j.Label, Kind: ledger.JournalKind(j.Kind)}
		switch j.Kind {
		case fr.BankJournal:
			row.Account = "512000"
		case fr.CashJournal:
			row.Account = "530000"
		default: // the others have none
		}
		journals = append(journals, row)
	}
	return ledger.Seed(tx, accounts, journals)
}

// leaf tells whether no account of the chart stands below number.
func leaf(chart []fr.Account, number string) bool {
	for _, a := range chart {
		if a.Number != number && strings.HasPrefix(a.Number, number) {
			return false
		}
	}
	return len(number) == 2
}

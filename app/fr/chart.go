package fr

import (
	"slices"
	"strings"
	"sync"
)

// Account is an account of the French chart (plan comptable général).
type Account struct {
	Number   string
	Label    string // in French, with only the characters of ISO 8859-15 that exports may need
	Class    int    // 1 to 8, the first digit of the number
	Official bool   // in the text of the ANC; the others are customary subdivisions
	Default  bool   // shown from the start to a small business
}

var chart = sync.OnceValue(func() []Account {
	var accounts []Account
	at := map[string]int{}
	for _, r := range table("pcg.tsv") {
		at[r["number"]] = len(accounts)
		accounts = append(accounts, Account{
			Number: r["number"], Label: plain.Replace(r["label"]), Class: class(r["number"]), Official: true,
		})
	}
	for _, r := range table("pcg-default.tsv") {
		i, official := at[r["number"]]
		if !official {
			i = len(accounts)
			accounts = append(accounts, Account{Number: r["number"], Label: r["label"], Class: class(r["number"])})
		}
		accounts[i].Default = true
	}
	slices.SortFunc(accounts, func(a, b Account) int { return strings.Compare(a.Number, b.Number) })
	return accounts
})

// plain rewrites what the official text sets in type and ISO 8859-15 lacks.
var plain = strings.NewReplacer("’", "'", "–", "-", "…", "...", "elle- même", "elle-même")

func class(number string) int { return int(number[0] - '0') }

// Chart returns the accounts of the plan in force for fiscal years opened from 1
// January 2025 (ANC 2014-03 changed by ANC 2022-06), headings of two digits and
// more included, with the customary subdivisions for VAT, sorted by number.
func Chart() []Account { return slices.Clone(chart()) }

// AccountOf returns the account of the chart with a number, or the closest one
// above it: 4111DUPONT and 41112 are under 4111. It returns false if there is none.
func AccountOf(number string) (Account, bool) {
	for n := len(number); n > 0; n-- {
		i, found := slices.BinarySearchFunc(chart(), number[:n], func(a Account, s string) int {
			return strings.Compare(a.Number, s)
		})
		if found {
			return chart()[i], true
		}
	}
	return Account{}, false
}

// Journal is a book of entries of one kind (journal auxiliaire).
type Journal struct {
	Code  string // VE, AC, BQ, CA, OD, AN
	Kind  JournalKind
	Label string // in French
}

// JournalKind says what a journal is for.
type JournalKind string

// The kinds of journals.
const (
	SalesJournal     JournalKind = "sales"
	PurchasesJournal JournalKind = "purchases"
	BankJournal      JournalKind = "bank"
	CashJournal      JournalKind = "cash"
	GeneralJournal   JournalKind = "general" // opérations diverses
	OpeningJournal   JournalKind = "opening" // à-nouveaux
)

// Journals returns the journals a new company starts with.
func Journals() []Journal {
	var journals []Journal
	for _, r := range table("journals.tsv") {
		journals = append(journals, Journal{r["code"], JournalKind(r["kind"]), r["label"]})
	}
	return journals
}

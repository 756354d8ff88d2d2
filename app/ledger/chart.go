package ledger

import (
	"strings"
	"time"

	"zafe/app/civil"
)

// Account is an account of the chart (compte du plan comptable).
type Account struct {
	Number   string `json:"number"` // six characters or more, the first three of the official chart
	Title    string `json:"title"`
	Custom   bool   `json:"custom"`   // added by the company or an import, not by the seeded chart
	Archived bool   `json:"archived"` // no longer proposed for entries
	Version  int64  `json:"version"`
}

// Numbers of the accounts that code names.
const (
	Customers  = "411000" // collective account of customers (clients)
	Suppliers  = "401000"
	ProfitPast = "120000" // result brought forward, profit
	LossPast   = "129000" // result brought forward, loss
)

const (
	accountDigits = 6  // shorter numbers are padded with zeros to this length
	accountMax    = 20 // characters of the longest number
)

// NormalAccount returns an account number in the book's form: without spaces, in capitals, padded
// with zeros to six characters; and whether it is one: three digits of the chart, then digits or
// letters.
func NormalAccount(s string) (string, bool) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if len(s) < 3 || len(s) > accountMax || s[0] < '1' || s[0] > '8' {
		return s, false
	}
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		if !digit && (i < 3 || s[i] < 'A' || s[i] > 'Z') {
			return s, false
		}
	}
	if n := accountDigits - len(s); n > 0 {
		s += strings.Repeat("0", n)
	}
	return s, true
}

// JournalKind says what a journal is for.
type JournalKind string

// The kinds of journals. Entries of an opening journal are opening balances (à-nouveaux).
const (
	SalesJournal    JournalKind = "sales"
	PurchaseJournal JournalKind = "purchases"
	BankJournal     JournalKind = "bank"
	CashJournal     JournalKind = "cash"
	GeneralJournal  JournalKind = "general"
	OpeningJournal  JournalKind = "opening"
)

// Known tells whether k is one of the kinds.
func (k JournalKind) Known() bool {
	switch k {
	case SalesJournal, PurchaseJournal, BankJournal, CashJournal, GeneralJournal, OpeningJournal:
		return true
	}
	return false
}

// Journal is a book of first entry (journal comptable). Code is at most eight characters.
type Journal struct {
	Code     string      `json:"code"`
	Title    string      `json:"title"`
	Kind     JournalKind `json:"kind"`
	Account  string      `json:"account"` // counterpart of a bank or cash journal: "512000", else ""
	Archived bool        `json:"archived"`
	Version  int64       `json:"version"`
}

// FiscalYearID names a fiscal year.
type FiscalYearID int64

// YearState is what may still be done in a fiscal year.
type YearState string

// A fiscal year is open, then locked (clôturé) for ever.
const (
	YearOpen   YearState = "open"
	YearLocked YearState = "locked"
)

// FiscalYear is an accounting year (exercice). Days up to ClosedUntil are closed for the time being
// (clôture de période); a locked year is closed for good.
type FiscalYear struct {
	ID          FiscalYearID `json:"id"`
	Period      civil.Period `json:"period"`
	State       YearState    `json:"state"`
	ClosedUntil civil.Date   `json:"closed_until"`
	LockedAt    time.Time    `json:"locked_at"`   // zero while open
	LockedHash  string       `json:"locked_hash"` // hex SHA-256 of the year's totals and chain head when locked
	Entries     int64        `json:"entries"`     // posted entries in it
	Drafts      int64        `json:"drafts"`      // drafts dated in it
}

// Package fec reads, writes and checks the accounting entries file (fichier des écritures
// comptables) that French law asks of every book kept by computer: LPF art. L47 A-I and A47 A-1,
// checked 2026-11-21.
//
// It is pure: bytes in, rows and problems out. It knows no book, no storage and no screen; package
// ledger fills books from it and draws it from them.
package fec

import (
	"zafe/app/civil"
	"zafe/app/money"
)

// Row is one line of the file: one line of an entry (art. A47 A-1, VII). The comment is the column's
// legal name.
type Row struct {
	Line           int    // in the file, the header being line 1
	Journal        string // JournalCode
	JournalTitle   string // JournalLib
	Num            string // EcritureNum
	Date           civil.Date
	Account        string // CompteNum
	AccountTitle   string // CompteLib
	Aux            string // CompAuxNum
	AuxTitle       string // CompAuxLib
	Ref            string // PieceRef
	RefDate        civil.Date
	Label          string // EcritureLib
	Debit          money.Amount
	Credit         money.Amount
	Match          string // EcritureLet
	MatchDate      civil.Date
	ValidDate      civil.Date
	CurrencyAmount money.Amount // Montantdevise
	HasCurrency    bool         // Montantdevise is written
	Currency       string       // Idevise
}

// columns are the legal names, in the legal order.
var columns = [...]string{
	"JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
	"CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
	"ValidDate", "Montantdevise", "Idevise",
}

// The places of the columns.
const (
	colJournal = iota
	colJournalTitle
	colNum
	colDate
	colAccount
	colAccountTitle
	colAux
	colAuxTitle
	colRef
	colRefDate
	colLabel
	colDebit
	colCredit
	colMatch
	colMatchDate
	colValidDate
	colCurrencyAmount
	colCurrency
	columnCount
)

// Problem is something wrong in a file. Line is 0 for the file as a whole.
type Problem struct {
	Line    int            `json:"line"`
	Column  string         `json:"column"` // legal name, or ""
	Key     string         `json:"key"`    // of the message
	Args    map[string]any `json:"args"`
	Warning bool           `json:"warning"` // worth a look, but the file stands
}

// ProblemsMax bounds a list of problems: the rest is only counted.
const ProblemsMax = 200

// Problems collects problems.
type Problems struct {
	List     []Problem
	Errors   int
	Warnings int
}

// Add records a problem; args are name, value pairs.
func (p *Problems) Add(warning bool, line int, column, key string, args ...any) {
	if warning {
		p.Warnings++
	} else {
		p.Errors++
	}
	if len(p.List) >= ProblemsMax {
		return
	}
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	p.List = append(p.List, Problem{Line: line, Column: column, Key: key, Args: m, Warning: warning})
}

package ledger

import (
	"zafe/app/civil"
	"zafe/app/op"
)

// Poster is what posting asks of a transaction; sales post through it.
type Poster interface {
	op.Tx
	// Today is the civil date of the transaction at the office.
	Today() civil.Date
	// LedgerAccounts returns the accounts of these numbers, by number; unknown ones are missing.
	LedgerAccounts(numbers []string) (map[string]Account, error)
	// LedgerJournal returns a journal and whether it exists.
	LedgerJournal(code string) (Journal, bool, error)
	// FiscalYears returns every fiscal year in order of dates, without the counts.
	FiscalYears() ([]FiscalYear, error)
	// HasOpening tells whether a fiscal year has entries in an opening journal.
	HasOpening(year FiscalYearID) (bool, error)
	// HasEntriesBefore tells whether any entry is dated before d.
	HasEntriesBefore(d civil.Date) (bool, error)
	// NextPlace returns where the next entry of a journal goes.
	NextPlace(year FiscalYearID, journal string) (Place, error)
	// AddEntry stores a posted entry at its place for ever and returns it with its lines' ids.
	AddEntry(year FiscalYearID, e Entry) (Entry, error)
	// AuxLabels returns the latest name of each auxiliary account, by code.
	AuxLabels(codes []string) (map[string]string, error)
	// LedgerEntry returns an entry with its lines and whether it exists.
	LedgerEntry(id EntryID) (Entry, bool, error)

	Matcher
}

// Place is where a new entry goes: its id, its number in the journal and the chain's last hash.
type Place struct {
	ID     EntryID
	Number int64
	Prev   []byte
}

// Matcher is what matching (lettrage) asks of a transaction.
type Matcher interface {
	op.Tx
	// Today is the civil date of the transaction at the office.
	Today() civil.Date
	// MatchLines returns lines of posted entries with what matching needs to know, in the order of ids.
	MatchLines(ids []LineID) ([]MatchLine, error)
	// MatchMates returns the other lines of the partial groups that hold any of these lines.
	MatchMates(ids []LineID) ([]MatchLine, error)
	// LastMatchCode returns the highest two- or three-letter code used by an account and auxiliary, or "".
	LastMatchCode(account, aux string) (string, error)
	// AddMatch stores a group of lines under a code.
	AddMatch(m MatchGroup) error
	// DropMatch undoes the group that holds a line and returns its lines; none when it has no group.
	DropMatch(line LineID) ([]LineID, error)
}

// Tx is what the whole area asks of a transaction; the store implements it.
type Tx interface {
	Drafter
	Charter
	Calendar
	Lister
	Pager
	JournalTotaller
	OpenReader
	FigureReader
	Loading
	Exporter
	Verifier
}

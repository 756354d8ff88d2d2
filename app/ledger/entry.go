package ledger

import (
	"time"

	"zafe/app/civil"
	"zafe/app/money"
)

// EntryID names an entry. A posted entry has a positive one, and they grow in order of posting; a
// draft has a negative one, which it loses when it is posted.
type EntryID int64

// IsDraft tells whether the id is that of a draft (brouillard).
func (id EntryID) IsDraft() bool { return id < 0 }

// LineID names a line of a posted entry.
type LineID int64

// Limits of an entry, generous against real books and small against abuse.
const (
	LinesMax = 20_000 // lines of one entry; a detailed opening entry has one a customer
	TextMax  = 250    // characters of a label or a reference
)

// Entry is an accounting entry (écriture): lines whose debits equal their credits.
type Entry struct {
	ID      EntryID    `json:"id"`
	Journal string     `json:"journal"`  // code: "VE"
	Date    civil.Date `json:"date"`     // accounting date
	Number  int64      `json:"number"`   // consecutive in journal and fiscal year; 0 for a draft
	Num     string     `json:"num"`      // the number as people and the FEC write it: "VE-000012"
	Ref     string     `json:"ref"`      // reference of the voucher (pièce justificative)
	RefDate civil.Date `json:"ref_date"` // date of the voucher; posting defaults it to Date
	Label   string     `json:"label"`
	Lines   []Line     `json:"lines"`
	Source  string     `json:"source"` // what made it: "invoice:12", "" when typed

	ValidatedAt time.Time  `json:"validated_at"` // zero for a draft
	ValidDate   civil.Date `json:"valid_date"`   // day of validation as the FEC tells it
	Version     int64      `json:"version"`      // of a draft, 0 for a new one

	Reverses   EntryID `json:"reverses"`    // the entry this one cancels (contre-passation), or 0
	ReversedBy EntryID `json:"reversed_by"` // the entry that cancels this one, or 0
	Reason     string  `json:"reason"`      // why it was reversed
	Import     int64   `json:"import"`      // the import that brought it, or 0
	Hash       string  `json:"hash"`        // hex link of the chain of entries posted here, "" for imports

	ChangedBy string    `json:"changed_by"` // who last saved the draft, or posted the entry
	ChangedAt time.Time `json:"changed_at"`
	// CreatedAt is when a draft was begun, as the journal of events has it; in the answers that give a draft alone. Where
	// the book went back, the number of a draft may be given again: this tells the two apart.
	CreatedAt time.Time `json:"created_at,omitzero"`
}

// Line is one line of an entry. Exactly one of Debit and Credit is above zero.
type Line struct {
	ID       LineID       `json:"id"`
	Account  string       `json:"account"`   // number, six digits or more: "411000"
	Aux      string       `json:"aux"`       // auxiliary account (compte auxiliaire): a customer's code, or ""
	AuxLabel string       `json:"aux_label"` // name that goes with Aux
	Label    string       `json:"label"`     // "" means the entry's
	Debit    money.Amount `json:"debit"`
	Credit   money.Amount `json:"credit"`
	DueDate  civil.Date   `json:"due_date"` // when a receivable or payable is to be paid

	// Ref and RefDate differ from the entry's only in imported history.
	Ref     string     `json:"ref"`
	RefDate civil.Date `json:"ref_date"`

	// Match is the matching code (lettrage): capitals when complete, small letters when partial.
	Match     string     `json:"match"`
	MatchDate civil.Date `json:"match_date"`

	Currency       string       `json:"currency"`        // ISO 4217, "" for euros
	CurrencyAmount money.Amount `json:"currency_amount"` // in hundredths of Currency, same sign sense as debit
}

// Net is the line's debit less its credit.
func (l Line) Net() money.Amount { return l.Debit - l.Credit }

// Totals returns the sums of debits and credits.
func (e Entry) Totals() (debit, credit money.Amount) {
	for _, l := range e.Lines {
		debit, credit = debit.Add(l.Debit), credit.Add(l.Credit)
	}
	return debit, credit
}

package ledger

import (
	"context"
	"strings"
	"unicode/utf8"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/search"
)

// Charter is what the chart, the journals and their operations ask of a transaction.
type Charter interface {
	op.Tx
	// LedgerAccounts returns the accounts of these numbers, by number; unknown ones are missing.
	LedgerAccounts(numbers []string) (map[string]Account, error)
	// LedgerChart returns the accounts whose number starts with prefix, by number.
	LedgerChart(prefix string, archived bool) ([]Account, error)
	AddAccount(Account) error
	UpdateAccount(Account) error
	// LedgerJournal returns a journal and whether it exists.
	LedgerJournal(code string) (Journal, bool, error)
	// LedgerJournals returns every journal in order of creation.
	LedgerJournals() ([]Journal, error)
	SaveJournal(Journal) error
	// JournalUsed tells whether a journal has posted entries.
	JournalUsed(code string) (bool, error)
}

// AccountListRequest asks for accounts. Search is the start of a number ("411", "411*") or words of
// the title, in any order, without regard to accents.
type AccountListRequest struct {
	Search   string `json:"search"`
	Archived bool   `json:"archived"` // with those no longer proposed
	Limit    int    `json:"limit"`    // 0 for all
}

// AccountList is the answer, by number.
type AccountList struct {
	Accounts []Account `json:"accounts"`
	More     bool      `json:"more"` // Limit cut the list
}

// AccountListing lists the chart of accounts.
var AccountListing = op.Op[AccountListRequest, AccountList]{Spec: op.Spec{
	Name: "account.list", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Lists accounts of the chart whose number starts with, or whose title has the words of, a text.",
}}

func accountList[T Charter](_ context.Context, tx T, req AccountListRequest) (AccountList, error) {
	prefix, text := "", strings.TrimSpace(req.Search)
	if p := strings.TrimSuffix(text, "*"); p != "" && p[0] >= '1' && p[0] <= '8' {
		prefix, text = strings.ToUpper(p), ""
	}
	found, err := tx.LedgerChart(prefix, req.Archived)
	if err != nil {
		return AccountList{}, err
	}
	q, out := search.Parse(text), AccountList{Accounts: []Account{}}
	for _, a := range found {
		if !q.Empty() && !q.Match(search.Index(a.Title)) {
			continue
		}
		if req.Limit > 0 && len(out.Accounts) == req.Limit {
			out.More = true
			break
		}
		out.Accounts = append(out.Accounts, a)
	}
	return out, nil
}

// AccountSaveRequest creates an account when Version is 0, else changes its title or archives it; the
// number of an account never changes.
type AccountSaveRequest struct {
	Number   string `json:"number"`
	Title    string `json:"title"`
	Archived bool   `json:"archived"`
	Version  int64  `json:"version"`
}

// Validate refuses a number that is not one (ledger.account_form) and an empty or long title
// (ledger.no_title, ledger.text_long).
func (r AccountSaveRequest) Validate() error {
	if _, ok := NormalAccount(r.Number); !ok {
		return fault.Field("number", "ledger.account_form", "account", r.Number)
	}
	return checkTitle(r.Title)
}

const titleMax = 120 // characters of the title of an account or journal

func checkTitle(s string) error {
	switch s = cleanText(s); {
	case s == "":
		return fault.Field("title", "ledger.no_title")
	case utf8.RuneCountInString(s) > titleMax:
		return fault.Field("title", "ledger.text_long", "max", titleMax)
	}
	return nil
}

// AccountSave creates or changes an account of the chart. Faults: ledger.account_exists,
// ledger.unknown_account, ledger.row_changed.
var AccountSave = op.Op[AccountSaveRequest, Account]{Spec: op.Spec{
	Name: "account.save", Kind: op.Command, Needs: auth.LedgerWrite, Since: 1,
	Doc: "Creates an account of the chart, changes its title, or archives it.",
}}

func accountSave[T Charter](ctx context.Context, tx T, req AccountSaveRequest) (Account, error) {
	number, _ := NormalAccount(req.Number)
	known, err := tx.LedgerAccounts([]string{number})
	if err != nil {
		return Account{}, err
	}
	a, exists := known[number]
	switch {
	case req.Version == 0 && exists:
		return a, fault.Field("number", "ledger.account_exists", "account", number, "title", a.Title)
	case req.Version != 0 && !exists:
		return a, fault.Field("number", "ledger.unknown_account", "account", number)
	case req.Version != a.Version:
		return a, fault.New(fault.Conflict, "ledger.row_changed")
	}
	old := a
	a.Number, a.Title, a.Archived, a.Version = number, cleanText(req.Title), req.Archived, a.Version+1
	if !exists {
		a.Custom = true
		err = tx.AddAccount(a)
	} else {
		err = tx.UpdateAccount(a)
	}
	if err != nil {
		return a, err
	}
	return a, note(ctx, "account", 0, "", struct {
		Was Account `json:"was"`
		Now Account `json:"now"`
	}{old, a})
}

// Seed inserts the chart and the journals of a new book. Numbers are brought to the book's form,
// headings of less than three digits are left out, and what is there already stays as it is.
func Seed[T Charter](tx T, accounts []Account, journals []Journal) error {
	existing, err := tx.LedgerChart("", true)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, a := range existing {
		have[a.Number] = true
	}
	for _, a := range accounts {
		number, ok := NormalAccount(a.Number)
		if !ok || have[number] {
			continue
		}
		have[number] = true
		a.Number, a.Title, a.Version = number, cleanText(a.Title), 1
		if err := tx.AddAccount(a); err != nil {
			return err
		}
	}
	for _, j := range journals {
		_, exists, err := tx.LedgerJournal(j.Code)
		if err != nil {
			return err
		}
		if exists {
			continue
		}
		j.Version = 1
		if err := tx.SaveJournal(j); err != nil {
			return err
		}
	}
	return nil
}

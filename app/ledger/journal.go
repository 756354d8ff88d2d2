package ledger

import (
	"context"
	"strings"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// JournalList is every journal, in order of creation.
type JournalList struct {
	Journals []Journal `json:"journals"`
}

// JournalListing lists the journals.
var JournalListing = op.Op[op.Empty, JournalList]{Spec: op.Spec{
	Name: "journal.list", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Lists the journals.",
}}

func journalList[T Charter](_ context.Context, tx T, _ op.Empty) (JournalList, error) {
	js, err := tx.LedgerJournals()
	return JournalList{Journals: orEmpty(js)}, err
}

// orEmpty makes a nil list an empty one, which JSON writes as [].
func orEmpty[V any](vs []V) []V {
	if vs == nil {
		return []V{}
	}
	return vs
}

// JournalSaveRequest creates a journal when Version is 0, else changes it; its code never changes,
// and its kind only while it has no entry.
type JournalSaveRequest struct {
	Code     string      `json:"code"`
	Title    string      `json:"title"`
	Kind     JournalKind `json:"kind"`
	Account  string      `json:"account"` // counterpart, for bank and cash
	Archived bool        `json:"archived"`
	Version  int64       `json:"version"`
}

// codeMax is how long a journal's code may be.
const codeMax = 8

// Validate refuses what cannot be a journal: ledger.journal_code, ledger.no_title, ledger.text_long,
// ledger.journal_kind, ledger.journal_account.
func (r JournalSaveRequest) Validate() error {
	code := strings.ToUpper(r.Code)
	if code == "" || len(code) > codeMax || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return fault.Field("code", "ledger.journal_code", "max", codeMax)
	}
	if err := checkTitle(r.Title); err != nil {
		return err
	}
	if !r.Kind.Known() {
		return fault.Field("kind", "ledger.journal_kind")
	}
	_, ok := NormalAccount(r.Account)
	if money := r.Kind == BankJournal || r.Kind == CashJournal; money && !ok || !money && r.Account != "" {
		return fault.Field("account", "ledger.journal_account")
	}
	return nil
}

// JournalSave creates or changes a journal. Faults: ledger.journal_exists, ledger.unknown_journal,
// ledger.unknown_account, ledger.row_changed, ledger.journal_used.
var JournalSave = op.Op[JournalSaveRequest, Journal]{Spec: op.Spec{
	Name: "journal.save", Kind: op.Command, Needs: auth.LedgerWrite, Since: 1,
	Doc: "Creates a journal, such as that of a second bank, changes its title, or archives it.",
}}

func journalSave[T Charter](ctx context.Context, tx T, req JournalSaveRequest) (Journal, error) {
	code := strings.ToUpper(req.Code)
	old, exists, err := tx.LedgerJournal(code)
	switch {
	case err != nil:
		return old, err
	case req.Version == 0 && exists:
		return old, fault.Field("code", "ledger.journal_exists", "journal", code)
	case req.Version != 0 && !exists:
		return old, fault.Field("code", "ledger.unknown_journal", "journal", code)
	case req.Version != old.Version:
		return old, fault.New(fault.Conflict, "ledger.row_changed")
	}
	j := Journal{
		Code: code, Title: cleanText(req.Title), Kind: req.Kind, Archived: req.Archived, Version: old.Version + 1,
	}
	if req.Account != "" {
		j.Account, _ = NormalAccount(req.Account)
		known, err := tx.LedgerAccounts([]string{j.Account})
		if err != nil {
			return j, err
		}
		if _, ok := known[j.Account]; !ok {
			return j, fault.Field("account", "ledger.unknown_account", "account", j.Account)
		}
	}
	if exists && old.Kind != j.Kind {
		used, err := tx.JournalUsed(code)
		if err != nil {
			return j, err
		}
		if used {
			return j, fault.Field("kind", "ledger.journal_used")
		}
	}
	if err := tx.SaveJournal(j); err != nil {
		return j, err
	}
	return j, note(ctx, "journal", 0, "", struct {
		Was Journal `json:"was"`
		Now Journal `json:"now"`
	}{old, j})
}

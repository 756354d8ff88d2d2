package ledger

import (
	"context"

	"zafe/app/op"
)

// Bind registers the operations of the books.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, AccountListing, accountList[T])
	op.Bind(r, AccountSave, accountSave[T])
	op.Bind(r, JournalListing, journalList[T])
	op.Bind(r, JournalSave, journalSave[T])
	op.Bind(r, FiscalYearListing, yearList[T])
	op.Bind(r, FiscalYearOpen, yearOpen[T])
	op.Bind(r, FiscalYearClose, yearClose[T])
	op.Bind(r, FiscalYearClosePeriod, closePeriod[T])
	op.Bind(r, EntryListing, entryList[T])
	op.Bind(r, EntryGet, entryGet[T])
	op.Bind(r, EntrySave, entrySave[T])
	op.Bind(r, EntryDelete, entryDelete[T])
	op.Bind(r, EntryPost, entryPost[T])
	op.Bind(r, EntryReverse, entryReverse[T])
	op.Bind(r, TrialBalanceOf, trialBalance[T])
	op.Bind(r, GeneralLedgerOf, generalLedger[T])
	op.Bind(r, JournalOf, journalPage[T])
	op.Bind(r, CentralOf, central[T])
	op.Bind(r, AgedOf, aged[T])
	op.Bind(r, Figures, figures[T])
	op.Bind(r, OpenItemsOp, openItemList[T])
	op.Bind(r, MatchLinesOp, matchLines[T])
	op.Bind(r, UnmatchOp, unmatch[T])
	op.Bind(r, FECImport, fecImport[T])
	op.Bind(r, FECImportList, importList[T])
	op.Bind(r, FECUndoImport, undoImport[T])
	op.Bind(r, FECCheckOp, fecCheck[T])
	op.BindExport(r, FECExport, func(_ context.Context, tx T, req YearRequest) (int, error) {
		return tx.CountLines(req.ID)
	}, fecExport[T])
	op.Bind(r, VerifyOp, verify[T])
}

package ledger

import (
	"context"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// ImportList is the imports of history, newest first.
type ImportList struct {
	Imports []Import `json:"imports"`
}

// FECImportList lists the imports.
var FECImportList = op.Op[op.Empty, ImportList]{Spec: op.Spec{
	Name: "fec.import_list", Kind: op.Query, Needs: auth.LedgerRead, Since: 1,
	Doc: "Lists the files of history taken in, newest first.",
}}

func importList[T Loading](_ context.Context, tx T, _ op.Empty) (ImportList, error) {
	is, err := tx.Imports()
	return ImportList{Imports: orEmpty(is)}, err
}

// UndoImportRequest names an import.
type UndoImportRequest struct {
	ID int64 `json:"id"`
}

// FECUndoImport takes an import of history back, all of it. Posted entries never go; these may, for
// they were final in another program and are only shown here: as long as their fiscal year is not
// locked, and no entry nor match made here refers to them. The triggers of the database enforce the
// same. The accounts and journals it created stay. Faults: fec.no_import, ledger.year_locked,
// fec.import_used.
var FECUndoImport = op.Op[UndoImportRequest, op.Empty]{Spec: op.Spec{
	Name: "fec.undo_import", Kind: op.Command, Needs: auth.LedgerImport, Fresh: true, Risky: true, Since: 1,
	Doc: "Takes an import of history back while its fiscal year is open and nothing refers to it.",
}}

func undoImport[T Loading](ctx context.Context, tx T, req UndoImportRequest) (op.Empty, error) {
	is, err := tx.Imports()
	if err != nil {
		return op.Empty{}, err
	}
	for _, i := range is {
		if i.ID != req.ID || !i.UndoneAt.IsZero() {
			continue
		}
		if _, _, err := findYear(tx, i.Year); err != nil {
			return op.Empty{}, err
		}
		used, err := tx.ImportInUse(i.ID)
		if err != nil {
			return op.Empty{}, err
		}
		if used {
			return op.Empty{}, fault.New(fault.Conflict, "fec.import_used")
		}
		if err := tx.Unload(i.ID, tx.Now()); err != nil {
			return op.Empty{}, err
		}
		return op.Empty{}, note(ctx, "fec_import", i.ID, i.Digest, i)
	}
	return op.Empty{}, fault.New(fault.NotFound, "fec.no_import")
}

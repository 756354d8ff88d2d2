// Package imports brings a table a person has elsewhere (a spreadsheet, another program's export)
// into the book: it guesses what the columns are, tells what each line would do, and undoes a whole
// import. What a line means is each area's business; the package knows none of their records, no SQL
// and no screen.
package imports

import (
	"time"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
)

// Kind is what an import brings in. It is permanent in the book.
type Kind string

// The kinds of imports.
const (
	Customers Kind = "customer"
	Items     Kind = "item"
)

// needs says which right lets a person import a kind, and undo it.
var needs = map[Kind]auth.Permission{Customers: auth.CustomerImport, Items: auth.ItemWrite}

// BatchID identifies an import in one book.
type BatchID int64

// Batch is an import that was done (lot d'import). UndoneAt is zero while it stands.
type Batch struct {
	ID        BatchID     `json:"id"`
	Kind      Kind        `json:"kind"`
	File      string      `json:"file"`
	At        time.Time   `json:"at"`
	User      auth.UserID `json:"user"`
	By        string      `json:"by"`
	Rows      int         `json:"rows"`
	Created   int         `json:"created"`
	Updated   int         `json:"updated"`
	Unchanged int         `json:"unchanged"`
	Skipped   int         `json:"skipped"` // duplicates and errors
	UndoneAt  time.Time   `json:"undone_at"`
	UndoneBy  string      `json:"undone_by,omitempty"`

	SeriesBefore int64 `json:"-"` // last code taken before and after
	SeriesAfter  int64 `json:"-"`
}

// Change is one record an import created or changed.
type Change struct {
	Ref     int64
	Prior   string // the record before, as JSON of its area's type; "" when created
	Version int64  // the record's version after
	Digest  string // the record's digest after
}

// Record is the present state of a record that an import touched.
type Record struct {
	Name    string
	Version int64
}

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	// AddImport stores a batch and its changes and returns its id.
	AddImport(b Batch, changes []Change) (BatchID, error)
	// ImportBatch returns one batch; fault imports.not_found.
	ImportBatch(id BatchID) (Batch, error)
	// ImportBatches returns the latest batches before the given one (0: the end), newest first.
	ImportBatches(before BatchID, limit int) ([]Batch, error)
	// ImportChanges returns the changes of a batch by reference.
	ImportChanges(id BatchID) ([]Change, error)
	// ErasedAfter tells whether the import that created a record was undone after an instant: since then its id, and
	// its code, may be another's.
	ErasedAfter(k Kind, ref int64, at time.Time) (bool, error)
	// ImportedRecord returns the present state of a record, and whether it is there.
	ImportedRecord(k Kind, ref int64) (Record, bool, error)
	// ImportedInUse returns, of the records a batch created, those something else refers to.
	ImportedInUse(b Batch) ([]int64, error)
	// RestoreImported removes the records an import created and puts the others' prior state back.
	RestoreImported(k Kind, changes []Change) error
	// LastNumber tells the last number taken of a series, 0 for none.
	LastNumber(kind, period string) (int64, error)
	// RewindSeries puts a series back if nothing was taken of it since.
	RewindSeries(kind string, from, to int64) error
	// MarkUndone records that a batch was undone.
	MarkUndone(id BatchID, by string) error
}

// Upload is the file of an import as a person gave it. Sheet is "" for the first of a workbook,
// Mapping nil for the guessed one.
type Upload struct {
	Name    string  `json:"name"`
	Data    []byte  `json:"data"`
	Sheet   string  `json:"sheet,omitempty"`
	Mapping Mapping `json:"mapping,omitempty"`
}

// FileBytesMax bounds an imported file: 32 MiB.
const FileBytesMax = 32 << 20

// Validate refuses a file that is missing or too large: imports.no_file, imports.file_too_large.
func (u Upload) Validate() error {
	switch {
	case len(u.Data) == 0:
		return fault.Field("data", "imports.no_file")
	case len(u.Data) > FileBytesMax:
		return fault.Field("data", "imports.file_too_large", "max_mb", FileBytesMax>>20)
	default:
		return nil
	}
}

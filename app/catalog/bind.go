package catalog

import (
	"zafe/app/civil"
	"zafe/app/imports"
	"zafe/app/op"
)

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	imports.Tx
	// Today is the civil date of the transaction.
	Today() civil.Date
	// NextCodes takes the next n codes of a kind, written by form.
	NextCodes(kind, form string, n int) ([]string, error)
	// Item returns one item; fault catalog.not_found.
	Item(id ItemID) (Item, error)
	// ItemByCode returns the item with a code; fault catalog.not_found.
	ItemByCode(code string) (Item, error)
	// SaveItems stores every field of each, as a new row when its ID is zero, and returns the ids.
	SaveItems(is []Item) ([]ItemID, error)
	// ItemsLike returns the items with the label of i, whatever its accents and capitals.
	ItemsLike(i Item) ([]Item, error)
	// ItemPage returns the items a selection asks for.
	ItemPage(s Selection) (Page, error)
	// ItemNames returns up to s.Limit items for a field that completes what is typed.
	ItemNames(s Selection) ([]Item, error)
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, List, list[T])
	op.Bind(r, Names, names[T])
	op.Bind(r, Get, get[T])
	op.Bind(r, Save, save[T])
	op.Bind(r, Archive, archive[T])
	op.Bind(r, Restore, restore[T])
	op.Bind(r, ImportPreview, importPreview[T])
	op.Bind(r, Import, importFile[T])
}

package party

import (
	"context"

	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
)

// Tx is what this package needs of a transaction.
type Tx interface {
	op.Tx
	imports.Tx
	company.Settings
	// NextCodes takes the next n codes of a kind, written by form.
	NextCodes(kind, form string, n int) ([]string, error)
	// Customer returns one customer with its contacts; fault party.not_found.
	Customer(id CustomerID) (Customer, error)
	// SaveCustomers stores every field of each, as a new row when its ID is zero, and returns the ids.
	SaveCustomers(cs []Customer) ([]CustomerID, error)
	// CustomerCoded returns the customer who has a code, whoever may see them, and whether there is one.
	CustomerCoded(code string) (CustomerID, bool, error)
	// EachCustomerKey calls fn for every customer there is, whoever may see it.
	EachCustomerKey(fn func(Key) error) error
	// SubjectName is what people call a subject of the journal, here a "user"; "" for none.
	SubjectName(kind string, id int64) (string, error)
	// Today is the civil date of the transaction.
	Today() civil.Date
	// CustomerPage returns the rows a selection asks for.
	CustomerPage(s Selection) (Page, error)
	// CustomerNames returns up to limit customers for a field that completes what is typed.
	CustomerNames(s Selection) ([]Name, error)
	// EachCustomer calls fn for every customer of a selection, in its order, contacts included.
	EachCustomer(s Selection, fn func(Customer) error) error
	// CountCustomers returns how many there are in a selection, whatever its page.
	CountCustomers(s Selection) (int, error)
	// LookAlikes returns the other customers with the SIREN of c, or with its name and postal
	// code, of those allowed.
	LookAlikes(c Customer, allowed auth.Predicate) ([]Customer, error)
}

// Bind registers the operations.
func Bind[T Tx](r *op.Registry[T]) {
	op.Bind(r, List, list[T])
	op.Bind(r, Names, names[T])
	op.Bind(r, Get, get[T])
	op.Bind(r, Save, save[T])
	op.Bind(r, Archive, archive[T])
	op.Bind(r, Restore, restore[T])
	op.BindExport(r, Export, exportedRows[T], export[T])
	op.Bind(r, ImportPreview, importPreview[T])
	op.Bind(r, Import, importFile[T])
}

// visible returns the stored customer if the actor holds p on it. One they may not see is not
// found (fault party.not_found): that it exists is already news. One they may only see is another's: fault
// party.not_yours, with the name of who is in charge.
func visible(ctx context.Context, tx Tx, id CustomerID, p auth.Permission) (Customer, error) {
	c, err := tx.Customer(id)
	if err != nil {
		return Customer{}, err
	}
	switch a := op.Actor(ctx); {
	case a.Sees(p, c.Whose()):
	case !a.Sees(auth.CustomerRead, c.Whose()):
		return Customer{}, fault.New(fault.NotFound, "party.not_found")
	default:
		name, err := tx.SubjectName("user", int64(c.Owner))
		if err != nil {
			return Customer{}, err
		}
		return Customer{}, fault.New(fault.Forbidden, "party.not_yours", "name", name)
	}
	return c, nil
}

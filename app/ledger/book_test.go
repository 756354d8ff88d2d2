package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/store"
	"zafe/store/storetest"
)

// book is a world with a small chart, the usual journals and the year 2026.
type book struct {
	*storetest.World
	t testing.TB
}

func newBook(t testing.TB) *book {
	t.Helper()
	b := bareBook(t)
	b.Update(func(tx *store.Tx) error {
		_, err := ledger.OpenFiscalYear(tx, year(2026))
		return err
	})
	return b
}

// bareBook is a book that has no fiscal year yet.
func bareBook(t testing.TB) *book {
	t.Helper()
	b := &book{storetest.NewWorld(t, ledger.Bind[*store.Tx]), t}
	b.Update(func(tx *store.Tx) error { return ledger.Seed(tx, testChart(), testJournals()) })
	return b
}

func testChart() []ledger.Account {
	var out []ledger.Account
	for _, a := range [][2]string{
		{"101", "Capital"},
		{"120", "Résultat de l’exercice (bénéfice)"},
		{"129", "Résultat de l’exercice (perte)"},
		{"401", "Fournisseurs"},
		{"411", "Clients"},
		{"44566", "TVA déductible"},
		{"44571", "TVA collectée"},
		{"512", "Banques"},
		{"530", "Caisse"},
		{"606", "Achats non stockés"},
		{"626", "Frais postaux"},
		{"706", "Prestations de services"},
		{"707", "Ventes de marchandises"},
		{"580", "Virements internes"},
	} {
		out = append(out, ledger.Account{Number: a[0], Title: a[1]})
	}
	return out
}

func testJournals() []ledger.Journal {
	return []ledger.Journal{
		{Code: "VE", Title: "Ventes", Kind: ledger.SalesJournal},
		{Code: "AC", Title: "Achats", Kind: ledger.PurchaseJournal},
		{Code: "BQ", Title: "Banque", Kind: ledger.BankJournal, Account: "512000"},
		{Code: "OD", Title: "Opérations diverses", Kind: ledger.GeneralJournal},
		{Code: "AN", Title: "À-nouveaux", Kind: ledger.OpeningJournal},
	}
}

func year(y int) civil.Period { return civil.YearOf(civil.New(y, 1, 1)) }

func day(m, d int) civil.Date {
	return civil.Date{Year: 2026, Month: civil.New(2026, 1, 1).AddMonths(m - 1).Month, Day: d}
}

// sale is an invoice of net euros at 20 % to a customer.
func sale(d civil.Date, aux, ref string, net money.Amount) ledger.Entry {
	vat := net.Mul(20 * money.Percent)
	return ledger.Entry{
		Journal: "VE", Date: d, Ref: ref, Label: "Facture " + ref,
		Lines: []ledger.Line{
			{Account: "411000", Aux: aux, AuxLabel: "Client " + aux, Debit: net + vat, DueDate: d.AddDays(30)},
			{Account: "707", Credit: net},
			{Account: "44571", Credit: vat},
		},
	}
}

// receipt is a bank receipt from a customer.
func receipt(d civil.Date, aux, ref string, sum money.Amount) ledger.Entry {
	return ledger.Entry{
		Journal: "BQ", Date: d, Ref: ref, Label: "Virement " + ref,
		Lines: []ledger.Line{
			{Account: "512", Debit: sum},
			{Account: "411", Aux: aux, AuxLabel: "Client " + aux, Credit: sum},
		},
	}
}

// post posts entries in one transaction of their own.
func (b *book) post(es ...ledger.Entry) []ledger.Entry {
	b.t.Helper()
	var out []ledger.Entry
	b.Update(func(tx *store.Tx) error {
		for _, e := range es {
			p, err := ledger.Post(b.Ctx(), tx, e)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out
}

// try posts an entry and returns what was said.
func (b *book) try(e ledger.Entry) error {
	return b.Store.Update(b.Ctx(), func(tx *store.Tx) error {
		_, err := ledger.Post(b.Ctx(), tx, e)
		return err
	})
}

var errUndo = errors.New("undo")

// rehearse runs fn in a transaction that is rolled back, so that one book serves many draws. A draw
// must not fail inside: the writer catches panics.
func (b *book) rehearse(fn func(tx *store.Tx) error) error {
	err := b.Store.Update(b.Ctx(), func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		fs, err := ledger.Verify(tx)
		if err == nil && len(fs) > 0 {
			err = fmt.Errorf("verify: %v", fs)
		}
		return errors.Join(err, errUndo)
	})
	if err.Error() == errUndo.Error() {
		return nil
	}
	return err
}

// verify fails the test when the book does not hold.
func (b *book) verify() {
	b.t.Helper()
	err := b.Store.View(b.Ctx(), func(tx *store.Tx) error {
		fs, err := ledger.Verify(tx)
		for _, f := range fs {
			b.t.Errorf("verify: %s %v", f.Key, f.Args)
		}
		return err
	})
	if err != nil {
		b.t.Error(err)
	}
}

func wants(t testing.TB, err error, key, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != key || f.Field != field {
		t.Errorf("got %v, want %s at %q", err, key, field)
	}
}

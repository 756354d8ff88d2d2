package billing_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/fr"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/app/setup"
	"zafe/app/tax"
	"zafe/store"
	"zafe/store/storetest"
)

// book is a company ready to sell, on 21 November 2026.
type book struct {
	*storetest.World
	t testing.TB
}

// open makes a book whose profile change alters.
func open(t testing.TB, change ...func(*company.Profile)) book {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind[*store.Tx], catalog.Bind[*store.Tx], ledger.Bind[*store.Tx],
		company.Bind[*store.Tx], search.Bind[*store.Tx], billing.Bind[*store.Tx])
	b := book{w, t}
	w.Update(func(tx *store.Tx) error {
		if err := setup.Seed(tx); err != nil {
			return err
		}
		_, err := ledger.OpenFiscalYear(tx, civil.YearOf(day(1, 1)))
		return err
	})
	p := company.Default()
	p.Name, p.LegalForm, p.SIREN, p.RCSCity = "Menuiserie Durand", "sarl", "732829320", "Nantes"
	p.Street, p.PostalCode, p.City, p.Capital = "3 quai de la Fosse", "44000", "Nantes", 10_000_00
	p.Exigibility = fr.OnDebit
	for _, c := range change {
		c(&p)
	}
	must(company.Save.Call(w.Ctx(), w.As("owner"), p))(t)
	return b
}

// must returns a value or stops the test.
func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func day(month, d int) civil.Date { return civil.New(2026, time.Month(month), d) }

// customer makes a business customer in mainland France.
func (b book) customer(change ...func(*party.Customer)) party.Customer {
	b.t.Helper()
	c := party.Customer{
		Kind:        party.Company,
		Name:        "SCI Les Tilleuls",
		SIREN:       "404833048",
		Owner:       1,
		PaymentDays: 30,
		Address: party.Address{
			Street:     "14 rue des Forges",
			PostalCode: "44000",
			City:       "Nantes",
			Country:    "FR",
		},
	}
	for _, f := range change {
		f(&c)
	}
	return must(party.Save.Call(b.Ctx(), b.As("owner"), c))(b.t).Customer
}

// goods and service are lines for one unit at a price in cents.
func goods(price money.Amount, rate money.Rate) billing.Line {
	return billing.Line{
		Kind:        billing.ItemLine,
		Description: "Porte",
		Quantity:    money.Unit,
		Unit:        "C62",
		UnitPrice:   price.UnitPrice(),
		VATRate:     rate,
		Nature:      tax.Goods,
		Account:     "707000",
	}
}

func service(price money.Amount, rate money.Rate) billing.Line {
	l := goods(price, rate)
	l.Description, l.Nature, l.Account = "Pose", tax.Services, "706000"
	return l
}

// draft saves a draft invoice dated the day.
func (b book) draft(c party.Customer, lines ...billing.Line) billing.Document {
	b.t.Helper()
	r := billing.SaveRequest{Header: billing.Header{Customer: c.ID, Date: day(11, 21)}, Lines: lines}
	return must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), r))(b.t)
}

// issue makes a draft final.
func (b book) issue(d billing.Document) billing.IssueAnswer {
	b.t.Helper()
	return must(
		billing.Issue.Call(b.Ctx(), b.As("owner"), billing.IssueRequest{ID: d.ID, Version: d.Version}),
	)(
		b.t,
	)
}

// invoice issues an invoice of these lines.
func (b book) invoice(c party.Customer, lines ...billing.Line) billing.IssueAnswer {
	b.t.Helper()
	return b.issue(b.draft(c, lines...))
}

// pay records a payment on a day of November.
func (b book) pay(c party.Customer, d int, amount money.Amount, on ...billing.Allocation) billing.Payment {
	b.t.Helper()
	return must(billing.RecordPayment.Call(b.Ctx(), b.As("owner"), billing.RecordRequest{
		Customer: c.ID, Date: day(11, d), Amount: amount, Method: "transfer", Allocations: on,
	}))(b.t)
}

func on(d billing.Document, amount money.Amount) billing.Allocation {
	return billing.Allocation{Document: d.ID, Amount: amount}
}

// get reads a document.
func (b book) get(id billing.DocumentID) billing.Card {
	b.t.Helper()
	return must(billing.Get.Call(b.Ctx(), b.As("owner"), billing.DocumentRequest{ID: id}))(b.t)
}

// entries writes every entry of the book in the order of posting, one line each, with matching codes:
// "VE 2026-11-21 F-2026-0001 | 411000/C000001 D120.00 aa | 707000 C100.00".
func (b book) entries() string {
	b.t.Helper()
	var out []string
	err := b.Store.View(b.Ctx(), func(tx *store.Tx) error {
		for id := ledger.EntryID(1); ; id++ {
			e, ok, err := tx.LedgerEntry(id)
			if err != nil || !ok {
				return err
			}
			s := fmt.Sprintf("%s %s %s", e.Journal, e.Date, e.Ref)
			for _, l := range e.Lines {
				s += " | " + l.Account
				if l.Aux != "" {
					s += "/" + l.Aux
				}
				if l.Debit != 0 {
					s += " D" + l.Debit.String()
				} else {
					s += " C" + l.Credit.String()
				}
				if l.Match != "" {
					s += " " + l.Match
				}
			}
			out = append(out, s)
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

// balance returns the balance of each account that has one, debit positive.
func (b book) balance() map[string]money.Amount {
	b.t.Helper()
	sums := map[string]money.Amount{}
	err := b.Store.View(b.Ctx(), func(tx *store.Tx) error {
		for id := ledger.EntryID(1); ; id++ {
			e, ok, err := tx.LedgerEntry(id)
			if err != nil || !ok {
				return err
			}
			for _, l := range e.Lines {
				sums[l.Account] += l.Net()
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for a, v := range sums {
		if v == 0 {
			delete(sums, a)
		}
	}
	return sums
}

// verify fails the test when the book's documents do not hold together.
func (b book) verify() {
	b.t.Helper()
	err := b.Store.View(b.Ctx(), func(tx *store.Tx) error {
		found, err := billing.Verify(tx)
		for _, f := range found {
			b.t.Errorf("verify: %+v", f)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// keys returns the keys of the checks at a level, sorted.
func keys(d billing.Document, l billing.Level) []string {
	out := []string{}
	for _, c := range d.Checks {
		if c.Level == l {
			out = append(out, strings.TrimPrefix(c.Key, "billing.check."))
		}
	}
	sort.Strings(out)
	return out
}

// refused fails the test unless err is the fault of a key, at a field when one is given.
func refused(t testing.TB, err error, key string, field ...string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Key != key || len(field) > 0 && f.Field != field[0] {
		t.Errorf("got %v, want %s %v", err, key, field)
	}
}

// same fails the test when two texts differ.
func same(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

package lan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"zafe/app/approval"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/bin"
	"zafe/app/catalog"
	"zafe/app/change"
	"zafe/app/civil"
	"zafe/app/company"
	appdevice "zafe/app/device"
	attached "zafe/app/file"
	"zafe/app/history"
	"zafe/app/imports"
	"zafe/app/incident"
	"zafe/app/leave"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/app/plan"
	"zafe/app/relay"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/sentry"
	"zafe/app/setup"
	"zafe/app/support"
	"zafe/app/tax"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/app/where"
	"zafe/app/witness"
	"zafe/store"
	"zafe/store/storetest"
)

// Kinds of records of the matrix.
const (
	aCustomer     = "customer"
	aQuote        = "quote"       // sent
	aDraftQuote   = "draft quote" // not sent
	aDraft        = "draft invoice"
	aInvoice      = "invoice"
	aPayment      = "payment"
	aCustomerFile = "file of a customer"
	aDocumentFile = "file of an invoice"
	aBatch        = "import"
)

// sales are the kinds of documents.
var sales = []string{aQuote, aDraftQuote, aDraft, aInvoice}

// row is a record with a word that is nowhere else.
type row struct {
	kind    string
	id      int64
	canary  string
	whose   auth.Whose
	version int64
	about   int64 // the customer, or the record of a file
	seen    []sight
}

// sight is a right that shows the canary of a row, held on some record: on the row itself, on what is about it, or on
// the whole book.
type sight struct {
	right auth.Permission
	whose auth.Whose
}

// visible tells whether an actor may come across the canary.
func (r row) visible(a auth.Actor) bool {
	for _, s := range r.seen {
		if a.Sees(s.right, s.whose) {
			return true
		}
	}
	return false
}

// hidden are what is in the fields of a class: an address of e-mail, a telephone, a contact, an IBAN and a BIC, in
// small letters.
var hidden = []string{"courriel.", "590690554433", "paule.", "fr7630006000011234567890189", "agrifrpp"}

// What a customer of the matrix owes, and owes are the figures that only the class of balances has: what is left of
// an invoice, what is on account, what the customer owes, and the first two of all three customers.
const (
	price     money.Amount = 10_345_678_30
	gross                  = price + price/5
	settled                = 3_141_592_65
	onAccount              = 271_828_18
	unpaid                 = gross - settled
)

var owes = []string{
	fmt.Sprintf(":%d", unpaid), fmt.Sprintf(":%d", onAccount), fmt.Sprintf(":%d", unpaid-onAccount),
	fmt.Sprintf(":%d", 3*unpaid), fmt.Sprintf(":%d", 3*onAccount),
}

// product binds every operation of the product.
func product(r *op.Registry[*store.Tx], w *storetest.World) {
	role.Bind(r)
	user.Bind(r, user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, w.Store))
	opening.Bind(r, w.Store, nil, nil)
	setup.Bind(r)
	appdevice.Bind(r, nil)
	backup.Bind(r, nil)
	past.Bind(r, w.Store, nil, w.Store.ReceiveFile)
	plan.Bind(r, w.Store, nil)
	where.Bind(r, w.Store, where.Around{})
	notify.Bind[*store.Tx](r, nil)
	relay.Bind(r, nil)
	leave.Bind(r, leave.New[*store.Tx](w.Store, nil, nil))
	support.Bind(r, support.NewKeeper[*store.Tx](w.Store, nil, w.Clock.Now), nil)
	witness.Bind(r, nil, nil)
	company.Bind(r)
	party.Bind(r)
	catalog.Bind(r)
	imports.Bind(r)
	search.Bind(r)
	ledger.Bind(r)
	billing.Bind(r)
	attached.Bind(r, w.Store.ReceiveFile)
	approval.Bind(r)
	history.Bind(r)
	incident.Bind(r, func() {})
	sentry.Bind(r)
	bin.Bind(r)
	change.Bind(r, change.New(0, nil))
	verify.Bind(r, verify.New(verify.Settings[*store.Tx]{}))
}

// maker makes the records of the matrix in process, as the owner.
type maker struct {
	t    *testing.T
	w    *storetest.World
	rows []row
}

func do[Req, Resp any](m *maker, o op.Op[Req, Resp], who string, req Req) Resp {
	m.t.Helper()
	out, err := o.Call(m.w.Ctx(), m.w.As(who), req)
	if err != nil {
		m.t.Fatalf("%s: %v", o.Name, err)
	}
	return out
}

// matrixRows fills a book: everything of Yann's (user 3), everything of Lucie's (user 4), and what was Yann's of a
// customer whom Lucie took over. Nothing of one person's has a word of another's.
func matrixRows(t *testing.T, w *storetest.World) []row {
	t.Helper()
	m := &maker{t: t, w: w}
	w.Update(func(tx *store.Tx) error {
		_, err := ledger.OpenFiscalYear(tx, civil.YearOf(civil.New(2026, 1, 1)))
		p := company.Default()
		p.Bank.IBAN, p.Bank.BIC = strings.ToUpper(hidden[3]), strings.ToUpper(hidden[4])
		p.Name, p.LegalForm, p.SIREN, p.RCSCity = "Menuiserie Durand", "sarl", "732829320", "Nantes"
		p.VATNumber = "FR44732829320"
		p.Street, p.PostalCode, p.City, p.Capital = "3 quai de la Fosse", "44000", "Nantes", 10_000_00
		return errors.Join(err, setup.Seed(tx), tx.SetSetting("company", p))
	})
	m.person("yann", 3, 3)
	m.person("lucie", 4, 4)
	m.person("repris", 3, 4)
	for _, who := range []string{"own", "assistant"} {
		m.batch(who)
	}
	return m.rows
}

// add keeps a row. What is about a customer shows their name as well, and so do the books with what they cite.
func (m *maker) add(r row, right auth.Permission, inBooks bool) {
	r.seen = append(r.seen, sight{right, r.whose})
	if inBooks {
		r.seen = append(r.seen, sight{right: auth.LedgerRead}, sight{right: auth.LedgerExport}, sight{right: auth.LedgerWrite},
			sight{right: auth.LedgerPost}, sight{right: auth.BookVerify})
	}
	m.rows = append(m.rows, r)
}

// person makes a customer of one person with papers, then hands the customer to another.
func (m *maker) person(name string, first, then auth.UserID) {
	word := func(what string) string { return "zq" + name + what }
	siren := map[string]string{"lucie": "404833048"}[name]
	c := do(m, party.Save, "owner", party.Customer{
		Kind: party.Company, Name: word("client"), Owner: first, PaymentDays: 30, SIREN: siren,
		Address: party.Address{Street: "14 rue des Forges", PostalCode: "44000", City: "Nantes", Country: "FR"},
		Email:   hidden[0] + name + "@exemple.fr", Phone: "+" + hidden[1],
		Contacts: []party.Contact{{Name: hidden[2] + name, Email: hidden[0] + "2@exemple.fr"}},
	}).Customer
	head := func(what string) billing.SaveRequest {
		return billing.SaveRequest{
			Header: billing.Header{Customer: c.ID, Subject: word(what), Date: civil.New(2026, 11, 21)},
			Lines: []billing.Line{{
				Kind: billing.ItemLine, Description: "Porte", Quantity: money.Unit, Unit: "C62", UnitPrice: price.UnitPrice(),
				VATRate: 200_000, Nature: tax.Goods, Account: "707000",
			}},
		}
	}
	docs := map[string]billing.Document{
		aDraftQuote: do(m, billing.SaveQuote, "owner", head("projet")), aDraft: do(m, billing.SaveInvoice, "owner", head("brouillon")),
		aQuote: do(m, billing.SaveQuote, "owner", head("devis")), aInvoice: do(m, billing.SaveInvoice, "owner", head("facture")),
	}
	q, i := docs[aQuote], docs[aInvoice]
	docs[aQuote] = do(m, billing.SendQuote, "owner", billing.IssueRequest{ID: q.ID, Version: q.Version})
	docs[aInvoice] = do(m, billing.Issue, "owner", billing.IssueRequest{ID: i.ID, Version: i.Version}).Document
	pay := do(m, billing.RecordPayment, "owner", billing.RecordRequest{
		Customer: c.ID, Date: civil.New(2026, 11, 21), Amount: settled + onAccount, Method: "transfer", Reference: word("virement"),
		Allocations: []billing.Allocation{{Document: docs[aInvoice].ID, Amount: settled}},
	})
	if then != first {
		c.Owner = then
		c = do(m, party.Save, "owner", c).Customer
	}
	whose := auth.Whose{Owner: first, Customer: then}
	client := row{kind: aCustomer, id: int64(c.ID), canary: c.Name, whose: c.Whose(), version: c.Version}
	client.seen = []sight{{auth.SalesRead, whose}, {auth.SalesWrite, whose}, {auth.InvoiceIssue, whose}, {auth.PaymentWrite, whose}}
	client.seen = append(client.seen, sight{auth.SalesDelete, whose}, sight{auth.CustomerDelete, c.Whose()}, sight{auth.CustomerImport, c.Whose()}, sight{auth.CustomerExport, c.Whose()},
		sight{auth.CustomerWrite, c.Whose()})
	m.add(client, auth.CustomerRead, true)
	for _, kind := range sales {
		d := docs[kind]
		m.add(row{kind: kind, id: int64(d.ID), canary: d.Subject, whose: whose, version: d.Version, about: int64(c.ID)},
			auth.SalesRead, false)
	}
	m.add(row{kind: aPayment, id: int64(pay.ID), canary: pay.Reference, whose: whose, about: int64(c.ID)}, auth.SalesRead, true)
	m.file(aCustomerFile, attached.Subject{Kind: attached.Customer, ID: int64(c.ID)}, word("photo"), c.Whose(), auth.CustomerRead)
	m.file(aDocumentFile, attached.Subject{Kind: attached.Document, ID: int64(i.ID)}, word("plan"), whose, auth.SalesRead)
}

// file attaches a file whose name and content have the word.
func (m *maker) file(kind string, to attached.Subject, word string, whose auth.Whose, right auth.Permission) {
	m.t.Helper()
	a, err := attached.Attach.Send(m.w.Ctx(), m.w.As("owner"), attached.AttachRequest{
		Subject: to, Name: word + ".txt", Size: int64(len(word)),
	}, strings.NewReader(word))
	if err != nil {
		m.t.Fatal(err)
	}
	m.add(row{kind: kind, id: int64(a.ID), canary: word, whose: whose, about: to.ID}, right, false)
}

// batch imports a file of one customer.
func (m *maker) batch(who string) {
	a := storetest.Actor(who)
	word, name := fmt.Sprintf("zqfichier%s", who), "zqimport"+who
	b := do(m, party.Import, who, party.ImportRequest{Upload: imports.Upload{
		Name: word + ".csv", Data: []byte("Nom;Code\n" + name + ";Z" + strings.ToUpper(who) + "\n"),
	}})
	m.add(row{kind: aBatch, id: int64(b.ID), canary: word, whose: auth.Whose{Owner: a.User}}, auth.CustomerImport, false)
	c := do(m, party.Names, "owner", party.NamesRequest{Text: name})[0]
	full := do(m, party.Get, "owner", party.IDRequest{ID: c.ID})
	r := row{kind: aCustomer, id: int64(c.ID), canary: name, whose: full.Whose(), version: full.Version}
	r.seen = []sight{{auth.CustomerImport, r.whose}, {auth.CustomerExport, r.whose}, {auth.CustomerWrite, r.whose}, {auth.CustomerDelete, r.whose}}
	m.add(r, auth.CustomerRead, false)
}

package sales_test

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/file"
	"zafe/app/fr"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/app/tax"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/sales"
	"zafe/ui/uitest"
)

// desk is a person at the pages of a book that is ready to sell, on 21 November 2026.
type desk struct {
	*storetest.World
	t     testing.TB
	env   *page.Env
	shell *uitest.Shell
	keys  *kit.Keys
	waits []*wait
}

// wait is something the pages do after a while.
type wait struct {
	run  func()
	left time.Duration
}

// open makes a book and a person in a role.
func open(t testing.TB, role auth.Role) *desk {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind[*store.Tx], catalog.Bind[*store.Tx], ledger.Bind[*store.Tx],
		company.Bind[*store.Tx], search.Bind[*store.Tx], billing.Bind[*store.Tx])
	file.Bind(w.Registry, w.Store.ReceiveFile)
	d := &desk{World: w, t: t}
	w.Update(func(tx *store.Tx) error {
		var accounts []ledger.Account
		for _, a := range fr.Chart() {
			accounts = append(accounts, ledger.Account{Number: a.Number, Title: a.Label})
		}
		var journals []ledger.Journal
		for _, j := range fr.Journals() {
			journals = append(journals, ledger.Journal{Code: j.Code, Title: j.Label, Kind: ledger.JournalKind(j.Kind)})
		}
		if err := ledger.Seed(tx, accounts, journals); err != nil {
			return err
		}
		_, err := ledger.OpenFiscalYear(tx, civil.YearOf(day(1, 1)))
		return err
	})
	p := company.Default()
	p.Name, p.LegalForm, p.SIREN, p.RCSCity = "Menuiserie Durand", "sarl", "732829320", "Nantes"
	p.Street, p.PostalCode, p.City, p.Capital = "3 quai de la Fosse", "44000", "Nantes", 10_000_00
	p.Exigibility = fr.OnDebit
	must(company.Save.Call(w.Ctx(), w.As("owner"), p))(t)
	d.env, d.shell = uitest.New(t, w.As(string(role)), role)
	d.keys = kit.InstallKeys(d.env.Window)
	t.Cleanup(func() { kit.ForgetWindow(d.env.Window) })
	t.Cleanup(sales.Clock(w.Clock.Now, d.after))
	return d
}

// after keeps what is to be done later; pass does it.
func (d *desk) after(left time.Duration, run func()) func() bool {
	w := &wait{run, left}
	d.waits = append(d.waits, w)
	return func() bool {
		had := w.run != nil
		w.run = nil
		return had
	}
}

// pass lets time pass and does what falls due, in order.
func (d *desk) pass(lapse time.Duration) {
	d.Clock.Add(lapse)
	for {
		var next *wait
		for _, w := range d.waits {
			if w.run != nil && w.left <= lapse && (next == nil || w.left < next.left) {
				next = w
			}
		}
		if next == nil {
			break
		}
		run := next.run
		next.run = nil
		run()
	}
	for _, w := range d.waits {
		w.left -= lapse
	}
}

// show opens a route in the window.
func (d *desk) show(r page.Route) page.Page {
	d.t.Helper()
	make, ok := sales.Routes()[r.Name]
	if !ok {
		d.t.Fatalf("no route %q", r.Name)
	}
	p := make(d.env, r)
	d.shell.Show(p.Object())
	d.keys.Add(p.(interface{ Commands() []kit.Command }).Commands()...)
	return p
}

// key presses a key of the window's commands.
func (d *desk) key(name fyne.KeyName, mod fyne.KeyModifier) {
	d.t.Helper()
	if !d.keys.Handle(name, mod) {
		d.t.Errorf("nothing answers to %v+%s", mod, name)
	}
}

// shoot writes a picture of the window when SALES_GALLERY names a folder.
func (d *desk) shoot(name string) {
	d.t.Helper()
	dir := os.Getenv("SALES_GALLERY")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := png.Encode(f, d.env.Window.Canvas().Capture()); err != nil {
		d.t.Fatal(err)
	}
}

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

// customer makes a business customer.
func (d *desk) customer(name, city string) party.Customer {
	d.t.Helper()
	c := party.Customer{
		Kind: party.Company, Name: name, SIREN: "404833048", Owner: 1, PaymentDays: 30,
		Address: party.Address{Street: "14 rue des Forges", PostalCode: "44000", City: city, Country: "FR"},
	}
	return must(party.Save.Call(d.Ctx(), d.As("owner"), c))(d.t).Customer
}

// item makes an article.
func (d *desk) item(label, unit string, price money.Amount, rate money.Rate, n catalog.Nature) catalog.Item {
	d.t.Helper()
	account := "707000"
	if n == catalog.Services {
		account = "706000"
	}
	i := catalog.Item{
		Label: label, Unit: unit, Price: price.UnitPrice(), VATRate: rate, Nature: n, SalesAccount: account,
	}
	return must(catalog.Save.Call(d.Ctx(), d.As("owner"), i))(d.t).Item
}

// line is goods at a price in cents.
func line(text string, n money.Quantity, price money.Amount, rate money.Rate) billing.Line {
	return billing.Line{
		Kind: billing.ItemLine, Description: text, Quantity: n * money.Unit, Unit: "C62",
		UnitPrice: price.UnitPrice(), VATRate: rate, Nature: tax.Goods, Account: "707000",
	}
}

// draft saves a draft invoice.
func (d *desk) draft(c party.Customer, on civil.Date, about string, lines ...billing.Line) billing.Document {
	d.t.Helper()
	r := billing.SaveRequest{Header: billing.Header{Customer: c.ID, Date: on, Subject: about}, Lines: lines}
	return must(billing.SaveInvoice.Call(d.Ctx(), d.As("owner"), r))(d.t)
}

// issue makes a draft final.
func (d *desk) issue(doc billing.Document) billing.IssueAnswer {
	d.t.Helper()
	return must(billing.Issue.Call(d.Ctx(), d.As("owner"), billing.IssueRequest{ID: doc.ID, Version: doc.Version}))(d.t)
}

// sold issues an invoice of some doors at 120 € each on 1 September.
func (d *desk) sold(doors money.Quantity) billing.IssueAnswer {
	d.t.Helper()
	c := d.customer("SCI Les Tilleuls", "Nantes")
	return d.issue(d.draft(c, day(9, 1), "Un", line("Porte", doors, 10000, 200_000)))
}

// get reads a document.
func (d *desk) get(id billing.DocumentID) billing.Card {
	d.t.Helper()
	return must(billing.Get.Call(d.Ctx(), d.As("owner"), billing.DocumentRequest{ID: id}))(d.t)
}

// pay records a payment of an invoice.
func (d *desk) pay(doc billing.Document, on civil.Date, amount, part money.Amount) billing.Payment {
	d.t.Helper()
	r := billing.RecordRequest{
		Customer: doc.Customer, Date: on, Amount: amount, Method: "transfer", Reference: "VIR 8841",
	}
	if part > 0 {
		r.Allocations = []billing.Allocation{{Document: doc.ID, Amount: part}}
	}
	return must(billing.RecordPayment.Call(d.Ctx(), d.As("owner"), r))(d.t)
}

// stock fills the book with a few months of sales.
func (d *desk) stock() []billing.Document {
	d.t.Helper()
	names := []string{
		"SCI Les Tilleuls", "Boulangerie Lefèvre", "Cabinet Béranger", "Garage Noël", "Imprimerie Vasseur",
		"Transports Le Goff", "Pépinières Rousseau",
	}
	var customers []party.Customer
	for i, n := range names {
		customers = append(customers, d.customer(n, []string{"Nantes", "Rezé", "Vertou"}[i%3]))
	}
	subjects := []string{
		"Fenêtres du rez-de-chaussée", "Porte d'entrée", "Volets roulants", "Escalier", "Agencement du comptoir",
	}
	var out []billing.Document
	for i := range 12 {
		on := day(8, 3).AddDays(i * 8)
		doc := d.draft(customers[i%len(customers)], on, subjects[i%len(subjects)],
			line("Fenêtre alu 2 vantaux", money.Quantity(1+i%4), money.Amount(38050+i*1275), 100_000),
			line("Porte isolante Ud 1,2", 1, money.Amount(120000+i*3330), 200_000))
		a := d.issue(doc)
		switch {
		case i < 6:
			d.pay(a.Document, on.AddDays(20), a.Gross, a.Gross)
		case i == 7:
			d.pay(a.Document, on.AddDays(12), 50000, 50000)
		}
		out = append(out, a.Document)
	}
	d.issue(d.credit(out[10]))
	d.pay(out[11], day(11, 20), 60000, 20000)
	d.draft(customers[2], civil.Date{}, "Bibliothèque", line("Caisson chêne", 3, 41000, 200_000))
	return out
}

// credit makes the draft of a credit note.
func (d *desk) credit(doc billing.Document) billing.Document {
	d.t.Helper()
	r := billing.CreditRequest{Invoice: doc.ID, Reason: "Retour"}
	return must(billing.Credit.Call(d.Ctx(), d.As("owner"), r))(d.t)
}

// quote saves a draft quote.
func (d *desk) quote(c party.Customer, on civil.Date, about string, lines ...billing.Line) billing.Document {
	d.t.Helper()
	r := billing.SaveRequest{Header: billing.Header{Customer: c.ID, Date: on, Subject: about}, Lines: lines}
	return must(billing.SaveQuote.Call(d.Ctx(), d.As("owner"), r))(d.t)
}

// id names a document in a route.
func id(doc billing.Document) page.Route {
	name := "invoice"
	if doc.Kind == billing.Quote {
		name = "quote"
	}
	return page.Route{Name: name, ID: int64(doc.ID)}
}

func size(w, h float32) string { return fmt.Sprintf("%vx%v", w, h) }

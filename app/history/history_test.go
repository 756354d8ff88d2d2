package history_test

import (
	"io"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/file"
	"zafe/app/history"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/app/search"
	"zafe/app/setup"
	"zafe/app/tax"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// office is a book in which people do things.
type office struct {
	*storetest.World
	t *testing.T
}

func open(t *testing.T) *office {
	t.Helper()
	w := storetest.NewWorld(t, company.Bind, party.Bind, catalog.Bind, search.Bind, ledger.Bind, billing.Bind,
		history.Bind)
	file.Bind(w.Registry, w.Store.ReceiveFile)
	svc := user.NewService[*store.Tx](w.Store, w.Clock.Now, user.Hashing{Passes: 1, MemoryKiB: 8, Threads: 1},
		func(string, []string, bool) error { return nil }, w.Store)
	user.Bind(w.Registry, svc)
	w.Update(func(tx *store.Tx) error {
		if err := setup.Seed(tx); err != nil {
			return err
		}
		for _, login := range []string{"claire", "luc"} {
			u := user.User{Login: login, Name: strings.ToUpper(login), Role: auth.Owner, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		_, err := ledger.OpenFiscalYear(tx, civil.YearOf(civil.New(2026, 1, 1)))
		return err
	})
	p := company.Default()
	p.Name, p.LegalForm, p.SIREN, p.RCSCity = "Menuiserie Durand", "sarl", "732829320", "Nantes"
	p.Street, p.PostalCode, p.City, p.Capital = "3 quai de la Fosse", "44000", "Nantes", 10_000_00
	must(company.Save.Call(w.Ctx(), w.As("owner"), p))(t)
	return &office{w, t}
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

// last is the latest event.
func (o *office) last() history.Event {
	o.t.Helper()
	return must(history.List.Call(o.Ctx(), o.As("owner"), history.ListRequest{Limit: 1}))(o.t).Events[0]
}

// names fails the test unless the latest event is that of an operation, about a name.
func (o *office) names(what, kind, name string) history.Event {
	o.t.Helper()
	e := o.last()
	if e.Op != what || e.Kind != kind || e.Name != name {
		o.t.Errorf("%s about %s %q, want %s about %s %q", e.Op, e.Kind, e.Name, what, kind, name)
	}
	return e
}

func TestEventsNameTheirSubjectAsPeopleDo(t *testing.T) {
	o := open(t)
	ctx, owner := o.Ctx(), o.As("owner")
	c := must(party.Save.Call(ctx, owner, party.Customer{
		Kind: party.Company, Name: "Bois d'Inde", SIREN: "404833048", Owner: 1,
		Address: party.Address{Street: "14 rue des Forges", PostalCode: "44000", City: "Nantes", Country: "FR"},
	}))(t).Customer
	o.names("customer.save", "customer", "Bois d'Inde")

	draft := must(billing.SaveQuote.Call(ctx, owner, billing.SaveRequest{
		Header: billing.Header{Customer: c.ID, Subject: "Porte"},
		Lines: []billing.Line{{
			Kind: billing.ItemLine, Description: "Porte", Quantity: money.Unit, Unit: "C62",
			UnitPrice: money.Amount(10000).UnitPrice(), VATRate: 200_000, Nature: tax.Goods, Account: "707000",
		}},
	}))(t)
	o.names("quote.save", "quote", "Bois d'Inde")
	must(billing.SendQuote.Call(ctx, owner, billing.IssueRequest{ID: draft.ID, Version: draft.Version}))(t)
	o.names("quote.send", "quote", "D-2026-0001")
	must(billing.PDF.Fetch(ctx, owner, billing.PDFRequest{ID: draft.ID}, io.Discard))(t)
	o.names("document.pdf", "document", "D-2026-0001")

	about := file.Subject{Kind: file.Customer, ID: int64(c.ID)}
	a := must(file.Attach.Send(ctx, owner, file.AttachRequest{Subject: about, Name: "Plan.txt", Size: 1},
		strings.NewReader("x")))(t)
	if e := o.names("file.attach", "customer", "Bois d'Inde"); e.File != "Plan.txt" {
		t.Errorf("file %q", e.File)
	}
	must(file.Get.Fetch(ctx, owner, file.Request{ID: a.ID}, io.Discard))(t)
	o.names("file.get", "attachment", "Plan.txt")

	must(ledger.AccountSave.Call(ctx, owner, ledger.AccountSaveRequest{Number: "607100", Title: "Achats de bois"}))(t)
	o.names("account.save", "account", "607100")
	must(file.Detach.Call(ctx, owner, file.Request{ID: a.ID}))(t)
	if e := o.names("file.detach", "customer", "Bois d'Inde"); e.File != "" {
		t.Errorf("a file that is gone has a name: %q", e.File)
	}
}

func TestARefusedLogInSaysWhatWasTried(t *testing.T) {
	o := open(t)
	for login, want := range map[string]string{"luc": "luc", "nobody": ""} {
		_, err := user.Login.Call(o.Ctx(), o.As(""), user.LoginRequest{Login: login, Password: "faux"})
		if err == nil {
			t.Fatal("let in")
		}
		if e := o.last(); e.Op != "session.refused" || e.Login != want || e.Actor != "" {
			t.Errorf("%s: %+v", login, e)
		}
	}
	// A wrong present password is that of somebody who is logged in.
	_, err := user.ChangePassword.Call(o.Ctx(), o.As("owner"), user.PasswordRequest{Old: "faux", New: "x"})
	if err == nil {
		t.Fatal("changed")
	}
	if e := o.last(); e.Op != "session.password_refused" || e.Actor != "Claire" || e.Login != "" {
		t.Errorf("%+v", e)
	}
}

// TestWhatARoleMayIsToldToWhoManagesPeople: an accountant from outside reads the journal.
func TestWhatARoleMayIsToldToWhoManagesPeople(t *testing.T) {
	o := open(t)
	role.Bind(o.Registry)
	must(role.Save.Call(o.Ctx(), o.As("owner"), role.SaveRequest{
		Name: "Comptoir", Rights: auth.Rights{auth.CustomerRead: auth.Own},
	}))(t)
	for who, told := range map[string]int{"owner": 1, "accountant": 0} {
		page := must(history.List.Call(o.Ctx(), o.As(who), history.ListRequest{Limit: 5}))(t)
		if e := page.Events[0]; e.Op != "role.save" || len(e.Rights) != told {
			t.Errorf("%s reads %s with %v", who, e.Op, e.Rights)
		}
	}
}

// TestEveryKindHasAName: each statement is one of the book's.
func TestEveryKindHasAName(t *testing.T) {
	o := open(t)
	err := o.Store.View(o.Ctx(), func(tx *store.Tx) error {
		for _, kind := range []string{
			"customer", "item", "user", "device", "attachment", "import", "fec_import", "payment", "quote",
			"invoice", "credit_note", "document", "entry", "entry_line", "fiscal_year", "company", "nothing",
		} {
			for _, id := range []int64{-1, 999} {
				if name, err := tx.SubjectName(kind, id); name != "" || err != nil {
					t.Errorf("%s %d: %q %v", kind, id, name, err)
				}
			}
		}
		name, err := tx.SubjectName("fiscal_year", 1)
		if name != "2026" {
			t.Errorf("year %q", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

package app_test

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/i18n"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/app/tax"
	"zafe/app/tooltest"
	"zafe/store"
	"zafe/store/storetest"
)

// hiddenIn are the fields of a class in a type, by their paths.
func hiddenIn(t reflect.Type, path string, found map[string]bool) {
	switch t.Kind() { //nolint:exhaustive // the others hold no fields
	case reflect.Pointer, reflect.Slice, reflect.Array:
		hiddenIn(t.Elem(), path, found)
	case reflect.Struct:
		for f := range t.Fields() {
			if !f.IsExported() {
				continue
			}
			if f.Tag.Get("class") != "" {
				found[path+"."+f.Name] = true
				continue
			}
			hiddenIn(f.Type, path+"."+f.Name, found)
		}
	}
}

// TestWhatIsHiddenIsNotErasedBySaving: of every operation that writes a record with fields that some are not shown, each
// of these fields is still what it was after somebody who got it empty gave the record back.
func TestWhatIsHiddenIsNotErasedBySaving(t *testing.T) {
	found := map[string]bool{}
	reg := registry(t)
	for name, types := range reg.Types() {
		if s, _ := reg.Spec(name); s.Kind == op.Command || s.Kind == op.Upload || s.Kind == op.Action {
			hiddenIn(types[0], name, found)
		}
	}
	want := []string{
		"company.save.Bank.BIC", "company.save.Bank.IBAN",
		"customer.save.Contacts", "customer.save.Email", "customer.save.Phone",
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Fatalf("not proven here: %q", got)
	}

	w := storetest.NewWorld(t, company.Bind[*store.Tx], party.Bind[*store.Tx], catalog.Bind[*store.Tx], ledger.Bind[*store.Tx],
		billing.Bind[*store.Tx])
	p := company.Default()
	p.Name, p.Bank.IBAN, p.Bank.BIC = "Durand", "FR7630006000011234567890189", "AGRIFRPPXXX"
	p = does(t, w, company.Save, "owner", p)
	shown := does(t, w, company.Get, "blind", op.Empty{})
	if shown.Bank.IBAN+shown.Bank.BIC != "" {
		t.Fatalf("shown %+v", shown.Bank)
	}
	shown.City = "Nantes"
	does(t, w, company.Save, "blind", shown)
	if now := does(t, w, company.Get, "owner", op.Empty{}); now.City != "Nantes" || now.Bank != p.Bank {
		t.Errorf("%+v, was %+v", now.Bank, p.Bank)
	}

	c := does(t, w, party.Save, "owner", party.Customer{
		Kind: party.Person, Name: "Paule", Email: "paule@exemple.fr", Phone: "0690123456",
		Contacts: []party.Contact{{Name: "Jean", Phone: "0690000000"}},
	}).Customer
	draft := does(t, w, billing.SaveInvoice, "owner", billing.SaveRequest{Header: billing.Header{Customer: c.ID}})
	seen := does(t, w, party.Get, "blind", party.IDRequest{ID: c.ID})
	if seen.Email+seen.Phone != "" || seen.Contacts != nil {
		t.Fatalf("shown %+v", seen)
	}
	seen.City = "Rezé"
	does(t, w, party.Save, "blind", seen)
	now := does(t, w, party.Get, "owner", party.IDRequest{ID: c.ID})
	if now.City != "Rezé" || now.Email != c.Email || now.Phone != c.Phone || !reflect.DeepEqual(now.Contacts, c.Contacts) {
		t.Errorf("%+v, was %+v", now, c)
	}
	// A paper has what its customer has, whoever writes in it.
	got := does(t, w, billing.Get, "blind", billing.DocumentRequest{ID: draft.ID})
	if got.Buyer.Email != "" {
		t.Fatalf("shown %+v", got.Buyer)
	}
	head := got.Header
	head.Subject = "Portes"
	does(t, w, billing.SaveInvoice, "blind", billing.SaveRequest{ID: draft.ID, Version: got.Version, Header: head})
	if d := does(t, w, billing.Get, "owner", billing.DocumentRequest{ID: draft.ID}); d.Subject != "Portes" || d.Buyer.Email != c.Email {
		t.Errorf("%q to %q", d.Subject, d.Buyer.Email)
	}
}

// TestWhatStaysShownIsToldByTheRight: a customer pays to the account that is printed, so that whoever reads an invoice reads
// it, with its amounts; the sentences beside the rights say so.
func TestWhatStaysShownIsToldByTheRight(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx], party.Bind[*store.Tx], catalog.Bind[*store.Tx], ledger.Bind[*store.Tx],
		billing.Bind[*store.Tx])
	p := company.Default()
	p.Name, p.Bank.IBAN = "Durand", "FR7630006000011234567890189"
	does(t, w, company.Save, "owner", p)
	c := does(t, w, party.Save, "owner", party.Customer{Kind: party.Person, Name: "Paule"}).Customer
	d := does(t, w, billing.SaveInvoice, "owner", billing.SaveRequest{
		Header: billing.Header{Customer: c.ID},
		Lines:  []billing.Line{{Kind: billing.ItemLine, Description: "Porte", Quantity: money.Unit, UnitPrice: 123_450_000, Nature: tax.Goods}},
	})
	var paper bytes.Buffer
	if _, err := billing.PDF.Fetch(w.Ctx(), w.As("blind"), billing.PDFRequest{ID: d.ID}, &paper); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(tooltest.Say(t, paper.Bytes(), "pdftotext", "-layout", "FILE", "-")), "")
	if !strings.Contains(said, p.Bank.IBAN) || !strings.Contains(said, "123,45€") {
		t.Errorf("printed for who sees neither bank nor balances: %s", said)
	}
	for lang, word := range map[string]string{i18n.French: "facture", i18n.English: "invoice"} {
		for _, c := range []auth.Class{auth.Bank, auth.Balance} {
			if help := role.RightHelp(i18n.For(lang), c.Right()); !strings.Contains(help, word) {
				t.Errorf("%s: %s is said to be hidden as a whole: %q", lang, c, help)
			}
		}
	}
}

func does[Req, Resp any](t *testing.T, w *storetest.World, o op.Op[Req, Resp], who string, req Req) Resp {
	t.Helper()
	resp, err := o.Call(w.Ctx(), w.As(who), req)
	if err != nil {
		t.Fatalf("%s by %s: %v", o.Name, who, err)
	}
	return resp
}

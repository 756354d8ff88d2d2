package past_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/demo"
	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/money"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/past"
	"zafe/app/setup"
	"zafe/store"
)

// bakery has something in every field that taking back gives back.
func bakery() party.Customer {
	return party.Customer{
		Kind: party.Company, Name: "Boulangerie du Bourg", LegalForm: "SARL", SIREN: "732829320", SIRET: "73282932000074",
		VATNumber: "FR44732829320", Email: "fournil@exemple.fr", Phone: "0590123456",
		Address:     party.Address{Street: "1 rue Frébault", Street2: "Bât. B", PostalCode: "97110", City: "Pointe-à-Pitre", Country: "FR"},
		Delivery:    &party.Address{Street: "2 quai", PostalCode: "97122", City: "Baie-Mahault", Country: "FR"},
		PaymentDays: 45, PaymentEndOfMonth: true, Notes: "Livrer avant 6 h", Owner: 3, Prospect: true,
		Contacts: []party.Contact{{Name: "Paule", Role: "Gérante", Email: "paule@exemple.fr", Phone: "0690123456"}},
	}
}

// bare is a customer without what differs between one and the same taken back.
func bare(c party.Customer) party.Customer {
	c.ID, c.Owner, c.Version, c.UpdatedAt, c.UpdatedBy = 0, 0, 0, time.Time{}, ""
	return c
}

// TestAChangedCustomerIsComparedAndTakenBack over today's card, which keeps who is in charge of it.
func TestAChangedCustomerIsComparedAndTakenBack(t *testing.T) {
	w := newWorld(t)
	then := do(w, party.Save, w.owner(), bakery()).Customer
	w.save("p1")
	w.Clock.Add(time.Hour)
	now := then
	now.Name, now.Delivery, now.Contacts, now.Phone, now.Owner = "Boulanger", nil, nil, "", 4
	now = do(w, party.Save, w.owner(), now).Customer
	now = do(w, party.Archive, w.owner(), party.IDRequest{ID: now.ID})
	w.open("p1")

	c := do(w, past.Customer, w.owner(), party.IDRequest{ID: then.ID})
	want := []string{"archived", "contacts", "delivery", "name", "phone"}
	if !slices.Equal(c.Differs, want) || !reflect.DeepEqual(c.Then, then) || c.Now == nil || !reflect.DeepEqual(*c.Now, now) {
		t.Errorf("differs in %v; %+v", c.Differs, c)
	}
	req := past.TakeRequest{Point: "p1", ID: int64(then.ID), Version: then.Version}
	refused(w, past.TakeCustomer, w.owner(), req, "party.changed_meanwhile")
	req.Version, req.Point = now.Version, "p0"
	refused(w, past.TakeCustomer, w.owner(), req, "past.closed")
	req.Point = "p1"
	back := do(w, past.TakeCustomer, w.owner(), req).Customer
	if back.ID != then.ID || back.Owner != 4 || !reflect.DeepEqual(bare(back), bare(then)) {
		t.Errorf("came back as %+v", back)
	}
	e := w.last()
	if e.Op != "past.take_customer" || e.SubjectKind != "customer" || e.SubjectID != int64(then.ID) ||
		e.Digest != back.Digest() || e.Payload != `{"point":"p1","made":"2026-11-21T12:00:00Z"}` {
		t.Errorf("%+v", e)
	}
	if c := do(w, past.Customer, w.owner(), party.IDRequest{ID: then.ID}); len(c.Differs) != 0 || c.Then.Name != then.Name {
		t.Errorf("still differs in %v", c.Differs)
	}
}

// erased is a book with a point that has a customer whose import was undone since.
func erased(t *testing.T) (*world, party.Customer) {
	t.Helper()
	w := newWorld(t)
	batch := do(w, party.Import, w.owner(), party.ImportRequest{Upload: imports.Upload{
		Name: "clients.csv", Data: []byte("Nom;Ville\nÉbénisterie Zouk;Le Moule\n"),
	}, Owner: 3})
	page := do(w, party.List, w.owner(), party.ListRequest{})
	then := do(w, party.Get, w.owner(), party.IDRequest{ID: page.Rows[0].ID})
	w.save("p1")
	w.Clock.Add(time.Hour)
	do(w, imports.Undo, w.owner(), imports.UndoRequest{ID: batch.ID})
	w.open("p1")
	return w, then
}

// TestACustomerErasedTodayComesBackWhole, once; whoever was in charge may have left, and the one who takes it back is.
func TestACustomerErasedTodayComesBackWhole(t *testing.T) {
	w, then := erased(t)
	found := do(w, past.Customers, w.owner(), party.ListRequest{Text: "ebenisterie"})
	if len(found.Rows) != 1 || found.Rows[0].ID != then.ID {
		t.Fatalf("%+v", found)
	}
	if c := do(w, past.Customer, w.owner(), party.IDRequest{ID: then.ID}); c.Now != nil || c.Then.Name != then.Name {
		t.Errorf("%+v", c)
	}
	req := past.TakeRequest{Point: "p1", ID: int64(then.ID)}
	back := do(w, past.TakeCustomer, w.owner(), req).Customer
	if back.Owner != 1 || !reflect.DeepEqual(bare(back), bare(then)) {
		t.Errorf("came back as %+v, was %+v", back, then)
	}
	refused(w, past.TakeCustomer, w.owner(), req, "party.changed_meanwhile")
	if c := do(w, past.Customer, w.owner(), party.IDRequest{ID: then.ID}); c.Now == nil || c.Now.ID != back.ID || len(c.Differs) != 0 {
		t.Errorf("afterwards %+v, differs in %v", c.Now, c.Differs)
	}
}

// TestAnotherWithTheIDAndTheCodeOfThenIsNotTakenForOneThatIsGone: undoing an import gives both back.
func TestAnotherWithTheIDAndTheCodeOfThenIsNotTakenForOneThatIsGone(t *testing.T) {
	w, then := erased(t)
	other := do(w, party.Save, w.owner(), party.Customer{Kind: party.Person, Name: "Un autre"}).Customer
	if other.ID != then.ID || other.Code != then.Code {
		t.Fatal("they are not given again: this tries nothing")
	}
	if c := do(w, past.Customer, w.owner(), party.IDRequest{ID: then.ID}); c.Now != nil {
		t.Errorf("taken for it: %+v", c.Now)
	}
	back := do(w, past.TakeCustomer, w.owner(), past.TakeRequest{Point: "p1", ID: int64(then.ID)}).Customer
	if back.ID == other.ID || back.Code == other.Code || back.Name != then.Name {
		t.Errorf("came back as %+v", back)
	}
	if got := do(w, party.Get, w.owner(), party.IDRequest{ID: other.ID}); got.Name != "Un autre" {
		t.Errorf("the other one is %+v", got)
	}
}

// TestOneWithAnIDThatWasAnothersBeforeThePointIsKnown: what was undone by then is not it.
func TestOneWithAnIDThatWasAnothersBeforeThePointIsKnown(t *testing.T) {
	w := newWorld(t)
	batch := do(w, party.Import, w.owner(), party.ImportRequest{Upload: imports.Upload{
		Name: "clients.csv", Data: []byte("Nom;Ville\nÉbénisterie Zouk;Le Moule\n"),
	}})
	w.Clock.Add(time.Hour)
	do(w, imports.Undo, w.owner(), imports.UndoRequest{ID: batch.ID})
	w.Clock.Add(time.Hour)
	c := do(w, party.Save, w.owner(), party.Customer{Kind: party.Person, Name: "Un autre"}).Customer
	w.save("p1")
	w.open("p1")
	if got := do(w, past.Customer, w.owner(), party.IDRequest{ID: c.ID}); got.Now == nil || got.Now.ID != c.ID {
		t.Errorf("it is taken for gone: %+v", got)
	}
}

// TestAnItemIsComparedAndTakenBack, over today's and anew.
func TestAnItemIsComparedAndTakenBack(t *testing.T) {
	w := newWorld(t)
	then := do(w, catalog.Save, w.owner(), catalog.Item{
		Label: "Fenêtre", Description: "Chêne", Unit: "H87", Price: 645 * money.UnitEuro, VATRate: 85_000,
		Nature: catalog.Goods, SalesAccount: "707000",
	}).Item
	w.save("p1")
	w.Clock.Add(time.Hour)
	now := then
	now.Price, now.Label = 1*money.UnitEuro, "Fenetre"
	now = do(w, catalog.Save, w.owner(), now).Item
	do(w, catalog.Archive, w.owner(), catalog.IDRequest{ID: now.ID})
	w.open("p1")
	if p := do(w, past.Items, w.owner(), catalog.ListRequest{Text: "fenêtre"}); len(p.Items) != 1 || p.Items[0].Price != then.Price {
		t.Errorf("%+v", p)
	}
	i := do(w, past.Item, w.owner(), catalog.IDRequest{ID: then.ID})
	if !slices.Equal(i.Differs, []string{"archived", "label", "price"}) {
		t.Errorf("differs in %v", i.Differs)
	}
	back := do(w, past.TakeItem, w.owner(), past.TakeRequest{Point: "p1", ID: int64(then.ID), Version: i.Now.Version}).Item
	back.Stamp = then.Stamp
	if back != then || w.last().SubjectKind != "item" || !strings.Contains(w.last().Payload, `"p1"`) {
		t.Errorf("came back as %+v, event %+v", back, w.last())
	}
	now = do(w, catalog.Get, w.owner(), catalog.IDRequest{ID: then.ID})
	now.Code = "AUTRE"
	now = do(w, catalog.Save, w.owner(), now).Item
	if i := do(w, past.Item, w.owner(), catalog.IDRequest{ID: then.ID}); i.Now == nil || !slices.Equal(i.Differs, []string{"code"}) {
		t.Errorf("under another code it differs in %v", i.Differs)
	}
	back = do(w, past.TakeItem, w.owner(), past.TakeRequest{Point: "p1", ID: int64(then.ID), Version: now.Version}).Item
	if back.ID != then.ID || back.Code != then.Code {
		t.Errorf("its code is %q", back.Code)
	}
}

// TestAnItemErasedTodayComesBack, and is known again afterwards.
func TestAnItemErasedTodayComesBack(t *testing.T) {
	w := newWorld(t)
	batch := do(w, catalog.Import, w.owner(), catalog.ImportRequest{Upload: imports.Upload{
		Name: "articles.csv", Data: []byte("Désignation;Prix HT\nPorte;120\n"),
	}})
	then := do(w, catalog.Get, w.owner(), catalog.IDRequest{ID: 1})
	w.save("p1")
	w.Clock.Add(time.Hour)
	do(w, imports.Undo, w.owner(), imports.UndoRequest{ID: batch.ID})
	w.open("p1")
	if i := do(w, past.Item, w.owner(), catalog.IDRequest{ID: 1}); i.Now != nil {
		t.Errorf("%+v", i.Now)
	}
	back := do(w, past.TakeItem, w.owner(), past.TakeRequest{Point: "p1", ID: 1}).Item
	if back.Code != then.Code || back.Label != "Porte" || back.Price != then.Price {
		t.Errorf("came back as %+v", back)
	}
	if i := do(w, past.Item, w.owner(), catalog.IDRequest{ID: 1}); i.Now == nil || len(i.Differs) != 0 {
		t.Errorf("afterwards %+v", i)
	}
}

// TestADraftComesBackAsANewOneAndAFinalDocumentNever: that one can only be printed as it was.
func TestADraftComesBackAsANewOneAndAFinalDocumentNever(t *testing.T) {
	w := newWorld(t)
	w.Update(func(tx *store.Tx) error { return setup.Seed(tx) })
	do(w, company.Save, w.owner(), demo.Company())
	do(w, ledger.FiscalYearOpen, w.owner(), ledger.YearOpenRequest{Period: civil.YearOf(civil.New(2026, 1, 1))})
	c := do(w, party.Save, w.owner(), bakery()).Customer
	it := do(w, catalog.Save, w.owner(), catalog.Item{
		Label: "Fenêtre", Unit: "H87", Price: 645 * money.UnitEuro, VATRate: 85_000, Nature: catalog.Goods, SalesAccount: "707000",
	}).Item
	request := billing.SaveRequest{
		Header: billing.Header{Customer: c.ID, Subject: "Atelier", Notes: "Sur place"},
		Lines:  []billing.Line{{Kind: billing.ItemLine, Item: it.ID, Quantity: 2 * money.Unit}},
	}
	draft := do(w, billing.SaveQuote, w.owner(), request)
	final, later := do(w, billing.SaveInvoice, w.owner(), request), do(w, billing.SaveInvoice, w.owner(), request)
	do(w, billing.Issue, w.owner(), billing.IssueRequest{ID: final.ID, Version: final.Version})
	w.save("p1")
	w.Clock.Add(time.Hour)
	w.open("p1")
	compared := func(id billing.DocumentID) past.DraftThen {
		t.Helper()
		return do(w, past.Draft, w.owner(), billing.DocumentRequest{ID: id})
	}
	if d := compared(draft.ID); d.Now == nil || len(d.Differs) > 0 || d.Then.Subject != "Atelier" {
		t.Errorf("untouched: %+v", d)
	}
	changed := request
	changed.ID, changed.Version, changed.Subject = draft.ID, draft.Version, "Magasin"
	changed.Lines = []billing.Line{{Kind: billing.ItemLine, Item: it.ID, Quantity: 3 * money.Unit}}
	draft = do(w, billing.SaveQuote, w.owner(), changed)
	if d := compared(draft.ID); d.Now == nil || d.Now.Subject != "Magasin" || !slices.Equal(d.Differs, []string{"gross", "lines", "subject"}) {
		t.Errorf("changed: %+v", d)
	}
	do(w, billing.Issue, w.owner(), billing.IssueRequest{ID: later.ID, Version: later.Version})
	if d := compared(later.ID); d.Now == nil || !d.Now.Final || d.Now.Number == "" {
		t.Errorf("issued since: %+v", d)
	}
	refused(w, past.Draft, w.owner(), billing.DocumentRequest{ID: final.ID}, "billing.final_stays")
	do(w, billing.DeleteDraft, w.owner(), billing.IssueRequest{ID: draft.ID, Version: draft.Version})
	gone := compared(draft.ID)
	if gone.Now != nil || len(gone.Differs) > 0 {
		t.Errorf("thrown away: %+v", gone)
	}

	list := do(w, past.Documents, w.owner(), billing.ListRequest{})
	if list.Count != 3 {
		t.Fatalf("%+v", list)
	}
	back := do(w, past.TakeDraft, w.owner(), past.TakeRequest{Point: "p1", ID: int64(draft.ID)})
	if back.ID == draft.ID || back.Final || back.Kind != billing.Quote || back.Customer != c.ID ||
		back.Subject != "Atelier" || back.Notes != "Sur place" || back.Gross != gone.Then.Gross || len(back.Lines) != 1 ||
		back.Lines[0].Item != it.ID {
		t.Errorf("came back as %+v", back)
	}
	if e := w.last(); e.Op != "past.take_draft" || e.SubjectID != int64(back.ID) || !strings.Contains(e.Payload, `"p1"`) {
		t.Errorf("%+v", e)
	}
	refused(w, past.TakeDraft, w.owner(), past.TakeRequest{Point: "p1", ID: int64(final.ID)}, "billing.final_stays")

	var pdf bytes.Buffer
	req := past.PDFRequest{Point: "p1", ID: final.ID}
	file, err := past.PDF.Fetch(w.Ctx(), w.owner(), req, &pdf)
	if err != nil || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF")) || !strings.HasPrefix(file.Name, "F") {
		t.Errorf("%+v, %v", file, err)
	}
	if e := w.last(); e.Op != "past.pdf" || e.SubjectID != int64(final.ID) {
		t.Errorf("%+v", e)
	}
	req.Point = "p0"
	if _, err := past.PDF.Fetch(w.Ctx(), w.owner(), req, &pdf); err == nil {
		t.Error("a document of another point is printed")
	}
}

// TestTheRightsAreThoseOfToday: looking at the copies gives no right to what is in them, nor does having been in charge.
func TestTheRightsAreThoseOfToday(t *testing.T) {
	w := newWorld(t)
	then := do(w, party.Save, w.owner(), bakery()).Customer
	w.save("p1")
	w.open("p1")
	byID := party.IDRequest{ID: then.ID}
	take := past.TakeRequest{Point: "p1", ID: int64(then.ID), Version: then.Version}

	refused(w, past.Open, w.As("assistant"), past.OpenRequest{Point: "p1"}, "op.forbidden")
	refused(w, past.Status, w.As("sales"), op.Empty{}, "op.forbidden")
	mine := auth.Rights{auth.BackupManage: auth.All, auth.CustomerRead: auth.Own, auth.CustomerWrite: auth.Own}
	for name, who := range map[string]op.Caller{"machines": w.As("machines"), "own": w.holding(3, mine)} {
		t.Run(name, func(t *testing.T) {
			if st := do(w, past.Status, who, op.Empty{}); st.Point == nil || st.Customers || st.Documents || st.Items {
				t.Errorf("%+v", st)
			}
			refused(w, past.Customers, who, party.ListRequest{}, "past.not_all")
			refused(w, past.Customer, who, byID, "past.not_all")
			refused(w, past.Items, who, catalog.ListRequest{}, "past.not_all")
			refused(w, past.Item, who, catalog.IDRequest{ID: 1}, "past.not_all")
			refused(w, past.Documents, who, billing.ListRequest{}, "past.not_all")
			refused(w, past.TakeCustomer, who, take, "past.not_all")
			refused(w, past.TakeDraft, who, take, "past.not_all")
			refused(w, past.TakeItem, who, take, "past.not_all")
		})
	}
	reads := auth.Rights{auth.BackupManage: auth.All, auth.CustomerRead: auth.All, auth.ItemRead: auth.All, auth.SalesRead: auth.All}
	reader := w.holding(9, reads)
	c := do(w, past.Customer, reader, byID)
	if c.Then.Name != then.Name || c.Then.Phone != "" || c.Then.Contacts != nil || len(c.Differs) != 0 {
		t.Errorf("who may not see how to reach them reads %+v", c)
	}
	refused(w, past.TakeCustomer, reader, take, "op.forbidden")
	refused(w, past.TakeCustomer, w.As("stale"), take, "op.fresh_needed")
}

// TestADifferenceInWhatOneMayNotSeeIsNotTold.
func TestADifferenceInWhatOneMayNotSeeIsNotTold(t *testing.T) {
	w := newWorld(t)
	then := do(w, party.Save, w.owner(), bakery()).Customer
	w.save("p1")
	w.Clock.Add(time.Hour)
	now := then
	now.Phone = "0590999999"
	now = do(w, party.Save, w.owner(), now).Customer
	w.open("p1")
	if c := do(w, past.Customer, w.As("blind"), party.IDRequest{ID: then.ID}); len(c.Differs) != 0 || c.Now.Phone != "" {
		t.Errorf("%+v", c)
	}
	req := past.TakeRequest{Point: "p1", ID: int64(then.ID), Version: now.Version}
	do(w, past.TakeCustomer, w.As("blind"), req)
	if got := do(w, party.Get, w.owner(), party.IDRequest{ID: then.ID}); got.Phone != now.Phone || len(got.Contacts) != 1 {
		t.Errorf("who may not see them changed %+v", got)
	}
}

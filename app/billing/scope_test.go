package billing_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zafe/app/auth"
	"zafe/app/billing"
	"zafe/app/money"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/store"
)

// trees draws predicates of every shape, over the people 0 (nobody) to 5.
func trees(depth int) *rapid.Generator[auth.Predicate] {
	people := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 5), func(i int) auth.UserID { return auth.UserID(i) }), 0, 3)
	leaves := []*rapid.Generator[auth.Predicate]{
		rapid.Map(rapid.Bool(), func(b bool) auth.Predicate { return auth.Always(b) }),
		rapid.Map(people, func(ids []auth.UserID) auth.Predicate { return auth.OwnedBy(ids) }),
		rapid.Map(people, func(ids []auth.UserID) auth.Predicate { return auth.CustomerOf(ids) }),
	}
	if depth > 0 {
		leaves = append(leaves, rapid.Map(rapid.SliceOfN(trees(depth-1), 0, 3),
			func(ps []auth.Predicate) auth.Predicate { return auth.AnyOf(ps) }))
	}
	return rapid.OneOf(leaves...)
}

// held draws what an actor holds in each scope, with and without colleagues.
func held() *rapid.Generator[auth.Predicate] {
	return rapid.Custom(func(t *rapid.T) auth.Predicate {
		me := auth.UserID(rapid.IntRange(0, 4).Draw(t, "me"))
		team := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 4), func(i int) auth.UserID { return auth.UserID(i) }), 0, 2).Draw(t, "team")
		role := rapid.SampledFrom(auth.Roles()).Draw(t, "role")
		return auth.Actor{User: me, Team: team, Rights: role.Rights()}.Where(auth.SalesRead)
	})
}

// stock is every record of a world, as a card reads it.
type stock struct {
	customers []party.Customer
	documents []billing.Document
	payments  []billing.Payment
}

// filled makes customers of four people with quotes, invoices, drafts and payments of others.
func filled(b book) {
	for i := range 8 {
		c := b.customer(func(c *party.Customer) {
			c.Owner, c.Name, c.SIREN = auth.UserID(1+i%4), fmt.Sprintf("Dupont %d", i), ""
		})
		b.draft(c, goods(money.Amount(1_00<<i), 200_000))
		b.invoice(c, goods(money.Amount(3_00<<i), 200_000))
		b.pay(c, 21, money.Amount(2_00<<i))
		r := billing.SaveRequest{Header: billing.Header{Customer: c.ID, Owner: auth.UserID(1 + i/2%4)}}
		must(billing.SaveQuote.Call(b.Ctx(), b.As("owner"), r))(b.t)
	}
	r := billing.SaveRequest{Header: billing.Header{Owner: 2, Subject: "Dupont sans client"}}
	must(billing.SaveQuote.Call(b.Ctx(), b.As("owner"), r))(b.t)
}

// read reads every record by its id, as cards do.
func (s *stock) read(tx *store.Tx) error {
	*s = stock{}
	for id := int64(1); id < 100; id++ {
		c, err := tx.Customer(party.CustomerID(id))
		if err == nil {
			s.customers = append(s.customers, c)
		}
		d, ok, err := tx.Document(billing.DocumentID(id))
		if ok {
			s.documents = append(s.documents, d)
		}
		p, there, err2 := tx.Payment(billing.PaymentID(id))
		if there {
			s.payments = append(s.payments, p)
		}
		if err := errors.Join(err, err2); err != nil {
			return err
		}
	}
	return nil
}

// allowed are the records for which the decision is yes.
func (s stock) allowed(p auth.Predicate) (out stock) {
	for _, c := range s.customers {
		if p.Match(c.Whose()) {
			out.customers = append(out.customers, c)
		}
	}
	for _, d := range s.documents {
		if p.Match(d.Whose()) {
			out.documents = append(out.documents, d)
		}
	}
	for _, y := range s.payments {
		if p.Match(y.Whose()) {
			out.payments = append(out.payments, y)
		}
	}
	return out
}

// TestListsAreWhatOneMayOpen: for any predicate, and customers that change hands, each list, count, total, search and
// completion has exactly the records for which the decision about one is yes.
func TestListsAreWhatOneMayOpen(t *testing.T) {
	b := open(t)
	filled(b)
	var s stock
	rapid.Check(t, func(t *rapid.T) {
		id := party.CustomerID(rapid.IntRange(1, 8).Draw(t, "handed"))
		to := auth.UserID(rapid.IntRange(0, 4).Draw(t, "to"))
		err := b.Store.Update(b.Ctx(), func(tx *store.Tx) error {
			c, err := tx.Customer(id)
			if err != nil {
				return err
			}
			c.Owner = to
			_, err = tx.SaveCustomers([]party.Customer{c})
			return err
		})
		p := rapid.OneOf(trees(2), held()).Draw(t, "predicate")
		err2 := b.Store.View(b.Ctx(), func(tx *store.Tx) error {
			if err := s.read(tx); err != nil {
				return err
			}
			want := s.allowed(p)
			return errors.Join(sameCustomers(tx, p, want), sameSales(tx, p, want))
		})
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
	})
	if len(s.customers) != 8 || len(s.documents) != 25 || len(s.payments) != 8 {
		t.Fatalf("%d customers, %d documents, %d payments", len(s.customers), len(s.documents), len(s.payments))
	}
}

// equal compares the ids of a list with those of the records one may open, in any order.
func equal[G, W any](what string, got []G, idOf func(G) int64, want []W, wantOf func(W) int64) error {
	var g, w []int64
	for _, r := range got {
		g = append(g, idOf(r))
	}
	for _, r := range want {
		w = append(w, wantOf(r))
	}
	slices.Sort(g)
	slices.Sort(w)
	if !slices.Equal(g, w) {
		return fmt.Errorf("%s: has %v, want %v", what, g, w)
	}
	return nil
}

func customerID(c party.Customer) int64   { return int64(c.ID) }
func documentID(d billing.Document) int64 { return int64(d.ID) }
func paymentID(p billing.Payment) int64   { return int64(p.ID) }
func hitID(h search.Hit) int64            { return h.Ref }

func sameCustomers(tx *store.Tx, p auth.Predicate, want stock) error {
	var errs []error
	for _, text := range []string{"", "d", "dupont"} {
		sel := party.Selection{
			Query: search.Parse(text), Typed: text, Sort: party.ByName, Filter: party.FilterActive, Allowed: p, Limit: 50,
		}
		page, err := tx.CustomerPage(sel)
		errs = append(errs, err, equal("page "+text, page.Rows, func(r party.Row) int64 { return int64(r.ID) },
			want.customers, customerID))
		if page.Total != len(want.customers) {
			errs = append(errs, fmt.Errorf("page %s: total %d, want %d", text, page.Total, len(want.customers)))
		}
		names, err := tx.CustomerNames(sel)
		errs = append(errs, err, equal("names "+text, names, func(n party.Name) int64 { return int64(n.ID) },
			want.customers, customerID))
		var each []party.Customer
		err = tx.EachCustomer(sel, func(c party.Customer) error { each = append(each, c); return nil })
		errs = append(errs, err, equal("each "+text, each, customerID, want.customers, customerID))
	}
	like := party.Customer{ID: 99, Name: "Dupont 3", Address: party.Address{PostalCode: "44000"}}
	alike, err := tx.LookAlikes(like, p)
	third := slices.DeleteFunc(slices.Clone(want.customers), func(c party.Customer) bool { return c.Name != like.Name })
	hits, err2 := tx.SearchDocs(search.Customer, search.Parse("dupont"), p)
	return errors.Join(append(errs, err, equal("alike", alike, customerID, third, customerID),
		err2, equal("search", hits, hitID, want.customers, customerID))...)
}

func sameSales(tx *store.Tx, p auth.Predicate, want stock) error {
	docs, err := tx.DocumentList(billing.Filter{
		ListRequest: billing.ListRequest{Limit: 50}, Today: tx.Today(), Allowed: p,
	})
	errs := []error{err, equal("documents", docs.Rows, func(r billing.Row) int64 { return int64(r.ID) },
		want.documents, documentID)}
	var gross, paid money.Amount
	for _, d := range want.documents {
		gross += d.Gross
	}
	for _, y := range want.payments {
		paid += y.Amount
	}
	if docs.Count != len(want.documents) || docs.Sums.Gross != gross {
		errs = append(errs, fmt.Errorf("%d documents of %s, want %d of %s", docs.Count, docs.Sums.Gross,
			len(want.documents), gross))
	}
	pays, err := tx.PaymentList(billing.PaymentFilter{
		PaymentListRequest: billing.PaymentListRequest{Limit: 50}, Allowed: p,
	})
	errs = append(errs, err, equal("payments", pays.Rows, paymentID, want.payments, paymentID))
	if pays.Count != len(want.payments) || pays.Total != paid {
		errs = append(errs, fmt.Errorf("%d payments of %s, want %d of %s", pays.Count, pays.Total,
			len(want.payments), paid))
	}
	for kind, name := range map[billing.Kind]string{billing.Quote: search.Quote, billing.Invoice: search.Invoice} {
		hits, err := tx.SearchDocs(name, search.Parse("dupont"), p)
		errs = append(errs, err, equal("search "+name, hits, hitID, slices.DeleteFunc(slices.Clone(want.documents),
			func(d billing.Document) bool { return d.Kind != kind }), documentID))
	}
	hits, err := tx.SearchDocs(search.Payment, search.Parse("dupont"), p)
	return errors.Join(append(errs, err, equal("search payment", hits, hitID, want.payments, paymentID))...)
}

// TestADraftIsFoundByItsSubject, with a customer or before it has one, by those only who may open it.
func TestADraftIsFoundByItsSubject(t *testing.T) {
	b := open(t)
	c := b.customer(func(c *party.Customer) { c.Owner = 3 })
	for _, h := range []billing.Header{
		{Customer: c.ID, Owner: 3, Subject: "Véranda du jardin"}, {Owner: 4, Subject: "Véranda sans client"},
	} {
		must(billing.SaveQuote.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{Header: h}))(t)
		must(billing.SaveInvoice.Call(b.Ctx(), b.As("owner"), billing.SaveRequest{Header: h}))(t)
	}
	for who, want := range map[string][]string{
		"owner":  {"SCI Les Tilleuls, Véranda du jardin", "Véranda sans client, "},
		"sales":  {"SCI Les Tilleuls, Véranda du jardin"},
		"sales2": {"Véranda sans client, "},
	} {
		found := must(search.Find.Call(b.Ctx(), b.As(who), search.FindRequest{Text: "veranda"}))(t)
		got := map[string][]string{}
		for _, h := range found.Hits {
			got[h.Kind] = append(got[h.Kind], h.Title+", "+h.Detail)
		}
		for _, kind := range []string{search.Quote, search.Invoice} {
			slices.Sort(got[kind])
			if !slices.Equal(got[kind], want) {
				t.Errorf("%s finds of a %s: %q", who, kind, got[kind])
			}
		}
	}
}

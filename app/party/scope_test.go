package party_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// two returns a book with one customer of each of two salespeople.
func two(t *testing.T) (w *storetest.World, yann, lucie party.Customer) {
	w = world(t)
	yann = save(t, w, "sales", party.Customer{Name: "Dupont Yann", SIREN: "732829320", Address: party.Address{PostalCode: "97110"}})
	lucie = save(t, w, "sales2", party.Customer{Name: "Dupont Lucie", SIREN: "404833048", Address: party.Address{PostalCode: "97110"}})
	return w, yann, lucie
}

// TestOnesOwnCustomersOnly walks every way to a customer in the name of a salesperson who is not in
// charge of it: lists, totals, searches, reading by id and by code, writing, handing over. The cases
// are those where other products let somebody in.
func TestOnesOwnCustomersOnly(t *testing.T) {
	w, yann, lucie := two(t)
	for who, want := range map[string]string{
		"sales": "Dupont Yann", "sales2": "Dupont Lucie", "owner": "Dupont Lucie|Dupont Yann",
		"assistant": "Dupont Lucie|Dupont Yann", "accountant": "Dupont Lucie|Dupont Yann", "reader": "Dupont Lucie|Dupont Yann",
	} {
		for _, req := range []party.ListRequest{
			{}, {Text: "dupont"}, {Text: "d"}, {Sort: party.ByCity}, {Text: "97110", Sort: party.BySIREN},
		} {
			page, got := list(t, w, who, req)
			if got != want || page.Total != strings.Count(want, "|")+1 {
				t.Errorf("%s %+v: %s, total %d", who, req, got, page.Total)
			}
		}
		if got := strings.Join(names(t, w, who, "dup"), "|"); got != want {
			t.Errorf("names %s: %s", who, got)
		}
		found, err := search.Find.Call(w.Ctx(), w.As(who), search.FindRequest{Text: "dupont"})
		if err != nil || len(found.Hits) != strings.Count(want, "|")+1 {
			t.Errorf("find %s: %v %v", who, found, err)
		}
	}
	// By the code, the SIREN or the owner asked for.
	for _, text := range []string{lucie.Code, "404833048", "404 833 048", "lucie"} {
		if page, got := list(t, w, "sales", party.ListRequest{Text: text}); got != "" || page.Total != 0 {
			t.Errorf("list %q: %s", text, got)
		}
		if got := names(t, w, "sales", text); len(got) != 0 {
			t.Errorf("names %q: %v", text, got)
		}
	}
	if page, got := list(t, w, "sales", party.ListRequest{Owner: 4}); got != "" || page.Total != 0 {
		t.Errorf("list of another owner: %s", got)
	}
	notFound := func(what string, err error) {
		t.Helper()
		if f := fault.Of(err); f == nil || f.Code != fault.NotFound || f.Key != "party.not_found" {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := party.Get.Call(w.Ctx(), w.As("sales"), party.IDRequest{ID: lucie.ID})
	notFound("get", err)
	_, err = party.Archive.Call(w.Ctx(), w.As("sales"), party.IDRequest{ID: lucie.ID})
	notFound("archive", err)
	_, err = party.Restore.Call(w.Ctx(), w.As("sales"), party.IDRequest{ID: lucie.ID})
	notFound("restore", err)
	stolen := lucie
	stolen.Owner = 3 // the owner in the request proves nothing
	_, err = party.Save.Call(w.Ctx(), w.As("sales"), stolen)
	notFound("save", err)
	_, err = party.Save.Call(op.WithPreview(w.Ctx()), w.As("sales"), lucie)
	notFound("preview", err)
	given := yann
	given.Owner = 4
	_, err = party.Save.Call(w.Ctx(), w.As("sales"), given)
	if f := fault.Of(err); f == nil || f.Key != "party.owner_not_you" || f.Field != "owner" {
		t.Errorf("handing over: %v", err)
	}
	_, err = party.Save.Call(w.Ctx(), w.As("sales"), party.Customer{Name: "Pour Lucie", Owner: 4})
	if fault.KeyOf(err) != "party.owner_not_you" {
		t.Errorf("creating for another: %v", err)
	}
}

func TestTheOwnerHandsACustomerOver(t *testing.T) {
	w, _, lucie := two(t)
	lucie.Owner = 3
	save(t, w, "owner", lucie)
	if _, err := party.Get.Call(w.Ctx(), w.As("sales2"), party.IDRequest{ID: lucie.ID}); fault.KeyOf(err) != "party.not_found" {
		t.Errorf("the former salesperson still reads it: %v", err)
	}
	if got := names(t, w, "sales", "lucie"); len(got) != 1 {
		t.Errorf("the new one does not find it: %v", got)
	}
	if page, _ := list(t, w, "sales2", party.ListRequest{}); page.Total != 0 {
		t.Errorf("total %d", page.Total)
	}
}

// TestWhoMayDoWhat is the table of rights: what a role lacks is refused before anything is read.
func TestWhoMayDoWhat(t *testing.T) {
	w, yann, _ := two(t)
	upload := imports.Upload{Name: "c.csv", Data: []byte("Nom\nNouveau\n")}
	for _, c := range []struct {
		what string
		may  string
		call func(op.Caller) error
	}{
		{"write", "owner accountant assistant sales", func(c op.Caller) error {
			_, err := party.Save.Call(op.WithPreview(w.Ctx()), c, party.Customer{Name: "X"})
			return err
		}},
		{"read", "owner accountant assistant sales reader", func(c op.Caller) error {
			_, err := party.Get.Call(w.Ctx(), c, party.IDRequest{ID: yann.ID})
			return err
		}},
		{"preview of an import", "owner assistant", func(c op.Caller) error {
			_, err := party.ImportPreview.Call(w.Ctx(), c, upload)
			return err
		}},
		{"import", "owner assistant", func(c op.Caller) error {
			_, err := party.Import.Call(op.WithPreview(w.Ctx()), c, party.ImportRequest{Upload: upload})
			return err
		}},
		{"list of imports", "owner assistant", func(c op.Caller) error {
			_, err := imports.List.Call(w.Ctx(), c, imports.ListRequest{})
			return err
		}},
		{"export", "owner accountant", func(c op.Caller) error {
			_, err := party.Export.Fetch(w.Ctx(), c, party.ExportRequest{}, &bytes.Buffer{})
			return err
		}},
	} {
		for _, who := range []string{"owner", "accountant", "assistant", "sales", "reader"} {
			err := c.call(w.As(who))
			may := strings.Contains(" "+c.may+" ", " "+who+" ")
			if may && err != nil || !may && fault.KeyOf(err) != "op.forbidden" {
				t.Errorf("%s by %s: %v", c.what, who, err)
			}
		}
	}
	for _, s := range w.Registry.Specs() {
		if s.Needs == auth.Public || s.Needs == auth.Anyone {
			t.Errorf("%s needs nothing", s.Name)
		}
	}
}

func TestListSortsFiltersAndPages(t *testing.T) {
	w := world(t)
	for i, c := range []party.Customer{
		{Name: "Zébulon", Address: party.Address{City: "Abymes", PostalCode: "97139"}},
		{Name: "étude Martin", Address: party.Address{City: "Écully", PostalCode: "69130"}, Prospect: true},
		{Name: "Eau Claire", Email: "b@x.fr"},
		{Name: "Émile", Email: "a@x.fr", Address: party.Address{City: "Zoteux", PostalCode: "62650"}},
		{Name: "d'Arbaud", Phone: "0690 99 99 99"},
		{Name: "Bœuf & fils", SIREN: "732829320"},
	} {
		c.Code = fmt.Sprintf("K%d", 9-i)
		save(t, w, "owner", c)
	}
	for _, c := range []struct {
		req   party.ListRequest
		want  string
		total int
	}{
		{party.ListRequest{}, "Bœuf & fils|d'Arbaud|Eau Claire|Émile|étude Martin|Zébulon", 6},
		{party.ListRequest{Desc: true, Limit: 2}, "Zébulon|étude Martin", 6},
		{party.ListRequest{Offset: 4, Limit: 10}, "étude Martin|Zébulon", 6},
		{party.ListRequest{Offset: 9}, "", 6},
		{party.ListRequest{Sort: party.ByCode, Limit: 2}, "Bœuf & fils|d'Arbaud", 6},
		{party.ListRequest{Sort: party.ByCity, Limit: 3}, "Zébulon|étude Martin|Émile", 6},
		{party.ListRequest{Sort: party.ByPostalCode, Limit: 3}, "Émile|étude Martin|Zébulon", 6},
		{party.ListRequest{Sort: party.ByEmail, Limit: 2}, "Émile|Eau Claire", 6},
		{party.ListRequest{Sort: party.BySIREN, Limit: 1}, "Bœuf & fils", 6},
		{party.ListRequest{Sort: party.ByPhone, Limit: 1}, "d'Arbaud", 6},
		{party.ListRequest{Filter: party.FilterProspects}, "étude Martin", 1},
		{party.ListRequest{Filter: party.FilterArchived}, "", 0},
		{party.ListRequest{Filter: party.FilterOverdue}, "", 0},
		{party.ListRequest{Text: "BOEUF"}, "Bœuf & fils", 1},
		{party.ListRequest{Text: "e"}, "Eau Claire|Émile|étude Martin", 3},
		{party.ListRequest{Text: "e", Offset: 1, Limit: 1}, "Émile", 3},
		{party.ListRequest{Text: "mar etu"}, "étude Martin", 1},
		{party.ListRequest{Text: "+590 690 99"}, "d'Arbaud", 1},
		{party.ListRequest{Text: "732 829"}, "Bœuf & fils", 1},
		{party.ListRequest{Text: "x.fr", Sort: party.ByEmail}, "Émile|Eau Claire", 2},
	} {
		page, got := list(t, w, "owner", c.req)
		if got != c.want || page.Total != c.total || page.AtLeast {
			t.Errorf("%+v: %s (%d), want %s (%d)", c.req, got, page.Total, c.want, c.total)
		}
	}
	for _, req := range []party.ListRequest{
		{Filter: "x"}, {Sort: "name; DROP TABLE customer"}, {Limit: 501}, {Limit: -1}, {Offset: -1}, {Offset: 1 << 60},
	} {
		if _, err := party.List.Call(w.Ctx(), w.As("owner"), req); fault.Of(err) == nil || fault.Of(err).Code != fault.Invalid {
			t.Errorf("%+v: %v", req, err)
		}
	}
}

// TestACustomerOfTheTeamIsSeenNotChanged: who may read it learns whose it is instead of that there is none, and a screen is
// told beforehand what not to offer.
func TestACustomerOfTheTeamIsSeenNotChanged(t *testing.T) {
	w, yann, lucie := two(t)
	w.Update(func(tx *store.Tx) error {
		for _, name := range []string{"claire", "sonia", "yann", "lucie"} { // Lucie is user 4
			if _, err := tx.SaveUser(user.User{Login: name, Name: strings.ToUpper(name), Role: auth.Sales}); err != nil {
				return err
			}
		}
		return nil
	})
	for c, want := range map[party.CustomerID]int{yann.ID: 0, lucie.ID: 3} {
		got, err := party.Get.Call(w.Ctx(), w.As("peer"), party.IDRequest{ID: c})
		if err != nil || len(got.Lacks) != want {
			t.Errorf("%s: %v %v", got.Name, got.Lacks, err)
		}
	}
	_, save := party.Save.Call(w.Ctx(), w.As("peer"), lucie)
	_, archive := party.Archive.Call(w.Ctx(), w.As("peer"), party.IDRequest{ID: lucie.ID})
	for what, err := range map[string]error{"save": save, "archive": archive} {
		if f := fault.Of(err); f == nil || f.Key != "party.not_yours" || f.Code != fault.Forbidden || f.Args["name"] != "LUCIE" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

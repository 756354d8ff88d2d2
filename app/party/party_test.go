package party_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/search"
	"zafe/store"
	"zafe/store/storetest"
)

func world(t testing.TB) *storetest.World {
	return storetest.NewWorld(t, party.Bind[*store.Tx], search.Bind[*store.Tx], imports.Bind[*store.Tx])
}

func save(t testing.TB, w *storetest.World, who string, c party.Customer) party.Customer {
	t.Helper()
	got, err := party.Save.Call(w.Ctx(), w.As(who), c)
	if err != nil {
		t.Fatal(err)
	}
	return got.Customer
}

func full() party.Customer {
	return party.Customer{
		Kind: party.Company, Name: "Boulangerie Élise", LegalForm: "SARL", SIREN: "732 829 320",
		SIRET: "732 829 320 00074", VATNumber: "FR 44 732829320", Email: "elise@pain.gp", Phone: "+590 690 12 34 56",
		Address:     party.Address{Street: "12 rue Frébault", Street2: "Bât. B", PostalCode: "97110", City: "Pointe-à-Pitre"},
		Delivery:    &party.Address{Street: "Marché central", PostalCode: "97110", City: "Pointe-à-Pitre", Country: "GP"},
		PaymentDays: 30, PaymentEndOfMonth: true, Notes: "Livrer\navant 6 h", Prospect: true,
		Contacts: []party.Contact{{Name: "Élise Bélénus", Role: "Gérante", Email: "e@pain.gp", Phone: "0690 00 00 01"}, {}},
	}
}

func TestSaveStoresEveryFieldTidied(t *testing.T) {
	w := world(t)
	got := save(t, w, "sales", full())
	want := full()
	want.ID, want.Code, want.SIREN, want.SIRET, want.VATNumber = 1, "C000001", "732829320", "73282932000074", "FR44732829320"
	want.Country, want.Delivery.Country, want.Owner = "FR", "FR", 3
	want.Contacts = want.Contacts[:1]
	want.Version, want.UpdatedAt, want.UpdatedBy = storetest.Noon.UnixMilli(), storetest.Noon, "Yann"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("answer\n%+v want\n%+v", got, want)
	}
	read, err := party.Get.Call(w.Ctx(), w.As("sales"), party.IDRequest{ID: 1})
	if err != nil || !reflect.DeepEqual(read, want) {
		t.Errorf("stored\n%+v want\n%+v (%v)", read, want, err)
	}
}

func TestSaveRefusesWhatIsWrongAndNamesTheField(t *testing.T) {
	w := world(t)
	long := strings.Repeat("é", 201)
	for _, c := range []struct {
		change     func(*party.Customer)
		field, key string
	}{
		{func(c *party.Customer) { c.Name = " \u200b " }, "name", "party.name_missing"},
		{func(c *party.Customer) { c.Name = long }, "name", "party.too_long"},
		{func(c *party.Customer) { c.Kind = "robot" }, "kind", "party.kind"},
		{func(c *party.Customer) { c.Code = "é 1" }, "code", "party.code"},
		{func(c *party.Customer) { c.SIREN = "732829321" }, "siren", "fr.siren"},
		{func(c *party.Customer) { c.SIREN = "73282932" }, "siren", "fr.siren"},
		{func(c *party.Customer) { c.SIRET = "73282932000075" }, "siret", "fr.siret"},
		{func(c *party.Customer) { c.SIREN = "404833048"; c.VATNumber = "" }, "siret", "party.siret_siren"},
		{func(c *party.Customer) { c.VATNumber = "FR45732829320" }, "vat_number", "fr.vat_number"},
		{func(c *party.Customer) { c.VATNumber = "FR83404833048" }, "vat_number", "party.vat_siren"},
		{func(c *party.Customer) { c.Email = "elise@" }, "email", "party.email"},
		{func(c *party.Customer) { c.Email = "Élise <e@pain.gp>" }, "email", "party.email"},
		{func(c *party.Customer) { c.Phone = "appeler Jean" }, "phone", "party.phone"},
		{func(c *party.Customer) { c.Country = "ZZ" }, "country", "party.country"},
		{func(c *party.Customer) { c.PostalCode = "9711" }, "postal_code", "fr.postal_code"},
		{func(c *party.Customer) { c.Delivery.PostalCode = "00000" }, "delivery.postal_code", "fr.postal_code"},
		{func(c *party.Customer) { c.PaymentDays = 400 }, "payment_days", "party.payment_days"},
		{func(c *party.Customer) { c.PaymentDays = -1 }, "payment_days", "party.payment_days"},
		{func(c *party.Customer) { c.Contacts[0].Name = "" }, "contacts[0].name", "party.contact_name"},
		{func(c *party.Customer) { c.Contacts[0].Email = "x" }, "contacts[0].email", "party.email"},
		{func(c *party.Customer) { c.Notes = strings.Repeat("a", 10_001) }, "notes", "party.too_long"},
	} {
		req := full()
		c.change(&req)
		_, err := party.Save.Call(w.Ctx(), w.As("owner"), req)
		if f := fault.Of(err); f == nil || f.Field != c.field || f.Key != c.key {
			t.Errorf("want %s at %s, got %v", c.key, c.field, err)
		}
	}
	foreign := party.Customer{
		Name: "Castries Ltd", VATNumber: "LC-1234", Address: party.Address{Country: "lc", PostalCode: "LC04 101"},
	}
	save(t, w, "owner", foreign)
}

func TestCodesFollowAndNeverChange(t *testing.T) {
	w := world(t)
	own := save(t, w, "owner", party.Customer{Name: "A", Code: "c000002"})
	if own.Code != "C000002" {
		t.Errorf("code %q", own.Code)
	}
	first, second := save(t, w, "owner", party.Customer{Name: "B"}), save(t, w, "owner", party.Customer{Name: "C"})
	if first.Code != "C000001" || second.Code != "C000003" {
		t.Errorf("codes %s %s", first.Code, second.Code)
	}
	_, err := party.Save.Call(w.Ctx(), w.As("owner"), party.Customer{Name: "D", Code: "C000003"})
	if fault.KeyOf(err) != "party.code_taken" {
		t.Error(err)
	}
	second.Code = "X1"
	_, err = party.Save.Call(w.Ctx(), w.As("owner"), second)
	if fault.KeyOf(err) != "party.code_fixed" {
		t.Error(err)
	}
}

func TestStaleVersionIsAConflictThatSaysWho(t *testing.T) {
	w := world(t)
	c := save(t, w, "owner", party.Customer{Name: "Dupont"})
	c.Name = "Dupond"
	save(t, w, "assistant", c)
	_, err := party.Save.Call(w.Ctx(), w.As("owner"), c)
	f := fault.Of(err)
	if f == nil || f.Code != fault.Conflict || f.Key != "party.changed_meanwhile" || f.Args["who"] != "Marc" {
		t.Fatalf("got %v", err)
	}
	if at, _ := f.Args["at"].(time.Time); !at.Equal(storetest.Noon) {
		t.Errorf("at %v", f.Args["at"])
	}
}

func TestOfManySavesOfOneVersionOneWins(t *testing.T) {
	w := world(t)
	c := save(t, w, "owner", party.Customer{Name: "Dupont"})
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 20 {
		wg.Go(func() {
			mine := c
			mine.Name = fmt.Sprintf("Dupont %d", i)
			_, err := party.Save.Call(w.Ctx(), w.As("owner"), mine)
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if fault.KeyOf(err) != "party.changed_meanwhile" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d saves of one version went through", won)
	}
}

func TestConcurrentCreationsTakeDifferentCodes(t *testing.T) {
	w := world(t)
	codes := make([]string, 40)
	var wg sync.WaitGroup
	for i := range codes {
		wg.Go(func() { codes[i] = save(t, w, "owner", party.Customer{Name: "X"}).Code })
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, c := range codes {
		if seen[c] {
			t.Errorf("code %s twice", c)
		}
		seen[c] = true
	}
	if !seen["C000040"] {
		t.Error("codes have a gap")
	}
}

func TestArchiveLeavesListsAndComesBack(t *testing.T) {
	w := world(t)
	c := save(t, w, "owner", party.Customer{Name: "Dupont"})
	got, err := party.Archive.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: c.ID})
	if err != nil || !got.Archived || got.Version == c.Version {
		t.Fatalf("%+v %v", got, err)
	}
	if n := len(names(t, w, "owner", "dup")); n != 0 {
		t.Error("archived customer is offered")
	}
	if hits, _ := search.Find.Call(w.Ctx(), w.As("owner"), search.FindRequest{Text: "dup"}); len(hits.Hits) != 0 {
		t.Error("archived customer is found")
	}
	c.Name = "Dupond"
	if _, err := party.Save.Call(w.Ctx(), w.As("owner"), c); fault.KeyOf(err) != "party.changed_meanwhile" {
		t.Errorf("save over an archive: %v", err)
	}
	if got, err = party.Restore.Call(w.Ctx(), w.As("owner"), party.IDRequest{ID: c.ID}); err != nil || got.Archived {
		t.Fatalf("%+v %v", got, err)
	}
	if n := len(names(t, w, "owner", "dup")); n != 1 {
		t.Error("restored customer is not offered")
	}
}

func TestWarningsTellOfLookAlikesOneMaySee(t *testing.T) {
	w := world(t)
	save(t, w, "sales", party.Customer{Name: "Épicerie Sainte-Anne", SIREN: "732829320", Address: party.Address{PostalCode: "97180"}})
	req := party.Customer{Name: "EPICERIE SAINTE ANNE", Address: party.Address{PostalCode: "97180"}, PaymentDays: 90}
	keysFor := func(who string, c party.Customer) string {
		got, err := party.Save.Call(op.WithPreview(w.Ctx()), w.As(who), c)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, f := range got.Warnings {
			keys = append(keys, f.Field+":"+f.Key)
		}
		return strings.Join(keys, " ")
	}
	for _, c := range []struct {
		who  string
		req  party.Customer
		want string
	}{
		{"owner", req, "name:party.same_name payment_days:party.long_terms"},
		{"owner", party.Customer{Name: "Autre", SIREN: "732829320"}, "siren:party.same_siren"},
		{"sales", party.Customer{Name: "Autre", SIREN: "732829320"}, "siren:party.same_siren"},
		{"sales2", party.Customer{Name: "Autre", SIREN: "732829320"}, ""},
		{"sales2", req, "payment_days:party.long_terms"},
		{"owner", party.Customer{Name: "Épicerie Sainte-Anne", Address: party.Address{PostalCode: "97110"}}, ""},
	} {
		if got := keysFor(c.who, c.req); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.who, c.req.Name, got, c.want)
		}
	}
}

func TestEveryFieldIsInTheDigest(t *testing.T) {
	base := full()
	base.ID, base.Code, base.Owner = 1, "C000001", 3
	var mutate func(v reflect.Value, path string)
	check := func(path string) {
		if changed := base; changed.Digest() == original {
			t.Errorf("%s is not in the digest", path)
		}
	}
	original = base.Digest()
	// The journals of books already written bind this encoding.
	if original != "b7da8847b7f3f667066a580af25c5ecb6cd6b390d4043d224bf210999a6524aa" {
		t.Errorf("the encoding changed under its version: %s", original)
	}
	mutate = func(v reflect.Value, path string) {
		saved := reflect.New(v.Type()).Elem()
		saved.Set(v)
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; name != "Stamp" && name != "Lacks" { // which is about who asks
					mutate(v.Field(i), path+"."+name)
				}
			}
			return
		case reflect.Pointer:
			mutate(v.Elem(), path)
			v.SetZero()
		case reflect.Slice:
			for i := range v.Len() {
				mutate(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
			v.Set(v.Slice(0, v.Len()-1))
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		default:
			v.SetInt(v.Int() + 1)
		}
		check(path)
		v.Set(saved)
	}
	mutate(reflect.ValueOf(&base).Elem(), "customer")
}

var original string

func TestEventsBindTheDigest(t *testing.T) {
	w := world(t)
	c := save(t, w, "owner", full())
	var last audit.Event
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) (err error) { last, err = tx.Head(); return err })
	if err != nil || last.SubjectKind != "customer" || last.SubjectID != int64(c.ID) || last.Digest != c.Digest() {
		t.Errorf("%+v %v", last, err)
	}
}

func names(t testing.TB, w *storetest.World, who, text string) []string {
	t.Helper()
	got, err := party.Names.Call(w.Ctx(), w.As(who), party.NamesRequest{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, n := range got {
		out = append(out, n.Name)
	}
	return out
}

func list(t testing.TB, w *storetest.World, who string, req party.ListRequest) (party.Page, string) {
	t.Helper()
	got, err := party.List.Call(w.Ctx(), w.As(who), req)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, r := range got.Rows {
		out = append(out, r.Name)
	}
	return got, strings.Join(out, "|")
}

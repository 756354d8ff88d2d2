package history_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/device"
	"zafe/app/fault"
	"zafe/app/history"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/store"
)

// searched is a book of three days and three hands: Claire's and Luc's on the main PC, Luc's at the till.
func searched(t *testing.T) *office {
	t.Helper()
	o := open(t)
	must(party.Save.Call(o.Ctx(), o.As("owner"), party.Customer{
		Kind: party.Company, Name: "Bois d'Inde", SIREN: "404833048", Owner: 1,
		Address: party.Address{Street: "14 rue des Forges", PostalCode: "44000", City: "Nantes", Country: "FR"},
	}))(t)
	o.Update(func(tx *store.Tx) error { return device.Enrol(tx, "c0ffee", "Caisse", 1) })
	for _, e := range []audit.Event{
		{Actor: 2, ActorName: "LUC", Op: "quote.send", SubjectKind: "quote", SubjectID: 7},
		{Actor: 2, ActorName: "LUC", Device: "c0ffee", Op: "customer.save", SubjectKind: "customer", SubjectID: 1},
		{Actor: 1, ActorName: "CLAIRE", Op: "account.save", SubjectKind: "account", Payload: `{"now":{"number":"607100"}}`},
		{Actor: 1, ActorName: "CLAIRE", Op: "account.save", SubjectKind: "account", Payload: `{"now":broken`},
	} {
		o.Clock.Add(24 * time.Hour)
		o.Update(func(tx *store.Tx) error { _, err := tx.AppendEvent(e); return err })
	}
	return o
}

func TestTheWholeJournalIsSearched(t *testing.T) {
	o := searched(t)
	day := func(n int) civil.Date { return civil.Of(o.Clock.Now()).AddDays(n - 4) } // of the nth event above
	for name, c := range map[string]struct {
		req  history.ListRequest
		want []string // operations, newest first; the first of many with … after them
	}{
		"a person":            {history.ListRequest{Person: 2}, []string{"customer.save", "quote.send"}},
		"a PC":                {history.ListRequest{PC: "c0ffee"}, []string{"customer.save", "device.enrolled"}},
		"the main PC":         {history.ListRequest{PC: history.MainPC, Person: 2}, []string{"quote.send"}},
		"from a day on":       {history.ListRequest{From: day(3)}, []string{"account.save", "account.save"}},
		"until a day":         {history.ListRequest{From: day(1), To: day(2)}, []string{"customer.save", "quote.send"}},
		"one day":             {history.ListRequest{From: day(2), To: day(2)}, []string{"customer.save"}},
		"who":                 {history.ListRequest{Text: "luc"}, []string{"customer.save", "quote.send"}},
		"what, without marks": {history.ListRequest{Text: "devis valide", Lang: "fr"}, []string{"quote.send"}},
		"in English":          {history.ListRequest{Text: "quote", Person: 2, Lang: "en"}, []string{"quote.send"}},
		"on what":             {history.ListRequest{Text: "bois inde", Person: 2}, []string{"customer.save"}},
		"where":               {history.ListRequest{Text: "caisse"}, []string{"customer.save", "device.enrolled"}},
		"by its number":       {history.ListRequest{Text: "6071"}, []string{"account.save"}},
		"who and what":        {history.ListRequest{Text: "luc client", Lang: "fr"}, []string{"customer.save"}},
		"nothing":             {history.ListRequest{Text: "zzz"}, nil},
		"of one subject":      {history.ListRequest{Kind: "quote", Subject: 7}, []string{"quote.send"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := must(history.List.Call(o.Ctx(), o.As("owner"), c.req))(t)
			var got []string
			for _, e := range p.Events {
				got = append(got, e.Op)
			}
			if !slices.Equal(got, c.want) || p.Next != 0 {
				t.Errorf("%v, next %d, want %v", got, p.Next, c.want)
			}
		})
	}
	p := must(history.List.Call(o.Ctx(), o.As("owner"), history.ListRequest{PC: "c0ffee"}))(t)
	if p.Events[0].PC != "Caisse" || len(p.PCs) != 1 || p.PCs[0].PC != "c0ffee" || len(p.People) != 2 {
		t.Errorf("%+v", p)
	}
	long := history.ListRequest{Text: strings.Repeat("x", 201)}
	if _, err := history.List.Call(o.Ctx(), o.As("owner"), long); fault.KeyOf(err) != "history.text" {
		t.Error(err)
	}
}

// TestWhatOneMayNotReadIsNotFound: who reads the journal and no customer does not find an event by a
// customer's name.
func TestWhatOneMayNotReadIsNotFound(t *testing.T) {
	o := searched(t)
	for who, want := range map[string]int{"owner": 1, "machines": 0} {
		p := must(history.List.Call(o.Ctx(), o.As(who), history.ListRequest{Text: "inde", Person: 2}))(t)
		if len(p.Events) != want {
			t.Errorf("%s finds %d", who, len(p.Events))
		}
	}
}

// TestALongJournalIsReadInSteps: each event is met once, wherever the steps end.
func TestALongJournalIsReadInSteps(t *testing.T) {
	o := searched(t)
	var all []int64
	req := history.ListRequest{Limit: 2}
	for {
		p := must(history.List.Call(o.Ctx(), o.As("owner"), req))(t)
		for _, e := range p.Events {
			all = append(all, e.ID)
		}
		if req.Before > 0 && (p.People != nil || p.PCs != nil) {
			t.Error("the names come again")
		}
		if req.Before = p.Next; p.Next == 0 {
			if p.Total != all[0] {
				t.Errorf("%d events", p.Total)
			}
			break
		}
	}
	for i, id := range all {
		if id != all[0]-int64(i) {
			t.Fatalf("%v", all)
		}
	}
	if all[len(all)-1] != 1 {
		t.Errorf("the first is %d", all[len(all)-1])
	}
}

// TestARoleIsFoundByItsName: what it may do, who was given it, and that it is gone; a ready one by its title.
func TestARoleIsFoundByItsName(t *testing.T) {
	o := open(t)
	role.Bind(o.Registry)
	made := must(role.Save.Call(o.Ctx(), o.As("owner"), role.SaveRequest{
		Name: "Vendeur", Rights: auth.Rights{auth.CustomerRead: auth.Own},
	}))(t)
	given := func(to auth.Role) {
		o.Update(func(tx *store.Tx) error {
			_, err := tx.AppendEvent(audit.Event{
				Op: "user.save", SubjectKind: "user", SubjectID: 2, Payload: fmt.Sprintf(`{"role":%q,"disabled":false}`, to),
			})
			return err
		})
	}
	given(made.Key)
	given(auth.Sales)
	found := func(text string) (out []history.Event) {
		return must(history.List.Call(o.Ctx(), o.As("owner"), history.ListRequest{Text: text, Lang: "fr"}))(t).Events
	}
	got := found("vendeur")
	if len(got) != 2 || got[0].RoleName != "Vendeur" || got[0].Role != made.Key || got[1].Name != "Vendeur" {
		t.Errorf("%+v", got)
	}
	if got = found("commercial"); len(got) != 1 || got[0].Role != auth.Sales || got[0].RoleName != "" {
		t.Errorf("a ready one: %+v", got)
	}
	o.Update(func(tx *store.Tx) error {
		_, err := tx.AppendEvent(audit.Event{Op: "approval.self", Payload: `{"op":"role.save","self":true,"young":[2,99]}`})
		return err
	})
	if e := o.last(); !slices.Equal(e.Young, []string{"LUC"}) || e.For != "role.save" {
		t.Errorf("done alone: %+v", e)
	}
	must(role.Delete.Call(o.Ctx(), o.As("owner"), role.KeyRequest{Key: made.Key}))(t)
	if got = found("vendeur"); len(got) != 1 || got[0].Op != "role.delete" || got[0].Name != "Vendeur" || got[0].Rights != nil {
		t.Errorf("one that is gone: %+v", got)
	}
}

package demo_test

import (
	"testing"

	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/demo"
	"zafe/app/file"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

func TestSampleCompanyIsSoundAndTheSameEveryTime(t *testing.T) {
	var first store.Totals
	for round := range 2 {
		w := storetest.NewWorld(t, company.Bind, party.Bind, catalog.Bind, ledger.Bind, billing.Bind)
		file.Bind(w.Registry, w.Store.ReceiveFile)
		w.Update(func(tx *store.Tx) error {
			for _, p := range demo.People {
				if _, err := tx.SaveUser(user.User{Login: p.Login, Name: p.Name, Role: p.Role, CreatedAt: tx.Now()}); err != nil {
					return err
				}
			}
			return setup.Seed(tx)
		})
		c := op.Local[*store.Tx]{Registry: w.Registry}
		if err := demo.Fill(t.Context(), c, w.Clock, demo.Small, func(int64, int64) {}); err != nil {
			t.Fatal(err)
		}
		var got store.Totals
		err := w.Store.View(t.Context(), func(tx *store.Tx) (err error) { got, err = tx.Totals(); return err })
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", got)
		if got.Debit != got.Credit || got.Invoices < 200 {
			t.Errorf("not a believable company: %+v", got)
		}
		if round == 0 {
			first = got
		} else if got != first {
			t.Errorf("not the same: %+v then %+v", first, got)
		}
		tb, err := ledger.TrialBalanceOf.Call(t.Context(), w.As("owner"), ledger.TrialBalanceRequest{
			From: civil.New(2026, 1, 1), To: demo.LastDay, Prefix: "512",
		})
		if err != nil || len(tb.Rows) == 0 {
			t.Fatal(tb, err)
		}
		t.Logf("bank %s", tb.Rows[0].Closing)
	}
}

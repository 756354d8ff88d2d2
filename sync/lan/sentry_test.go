package lan_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zafe/app/auth"
	"zafe/app/party"
	"zafe/app/sentry"
	"zafe/app/user"
	"zafe/store"
)

// TestSlicesOfTheCustomersAreHeld: whoever takes the file of the customers in small exports, from several PCs, gets
// no further than the day's number, and not a row more (attack 19).
func TestSlicesOfTheCustomersAreHeld(t *testing.T) {
	o := newOffice(t)
	product(o.world.Registry, o.world)
	o.world.Update(func(tx *store.Tx) error {
		for i, r := range []auth.Role{auth.Owner, auth.Accountant} {
			u := user.User{Login: fmt.Sprintf("u%d", i), Name: "X", Role: r, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		for i := range 600 {
			c := party.Customer{Code: fmt.Sprintf("C%06d", i), Kind: party.Company, Name: fmt.Sprintf("Zqtranche %d", i), Owner: 3}
			if _, err := tx.SaveCustomer(c); err != nil {
				return err
			}
		}
		return nil
	})
	pcs := []raw{newRaw(t, o), newRaw(t, o)}
	taken, held := 0, 0
	for i := range 8 {
		got, err := pcs[i%2].inFull(party.Export.Spec, "accountant", m{"owner": 3}, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Count(got.text, "zqtranche")
		taken += rows
		switch {
		case got.status == http.StatusOK && rows == 600:
		case got.status == http.StatusForbidden && rows == 0 && strings.Contains(got.text, "sentry.held"):
			held++
		default:
			t.Errorf("slice %d: %d, %d rows, %.200s", i, got.status, rows, got.text)
		}
	}
	if taken > sentry.HoldRows || held != 5 {
		t.Errorf("%d rows left, %d slices were held", taken, held)
	}
}

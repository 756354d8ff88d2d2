package lan_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"zafe/app/attempt"
	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/op"
	"zafe/store"
)

// TestEveryRefusedCellOfTheMatrixIsInTheJournal: whoever asks over the wire for what their role does not allow leaves an
// event with who, what and from which PC; once more in the same hour leaves none.
func TestEveryRefusedCellOfTheMatrixIsInTheJournal(t *testing.T) {
	x := newLooked(t)
	x.reg.Denied = attempt.New[*store.Tx](x.o.world.Store, func(what string, err error) { t.Error(what, err) }).Denied
	refused := func() (n int, last audit.Event) {
		err := x.o.world.Store.View(t.Context(), func(tx *store.Tx) error {
			return tx.EachEvent(0, func(e audit.Event) error {
				if e.Op == attempt.Event {
					n, last = n+1, e
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, last
	}
	cells := 0
	for _, p := range []struct {
		id   auth.UserID
		role auth.Role
	}{{7, auth.Technician}, {8, auth.Workshop}} {
		who, inHour := "", 25 // of how many in an hour each is kept by itself is another test's
		for _, s := range x.specs {
			if p.role.Rights().Scope(s.Needs) != auth.None || s.Kind == op.Upload {
				continue
			}
			if inHour++; inHour > 25 {
				inHour, who = 1, string(p.role)+s.Name
				x.o.world.Clock.Add(time.Hour)
				x.o.world.Update(func(tx *store.Tx) error { return session(tx, p.id, who, x.pc) })
			}
			before, _ := refused()
			for range 2 {
				if got := x.post(s, who, m{}, false); got.status == http.StatusOK || !strings.Contains(got.body, "op.forbidden") {
					t.Fatalf("%s by %s: %d %s", s.Name, who, got.status, got.text)
				}
			}
			n, e := refused()
			var f attempt.Facts
			if err := json.Unmarshal([]byte(e.Payload), &f); err != nil {
				t.Fatal(err)
			}
			if n != before+1 || f.Op != s.Name || f.Needs != s.Needs || e.Actor != int64(p.id) || e.Device != x.pc {
				t.Errorf("%s by %s: %d more events, the last %+v", s.Name, who, n-before, e)
			}
			cells++
		}
	}
	if cells < 100 {
		t.Errorf("only %d refusals", cells)
	}
}

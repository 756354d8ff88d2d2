package sentry_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/imports"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/sentry"
	"zafe/app/user"
	"zafe/store"
	"zafe/store/storetest"
)

// shop is a book with customers and people: owner 1 (Claire), accountant 2 (Sonia), sales 3 and 4, and owners more.
func shop(t *testing.T, customers, owners int) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind, imports.Bind)
	sentry.Bind(w.Registry)
	w.Update(func(tx *store.Tx) error {
		roles := []auth.Role{auth.Owner, auth.Accountant, auth.Sales, auth.Sales, auth.Assistant, auth.Reader}
		for range owners - 1 {
			roles = append(roles, auth.Owner)
		}
		for i, r := range roles {
			u := user.User{Login: fmt.Sprintf("u%d", i+1), Name: fmt.Sprintf("Personne %d", i+1), Role: r, CreatedAt: tx.Now()}
			if _, err := tx.SaveUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	fill(t, w, 0, customers)
	return w
}

// fill imports customers, numbered from one on.
func fill(t *testing.T, w *storetest.World, from, n int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("Nom;Code\n")
	for i := range n {
		fmt.Fprintf(&b, "Client %d;Z%05d\n", from+i, from+i)
	}
	_, err := party.Import.Call(w.Ctx(), w.As("owner"), party.ImportRequest{Upload: imports.Upload{Name: "a.csv", Data: []byte(b.String())}})
	if err != nil {
		t.Fatal(err)
	}
}

func export(w *storetest.World, who string, req party.ExportRequest) (string, error) {
	var b bytes.Buffer
	_, err := party.Export.Fetch(w.Ctx(), w.As(who), req, &b)
	return b.String(), err
}

func recent(t *testing.T, w *storetest.World) sentry.Recent {
	t.Helper()
	r, err := sentry.Lately.Call(w.Ctx(), w.As("owner"), op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told are the kinds of the notices that wait for somebody.
func told(t *testing.T, w *storetest.World, who auth.UserID) (kinds []string) {
	t.Helper()
	w.Update(func(tx *store.Tx) error {
		ns, err := tx.Notices(who)
		for _, n := range ns {
			kinds = append(kinds, string(n.Kind)+" "+n.Detail)
		}
		return err
	})
	return kinds
}

func lastEvent(t *testing.T, w *storetest.World) (e audit.Event) {
	t.Helper()
	w.Update(func(tx *store.Tx) (err error) { e, err = tx.Head(); return err })
	return e
}

// TestSmallExportsAddUp: the rows of a day are counted together, in the book, and the owners are told once.
func TestSmallExportsAddUp(t *testing.T) {
	w := shop(t, 200, 1)
	for i := range 3 {
		text, err := export(w, "accountant", party.ExportRequest{})
		if err != nil || strings.Count(text, "Client ") != 200 {
			t.Fatalf("%d: %v, %d rows", i, err, strings.Count(text, "Client "))
		}
		if i < 2 && len(told(t, w, 1)) != 0 {
			t.Errorf("told after %d rows", 200*(i+1))
		}
		e := lastEvent(t, w)
		if e.Op != "customer.export" || e.Payload != `{"rows":200}` {
			t.Errorf("the journal has %s %s", e.Op, e.Payload)
		}
		mark, _, _ := strings.Cut(text, "\r\n")
		if !strings.Contains(mark, "Sonia") || !strings.Contains(mark, fmt.Sprintf("journal n° %d", e.ID)) || !strings.Contains(mark, "200 lignes") {
			t.Errorf("the mark is %q", mark)
		}
	}
	if got := told(t, w, 1); len(got) != 1 || got[0] != "exports_of 600" {
		t.Errorf("the owner is told %v", got)
	}
	if _, err := export(w, "accountant", party.ExportRequest{Filter: party.FilterProspects}); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, w); e.Payload != `{"filter":"prospects","rows":0}` {
		t.Errorf("the journal has %s", e.Payload)
	}
	if got := told(t, w, 1); len(got) != 1 {
		t.Errorf("told again: %v", got)
	}
	// Another program over the same book goes on counting.
	next := storetest.Over(w.Store, party.Bind)
	sentry.Bind(next.Registry)
	if _, err := party.Export.Fetch(w.Ctx(), next.As("accountant"), party.ExportRequest{}, io.Discard); err != nil {
		t.Fatal(err)
	}
	r := recent(t, w)
	if len(r.Days) != 1 || r.Days[0].FileRows != 800 || r.Days[0].Files != 5 || r.Days[0].Name != "Personne 2" {
		t.Errorf("%+v", r.Days)
	}
	if files, rows := r.Week(r.Days[0].Day.AddDays(6)); files != 5 || rows != 800 {
		t.Errorf("the week has %d files, %d rows", files, rows)
	}
	if files, _ := r.Week(r.Days[0].Day.AddDays(7)); files != 0 {
		t.Error("the week has eight days")
	}
	w.Clock.Add(24 * time.Hour)
	if _, err := export(w, "accountant", party.ExportRequest{}); err != nil {
		t.Fatal(err)
	}
	if r = recent(t, w); len(r.Days) != 2 || r.Days[0].FileRows != 200 {
		t.Errorf("another day: %+v", r.Days)
	}
}

// TestVeryManyRowsWaitForAnotherOwner, even in slices; what was agreed to is that export, for a day.
func TestVeryManyRowsWaitForAnotherOwner(t *testing.T) {
	w := shop(t, 1_100, 2)
	ask := func(who string, req party.ExportRequest) (string, string) {
		text, err := export(w, who, req)
		return text, fault.KeyOf(err)
	}
	if _, key := ask("accountant", party.ExportRequest{}); key != "" {
		t.Fatal(key)
	}
	for range 2 { // asked twice, it waits once
		if text, key := ask("accountant", party.ExportRequest{}); key != "sentry.held" || text != "" {
			t.Fatalf("2 200 rows in two slices: %q, %d bytes left", key, len(text))
		}
	}
	if e := lastEvent(t, w); e.Op != "sentry.held" || e.Payload != `{"op":"customer.export","rows":1100}` || e.Actor != 2 {
		t.Errorf("the journal has %+v", e)
	}
	for _, owner := range []auth.UserID{1, 7} {
		if got := told(t, w, owner); len(got) != 2 || got[0] != "exports_of 1100" && got[1] != "exports_of 1100" {
			t.Errorf("owner %d is told %v", owner, got)
		}
	}
	r := recent(t, w)
	if len(r.Waits(1)) != 1 || len(r.Held) != 1 || r.Held[0].Rows != 1_100 || r.Days[0].FileRows != 1_100 {
		t.Fatalf("%+v", r)
	}
	id := r.Held[0].ID
	for who, want := range map[string]string{"accountant": "op.forbidden", "sales": "op.forbidden", "stale": "op.fresh_needed"} {
		if _, err := sentry.Decide.Call(w.Ctx(), w.As(who), sentry.DecideRequest{ID: id, Approve: true}); fault.KeyOf(err) != want {
			t.Errorf("%s decides: %v", who, err)
		}
	}
	decide := func(approve bool) error {
		_, err := sentry.Decide.Call(w.Ctx(), w.As("owner"), sentry.DecideRequest{ID: id, Approve: approve})
		return err
	}
	if err := decide(true); err != nil {
		t.Fatal(err)
	}
	if err := decide(false); fault.KeyOf(err) != "sentry.gone" {
		t.Errorf("decided twice: %v", err)
	}
	if got := told(t, w, 2); len(got) != 1 || got[0] != "export 1100" {
		t.Errorf("whoever asked is told %v", got)
	}
	if _, key := ask("accountant", party.ExportRequest{Filter: party.FilterActive}); key != "sentry.held" {
		t.Errorf("another export than the one agreed to: %q", key)
	}
	if text, key := ask("accountant", party.ExportRequest{}); key != "" || strings.Count(text, "Client ") != 1_100 {
		t.Errorf("the one agreed to: %q", key)
	}
	if e := lastEvent(t, w); e.Payload != `{"approved_by":1,"rows":1100}` {
		t.Errorf("the journal has %s", e.Payload)
	}
	w.Clock.Add(25 * time.Hour)
	if _, key := ask("accountant", party.ExportRequest{}); key != "" {
		t.Errorf("another day: %q", key)
	}
	if _, key := ask("accountant", party.ExportRequest{}); key != "sentry.held" {
		t.Errorf("an old word: %q", key)
	}
	id = recent(t, w).Waits(1)[0].ID
	if err := decide(true); err != nil {
		t.Fatal(err)
	}
	if _, key := ask("accountant", party.ExportRequest{}); key != "" {
		t.Errorf("a fresh word: %q", key)
	}
	fill(t, w, 5_000, 200)
	if _, key := ask("accountant", party.ExportRequest{}); key != "sentry.held" {
		t.Errorf("far more rows than were agreed to: %q", key)
	}
}

// TestAnOwnerAsksTheOther, and does not answer themself; the only one goes on, and the journal says so.
func TestAnOwnerAsksTheOther(t *testing.T) {
	w := shop(t, 2_100, 2)
	if _, err := export(w, "owner", party.ExportRequest{}); fault.KeyOf(err) != "sentry.held" {
		t.Fatal(err)
	}
	r := recent(t, w)
	if len(r.Held) != 1 || len(r.Waits(1)) != 0 || len(told(t, w, 1)) != 0 || len(told(t, w, 7)) != 1 {
		t.Errorf("%+v", r.Held)
	}
	if _, err := sentry.Decide.Call(w.Ctx(), w.As("owner"), sentry.DecideRequest{ID: r.Held[0].ID, Approve: true}); fault.KeyOf(err) != "sentry.own" {
		t.Errorf("an owner agrees with themself: %v", err)
	}
	alone := shop(t, 2_100, 1)
	if text, err := export(alone, "owner", party.ExportRequest{}); err != nil || strings.Count(text, "Client ") != 2_100 {
		t.Errorf("the only owner: %v", err)
	}
	if e := lastEvent(t, alone); e.Payload != `{"rows":2100,"self":true}` {
		t.Errorf("the journal has %s", e.Payload)
	}
	if _, err := export(alone, "accountant", party.ExportRequest{}); fault.KeyOf(err) != "sentry.held" {
		t.Errorf("the accountant beside one owner: %v", err)
	}
}

// TestWhoLeftGetsNoAnswer: what they asked for waits no more, until their account opens again.
func TestWhoLeftGetsNoAnswer(t *testing.T) {
	for name, shut := range map[string]func(u *user.User, today civil.Date){
		"closed by hand": func(u *user.User, _ civil.Date) { u.Disabled = true },
		"last day over":  func(u *user.User, today civil.Date) { u.EndsOn = today.AddDays(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			w := shop(t, 2_100, 2)
			if _, err := export(w, "accountant", party.ExportRequest{}); fault.KeyOf(err) != "sentry.held" {
				t.Fatal(err)
			}
			id := recent(t, w).Waits(1)[0].ID
			change := func(how func(u *user.User, today civil.Date)) {
				w.Update(func(tx *store.Tx) error {
					u, err := tx.User(2)
					if err == nil {
						how(&u, tx.Today())
						_, err = tx.SaveUser(u)
					}
					return err
				})
			}
			change(shut)
			if r := recent(t, w); len(r.Waits(1)) != 0 || len(r.Held) != 1 || r.Held[0].State != sentry.Left {
				t.Errorf("it still waits: %+v", r.Held)
			}
			for _, approve := range []bool{true, false} {
				_, err := sentry.Decide.Call(w.Ctx(), w.As("owner"), sentry.DecideRequest{ID: id, Approve: approve})
				if fault.KeyOf(err) != "sentry.left" {
					t.Errorf("answered %t: %v", approve, err)
				}
			}
			change(func(u *user.User, _ civil.Date) { u.Disabled, u.EndsOn = false, civil.Date{} })
			if len(recent(t, w).Waits(1)) != 1 {
				t.Error("it does not wait for who is back")
			}
			change(shut)
			w.Clock.Add(31 * 24 * time.Hour)
			if r := recent(t, w); len(r.Held) != 0 {
				t.Errorf("it is listed for ever: %+v", r.Held)
			}
		})
	}
}

// TestGoingThroughAListCounts, from below what a screen shows of it.
func TestGoingThroughAListCounts(t *testing.T) {
	w := shop(t, 1_000, 1)
	list := func(who string, offset, limit int) {
		t.Helper()
		if _, err := party.List.Call(w.Ctx(), w.As(who), party.ListRequest{Offset: offset, Limit: limit}); err != nil {
			t.Fatal(err)
		}
	}
	list("reader", 0, 200)
	list("reader", 100, 100)
	if r := recent(t, w); len(r.Days) != 0 {
		t.Fatalf("what a screen shows is counted: %+v", r.Days)
	}
	list("reader", 0, 500)
	list("reader", 500, 100)
	if r := recent(t, w); len(r.Days) != 1 || r.Days[0].ListRows != 400 || r.Days[0].FileRows != 0 {
		t.Errorf("%+v, want 400 rows", r.Days)
	}
	for range 9 {
		list("reader", 500, 500)
	}
	if got := told(t, w, 1); len(got) != 0 {
		t.Errorf("told after 4 900 rows: %v", got)
	}
	for range 3 {
		list("reader", 900, 100)
	}
	if got := told(t, w, 1); len(got) != 1 || got[0] != "lists_of 5100" {
		t.Errorf("the owner is told %v", got)
	}
}

// TestRowsReadThroughSomebodysEyesAreTheOwners: who looks goes through them, not who is looked through.
func TestRowsReadThroughSomebodysEyesAreTheOwners(t *testing.T) {
	w := shop(t, 600, 1)
	look := op.AsActor(w.Ctx(), auth.Actor{
		User: 4, Name: "Rose", Role: auth.Reader, Rights: auth.Reader.Rights(), Viewer: 1, ViewerName: "Claire",
	})
	if _, err := party.List.Call(look, op.Local[*store.Tx]{Registry: w.Registry}, party.ListRequest{Limit: 500}); err != nil {
		t.Fatal(err)
	}
	if r := recent(t, w); len(r.Days) != 1 || r.Days[0].User != 1 || r.Days[0].ListRows != 300 {
		t.Errorf("%+v, want 300 rows of the owner", r.Days)
	}
}

package incident_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/store"
	"zafe/store/storetest"
)

// office is a book with customers, whose incident is told to begun.
func office(t *testing.T, begun func()) *storetest.World {
	t.Helper()
	w := storetest.NewWorld(t, party.Bind)
	incident.Bind(w.Registry, begun)
	w.Registry.Halt = incident.Halt[*store.Tx]
	return w
}

func customer(name string) party.Customer {
	return party.Customer{
		Kind: party.Company, Name: name, Owner: 3,
		Address: party.Address{Street: "1 rue X", PostalCode: "97110", City: "Pointe-à-Pitre"},
	}
}

func TestAnIncidentPutsEverybodyInReadOnly(t *testing.T) {
	begun := 0
	w := office(t, func() { begun++ })
	save := func(ctx context.Context, who string) error {
		_, err := party.Save.Call(ctx, w.As(who), customer("Client "+who))
		return err
	}
	for _, who := range []string{"sales", "accountant", "reader", "nobody"} {
		if _, err := incident.Begin.Call(w.Ctx(), w.As(who), op.Empty{}); err == nil {
			t.Fatalf("%s stops the office", who)
		}
	}
	if err := save(w.Ctx(), "sales"); err != nil {
		t.Fatal(err)
	}
	// No second factor is asked for to stop everything.
	st, err := incident.Begin.Call(w.Ctx(), w.As("stale"), op.Empty{})
	if err != nil || !st.On || st.By != "Claire" || !st.Since.Equal(w.Clock.Now()) || begun != 1 {
		t.Fatalf("%+v, %v, begun %d times", st, err, begun)
	}
	w.Clock.Add(time.Hour)
	if again, err := incident.Begin.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil || !again.Since.Equal(st.Since) || begun != 1 {
		t.Errorf("begun twice: %+v, %v, %d", again, err, begun)
	}
	for _, who := range []string{"owner", "sales", "accountant"} {
		if err := save(w.Ctx(), who); fault.KeyOf(err) != "incident.on" {
			t.Errorf("%s saves during an incident: %v", who, err)
		}
	}
	if err := save(op.AsSystem(w.Ctx()), "owner"); fault.KeyOf(err) != "incident.on" {
		t.Errorf("the program itself saves: %v", err)
	}
	if err := save(op.WithPreview(w.Ctx()), "owner"); err != nil {
		t.Errorf("a rehearsal, of which nothing comes: %v", err)
	}
	if _, err := party.Export.Fetch(w.Ctx(), w.As("owner"), party.ExportRequest{}, &discard{}); fault.KeyOf(err) != "incident.on" {
		t.Errorf("the customers leave during an incident: %v", err)
	}
	for _, who := range []string{"owner", "sales", "reader"} {
		if seen, err := incident.Get.Call(w.Ctx(), w.As(who), op.Empty{}); err != nil || !seen.On {
			t.Errorf("%s is not told: %+v, %v", who, seen, err)
		}
		if l, err := party.List.Call(w.Ctx(), w.As(who), party.ListRequest{}); err != nil || len(l.Rows) != 1 {
			t.Errorf("%s cannot read: %d rows, %v", who, len(l.Rows), err)
		}
	}

	if _, err := incident.End.Call(w.Ctx(), w.As("sales"), op.Empty{}); fault.KeyOf(err) != "op.forbidden" {
		t.Errorf("a commercial ends it: %v", err)
	}
	if _, err := incident.End.Call(w.Ctx(), w.As("stale"), op.Empty{}); fault.KeyOf(err) != "op.fresh_needed" {
		t.Errorf("it ends without a second factor: %v", err)
	}
	if st, err := incident.End.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil || st.On {
		t.Fatalf("%+v, %v", st, err)
	}
	if err := save(w.Ctx(), "owner"); err != nil {
		t.Errorf("after the incident: %v", err)
	}
	var told []string
	err = w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op == "incident.begin" || e.Op == "incident.end" {
				told = append(told, e.Op+" "+e.ActorName)
			}
			return nil
		})
	})
	if want := []string{"incident.begin Claire", "incident.begin Claire", "incident.end Claire"}; err != nil || !slices.Equal(told, want) {
		t.Errorf("the journal says %v, %v, want %v", told, err, want)
	}
}

type discard struct{ n int }

func (d *discard) Write(p []byte) (int, error) { d.n += len(p); return len(p), nil }

// TestAnIncidentOutlivesTheProgram: another program over the same book finds it.
func TestAnIncidentOutlivesTheProgram(t *testing.T) {
	w := office(t, func() {})
	if _, err := incident.Begin.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	next := storetest.Over(w.Store, party.Bind)
	next.Registry.Halt = incident.Halt[*store.Tx]
	if _, err := party.Save.Call(w.Ctx(), next.As("owner"), customer("X")); fault.KeyOf(err) != "incident.on" {
		t.Errorf("after a restart: %v", err)
	}
}

// TestARequestThatWasDoneBeforeIsAnsweredAgain: its sender must not believe that it was not.
func TestARequestThatWasDoneBeforeIsAnsweredAgain(t *testing.T) {
	w := office(t, func() {})
	ctx := op.WithRequestID(w.Ctx(), "k1")
	first, err := party.Save.Call(ctx, w.As("owner"), customer("Une fois"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := incident.Begin.Call(w.Ctx(), w.As("owner"), op.Empty{}); err != nil {
		t.Fatal(err)
	}
	again, err := party.Save.Call(ctx, w.As("owner"), customer("Une fois"))
	if err != nil || again.Customer.ID != first.Customer.ID {
		t.Errorf("%+v, %v", again, err)
	}
}

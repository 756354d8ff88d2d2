package incident_test

import (
	"context"
	"slices"
	"strings"
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

// TestAnIncidentThatIsOverKeepsItsDeadline: until somebody said what was decided about the CNIL, and then as well.
func TestAnIncidentThatIsOverKeepsItsDeadline(t *testing.T) {
	w := office(t, func() {})
	owner := w.As("owner")
	list := func() []incident.Record {
		t.Helper()
		h, err := incident.List.Call(w.Ctx(), owner, op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return h.Rows
	}
	if all := list(); len(all) != 0 {
		t.Fatalf("a book without an incident has %+v", all)
	}
	if _, err := incident.End.Call(w.Ctx(), owner, op.Empty{}); err != nil || len(list()) != 0 {
		t.Errorf("an end without a beginning: %v, %+v", err, list())
	}
	var since []time.Time
	for range 2 {
		w.Clock.Add(time.Hour)
		st, err := incident.Begin.Call(w.Ctx(), owner, op.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		since = append(since, st.Since)
		w.Clock.Add(time.Hour)
		if all := list(); !all[0].Since.Equal(st.Since) || !all[0].Ended.IsZero() || !all[0].Deadline.Equal(st.Since.Add(72*time.Hour)) {
			t.Errorf("while it goes on: %+v", all[0])
		}
		if _, err := incident.End.Call(w.Ctx(), owner, op.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	all := list()
	if len(all) != 2 || !all[0].Since.Equal(since[1]) || !all[1].Ended.Equal(since[0].Add(time.Hour)) || all[1].EndedBy != "Claire" {
		t.Fatalf("kept is %+v", all)
	}
	if open := (incident.History{Rows: all}).Open(); len(open) != 2 || !open[0].Since.Equal(since[0]) {
		t.Errorf("without an answer: %+v, want both, the first deadline first", open)
	}
	for want, req := range map[string]incident.AnswerRequest{
		"incident.why_missing": {Since: since[0], Note: " "},
		"incident.note_long":   {Since: since[0], Told: true, Note: strings.Repeat("é", 501)},
		"incident.unknown":     {Since: since[0].Add(time.Second), Told: true},
	} {
		if _, err := incident.SayCNIL.Call(w.Ctx(), owner, req); fault.KeyOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	h, err := incident.SayCNIL.Call(w.Ctx(), owner, incident.AnswerRequest{Since: since[0], Note: "tout était chiffré"})
	if a := h.Rows[1].CNIL; err != nil || a == nil || a.Told || a.Note != "tout était chiffré" || a.By != "Claire" || !a.At.Equal(w.Clock.Now()) {
		t.Errorf("%+v, %v", a, err)
	}
	if open := h.Open(); len(open) != 1 || !open[0].Since.Equal(since[1]) {
		t.Errorf("still to be answered: %+v", open)
	}
	for _, who := range []string{"sales", "accountant", "nobody"} {
		if _, err := incident.List.Call(w.Ctx(), w.As(who), op.Empty{}); err == nil {
			t.Errorf("%s reads of past incidents", who)
		}
	}
}

// TestTheCNILIsAnsweredDuringTheIncident: what was said then is kept when it ends.
func TestTheCNILIsAnsweredDuringTheIncident(t *testing.T) {
	w := office(t, func() {})
	owner := w.As("owner")
	st, err := incident.Begin.Call(w.Ctx(), owner, op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	req := incident.AnswerRequest{Since: st.Since, Told: true, Note: "FR-2026-1"}
	if h, err := incident.SayCNIL.Call(w.Ctx(), owner, req); err != nil || len(h.Open()) != 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := incident.Begin.Call(w.Ctx(), owner, op.Empty{}); err != nil {
		t.Fatal(err)
	}
	if again, err := incident.End.Call(w.Ctx(), owner, op.Empty{}); err != nil || again.On {
		t.Fatalf("%+v, %v", again, err)
	}
	h, err := incident.List.Call(w.Ctx(), owner, op.Empty{})
	if err != nil || len(h.Rows) != 1 || h.Rows[0].CNIL == nil || h.Rows[0].CNIL.Note != "FR-2026-1" || h.Rows[0].Ended.IsZero() {
		t.Errorf("%+v, %v", h, err)
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

package attempt_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"zafe/app/attempt"
	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/role"
	"zafe/store"
	"zafe/store/storetest"
)

type kept struct {
	audit.Event
	attempt.Facts
}

// journal are the attempts that it has.
func journal(t *testing.T, w *storetest.World) (out []kept) {
	t.Helper()
	err := w.Store.View(w.Ctx(), func(tx *store.Tx) error {
		return tx.EachEvent(0, func(e audit.Event) error {
			if e.Op != attempt.Event {
				return nil
			}
			k := kept{Event: e}
			out = append(out, k)
			return json.Unmarshal([]byte(e.Payload), &out[len(out)-1].Facts)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func world(t *testing.T) *storetest.World {
	w := storetest.NewWorld(t, party.Bind[*store.Tx], role.Bind[*store.Tx])
	w.Registry.Denied = attempt.New[*store.Tx](w.Store, func(what string, err error) { t.Error(what, err) }).Denied
	return w
}

// TestWhatSomebodyHasNoRightToIsKept: by the pipeline and by an operation itself, and nothing else that is refused.
func TestWhatSomebodyHasNoRightToIsKept(t *testing.T) {
	w := world(t)
	if _, err := role.List.Call(w.Ctx(), w.As("reader"), op.Empty{}); fault.KeyOf(err) != "op.forbidden" {
		t.Fatal(err)
	}
	wide := role.SaveRequest{Name: "Tout", Rights: auth.Accountant.Rights()}
	if _, err := role.Save.Call(w.Ctx(), w.As("machines"), wide); fault.KeyOf(err) != "role.above_you" {
		t.Fatal(err)
	}
	for who, want := range map[string]string{"nobody": "op.login_needed", "enrol": "op.second_factor_needed", "stale": "op.fresh_needed"} {
		if _, err := role.Save.Call(w.Ctx(), w.As(who), wide); fault.KeyOf(err) != want {
			t.Errorf("%s: %v", who, err)
		}
	}
	got := journal(t, w)
	if len(got) != 2 {
		t.Fatalf("kept %+v", got)
	}
	want := []attempt.Facts{
		{Key: "op.forbidden", Needs: auth.UserManage, Op: "role.list", Times: 1},
		{Key: "role.above_you", Needs: auth.UserManage, Op: "role.save", Times: 1},
	}
	for i, k := range got {
		if k.Facts != want[i] || k.Actor != []int64{6, 7}[i] || k.ActorName != []string{"Ines", "Hugo"}[i] {
			t.Errorf("kept %+v", k)
		}
	}
}

// TestAProgramThatTriesFillsNoJournal: a thousand times are four events, and another hour begins with one.
func TestAProgramThatTriesFillsNoJournal(t *testing.T) {
	w := world(t)
	try := func(n int) {
		for range n {
			_, _ = role.List.Call(w.Ctx(), w.As("reader"), op.Empty{})
		}
	}
	times := func() (out []int) {
		for _, k := range journal(t, w) {
			out = append(out, k.Times)
		}
		return out
	}
	try(1000)
	if got := times(); len(got) != 4 || got[3] != 1000 {
		t.Fatalf("kept %v", got)
	}
	w.Clock.Add(59 * time.Minute)
	try(1)
	w.Clock.Add(time.Minute)
	try(1)
	if got := times(); len(got) != 5 || got[4] != 1 {
		t.Errorf("kept %v", got)
	}
}

// TestEverythingTriedInAnHourIsBounded: what comes after the first operations is counted together.
func TestEverythingTriedInAnHourIsBounded(t *testing.T) {
	w := storetest.NewWorld(t)
	k := attempt.New[*store.Tx](w.Store, func(what string, err error) { t.Error(what, err) })
	who := auth.Actor{User: 6, Name: "Ines"}
	for round := range 5 {
		for i := range 200 {
			k.Denied(w.Ctx(), who, &op.Spec{Name: "x." + strconv.Itoa(i), Needs: auth.UserManage}, "op.forbidden", w.Clock.Now())
		}
		if n := len(journal(t, w)); n > 30+3 {
			t.Fatalf("after %d rounds %d events", round+1, n)
		}
	}
	all := journal(t, w)
	if last := all[len(all)-1]; last.Facts.Op != "" || last.Times != 100 {
		t.Errorf("the last is %+v", last)
	}
}

// TestARefusalThatCannotBeKeptStands and is told.
func TestARefusalThatCannotBeKeptStands(t *testing.T) {
	told := 0
	k := attempt.New[*store.Tx](full{}, func(string, error) { told++ })
	k.Denied(t.Context(), auth.Actor{User: 1}, &op.Spec{Name: "x"}, "op.forbidden", time.Now())
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// full is a store that takes nothing.
type full struct{}

func (full) View(context.Context, func(*store.Tx) error) error { return nil }
func (full) Update(context.Context, func(*store.Tx) error) error {
	return errors.New("no space left")
}

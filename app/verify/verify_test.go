package verify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/verify"
	"zafe/store"
	"zafe/store/storetest"
)

// sealed is a step that reads 1000 pages, waits for the test, and finds what it is told.
type sealed struct {
	reached, proceed chan struct{}
	found            verify.Found
	clock            *storetest.Clock
}

func (s *sealed) run(ctx context.Context, progress func(done, total int64)) (verify.Found, error) {
	progress(40, 100)
	s.clock.Add(3 * time.Second)
	if s.reached != nil {
		close(s.reached)
		select {
		case <-s.proceed:
		case <-ctx.Done():
			return verify.Found{}, ctx.Err()
		}
	}
	return s.found, nil
}

type world struct {
	*storetest.World
	step    *sealed
	service *verify.Service[*store.Tx]
	caller  op.Caller
}

func newWorld(t *testing.T) *world {
	w := &world{World: storetest.NewWorld(t)}
	w.step = &sealed{found: verify.Found{Count: 1000}, clock: w.Clock}
	w.service = verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now,
		Steps: []verify.Step{{Name: "seal", Run: w.step.run}},
		Checks: []verify.Check[*store.Tx]{{Name: "area", Run: func(*store.Tx) ([]verify.Finding, error) {
			return []verify.Finding{{Key: "area.wrong"}}, nil
		}}},
		Around: func() verify.Surroundings { return verify.Surroundings{Place: "synced"} },
	})
	verify.Bind(w.Registry, w.service)
	w.caller = op.Local[*store.Tx]{Registry: w.Registry}
	return w
}

func (w *world) status(t *testing.T) verify.Status {
	t.Helper()
	st, err := verify.Integrity.Call(op.AsSystem(t.Context()), w.caller, op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestACheckIsReportedAndKept(t *testing.T) {
	w := newWorld(t)
	if st := w.status(t); st.Last != nil || st.Running != nil || st.Surroundings.Place != "synced" {
		t.Errorf("before any check: %+v", st)
	}
	begun := w.Clock.Now()
	rep, err := verify.Book.Call(op.AsSystem(t.Context()), w.caller, op.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range rep.Parts {
		names = append(names, p.Name)
	}
	if want := []string{"seal", "structure", "chain", "area"}; !slices.Equal(names, want) {
		t.Errorf("parts %v, want %v", names, want)
	}
	if len(rep.Findings) != 1 || rep.Findings[0].Key != "area.wrong" || rep.Parts[3].Findings != 1 {
		t.Errorf("findings %+v in %+v", rep.Findings, rep.Parts)
	}
	if rep.Millis != 3000 || rep.Parts[0].Count != 1000 {
		t.Errorf("3 s for 1000 pages: %+v", rep)
	}
	if !rep.At.Equal(begun.Add(3 * time.Second)) {
		t.Errorf("ended at %v", rep.At)
	}
	// Another program that opens the book later knows it as well, from the book.
	again := verify.New(w.service.Settings)
	st, err := again.Status(t.Context())
	if err != nil || st.Last == nil || len(st.Last.Findings) != 1 || st.Last.Millis != rep.Millis {
		t.Errorf("kept: %+v %v", st.Last, err)
	}
	err = w.Store.View(t.Context(), func(tx *store.Tx) error {
		head, err := tx.Head()
		if head.Op != "book.verify" || head.ID != rep.Events+1 || head.Prev.String() != rep.Head {
			t.Errorf("the event after the check: %+v, checked up to %d", head, rep.Events)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeReadIsNotCheckedFurther(t *testing.T) {
	w := newWorld(t)
	w.step.found = verify.Found{Findings: []verify.Finding{{Key: "verify.seal"}}, Stop: true}
	rep, err := verify.Book.Call(op.AsSystem(t.Context()), w.caller, op.Empty{})
	if err != nil || len(rep.Parts) != 1 || len(rep.Findings) != 1 {
		t.Errorf("%+v %v", rep, err)
	}
}

func TestACheckCanBeFollowedAndStopped(t *testing.T) {
	w := newWorld(t)
	w.step.reached, w.step.proceed = make(chan struct{}), make(chan struct{})
	ctx, stop := context.WithCancel(op.AsSystem(t.Context()))
	ended := make(chan error, 1)
	go func() {
		_, err := verify.Book.Call(ctx, w.caller, op.Empty{})
		ended <- err
	}()
	<-w.step.reached
	if st := w.status(t); st.Running == nil || *st.Running != (verify.Progress{Part: "seal", Done: 40, Total: 100}) {
		t.Errorf("under way: %+v", st.Running)
	}
	_, err := verify.Book.Call(op.AsSystem(t.Context()), w.caller, op.Empty{})
	if fault.KeyOf(err) != "verify.running" {
		t.Errorf("a second one: %v", err)
	}
	w.Update(func(tx *store.Tx) error { return tx.SetSetting("work", "goes on") })
	stop()
	if err := <-ended; fault.KeyOf(err) != "op.cancelled" {
		t.Errorf("stopped: %v", err)
	}
	if st := w.status(t); st.Running != nil || st.Last != nil {
		t.Errorf("after the stop: %+v", st)
	}
}

func TestACheckThatFailsSaysSo(t *testing.T) {
	w := newWorld(t)
	planted := errors.New("planted")
	s := verify.New(verify.Settings[*store.Tx]{
		Work: w.Store, Clock: w.Clock.Now, Around: func() verify.Surroundings { return verify.Surroundings{} },
		Steps: []verify.Step{{Name: "seal", Run: func(context.Context, func(int64, int64)) (verify.Found, error) {
			return verify.Found{}, planted
		}}},
	})
	if _, err := s.Run(t.Context()); !errors.Is(err, planted) {
		t.Errorf("%v", err)
	}
	if st, err := s.Status(t.Context()); err != nil || st.Last != nil || st.Running != nil {
		t.Errorf("%+v %v", st, err)
	}
}

// TestTheHealthOfTheBookIsKnownToEverybody: from the work as from a check, kept beside the book, and cleared by
// a good check alone.
func TestTheHealthOfTheBookIsKnownToEverybody(t *testing.T) {
	w := newWorld(t)
	var kept []verify.Health
	set := w.service.Settings
	set.Checks, set.Keep = nil, func(h verify.Health) { kept = append(kept, h) }
	s := verify.New(set)
	is := func(what string, s *verify.Service[*store.Tx], want verify.Health) {
		t.Helper()
		if got, err := s.Health(t.Context()); err != nil || got.State != want.State || !got.Since.Equal(want.Since) {
			t.Errorf("%s: %+v %v, want %+v", what, got, err, want)
		}
	}
	is("before any check", s, verify.Health{State: verify.Sound})
	met := w.Clock.Now()
	s.Hurt()
	w.Clock.Add(time.Hour)
	s.Hurt()
	is("met while working", s, verify.Health{State: verify.Damaged, Since: met})
	set.Known = kept[0]
	is("at the next start", verify.New(set), verify.Health{State: verify.Damaged, Since: met})
	set.Known = verify.Health{}

	run := func(s *verify.Service[*store.Tx]) verify.Report {
		t.Helper()
		rep, err := s.Run(op.AsSystem(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	run(s)
	is("after a good check", s, verify.Health{State: verify.Sound})
	w.step.found.Findings = []verify.Finding{{Key: "verify.seal"}}
	rep := run(s)
	is("after a bad check", s, verify.Health{State: verify.Damaged, Since: rep.At})
	is("as the book itself has it", verify.New(set), verify.Health{State: verify.Damaged, Since: rep.At})
	if len(kept) != 3 || kept[1].State != verify.Sound || kept[2].State != verify.Damaged {
		t.Errorf("kept %+v", kept)
	}
	w.Update(func(tx *store.Tx) error { return verify.Forget(tx) })
	is("restored from a copy", verify.New(set), verify.Health{State: verify.Sound})

	w.step.found.Findings = nil
	set.Checks = w.service.Checks // which find something that work can mend
	s = verify.New(set)
	rep = run(s)
	is("an area's finding", s, verify.Health{State: verify.Doubtful, Since: rep.At})
	var h verify.Health
	if err := w.caller.Do(op.AsSystem(t.Context()), &verify.HealthOf.Spec, op.Empty{}, &h); err != nil {
		t.Error(err)
	}
}

// jobs is a book whose weekly check is not due.
type jobs struct{}

func (jobs) Last(context.Context) (map[string]time.Time, error) { return nil, nil }

func (jobs) Done(context.Context, string, time.Time) error { return nil }

func TestABookKnownToBeDamagedIsCheckedWhenItIsOpened(t *testing.T) {
	for state, checks := range map[verify.State]bool{verify.Damaged: true, verify.Doubtful: false, "": false} {
		w := newWorld(t)
		w.service.Known = verify.Health{State: state}
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() {
			defer close(over)
			w.service.Care(ctx, w.caller, jobs{}, func(what string, err error) { t.Error(what, err) })
		}()
		deadline := time.Now().Add(time.Minute)
		if !checks {
			deadline = time.Now().Add(50 * time.Millisecond)
		}
		for w.status(t).Last == nil && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if got := w.status(t).Last != nil; got != checks {
			t.Errorf("known to be %q: checked %t", state, got)
		}
		stop()
		<-over
	}
}

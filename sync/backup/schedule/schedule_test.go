package schedule

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func at(minutes float64) time.Time { return start.Add(time.Duration(minutes * float64(time.Minute))) }

// current is a schedule with nothing to do and two destinations in order.
func current() *Schedule {
	s := New(Default, start, false)
	s.Add(start, "cloud", true, start, start)
	s.Add(start, "usb", true, start, start)
	return s
}

func wantDue(t *testing.T, s *Schedule, now time.Time, want []Task, next time.Time) {
	t.Helper()
	tasks, again := s.Due(now)
	if len(tasks) != len(want) || len(want) > 0 && !reflect.DeepEqual(tasks, want) {
		t.Errorf("at %v due %v, want %v", now.Sub(start), tasks, want)
	}
	if !again.Equal(next) {
		t.Errorf("at %v asks again at %v, want %v", now.Sub(start), again.Sub(start), next.Sub(start))
	}
}

func TestDebounce(t *testing.T) {
	s := current()
	wantDue(t, s, at(5), nil, at(24*60))
	s.Changed(at(10))
	wantDue(t, s, at(10), nil, at(12))
	for m := 11.0; m <= 24; m++ { // somebody goes on working, one change a minute
		s.Changed(at(m))
		wantDue(t, s, at(m), nil, at(min(m+2, 25)))
	}
	wantDue(t, s, at(25), []Task{{Kind: Snapshot}}, at(24*60))
	s.Saved(at(25))
	wantDue(t, s, at(26), []Task{{Send, "cloud"}, {Send, "usb"}}, at(24*60))
	s.Done(at(27), Task{Send, "cloud"})
	s.Done(at(27), Task{Send, "usb"})
	wantDue(t, s, at(28), nil, at(24*60+27))

	s.Changed(at(30))
	wantDue(t, s, at(32), []Task{{Kind: Snapshot}}, at(24*60+27))
}

func TestChangesDuringASnapshotStayUnsaved(t *testing.T) {
	s := current()
	s.Changed(at(1))
	s.Changed(at(4)) // while the snapshot begun at 3 was being made
	s.Saved(at(3))
	if !s.Unsaved() {
		t.Fatal("a change was forgotten")
	}
	if tasks, _ := s.Due(at(6)); len(tasks) == 0 || tasks[0].Kind != Snapshot {
		t.Fatalf("due %v", tasks)
	}
}

func TestMissedRunAtStart(t *testing.T) {
	s := New(Default, start, true)
	s.Add(start, "cloud", false, start, start)
	wantDue(t, s, at(1), nil, at(1.5))
	wantDue(t, s, at(2), []Task{{Kind: Snapshot}, {Send, "cloud"}}, at(24*60))
}

func TestBackOff(t *testing.T) {
	s := current()
	s.Changed(at(0))
	s.Saved(at(1))
	s.Done(at(1), Task{Send, "usb"})
	now := at(1)
	for _, wait := range []float64{1, 5, 15, 60, 60} {
		tasks, _ := s.Due(now)
		if len(tasks) != 1 || tasks[0] != (Task{Send, "cloud"}) {
			t.Fatalf("at %v due %v", now.Sub(start), tasks)
		}
		s.Failed(now, tasks[0], true)
		_, next := s.Due(now)
		if want := now.Add(time.Duration(wait) * time.Minute); !next.Equal(want) {
			t.Fatalf("tries again at %v, want %v", next.Sub(start), want.Sub(start))
		}
		now = next
	}
	// New work does not shorten the wait, and success ends it.
	s.Failed(now, Task{Send, "cloud"}, true)
	s.Saved(now)
	s.Done(now, Task{Send, "usb"})
	wantDue(t, s, now, nil, now.Add(time.Hour))
	s.Done(now, Task{Send, "cloud"})
	s.Saved(now)
	if tasks, _ := s.Due(now); len(tasks) != 2 {
		t.Fatalf("after a success due %v", tasks)
	}
}

func TestWaitsForTheOwner(t *testing.T) {
	s := current()
	s.Changed(at(0))
	s.Saved(at(1))
	s.Failed(at(1), Task{Send, "cloud"}, false)
	tasks, _ := s.Due(at(60 * 24 * 30))
	for _, task := range tasks {
		if task.Target == "cloud" {
			t.Errorf("%v runs against a refused login", task)
		}
	}
	for _, task := range s.OnClose(at(2)) {
		if task.Target == "cloud" {
			t.Errorf("on close %v", task)
		}
	}
	s.Mended("cloud")
	if tasks, _ := s.Due(at(2)); len(tasks) == 0 || tasks[0] != (Task{Send, "cloud"}) {
		t.Errorf("after mending due %v", tasks)
	}
	// The book itself is saved whatever happens.
	s.Changed(at(3))
	s.Failed(at(5), Task{Kind: Snapshot}, false)
	if tasks, _ := s.Due(at(6)); len(tasks) == 0 || tasks[0].Kind != Snapshot {
		t.Errorf("a failed snapshot is not tried again: %v", tasks)
	}
}

func TestOnClose(t *testing.T) {
	s := current()
	if tasks := s.OnClose(at(2)); len(tasks) != 0 {
		t.Errorf("nothing changed, yet %v", tasks)
	}
	s.Changed(at(1))
	want := []Task{{Kind: Snapshot}, {Send, "cloud"}, {Send, "usb"}}
	if tasks := s.OnClose(at(2)); !reflect.DeepEqual(tasks, want) {
		t.Errorf("on close %v, want %v", tasks, want)
	}
}

func TestAPointMadeDuringASendingIsSentAfterIt(t *testing.T) {
	s := New(Default, start, true)
	s.Add(start, "cloud", false, start, start)
	send := Task{Send, "cloud"}
	s.Saved(at(2))
	s.Started(send)
	s.Changed(at(3))
	s.Saved(at(5))
	s.Done(at(9), send)
	if tasks, _ := s.Due(at(9)); !reflect.DeepEqual(tasks, []Task{send}) {
		t.Fatalf("after a sending that began before the last point, due %v", tasks)
	}
	s.Started(send)
	s.Done(at(10), send)
	if tasks, _ := s.Due(at(10)); len(tasks) != 0 {
		t.Errorf("all is there, yet due %v", tasks)
	}
	s.Changed(at(11))
	s.Saved(at(13))
	s.Started(send)
	s.Failed(at(14), send, true)
	if tasks, _ := s.Due(at(15)); !reflect.DeepEqual(tasks, []Task{send}) {
		t.Errorf("after a failure due %v", tasks)
	}
}

func TestChecksAndDrills(t *testing.T) {
	s := current()
	tasks, _ := s.Due(at(24 * 60))
	if !reflect.DeepEqual(tasks, []Task{{Check, "cloud"}, {Check, "usb"}}) {
		t.Errorf("after a day due %v", tasks)
	}
	s.Done(at(24*60), Task{Check, "cloud"})
	s.Remove("usb")
	wantDue(t, s, at(24*60), nil, at(48*60))
	tasks, _ = s.Due(at(7 * 24 * 60))
	if !reflect.DeepEqual(tasks, []Task{{Check, "cloud"}, {Drill, "cloud"}}) {
		t.Errorf("after a week due %v", tasks)
	}
}

func TestAFailedDrillStopsNothingElse(t *testing.T) {
	s := New(Default, start, false)
	s.Add(start, "cloud", true, start, start.AddDate(0, 0, -7))
	drill := Task{Drill, "cloud"}
	if tasks, _ := s.Due(at(2)); !reflect.DeepEqual(tasks, []Task{drill}) {
		t.Fatalf("due %v", tasks)
	}
	s.Failed(at(2), drill, false)
	wantDue(t, s, at(3), nil, at(24*60))
	s.Changed(at(4))
	s.Saved(at(5))
	wantDue(t, s, at(5), []Task{{Send, "cloud"}}, at(24*60))
	s.Done(at(6), Task{Send, "cloud"})
	if tasks, _ := s.Due(at(24*60 + 2)); !reflect.DeepEqual(tasks, []Task{drill}) {
		t.Errorf("the next day due %v", tasks)
	}
	s.Failed(at(24*60+2), drill, true)
	if tasks, _ := s.Due(at(24*60 + 3)); !reflect.DeepEqual(tasks, []Task{drill}) {
		t.Errorf("after a broken line due %v", tasks)
	}
	s.Done(at(24*60+3), drill)
	wantDue(t, s, at(24*60+4), nil, at(48*60+3)) // it began with the comparison
}

func TestLights(t *testing.T) {
	ago := func(hours int) time.Time { return start.Add(-time.Duration(hours) * time.Hour) }
	cases := []struct {
		name string
		copy Copy
		want Light
	}{
		{"just made, first sending under way", Copy{Made: ago(1)}, Amber},
		{"made two days ago, never worked", Copy{Made: ago(48)}, Red},
		{"all there", Copy{Made: ago(999), LastOK: ago(1)}, Green},
		{"closed for the weekend, all there", Copy{Made: ago(999), LastOK: ago(62)}, Green},
		{"a few hours of work missing", Copy{Made: ago(999), LastOK: ago(9), Lacks: ago(8)}, Green},
		{"a day missing", Copy{Made: ago(999), LastOK: ago(30), Lacks: ago(24)}, Amber},
		{"two days missing", Copy{Made: ago(999), LastOK: ago(50), Lacks: ago(48)}, Red},
		{"not looked at for a week", Copy{Made: ago(999), LastOK: ago(7 * 24)}, Amber},
		{"waits for the owner", Copy{Made: ago(999), LastOK: ago(1), Stopped: true}, Amber},
		{"waits for the owner too long", Copy{Made: ago(999), LastOK: ago(60), Lacks: ago(50), Stopped: true}, Red},
	}
	for _, c := range cases {
		if got := LightOf(start, c.copy, CloudLimit); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	overall := []struct {
		all  []Light
		want Light
	}{
		{nil, Red}, {[]Light{Green}, Green}, {[]Light{Green, Amber}, Amber}, {[]Light{Red, Amber, Green}, Red},
	}
	for _, o := range overall {
		if got := Worst(o.all); got != o.want {
			t.Errorf("worst of %v is %s", o.all, got)
		}
	}
}

func TestANewVaultIsFilledAtOnce(t *testing.T) {
	s := New(Default, start, true)
	s.Add(start, "usb", false, time.Time{}, time.Time{})
	s.AtOnce(start)
	if tasks, _ := s.Due(start); len(tasks) != 1 || tasks[0].Kind != Snapshot {
		t.Fatalf("due %v", tasks)
	}
	s.Saved(start)
	if tasks, _ := s.Due(start); len(tasks) == 0 || tasks[0] != (Task{Send, "usb"}) {
		t.Errorf("after the restore point due %v", tasks)
	}
}

// TestAPause keeps everything here, and nothing for longer than it lasts.
func TestAPause(t *testing.T) {
	s := current()
	s.Changed(at(0))
	s.Pause(at(60))
	wantDue(t, s, at(2), []Task{{Kind: Snapshot}}, at(24*60))
	s.Saved(at(2))
	wantDue(t, s, at(3), nil, at(60))
	if tasks := s.OnClose(at(59)); len(tasks) != 0 {
		t.Errorf("on close in a pause %v", tasks)
	}
	if tasks := s.OnClose(at(60)); len(tasks) != 2 {
		t.Errorf("on close after a pause %v", tasks)
	}
	wantDue(t, s, at(60), []Task{{Send, "cloud"}, {Send, "usb"}}, at(24*60))
	s.Pause(time.Time{})
	wantDue(t, s, at(4), []Task{{Send, "cloud"}, {Send, "usb"}}, at(24*60))
}

// TestWhatAPauseHeldGoesOnAtItsEnd: at once when it ends, with no wait for a failure that was none, nor for one before.
func TestWhatAPauseHeldGoesOnAtItsEnd(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s, send := New(Default, now, false), Task{Kind: Send, Target: "a"}
	s.Add(now, "a", false, now, now)
	sends := func() bool {
		due, _ := s.Due(now)
		return slices.Contains(due, send)
	}
	now = now.Add(Default.AtStart)
	for name, end := range map[string]func(){
		"held":         func() { s.Started(send); s.Pause(now.Add(time.Hour)); s.Held(send) },
		"failed first": func() { s.Failed(now, send, true); s.Failed(now, send, true); s.Pause(now.Add(time.Hour)) },
	} {
		if s.Done(now, send); sends() {
			t.Fatal("sent, and due")
		}
		if s.Saved(now); !sends() {
			t.Fatalf("%s: nothing to send", name)
		}
		if end(); sends() {
			t.Errorf("%s: sent in the pause", name)
		}
		if s.Pause(time.Time{}); !sends() {
			t.Errorf("%s: it waits after the pause", name)
		}
		s.Saved(now)
		if s.Done(now, send); sends() {
			t.Errorf("%s: what was stopped counts as under way", name)
		}
	}
}

// TestAClockThatWasAheadHoldsNothingBack: what was proven at a date to come is proven again now.
func TestAClockThatWasAheadHoldsNothingBack(t *testing.T) {
	s := New(Default, start, false)
	ahead := start.AddDate(2, 0, 0)
	s.Add(start, "cloud", true, ahead, ahead)
	tasks, _ := s.Due(at(60))
	if !slices.Equal(tasks, []Task{{Check, "cloud"}, {Drill, "cloud"}}) {
		t.Errorf("due %v", tasks)
	}
}

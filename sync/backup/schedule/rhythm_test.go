package schedule

import (
	"testing"
	"time"
)

func TestAPlaceOpensAtItsHours(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, paris) }
	for _, c := range []struct {
		from, to int
		now      time.Time
		opens    time.Time
	}{
		{0, 0, day(20, 3, 10), day(20, 3, 10)},
		{8, 8, day(20, 3, 10), day(20, 3, 10)},
		{8, 19, day(20, 7, 59), day(20, 8, 0)},
		{8, 19, day(20, 8, 0), day(20, 8, 0)},
		{8, 19, day(20, 18, 59), day(20, 18, 59)},
		{8, 19, day(20, 19, 0), day(21, 8, 0)},
		{22, 6, day(20, 21, 59), day(20, 22, 0)},
		{22, 6, day(20, 23, 30), day(20, 23, 30)},
		{22, 6, day(21, 5, 59), day(21, 5, 59)},
		{22, 6, day(21, 6, 0), day(21, 22, 0)},
	} {
		r := Rhythm{From: c.from, To: c.to}
		got := r.Opens(c.now)
		if !got.Equal(c.opens) {
			t.Errorf("from %d to %d at %v opens %v", c.from, c.to, c.now, got)
		}
		if got.Sub(c.now) > r.Waits() {
			t.Errorf("from %d to %d waits %v, said to be %v at most", c.from, c.to, got.Sub(c.now), r.Waits())
		}
	}
}

func TestARhythmHoldsBackWhatTheOthersGet(t *testing.T) {
	s := current()
	s.Obey("usb", Rhythm{Every: 4 * time.Hour, From: 8, To: 19}, at(-60)) // the test begins at 9
	s.Changed(at(0))
	s.Saved(at(1))
	if got := s.Waiting("usb", at(1)); !got.Equal(at(180)) {
		t.Errorf("it waits until %v", got.Sub(start))
	}
	wantDue(t, s, at(1), []Task{{Send, "cloud"}}, at(180))
	if got := s.OnClose(at(1)); len(got) != 1 || got[0].Target != "cloud" {
		t.Errorf("on close %v", got)
	}
	wantDue(t, s, at(180), []Task{{Send, "cloud"}, {Send, "usb"}}, at(24*60))
	s.Done(at(181), Task{Send, "cloud"})
	s.Failed(at(181), Task{Send, "usb"}, true) // a try that failed is none of its sendings
	wantDue(t, s, at(182), []Task{{Send, "usb"}}, at(24*60))
	s.Done(at(190), Task{Send, "usb"})
	s.Saved(at(200))
	s.Done(at(201), Task{Send, "cloud"})
	wantDue(t, s, at(190+239), nil, at(190+240))
	s.Done(at(190+240), Task{Send, "usb"})
	s.Saved(at(11 * 60)) // 20 h: closed until the morning, and so are looks and trials
	s.Done(at(11*60), Task{Send, "cloud"})
	if got := s.Waiting("usb", at(11*60)); !got.Equal(at(23 * 60)) {
		t.Errorf("in the evening it waits until %v", got.Sub(start))
	}
	s.Obey("usb", Rhythm{From: 8, To: 19}, time.Time{})
	tasks, _ := s.Due(at(10*24*60 + 12*60))
	for _, task := range tasks {
		if task.Target == "usb" {
			t.Errorf("%v at 21 h", task)
		}
	}
	if tasks, _ := s.Due(at(11 * 24 * 60)); len(tasks) != 5 {
		t.Errorf("at 9 h %v", tasks)
	}
}

// A last sending that a wrong clock dated years ahead holds nothing back.
func TestARhythmForgetsAWrongClock(t *testing.T) {
	s := New(Default, start, false)
	s.Add(start.Add(-time.Hour), "cloud", false, start, start)
	s.Obey("cloud", Rhythm{Every: time.Hour}, start.AddDate(1, 0, 0))
	wantDue(t, s, start, []Task{{Send, "cloud"}}, at(24*60))
}

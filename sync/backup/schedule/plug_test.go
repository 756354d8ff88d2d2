package schedule

import (
	"math/rand/v2"
	"testing"
	"time"
)

// office is a book whose owner works, and a copy that follows it, on a clock of the test.
type office struct {
	*Schedule
	now     time.Time
	rnd     *rand.Rand
	most    time.Duration // what the owner accepts to lose
	edits   []time.Time
	until   time.Time // of the burst or the pause under way
	working bool
	point   int // edits in the newest point
	saving  run
	sending run
	copied  int // edits in the copy
	sent    []run
}

// run is a snapshot or a sending under way.
type run struct {
	holds int
	began time.Time
	ends  time.Time
}

// second lets a second go by: somebody works or pauses, the plan is followed, what is under way ends.
func (o *office) second() {
	o.now = o.now.Add(time.Second)
	if !o.now.Before(o.until) {
		o.working = !o.working
		o.until = o.now.Add(time.Duration(o.rnd.Int64N(int64(40 * time.Minute))))
	}
	if o.working && o.rnd.IntN(20) == 0 {
		o.edits = append(o.edits, o.now)
		o.Changed(o.now)
	}
	if r := &o.saving; !r.ends.IsZero() && !o.now.Before(r.ends) {
		o.Saved(r.began)
		o.point, *r = r.holds, run{}
	}
	if r := &o.sending; !r.ends.IsZero() && !o.now.Before(r.ends) {
		o.Done(o.now, Task{Send, "cloud"})
		o.sent = append(o.sent, *r)
		o.copied, *r = r.holds, run{}
	}
	tasks, _ := o.Due(o.now)
	for _, task := range tasks {
		switch {
		case task.Kind == Snapshot && o.saving.ends.IsZero():
			o.saving = run{len(o.edits), o.now, o.now.Add(time.Duration(o.rnd.Int64N(int64(20 * time.Second))))}
		case task.Kind == Send && o.sending.ends.IsZero() && o.saving.ends.IsZero():
			o.Started(task)
			takes := o.rnd.Int64N(int64(o.most / 3)) // the line is up: it is not slower than that
			o.sending = run{o.point, o.now, o.now.Add(time.Duration(takes))}
		}
	}
}

// lost is how old the oldest work is that the copy lacks, if the plug is pulled now.
func (o *office) lost() time.Duration {
	if o.copied == len(o.edits) {
		return 0
	}
	return o.now.Sub(o.edits[o.copied])
}

// TestThePlugIsPulled at every second of a day's work: what is lost is never more than the owner accepted.
func TestThePlugIsPulled(t *testing.T) {
	for _, most := range []time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour} {
		pullThePlug(t, most, Rhythm{})
	}
}

// TestThePlugIsPulledWhateverTheRhythm: an owner who lets a place have copies seldom, or by night only, loses no more
// than the rhythm adds to the promise, and nothing leaves when it may not.
func TestThePlugIsPulledWhateverTheRhythm(t *testing.T) {
	for _, r := range []Rhythm{
		{Every: time.Hour}, {Every: 24 * time.Hour}, {From: 19, To: 8}, {From: 12, To: 14}, {Every: 4 * time.Hour, From: 8, To: 19},
	} {
		pullThePlug(t, time.Hour, r)
	}
}

// pullThePlug at every second of some days of work, for an owner who accepts to lose some and a place with a rhythm.
func pullThePlug(t *testing.T, most time.Duration, r Rhythm) {
	t.Helper()
	days, seeds := 1, uint64(5)
	if r != (Rhythm{}) {
		days, seeds = 4, 1
	}
	var worst time.Duration
	for seed := range seeds {
		o := &office{
			Schedule: New(PolicyFor(most), start, false), now: start, most: most,
			rnd: rand.New(rand.NewPCG(seed, uint64(most))),
		}
		o.Add(start, "cloud", true, start, start)
		o.Obey("cloud", r, time.Time{})
		for o.now.Before(start.AddDate(0, 0, days)) {
			o.second()
			worst = max(worst, o.lost())
		}
		if o.copied == 0 {
			t.Fatalf("%v: nothing was ever sent", most)
		}
		o.kept(t, r)
	}
	if t.Logf("accepted %v with %+v, lost at worst %v", most, r, worst); worst > most+r.Waits() {
		t.Errorf("accepted %v with %+v, lost %v", most, r, worst)
	}
}

// kept looks whether each sending began when the rhythm allows one.
func (o *office) kept(t *testing.T, r Rhythm) {
	t.Helper()
	last := time.Time{}
	for _, sent := range o.sent {
		if !last.IsZero() && sent.began.Sub(last) < r.Every || !r.Opens(sent.began).Equal(sent.began) {
			t.Errorf("%+v: sent at %v, after %v", r, sent.began, last)
		}
		last = sent.ends
	}
}

// TestAMendedLineIsUsedInTime: however long it was broken, it is tried again as often as the promise needs.
func TestAMendedLineIsUsedInTime(t *testing.T) {
	for _, most := range []time.Duration{15 * time.Minute, time.Hour} {
		s := New(PolicyFor(most), start, false)
		s.Add(start, "cloud", false, start, start)
		now := start
		for range 20 {
			s.Failed(now, Task{Send, "cloud"}, true)
			_, next := s.Due(now)
			if wait := next.Sub(now); wait > most/2 || wait < time.Minute {
				t.Fatalf("%v: tried again after %v", most, wait)
			}
			now = next
		}
	}
	if got := PolicyFor(24 * time.Hour); got.AfterFirst != Default.AfterFirst || got.WhenIdle != Default.WhenIdle ||
		Default.Retry[3] != time.Hour {
		t.Errorf("whoever accepts a day has %+v", got)
	}
}

func TestWorkKnowsSinceWhenACopyLacksSome(t *testing.T) {
	var w Work
	if _, ok := w.Since(0); ok {
		t.Error("nothing was looked at yet")
	}
	w.Seen(10, at(0))
	w.Seen(10, at(5))
	w.Seen(12, at(6)) // done between 5 and 6
	w.Seen(12, at(9))
	w.Seen(13, at(10))
	w.Seen(14, at(10.1)) // within the grain of 9
	w.Seen(14, at(19))
	w.Seen(15, at(20))
	for _, c := range []struct {
		change uint64
		since  float64
		known  bool
	}{{9, 0, false}, {10, 5, true}, {11, 5, true}, {12, 9, true}, {13, 10, true}, {14, 19, true}, {15, 0, false}} {
		got, ok := w.Since(c.change)
		if ok != c.known || ok && !got.Equal(at(c.since)) {
			t.Errorf("beyond %d: %v %t, want %v", c.change, got.Sub(start), ok, c.since)
		}
	}
	for i := range 3 * stepsMax {
		w.Seen(uint64(100+i), at(float64(100+i)))
		if len(w.steps) > stepsMax {
			t.Fatal(len(w.steps))
		}
		if since, ok := w.Since(15); !ok || since.After(at(100)) {
			t.Fatalf("after %d looks the oldest work is of %v %t", i, since, ok)
		}
	}
}

func TestLightsFollowThePromise(t *testing.T) {
	ago := func(d time.Duration) time.Time { return start.Add(-d) }
	const quarter, day = 15 * time.Minute, 24 * time.Hour
	for name, c := range map[string]struct {
		copy  Copy
		limit time.Duration
		want  Light
	}{
		"as promised":                 {Copy{LastOK: ago(20 * time.Minute), Lacks: ago(14 * time.Minute)}, quarter, Green},
		"late":                        {Copy{LastOK: ago(20 * time.Minute), Lacks: ago(quarter)}, quarter, Amber},
		"the line is down":            {Copy{LastOK: ago(2 * time.Hour), Lacks: ago(119 * time.Minute)}, quarter, Amber},
		"down for long":               {Copy{LastOK: ago(3 * time.Hour), Lacks: ago(2 * time.Hour)}, quarter, Red},
		"half a day, twice":           {Copy{LastOK: ago(9 * time.Hour), Lacks: ago(8 * time.Hour)}, 4 * time.Hour, Red},
		"nothing new over a night":    {Copy{LastOK: ago(16 * time.Hour)}, quarter, Green},
		"nothing looked at in a week": {Copy{LastOK: ago(7 * day)}, quarter, Amber},
		"a first sending of hours":    {Copy{Made: ago(20 * time.Hour)}, quarter, Amber},
		"no first sending for days":   {Copy{Made: ago(2 * day)}, quarter, Red},
	} {
		if got := LightOf(start, c.copy, c.limit); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

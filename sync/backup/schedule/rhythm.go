package schedule

import "time"

// Rhythm is what the owner allows at one destination, besides the policy. The zero value allows all.
type Rhythm struct {
	Every time.Duration // at most one sending in this time
	// From and To are the hours, by the clock of this PC, between which the destination may be reached, also
	// over midnight; equal: at any time.
	From, To int
}

// Waits is the longest that finished work waits for its sending to begin, whatever the policy is.
func (r Rhythm) Waits() time.Duration {
	open := (r.To - r.From + 24) % 24
	if open == 0 {
		return r.Every
	}
	return r.Every + time.Duration(24-open)*time.Hour
}

// Opens is the first moment from a time on at which the destination may be reached.
func (r Rhythm) Opens(at time.Time) time.Time {
	h := at.Hour()
	if r.From == r.To || r.From < r.To && h >= r.From && h < r.To || r.From > r.To && (h >= r.From || h < r.To) {
		return at
	}
	opens := time.Date(at.Year(), at.Month(), at.Day(), r.From, 0, 0, 0, at.Location())
	if opens.Before(at) {
		opens = opens.AddDate(0, 0, 1)
	}
	return opens
}

// Obey makes the sendings to a destination follow its own rhythm from now on; sent is the last that worked,
// zero for none. What is asked for by hand is done at any time.
func (s *Schedule) Obey(id string, r Rhythm, sent time.Time) {
	for _, t := range s.targets {
		if t.id == id {
			t.rhythm, t.sent = r, sent
		}
	}
}

// Plugged notes that the disk of a destination was just plugged in: it follows at once, with what no restore
// point has, whatever its rhythm, for as long as somebody waits beside it.
func (s *Schedule) Plugged(now time.Time, id string) {
	for _, t := range s.targets {
		if t.id != id {
			continue
		}
		t.pending, t.send, t.plugged = true, attempt{}, true
		if s.Unsaved() {
			s.AtOnce(now)
		}
	}
}

// Lacking notes that a destination has not the newest restore point after all: another of its disks had, or it is
// damaged there.
func (s *Schedule) Lacking(id string) {
	for _, t := range s.targets {
		t.pending = t.pending || t.id == id
	}
}

// Hurt notes whether what a destination has is damaged: then mending it does not wait until the rhythm lets another
// sending leave, but for its hours.
func (s *Schedule) Hurt(id string, is bool) {
	for _, t := range s.targets {
		if t.id == id {
			t.hurt = is
		}
	}
}

// Prove makes a trial restore from a destination due now: what was damaged there was sent again.
func (s *Schedule) Prove(id string) {
	for _, t := range s.targets {
		if t.id == id {
			t.drill, t.drilled = attempt{}, time.Time{}
		}
	}
}

// Waiting is when the work that a destination lacks may leave at the earliest, if the rhythm alone holds it
// back; else zero.
func (s *Schedule) Waiting(id string, now time.Time) time.Time {
	for _, t := range s.targets {
		if t.id == id && t.pending && !t.send.stopped && !s.paused.After(now) {
			if at := t.sendable(now); at.After(now) {
				return at
			}
		}
	}
	return time.Time{}
}

// opens is the first moment, from one on and not before now, at which a target may be reached.
func (t *target) opens(at, now time.Time) time.Time {
	if t.plugged {
		return later(at, now)
	}
	if at.After(now) {
		return t.rhythm.Opens(at.In(now.Location()))
	}
	return t.rhythm.Opens(now)
}

// sendable is the first moment from now on at which the rhythm allows a sending. A last one in the future
// was noted by a clock that was wrong.
func (t *target) sendable(now time.Time) time.Time {
	if t.plugged {
		return now
	}
	if t.hurt || t.sent.IsZero() || t.sent.After(now) {
		return t.opens(now, now)
	}
	return t.opens(t.sent.Add(t.rhythm.Every), now)
}

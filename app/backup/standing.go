package backup

import (
	"reflect"
	"slices"
	"time"

	"zafe/app/i18n"
)

// behind tells whether a copy is not known to have all of the work.
func (c Copy) behind() bool { return c.Fault != nil || c.Broken != nil || c.Lacks || !c.Book.IsZero() }

// Whole tells whether every place is known to have all of the work: only then may anybody say so. The light alone does
// not tell, as it stays green for a while when a line is down.
func (s Status) Whole() bool {
	return len(s.Copies) > 0 && !s.Unsaved && s.LossSeconds == 0 && s.LastFault == nil &&
		!slices.ContainsFunc(s.Copies, Copy.behind)
}

// Stands tells whether all is as it was before, but for less than a minute that went by.
func (s Status) Stands(was Status) bool {
	s.LossSeconds, was.LossSeconds = s.LossSeconds/60, was.LossSeconds/60
	return reflect.DeepEqual(s, was) //nolint:govet // faults are values
}

// Held tells whether the last sending to a place failed while nothing is late yet.
func (s Status) Held() bool {
	return s.Light == Green && slices.ContainsFunc(s.Copies, func(c Copy) bool { return c.Fault != nil })
}

// Head is the message key of how the copies stand, in two words. The window and the command line show the same.
func (s Status) Head() string {
	switch {
	case s.Held():
		return "backups.held"
	case s.Light == Green && s.Anew():
		return "backups.anew"
	}
	return "backups.light." + string(s.Light)
}

// Latest is when the newest complete copy was sent to a place, zero if none was.
func (s Status) Latest() (last time.Time) {
	for _, c := range s.Copies {
		if !c.Undated && c.LastOK.After(last) {
			last = c.LastOK
		}
	}
	return last
}

// Last is when the newest complete copy was sent, in words, with a mark where a clock that was wrong noted it.
func (c Copy) Last(p *i18n.Printer) string { return Point{Made: c.LastOK, Doubt: c.Undated}.When(p) }

// Outstanding says what is not at the places though nothing is late there: what failed, what waits and for what, each
// in a sentence. What is late is among the [Status.Causes].
func (s Status) Outstanding(p *i18n.Printer) (lines []string) {
	soon := s.Unsaved && len(s.Copies) > 0
	for _, c := range s.Copies {
		args := map[string]any{"label": c.Label, "when": c.Last(p)}
		switch lacks := c.Lacks || !c.Book.IsZero(); {
		case c.Light != Green:
		case c.Fault != nil && c.LastOK.IsZero():
			lines = append(lines, c.Said(p, c.Fault))
		case c.Fault != nil:
			args["why"] = p.Fault(c.Fault)
			lines = append(lines, p.T("backup.cause.fault", args))
		case !lacks || c.Again: // what begins anew is said as such
		case !s.Paused.IsZero():
		case c.Plug == Unplugged:
			lines = append(lines, p.T("backup.unsent.disk", args))
		case c.Metered:
			lines = append(lines, p.T("backup.unsent.line", args))
		case !c.Waiting.IsZero():
			args["when"] = c.Waiting
			lines = append(lines, p.T("backup.unsent.hours", args))
		default:
			soon = true
		}
	}
	switch {
	case !s.Paused.IsZero() && !s.Whole():
		lines = append(lines, p.T("backup.unsent.paused", map[string]any{"until": s.Paused}))
	case soon && s.Paused.IsZero() && s.LossSeconds != 0:
		lines = append(lines, p.T("backup.unsent.soon", nil))
	case soon && s.Paused.IsZero():
		lines = append(lines, p.T("backup.unsent.place", nil))
	}
	return lines
}

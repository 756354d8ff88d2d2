package backup

import (
	"slices"
	"strings"

	"zafe/app/fault"
	"zafe/app/i18n"
)

// Cause is one reason why the copies are not as they should be.
type Cause struct {
	// Key tells it from others, whatever its words of the moment: that of a message, or the place that lacks a copy.
	Key   string
	Light Light  // how much of a reason it is: Amber or Red
	Text  string // one sentence, that names the place and says what to do
}

// Causes are all reasons why the light is not green: those of all copies first, then those of each place. Whoever tells
// of them asks here: the window, the command line, the letters.
func (s Status) Causes(p *i18n.Printer) (out []Cause) {
	add := func(light Light, key, text string) { out = append(out, Cause{Key: key, Light: light, Text: text}) }
	for _, w := range s.Worries {
		about := w.Key
		if label, one := w.Args["label"].(string); one { // each place on its own
			about += " " + label
		}
		add(s.Light, about, p.Fault(w))
	}
	if f := s.LastFault; f != nil {
		add(Red, f.Key, p.T("backup.cause.local", map[string]any{"why": p.Fault(f)}))
	}
	for _, a := range s.alarms(p) {
		add(Red, a.key, p.T("backup.cause.at", map[string]any{"label": p.List(a.at), "why": a.text}))
	}
	for _, c := range s.Copies {
		late := "copy " + c.ID
		switch {
		case c.Light == Green, c.Broken != nil && c.Fault == nil: // why is among the worries
		case c.Fault != nil && c.LastOK.IsZero():
			add(c.Light, late, c.Said(p, c.Fault))
		case c.Fault != nil:
			add(c.Light, late, p.T("backup.cause.fault", map[string]any{
				"label": c.Label, "why": p.Fault(c.Fault), "when": c.Last(p),
			}))
		case c.LastOK.IsZero():
			add(c.Light, late, p.T("backup.cause.never", map[string]any{"label": c.Label}))
		case c.Lacks:
			since := c.Oldest
			if since.IsZero() {
				since = c.LastOK
			}
			add(c.Light, late, p.T("backup.cause.late", map[string]any{"label": c.Label, "since": since}))
		case len(c.Alarms) > 0: // they say why
		case c.Holes > 0:
			add(c.Light, late, p.N("backup.cause.holes", c.Holes, map[string]any{"label": c.Label}))
		default:
			add(c.Light, late, p.T("backup.cause.unsure", map[string]any{
				"label": c.Label, "when": c.Last(p),
			}))
		}
	}
	return out
}

// alarm is one that some places give.
type alarm struct {
	key, text string
	at        []string // their names
}

// alarms are those of all places, each once: another PC that goes on with the book is seen at every place it sends to.
func (s Status) alarms(p *i18n.Printer) (out []alarm) {
	for _, c := range s.Copies {
		for _, f := range c.Alarms {
			text := p.Fault(f)
			i := slices.IndexFunc(out, func(a alarm) bool { return a.text == text })
			if i < 0 {
				i, out = len(out), append(out, alarm{key: f.Key, text: text})
			}
			out[i].at = append(out[i].at, c.Label)
		}
	}
	return out
}

// Alarm is the first thing that an owner must look into at a place of copies, nil for none.
func (s Status) Alarm() *fault.Fault {
	for _, c := range s.Copies {
		if len(c.Alarms) > 0 {
			return c.Alarms[0]
		}
	}
	return nil
}

// Said is what is wrong at a place, with its name.
func (d Destination) Said(p *i18n.Printer, err error) string { return p.Fault(d.Failed(p, err)) }

// Failed is what went wrong at a place, as a fault that names it in the language of p. What is not about the place, such
// as a session that is over, stays what it is.
func (d Destination) Failed(p *i18n.Printer, err error) error {
	f := fault.Of(err)
	if f == nil || !strings.HasPrefix(f.Key, "backup.") {
		return err
	}
	return fault.New(f.Code, "backup.cause.at", "label", d.Label, "why", p.Fault(f)).Because(f)
}

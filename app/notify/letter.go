package notify

import (
	"context"
	"maps"
	"strings"
	"time"

	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/relay"
)

// again is after how long the same cause is told again.
const again = 24 * time.Hour

// state is what became of the notices, and what they are decided by.
type state struct {
	Red     time.Time            `json:"red,omitzero"`      // since when the copies are red without a break
	Told    map[string]time.Time `json:"told,omitempty"`    // the causes told of since they were last green, and when
	Receipt string               `json:"receipt,omitempty"` // month of the last receipt, see month
	Relay   time.Time            `json:"relay,omitzero"`    // the last finding about the relay's copy that was told

	Mailed    time.Time    `json:"mailed,omitzero"`
	MailFault *fault.Fault `json:"mail_fault,omitempty"`
	Called    time.Time    `json:"called,omitzero"`
	CallFault *fault.Fault `json:"call_fault,omitempty"`
}

// month names the month of an instant by the clock of the main PC; names sort as the months do.
func month(at time.Time) string { return at.Local().Format("2006-01") }

// redSince is since when the copies are red, zero when they are not. A beginning in the future was noted by a clock
// that was wrong.
func (st state) redSince(now time.Time, light backup.Light) time.Time {
	switch {
	case light != backup.Red:
		return time.Time{}
	case st.Red.IsZero() || st.Red.After(now):
		return now
	}
	return st.Red
}

// ripe tells whether the copies are red for as long as a letter waits.
func (st state) ripe(now time.Time, patience time.Duration) bool {
	return !st.Red.IsZero() && now.Sub(st.Red) >= patience
}

// untold tells whether one of the causes was not told within a day.
func (st state) untold(now time.Time, reasons []reason) bool {
	for _, r := range reasons {
		at, told := st.Told[r.key]
		if age := now.Sub(at); !told || age >= again || age < 0 {
			return true
		}
	}
	return false
}

// tell notes that causes were told.
func (st *state) tell(now time.Time, reasons []reason) {
	told := maps.Clone(st.Told)
	if told == nil {
		told = map[string]time.Time{}
	}
	for _, r := range reasons {
		told[r.key] = now
	}
	st.Told = told
}

// reason is one cause of worry.
type reason struct{ key, text string }

// The causes that wait for nothing, since what was believed to be safe is not: a trial restore that failed, from this PC
// or from a place, and what the newest copy at a place lacks.
const (
	drillFailed = "backup.worry.drill_failed"
	trialFailed = "backup.broken.trial"
	broken      = "backup.broken."
)

// reasonsOf are the causes to tell of: a trial restore that failed, and all of them once the copies are red for long.
func reasonsOf(p *i18n.Printer, st backup.Status, ripe bool) (out []reason) {
	for _, c := range st.Causes(p) {
		if c.Key == drillFailed || strings.HasPrefix(c.Key, broken) || ripe && c.Light == backup.Red {
			out = append(out, reason{c.Key, c.Text})
		}
	}
	if !ripe {
		return out
	}
	if len(out) == 0 {
		out = append(out, reason{"red", p.T("notify.red", nil)})
	}
	return out
}

// writer writes a letter about the book of a company.
type writer func(ctx context.Context, company string) (subject, body string, err error)

// paper puts a letter together: the paragraphs that are not empty, and at the end why it comes.
func paper(p *i18n.Printer, paragraphs ...string) string {
	var out []string
	for _, text := range append(paragraphs, p.T("notify.foot", nil)) {
		if text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, "\n\n") + "\n"
}

func list(lines []string) string {
	for i, l := range lines {
		lines[i] = "- " + l
	}
	return strings.Join(lines, "\n")
}

// alarm tells the causes.
func alarm(p *i18n.Printer, st state, reasons []reason) writer {
	return func(_ context.Context, company string) (string, string, error) {
		args := map[string]any{"company": company, "since": st.Red}
		about := "notify.alarm"
		if len(reasons) == 1 && (reasons[0].key == drillFailed || strings.HasPrefix(reasons[0].key, trialFailed)) {
			about = "notify.trial"
		}
		var lines []string
		for _, r := range reasons {
			lines = append(lines, r.text)
		}
		body := paper(p, p.T(about, args), list(lines), p.T("notify.act", nil))
		return p.T(about+".subject", args), body, nil
	}
}

// foundFor is for how long a finding about the relay's copy is worth a letter, where none could leave before.
const foundFor = 7 * 24 * time.Hour

// relayDue tells whether a finding about the relay's copy is to be told. One in the future was noted by a clock that
// was wrong.
func (st state) relayDue(now time.Time, f relay.Finding) bool {
	age := now.Sub(f.At)
	return !f.At.IsZero() && !f.At.Equal(st.Relay) && age >= 0 && age < foundFor
}

// relayDiffered tells that the copy of the relay PC was not as the book.
func relayDiffered(p *i18n.Printer, f relay.Finding) writer {
	return func(_ context.Context, company string) (string, string, error) {
		args := map[string]any{"company": company, "name": f.Name, "at": f.At, "files": f.Files}
		body := paper(p, p.T("notify.relay", args), p.T("notify.relay.act", args))
		return p.T("notify.relay.subject", args), body, nil
	}
}

// well tells that the causes are gone.
func well(p *i18n.Printer, st backup.Status) writer {
	return func(_ context.Context, company string) (string, string, error) {
		args := map[string]any{"company": company}
		return p.T("notify.well.subject", args), paper(p, p.T("notify.well", args), list(places(p, st))), nil
	}
}

// places tells how far each place is.
func places(p *i18n.Printer, st backup.Status) (lines []string) {
	for _, c := range st.Copies {
		if c.Broken != nil {
			lines = append(lines, p.Fault(c.Broken))
		} else if c.LastOK.IsZero() {
			lines = append(lines, p.T("notify.late_never", map[string]any{"label": c.Label}))
		} else {
			lines = append(lines, p.T("notify.place", map[string]any{"label": c.Label, "when": c.Last(p)}))
		}
	}
	return lines
}

// trial is the letter that shows that letters arrive.
func trial(p *i18n.Printer) writer {
	return func(_ context.Context, company string) (string, string, error) {
		args := map[string]any{"company": company}
		return p.T("notify.try.subject", args), paper(p, p.T("notify.try", args)), nil
	}
}

// receipt is what is worth keeping outside of the house: with it, a book or its copies that somebody put back as they
// once were can be told.
func (s *Service[T]) receipt(p *i18n.Printer, copies backup.Status, st state) writer {
	return func(ctx context.Context, company string) (subject, body string, err error) {
		point := p.T("notify.receipt.no_point", nil)
		if points, err := s.Copies.Points(ctx, ""); err != nil {
			point = p.Fault(err)
		} else if len(points) > 0 {
			point = p.T("notify.receipt.point", map[string]any{
				"made": points[0].Made, "seq": points[0].Seq, "writer": points[0].Writer,
			})
		}
		from, err := time.ParseInLocation("2006-01", st.Receipt, time.Local)
		if err != nil {
			return "", "", err
		}
		var measured, head string
		err = s.Work.View(ctx, func(tx T) error {
			all, err := tx.Measures(from)
			if err != nil {
				return err
			}
			measured = summed(p, all)
			e, err := tx.Head()
			head = p.T("notify.receipt.head", map[string]any{"event": e.ID, "hash": e.Hash.String()})
			return err
		})
		args := map[string]any{"company": company, "month": p.MonthYear(civil.Of(from))}
		promise := copies.Rules.Promise()
		promised := p.T("notify.receipt.promised", map[string]any{
			"loss": p.Duration(promise.Loss), "back": p.Duration(promise.Back),
		})
		body = paper(p, p.T("notify.receipt", args), point, list(places(p, copies)), promised+"\n"+measured, head,
			p.T("notify.receipt.keep", nil))
		return p.T("notify.receipt.subject", args), body, err
	}
}

// summed are the measures in words: the worst of each kind.
func summed(p *i18n.Printer, all []backup.Measure) string {
	var loss, back time.Duration
	var losses, passed, failed int
	for _, m := range all {
		switch {
		case m.Kind == backup.LossMeasure:
			losses++
			loss = max(loss, m.Took())
		case m.Passed():
			passed++
			back = max(back, m.Took())
		default:
			failed++
		}
	}
	lines := []string{p.T("notify.receipt.no_loss", nil), p.T("notify.receipt.no_trial", nil)}
	switch {
	case losses > 0 && loss == 0:
		lines[0] = p.T("notify.receipt.loss", map[string]any{"loss": p.T("plan.nothing", nil)})
	case losses > 0:
		lines[0] = p.T("notify.receipt.loss", map[string]any{"loss": backup.Lasted(p, loss)})
	}
	if passed+failed > 0 {
		lines[1] = p.T("notify.receipt.trials", map[string]any{"passed": passed, "failed": failed})
	}
	if passed > 0 {
		lines = append(lines, p.T("notify.receipt.back", map[string]any{"back": backup.Lasted(p, back)}))
	}
	return strings.Join(lines, "\n")
}

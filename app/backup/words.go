package backup

import (
	"time"

	"zafe/app/i18n"
)

// Lasted is a measured time in words: a second is the least that is told apart.
func Lasted(p *i18n.Printer, d time.Duration) string {
	if d < time.Second {
		return p.T("plan.instant", nil)
	}
	return p.Duration(d)
}

// Told is a trial restore in words: its place, its point, what it took, and that the balance was the same.
func (m Measure) Told(p *i18n.Printer) string {
	key := "plan.proof"
	if m.Place == "" {
		key = "plan.proof_here"
	}
	return p.T(key, map[string]any{"place": m.Label, "made": m.Made, "took": Lasted(p, m.Took())})
}

package print

import (
	"fmt"
	"io"
	"time"

	"zafe/app/i18n"
)

// PlanSheet is what to do on one of the worst days, on a page to be kept with the recovery sheet. It holds no secret.
// Its texts are in the reader's language already.
type PlanSheet struct {
	Company string
	Title   string
	Lead    string
	Facts   []PlanFact
	Do      string   // introduces the steps
	Steps   []string // at most planStepsMax
	Footer  string
	Printed time.Time
	Accent  Color
}

// PlanFact is one fact of a plan.
type PlanFact struct{ Label, Value string }

// Limits of a plan: it must stand on one page.
const (
	planFactsMax = 16
	planStepsMax = 8
)

// Plan writes the sheet of a scenario as a PDF file of one page. Errors are ErrDocument or those of w.
func Plan(w io.Writer, p *i18n.Printer, d PlanSheet) error {
	if d.Printed.IsZero() || len(d.Facts) > planFactsMax || len(d.Steps) > planStepsMax {
		return fmt.Errorf("%w: %d facts, %d steps, printed %v", ErrDocument, len(d.Facts), len(d.Steps), d.Printed)
	}
	t := words{p}
	c, err := newCanvas(info{title: d.Title, author: d.Company, lang: t.lang(), made: d.Printed})
	if err != nil {
		return err
	}
	s := &secretSheet{document: document{canvas: c}, t: t, accent: d.Accent.accent()}
	s.next()
	s.heading(d.Title, d.Company, d.Lead)
	facts := make([]fact, len(d.Facts))
	for i, f := range d.Facts {
		facts[i] = fact{f.Label, f.Value}
	}
	s.table(facts)
	s.y += 3
	s.numbered(d.Do, d.Steps)
	return s.write(w, func(int, int) { s.footer(d.Footer) })
}

package plan

import (
	"context"
	"io"
	"slices"
	"strconv"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/print"
)

// SheetRequest asks for the sheet of a scenario in a language.
type SheetRequest struct {
	Scenario ID     `json:"scenario"`
	Lang     string `json:"lang"`
}

// Validate accepts the scenarios there are: plan.scenario_unknown.
func (r SheetRequest) Validate() error {
	if !slices.Contains(IDs(), r.Scenario) {
		return fault.Field("scenario", "plan.scenario_unknown")
	}
	return nil
}

// PrintSheet is the operation.
var PrintSheet = op.Op[SheetRequest, op.Download]{Spec: op.Spec{
	Name: "plan.sheet", Kind: op.Stream, Needs: auth.BackupRead, Since: 1,
	Doc: "Prints what to do in a scenario of the recovery plan, with the facts of now; it holds no secret.",
}}

// printSheet asks how the copies stand before it reads the book: that reads the book as well, and a read within
// another one waits for ever once there are as many of them as may read.
func printSheet[T Tx](work op.Work[T], e Engine) func(context.Context, SheetRequest, io.Writer) (op.Download, error) {
	return func(ctx context.Context, req SheetRequest, w io.Writer) (d op.Download, err error) {
		st, err := e.Status(ctx)
		if err != nil {
			return d, err
		}
		p := i18n.For(req.Lang)
		var sheet print.PlanSheet
		err = work.View(ctx, func(tx T) (err error) {
			sheet, err = sheetOf(tx, st, p, req.Scenario)
			d.Name = p.T("plan.file", map[string]any{"scenario": sheet.Title, "date": tx.Today().String()})
			return err
		})
		if err != nil {
			return op.Download{}, err
		}
		d.Type = "application/pdf"
		return d, print.Plan(w, p, sheet)
	}
}

// sheetOf is what the sheet of a scenario says.
func sheetOf(tx Tx, st backup.Status, p *i18n.Printer, id ID) (d print.PlanSheet, err error) {
	pl, err := of(tx, st)
	if err != nil {
		return d, err
	}
	c, err := company.Of(tx)
	if err != nil {
		return d, err
	}
	s := pl.Of(id)
	d = print.PlanSheet{
		Company: c.Name, Title: s.Title(p), Lead: p.T("plan."+string(s.ID)+".lead", nil), Do: p.T("plan.do", nil),
		Steps: s.Steps(p), Printed: tx.Now().Local(),
		Footer: p.T("plan.footer", map[string]any{"at": pl.At}),
	}
	for _, f := range pl.Facts(p, s) {
		d.Facts = append(d.Facts, print.PlanFact(f))
	}
	for _, word := range s.Lacks {
		d.Facts = append(d.Facts, print.PlanFact{Label: p.T("plan.fact.lack", nil), Value: p.T("plan.lack."+word, nil)})
	}
	for _, copies := range st.Copies {
		if slices.Contains([]ID{Stolen, Burnt, Ransomware}, s.ID) {
			copies = copies.Carried()
		}
		if slices.Contains(s.Copies, copies.Label) && len(d.Facts) < placesMax {
			d.Facts = append(d.Facts, print.PlanFact{
				Label: p.T("plan.fact.copy", nil), Value: copies.Where() + " · " + copies.Last(p),
			})
		}
	}
	return d, nil
}

// placesMax is how many lines the facts of a sheet may take.
const placesMax = 14

// Fact is one fact of a scenario, in words.
type Fact struct{ Label, Value string }

// Title is the name of a scenario.
func (s Scenario) Title(p *i18n.Printer) string { return p.T("plan."+string(s.ID), nil) }

// Steps are what to do, in order: as many as there are messages.
func (s Scenario) Steps(p *i18n.Printer) (out []string) {
	for i := 1; p.Has("plan." + string(s.ID) + "." + strconv.Itoa(i)); i++ {
		out = append(out, p.T("plan."+string(s.ID)+"."+strconv.Itoa(i), nil))
	}
	return out
}

// Lost is what would be lost, in words.
func (p Plan) Lost(t *i18n.Printer, s Scenario) string {
	switch d, known := p.Loss(s); {
	case s.Sealed:
		return t.T("plan.all_sealed", nil)
	case s.Unknown:
		return t.T("plan.unmeasured", nil)
	case !known && restores(s.ID):
		return t.T("plan.all", nil)
	case !known:
		return t.T("plan.access", nil)
	case s.Lost.IsZero():
		return t.T("plan.nothing", nil)
	default:
		return backup.Lasted(t, d)
	}
}

// Returns is how long it takes, in words.
func (p Plan) Returns(t *i18n.Printer, s Scenario) string {
	took := p.Takes(t, s)
	if s.measured() {
		took = t.T("plan.with_setup", map[string]any{"took": took})
	}
	return took
}

// Takes is how long it takes once Zafè is installed, in as few words as a list has room for.
func (p Plan) Takes(t *i18n.Printer, s Scenario) string {
	switch {
	case s.Sealed:
		return t.T("plan.never_sealed", nil)
	case s.measured():
		return backup.Lasted(t, millis(s.Back.Millis))
	case !s.Unknown && !s.Safe:
		return t.T("plan.never", nil)
	case !s.Unknown && !restores(s.ID):
		return t.T("plan.at_once", nil)
	default:
		return t.T("plan.unmeasured", nil)
	}
}

// measured tells whether a restore was timed, and the scenario takes one.
func (s Scenario) measured() bool { return !s.Unknown && s.Safe && restores(s.ID) && s.Back != nil }

// Facts are those of a scenario.
func (p Plan) Facts(t *i18n.Printer, s Scenario) []Fact {
	out := []Fact{
		{t.T("plan.fact.lost", nil), p.Lost(t, s)},
		{t.T("plan.fact.back", nil), p.Returns(t, s)},
	}
	if s.From != "" {
		out = append(out, Fact{t.T("plan.fact.from", nil), s.From})
	}
	if b := s.Back; b != nil {
		out = append(out, Fact{
			t.T("plan.fact.measured", nil), t.T("plan.fact.measured_on", map[string]any{"at": b.At, "event": b.Event}),
		})
		files := t.T("plan.unmeasured", nil)
		if b.FilesMillis >= 0 {
			files = t.T("plan.fact.files_in", map[string]any{"took": backup.Lasted(t, millis(b.FilesMillis))})
		}
		out = append(out, Fact{t.T("plan.fact.files", nil), files})
	}
	if len(s.Copies) > 0 {
		out = append(out, Fact{t.T("plan.fact.left", nil), t.List(s.Copies)})
	}
	if len(s.Broken) > 0 {
		out = append(out, Fact{t.T("plan.fact.broken", nil), t.List(s.Broken)})
	}
	out = append(out, Fact{t.T("plan.fact.sheet", nil), p.Checked(t)})
	if s.ID == Death || s.ID == Password {
		out = append(out, Fact{t.T("plan.fact.owners", nil), t.Number(int64(p.Owners))})
	}
	if s.ID == Stolen {
		out = append(out, Fact{t.T("plan.fact.devices", nil), t.Number(int64(p.Devices))})
	}
	return out
}

// Checked is when the recovery sheet was typed back, in words.
func (p Plan) Checked(t *i18n.Printer) string {
	switch {
	case !p.Sheet:
		return t.T("plan.fact.sheet_never", nil)
	case p.Sample:
		return t.T("plan.fact.sheet_sample", nil)
	case p.SheetOn.IsZero():
		return t.T("plan.fact.sheet_checked", nil)
	default:
		return t.T("plan.fact.sheet_on", map[string]any{"on": p.SheetOn})
	}
}

package plan

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"zafe/app/audit"
	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/civil"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/print"
)

// Chain is the journal, as the measures are read from it.
type Chain interface {
	Measures(since time.Time) ([]backup.Measure, error)
	audit.Journal
	Head() (audit.Event, error)
}

// AttestRequest asks for the attestation in a language.
type AttestRequest struct {
	Lang string `json:"lang"`
}

// Attest is the operation. Fault plan.chain_broken when the journal is not what was written.
var Attest = op.Op[AttestRequest, op.Download]{Spec: op.Spec{
	Name: "plan.attest", Kind: op.Stream, Needs: auth.BackupManage, Since: 1,
	Doc: "Prints what was promised and what was measured of the copies, month by month over a year, from the journal.",
}}

// months is how many are attested, the present one among them.
const months = 12

// terms are what a cloud vendor publishes of itself: objectives, which nobody measures for its customers.
type terms struct {
	vendor, page string
	read         civil.Date    // when the page was read: it may say something else since
	loss, back   time.Duration // for a server that is lost for good
}

// peer stands beside what was measured (features.md R9). Source: Odoo Cloud Hosting, Service Level Agreement, "Backups &
// Disaster Recovery", permanent disaster impacting one server: RPO 24h, RTO 6h.
var peer = terms{
	vendor: "Odoo", page: "odoo.com/cloud-sla", read: civil.Date{Year: 2026, Month: time.November, Day: 23},
	loss: 24 * time.Hour, back: 6 * time.Hour,
}

// Month is what was measured in a month. A part without a measure is not known.
type Month struct {
	First civil.Date // its first day

	Loss, LossPromised time.Duration // the longest, and what was promised when it was measured
	LossEvent          int64         // 0: not measured
	LossDays, LossOver int           // with a measure; with one beyond what was promised then

	Back, BackPromised time.Duration // likewise, of the trial restores that passed
	BackEvent          int64         // 0: not measured
	Passed, Failed     int           // trial restores
}

// Months sums the measures up by month, the oldest first; those of another time are left out.
func Months(today civil.Date, measures []backup.Measure) []Month {
	out := make([]Month, months)
	for i := range out {
		out[i].First = today.StartOfMonth().AddMonths(i + 1 - months)
	}
	days, over := map[civil.Date]bool{}, map[civil.Date]bool{}
	for _, m := range measures {
		on := civil.Of(m.At.Local())
		i := (on.Year-out[0].First.Year)*12 + int(on.Month) - int(out[0].First.Month)
		if i < 0 || i >= months {
			continue
		}
		v, promised := &out[i], time.Duration(m.Promised)*time.Millisecond
		switch {
		case m.Kind == backup.LossMeasure:
			if v.LossEvent == 0 || m.Took() > v.Loss {
				v.Loss, v.LossPromised, v.LossEvent = m.Took(), promised, m.Event
			}
			if m.Took() > promised && !over[on] {
				over[on] = true
				v.LossOver++
			}
			if !days[on] {
				days[on] = true
				v.LossDays++
			}
		case !m.Passed():
			v.Failed++
		default:
			v.Passed++
			if v.BackEvent == 0 || m.Took() > v.Back {
				v.Back, v.BackPromised, v.BackEvent = m.Took(), promised, m.Event
			}
		}
	}
	return out
}

// Mishaps counts the restores since a moment by what was said to have made them necessary: the last word after each. It
// hears the events of the journal in their order.
type Mishaps struct {
	Since time.Time
	Of    map[Cause]int
	said  Cause // after the restore that was heard last; "" for nothing, or of one before Since
}

// Hear takes note of an event.
func (m *Mishaps) Hear(e audit.Event) {
	switch {
	case e.At.Before(m.Since):
	case e.Op == "book.restored":
		m.said = ""
	case e.Op == SayCause.Name:
		var q CauseRequest
		if json.Unmarshal([]byte(e.Payload), &q) != nil {
			return
		}
		if m.Of == nil {
			m.Of = map[Cause]int{}
		}
		if m.said != "" {
			m.Of[m.said]--
		}
		m.said = q.Cause
		m.Of[m.said]++
	}
}

// told says them, those of the plan alone: a trial is none.
func (m *Mishaps) told(p *i18n.Printer) string {
	var all []string
	for _, c := range Causes() {
		if n := m.Of[c]; n > 0 && c != CauseOther {
			all = append(all, p.T("plan.attest.mishap", map[string]any{"cause": p.T("plan.cause."+string(c), nil), "n": n}))
		}
	}
	if len(all) == 0 {
		return p.T("plan.attest.note_none", nil)
	}
	return p.T("plan.attest.note_mishaps", map[string]any{"list": p.List(all)})
}

// heard is a journal that somebody listens to.
type heard struct {
	audit.Journal
	hear func(audit.Event)
}

// EachEvent implements audit.Journal.
func (h heard) EachEvent(after int64, fn func(audit.Event) error) error {
	return h.Journal.EachEvent(after, func(e audit.Event) error {
		h.hear(e)
		return fn(e)
	})
}

// Intact walks the whole chain: a measure that was changed, added or taken out breaks it. Fault plan.chain_broken.
func Intact(tx audit.Journal) error {
	_, err := audit.Walk(tx, func(audit.Chain) {})
	if broken, ok := errors.AsType[audit.Broken](err); ok {
		return fault.New(fault.Conflict, "plan.chain_broken", "event", int64(broken))
	}
	return err
}

func attest[T Tx](_ context.Context, tx T, req AttestRequest, w io.Writer) (op.Download, error) {
	p := i18n.For(req.Lang)
	today := tx.Today()
	since := today.StartOfMonth().AddMonths(1 - months).In(time.Local)
	measures, err := tx.Measures(since)
	if err != nil {
		return op.Download{}, err
	}
	mishaps := Mishaps{Since: since}
	if err := Intact(heard{tx, mishaps.Hear}); err != nil {
		return op.Download{}, err
	}
	c, err := company.Of(tx)
	if err != nil {
		return op.Download{}, err
	}
	head, err := tx.Head()
	if err != nil {
		return op.Download{}, err
	}
	all := Months(today, measures)
	r := print.Report{
		Title: p.T("plan.attest.title", nil), Company: c.Name, PrintedAt: tx.Now().Local(), Landscape: true,
		Subtitle: p.T("plan.attest.subtitle", nil),
		Period: p.T("plan.attest.period", map[string]any{
			"from": p.MonthYear(all[0].First), "to": p.MonthYear(all[months-1].First),
		}),
		Columns: []print.ReportColumn{
			{Title: p.T("plan.attest.month", nil), Width: 15},
			{Title: p.T("plan.attest.loss_promised", nil), Width: 14},
			{Title: p.T("plan.attest.loss", nil), Width: 15},
			{Title: p.T("plan.attest.days", nil), Width: 12},
			{Title: p.T("plan.attest.back_promised", nil), Width: 15},
			{Title: p.T("plan.attest.back", nil), Width: 17},
			{Title: p.T("plan.attest.trials", nil), Width: 17},
			{Title: p.T("plan.attest.events", nil), Width: 14},
		},
	}
	for _, m := range all {
		r.Rows = append(r.Rows, monthRow(p, m))
	}
	r.Rows = append(r.Rows, peerRow(p))
	for _, note := range []string{
		mishaps.told(p),
		p.T("plan.attest.note_peer", map[string]any{"vendor": peer.vendor, "page": peer.page, "read": p.Date(peer.read)}),
		p.T("plan.attest.note_loss", nil), p.T("plan.attest.note_back", nil),
		p.T("plan.attest.note_chain", map[string]any{"event": head.ID, "hash": head.Hash.String()}),
	} {
		r.Rows = append(r.Rows, print.ReportRow{Kind: print.NoteRow, Cells: []print.Cell{print.Words(note)}})
	}
	name := p.T("plan.attest.file", map[string]any{"date": today.String()})
	return op.Download{Name: name, Type: "application/pdf"}, print.WriteReport(w, p, r)
}

// peerRow is what a cloud vendor promises, under the same columns.
func peerRow(p *i18n.Printer) print.ReportRow {
	none := p.T("plan.attest.unpublished", nil)
	row := print.ReportRow{Kind: print.SubtotalRow}
	for _, c := range []string{
		p.T("plan.attest.peer", map[string]any{"vendor": peer.vendor}), p.Duration(peer.loss), none, "",
		p.Duration(peer.back), none, none, "",
	} {
		row.Cells = append(row.Cells, print.Words(c))
	}
	return row
}

// monthRow is a line of the attestation: what was not measured says so.
func monthRow(p *i18n.Printer, m Month) print.ReportRow {
	none := p.T("plan.attest.none", nil)
	loss, lossPromised, days, back, backPromised := none, "", "", none, ""
	var events []string
	if m.LossEvent != 0 {
		loss, lossPromised = backup.Lasted(p, m.Loss), p.Duration(m.LossPromised)
		days = p.T("plan.attest.over", map[string]any{"days": m.LossDays, "over": m.LossOver})
		events = append(events, p.Number(m.LossEvent))
	}
	if m.LossEvent != 0 && m.Loss == 0 {
		loss = p.T("plan.nothing", nil)
	}
	if m.BackEvent != 0 {
		back, backPromised = backup.Lasted(p, m.Back), p.Duration(m.BackPromised)
		events = append(events, p.Number(m.BackEvent))
	}
	trials := none
	if m.Passed+m.Failed > 0 {
		trials = p.T("plan.attest.counts", map[string]any{"passed": m.Passed, "failed": m.Failed})
	}
	cells := []string{p.MonthYear(m.First), lossPromised, loss, days, backPromised, back, trials, p.List(events)}
	row := print.ReportRow{}
	for _, c := range cells {
		row.Cells = append(row.Cells, print.Words(c))
	}
	return row
}

package home

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// marginLeast is how many numbers are passed over at least when the owner does not know how far the lost book went.
const marginLeast = 100

// margin is how many numbers of a series the lost book may have given out between two moments: twice as many as it
// did before, and marginLeast.
func margin(s billing.Series, from, to time.Time) int64 {
	rate := float64(s.Last) / float64(from.YearDay())
	return max(marginLeast, int64(2*rate*to.Sub(from).Hours()/24))
}

// numbers asks, after a restore, which numbers were given out last: nothing can be issued before.
func (h *home) numbers(n billing.Numbers) {
	e := h.env
	delete(h.tasks, "numbers")
	if n.Awaited {
		h.tasks["numbers"] = h.task("warning-circle", kit.Warn, e.T("home.todo.numbers"),
			e.T("home.numbers_since"), e.T("home.act.numbers"), func() { h.askNumbers(n) })
	}
	h.arrange()
}

// askNumbers shows the last number known of each series, to be put right.
func (h *home) askNumbers(n billing.Numbers) {
	e := h.env
	edits := make([]*kit.LineEdit, len(n.Series))
	fields := make([]*kit.Field, len(n.Series))
	body := kit.VBox(12, kit.Paragraph(e.T("home.numbers_why", "when", e.Text.Instant(n.Made))))
	var rows []fyne.CanvasObject
	for i, s := range n.Series {
		edits[i] = kit.NewLineEdit(numberOf(s, 1))
		hint := e.T("home.numbers_none")
		if s.Last > 0 {
			edits[i].SetText(numberOf(s, s.Last))
			hint = e.T("home.numbers_known", "number", numberOf(s, s.Last))
		}
		fields[i] = kit.NewField(e.T("home.numbers."+s.Kind, "year", s.Period), edits[i]).Hint(hint)
		if rows = append(rows, fields[i]); len(rows) == 2 {
			body.Add(kit.Cols(16, nil, rows...))
			rows = nil
		}
	}
	body.Add(kit.MutedParagraph(e.T("home.numbers_lost")))
	var m *kit.Modal
	var act *kit.Button
	looked := kit.NewCheck(e.T("home.numbers_looked"), func(on bool) {
		if on {
			act.Enable()
		} else {
			act.Disable()
		}
	})
	body.Add(looked)
	unknown := kit.NewButton(e.T("home.numbers_unknown"), "", kit.Secondary, func() {
		for i, s := range n.Series {
			edits[i].SetText(numberOf(s, s.Last+margin(s, n.Made, n.Restored)))
			fields[i].SetError("")
		}
	})
	confirm := func() {
		req, ok := h.typed(n.Series, edits, fields)
		if !ok {
			return
		}
		page.Call(e, billing.ConfirmNumbers, req, func(n billing.Numbers, err error) {
			if f := fault.Of(err); f != nil {
				if i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(f.Field, "series."), ".last")); err == nil {
					fields[i].SetError(e.Text.Fault(f))
				} else {
					e.Shell.Fail(f)
				}
				return
			}
			m.Close()
			e.Shell.Toast(kit.Ok, e.T("home.numbers_done"))
			h.numbers(n)
		})
	}
	act = kit.NewButton(e.T("home.numbers_confirm"), "check", kit.Primary, confirm)
	act.Disable()
	m = kit.NewModal(e.T("home.todo.numbers"), 640, body, unknown,
		kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() }), act)
	m.Show(e.Window)
	m.Focus(edits[0])
}

// typed reads the numbers: whole, as they are printed, or their last digits alone; nothing stands for none.
func (h *home) typed(series []billing.Series, edits []*kit.LineEdit, fields []*kit.Field) (billing.ConfirmRequest, bool) {
	var req billing.ConfirmRequest
	ok := true
	for i, s := range series {
		text := strings.ToUpper(strings.Join(strings.Fields(edits[i].Text()), ""))
		last, err := strconv.ParseInt(strings.TrimPrefix(text, s.Prefix), 10, 64)
		if text == "" {
			last, err = 0, nil
		}
		fields[i].SetError("")
		if err != nil || last < 0 {
			fields[i].SetError(h.env.T("home.numbers_bad", "example", numberOf(s, s.Last+1)))
			ok = false
		}
		req.Series = append(req.Series, billing.Taken{Kind: s.Kind, Period: s.Period, Last: last})
	}
	return req, ok
}

func numberOf(s billing.Series, n int64) string { return fmt.Sprintf("%s%04d", s.Prefix, n) }

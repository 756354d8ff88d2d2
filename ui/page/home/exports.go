package home

import (
	"zafe/app/sentry"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// left puts on an owner's list what others ask to take out of the book, and tells what left lately.
func (h *home) left(r sentry.Recent) {
	e := h.env
	delete(h.tasks, "held")
	delete(h.tasks, "exports")
	delete(h.tasks, "many")
	open := func() { e.Shell.Open(page.Route{Name: "exports"}) }
	if waits := r.Waits(e.Me.User.ID); len(waits) > 0 {
		var names []string
		for _, w := range waits {
			names = append(names, w.Name)
		}
		h.tasks["held"] = h.task("export", kit.Warn, e.Text.N("exports.home_held", len(waits), nil),
			e.T("exports.home_held_by", "names", e.Text.List(names)), e.T("exports.answer"), open)
	}
	if files, rows := r.Week(today()); files > 0 {
		weight := "exports"
		if rows > sentry.AlertRows {
			weight = "many"
		}
		h.tasks[weight] = h.task("export", kit.Neutral, e.Text.N("exports.home", files, nil),
			e.T("exports.home_rows", "rows", rows), e.T("exports.see"), open)
	}
	h.arrange()
}

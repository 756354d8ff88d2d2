package home

import (
	"zafe/app/bin"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// lost puts on an owner's list who is held, and tells what was taken away in the last days.
func (h *home) lost(o bin.Overview) {
	e := h.env
	delete(h.tasks, "mass")
	delete(h.tasks, "bin")
	if waits := o.Waiting(); len(waits) > 0 {
		var names []string
		by := "bin.home_hold_back"
		for _, w := range waits {
			names = append(names, w.Name)
			if w.Left > 0 {
				by = "bin.home_hold_by"
			}
		}
		h.tasks["mass"] = h.task("shield-warning", kit.Error, e.Text.N("bin.home_hold", len(waits), nil),
			e.T(by, "names", e.Text.List(names)), e.T("bin.decide"),
			func() { e.Shell.Open(page.Route{Name: "approvals"}) })
	}
	if w := o.Week; w.Gone > 0 { // what is written over is everyday work, and very much of it is held above
		h.tasks["bin"] = h.task("trash", kit.Neutral, e.Text.N("bin.home", w.Gone, nil),
			e.T("bin.home_week", "changed", w.Changed, "back", w.Back, "approved", w.Approved),
			e.T("bin.see"), func() { e.Shell.Open(page.Route{Name: "bin"}) })
	}
	h.arrange()
}

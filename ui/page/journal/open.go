package journal

import (
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/catalog"
	"zafe/app/company"
	"zafe/app/device"
	"zafe/app/history"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/app/party"
	"zafe/app/plan"
	"zafe/app/role"
	"zafe/app/support"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// detailWidth is that of the window of one event.
const detailWidth float32 = 560

// door is the page of a kind of record, and what reading it takes.
type door struct {
	route, arg string
	needs      op.Spec
}

// records are the pages of what events are about, by kind of subject.
var records = map[string]door{
	"customer":    {"customer", "", party.Get.Spec},
	"item":        {"item", "", catalog.Get.Spec},
	"quote":       {"quote", "", billing.Get.Spec},
	"invoice":     {"invoice", "", billing.Get.Spec},
	"credit_note": {"invoice", "", billing.Get.Spec},
	"payment":     {"payments", "", billing.Payments.Spec},
	"entry":       {"entry", "", ledger.EntryGet.Spec},
	"user":        {"people", "", user.List.Spec},
	"device":      {"people", "pcs", device.List.Spec},
	"role":        {"roles", "", role.List.Spec},
	"team":        {"teams", "", role.List.Spec},
	"support":     {"support", "", support.List.Spec},
}

// places are the pages of events that are about no record, by the first word of their operation.
var places = map[string]door{
	"backup":      {"backups", "", backup.GetStatus.Spec},
	"destination": {"backups", "", backup.GetStatus.Spec},
	"plan":        {"plan", "", plan.Get.Spec},
	"company":     {"settings", "", company.Get.Spec},
}

// target is the page of what an event is about; none when it is gone, when the person may not read it, or when
// it has no page. Only what the person may read and what is still there has a name.
func target(e *page.Env, ev history.Event) (page.Route, bool) {
	if d, ok := records[ev.Kind]; ok {
		return page.Route{Name: d.route, ID: ev.Subject, Arg: d.arg}, ev.Name != "" && ev.Subject != 0 && e.Can(d.needs)
	}
	area, _, _ := strings.Cut(ev.Op, ".")
	d, ok := places[area]
	return page.Route{Name: d.route, Arg: d.arg}, ok && e.Can(d.needs)
}

// open tells all that the journal knows of an event, from where one goes to what it is about.
func (j *journal) open(row int) {
	if row >= 0 && row < len(j.rows) {
		j.tell(j.rows[row])
	}
}

// tell shows an event with nothing cut.
func (j *journal) tell(ev history.Event) {
	e := j.env
	body := kit.VBox(theme.GapTight)
	add := func(key, text string) {
		if text != "" {
			body.Add(kit.Cols(theme.GapTight, []float32{1, 2.6}, kit.Muted(e.T(key)),
				kit.NewLabel(text, kit.Style{Wrap: true})))
		}
	}
	add("history.column.at", e.Text.Instant(ev.At))
	add("history.column.who", who(e, ev))
	add("history.column.what", asked(e, ev))
	add("history.column.subject", subject(e, ev))
	add("history.column.where", where(e, ev))
	if ev.For != "" && e.Text.Has("event."+ev.For) {
		add("history.asked", e.T("event."+ev.For))
	}
	if ev.Answer != "" {
		add("history.answer", e.T("history.answer."+string(ev.Answer)))
	}
	add("history.young", e.Text.List(ev.Young))
	if ev.Rows > 0 {
		add("history.rows", e.Text.Number(int64(ev.Rows)))
	}
	if key := "history.filter." + ev.Filter; e.Text.Has(key) {
		add("history.filter", e.T(key))
	} else {
		add("history.filter", ev.Filter)
	}
	add("history.rights", strings.Join(held(e, ev.Rights), "\n"))
	add("history.hash", ev.Hash)
	var m *kit.Modal
	enter := func() { m.Close() }
	buttons := []fyne.CanvasObject{kit.NewButton(e.T("common.close"), "", kit.Secondary, enter)}
	if to, ok := target(e, ev); ok {
		enter = func() {
			m.Close()
			e.Shell.Open(to)
		}
		buttons = append(buttons, kit.NewButton(e.T("history.go"), "arrow-square-out", kit.Primary, enter))
	}
	m = kit.NewModal(e.T("history.event", "n", e.Text.Number(ev.ID)), detailWidth, body, buttons...).OnEnter(enter)
	m.Show(e.Window)
}

// held are rights in plain names, in the order in which the page of the roles has them.
func held(e *page.Env, rights auth.Rights) (out []string) {
	for _, s := range role.Subjects() {
		for _, r := range s.Rights {
			if at := rights.Scope(r); at != auth.None {
				out = append(out, role.RightName(e.Text, r)+e.T("history.held")+role.ScopeName(e.Text, r, at))
			}
		}
	}
	return out
}

// where names the PC that an event came from.
func where(e *page.Env, ev history.Event) string {
	switch {
	case ev.Device == "":
		return e.T("history.here")
	case ev.PC != "":
		return ev.PC
	}
	return e.T("history.elsewhere") + " " + ev.Device[:min(6, len(ev.Device))]
}

package plan

import (
	"fmt"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/billing"
	"zafe/app/device"
	"zafe/app/history"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/plan"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/app/verify"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// causes are the answers to what happened, in the order they are offered.
var causes = []struct {
	cause plan.Cause
	icon  string
}{
	{plan.CauseTheft, "prohibit"},
	{plan.CauseFire, "fire"},
	{plan.CauseBreak, "desktop-tower"},
	{plan.CauseRansom, "lock"},
	{plan.CauseIntrusion, "shield-warning"},
	{plan.CauseOther, "clock-counter-clockwise"},
}

// places is where an act is done; one that is not here is done outside the program.
var places = map[plan.Act]way{
	plan.ActNumbers:   {"plan.go.numbers", "", billing.ConfirmNumbers.Spec, to("home", "")},
	plan.ActDevices:   {"plan.go.devices", "", device.Revoke.Spec, to("people", "pcs")},
	plan.ActPasswords: {"plan.go.passwords", "", user.ChangePassword.Spec, to("account", "")},
	plan.ActCloud:     {"plan.go.cloud", "", backup.Begin.Spec, to("backups", "")},
	plan.ActKey:       {"plan.go.key", "", opening.Rotate.Spec, to("security", "sheet")},
	plan.ActSheet:     {"plan.go.sheet", "", setup.PrintSheet.Spec, to("backups", "sheet")},
	plan.ActVerify:    {"plan.go.verify", "", verify.Book.Spec, to("integrity", "")},
	plan.ActReview:    {"plan.go.review", "", history.List.Spec, to("journal", "")},
	plan.ActCNIL:      {"plan.go.cnil", "", op.Spec{}, to("incident", "")},
	plan.ActInsurer:   {"plan.attest", "", plan.Attest.Spec, (*planPage).attest},
	plan.ActPlaces:    {"plan.go.cloud", "", backup.Begin.Spec, to("backups", "")},
}

// follow asks what happened before the last restore, or says how much is left to do after it; nil when nothing is.
func (p *planPage) follow() fyne.CanvasObject {
	e, f := p.env, p.plan.Follow
	if f == nil || !e.Can(plan.SayCause.Spec) {
		return nil
	}
	if f.Cause == "" {
		text := e.T("plan.follow.ask", "at", f.Restored, "made", f.Made)
		var buttons []fyne.CanvasObject
		for _, c := range causes {
			buttons = append(buttons, p.Write(kit.NewButton(e.T("plan.cause."+string(c.cause)), c.icon, kit.Secondary,
				func() { p.say(c.cause) })))
		}
		return kit.VBox(8, kit.NewNotice(kit.Warn, e.T("plan.follow.what"), text), inRows(buttons))
	}
	return kit.NewNotice(kit.Warn, e.T("plan.follow."+string(f.Cause)), e.Text.N("plan.follow.left", f.Left(), nil),
		kit.NewButton(e.T("plan.follow.see"), "", kit.Secondary, p.list))
}

// say keeps what happened, and shows what is to be done.
func (p *planPage) say(c plan.Cause) {
	page.Do(p.env, plan.SayCause, plan.CauseRequest{Cause: c}, func(f plan.Follow) {
		p.followed(f)
		if p.plan.Follow != nil {
			p.list()
		}
	})
}

// followed takes what is left to do over.
func (p *planPage) followed(f plan.Follow) {
	if p.plan.Follow = &f; !f.Open() {
		p.plan.Follow = nil
	}
	p.remind()
	p.env.Shell.Changed("plan")
}

// followRoom is the height of the list, which a small screen has.
const followRoom = 430

// list is the window with what is to be done: each act with why, where it is done, and a box to tick.
func (p *planPage) list() {
	e, f := p.env, *p.plan.Follow
	all := kit.VBox(14)
	var m *kit.Modal
	left := kit.Caption("")
	count := func(f plan.Follow) { left.SetText(e.Text.N("plan.follow.left", f.Left(), nil)) }
	for i, act := range f.Acts {
		all.Add(p.act(i+1, act, f, func() { m.Close() }, count))
	}
	count(f)
	again := p.Write(kit.NewButton(e.T("plan.follow.again"), "", kit.Ghost, func() {
		m.Close()
		p.plan.Follow.Cause = ""
		p.remind()
	}))
	shut := kit.NewButton(e.T("common.close"), "", kit.Primary, func() { m.Close() })
	m = kit.NewModal(e.T("plan.follow."+string(f.Cause)), 720,
		kit.VBox(theme.GapField, left, kit.Fixed(0, followRoom, kit.NewScroll(all))), again, shut)
	m.Show(e.Window)
}

// act is a line of the list.
func (p *planPage) act(n int, a plan.Act, f plan.Follow, leave func(), count func(plan.Follow)) fyne.CanvasObject {
	e := p.env
	under := kit.Caption("")
	tell := func(f plan.Follow) {
		under.SetText("")
		if t, done := f.Done[a]; done {
			under.SetText(e.T("plan.follow.done", "at", t.At, "name", t.By))
		}
		under.Hidden = under.Text() == ""
	}
	tell(f)
	var box *kit.Check
	box = kit.NewCheck("", func(on bool) {
		page.Call(e, plan.TickAct, plan.TickRequest{Act: a, Done: on}, func(f plan.Follow, err error) {
			if err != nil {
				box.SetOn(!on)
				e.Shell.Fail(err)
				return
			}
			tell(f)
			count(f)
			if _, done := f.Done[a]; done != on { // it is known to be done
				box.SetOn(done)
			}
			p.followed(f)
		})
	})
	_, done := f.Done[a]
	box.SetOn(done)
	text := kit.VBox(2, kit.NewLabel(fmt.Sprintf("%d. %s", n, e.T("plan.follow.act."+string(a))), kit.Style{Weight: kit.Medium, Wrap: true}),
		kit.MutedParagraph(e.T("plan.follow.act."+string(a)+".text")), under)
	var at fyne.CanvasObject = kit.Gap(0, 0)
	if w, here := places[a]; here && e.Can(w.needs) {
		at = kit.NewButton(e.T(w.key), "", kit.Secondary, func() { leave(); w.run(p) }).Small()
	}
	return kit.Row(10, kit.Fixed(26, 0, box), text, at)
}

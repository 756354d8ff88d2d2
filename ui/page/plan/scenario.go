package plan

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/device"
	"zafe/app/incident"
	"zafe/app/op"
	"zafe/app/opening"
	"zafe/app/plan"
	"zafe/app/setup"
	"zafe/app/user"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

var icons = map[plan.ID]string{
	plan.Broken: "desktop-tower", plan.Stolen: "prohibit", plan.Burnt: "fire", plan.Ransomware: "lock",
	plan.Password: "password", plan.Sheet: "note", plan.Death: "user", plan.Provider: "cloud-slash",
}

// way is a button of a scenario.
type way struct {
	key, icon string
	needs     op.Spec
	run       func(p *planPage)
}

func to(name, arg string) func(*planPage) { return func(p *planPage) { p.open(name, arg) } }

func restore(p *planPage) { p.env.Shell.Restore() }

// ways are the buttons of the scenarios, beside the sheet that each has.
var ways = map[plan.ID][]way{
	plan.Broken: {
		{"plan.act.restore", "clock-counter-clockwise", backup.Begin.Spec, restore},
		{"plan.act.place", "plus", backup.Begin.Spec, to("backups", "add")},
	},
	plan.Stolen: {
		{"plan.act.incident", "lock", incident.Begin.Spec, to("incident", "")},
		{"plan.act.devices", "plugs", device.Revoke.Spec, to("people", "pcs")},
		{"plan.act.key", "key", opening.Rotate.Spec, to("security", "sheet")},
	},
	plan.Burnt: {
		{"plan.act.place", "plus", backup.Begin.Spec, to("backups", "add")},
		{"plan.attest", "file-pdf", plan.Attest.Spec, (*planPage).attest},
	},
	plan.Ransomware: { // not "restore": not on this PC
		{"plan.act.incident", "lock", incident.Begin.Spec, to("incident", "")},
		{"plan.act.key", "key", opening.Rotate.Spec, to("security", "sheet")},
	},
	plan.Password: {{"plan.act.people", "users", user.Save.Spec, to("people", "")}},
	plan.Sheet: {
		{"plan.act.sheet", "printer", setup.PrintSheet.Spec, to("backups", "sheet")},
		{"plan.act.key", "key", opening.Rotate.Spec, to("security", "sheet")},
	},
	plan.Death:    {{"plan.act.delegate", "user-plus", user.SetDelegate.Spec, to("security", "")}},
	plan.Provider: {{"plan.act.place", "plus", backup.Begin.Spec, to("backups", "add")}},
}

// showCase shows the scenario that is selected.
func (p *planPage) showCase() {
	row := p.cases.Selected()
	if row < 0 || row >= len(p.plan.Scenarios) {
		return
	}
	e, s := p.env, p.plan.Scenarios[row]
	p.values = nil
	all := kit.VBox(8, kit.MutedParagraph(e.T("plan."+string(s.ID)+".lead")))
	for _, f := range p.plan.Facts(e.Text, s) {
		label := kit.NewLabel(f.Label, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Shrink: true})
		value := kit.NewLabel(f.Value, kit.Style{Weight: kit.Medium, Wrap: true})
		p.values = append(p.values, value)
		all.Add(kit.Cols(8, []float32{1, 1.7}, label, value))
	}
	for _, word := range s.Lacks {
		all.Add(kit.NewNotice(kit.Warn, "", e.T("plan.lack."+word)))
	}
	all.Add(kit.Pad(6, 0, 0, 0, kit.Sub(e.T("plan.do"))))
	for i, step := range s.Steps(e.Text) {
		all.Add(kit.Step(10, kit.NewLabel(fmt.Sprint(i+1), kit.Style{Weight: kit.Bold, Color: theme.Muted}),
			kit.Paragraph(step), kit.Gap(0, 0)))
	}
	buttons := []fyne.CanvasObject{}
	for _, w := range ways[s.ID] {
		if e.Can(w.needs) {
			buttons = append(buttons, p.Write(kit.NewButton(e.T(w.key), w.icon, kit.Secondary, func() { w.run(p) })))
		}
	}
	if e.Can(plan.PrintSheet.Spec) {
		buttons = append(buttons, kit.NewButton(e.T("plan.print"), "printer", kit.Secondary, func() { p.print(s) }))
	}
	p.detail.SetTitle(s.Title(e.Text))
	scroll := kit.NewScroll(all)
	p.detail.SetBody(kit.VFill(10, 0, scroll, inRows(buttons)))
	if p.text != nil && p.told == s.ID { // read further down
		scroll.ScrollTo(p.text.Offset())
	}
	p.text, p.told = scroll, s.ID
}

// pass shows the figures that have an age, as it goes by.
func (p *planPage) pass() {
	p.figures()
	p.cases.Refresh()
	for i, f := range p.plan.Facts(p.env.Text, p.plan.Of(p.told)) {
		if i < len(p.values) {
			p.values[i].SetText(f.Value)
		}
	}
}

// rowMost is how many buttons fit beside each other on a small screen.
const rowMost = 3

// inRows puts buttons below each other where they are many.
func inRows(buttons []fyne.CanvasObject) fyne.CanvasObject {
	rows := kit.VBox(8)
	for row := range slices.Chunk(buttons, rowMost) {
		rows.Add(kit.HBox(8, row...))
	}
	return rows
}

// print shows the sheet of a scenario.
func (p *planPage) print(s plan.Scenario) {
	e := p.env
	e.Shell.ShowDocument(e.T("plan.file", "scenario", s.Title(e.Text), "date", p.plan.At.Local().Format("2006-01-02")),
		page.Fetch(e, plan.PrintSheet, plan.SheetRequest{Scenario: s.ID, Lang: e.Text.Lang()}))
}

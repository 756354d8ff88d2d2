// Package backups is the page of the copies of the book: how they stand, where they go, what can be
// restored; and the recovery sheet. Every value is measured, never typed.
package backups

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/aside"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/notify"
	"zafe/app/op"
	"zafe/app/past"
	"zafe/app/plan"
	"zafe/app/setup"
	"zafe/app/verify"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/destform"
	pastpage "zafe/ui/page/past"
	"zafe/ui/theme"
)

// Routes are the pages of this package.
func Routes() map[string]func(*page.Env, page.Route) page.Page {
	return map[string]func(*page.Env, page.Route) page.Page{
		"backups": func(e *page.Env, r page.Route) page.Page { return newBackups(e, r.Arg) },
	}
}

// poll is how often the progress of a running backup is read.
const poll = time.Second

type backups struct {
	*page.Gate
	env    *page.Env
	object fyne.CanvasObject

	light  *kit.KPI
	last   *kit.KPI
	drill  *kit.Card
	copies *fyne.Container
	grid   *kit.Grid
	points []backup.Point
	lists  map[string][]backup.Point // the same by the place they were found at
	unread map[string]error          // why those of a place are not among them
	now    *kit.Button
	bar    *kit.Progress
	coming *kit.Progress   // of attachments, after a restore
	wound  *kit.Banner     // that the book is damaged
	worry  *fyne.Container // why the light is not green, if it is for what all copies have in common
	status backup.Status
	kept   []aside.Kept // set aside on the main PC
	lacks  []string     // places that are not on the recovery sheet last printed
	// notices are where alerts go, nil as long as that is not known.
	notices *notify.Status
	busy    bool // this page asked for the work under way

	following bool // the progress is read again in a moment
}

// What the page can be asked to begin with.
const (
	toCheck = "check" // the recovery sheet
	toPrint = "sheet" // likewise
)

func newBackups(e *page.Env, begin string) page.Page {
	b := &backups{Gate: page.NewGate(e), env: e, copies: kit.VBox(10), lists: map[string][]backup.Point{}, unread: map[string]error{}}
	var actions []fyne.CanvasObject
	if e.Can(setup.PrintSheet.Spec) {
		actions = append(actions, b.Write(kit.NewButton(e.T("backups.sheet"), "lifebuoy", kit.Secondary, b.sheet)))
	}
	if e.Can(backup.Begin.Spec) {
		actions = append(actions, b.Write(kit.NewButton(e.T("backups.add"), "plus", kit.Secondary,
			func() { b.edit(nil) })))
	}
	if e.Can(backup.Now.Spec) {
		b.now = b.Write(kit.NewButton(e.T("backups.now"), "cloud-arrow-up", kit.Primary, b.backUp))
		actions = append(actions, b.now)
	}
	b.light = kit.NewKPI("shield-check", e.T("backups.state"), nil)
	b.last = kit.NewKPI("clock", e.T("backups.last"), nil)
	b.drill = kit.NewCard("", kit.VBox(0))
	b.bar = kit.NewProgress(e.T("backups.running"), b.stop)
	b.bar.Hide()
	b.coming = kit.NewProgress("", nil)
	b.coming.Hide()
	columns := []kit.Column{
		{Title: e.T("backups.column.made"), Width: 150},
		{Title: e.T("backups.column.writer"), Width: 124, Weight: 1},
		{Title: e.T("backups.column.invoice"), Width: 124},
		{Title: e.T("backups.column.invoices"), Width: 90, Align: fyne.TextAlignTrailing, Spare: true},
		{Title: e.T("backups.column.size"), Width: 100, Align: fyne.TextAlignTrailing},
	}
	b.grid = kit.NewGrid(columns, func() int { return len(b.points) }, b.cell)
	b.grid.SetEmpty(kit.NewEmpty("clock", e.T("backups.no_point"), e.T("backups.no_point_hint"), nil))
	places := kit.NewCard(e.T("backups.places"), kit.NewScroll(b.copies))
	points := kit.NewCard(e.T("backups.points"), b.grid).Flush()
	if e.Can(backup.Begin.Spec) {
		restore := b.Write(kit.NewButton(e.T("backups.restore"), "clock-counter-clockwise", kit.Secondary,
			e.Shell.Restore).Small())
		points.Action(restore)
		if e.Can(past.Open.Spec) {
			look := func() { b.look(b.grid.Selected()) }
			b.grid.OnOpen = b.look
			points.Action(kit.HBox(8, b.Write(kit.NewButton(e.T("backups.look"), "eye", kit.Secondary, look).Small()), restore))
		}
	}
	if e.Can(backup.Begin.Spec) {
		b.wound = kit.NewNotice(kit.Error, e.T("backups.damaged"), e.T("backups.damaged_text"),
			kit.NewButton(e.T("integrity.restore"), "clock-counter-clockwise", kit.Primary, e.Shell.Restore))
	} else {
		b.wound = kit.NewNotice(kit.Error, e.T("backups.damaged"), e.T("backups.damaged_tell"))
	}
	b.wound.Hide()
	b.worry = kit.VBox(0)
	b.worry.Hide()
	body := kit.Split(theme.GapCard, []float32{0, 0, 0, 0, 0, 1}, b.wound, b.worry,
		kit.Cols(theme.GapCard, []float32{1, 1, 1.5}, b.light, b.last, b.drill), b.bar, b.coming,
		kit.Cols(theme.GapCard, []float32{1, 1.2}, places, points))
	b.object = kit.NewPage(kit.NewHeader(e.T("backups.title"), e.T("backups.under"), actions...), body)
	b.Refresh()
	switch {
	case begin == toCheck && e.Can(setup.CheckSheet.Spec):
		b.checkSheet()
	case begin == toPrint && e.Can(setup.PrintSheet.Spec):
		b.sheet()
	}
	return b
}

func (b *backups) cell(row, col int) kit.CellView {
	e, p := b.env, b.points[row]
	switch col {
	case 0:
		return kit.CellView{Text: e.Text.Instant(p.Made), Weight: kit.Bold}
	case 1:
		writer := p.Writer
		if p.Old {
			writer = b.env.T("backup.point_old", "writer", p.Writer)
		}
		return kit.CellView{Text: writer, Color: theme.Muted}
	case 2:
		return kit.CellView{Text: p.Invoice}
	case 3:
		return kit.CellView{Text: e.Text.Number(p.Invoices)}
	default:
		return kit.CellView{Text: e.Text.Bytes(p.Bytes), Color: theme.Muted}
	}
}

// Object implements page.Page.
func (b *backups) Object() fyne.CanvasObject { return b.object }

// Unsaved implements page.Page.
func (b *backups) Unsaved() bool { return false }

// Refresh implements page.Page.
func (b *backups) Refresh() {
	page.Call(b.env, backup.GetStatus, op.Empty{}, func(st backup.Status, err error) {
		if err != nil {
			b.env.Shell.Fail(err)
			return
		}
		b.show(st)
	})
	page.Call(b.env, verify.HealthOf, op.Empty{}, func(h verify.Health, err error) {
		b.wound.Hide()
		if err == nil && h.State == verify.Damaged {
			b.wound.Show()
		}
		b.object.Refresh()
	})
	if b.env.Can(backup.Kept.Spec) {
		page.Call(b.env, backup.Kept, op.Empty{}, func(r backup.KeptResponse, err error) {
			if err == nil { // else it is shown another time
				if b.kept = r.Kept; len(b.copies.Objects) > 0 { // how the copies stand is known
					b.places(b.status)
				}
			}
		})
	}
	if b.env.Can(setup.PrintSheet.Spec) && b.env.Can(plan.Get.Spec) {
		page.Call(b.env, plan.Get, op.Empty{}, func(p plan.Plan, err error) {
			if err == nil { // else it is said another time
				if b.lacks = p.SheetLacks; len(b.copies.Objects) > 0 {
					b.places(b.status)
				}
			}
		})
	}
	b.askAlerts()
	b.list("")
}

// list asks for the restore points of a destination, or of this PC (""), and shows them among the others.
func (b *backups) list(id string) {
	page.Call(b.env, backup.Points, backup.IDRequest{ID: id}, func(r backup.PointsResponse, err error) {
		b.unread[id] = err
		for _, refused := range b.unread {
			if err = cmp.Or(err, refused); err != nil {
				break
			}
		}
		page.Answered(b.env, err, b.grid)
		if b.unread[id] != nil {
			return // a place that does not answer is said in its own line
		}
		b.lists[id] = r.Points
		b.points = nil
		for _, points := range b.lists {
			for _, p := range points {
				if !slices.ContainsFunc(b.points, func(o backup.Point) bool { return o.ID == p.ID }) {
					b.points = append(b.points, p)
				}
			}
		}
		slices.SortFunc(b.points, func(p, o backup.Point) int { return o.Made.Compare(p.Made) })
		b.grid.Reload()
		if b.grid.Selected() < 0 {
			b.grid.Select(0)
		}
		if b.status.Origin != nil {
			b.places(b.status) // each says whose copies it has
		}
	})
}

// look opens the book as it was at a point, to be looked at.
func (b *backups) look(row int) {
	if row < 0 || row >= len(b.points) {
		return
	}
	p, at := b.points[row], ""
	for place, points := range b.lists {
		here := slices.ContainsFunc(points, func(o backup.Point) bool { return o.ID == p.ID })
		if here && (at == "" || place == "") {
			if at = place; at == "" {
				break // this PC's own is the nearest
			}
		}
	}
	b.env.Shell.Open(pastpage.RouteTo(at, p.ID))
}

func toneOf(l backup.Light) kit.Tone {
	switch l {
	case backup.Green:
		return kit.Ok
	case backup.Amber:
		return kit.Warn
	default:
		return kit.Error
	}
}

// show tells the truth of the moment.
// Beat implements page.Living: work goes on, and copies are made, without anybody here.
func (b *backups) Beat() {
	if b.busy || b.following {
		return
	}
	page.Call(b.env, backup.GetStatus, op.Empty{}, func(st backup.Status, err error) {
		switch was := b.status; {
		case err != nil || b.busy:
		case !st.Saved.Equal(was.Saved) || st.Light != was.Light || len(st.Copies) != len(was.Copies) || moving(st):
			b.Refresh()
		default:
			b.status = st
			b.figures(st)
		}
	})
}

func (b *backups) show(st backup.Status) {
	b.status = st
	if st.Origin != nil { // this PC has no point of its own yet: the places have those before the restore
		for _, c := range st.Copies {
			b.list(c.ID)
		}
	}
	b.figures(st)
	b.worries(st)
	b.places(st)
	b.progress(st.Running)
	b.comes(st.Coming)
	if moving(st) {
		b.follow()
	}
}

// worries shows the worst reason why the owner should not be at ease, with what to do. That there is no copy, or no
// checked sheet, is said where it is mended.
func (b *backups) worries(st backup.Status) {
	e := b.env
	b.worry.Objects = nil
	b.worry.Hide()
	for _, w := range st.Worries {
		title, act, mends := "backups.worry.title", (*kit.Button)(nil), backup.Begin.Spec
		switch w.Key {
		case "backup.worry.none", "backup.worry.sheet":
			continue
		case "backup.worry.drill_failed", "backup.worry.drill_old":
			title, mends = "backups.worry.proof", backup.Drill.Spec
		case "backup.worry.login_unsaved":
			title = "backups.worry.login"
		case "backup.worry.erasable":
			title = "backups.worry.erase"
		default:
			if e.Can(backup.Begin.Spec) {
				act = b.Write(kit.NewButton(e.T("backups.add"), "plus", kit.Secondary, func() { b.edit(nil) }))
			}
		}
		tone := kit.Warn
		if st.Light == backup.Red {
			tone = kit.Error
		}
		text := e.Text.Fault(w)
		if !e.Can(mends) {
			text += " " + e.T("backups.tell")
		}
		notice := kit.NewNotice(tone, e.T(title), text)
		if act != nil {
			notice = kit.NewNotice(tone, e.T(title), text, act)
		}
		// A text that wraps knows its height once it has its width: the one before had it.
		notice.Resize(fyne.NewSize(b.worry.Size().Width, notice.MinSize().Height))
		b.worry.Objects = []fyne.CanvasObject{notice}
		b.worry.Show()
		break
	}
	b.object.Refresh()
}

// moving tells whether the copies change by themselves in the next moments.
func moving(st backup.Status) bool { return st.Running != nil || st.Coming != nil || st.Anew() }

// figures fills the three cards: how the copies stand, the last restore point, the last proof.
func (b *backups) figures(st backup.Status) {
	e := b.env
	state, tone, note := e.T("backups.light."+string(st.Light)), toneOf(st.Light), e.T("backups.note."+string(st.Light))
	switch {
	case len(st.Copies) == 0:
		note = e.T("backups.note.none")
	case len(st.Worries) > 0 && st.Worries[0].Key != "backup.worry.sheet":
		note = e.T("backups.note.worry")
	case st.Anew():
		state, tone, note = e.T("backups.anew"), kit.Info, e.T("backups.note.anew")
	case st.Light == backup.Green && st.Unsaved:
		note = e.T("backups.note.pending")
	case st.Origin != nil:
		note = e.T("backups.note.restored")
	}
	b.light.Set(state, note, tone, nil)
	switch {
	case st.Origin != nil:
		b.last.Set(e.Text.Instant(st.Origin.Made), e.T("backups.restored_note"), kit.Neutral, nil)
	case st.Saved.IsZero() && st.Anew():
		b.last.Set(e.T("backups.soon"), e.T("backups.last_anew"), kit.Neutral, nil)
	case st.Saved.IsZero():
		note := e.T("backups.never_note")
		if !e.Can(backup.Now.Spec) {
			note = e.T("backups.tell")
		}
		b.last.Set(e.T("backups.never"), note, kit.Error, nil)
	default:
		note := e.T("backups.all_in")
		if st.Unsaved {
			note = e.T("backups.some_out")
		}
		b.last.Set(e.Text.Instant(st.Saved), note, kit.Neutral, nil)
	}
	switch {
	case !st.DrillFailed.IsZero():
		b.prove(e.T("backups.drill_failed"), e.Text.Instant(st.DrillFailed), kit.Error)
	case st.Drill.IsZero() && st.Anew():
		b.prove(e.T("backups.soon"), e.T("backups.drill_anew"), kit.Neutral)
	case st.Drill.IsZero():
		b.prove(e.T("backups.drill_never"), e.T("backups.drill_note"), kit.Warn)
	case st.Proof != nil:
		b.prove(e.Text.Instant(st.Drill), st.Proof.Told(e.Text), kit.Ok)
	default:
		b.prove(e.Text.Instant(st.Drill), e.T("backups.drill_ok"), kit.Ok)
	}
}

// prove tells of the last proven restore: when, and what it showed.
func (b *backups) prove(when, what string, tone kit.Tone) {
	e := b.env
	head := kit.NewLabel(e.T("backups.drill"), kit.Style{Weight: kit.Medium, Color: theme.Muted, Shrink: true})
	text := kit.VBox(2, head, kit.NewLabel(when, kit.Style{Weight: kit.Bold, Size: 17}),
		kit.NewLabel(what, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	b.drill.SetBody(kit.Row(12, kit.IconTile("arrow-counter-clockwise", tone), text,
		kit.NewButton(e.T("backups.plan"), "", kit.Secondary, func() { e.Shell.Open(page.Route{Name: "plan"}) }).Small()))
}

// places lists the destinations with what can be done with each.
func (b *backups) places(st backup.Status) {
	e := b.env
	var all []fyne.CanvasObject
	if !st.SheetKnown && e.Can(setup.CheckSheet.Spec) {
		all = append(all, kit.NewNotice(kit.Warn, "", e.T("backups.sheet_unknown")+" "+e.T("backups.sheet_unknown_note")),
			kit.HBox(8, kit.NewButton(e.T("backups.sheet_print"), "", kit.Secondary, b.sheet),
				kit.NewButton(e.T("backups.sheet_check"), "", kit.Secondary, b.checkSheet), kit.Spacer()))
	} else if len(b.lacks) > 0 {
		all = append(all, kit.NewNotice(kit.Warn, "", e.T("plan.sheet_lacks", "places", e.Text.List(b.lacks))),
			kit.HBox(8, kit.NewButton(e.T("backups.sheet_print"), "", kit.Secondary, b.sheet), kit.Spacer()))
	}
	if st.Anew() {
		all = append(all, kit.NewNotice(kit.Info, "", e.T("backups.anew_text")))
	}
	if f := st.LastFault; f != nil {
		text := e.Text.Fault(f)
		if !e.Can(backup.Drill.Spec) {
			text += " " + e.T("backups.tell")
		}
		all = append(all, kit.NewNotice(kit.Error, e.T("backups.local_failed"), text))
		if way := b.way(f, ""); way != nil {
			all = append(all, kit.HBox(8, way, kit.Spacer()))
		}
	}
	if len(st.Copies) == 0 {
		var add *kit.Button
		none := "backups.none_tell"
		if e.Can(backup.Begin.Spec) {
			none, add = "backups.none", b.Lone(kit.NewButton(e.T("backups.add"), "plus", kit.Secondary, func() { b.edit(nil) }))
		}
		all = append(all, kit.Pad(28, 0, 0, 0, kit.NewEmpty("hard-drives", e.T("backups.none_title"),
			e.T(none), add)))
	}
	if !st.Paused.IsZero() {
		all = append(all, b.paused(st))
	} else if over := func(c backup.Copy) bool { return c.Provider != destform.Local }; st.Line == backup.LineMetered &&
		(st.ComingHeld || slices.ContainsFunc(st.Copies, over)) {
		all = append(all, b.sparing(st))
	}
	if len(st.Copies) > 0 {
		all = append(all, b.rhythm(st))
	}
	for _, c := range st.Copies {
		all = append(all, kit.Separator(), b.place(c))
	}
	if b.notices != nil {
		all = append(all, kit.Separator(), b.alerts())
	}
	for i, k := range b.kept {
		if i == 0 {
			all = append(all, kit.Pad(10, 0, 0, 0, kit.Sub(e.T("backups.kept"))))
		}
		all = append(all, b.aside(k))
	}
	b.copies.Objects = all
	b.copies.Refresh()
}

func (b *backups) place(c backup.Copy) fyne.CanvasObject {
	e := b.env
	under := e.T("backups.place_never")
	switch {
	case !c.LastOK.IsZero():
		under = e.T("backups.place_last", "when", e.Text.Instant(c.LastOK))
	case !c.Book.IsZero():
		under = e.T("backups.place_partly")
	case c.Again:
		under = e.T("backups.place_anew")
	case b.status.Origin != nil && len(b.lists[c.ID]) > 0:
		under = e.T("backups.place_before", "writer", b.lists[c.ID][0].Writer)
	}
	text := kit.VBox(0, kit.NewLabel(c.Label, kit.Style{Weight: kit.Medium, Shrink: true}), kit.Caption(under))
	for _, line := range slices.Concat(b.plug(c), b.terms(c), b.shelter(c)) {
		text.Add(kit.NewLabel(line, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	}
	if c.Fault != nil {
		text.Add(kit.NewLabel(e.Text.Fault(c.Fault), kit.Style{Size: theme.SizeCaption, Color: theme.ErrorText, Wrap: true}))
	}
	for _, a := range c.Alarms {
		text.Add(kit.NewLabel(e.Text.Fault(a), kit.Style{Size: theme.SizeCaption, Color: theme.ErrorText, Wrap: true}))
	}
	if (c.Fault != nil || len(c.Alarms) > 0) && !e.Can(backup.Drill.Spec) {
		text.Add(kit.NewLabel(e.T("backups.tell"), kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	}
	for _, f := range append([]*fault.Fault{c.Fault}, c.Alarms...) {
		if way := b.way(f, c.ID); way != nil {
			text.Add(kit.Pad(4, 0, 0, 0, kit.HBox(8, way, kit.Spacer())))
		}
	}
	icon, tone := "cloud-check", toneOf(c.Light)
	switch {
	case c.Light != backup.Green:
		icon = "cloud-slash"
	case c.Again:
		icon, tone = "cloud-arrow-up", kit.Info
	}
	row := kit.HBox(12, kit.IconTile(icon, tone), text, kit.Spacer())
	if acts := b.acts(); len(acts) > 0 {
		more := kit.NewIconButton("dots-three", e.T("backups.more"), nil)
		more.OnTapped = func() { b.menu(more, c, acts) }
		row.Add(more)
	}
	return row
}

// way is the button that ends an alarm of a place, "" for this PC, on the owner's word; nil for one that ends by
// itself or is mended elsewhere.
func (b *backups) way(f *fault.Fault, id string) fyne.CanvasObject {
	e := b.env
	if f == nil {
		return nil
	}
	done := func(st backup.Status) {
		e.Shell.Toast(kit.Ok, e.T("backups.way_done"))
		b.show(st)
	}
	asks := func(name string, do func()) *kit.Button {
		return b.Write(kit.NewButton(e.T(name), "", kit.Secondary, func() {
			e.Shell.Confirm(e.T(name), e.T(name+"_text"), e.T(name), false, do)
		}).Small())
	}
	switch refill, look, goOn := e.Can(backup.Refill.Spec), e.Can(backup.Acknowledge.Spec), e.Can(backup.Continue.Spec); {
	case f.Key == "backup.vault_gone" && refill:
		return asks("backups.refill", func() { page.Do(e, backup.Refill, backup.IDRequest{ID: id}, done) })
	case f.Key == "backup.alarm.rolled_back" && look:
		return b.Write(kit.NewButton(e.T("backups.acknowledge"), "", kit.Secondary, func() {
			page.Do(e, backup.Acknowledge, backup.IDRequest{ID: id}, done)
		}).Small())
	case f.Key == "backup.alarm.put_back", f.Key == "backup.alarm.local_behind":
		out := kit.HBox(8)
		if e.Can(backup.Begin.Spec) {
			out.Add(kit.NewButton(e.T("integrity.restore"), "", kit.Secondary, e.Shell.Restore).Small())
		}
		if goOn {
			out.Add(asks("backups.go_on", func() { page.Do(e, backup.Continue, op.Empty{}, done) }))
		}
		return out
	default:
		return nil
	}
}

// aside is something set aside on the main PC, and its removal.
func (b *backups) aside(k aside.Kept) fyne.CanvasObject {
	e := b.env
	name := "backups.kept.copies"
	if k.Thing == aside.Book {
		name = "backups.kept.book"
	}
	text := kit.VBox(0, kit.NewLabel(e.T(name, "at", e.Text.Instant(k.At)), kit.Style{Weight: kit.Medium, Wrap: true}),
		kit.NewLabel(k.Folder+" · "+e.Text.Bytes(k.Bytes),
			kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	if !e.Can(backup.RemoveKept.Spec) {
		return kit.Row(12, kit.IconTile("folder", kit.Neutral), text, kit.Gap(0, 1))
	}
	remove := kit.NewButton(e.T("backups.kept_remove"), "trash", kit.Ghost, func() {
		e.Shell.Confirm(e.T("backups.kept_title"),
			e.T("backups.kept_text", "at", e.Text.Instant(k.At), "folder", k.Folder),
			e.T("backups.kept_remove"), true, func() { b.removeKept(k) })
	}).Small()
	if !e.Shell.Online() {
		remove.DisableWith(page.Shut(e))
	}
	return kit.Row(12, kit.IconTile("folder", kit.Neutral), text, remove)
}

func (b *backups) removeKept(k aside.Kept) {
	e := b.env
	page.Do(e, backup.RemoveKept, backup.KeptRequest{Name: k.Name}, func(op.Empty) {
		e.Shell.Toast(kit.Ok, e.T("backups.kept_done", "size", e.Text.Bytes(k.Bytes)))
		b.Refresh()
	})
}

// acts are what the person may do with a place.
func (b *backups) acts() (out []kit.Option) {
	e := b.env
	for _, a := range []struct {
		may op.Spec
		act kit.Option
	}{
		{backup.Probe.Spec, kit.Option{Key: "probe", Text: e.T("backups.probe"), Icon: "plug"}},
		{backup.Drill.Spec, kit.Option{Key: "drill", Text: e.T("backups.drill_now"), Icon: "arrow-counter-clockwise"}},
		{backup.Begin.Spec, kit.Option{Key: "edit", Text: e.T("common.edit"), Icon: "pencil-simple"}},
		{backup.Remove.Spec, kit.Option{Key: "remove", Text: e.T("backups.remove"), Icon: "trash", Danger: true}},
	} {
		if e.Can(a.may) {
			out = append(out, a.act)
		}
	}
	return out
}

func (b *backups) menu(at fyne.CanvasObject, c backup.Copy, acts []kit.Option) {
	e := b.env
	kit.ShowMenu(at, acts, func(o kit.Option) {
		switch o.Key {
		case "probe":
			page.Do(e, backup.Probe, backup.IDRequest{ID: c.ID}, func(backup.Health) {
				e.Shell.Toast(kit.Ok, e.T("backups.probe_ok", "label", c.Label))
			})
		case "drill":
			b.run(func(done func(backup.Status, error)) { page.Call(e, backup.Drill, backup.IDRequest{ID: c.ID}, done) },
				e.T("backups.drill_done"))
		case "edit":
			b.edit(&c.Destination)
		case "remove":
			e.Shell.Confirm(e.T("backups.remove_title", "label", c.Label), e.T("backups.remove_text"), e.T("backups.remove"), true, func() {
				page.Do(e, backup.Remove, backup.IDRequest{ID: c.ID}, func(op.Empty) { b.Refresh() })
			})
		}
	})
}

// edit makes or changes a destination: its form, then the provider's questions, then a real try.
func (b *backups) edit(existing *backup.Destination) {
	e := b.env
	form := destform.New(destform.ForEnv(e, existing))
	var m *kit.Modal
	save := kit.NewButton(e.T("backups.try"), "check", kit.Primary, func() {
		if !form.Check() {
			return
		}
		destform.Sure(e, form.Value(), existing, func() {
			destform.Make(e, form.Value(), form.Provider().Browser, func(d backup.Destination, err error) {
				if err != nil {
					if !form.SetError(err) {
						e.Shell.Fail(err)
					}
					return
				}
				m.Close()
				e.Shell.Toast(kit.Ok, e.T("backups.added", "label", d.Label))
				e.Shell.Changed("backup")
				b.backUp()
			})
		})
	})
	cancel := kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() })
	title := e.T("backups.add_title")
	if existing != nil {
		title = existing.Label
	}
	m = kit.NewModal(title, 680, kit.Fixed(0, 440, kit.NewScroll(form.Object())), cancel, save)
	m.Show(e.Window)
}

func (b *backups) backUp() {
	b.run(func(done func(backup.Status, error)) { page.Call(b.env, backup.Now, op.Empty{}, done) }, b.env.T("backups.done"))
}

// run performs long work while the bar follows it.
func (b *backups) run(work func(done func(backup.Status, error)), good string) {
	if b.busy {
		return
	}
	b.busy = true
	if b.now != nil {
		b.now.Disable()
	}
	b.bar.Show()
	b.follow()
	work(func(st backup.Status, err error) {
		b.busy = false
		if b.now != nil {
			b.now.Enable()
		}
		b.bar.Hide()
		b.env.Shell.Changed("backup")
		b.Refresh()
		if err != nil {
			if fault.KeyOf(err) != "op.cancelled" {
				b.env.Shell.Fail(err)
			}
			return
		}
		for _, c := range st.Copies {
			if c.Fault != nil {
				b.env.Shell.Fail(c.Fault)
				return
			}
		}
		b.env.Shell.Toast(kit.Ok, good)
	})
}

// follow reads how the copies stand until nothing is under way any more.
func (b *backups) follow() {
	if b.following {
		return
	}
	b.following = true
	e := b.env
	e.Shell.Go(func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
			return nil
		}
	}, func(err error) {
		b.following = false
		if err != nil || !b.busy && !moving(b.status) {
			return
		}
		page.Call(e, backup.GetStatus, op.Empty{}, func(st backup.Status, err error) {
			switch {
			case err != nil || b.busy: // the answer to what this page asked for shows the rest
				b.progress(st.Running)
				b.comes(st.Coming)
				b.follow()
			case moving(st) && st.Saved.Equal(b.status.Saved) && len(b.lists[""]) > 0:
				b.show(st)
			default:
				b.Refresh()
				e.Shell.Changed("backup")
			}
		})
	})
}

func (b *backups) progress(r *backup.Running) {
	if r == nil {
		if !b.busy {
			b.bar.Hide()
		}
		return
	}
	b.bar.Show()
	text := b.env.T("backups.running")
	if r.Stage != "" {
		text = b.env.T("backup.stage." + r.Stage)
	}
	if r.Destination != "" {
		text = r.Destination + " · " + text
	}
	right, share := page.Far(b.env.Text, r.Done, r.Total, r.Files, r.Of)
	b.bar.Set(text, right, share)
}

// comes shows the attachments that come back after a restore.
func (b *backups) comes(r *backup.Running) {
	if r == nil {
		b.coming.Hide()
		return
	}
	b.coming.Show()
	right, share := page.Far(b.env.Text, r.Done, r.Total, r.Files, r.Of)
	b.coming.Set(b.env.T("backup.stage."+r.Stage), right, share)
}

func (b *backups) stop() {
	page.Do(b.env, backup.Stop, op.Empty{}, func(op.Empty) {})
}

// sheet prints the recovery sheet, which then lacks nothing.
func (b *backups) sheet() {
	page.ShowSheet(b.env)
	if b.lacks != nil {
		b.lacks = nil
		b.places(b.status)
	}
}

// checkSheet asks for two groups of the key, from the paper.
func (b *backups) checkSheet() {
	e := b.env
	page.Do(e, setup.Get, op.Empty{}, func(p setup.Progress) {
		fields := map[string]*kit.Field{}
		edits := map[string]*kit.LineEdit{}
		body := kit.VBox(12, kit.Paragraph(e.T("backups.sheet_how", "number", p.SheetNumber)))
		for _, n := range p.SheetGroups {
			key := e.Text.Number(int64(n))
			edits[key] = kit.NewLineEdit("")
			fields[key] = kit.NewField(e.T("backups.sheet_group", "n", n), edits[key])
			body.Add(fields[key])
		}
		var m *kit.Modal
		ok := kit.NewButton(e.T("backups.sheet_check"), "check", kit.Primary, func() {
			req := setup.CheckRequest{Groups: map[string]string{}}
			for key, edit := range edits {
				req.Groups[key] = edit.Text()
				fields[key].SetError("")
			}
			page.Call(e, setup.CheckSheet, req, func(_ setup.Progress, err error) {
				if f := fault.Of(err); f != nil {
					for key, field := range fields {
						if f.Field == "groups."+key {
							field.SetError(e.Text.Fault(f))
							return
						}
					}
					e.Shell.Fail(err)
					return
				}
				m.Close()
				e.Shell.Toast(kit.Ok, e.T("backups.sheet_ok"))
				b.Refresh()
			})
		})
		cancel := kit.NewButton(e.T("common.cancel"), "", kit.Secondary, func() { m.Close() })
		m = kit.NewModal(e.T("backups.sheet_title"), 460, body, cancel, ok).OnEnter(func() { ok.Tapped(nil) })
		m.Show(e.Window)
	})
}

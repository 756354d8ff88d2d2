// Package backups is the page of the copies of the book: how they stand, where they go, what can be
// restored; and the recovery sheet. Every value is measured, never typed.
package backups

import (
	"cmp"
	"context"
	"maps"
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

	light  *kit.Card
	last   *kit.KPI
	drill  *kit.Card
	copies *fyne.Container
	grid   *kit.Grid
	// earlier says that there may be copies under an earlier recovery sheet, which are not among the points; marked what
	// is to be known of those that are.
	earlier, marked fyne.CanvasObject
	doubts          fyne.CanvasObject         // says that some dates are doubtful
	points          []backup.Sited            // what can be restored, here and at the places
	lists           map[string][]backup.Point // the same by the place they were found at
	writer          func(backup.Point) string
	// unread says why those of a place are not among them.
	unread map[string]error
	// listing are the places that are asked for theirs.
	listing map[string]bool
	now     *kit.Button
	open    *kit.Button // the book as it was at a point; nil for who may not
	bar     *kit.Progress
	coming  *kit.Progress   // of attachments, after a restore
	wound   *kit.Banner     // that the book is damaged
	worry   *fyne.Container // why the light is not green, if it is for what all copies have in common
	status  backup.Status
	kept    []aside.Kept // set aside on the main PC
	lacks   []string     // places that are not on the recovery sheet last printed
	// reprinted tells that a sheet with them was shown, which is still to be checked.
	reprinted bool
	// notices are where alerts go, nil as long as that is not known.
	notices *notify.Status
	busy    bool // this page asked for the work under way

	following bool // the progress is read again in a moment
}

// What the page can be asked to begin with.
const (
	toCheck = "check" // the recovery sheet
	toPrint = "sheet" // likewise
	toAdd   = "add"   // a place
)

func newBackups(e *page.Env, begin string) page.Page {
	b := &backups{
		Gate: page.NewGate(e), env: e, copies: kit.VBox(10),
		lists: map[string][]backup.Point{}, unread: map[string]error{}, listing: map[string]bool{},
	}
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
	b.light = kit.NewCard("", kit.VBox(0))
	b.last = kit.NewKPI("clock", e.T("backups.last"), nil)
	b.drill = kit.NewCard("", kit.VBox(0))
	b.bar = kit.NewProgress(e.T("backups.running"), b.stop)
	b.bar.Hide()
	b.coming = kit.NewProgress("", nil)
	b.coming.Hide()
	columns := []kit.Column{
		{Title: e.T("backups.column.made"), Width: 150},
		{Title: e.T("backups.column.writer"), Width: 104, Weight: 1},
		{Title: e.T("backups.column.at"), Width: 165, Weight: 3},
		{Title: e.T("backups.column.invoice"), Width: 112},
		{Title: e.T("backups.column.size"), Width: 84, Align: fyne.TextAlignTrailing, Spare: true},
		{Title: e.T("backups.column.invoices"), Width: 90, Align: fyne.TextAlignTrailing, Spare: true},
	}
	b.grid = kit.NewGrid(columns, func() int { return len(b.points) }, b.cell)
	b.grid.SetEmpty(kit.NewEmpty("clock", e.T("backups.no_point"), e.T("backups.no_point_hint"), nil))
	places := kit.NewCard(e.T("backups.places"), kit.NewScroll(b.copies))
	under := func(key string) fyne.CanvasObject {
		said := kit.Pad(8, 16, 8, 16, kit.NewLabel(e.T(key), kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
		said.Hide()
		return said
	}
	b.earlier, b.marked = under("backups.points_before"), under("backups.points_earlier")
	b.doubts = under("backup.point_doubts")
	points := kit.NewCard(e.T("backups.points"), kit.Split(0, []float32{1, 0, 0, 0}, b.grid, b.doubts, b.marked, b.earlier)).Flush()
	if e.Can(backup.Begin.Spec) {
		restore := b.Write(kit.NewButton(e.T("backups.restore"), "clock-counter-clockwise", kit.Secondary,
			e.Shell.Restore).Small())
		points.Action(restore)
		if e.Can(past.Open.Spec) {
			look := func() { b.look(b.grid.Selected()) }
			b.grid.OnOpen = b.look
			b.open = kit.NewButton(e.T("backups.look"), "eye", kit.Secondary, look).Small()
			b.open.Disable() // until there is a point
			points.Action(kit.HBox(8, b.open, restore))
		}
	}
	if e.Can(backup.Begin.Spec) {
		b.wound = kit.NewNotice(kit.Error, e.T("backups.damaged"), e.T("backups.damaged_text"),
			kit.NewButton(e.T("integrity.restore"), "clock-counter-clockwise", kit.Primary, e.Shell.Restore))
	} else {
		b.wound = kit.NewNotice(kit.Error, e.T("backups.damaged"), e.T("backups.damaged_tell"))
	}
	b.wound.Hide()
	b.worry = kit.VBox(theme.GapTight)
	b.worry.Hide()
	body := kit.Split(theme.GapCard, []float32{0, 0, 0, 0, 0, 1}, b.wound, b.worry,
		kit.Cols(theme.GapCard, []float32{1.3, 1, 1.5}, b.light, b.last, b.drill), b.bar, b.coming,
		kit.Cols(theme.GapCard, []float32{1, 1.35}, places, points))
	b.object = kit.NewPage(kit.NewHeader(e.T("backups.title"), e.T("backups.under"), actions...), body)
	b.Settle()
	b.Refresh()
	switch {
	case begin == toCheck && e.Can(setup.CheckSheet.Spec):
		b.checkSheet()
	case begin == toPrint && e.Can(setup.PrintSheet.Spec):
		b.sheet()
	case begin == toAdd && e.Can(backup.Begin.Spec):
		b.edit(nil)
	}
	return b
}

func (b *backups) cell(row, col int) kit.CellView {
	e, p := b.env, b.points[row]
	switch col {
	case 0:
		return kit.CellView{Text: p.When(e.Text), Weight: kit.Bold}
	case 1:
		return kit.CellView{Text: b.writer(p.Point), Color: theme.Muted}
	case 2:
		view := kit.CellView{Text: b.status.Where(e.Text, p, b.silent), Color: theme.Muted}
		if b.status.Alone(p, b.silent) {
			view.Color = theme.WarnText
		}
		return view
	case 3:
		return kit.CellView{Text: p.Invoice}
	case 4:
		return kit.CellView{Text: e.Text.Bytes(p.Bytes), Color: theme.Muted}
	default:
		return kit.CellView{Text: e.Text.Number(p.Invoices)}
	}
}

// silent tells whether a place has not listed its points.
func (b *backups) silent(id string) bool {
	_, listed := b.lists[id]
	return !listed || b.unread[id] != nil
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
		gone := func(id string) bool {
			return id != "" && !slices.ContainsFunc(st.Copies, func(c backup.Copy) bool { return c.ID == id })
		}
		maps.DeleteFunc(b.lists, func(id string, _ []backup.Point) bool { return gone(id) })
		maps.DeleteFunc(b.unread, func(id string, _ error) bool { return gone(id) })
		for _, c := range st.Copies { // what another PC sent, such as the one before this, is there only
			b.list(c.ID)
		}
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
				if b.lacks, b.reprinted = p.SheetLacks, p.SheetShown; len(b.copies.Objects) > 0 {
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
	if b.listing[id] { // a place that is slow to answer is asked once
		return
	}
	b.listing[id] = true
	page.Call(b.env, backup.Points, backup.IDRequest{ID: id}, func(r backup.PointsResponse, err error) {
		b.listing[id] = false
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
		b.points = backup.Together(b.lists)
		points := make([]backup.Point, 0, len(b.points))
		for _, p := range b.points {
			points = append(points, p.Point)
		}
		b.writer = backup.Writers(points, b.env.Text)
		b.under()
		b.grid.Reload()
		if b.open != nil && len(b.points) > 0 {
			b.open.Enable()
		}
		if b.grid.Selected() < 0 {
			b.grid.Select(0)
		}
		if b.status.Origin != nil {
			b.places(b.status) // each says whose copies it has
		}
	})
}

// under shows what is to be known of the points that are listed, and of those that are not.
func (b *backups) under() {
	points := make([]backup.Point, 0, len(b.points))
	for _, p := range b.points {
		points = append(points, p.Point)
	}
	show := func(o fyne.CanvasObject, is bool) {
		if o.Hide(); is {
			o.Show()
		}
	}
	show(b.doubts, backup.Doubtful(points))
	show(b.marked, backup.Earlier(points))
	show(b.earlier, b.status.Renewed && !backup.Earlier(points))
}

// look opens the book as it was at a point, to be looked at.
func (b *backups) look(row int) {
	if row < 0 || row >= len(b.points) {
		return
	}
	p, at := b.points[row], ""
	if !p.Before.IsZero() {
		b.env.Shell.Toast(kit.Info, b.env.T("backups.points_earlier"))
		return
	}
	if !slices.Contains(p.At, "") { // this PC's own is the nearest
		at = p.At[0]
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

// Beat implements page.Living: work goes on, and copies are made, without anybody here.
func (b *backups) Beat() {
	if b.busy || b.following {
		return
	}
	page.Call(b.env, backup.GetStatus, op.Empty{}, func(st backup.Status, err error) {
		b.askAlerts()
		switch was := b.status; {
		case err != nil || b.busy:
		case !st.Saved.Equal(was.Saved) || st.Light != was.Light || len(st.Copies) != len(was.Copies) || moving(st):
			b.Refresh()
		case st.Stands(was):
			b.status = st
			b.figures(st)
		default:
			b.show(st)
		}
	})
}

// show tells the truth of the moment.
func (b *backups) show(st backup.Status) {
	if was := b.status; st.Light != was.Light || st.Head() != was.Head() || len(st.Copies) != len(was.Copies) {
		defer b.env.Shell.Changed("backup") // the shield, which is asked for less often, says no less than the page
	}
	b.status = st
	b.under()
	b.figures(st)
	b.Forget()
	b.worries(st)
	b.places(st)
	b.progress(st.Running)
	b.comes(st.Coming)
	if moving(st) {
		b.follow()
	}
}

// worriesMost is how many reasons stand above the cards: the rest of a small screen is for what can be done.
const worriesMost = 3

// worries shows the worst reasons why the owner should not be at ease, with what to do. That there is no copy, or no
// checked sheet, is said where it is mended, and what is wrong with one place at its line.
func (b *backups) worries(st backup.Status) {
	was, first := len(b.worry.Objects), len(b.copies.Objects) == 0
	defer func() {
		if !first && len(b.worry.Objects) != was {
			b.env.Shell.Moved()
		}
	}()
	b.worry.Objects = nil
	b.worry.Hide()
	for _, w := range st.Worries {
		if elsewhere(w.Key) || len(b.worry.Objects) == worriesMost {
			continue
		}
		notice := b.worrying(st, w)
		// A text that wraps knows its height once it has its width: the one before had it.
		notice.Resize(fyne.NewSize(b.worry.Size().Width, notice.MinSize().Height))
		b.worry.Objects = append(b.worry.Objects, notice)
		b.worry.Show()
	}
	b.object.Refresh()
}

// elsewhere tells whether a worry is said where it is mended.
func elsewhere(key string) bool { return key == "backup.worry.none" || key == "backup.worry.sheet" }

// worrying is one reason, with its button where one mends it.
func (b *backups) worrying(st backup.Status, w *fault.Fault) *kit.Banner {
	e := b.env
	title, mends := "backups.worry.title", backup.Begin.Spec
	var acts []fyne.CanvasObject
	switch w.Key {
	case "backup.worry.drill_failed", "backup.worry.drill_old", "backup.broken.trial", "backup.broken.trial_whole",
		"backup.broken.trial_stuck":
		title, mends = "backups.worry.proof", backup.Drill.Spec
	case "backup.broken.gone", "backup.broken.book", "backup.broken.files":
		title, mends = "backups.worry.lacks", backup.Refill.Spec
	case "backup.worry.drill_none", "backup.worry.drill_undated":
		title, mends = "backups.worry.unproved", backup.Drill.Spec
	case "backup.worry.files_lost", "backup.worry.files_away":
		title = "plan.files"
	case "backup.worry.clock_behind", "backup.worry.clock_ahead":
		title, mends = "backups.worry.clock", backup.Now.Spec
	case "backup.worry.login_unsaved":
		title = "backups.worry.login"
	case "backup.worry.erasable":
		title = "backups.worry.erase"
	default:
		if e.Can(backup.Begin.Spec) {
			acts = append(acts, b.Write(kit.NewButton(e.T("backups.add"), "plus", kit.Secondary, func() { b.edit(nil) })))
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
	return kit.NewNotice(tone, e.T(title), text, acts...)
}

// moving tells whether the copies change by themselves in the next moments.
func moving(st backup.Status) bool { return st.Running != nil || st.Coming != nil || st.Anew() }

// figures fills the three cards: how the copies stand, the last restore point, the last proof.
func (b *backups) figures(st backup.Status) {
	e := b.env
	tone := toneOf(st.Light)
	if st.Light == backup.Green && (st.Held() || st.Anew()) {
		tone = kit.Info
	}
	icon := "shield-check"
	if st.Light != backup.Green {
		icon = "shield-warning"
	}
	b.light.SetBody(figure(icon, tone, e.T("backups.state"), e.T(st.Head()), kit.Gap(0, 0), b.notes(st)...))
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
		saved := backup.Point{Made: st.Saved, Doubt: st.Clock != nil}
		b.last.Set(saved.When(e.Text), e.T(lastNote(st)), kit.Neutral, nil)
	}
	switch {
	case !st.DrillFailed.IsZero():
		b.prove(e.T("backups.drill_failed"), e.Text.Instant(st.DrillFailed), kit.Error)
	case st.Drill.IsZero() && st.Anew():
		b.prove(e.T("backups.soon"), e.T("backups.drill_anew"), kit.Neutral)
	case st.Drill.IsZero() && st.DrillUndated:
		b.prove(e.T("backups.drill_undated"), e.T("backups.drill_again"), kit.Warn)
	case st.Drill.IsZero():
		b.prove(e.T("backups.drill_never"), e.T("backups.drill_note"), kit.Warn)
	case st.Proof != nil:
		b.prove(e.Text.Instant(st.Drill), st.Proof.Told(e.Text), kit.Ok)
	default:
		b.prove(e.Text.Instant(st.Drill), e.T("backups.drill_ok"), kit.Ok)
	}
}

// lastNote is the message that says where the last restore point is, and whether it has all of the work.
func lastNote(st backup.Status) string {
	switch {
	case st.Latest().Before(st.Saved): // as the list says of the point
		return "backups.kept_here"
	case st.Unsaved:
		return "backups.some_out"
	case st.LossSeconds != 0: // without new work too
		return "backups.kept_here"
	case !st.Whole():
		return "backups.some_places"
	}
	return "backups.all_in"
}

// notes says why the copies stand as they do. That all of them are in place is said only when they are.
func (b *backups) notes(st backup.Status) []string {
	e := b.env
	lines := append(b.causes(st), st.Outstanding(e.Text)...)
	sheet := slices.IndexFunc(st.Worries, func(w *fault.Fault) bool { return w.Key == "backup.worry.sheet" })
	if sheet >= 0 {
		lines = append([]string{e.Text.Fault(st.Worries[sheet])}, lines...)
	}
	switch {
	case len(st.Copies) == 0:
		return []string{e.T("backups.note.none")}
	case len(lines) > 0:
		return lines[:min(len(lines), notesMost)]
	case slices.ContainsFunc(st.Worries, func(w *fault.Fault) bool { return !elsewhere(w.Key) }):
		return []string{e.T("backups.note.worry")}
	case st.Anew():
		return []string{e.T("backups.note.anew")}
	case st.Origin != nil:
		return []string{e.T("backups.note.restored")}
	case st.Whole():
		return []string{e.T("backups.note.green")}
	}
	return []string{e.T("backups.some_places")}
}

// notesMost is how many lines the card of the state has room for: causes, and what stands beside them.
const notesMost = 4

// causesMost is how many causes the card of the state has room for.
const causesMost = 2

// causes says what is wrong with the copies of this PC or of a place, each in a sentence; the worries above the cards say
// the rest.
func (b *backups) causes(st backup.Status) (lines []string) {
	st.Worries = nil
	all := st.Causes(b.env.Text)
	for _, c := range all[:min(len(all), causesMost)] {
		lines = append(lines, c.Text)
	}
	if n := len(all) - causesMost; n > 0 {
		lines = append(lines, b.env.Text.N("backups.more_causes", n, nil))
	}
	return lines
}

// figure is the content of a card: what it is about, how it is, and why.
func figure(icon string, tone kit.Tone, name, state string, right fyne.CanvasObject, notes ...string) fyne.CanvasObject {
	text := kit.VBox(2, kit.NewLabel(name, kit.Style{Weight: kit.Medium, Color: theme.Muted, Shrink: true}),
		kit.NewLabel(state, kit.Style{Weight: kit.Bold, Size: 17}))
	for _, note := range notes {
		text.Add(kit.NewLabel(note, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	}
	return kit.Row(12, kit.IconTile(icon, tone), text, right)
}

// prove tells of the last proven restore: when, and what it showed.
func (b *backups) prove(when, what string, tone kit.Tone) {
	e := b.env
	b.drill.SetBody(figure("arrow-counter-clockwise", tone, e.T("backups.drill"), when,
		kit.NewButton(e.T("backups.plan"), "", kit.Secondary, func() { e.Shell.Open(page.Route{Name: "plan"}) }).Small(), what))
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
		print := kit.NewButton(e.T("backups.sheet_print"), "", kit.Secondary, b.sheet)
		said, acts := "plan.sheet_lacks", []fyne.CanvasObject{print, kit.Spacer()}
		if b.reprinted && e.Can(setup.CheckSheet.Spec) {
			check := kit.NewButton(e.T("backups.sheet_check"), "", kit.Secondary, b.checkSheet)
			said, acts = "plan.sheet_shown", []fyne.CanvasObject{check, print, kit.Spacer()}
		}
		all = append(all, kit.NewNotice(kit.Warn, "", e.T(said, "places", e.Text.List(b.lacks))), kit.HBox(8, acts...))
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
	if st.SheetKnown && len(b.lacks) == 0 && len(st.Copies) > 0 && e.Can(setup.CheckSheet.Spec) {
		check := b.Write(kit.NewButton(e.T("backups.sheet_check"), "lifebuoy", kit.Ghost, b.checkSheet).Small())
		all = append(all, kit.HBox(8, check, kit.Spacer()))
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
	case c.Broken != nil:
		under = e.T("backups.place_broken")
	case c.Undated:
		under = e.T("backups.place_undated")
	case !c.LastOK.IsZero():
		under = e.T("backups.place_last", "when", e.Text.Instant(c.LastOK))
	case !c.Book.IsZero():
		under = e.T("backups.place_partly")
	case c.Again:
		under = e.T("backups.place_anew")
	case b.status.Origin != nil && len(b.lists[c.ID]) > 0:
		before := "backups.place_before"
		if !b.status.Paused.IsZero() {
			before = "backups.place_before_paused"
		}
		under = e.T(before, "writer", b.lists[c.ID][0].Writer)
	}
	text := kit.VBox(0, kit.NewLabel(c.Label, kit.Style{Weight: kit.Medium, Shrink: true}), kit.Caption(under))
	for _, line := range slices.Concat(b.plug(c), b.terms(c), b.shelter(c)) {
		text.Add(kit.NewLabel(line, kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true}))
	}
	if c.Broken != nil && c.Broken.Key != "backup.broken.gone" { // which the fault says, and what to do
		text.Add(kit.NewLabel(e.Text.Fault(c.Broken), kit.Style{Size: theme.SizeCaption, Color: theme.ErrorText, Wrap: true}))
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
		way := b.way(f, c.ID)
		if way == nil {
			way = b.again(f, c.Destination)
		}
		if way != nil {
			text.Add(kit.Pad(4, 0, 0, 0, kit.HBox(8, way, kit.Spacer())))
		}
	}
	icon, tone := "cloud-check", toneOf(c.Light)
	switch {
	case c.Light != backup.Green:
		icon = "cloud-slash"
	case c.Fault != nil: // nothing is late yet
		icon, tone = "cloud-slash", kit.Info
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
	case look && slices.Contains([]string{
		"backup.alarm.rolled_back", "backup.alarm.rolled_back_yet", "backup.alarm.gone", "backup.alarm.gone_yet",
		"backup.alarm.gone_book", "backup.alarm.gone_book_yet",
	}, f.Key):
		return b.Write(kit.NewButton(e.T("backups.acknowledge"), "", kit.Secondary, func() {
			page.Do(e, backup.Acknowledge, backup.IDRequest{ID: id}, done)
		}).Small())
	case f.Key == "backup.alarm.rival" && e.Can(backup.EndRival.Spec):
		writer, _ := f.Args["writer"].(string)
		return asks("backups.end_rival", func() { page.Do(e, backup.EndRival, backup.RivalRequest{Writer: writer}, done) })
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

// again is the button that logs in anew at a place whose log-in is over or refused, or trusts its server that has another
// identity than before; nil for every other fault.
func (b *backups) again(f *fault.Fault, d backup.Destination) fyne.CanvasObject {
	e := b.env
	if f == nil || !e.Can(backup.Begin.Spec) {
		return nil
	}
	n := backup.NewDestination{ID: d.ID, Provider: d.Provider, Label: d.Label, Folder: d.Folder, Again: true}
	make := func(browser bool) {
		destform.Make(e, n, browser, func(_ backup.Destination, err error) {
			if err != nil {
				e.Shell.Fail(d.Failed(e.Text, err))
				return
			}
			e.Shell.Changed("backup")
			b.backUpTo(d)
		})
	}
	switch f.Key {
	case "backup.dest_login":
		name, form := "backups.new_login", b.change
		switch {
		case d.Keyed:
			form = func(d backup.Destination) { b.edit(&d) }
		case slices.Contains([]string{"sftp", "webdav", "ftp", "smb"}, d.Provider):
			name = "backups.new_password"
		}
		return b.Write(kit.NewButton(e.T(name), "", kit.Secondary, func() {
			page.Call(e, backup.Providers, backup.AllRequest{All: true}, func(r backup.ProvidersResponse, err error) {
				browser := func(p backup.Provider) bool { return p.Name == d.Provider && p.Browser }
				if err == nil && slices.ContainsFunc(r.Providers, browser) {
					make(true) // there is nothing to type
					return
				}
				form(d)
			})
		}).Small())
	case "backup.dest_expired":
		return b.Write(kit.NewButton(e.T("backups.log_in"), "", kit.Secondary, func() { make(true) }).Small())
	case "backup.dest_hostkey":
		return b.Write(kit.NewButton(e.T("backups.trust"), "", kit.Secondary, func() {
			e.Shell.Confirm(e.T("backups.trust"), e.T("backups.trust_text", "label", d.Label), e.T("backups.trust"), true,
				func() { make(false) })
		}).Small())
	}
	return nil
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
			page.Call(e, backup.Probe, backup.IDRequest{ID: c.ID}, func(_ backup.Health, err error) {
				if err != nil {
					e.Shell.Fail(c.Failed(e.Text, err))
					return
				}
				e.Shell.Toast(kit.Ok, e.T("backups.probe_ok", "label", c.Label))
			})
		case "drill":
			b.try(c)
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
func (b *backups) edit(existing *backup.Destination) { b.form(existing, false) }

// change is edit with the keyboard in the box of the password.
func (b *backups) change(d backup.Destination) { b.form(&d, true) }

func (b *backups) form(existing *backup.Destination, secret bool) {
	e := b.env
	o := destform.ForEnv(e, existing)
	var m *kit.Modal
	var box *kit.LineEdit
	if secret {
		o.Secret = func(found *kit.LineEdit) {
			if box = found; m != nil {
				m.Focus(box)
			}
		}
	}
	form := destform.New(o)
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
				b.backUpTo(d)
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
	if box != nil {
		m.Focus(box)
	}
}

func (b *backups) backUp() { b.backUpTo(backup.Destination{}) }

// backUpTo saves and sends everywhere, and tells how it went at the place that was just made or changed; of the others
// their lines tell. The zero place stands for all of them.
func (b *backups) backUpTo(place backup.Destination) {
	e := b.env
	b.run(func(done func(backup.Status, error)) { page.Call(e, backup.Now, op.Empty{}, done) }, func(st backup.Status) {
		there := place.ID == ""
		for _, c := range st.Copies {
			if place.ID != "" && c.ID != place.ID {
				continue
			}
			if c.Fault != nil {
				e.Shell.Fail(c.Failed(e.Text, c.Fault))
				return
			}
			if c.Broken != nil {
				e.Shell.Fail(c.Broken)
				return
			}
			there = there || !c.Lacks && !c.LastOK.IsZero()
		}
		switch {
		case !there: // it was stopped before it began, or the place is gone: the lines show it
		case place.ID != "" && !st.Whole():
			e.Shell.Toast(kit.Ok, e.T("backups.done_there", "label", place.Label))
		default:
			e.Shell.Toast(kit.Ok, e.T("backups.done"))
		}
	})
}

// try makes a trial restore from a place.
func (b *backups) try(c backup.Copy) {
	e := b.env
	b.run(func(done func(backup.Status, error)) {
		page.Call(e, backup.Drill, backup.IDRequest{ID: c.ID}, func(st backup.Status, err error) {
			if err == nil || fault.Of(err).Code == fault.Unavailable {
				done(st, c.Failed(e.Text, err))
				return
			}
			page.Call(e, backup.GetStatus, op.Empty{}, func(now backup.Status, _ error) {
				for _, is := range now.Copies {
					if is.ID == c.ID && is.Broken != nil { // which says what becomes of it
						done(st, is.Broken)
						return
					}
				}
				done(st, c.Failed(e.Text, err))
			})
		})
	}, func(backup.Status) { e.Shell.Toast(kit.Ok, e.T("backups.drill_done", "label", c.Label)) })
}

// run performs long work while the bar follows it, and tells how it went.
func (b *backups) run(work func(done func(backup.Status, error)), tell func(backup.Status)) {
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
		tell(st)
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

// sheet shows the recovery sheet to be printed. That it was is known once two of its groups are typed back.
func (b *backups) sheet() {
	page.ShowSheet(b.env)
	if b.lacks != nil {
		b.reprinted = true
		b.places(b.status)
	}
}

// checkSheet asks for two groups of the key, from the paper.
func (b *backups) checkSheet() {
	e := b.env
	page.Do(e, setup.Get, op.Empty{}, func(p setup.Progress) {
		fields := map[string]*kit.Field{}
		edits := map[string]*kit.LineEdit{}
		how, asked := kit.Paragraph(""), kit.VBox(12)
		var shared *kit.Check
		ask := func(on bool) {
			clear(fields)
			clear(edits)
			asked.RemoveAll()
			groups, names, text := p.SheetGroups, []string{"backups.sheet_group", "backups.sheet_group"}, "backups.sheet_how"
			if on {
				groups, names, text = p.ShareGroups, []string{"backups.share_group", "backups.share_other"}, "backups.share_how"
			}
			how.SetText(e.T(text, "number", p.SheetNumber))
			for i, n := range groups {
				key := e.Text.Number(int64(n))
				edits[key] = kit.NewLineEdit("")
				fields[key] = kit.NewField(e.T(names[i], "n", n), edits[key])
				asked.Add(fields[key])
			}
		}
		shared = kit.NewCheck(e.T("backups.share_check"), ask)
		shared.SetOn(p.SheetShared)
		ask(p.SheetShared)
		body := kit.VBox(12, how, asked, shared)
		var m *kit.Modal
		ok := kit.NewButton(e.T("backups.sheet_check"), "check", kit.Primary, func() {
			req := setup.CheckRequest{Groups: map[string]string{}, Shared: shared.On()}
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

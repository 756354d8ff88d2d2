package start

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/page"
	"zafe/ui/page/destform"
	"zafe/ui/shell"
	"zafe/ui/theme"
)

// restorePage leads from a place with copies to a book on this PC: place, key, point, password.
type restorePage struct {
	f     *Flow
	form  *destform.Form
	place backup.NewDestination
	key   string
	sheet *sheetField
	at    machine.Place               // reached
	find  func(backup.NewDestination) // of the step that asks for the place: looks there, and goes on to the key
	vault machine.Vault
	older int // of the points listed so far, what to skip for older ones; 0 when there are none
}

var restoreSteps = []string{"place", "key", "point", "password"}

// Mend shows the restore of a copy in the place of a book that was just closed.
func (f *Flow) Mend() {
	f.work(func(ctx context.Context) (err error) {
		f.state, err = f.Machine.State(ctx)
		return err
	}, func(err error) {
		if err != nil {
			f.broken(err)
			return
		}
		f.Restore()
	})
}

// cutShort is the first screen after a restore that did not come to its end: it can be taken up again.
func (f *Flow) cutShort(u machine.Unfinished) {
	text := "start.cut.here"
	if f.state.Presence == machine.Nothing {
		text = "start.cut.nothing"
	}
	again := kit.NewButton(f.t("start.cut.again"), "clock-counter-clockwise", kit.Primary, func() { f.resume(u) })
	drop := kit.NewButton(f.t("start.cut.drop"), "", kit.Secondary, func() {
		if err := machine.Finished(f.Machine); err != nil {
			f.broken(err)
			return
		}
		f.Run()
	})
	place := cmp.Or(u.Folder, u.Label)
	f.show(f.beside(560, kit.VBox(14, kit.HBox(0, kit.IconTile("warning", kit.Warn), kit.Spacer()),
		kit.Title(f.t("start.cut.title")),
		kit.Paragraph(f.t(text, "at", f.Text.Instant(u.At), "place", place)),
		kit.HBox(theme.GapTight, again, drop, kit.Spacer()))))
}

// resume begins a restore that was cut short once more, with the place it was from.
func (f *Flow) resume(u machine.Unfinished) {
	r := f.newRestore(&backup.Destination{Label: u.Label, Provider: u.Provider, Folder: u.Folder})
	r.askPlace()
	if u.Provider == destform.Local { // the log-in of another is not remembered
		r.find(backup.NewDestination{Provider: u.Provider, Label: u.Label, Folder: u.Folder})
	}
}

// Restore shows the first step of a restore.
func (f *Flow) Restore() { f.closed(f.restore) }

// closed closes the book of this PC, where it is open with nobody in it, then goes on.
func (f *Flow) closed(then func()) {
	under := f.alone
	f.alone = nil // it is not entered any more
	f.work(func(context.Context) error {
		if b := under.wait(); b != nil {
			f.book = b
		}
		return nil
	}, func(error) {
		if f.book == nil || !f.book.Local() {
			then()
			return
		}
		shell.Leave(shell.LeaveOptions{
			Window: f.Window, Text: f.Text, Book: f.book, Spawn: f.Spawn, Abandon: true,
			Quit: func() { f.book = nil; then() },
		})
	})
}

func (f *Flow) restore() { f.newRestore(nil).askPlace() }

// newRestore prepares a restore from a place, nil when it is not known yet.
func (f *Flow) newRestore(from *backup.Destination) *restorePage {
	r := &restorePage{f: f}
	r.form = destform.New(destform.Options{
		Text: f.Text, Go: f.work, PickFolder: f.chooser().Folder, Reading: true, Existing: from,
		Fail: func(err error) { kit.Toast(f.Host, kit.Error, f.Text.Fault(fault.Of(err))) },
		Providers: func(_ context.Context, all bool) ([]backup.Provider,
			error,
		) {
			return f.Machine.Providers(all), nil
		},
		Fields: func(_ context.Context, provider string, values map[string]string) (backup.FormResponse, error) {
			fields, err := f.Machine.Form(provider, values)
			return backup.FormResponse{Fields: fields}, err
		},
	})
	return r
}

// show lays out a step.
func (r *restorePage) show(step int, content fyne.CanvasObject, back func(), right ...fyne.CanvasObject) {
	f := r.f
	var names []string
	for _, n := range restoreSteps {
		names = append(names, f.t("start.restore."+n))
	}
	bar := kit.NewStepBar(names...)
	bar.SetCurrent(step)
	key := restoreSteps[min(step, len(restoreSteps)-1)]
	left := kit.NewButton(f.t("common.back"), "caret-left", kit.Ghost, back)
	f.show(layStep(bar, kit.Title(f.t("start.restore."+key+".title")),
		kit.MutedParagraph(f.t("start.restore."+key+".text")),
		content, []fyne.CanvasObject{left}, right))
}

func (r *restorePage) askPlace() {
	f := r.f
	why := refusal()
	spin := kit.NewSpinner()
	spin.Hide()
	var next *kit.Button
	r.find = func(n backup.NewDestination) {
		refuse(why, "")
		busy(next, true)
		spin.Show()
		spin.Start()
		r.look(n, func(err error) {
			busy(next, false)
			spin.Stop()
			spin.Hide()
			switch {
			case err == nil:
				r.askKey(nil)
			case r.form.SetError(err):
			case fault.KeyOf(err) == "backup.no_vault" && r.form.Past():
				refuse(why, f.Text.Fault(fault.Of(err))+" "+f.t("start.restore.past"))
			default:
				refuse(why, f.Text.Fault(fault.Of(err)))
			}
		})
	}
	next = kit.NewButton(f.t("common.next"), "", kit.Primary, func() {
		if r.form.Check() {
			r.find(r.form.Value())
		}
	})
	content := kit.VBox(theme.GapCard, kit.NewCard("", kit.VBox(theme.GapField, r.form.Object(), why)),
		f.why("start.restore.why"))
	if folder := f.Machine.OwnCopies(); folder != "" {
		content.Objects = append([]fyne.CanvasObject{r.here(folder)}, content.Objects...)
	}
	r.show(0, content, f.Run, spin, next)
}

// here offers the copies that this PC keeps for itself.
func (r *restorePage) here(folder string) fyne.CanvasObject {
	f := r.f
	see := kit.NewButton(f.t("start.restore.here.act"), "", kit.Secondary, func() {
		r.find(backup.NewDestination{Provider: "local", Label: f.t("start.restore.here"), Folder: folder})
	})
	text := kit.VBox(theme.GapLabel, kit.Sub(f.t("start.restore.here")), kit.MutedParagraph(f.t("start.restore.here.more")))
	return kit.NewCard("", kit.Row(16, kit.IconTile("hard-drives", kit.Info), text, kit.Fixed(120, 0, see))).Room(18)
}

// look reaches a place and looks for backups there, so that nobody types the sheet for a folder that has none. The
// provider's questions are asked on the way.
func (r *restorePage) look(n backup.NewDestination, done func(error)) {
	r.place = n
	r.f.work(func(ctx context.Context) (err error) {
		r.at, err = r.f.Machine.ReachVault(ctx, n, r.question)
		return err
	}, done)
}

// askKey asks for the recovery key, then opens the place. A refusal of the place's own goes back to
// its form.
func (r *restorePage) askKey(problem error) {
	f := r.f
	if r.sheet == nil {
		r.sheet = f.newSheet()
	}
	sheet := r.sheet // as it was typed, when one comes back to it
	why := refusal()
	if problem != nil {
		refuse(why, f.Text.Fault(fault.Of(problem)))
	}
	spin := kit.NewSpinner()
	spin.Hide()
	var next *kit.Button
	try := func() {
		key, err := sheet.key()
		if err != nil {
			return // said at the box
		}
		r.key = key
		busy(next, true)
		spin.Show()
		spin.Start()
		r.reach(func(points []backup.Point, err error) {
			busy(next, false)
			spin.Stop()
			spin.Hide()
			switch {
			case err == nil:
				r.askPoint(points)
			case r.form.SetError(err):
				r.askPlace()
			default:
				refuse(why, f.Text.Fault(fault.Of(err)))
			}
		})
	}
	next = kit.NewButton(f.t("start.restore.look"), "", kit.Primary, try)
	sheet.then = try
	sheet.changed = func() { refuse(why, "") }
	r.show(1, kit.NewCard("", kit.VBox(theme.GapField, sheet.object, why)), r.askPlace, spin, next)
	f.focus(sheet.first())
}

// reach opens the place with the key and lists what it holds.
func (r *restorePage) reach(done func([]backup.Point, error)) {
	var points []backup.Point
	r.f.work(func(ctx context.Context) (err error) {
		if r.vault, err = r.at.Open(ctx, r.key); err != nil {
			return err
		}
		if points, r.older, err = r.vault.Points(ctx, 0); err == nil && len(points) == 0 {
			err = fault.New(fault.NotFound, "backup.vault_empty")
		}
		return err
	}, func(err error) { done(points, err) })
}

// question is called away from the UI goroutine, and waits there for the person.
func (r *restorePage) question(q backup.Question) (string, bool) {
	type reply struct {
		value string
		ok    bool
	}
	got := make(chan reply, 1)
	fyne.Do(func() {
		destform.Ask(r.f.Window, r.f.Text, q, func(value string, ok bool) { got <- reply{value, ok} })
	})
	a := <-got
	return a.value, a.ok
}

// askPoint lists the copies with what each of them holds.
func (r *restorePage) askPoint(points []backup.Point) {
	f := r.f
	var next *kit.Button
	var writer func(backup.Point) string
	grid := kit.NewGrid([]kit.Column{
		{Title: f.t("start.restore.made"), Width: 180},
		{Title: f.t("start.restore.writer"), Width: 160, Weight: 1},
		{Title: f.t("start.restore.invoices"), Width: 110, Align: fyne.TextAlignTrailing},
		{Title: f.t("start.restore.last"), Width: 140},
		{Title: f.t("start.restore.size"), Width: 100, Align: fyne.TextAlignTrailing},
	}, func() int { return len(points) }, func(row, col int) kit.CellView {
		p := points[row]
		switch col {
		case 0:
			return kit.CellView{Text: p.When(f.Text), Weight: kit.Bold}
		case 1:
			return kit.CellView{Text: writer(p)}
		case 2:
			return kit.CellView{Text: f.Text.Number(p.Invoices)}
		case 3:
			return kit.CellView{Text: p.Invoice}
		default:
			return kit.CellView{Text: f.Text.Bytes(p.Bytes), Color: theme.Muted}
		}
	})
	chosen := func() {
		if row := grid.Selected(); row >= 0 {
			r.askPassword(points, points[row])
		} else {
			kit.Toast(f.Host, kit.Info, f.t("start.restore.choose"))
		}
	}
	grid.OnOpen = func(int) { chosen() }
	next = kit.NewButton(f.t("common.next"), "", kit.Primary, chosen)
	content := kit.VBox(theme.GapCard)
	if r.vault.Newer() {
		content.Add(kit.NewNotice(kit.Warn, f.t("start.restore.newer"), f.t("start.restore.newer_text")))
	}
	// Where the newest is of a PC that another one replaced, both went on: only a person knows which of them has the work.
	current := slices.IndexFunc(points, func(p backup.Point) bool { return !p.Old })
	if current > 0 {
		content.Add(kit.NewNotice(kit.Warn, f.t("start.restore.lines"), f.t("start.restore.lines_text",
			"first", points[0].When(f.Text), "then", points[current].When(f.Text))))
	}
	content.Add(kit.Fixed(0, 320, grid))
	doubts := kit.NewLabel(f.t("backup.point_doubts"), kit.Style{Size: theme.SizeCaption, Color: theme.Muted, Wrap: true})
	listed := func() {
		if writer = backup.Writers(points, f.Text); backup.Doubtful(points) {
			doubts.Show()
		}
	}
	doubts.Hide()
	listed()
	content.Add(doubts)
	if r.older > 0 {
		content.Add(r.moreOlder(&points, grid, listed))
	}
	r.show(2, content, func() { r.askKey(nil) }, next)
	if current <= 0 {
		grid.Select(0)
	}
}

// moreOlder lists the next older copies under those that are listed; came hears of them.
func (r *restorePage) moreOlder(points *[]backup.Point, grid *kit.Grid, came func()) fyne.CanvasObject {
	f := r.f
	var older *kit.Button
	older = kit.NewButton(f.t("start.restore.older"), "", kit.Ghost, func() {
		busy(older, true)
		var more []backup.Point
		var skip int
		f.work(func(ctx context.Context) (err error) {
			more, skip, err = r.vault.Points(ctx, r.older)
			return err
		}, func(err error) {
			busy(older, false)
			if err != nil {
				kit.Toast(f.Host, kit.Error, f.Text.Fault(fault.Of(err)))
				return
			}
			*points, r.older = append(*points, more...), skip
			came()
			if grid.Refresh(); r.older == 0 {
				older.Hide()
			}
		})
	})
	return older
}

// askPassword asks for the password of the owner from now on, then restores.
func (r *restorePage) askPassword(points []backup.Point, p backup.Point) {
	f := r.f
	name := kit.NewLineEdit("")
	pass := f.newPassword(func() []string { return []string{name.Text()} })
	why := refusal()
	bar := kit.NewProgress("", nil)
	bar.Hide()
	offer := kit.VBox(0)
	var act *kit.Button
	act = kit.NewButton(f.t("start.restore.go"), "cloud-arrow-up", kit.Primary, func() {
		if pass.check() != nil {
			return
		}
		busy(act, true)
		refuse(why, "")
		bar.Show()
		bar.Set(f.t("start.restore.running"), "", -1)
		r.restore(p, strings.TrimSpace(name.Text()), pass.text(), bar, func(done machine.Restored, kept string, err error) {
			busy(act, false)
			bar.Hide()
			if err != nil {
				refuse(why, f.Text.Fault(fault.Of(err)))
				r.offerGood(offer, points, err)
				return
			}
			f.name, f.held = done.Login, nil
			f.done = f.t("start.restore.done", "made", f.Text.Instant(p.Made), "events", f.Text.Number(done.Events),
				"invoices", f.Text.Number(done.Invoices)) + f.keptAt(kept)
			f.Run()
		})
	})
	pass.then = func() { act.Tapped(nil) }
	what := f.t("start.restore.what", "made", p.When(f.Text), "writer", backup.Writers(points, f.Text)(p))
	card := kit.NewCard("", kit.VBox(theme.GapField, kit.Strong(what),
		kit.NewField(f.t("start.restore.login"), name).Hint(f.t("start.restore.login_hint")), pass.object,
		why, offer, bar))
	r.show(3, card, func() {
		if !f.restoring {
			r.askPoint(points)
		}
	}, act)
	f.focus(name)
}

// offerGood offers the last good point before one that turned out to be damaged.
func (r *restorePage) offerGood(in *fyne.Container, points []backup.Point, err error) {
	in.RemoveAll()
	id, ok := fault.Of(err).Args["point"].(string)
	if fault.KeyOf(err) != "backup.point_damaged" || !ok {
		return
	}
	var take *kit.Button
	take = kit.NewButton(r.f.t("start.restore.good"), "", kit.Secondary, func() {
		busy(take, true)
		var good backup.Point
		r.f.work(func(ctx context.Context) (err error) {
			good, err = r.vault.Point(ctx, id)
			return err
		}, func(err error) {
			if busy(take, false); err != nil {
				kit.Toast(r.f.Host, kit.Error, r.f.Text.Fault(fault.Of(err)))
				return
			}
			r.askPassword(points, good)
		})
	})
	in.Add(take)
}

func (r *restorePage) restore(p backup.Point, login, password string, bar *kit.Progress,
	done func(got machine.Restored, kept string, err error),
) {
	f := r.f
	var got machine.Restored
	var kept string
	f.restoring = true
	f.work(func(ctx context.Context) (err error) {
		kept, err = machine.Restoring(f.Machine, r.place, f.Clock(), func() error {
			got, err = r.vault.Restore(ctx, p.ID, login, password, func(at backup.Progress) {
				fyne.Do(func() { r.progress(bar, at) })
			})
			return err
		})
		return err
	}, func(err error) {
		f.restoring = false
		done(got, kept, err)
	})
}

func (r *restorePage) progress(bar *kit.Progress, at backup.Progress) {
	f := r.f
	right, share := page.Far(f.Text, at.Done, at.Total, at.Files, at.Of)
	bar.Set(f.t("backup.stage."+at.Stage), right, share)
}

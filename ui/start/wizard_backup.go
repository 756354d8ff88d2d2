package start

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/page/destform"
	"zafe/ui/theme"
)

// backup asks where the copies go, tries the place for real, makes the first copy and restores it to
// nowhere. It can be put off, but not in silence.
func (w *wizard) backup() {
	page.Do(w.env, backup.Destinations, op.Empty{}, func(d backup.DestinationsResponse) {
		if len(d.Destinations) > 0 {
			w.firstCopy(d.Destinations[0])
			return
		}
		w.place()
	})
}

// place is the form of the destination.
func (w *wizard) place() {
	t := w.env.T
	form := destform.New(destform.ForEnv(w.env, nil))
	loss := destform.NewLoss(w.env.Text, "")
	why := refusal()
	var next *kit.Button
	next = w.next(func() {
		if !form.Check() {
			return
		}
		refuse(why, "")
		destform.Sure(w.env, form.Value(), nil, func() { w.make(form, loss.Value(), next, why) })
	})
	skip := kit.NewButton(t("start.backup.skip"), "", kit.Ghost, func() {
		w.env.Shell.Confirm(t("start.backup.skip_title"), t("start.backup.skip_text"),
			t("start.backup.skip_act"), true, func() {
				page.Do(w.env, setup.SetStep, setup.StepRequest{Step: setup.Sheet, NoBackup: true},
					func(p setup.Progress) {
						w.progress = p
						w.resume()
					})
			})
	})
	w.show(setup.Backup, kit.NewCard("", kit.VBox(theme.GapField, form.Object(), kit.Separator(), loss.Object(), why)), skip, next)
}

// make tries a place for real and keeps it, with how much work may be lost.
func (w *wizard) make(form *destform.Form, most backup.Loss, next *kit.Button, why *kit.Label) {
	busy(next, true)
	destform.Make(w.env, form.Value(), form.Provider().Browser, func(d backup.Destination, err error) {
		busy(next, false)
		switch {
		case err == nil:
			w.env.Shell.Changed("destination")
			page.Do(w.env, backup.SetLoss, backup.LossRequest{Loss: most}, func(backup.Status) { w.firstCopy(d) })
		case fault.KeyOf(err) == "op.cancelled", form.SetError(err):
		default:
			refuse(why, w.env.Text.Fault(err))
		}
	})
}

// check is one line of the first copy: what is done, with its result.
type check struct {
	row  *fyne.Container
	text string
}

// firstCopy makes the first copy and the first trial restore, under the eyes of the owner.
func (w *wizard) firstCopy(d backup.Destination) {
	t := w.env.T
	done := []*check{
		newCheck(t("start.backup.place", "label", d.Label)), newCheck(t("start.backup.copy")),
		newCheck(t("start.backup.drill")),
	}
	done[0].set(kit.Ok)
	why := refusal()
	bar := kit.NewProgress(t("start.backup.copy"), nil)
	bar.Set(t("start.backup.copy"), "", -1)
	next := w.next(func() { w.goTo(after(setup.Backup)) })
	next.DisableWith(t("start.backup.wait"))
	again := kit.NewButton(t("start.retry"), "arrows-clockwise", kit.Secondary, func() { w.firstCopy(d) })
	again.Hide()
	rows := kit.VBox(theme.GapTight, done[0].row, done[1].row, done[2].row)
	w.show(setup.Backup, kit.NewCard(d.Label, kit.VBox(theme.GapField, rows, bar, why)), again, next)
	failed := func(c *check, err error) {
		bar.Hide()
		c.set(kit.Error)
		refuse(why, w.env.Text.Fault(err))
		again.Show()
		next.Enable() // the copies go on by themselves, and the shield says how they stand
		w.root.Refresh()
	}
	page.Call(w.env, backup.Now, op.Empty{}, func(st backup.Status, err error) {
		if err == nil {
			err = copyFault(st, d.ID)
		}
		if err != nil {
			failed(done[1], err)
			return
		}
		done[1].set(kit.Ok)
		proved := func(err error) {
			if err != nil {
				failed(done[2], err)
				return
			}
			bar.Hide()
			done[2].set(kit.Ok)
			next.Enable()
			w.env.Shell.Changed("backup")
			w.root.Refresh()
		}
		if slices.ContainsFunc(st.Copies, func(c backup.Copy) bool { return c.ID == d.ID && c.Sound() && !c.Drilled.IsZero() }) {
			proved(nil) // it was tried by itself meanwhile
			return
		}
		bar.Set(t("start.backup.drill"), "", -1)
		w.drill(d, proved)
	})
}

// copyFault is why a destination has no copy although the restore point was made; nil when it has.
func copyFault(st backup.Status, id string) error {
	for _, c := range st.Copies {
		if c.ID == id && c.Fault != nil {
			return c.Fault
		}
	}
	return nil
}

func (w *wizard) drill(d backup.Destination, done func(error)) {
	w.env.Shell.Go(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
		defer cancel()
		_, err := backup.Drill.Call(ctx, w.env.Caller, backup.IDRequest{ID: d.ID})
		return err
	}, done)
}

func newCheck(text string) *check {
	c := &check{text: text, row: kit.VBox(0)}
	c.set(kit.Neutral)
	return c
}

// set shows how the line stands: to do, done, or failed.
func (c *check) set(tone kit.Tone) {
	icon := map[kit.Tone]string{kit.Neutral: "hourglass", kit.Ok: "check", kit.Error: "x"}[tone]
	label := kit.NewLabel(c.text, kit.Style{Weight: kit.Medium, Shrink: true})
	c.row.Objects = []fyne.CanvasObject{kit.Row(12, kit.IconTile(icon, tone), label, kit.Gap(1, 1))}
	c.row.Refresh()
}

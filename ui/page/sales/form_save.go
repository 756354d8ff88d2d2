package sales

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/billing"
	"zafe/app/fault"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// restRetry is when a save that did not get through is tried again.
const restRetry = 10 * time.Second

// rehearse asks the book what the draft amounts to, without writing it.
func (f *form) rehearse() {
	if f.gone || f.locked || !f.env.Shell.Online() || !f.env.Can(saveOp(f.kind).Spec) {
		return
	}
	turn := f.turn
	page.Preview(f.env, saveOp(f.kind), f.request(), func(d billing.Document, err error) {
		if turn != f.turn || f.gone {
			return
		}
		if err != nil {
			f.refusedSave(err)
			return
		}
		f.explain(nil)
		f.answered(d)
	})
}

// save writes the draft when it changed, then goes on; a refusal is shown and nothing follows.
// What is typed while the answer is on its way is saved after it.
func (f *form) save(then func()) {
	switch {
	case f.gone || f.locked || !f.grid.Commit():
		return
	case f.saving:
		f.next = then
		return
	case f.turn == f.saved && f.doc.ID != 0, f.blank() && then == nil:
		f.autosave.Stop()
		if then != nil {
			then()
		}
		return
	}
	f.autosave.Stop()
	f.saving = true
	turn := f.turn
	page.Call(f.env, saveOp(f.kind), f.request(), func(d billing.Document, err error) {
		f.saving = false
		if then == nil {
			then = f.next
		}
		f.next = nil
		if err != nil {
			f.refusedSave(err)
			if then != nil && !f.locked {
				f.env.Shell.Fail(err)
			}
			return
		}
		f.kept(d, turn)
		if then != nil {
			f.finish(then)
		}
	})
}

// finish goes on once nothing is left to save.
func (f *form) finish(then func()) {
	if f.turn == f.saved {
		then()
		return
	}
	f.save(then)
}

// kept notes what the book has now.
func (f *form) kept(d billing.Document, turn int) {
	first := f.doc.ID == 0
	f.failure = nil
	f.explain(nil)
	f.doc.ID, f.doc.Version, f.base = d.ID, d.Version, d
	f.page.id = d.ID
	f.files.Saved(int64(d.ID))
	f.saved, f.savedAt = turn, now()
	if turn == f.turn {
		f.answered(d)
	} else {
		f.showState()
		f.autosave.Do(func() { f.save(nil) })
	}
	if first {
		f.gate()
		f.page.changed()
	}
}

// refusedSave says why the book did not take the draft.
func (f *form) refusedSave(err error) {
	if elsewhere(err) {
		f.conflict(err)
		return
	}
	f.explain(err)
	f.failure = err
	f.showState()
	if fault.KeyOf(err) == "incident.on" {
		f.env.Shell.Changed("incident") // the window tells when it is over
	}
	if fault.Of(err).Code == fault.Unavailable {
		f.autosave.In(restRetry, func() { f.save(nil) })
	}
}

// saveNow is the button: it says when it is done.
func (f *form) saveNow() {
	page.Writable(f.env, func() {
		f.changedLine()
		f.save(func() {
			f.page.changed()
			f.env.Shell.Toast(kit.Ok, f.env.T("sales_ui.saved"))
		})
	})
}

// changedLine takes what is under the caret of the grid and of the dates before a save.
func (f *form) changedLine() {
	f.date.Commit()
	f.until.Commit()
	f.place.date.Commit()
	f.grid.Commit()
}

// lock stops saving until the person chose.
func (f *form) lock() {
	f.locked = true
	f.autosave.Stop()
	f.rehearsal.Stop()
	f.showState()
	f.gate()
}

// conflict stops saving and lets the person settle what they typed with what is in the book.
func (f *form) conflict(err error) {
	f.lock()
	page.Call(f.env, billing.Get, billing.DocumentRequest{ID: f.doc.ID}, func(c billing.Card, failed error) {
		switch {
		case f.gone:
		case failed != nil || c.Final:
			f.bereft(err)
		case f.another(c.Document):
			f.bereft(fault.New(fault.NotFound, "billing.not_found"))
		default:
			f.settle(c)
		}
	})
}

// missing tells whether a refusal says that the draft is not in the book any more.
func missing(err error) bool {
	key := fault.KeyOf(err)
	return key == "billing.deleted" || key == "billing.not_found"
}

// bereft says that the draft is final, was deleted or cannot be read now: what is typed can be kept all the same, but
// for a credit note, which is only made of its invoice.
func (f *form) bereft(err error) {
	e := f.env
	title := e.T("sales_ui.conflict.title")
	theirs := kit.NewButton(e.T("sales_ui.conflict.theirs"), "arrows-clockwise", kit.Secondary, func() {
		f.turn = f.saved
		f.page.load()
	})
	if missing(err) {
		title = e.T("sales_ui.conflict.deleted")
		theirs = kit.NewButton(e.T("sales_ui.conflict.leave"), "x", kit.Secondary, func() {
			f.leave()
			f.turn = f.saved
			e.Shell.Back()
		})
	}
	answers := []fyne.CanvasObject{theirs.Small()}
	if f.kind != billing.CreditNote {
		mine := kit.NewButton(e.T("sales_ui.conflict.mine"), "floppy-disk", kit.Secondary, f.keepMine)
		answers = append(answers, mine.Small())
	}
	f.banner.Objects = nil
	f.banner.Add(kit.NewNotice(kit.Warn, title, e.Text.Fault(err), answers...))
	f.banner.Show()
	f.body.Refresh()
}

// keepMine writes what is typed, as a new draft when the other version is final or was deleted.
func (f *form) keepMine() {
	page.Call(f.env, billing.Get, billing.DocumentRequest{ID: f.doc.ID}, func(c billing.Card, err error) {
		said := "sales_ui.saved"
		switch {
		case missing(err), err == nil && (c.Final || f.another(c.Document)):
			f.doc.ID, f.doc.Version = 0, 0
			said = "sales_ui.saved_anew." + string(f.kind)
		case err != nil:
			f.env.Shell.Fail(err)
			return
		default:
			f.doc.Version, f.base = c.Version, c.Document
		}
		f.locked = false
		f.banner.Hide()
		f.body.Refresh()
		f.gate()
		f.turn++
		f.save(func() { f.env.Shell.Toast(kit.Ok, f.env.T(said)) })
	})
}

// carry saves the draft as it is typed now in another book, that of the PC which takes over.
func (f *form) carry() page.Carry {
	f.changedLine()
	if f.grid.Refusal() != "" {
		return nil
	}
	req, kind := f.request(), f.kind
	return page.Carrying(saveOp(kind), req, func(err error) (billing.SaveRequest, bool) {
		other := req
		other.ID, other.Version, other.ChangedAt = 0, 0, time.Time{}
		return other, elsewhere(err) && kind != billing.CreditNote // which is only made of its invoice
	}, func(d billing.Document) page.Route { return routeOf(kind, d.ID) })
}

// elsewhere tells whether a refusal says that the draft is not the one that was typed on.
func elsewhere(err error) bool {
	switch fault.KeyOf(err) {
	case "billing.changed_meanwhile", "billing.already_final", "billing.quote_final":
		return true
	}
	return missing(err)
}

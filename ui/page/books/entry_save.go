package books

import (
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/bin"
	"zafe/app/fault"
	"zafe/app/ledger"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
)

// save writes the draft when it changed, then goes on; after a refusal nothing follows.
func (f *form) save(then func()) {
	if f.saving || f.locked || !f.date.Commit() || !f.grid.Commit() {
		return
	}
	if f.turn == f.saved && f.was.ID != 0 {
		then()
		return
	}
	turn := f.turn
	req := f.request()
	if f.empty() {
		f.env.Shell.Toast(kit.Info, f.env.T("books.entry.nothing"))
		return
	}
	f.saving = true
	page.Call(f.env, ledger.EntrySave, req, func(e ledger.Entry, err error) {
		f.saving = false
		if err != nil {
			f.refused(err)
			return
		}
		f.kept(e, turn)
		then()
	})
}

// keep saves the draft, for what needs it in the book, then goes on with its id.
func (f *form) keep(then func(id int64)) {
	f.date.Commit()
	f.grid.Commit()
	if f.empty() {
		f.env.Shell.Toast(kit.Info, f.env.T("attached.nothing_yet"))
		return
	}
	f.save(func() { then(int64(f.was.ID)) })
}

// kept notes what the book has now; what was typed meanwhile stays to be saved.
func (f *form) kept(e ledger.Entry, turn int) {
	f.entry.was, f.saved = e, turn
	f.files.Saved(int64(e.ID))
	f.explain(nil)
	f.grid.Reload()
	f.head.SetActions(f.actions()...)
	f.env.Shell.Changed("ledger")
}

// refused says why the book did not take the draft, nothing typed being lost.
func (f *form) refused(err error) {
	if elsewhere(err) {
		f.conflict(err)
		return
	}
	if !f.explain(err) {
		f.env.Shell.Fail(err)
	}
}

// saveNow is the button and Ctrl+S.
func (f *form) saveNow() {
	page.Writable(f.env, func() {
		f.save(func() { f.env.Shell.Toast(kit.Ok, f.env.T("books.entry.kept")) })
	})
}

// done is Enter under a balanced entry: it is kept, and the next one starts.
func (f *form) done() {
	if f.empty() {
		return
	}
	page.Writable(f.env, func() {
		f.save(func() {
			f.env.Shell.Toast(kit.Ok, f.env.T("books.entry.kept_next"))
			f.next()
		})
	})
}

// post makes the draft final, once saved and confirmed.
func (f *form) post() {
	e := f.env
	page.Writable(e, func() {
		f.save(func() {
			debit, _ := f.lines.totals()
			title := e.T("books.post_ask", "amount", debit)
			e.Shell.Confirm(title, e.T("books.post_text"), e.T("books.post_one"), false, func() {
				req := ledger.PostRequest{IDs: []ledger.EntryID{f.was.ID}}
				page.Call(e, ledger.EntryPost, req, func(r ledger.PostResult, err error) {
					if err != nil {
						f.refused(err)
						return
					}
					e.Shell.Toast(kit.Ok, e.T("books.posted", "num", r.Entries[0].Num))
					e.Shell.Changed("ledger")
					f.shown(r.Entries[0])
				})
			})
		})
	})
}

// remove throws the draft away.
func (f *form) remove() {
	e := f.env
	page.Writable(e, func() {
		text := e.T("books.delete_text", "days", int(bin.Kept/(24*time.Hour)))
		if n := f.files.Count(); n > 0 {
			text += " " + e.Text.N("attached.go_too", n, nil)
		}
		e.Shell.Confirm(e.T("books.delete_ask"), text, e.T("books.delete_act"), true, func() {
			req := ledger.EntryDeleteRequest{ID: f.was.ID, Version: f.was.Version, ChangedAt: f.was.ChangedAt}
			page.Call(e, ledger.EntryDelete, req, func(_ op.Empty, err error) {
				if err != nil {
					f.refused(err)
					return
				}
				f.saved = f.turn
				e.Shell.Changed("ledger")
				e.Shell.Toast(kit.Ok, e.T("books.deleted"))
				e.Shell.Back()
			})
		})
	})
}

// conflict stops saving and lets the person settle what they typed with what is in the book.
func (f *form) conflict(err error) {
	f.locked = true
	if fault.KeyOf(err) != "ledger.changed_meanwhile" {
		f.bereft(err)
		return
	}
	page.Call(f.env, ledger.EntryGet, ledger.EntryRequest{ID: f.was.ID}, func(now ledger.Entry, err error) {
		switch {
		case err != nil:
			f.bereft(err)
		case f.another(now):
			f.bereft(gone())
		default:
			f.settle(now)
		}
	})
}

// bereft says that the draft is gone or posted, or cannot be read: what is typed can be kept as a new one.
func (f *form) bereft(err error) {
	e := f.env
	notice := kit.NewNotice(kit.Warn, e.T("books.conflict.title"), e.Text.Fault(err),
		kit.NewButton(e.T("common.close"), "arrows-clockwise", kit.Secondary, func() {
			f.saved = f.turn
			e.Shell.Back()
		}).Small(),
		kit.NewButton(e.T("books.conflict.mine"), "floppy-disk", kit.Secondary, f.keepAnew).Small())
	f.banner.Objects = []fyne.CanvasObject{notice}
	f.banner.Show()
	f.frame.Refresh()
}

// keepAnew writes what is typed as a new draft.
func (f *form) keepAnew() {
	f.entry.was.ID, f.entry.was.Version = 0, 0
	f.locked = false
	f.banner.Hide()
	f.frame.Refresh()
	f.turn++
	page.Writable(f.env, func() {
		f.save(func() { f.env.Shell.Toast(kit.Ok, f.env.T("books.entry.kept_anew")) })
	})
}

// elsewhere tells whether a refusal says that the draft is not the one that was typed on.
func elsewhere(err error) bool {
	switch fault.KeyOf(err) {
	case "ledger.changed_meanwhile", "ledger.entry_gone", "ledger.entry_deleted", "ledger.entry_posted":
		return true
	}
	return false
}

// carry saves the draft as it is typed now in another book, that of the PC which takes over.
func (f *form) carry() page.Carry {
	if !f.date.Commit() || !f.grid.Commit() {
		return nil
	}
	req := f.request()
	return page.Carrying(ledger.EntrySave, req, func(err error) (ledger.EntrySaveRequest, bool) {
		other := req
		other.ID, other.Version, other.ChangedAt = 0, 0, time.Time{}
		return other, elsewhere(err)
	}, func(e ledger.Entry) page.Route { return page.Route{Name: "entry", ID: int64(e.ID)} })
}

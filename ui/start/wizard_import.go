package start

import (
	"fyne.io/fyne/v2"

	"zafe/app/imports"
	"zafe/app/ledger"
	"zafe/app/party"
	"zafe/app/setup"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// imports offers to bring in what the company has elsewhere. Everything here can be done later too.
func (w *wizard) imports() {
	t := w.env.T
	report := kit.VBox(theme.GapField)
	what := kit.NewRadio([]kit.Option{
		{Key: "none", Text: t("start.import.none"), Detail: t("start.import.none_more")},
		{Key: "customers", Text: t("start.import.customers"), Detail: t("start.import.customers_more")},
		{Key: "fec", Text: t("start.import.fec"), Detail: t("start.import.fec_more")},
	}, nil)
	pick := kit.NewButton(t("start.import.pick"), "folder-open", kit.Secondary, nil)
	pick.Hide()
	say := func(objects ...fyne.CanvasObject) {
		report.Objects = objects
		report.Refresh()
		w.root.Refresh()
	}
	what.OnChanged = func(key string) {
		say()
		if key == "none" {
			pick.Hide()
		} else {
			pick.Show()
		}
		w.root.Refresh()
	}
	pick.OnTapped = func() {
		if what.Key() == "fec" {
			w.pickFEC(say)
		} else {
			w.pickCustomers(say)
		}
	}
	card := kit.NewCard("", kit.VBox(theme.GapField, what, kit.HBox(0, pick, kit.Spacer()), report))
	w.show(setup.Import, card, w.next(func() {
		if what.Key() != "none" && !w.imported {
			say(kit.NewNotice(kit.Warn, "", t("start.import.first")))
			return
		}
		w.goTo(after(setup.Import))
	}))
}

// pickCustomers reads a file of customers, tells what it would do, and does it on a clear yes.
func (w *wizard) pickCustomers(say func(...fyne.CanvasObject)) {
	t := w.env.T
	w.env.Shell.PickFile(t("start.import.customers"), []string{".csv", ".txt", ".xlsx", ".xls"},
		func(name string, data []byte) {
			up := imports.Upload{Name: name, Data: data}
			page.Do(w.env, party.ImportPreview, up, func(p imports.Preview) {
				if len(p.Missing) > 0 {
					say(kit.NewNotice(kit.Warn, name, t("start.import.columns")))
					return
				}
				n := w.env.Text.N
				summary := kit.NewNotice(kit.Info, name, n("start.import.new", p.New,
					nil)+" "+n("start.import.left_out", p.Errors+p.Duplicates, nil))
				if p.New == 0 {
					say(summary)
					return
				}
				var act *kit.Button
				act = kit.NewButton(t("common.import"), "download-simple", kit.Secondary, func() {
					busy(act, true)
					page.Call(w.env, party.Import, party.ImportRequest{Upload: up, SkipErrors: true},
						func(b imports.Batch, err error) {
							busy(act, false)
							if err != nil {
								w.env.Shell.Fail(err)
								return
							}
							w.imported = true
							say(kit.NewNotice(kit.Ok, name, n("start.import.done", b.Created, nil)))
						})
				})
				say(summary, kit.HBox(0, act, kit.Spacer()))
			})
		})
}

// pickFEC reads the accounting file of a past year, tells what it holds, and takes it in on a clear
// yes. A file with errors is refused as a whole.
func (w *wizard) pickFEC(say func(...fyne.CanvasObject)) {
	t := w.env.T
	w.env.Shell.PickFile(t("start.import.fec"), []string{".txt", ".csv", ".xml"}, func(name string,
		data []byte,
	) {
		req := ledger.FECImportRequest{Name: name, Data: data}
		page.Preview(w.env, ledger.FECImport, req, func(r ledger.FECReport, err error) {
			if err != nil {
				say(kit.NewNotice(kit.Error, name, w.env.Text.Fault(err)))
				return
			}
			n := w.env.Text.N
			if r.Errors > 0 {
				say(kit.NewNotice(kit.Error, name, n("start.import.fec_errors", r.Errors, nil)))
				return
			}
			held := t("start.import.fec_holds", "entries", w.env.Text.Number(r.Entries), "lines",
				w.env.Text.Number(r.Lines),
				"total", w.env.Text.Amount(r.Debit), "year", w.yearText(r.Period))
			var act *kit.Button
			act = kit.NewButton(t("common.import"), "download-simple", kit.Secondary, func() {
				busy(act, true)
				page.Call(w.env, ledger.FECImport, req, func(r ledger.FECReport, err error) {
					busy(act, false)
					if err != nil {
						w.env.Shell.Fail(err)
						return
					}
					w.imported = true
					say(kit.NewNotice(kit.Ok, name, n("start.import.fec_done", int(r.Entries), nil)))
				})
			})
			say(kit.NewNotice(kit.Info, name, held), kit.HBox(0, act, kit.Spacer()))
		})
	})
}

package page

import (
	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/ui/kit"
)

// Sheet asks where the copies are and what the recovery sheet is called, and gives what prints it, with every place.
func Sheet(e *Env, print func(setup.SheetRequest, setup.Progress)) {
	Do(e, backup.Destinations, op.Empty{}, func(d backup.DestinationsResponse) {
		req := setup.SheetRequest{Lang: e.Text.Lang()}
		for _, at := range d.Destinations {
			req.Places = append(req.Places, at.Where())
		}
		Do(e, setup.Get, op.Empty{}, func(p setup.Progress) { print(req, p) })
	})
}

// ShowSheet shows the recovery sheet, and says what is to become of its file.
func ShowSheet(e *Env) {
	Sheet(e, func(req setup.SheetRequest, p setup.Progress) {
		e.Shell.ShowDocument(p.SheetFile(e.Text), Fetch(e, setup.PrintSheet, req))
		e.Shell.Toast(kit.Info, e.T("setup.sheet_keep"))
	})
}

// ShowShares shows the sheets that share the recovery key, as ShowSheet does.
func ShowShares(e *Env) {
	Sheet(e, func(req setup.SheetRequest, p setup.Progress) {
		e.Shell.ShowDocument(p.SharesFile(e.Text), Fetch(e, setup.PrintShares, req))
		e.Shell.Toast(kit.Info, e.T("setup.sheet_keep"))
	})
}

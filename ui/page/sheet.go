package page

import (
	"context"
	"slices"
	"strings"

	"zafe/app/backup"
	"zafe/app/op"
	"zafe/app/setup"
	"zafe/ui/kit"
)

// Sheet asks where the copies are and what the recovery sheet is called, and gives what prints it, with every place.
func Sheet(e *Env, print func(setup.SheetRequest, setup.Progress)) {
	Do(e, backup.Destinations, op.Empty{}, func(d backup.DestinationsResponse) {
		places(e, d.Destinations, func(all []string) {
			req := setup.SheetRequest{Lang: e.Text.Lang(), Places: all}
			if len(all) == len(d.Reaches) { // all of them, unless the program ends
				req.Reaches = d.Reaches
			}
			Do(e, setup.Get, op.Empty{}, func(p setup.Progress) { print(req, p) })
		})
	})
}

// places words where copies are, each in two lines, for the recovery sheet: whoever has lost everything else types it
// into an empty form from there. No secret is among it. What cannot be asked is left out, and the sheet has the rest.
func places(e *Env, at []backup.Destination, done func([]string)) {
	out := []string{}
	e.Shell.Go(func(ctx context.Context) error {
		var kinds backup.ProvidersResponse
		var err error
		if e.Can(backup.Providers.Spec) {
			kinds, err = backup.Providers.Call(ctx, e.Caller, backup.AllRequest{All: true})
		}
		for _, d := range at {
			where := d.Where()
			i := slices.IndexFunc(kinds.Providers, func(p backup.Provider) bool { return p.Name == d.Provider })
			if err == nil && i >= 0 {
				form, formErr := backup.Form.Call(ctx, e.Caller, backup.FormRequest{Provider: d.Provider, ID: d.ID})
				if formErr == nil {
					where += "\n" + entered(e, kinds.Providers[i], form.Fields)
				}
			}
			out = append(out, where)
		}
		return nil
	}, func(error) { done(out) })
}

// entered is what a form shows at first, but for secrets: what kind of place it is, and how it is reached.
func entered(e *Env, p backup.Provider, fields []backup.Field) string {
	title := p.Title
	if p.TitleKey != "" && e.Text.Has(p.TitleKey) {
		title = e.T(p.TitleKey)
	}
	facts := []string{title}
	for _, f := range fields {
		if f.Secret || f.Advanced || f.Reading || f.Own || f.Kind == "bool" || f.LabelKey == "" || f.Default == "" {
			continue
		}
		facts = append(facts, e.T(f.LabelKey)+" "+f.Default)
	}
	return strings.Join(facts, " · ")
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

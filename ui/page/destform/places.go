package destform

import (
	"context"
	"slices"
	"strings"

	"zafe/app/backup"
	"zafe/ui/page"
)

// Places words where copies are, each in two lines, for the recovery sheet: whoever has lost everything else types it into
// an empty form from there. No secret is among it. What cannot be asked is left out, and the sheet has the rest.
func Places(e *page.Env, at []backup.Destination, done func([]string)) {
	var out []string
	e.Shell.Go(func(ctx context.Context) error {
		kinds, err := backup.Providers.Call(ctx, e.Caller, backup.AllRequest{All: true})
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
func entered(e *page.Env, p backup.Provider, fields []backup.Field) string {
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

package page

import (
	"strings"

	"zafe/app/fr"
	"zafe/ui/kit"
)

// LegalForms are the legal forms to choose from, by the initials people know and the full name.
func LegalForms() []kit.Option {
	var out []kit.Option
	for _, f := range fr.LegalForms() {
		text := f.Label
		// The initials of a micro-entreprise are another's, and an association has none.
		if strings.EqualFold(f.Key, f.Abbreviation) && !strings.HasPrefix(text, f.Abbreviation) {
			text = f.Abbreviation + " – " + text
		}
		out = append(out, kit.Option{Key: f.Key, Text: text})
	}
	return out
}

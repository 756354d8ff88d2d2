package page_test

import (
	"testing"

	"zafe/app/fr"
	"zafe/ui/page"
)

// TestLegalFormsSayTheirInitials: people know theirs by its initials, or by its name.
func TestLegalFormsSayTheirInitials(t *testing.T) {
	want := map[string]string{
		"sarl": "SARL – Société à responsabilité limitée", "ei": "EI – Entreprise individuelle",
		"micro": "Micro-entreprise (entrepreneur individuel)", "association": "Association déclarée (loi de 1901)",
	}
	all := page.LegalForms()
	for _, o := range all {
		if text, ok := want[o.Key]; ok && o.Text != text {
			t.Errorf("%s: %q, want %q", o.Key, o.Text, text)
		}
		delete(want, o.Key)
	}
	if len(want) > 0 || len(all) != len(fr.LegalForms()) {
		t.Errorf("%d forms, without %v", len(all), want)
	}
}

package shell_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"zafe/app/i18n"
)

// TestHelpNamesWhoseWorkIsInside: licences that ask to be named are, in every language.
func TestHelpNamesWhoseWorkIsInside(t *testing.T) {
	raw, err := os.ReadFile("../../assets/fr/LICENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	licence := regexp.MustCompile(`CC BY [0-9.]+|CC0-1\.0|Open Government Licence v[0-9.]+|BSD-3-Clause|MIT|Unicode licence v[0-9]`)
	people := regexp.MustCompile(`Richelieu, ([\p{L}-]+ [\p{L}-]+) and ([\p{L}-]+ [\p{L}-]+)|Django, ([\p{L}-]+ [\p{L}-]+)`)
	var names []string
	for _, m := range people.FindAllStringSubmatch(string(raw), -1) {
		names = append(names, m[1:]...)
	}
	names = append(names, licence.FindAllString(string(raw), -1)...)
	if len(names) < 10 {
		t.Fatalf("only %q found in the list of licences", names)
	}
	for _, lang := range []string{i18n.French, i18n.English} {
		text := i18n.For(lang).T("shell.help.sources", nil)
		for _, n := range names {
			if !strings.Contains(text, n) {
				t.Errorf("%s: %q is not named", lang, n)
			}
		}
	}
}

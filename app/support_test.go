package app_test

import (
	"testing"

	"zafe/app/auth"
	"zafe/app/i18n"
	"zafe/app/op"
	"zafe/app/support"
)

// TestEveryReadingOfWhoHelpsHasAName for people, in both languages: each question that an access may ask and that the
// journal keeps. An access has no right that writes, shows a secret or takes files out.
func TestEveryReadingOfWhoHelpsHasAName(t *testing.T) {
	who := auth.Actor{Support: 1, Rights: support.Granted{Sales: true, Ledger: true, Shown: true}.Rights()}
	asked := 0
	for _, s := range registry(t).Specs() {
		if s.Kind != op.Query || !who.May(s.Needs) || s.Needs == auth.Anyone || s.Needs == auth.Public {
			continue
		}
		asked++
		for _, lang := range []string{i18n.French, i18n.English} {
			if !i18n.For(lang).Has("support.saw." + s.Name) {
				t.Errorf("%s has no name in %s", s.Name, lang)
			}
		}
	}
	if asked < 25 {
		t.Errorf("only %d questions", asked)
	}
	reader := auth.Reader.Rights()
	for p := range who.Rights {
		if reader.Scope(p) == auth.None {
			t.Errorf("who helps holds %s, which who only reads does not", p)
		}
	}
}

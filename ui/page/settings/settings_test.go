package settings

import (
	"testing"

	"zafe/app/auth"
	"zafe/app/company"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

func TestTwoScreensOfTheSameProfile(t *testing.T) {
	w := storetest.NewWorld(t, company.Bind[*store.Tx])
	e, shell := uitest.New(t, w.As("owner"), auth.Owner)
	open := func() *settings { return Routes()["settings"](e, page.Route{}).(*settings) }
	mine, theirs := open(), open()
	for _, name := range []string{"Durand", "Durand et filles"} { // what a save gives back serves the next
		theirs.edits["name"].SetText(name)
		theirs.store()
	}
	if len(shell.Failed) > 0 || len(shell.Toasts) != 2 {
		t.Fatalf("two saves in a row: %v %v", shell.Failed, shell.Toasts)
	}
	mine.edits["name"].SetText("Dupont")
	mine.store()
	if len(shell.Failed) != 1 || fault.KeyOf(shell.Failed[0]) != "company.changed_meanwhile" {
		t.Fatalf("an older screen saved over a newer: %v", shell.Failed)
	}
	if again := open(); again.edits["name"].Text() != "Durand et filles" {
		t.Errorf("stored %q", again.edits["name"].Text())
	}
}

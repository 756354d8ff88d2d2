package settings

import (
	"testing"

	"zafe/app/auth"
	"zafe/app/company"
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
	mine.dirty = true
	mine.store()
	if !mine.banner.Visible() || !mine.Unsaved() || mine.edits["name"].Text() != "Dupont" {
		t.Fatalf("an older screen saved over a newer, or lost what was typed: %v", shell.Failed)
	}
	if again := open(); again.edits["name"].Text() != "Durand et filles" {
		t.Errorf("stored %q", again.edits["name"].Text())
	}
	uitest.Press(t, mine.banner, "Garder ma saisie")
	if again := open(); again.edits["name"].Text() != "Dupont" || mine.banner.Visible() || mine.Unsaved() {
		t.Errorf("kept %q", again.edits["name"].Text())
	}
	// what is not typed goes on as the other one left it
	theirs.Refresh()
	theirs.edits["city"].SetText("Nantes")
	theirs.store()
	mine.edits["phone"].SetText("0240123456")
	mine.dirty = true
	mine.Elsewhere()
	uitest.Press(t, mine.banner, "Garder ma saisie")
	if again := open(); again.edits["city"].Text() != "Nantes" || again.edits["phone"].Text() != "0240123456" {
		t.Errorf("kept %q and %q", again.edits["city"].Text(), again.edits["phone"].Text())
	}
}

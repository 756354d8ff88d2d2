package page_test

import (
	"testing"

	"zafe/app/auth"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/uitest"
)

// TestAGateTurnsOnOnlyWhatItTurnedOff: a page may turn a button off while the book is out of reach.
func TestAGateTurnsOnOnlyWhatItTurnedOff(t *testing.T) {
	env, sh := uitest.New(t, nil, auth.Owner)
	g := page.NewGate(env)
	button := func() *kit.Button { return g.Write(kit.NewButton("b", "", kit.Primary, nil)) }
	free, before, meanwhile, both := button(), button(), button(), button()
	before.DisableWith("choose a row")
	sh.Offline = true
	g.SetOnline(false)
	late := button()
	for name, b := range map[string]*kit.Button{"free": free, "before": before, "late": late} {
		if !b.Disabled() {
			t.Errorf("%s can be pressed while the book is out of reach", name)
		}
	}
	meanwhile.DisableWith("choose a row")
	both.DisableWith("choose a row")
	both.Enable()
	sh.Offline = false
	g.SetOnline(true)
	for name, c := range map[string]struct {
		b  *kit.Button
		on bool
	}{
		"free": {free, true}, "late": {late, true}, "before": {before, false}, "meanwhile": {meanwhile, false},
		"off and on again meanwhile": {both, true},
	} {
		if c.b.Disabled() == c.on {
			t.Errorf("%s: on is %v", name, !c.on)
		}
	}
}

package shell

import (
	"testing"

	"zafe/app/backup"
	"zafe/app/i18n"
	"zafe/ui/kit"
)

// TestTheShieldIsCalmWhileTheCopiesBeginAgain: it says what the page of the backups says, and how far it is.
func TestTheShieldIsCalmWhileTheCopiesBeginAgain(t *testing.T) {
	s := &Shell{Options: Options{Text: i18n.For("fr")}}
	f := facts{known: true, backup: backup.Status{
		Light: backup.Green, Copies: []backup.Copy{{Light: backup.Green, Again: true, Lacks: true}},
	}}
	const anew = "Les copies recommencent sous la nouvelle clé"
	if got := f.saying(s); got != anew || f.tone() != kit.Info || f.icon() != "shield-check" {
		t.Errorf("%q, tone %v, icon %s", got, f.tone(), f.icon())
	}
	f.backup.Running = &backup.Running{Done: 4, Total: 10}
	if got := f.saying(s); got != anew+"\u00a0: 40\u00a0%" {
		t.Errorf("at work: %q", got)
	}
	f.backup.Running, f.backup.Light = nil, backup.Amber
	if got := f.saying(s); got == anew || f.tone() != kit.Warn {
		t.Errorf("after the usual delay: %q, tone %v", got, f.tone())
	}
}

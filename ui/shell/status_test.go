package shell

import (
	"strings"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/store/storetest"
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

// TestTheShieldDoesNotSayThatAllIsSafe while work waits, or could not leave though nothing is late yet.
func TestTheShieldDoesNotSayThatAllIsSafe(t *testing.T) {
	s := &Shell{Options: Options{Text: i18n.For("fr"), Clock: func() time.Time { return storetest.Noon }}}
	whole := backup.Copy{Light: backup.Green, LastOK: storetest.Noon.Add(-3 * time.Minute)}
	lacks, failed := whole, whole
	lacks.Lacks = true
	failed.Fault = fault.New(fault.Unavailable, "backup.disk_absent", "folder", "/x")
	for name, c := range map[string]struct {
		copies backup.Copy
		want   string
		tone   kit.Tone
	}{
		"all there": {whole, "Sauvegardé", kit.Ok}, "work waits": {lacks, "Dernière copie", kit.Ok},
		"it could not leave": {failed, "Envoi en attente", kit.Info},
	} {
		f := facts{known: true, backup: backup.Status{Light: backup.Green, Copies: []backup.Copy{c.copies}}}
		if got := f.saying(s); !strings.HasPrefix(got, c.want) || f.tone() != c.tone {
			t.Errorf("%s: %q, tone %v", name, got, f.tone())
		}
	}
}

// TestTheShieldSaysNoLessThanTheBanner to who may not see how the copies stand, and is only told that they are red.
func TestTheShieldSaysNoLessThanTheBanner(t *testing.T) {
	s := &Shell{Options: Options{Text: i18n.For("fr")}}
	f := facts{}
	if f.tone() != kit.Neutral || f.saying(s) != "État des sauvegardes inconnu" {
		t.Errorf("nothing is known: %q", f.saying(s))
	}
	f.red = true
	if f.tone() != kit.Error || f.icon() != "shield-warning" || f.saying(s) != "Sauvegardes en danger" {
		t.Errorf("tone %v, icon %s, %q", f.tone(), f.icon(), f.saying(s))
	}
}

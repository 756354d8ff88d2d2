package shell_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/auth"
	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/ui/kit"
	"zafe/ui/shell"
	"zafe/ui/uitest"
)

// stuck is a desk whose last backups do not leave, as often as said.
func stuck(t *testing.T, times int, again bool) *desk {
	t.Helper()
	d := newClosedDesk(t, auth.Owner, nil)
	d.options.Asks = func() bool { return !d.stopped }
	d.Shell = shell.New(d.options)
	d.Start()
	for range times {
		d.book.unsent = append(d.book.unsent, &backup.Unsent{
			Since: d.clock.Now().Add(-12 * time.Minute), Why: fault.New(fault.Unavailable, "backup.dest_offline"), Again: again,
		})
	}
	return d
}

// question is what the dialog on top says.
func (d *desk) question() (text string) {
	if top := d.window.Canvas().Overlays().Top(); top != nil {
		uitest.Walk(top, func(o fyne.CanvasObject) {
			if l, ok := o.(*kit.Label); ok {
				text += l.Text() + "\n"
			}
		})
	}
	return text
}

// TestABackupThatDidNotLeaveIsSaid before the program ends: how much, why, and what comes of it; the person tries again or
// leaves.
func TestABackupThatDidNotLeaveIsSaid(t *testing.T) {
	d := stuck(t, 2, true)
	d.Close()
	for range 2 {
		says := strings.ReplaceAll(d.question(), "\u00a0", " ")
		if !strings.Contains(says, "(12 min) n’est que sur cet ordinateur") || !strings.Contains(says, "pas relié au réseau") ||
			!strings.Contains(says, "prochaine ouverture") {
			t.Errorf("it says %q", says)
		}
		if d.book.closed+d.quit != 0 {
			t.Fatal("nobody was asked")
		}
		d.Close() // the window's cross, once more
		d.press("Réessayer")
	}
	if d.book.closed != 1 || d.quit != 1 { // the third left
		t.Errorf("closed %d times, quit %d", d.book.closed, d.quit)
	}
	d = stuck(t, 1, false)
	d.Close()
	if find(d.window.Canvas().Overlays().Top(), "Réessayer") != nil {
		t.Error("what only the owner can mend is tried again")
	}
	if d.press("Fermer quand même"); d.book.closed != 1 || d.quit != 1 {
		t.Errorf("closed %d times, quit %d", d.book.closed, d.quit)
	}
}

// TestAShutdownIsNotHeldUp by the question: it goes by itself, and is not put to nobody.
func TestAShutdownIsNotHeldUp(t *testing.T) {
	d := stuck(t, 1, true)
	d.Close()
	if d.seconds(59); d.quit != 0 {
		t.Error("it did not wait")
	}
	if d.seconds(1); d.book.closed != 1 || d.quit != 1 {
		t.Errorf("after a minute closed %d times, quit %d", d.book.closed, d.quit)
	}
	d.seconds(5)
	if d.quit != 1 {
		t.Errorf("quit %d times", d.quit)
	}
	d = stuck(t, 1, true)
	d.Close()
	d.stopped = true
	if d.seconds(1); d.quit != 1 {
		t.Error("the system waits")
	}
	d = stuck(t, 1, true)
	d.stopped = true
	d.last().unsaved = true
	if d.Quits(); d.quit != 1 || d.book.closed != 1 {
		t.Error("somebody was asked while the system stops")
	}
}

// stands is the engine of copies that stand as said.
type stands struct {
	backup.Engine
	st backup.Status
}

func (s *stands) Status(context.Context) (backup.Status, error) { return s.st, nil }

// TestWorkThatTheLastClosingLeftHereIsTold at the first log-in after it, while no other place has it.
func TestWorkThatTheLastClosingLeftHereIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		oldest time.Time
		begun  bool
		told   bool
	}{
		"from before":     {storetest.Noon.Add(-time.Hour), true, true},
		"of this session": {storetest.Noon.Add(time.Minute), true, false},
		"all is there":    {time.Time{}, true, false},
		"a later log-in":  {storetest.Noon.Add(-time.Hour), false, false},
	} {
		e := &stands{st: backup.Status{Copies: []backup.Copy{{LastOK: storetest.Noon.Add(-2 * time.Hour), Oldest: c.oldest}}}}
		d := newDeskOver(t, auth.Owner, nil, func(w *storetest.World) { backup.Bind[*store.Tx](w.Registry, e) })
		if c.begun {
			d.options.Begun = storetest.Noon
		}
		d.Shell = shell.New(d.options)
		d.Start()
		if told := says(d, "À la fermeture, la sauvegarde"); told != c.told {
			t.Errorf("%s: told %v", name, told)
		}
	}
}

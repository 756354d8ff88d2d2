package away_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"zafe/app/tooltest"
	"zafe/ui/away"
)

const (
	session = "org.freedesktop.login1.Session"
	mine    = dbus.ObjectPath("/org/freedesktop/login1/session/_31")
	other   = dbus.ObjectPath("/org/freedesktop/login1/session/_32")
)

// desk is a bus with logind's sessions on it, one of this person and one of another, and whoever covers screens.
type desk struct {
	t    *testing.T
	bus  *dbus.Conn
	left chan struct{}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	address := tooltest.Bus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	bus, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	type owner struct {
		Number uint32
		Path   dbus.ObjectPath
	}
	for path, number := range map[dbus.ObjectPath]uint32{mine: uint32(os.Getuid()), other: uint32(os.Getuid()) + 1} {
		_, err := prop.Export(bus, path, prop.Map{session: {"User": {Value: owner{number, "/"}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, err := bus.RequestName("org.freedesktop.login1", 0); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", got, err)
	}
	d := &desk{t: t, bus: bus, left: make(chan struct{}, 16)}
	ctx, end := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() { defer close(watched); away.Watch(ctx, func() { d.left <- struct{}{} }) }()
	t.Cleanup(func() { end(); <-watched })
	for begun := time.Now(); ; { // it listens from some moment on
		d.emit("/", "org.gnome.ScreenSaver.ActiveChanged", true)
		select {
		case <-d.left:
			d.sees(false, "the end of what told that it listens", "/", "org.gnome.ScreenSaver.ActiveChanged", false)
			return d
		case <-time.After(20 * time.Millisecond):
			if time.Since(begun) > 10*time.Second {
				t.Fatal("nobody listens")
			}
		}
	}
}

func (d *desk) emit(path dbus.ObjectPath, name string, values ...any) {
	d.t.Helper()
	if err := d.bus.Emit(path, name, values...); err != nil {
		d.t.Fatal(err)
	}
}

// sees sends a signal, then one that is always heard, on the bus that the signal came by, and counts: those of one bus are
// looked at in turn.
func (d *desk) sees(want bool, what string, path dbus.ObjectPath, name string, values ...any) {
	d.t.Helper()
	for len(d.left) > 0 {
		<-d.left
	}
	d.emit(path, name, values...)
	if strings.HasSuffix(name, ".ActiveChanged") {
		d.emit("/", "org.mate.ScreenSaver.ActiveChanged", true)
	} else {
		d.emit("/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", true)
	}
	<-d.left
	if want {
		select {
		case <-d.left:
		case <-time.After(time.Minute):
			d.t.Errorf("%s: nobody left", what)
		}
		return
	}
	if len(d.left) > 0 {
		d.t.Errorf("%s: somebody left", what)
	}
}

func hint(name string, value any) []any {
	return []any{session, map[string]dbus.Variant{name: dbus.MakeVariant(value)}, []string{}}
}

// TestWhoLocksTheScreenLeaves, and who puts the PC to sleep or lets another have it; what concerns another person's
// session, or says that somebody is back, does not.
func TestWhoLocksTheScreenLeaves(t *testing.T) {
	d := newDesk(t)
	const changed = "org.freedesktop.DBus.Properties.PropertiesChanged"
	d.sees(true, "the hint", mine, changed, hint("LockedHint", true)...)
	d.sees(false, "unlocked", mine, changed, hint("LockedHint", false)...)
	d.sees(false, "another's", other, changed, hint("LockedHint", true)...)
	d.sees(true, "another has the screen", mine, changed, hint("Active", false)...)
	d.sees(false, "back", mine, changed, hint("Active", true)...)
	d.sees(false, "idle only", mine, changed, hint("IdleHint", true)...)
	d.sees(true, "asked to lock", mine, session+".Lock")
	d.sees(false, "another is asked", other, session+".Lock")
	d.sees(true, "sleep", "/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", true)
	d.sees(false, "awake", "/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", false)
	d.sees(true, "the desktop", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", true)
	d.sees(false, "uncovered", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", false)
	d.sees(false, "not about the screen", "/", "org.gnome.Something.ActiveChanged", true)
	d.sees(false, "of another form", "/", "org.gnome.ScreenSaver.ActiveChanged", "yes")
}

// TestAPCWithoutABus says nothing, and nothing waits for it.
func TestAPCWithoutABus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
	ctx, end := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer end()
	away.Watch(ctx, func() { t.Error("left") })
}

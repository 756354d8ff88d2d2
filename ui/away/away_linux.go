package away

import (
	"context"
	"os"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Where logind says it (org.freedesktop.login1): a session is locked, or another one has the screen; the PC goes to sleep.
const (
	logind        = "org.freedesktop.login1"
	logindSession = logind + ".Session"
	sessionPaths  = "/org/freedesktop/login1/session"
	properties    = "org.freedesktop.DBus.Properties"
)

// screenSaver ends the name under which desktops say that the screen is covered: org.gnome.ScreenSaver,
// org.cinnamon.ScreenSaver, org.mate.ScreenSaver, org.freedesktop.ScreenSaver.
const screenSaver = ".ScreenSaver"

// signalsWaiting is how many signals wait for one to be looked at; they are few.
const signalsWaiting = 16

// watch listens to both buses: desktops lock the screen without a word to logind, or the other way round.
func watch(ctx context.Context, left func()) {
	var both sync.WaitGroup
	both.Go(func() {
		listen(ctx, left, dbus.SystemBusPrivate,
			[]dbus.MatchOption{dbus.WithMatchInterface(logindSession), dbus.WithMatchMember("Lock")},
			[]dbus.MatchOption{dbus.WithMatchInterface(logind + ".Manager"), dbus.WithMatchMember("PrepareForSleep")},
			[]dbus.MatchOption{
				dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged"),
				dbus.WithMatchPathNamespace(sessionPaths), dbus.WithMatchArg(0, logindSession),
			})
	})
	both.Go(func() {
		// Without the bus of a session, dbus-launch would start one that nobody is on, and hang.
		listen(ctx, left, dbus.SessionBusPrivateNoAutoStartup,
			[]dbus.MatchOption{dbus.WithMatchMember("ActiveChanged")})
	})
	both.Wait()
}

// listen looks at the signals of a bus that match, until ctx ends or the bus does; there may be no such bus.
func listen(ctx context.Context, left func(), open func(...dbus.ConnOption) (*dbus.Conn, error), matches ...[]dbus.MatchOption) {
	bus, err := open(dbus.WithContext(ctx))
	if err != nil {
		return
	}
	defer func() { _ = bus.Close() }()
	signals := make(chan *dbus.Signal, signalsWaiting) // closed with the bus
	bus.Signal(signals)
	if bus.Auth(nil) != nil || bus.Hello() != nil {
		return
	}
	for _, m := range matches {
		if bus.AddMatchSignalContext(ctx, m...) != nil {
			return
		}
	}
	for s := range signals {
		if leaves(ctx, bus, s) {
			left()
		}
	}
}

// leaves tells whether a signal says that the person of this program leaves. Whoever else is on the bus could send one,
// and would have the password asked for once too often.
func leaves(ctx context.Context, bus *dbus.Conn, s *dbus.Signal) bool {
	switch {
	case len(s.Body) == 0 && !strings.HasSuffix(s.Name, ".Lock"):
		return false
	case strings.HasSuffix(s.Name, screenSaver+".ActiveChanged"), s.Name == logind+".Manager.PrepareForSleep":
		on, ok := s.Body[0].(bool)
		return ok && on
	case s.Name == logindSession+".Lock":
		return ours(ctx, bus, s.Path)
	case s.Name == properties+".PropertiesChanged" && len(s.Body) > 1:
		changed, _ := s.Body[1].(map[string]dbus.Variant)
		locked, _ := changed["LockedHint"].Value().(bool)
		active, told := changed["Active"].Value().(bool)
		return (locked || told && !active) && ours(ctx, bus, s.Path)
	}
	return false
}

// ours tells whether a session is of the person that this program runs for: a PC may have several.
func ours(ctx context.Context, bus *dbus.Conn, session dbus.ObjectPath) bool {
	var user dbus.Variant
	err := bus.Object(logind, session).CallWithContext(ctx, properties+".Get", dbus.FlagNoAutoStart,
		logindSession, "User").Store(&user)
	if err != nil {
		return false
	}
	of, _ := user.Value().([]any) // its number, and where it is on the bus
	if len(of) == 0 {
		return false
	}
	number, ok := of[0].(uint32)
	return ok && int(number) == os.Getuid()
}

package metered

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

// Where NetworkManager says it (org.freedesktop.NetworkManager, property Metered, since 1.2).
const (
	nmService = "org.freedesktop.NetworkManager"
	nmPath    = "/org/freedesktop/NetworkManager"
)

// Values of the property (NMMetered). A guess of NetworkManager's, such as of a telephone by its name, counts as its
// word.
const (
	nmYes      uint32 = 1
	nmNo       uint32 = 2
	nmGuessYes uint32 = 3
	nmGuessNo  uint32 = 4
)

// Now asks NetworkManager over the system's bus. Where there is no bus, or nobody on it to ask, it is Unknown without
// an error.
func Now(ctx context.Context) (State, error) {
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return Unknown, nil // a PC without a bus
	}
	defer func() { _ = bus.Close() }()
	var value dbus.Variant
	err = bus.Object(nmService, nmPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, nmService, "Metered").Store(&value)
	var told dbus.Error
	switch {
	case errors.As(err, &told): // nobody of that name, or one that does not know of it
		return Unknown, nil
	case err != nil:
		return Unknown, err
	}
	switch value.Value() {
	case nmYes, nmGuessYes:
		return Limited, nil
	case nmNo, nmGuessNo:
		return Free, nil
	default:
		return Unknown, nil
	}
}

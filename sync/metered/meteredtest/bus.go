// Package meteredtest gives a test a message bus of its own in the place of the system's, with somebody on it under the
// name of NetworkManager.
package meteredtest

import (
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"zafe/app/tooltest"
)

const (
	name = "org.freedesktop.NetworkManager"
	path = "/org/freedesktop/NetworkManager"
)

// Bus starts a dbus-daemon, which is the system's for this test, and returns its address.
func Bus(t *testing.T) string {
	t.Helper()
	address := tooltest.Bus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	return address
}

// Manager puts somebody on the bus who answers as NetworkManager does; say changes what is answered, by its numbers.
func Manager(t *testing.T, address string) (say func(uint32)) {
	t.Helper()
	c, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	props, err := prop.Export(c, path, prop.Map{name: {"Metered": {Value: uint32(0), Emit: prop.EmitTrue}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", got, err)
	}
	return func(value uint32) { props.SetMust(name, "Metered", value) }
}

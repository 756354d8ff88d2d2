package metered_test

import (
	"context"
	"testing"

	"zafe/sync/metered"
	"zafe/sync/metered/meteredtest"
)

// TestNetworkManagerIsAsked over a bus, for each of its values.
func TestNetworkManagerIsAsked(t *testing.T) {
	say := meteredtest.Manager(t, meteredtest.Bus(t))
	for value, want := range map[uint32]metered.State{
		0: metered.Unknown, 1: metered.Limited, 2: metered.Free, 3: metered.Limited, 4: metered.Free, 9: metered.Unknown,
	} {
		say(value)
		if got, err := metered.Now(t.Context()); err != nil || got != want {
			t.Errorf("%d: %q, %v, want %q", value, got, err, want)
		}
	}
}

// TestWithoutAnybodyToAskNothingIsHeldBack: no such service, no bus at all, no time left.
func TestWithoutAnybodyToAskNothingIsHeldBack(t *testing.T) {
	meteredtest.Bus(t)
	if got, err := metered.Now(t.Context()); err != nil || got != metered.Unknown {
		t.Errorf("nobody on the bus: %q, %v", got, err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
	if got, err := metered.Now(t.Context()); err != nil || got != metered.Unknown {
		t.Errorf("no bus: %q, %v", got, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if got, _ := metered.Now(ended); got != metered.Unknown {
		t.Errorf("after its time: %q", got)
	}
}

package remote

import (
	"maps"
	"testing"
)

// TestReachIsWhatTheSheetSays: of a place, its kind, folder, address and log-in count; its name, its secrets and the
// owner's rhythm do not.
func TestReachIsWhatTheSheetSays(t *testing.T) {
	place := map[string]string{
		"type": "sftp", folderKey: "zafe", labelKey: "NAS", "host": "nas.exemple.fr", "user": "boutique", "pass": "obscured",
	}
	with := func(name, value string) map[string]string {
		out := map[string]string{}
		maps.Copy(out, place)
		out[name] = value
		return out
	}
	is := reach(place)
	if len(is) != reachLength {
		t.Fatalf("%q", is)
	}
	for _, same := range [][2]string{{labelKey, "Coffre"}, {"pass", "another"}, {EveryKey, "24h"}, {"port", "22"}} {
		if got := reach(with(same[0], same[1])); got != is {
			t.Errorf("%s changes the way to the place", same[0])
		}
	}
	for _, other := range [][2]string{{"type", "webdav"}, {folderKey, "zafe2"}, {"host", "nas2.exemple.fr"}, {"user", "paul"}, {"port", "2222"}} {
		if got := reach(with(other[0], other[1])); got == is {
			t.Errorf("another %s is the same way to the place", other[0])
		}
	}
}

package remote

import (
	"maps"
	"path/filepath"
	"testing"

	"zafe/app/backup"
	"zafe/app/fault"
)

func TestLimitsAreReadAndBounded(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        backup.Limits
		bad         bool
	}{
		{EveryKey, "4h", backup.Limits{EveryMinutes: 240}, false},
		{EveryKey, "0", backup.Limits{}, false},
		{EveryKey, "168h", backup.Limits{EveryMinutes: 168 * 60}, false},
		{EveryKey, "745h", backup.Limits{}, true},
		{EveryKey, "-4h", backup.Limits{}, true},
		{EveryKey, "soon", backup.Limits{}, true},
		{HoursKey, "22-6", backup.Limits{FromHour: 22, ToHour: 6}, false},
		{HoursKey, "22-24", backup.Limits{}, true},
		{HoursKey, "22", backup.Limits{}, true},
		{HoursKey, "-1-6", backup.Limits{}, true},
		{SpeedKey, "2000", backup.Limits{Kbit: 2000}, false},
		{SpeedKey, "199", backup.Limits{}, true},
		{SpeedKey, "2 Mbit", backup.Limits{}, true},
		{RoomKey, "5", backup.Limits{Bytes: 5_000_000_000}, false},
		{RoomKey, "-5", backup.Limits{}, true},
		{RoomKey, "9223372037", backup.Limits{}, true},
	} {
		got, err := LimitsOf(map[string]string{c.name: c.value})
		if got != c.want || (err != nil) != c.bad {
			t.Errorf("%s %q: %+v %v", c.name, c.value, got, err)
		}
		if f := fault.Of(err); c.bad && (f.Field != c.name || f.Key != "backup.limit_bad") {
			t.Errorf("%s %q: %+v", c.name, c.value, f)
		}
	}
}

// The limits are kept with the destination, shown in its form, changed and taken off.
func TestLimitsAreKept(t *testing.T) {
	r := use(t, &Memory{})
	limits := map[string]string{EveryKey: "24h", HoursKey: "19-8", RoomKey: "5"}
	draft := Draft{Provider: "local", Label: "disk", Folder: filepath.Join(t.TempDir(), "z"), Values: limits}
	d, err := add(t, r, draft)
	if err != nil {
		t.Fatal(err)
	}
	want := backup.Limits{EveryMinutes: 1440, FromHour: 19, ToHour: 8, Bytes: 5_000_000_000}
	if d.Limits != want {
		t.Errorf("%+v", d.Limits)
	}
	values, _, err := r.Values(d.ID)
	if err != nil || values[EveryKey] != "24h" || values[HoursKey] != "19-8" {
		t.Errorf("the form shows %v %v", values, err)
	}
	edit := func(values map[string]string) (Destination, error) {
		draft := draft
		draft.Values = values
		s, err := r.Edit(t.Context(), d.ID, draft)
		if err != nil {
			return Destination{}, err
		}
		defer s.Cancel()
		return s.Finish(t.Context())
	}
	changed := maps.Clone(limits)
	changed[EveryKey] = "never"
	_, err = edit(changed)
	wantFault(t, err, "backup.limit_bad", EveryKey)
	if d, err = edit(map[string]string{HoursKey: "0"}); err != nil {
		t.Fatal(err)
	}
	want.FromHour, want.ToHour = 0, 0
	if d.Limits != want {
		t.Errorf("%+v", d.Limits)
	}
}

package remote

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
)

// The values of a destination that say how often, when, how fast and how far copies may be sent there.
// Absent ones and "0" allow all.
const (
	EveryKey = "zafe_every" // least time between two sendings: "4h"
	HoursKey = "zafe_hours" // "22-6"
	SpeedKey = "zafe_kbit"  // thousands of bits per second
	RoomKey  = "zafe_room"  // thousand millions of bytes, as storage is sold: "5"
)

// ownKeys are the values of a destination that are decisions of the owner, whatever the provider.
var ownKeys = []string{AwayKey, EveryKey, HoursKey, SpeedKey, RoomKey}

// everyMost is the longest time between two sendings: a copy that is older is none.
const everyMost = 31 * 24 * time.Hour

// giga is the unit of RoomKey.
const giga = 1_000_000_000

// LimitsOf reads what the owner allows from the values of a destination. Fault backup.limit_bad at the value
// that cannot be read or is out of bounds.
func LimitsOf(values map[string]string) (l backup.Limits, err error) {
	bad := func(name string) (backup.Limits, error) {
		return backup.Limits{}, fault.Field(name, "backup.limit_bad")
	}
	if v := values[EveryKey]; set(v) {
		every, err := time.ParseDuration(v)
		if err != nil || every < time.Minute || every > everyMost {
			return bad(EveryKey)
		}
		l.EveryMinutes = int64(every / time.Minute)
	}
	if v := values[HoursKey]; set(v) {
		if n, err := fmt.Sscanf(v, "%d-%d", &l.FromHour, &l.ToHour); n != 2 || err != nil ||
			min(l.FromHour, l.ToHour) < 0 || max(l.FromHour, l.ToHour) > 23 {
			return bad(HoursKey)
		}
	}
	if v := values[SpeedKey]; set(v) {
		if l.Kbit, err = strconv.ParseInt(v, 10, 64); err != nil || l.Kbit < backup.KbitLeast || l.Kbit > backup.KbitMost {
			return bad(SpeedKey)
		}
	}
	if v := values[RoomKey]; set(v) {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 1 || n > math.MaxInt64/giga {
			return bad(RoomKey)
		}
		l.Bytes = n * giga
	}
	return l, nil
}

// set tells whether a value is a limit.
func set(value string) bool { return value != "" && value != "0" }

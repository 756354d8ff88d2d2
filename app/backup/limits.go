package backup

import "time"

// Limits are what the owner allows at one destination, besides the rules for all. The zero value allows all.
type Limits struct {
	EveryMinutes int64 `json:"every_min,omitempty"` // at most one sending in this time
	// FromHour and ToHour are the hours, by the clock of the main PC, between which the destination may be
	// reached, also over midnight; equal: at any time.
	FromHour int   `json:"from_hour,omitempty"`
	ToHour   int   `json:"to_hour,omitempty"`
	Kbit     int64 `json:"kbit,omitempty"`  // of the line, as in [Speed]
	Bytes    int64 `json:"bytes,omitempty"` // of the storage
}

// Every is the least time between two sendings.
func (l Limits) Every() time.Duration { return time.Duration(l.EveryMinutes) * time.Minute }

// Late is since when work may lack at a destination until it is amber, and until it is red: its promise by
// the rules and by its own rhythm.
type Late struct {
	AmberSeconds int64 `json:"amber_s"`
	RedSeconds   int64 `json:"red_s"`
}

// Plug is whether the disk of a destination is plugged in at the main PC.
type Plug string

// What it can be. Of what is no disk, nothing is said.
const (
	PluggedIn Plug = "in"
	Unplugged Plug = "out"
)

// TurnDisk is one of several disks that take turns at a destination.
type TurnDisk struct {
	Folder string    `json:"folder"` // where its copies were last seen
	LastOK time.Time `json:"last_ok"`
	// Undated is as in [Copy].
	Undated bool `json:"undated,omitempty"`
	Here    bool `json:"here"`
}

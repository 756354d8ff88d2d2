package keeper

import (
	"slices"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/schedule"
)

// How long a proof may be missing. A trial restore is made each week, on the quiet.
const (
	drillLate = 8 * 24 * time.Hour
	drillGone = 30 * 24 * time.Hour
)

// worry is a reason not to be at ease, and how much of one.
type worry struct {
	light schedule.Light
	why   *fault.Fault
}

// worries are the reasons beside those of each copy: what all copies have in common, and what was never proved.
// The worst come first.
func (k *Keeper) worries(st backup.Status, sheetKnown bool, clock *fault.Fault) []worry {
	var out []worry
	add := func(light schedule.Light, key string, args ...any) {
		out = append(out, worry{light, fault.New(fault.Unavailable, key, args...)})
	}
	k.roof(st, add)
	elsewhere := slices.ContainsFunc(st.Copies, func(c backup.CopyStatus) bool { return !c.OnDisk })
	rules := k.Rules()
	lost, most := lossSeconds(st, k.set.Clock()), int64(rules.Promise().Loss/time.Second)
	if rules.Loss != "" && elsewhere && lost > most {
		add(schedule.Amber, "backup.worry.loss", "lost", lost, "most", most)
	}
	for _, c := range st.Copies {
		if c.Broken != nil {
			out = append(out, worry{schedule.Red, c.Broken})
		}
	}
	k.unproved(st, add)
	if clock != nil {
		out = append(out, worry{schedule.Amber, clock})
	}
	switch nowhere, unreached := k.lost(); {
	case nowhere > 0:
		add(schedule.Amber, "backup.worry.files_lost", "count", nowhere)
	case unreached > 0:
		add(schedule.Amber, "backup.worry.files_away", "count", unreached)
	}
	for _, c := range st.Copies {
		if c.Shelter.Open() {
			add(schedule.Amber, "backup.worry.erasable", "label", c.Label)
			break
		}
	}
	if k.set.Remotes.SaveError() != nil {
		add(schedule.Amber, "backup.worry.login_unsaved")
	}
	// What is there is another PC's, of before it was taken over, or of an earlier sheet.
	before := func(c backup.CopyStatus) bool { return c.LastOK.Seq == 0 && (c.Again || !c.LastOK.At.IsZero()) }
	own := func(c backup.CopyStatus) bool { return c.LastOK.Seq > 0 }
	if slices.ContainsFunc(st.Copies, before) && !slices.ContainsFunc(st.Copies, own) {
		add(schedule.Amber, "backup.worry.first")
	}
	sent := func(c backup.CopyStatus) bool { return c.Again || !c.LastOK.At.IsZero() }
	if !sheetKnown && slices.ContainsFunc(st.Copies, sent) {
		add(schedule.Amber, "backup.worry.sheet")
	}
	slices.SortStableFunc(out, func(a, b worry) int {
		switch {
		case a.light == b.light:
			return 0
		case a.light == schedule.Red:
			return -1
		default:
			return 1
		}
	})
	return out
}

// roof tells what a theft or a fire would take with this PC.
func (k *Keeper) roof(st backup.Status, add func(light schedule.Light, key string, args ...any)) {
	elsewhere, away, here := false, false, ""
	mounted := k.mounted()
	for _, c := range st.Copies {
		elsewhere = elsewhere || !c.OnDisk
		if d, err := k.set.Remotes.Get(c.ID); err == nil {
			_, now := k.away(c, mounted)
			if away = away || now; d.Away && !c.OnDisk && !now {
				here = d.Label
			}
		}
	}
	switch {
	case len(st.Copies) == 0:
		add(schedule.Red, "backup.worry.none")
	case !elsewhere:
		add(schedule.Red, "backup.worry.same_disk")
	case !away && here != "":
		add(schedule.Amber, "backup.worry.plugged_in", "label", here)
	case !away:
		add(schedule.Amber, "backup.worry.same_roof")
	}
}

// unproved tells how long ago a trial restore passed, where one may be expected.
func (k *Keeper) unproved(st backup.Status, add func(light schedule.Light, key string, args ...any)) {
	first, worked := time.Time{}, false
	for _, c := range st.Copies {
		if first.IsZero() || c.Since.Before(first) {
			first = c.Since
		}
		worked = worked || !c.LastOK.At.IsZero()
	}
	now := k.set.Clock()
	switch {
	case st.OwnFailed:
		add(schedule.Red, "backup.worry.drill_failed")
	case !st.DrillFailed.IsZero() || !k.automatic() || !worked:
	case st.Drill == nil || st.Drill.At.After(now):
		light, key := schedule.Amber, "backup.worry.drill_none"
		if now.Sub(first) >= drillGone {
			light = schedule.Red
		}
		if st.DrillUndated {
			key = "backup.worry.drill_undated"
		}
		add(light, key)
	default:
		since := first
		if st.Drill.At.After(since) {
			since = st.Drill.At
		}
		days := int(now.Sub(since).Hours() / 24)
		switch age := now.Sub(since); {
		case age >= drillGone:
			add(schedule.Red, "backup.worry.drill_old", "days", days)
		case age >= drillLate:
			add(schedule.Amber, "backup.worry.drill_old", "days", days)
		}
	}
}

// worry puts the reasons into the status.
func (k *Keeper) worry(out *appbackup.Status, st backup.Status) {
	lights := []schedule.Light{st.Overall}
	for _, w := range k.worries(st, out.SheetKnown, out.Clock) {
		lights = append(lights, w.light)
		out.Worries = append(out.Worries, w.why)
	}
	out.Light = appbackup.Light(schedule.Worst(lights))
}

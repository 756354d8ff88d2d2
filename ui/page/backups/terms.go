package backups

import (
	"fmt"
	"strings"

	"zafe/app/backup"
	"zafe/app/money"
	"zafe/ui/page/destform"
)

// plug says whether the disk of a place is plugged in, whether it can be unplugged, and which of several has
// what.
func (b *backups) plug(c backup.Copy) (lines []string) {
	e := b.env
	switch {
	case c.Plug == backup.Unplugged:
		lines = append(lines, e.T("backups.plug.out"))
	case c.Plug != backup.PluggedIn:
	case c.Running != nil:
		lines = append(lines, e.T("backups.plug.busy"))
	case (c.Lacks || b.status.Unsaved) && !b.status.Paused.IsZero():
		lines = append(lines, e.T("backups.plug.paused"))
	case c.Lacks || b.status.Unsaved:
		lines = append(lines, e.T("backups.plug.soon"))
	case c.Fault == nil:
		lines = append(lines, e.T("backups.plug.done"))
	}
	for _, d := range c.Disks {
		key := "backups.plug.disk"
		if d.Here {
			key = "backups.plug.disk_here"
		}
		when := e.T("backups.plug.never")
		if !d.LastOK.IsZero() {
			when = backup.Point{Made: d.LastOK, Doubt: d.Undated}.When(e.Text)
		}
		lines = append(lines, e.T(key, "folder", d.Folder, "when", when))
	}
	return lines
}

// shelter says what the place does against whoever would erase the copies.
func (b *backups) shelter(c backup.Copy) (lines []string) {
	e, s := b.env, c.Shelter
	switch {
	case s.Asked.IsZero():
		return nil
	case !s.Locked.IsZero():
		lines = append(lines, e.T("backups.shelter.locked", "until", e.Text.Instant(s.Locked)))
	case s.Versions == backup.Yes:
		lines = append(lines, e.T("backups.shelter.versions"))
	case s.Versions == backup.No:
		lines = append(lines, e.T("backups.shelter.none"))
	case s.TrashDays > 0:
		lines = append(lines, e.T("backups.shelter.trash", "days", s.TrashDays))
	}
	if s.Refused > 0 {
		lines = append(lines, e.Text.N("backups.shelter.refused", s.Refused, nil))
	}
	return lines
}

// terms are the limits that the owner has set for a place, what follows from them, and until when they hold
// work back.
func (b *backups) terms(c backup.Copy) (lines []string) {
	e, l := b.env, c.Limits
	if !c.Book.IsZero() {
		lines = append(lines, e.T("backups.place_book", "when", e.Text.Instant(c.Book), "size", e.Text.Bytes(c.WaitBytes)))
	}
	if c.Metered {
		lines = append(lines, e.T("backups.metered_place"))
	}
	if l == (backup.Limits{}) {
		return lines
	}
	var all []string
	if l.EveryMinutes > 0 {
		all = append(all, b.every(l))
	}
	if l.FromHour != l.ToHour {
		all = append(all, e.T("backups.limit_hours", "from", l.FromHour, "to", l.ToHour))
	}
	if l.Kbit > 0 {
		all = append(all, e.T("backups.speed_most", "mbit", e.Text.Quantity(money.Quantity(l.Kbit*1000))))
	}
	if l.Bytes > 0 {
		all = append(all, e.T("backups.limit_room", "size", e.Text.Bytes(l.Bytes)))
	}
	lines = append(lines, e.T("backups.limits", "limits", strings.Join(all, ", "),
		"amber", destform.Lapse(e.Text, c.Late.AmberSeconds), "red", destform.Lapse(e.Text, c.Late.RedSeconds)))
	if !c.Waiting.IsZero() {
		lines = append(lines, e.T("backups.limit_waiting", "when", e.Text.Instant(c.Waiting)))
	}
	return lines
}

// every is how often copies leave for a place, in the words of its form where those are among them.
func (b *backups) every(l backup.Limits) string {
	e := b.env
	if offered := fmt.Sprintf("backup.limit.every.%dh", l.EveryMinutes/60); l.EveryMinutes%60 == 0 && e.Text.Has(offered) {
		return e.T(offered)
	}
	return e.T("backups.limit_every", "every", e.Text.Duration(l.Every()))
}

package backups

import (
	"strings"

	"zafe/app/backup"
	"zafe/app/money"
	"zafe/ui/page/destform"
)

// plug says whether the disk of a place is plugged in, whether it can be unplugged, and which of several has what.
func (b *backups) plug(c backup.Copy) (lines []string) {
	e := b.env
	switch {
	case c.Plug == backup.Unplugged:
		lines = append(lines, e.T("backups.plug.out"))
	case c.Plug != backup.PluggedIn:
	case c.Running != nil:
		lines = append(lines, e.T("backups.plug.busy"))
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
			when = e.Text.Instant(d.LastOK)
		}
		lines = append(lines, e.T(key, "folder", d.Folder, "when", when))
	}
	return lines
}

// terms are the limits that the owner has set for a place, what follows from them, and until when they hold work back.
func (b *backups) terms(c backup.Copy) (lines []string) {
	e, l := b.env, c.Limits
	if l == (backup.Limits{}) {
		return nil
	}
	var all []string
	if l.EveryMinutes > 0 {
		all = append(all, e.T("backups.limit_every", "every", destform.Lapse(e.Text, l.EveryMinutes*60)))
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

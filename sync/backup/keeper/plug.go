package keeper

import (
	"context"
	"errors"
	"strings"

	appbackup "zafe/app/backup"
	"zafe/sync/backup"
)

// plugs is what is known about the disks that are plugged in.
type plugs struct {
	roots string                     // the disks of this PC at the last look
	asked bool                       // there was one
	at    map[string]backup.Presence // by destination
}

// lookAtDisks follows the disks of the destinations: one that was just plugged in gets its copy at once. It
// costs a look at the list of disks as long as that is what it was. A disk that does not answer holds it up,
// and nothing else.
func (k *Keeper) lookAtDisks(ctx context.Context) {
	roots := k.set.Disks()
	list := strings.Join(roots, "\n")
	k.mu.Lock()
	same := k.plugs.asked && k.plugs.roots == list
	k.mu.Unlock()
	if same {
		return
	}
	all, err := k.set.Service.Follow(ctx, roots)
	if err != nil && !errors.Is(err, context.Canceled) {
		k.set.Log("where a disk is was not kept", err)
	}
	now := k.set.Clock()
	k.mu.Lock()
	defer k.mu.Unlock()
	at := map[string]backup.Presence{}
	for _, p := range all {
		was := k.plugs.at[p.ID]
		switch {
		case k.plugs.asked && p.Here && (!was.Here || was.Disk != p.Disk):
			k.plan.Plugged(now, p.ID)
			k.bringAgain()
		case p.Here && p.Lacks:
			k.plan.Lacking(p.ID)
		}
		at[p.ID] = p
	}
	k.plugs = plugs{list, true, at}
	k.Changed() // perhaps there is something to send now
}

// lookAgain lets the disks be looked at although they are the same.
func (k *Keeper) lookAgain() { k.plugs.roots = "\n" }

// plug is whether the disk of a copy is plugged in; the lock is held.
func (k *Keeper) plug(c backup.CopyStatus) (plug appbackup.Plug, disks []appbackup.TurnDisk) {
	p, known := k.plugs.at[c.ID]
	switch {
	case !known || c.OnDisk:
	case p.Here:
		plug = appbackup.PluggedIn
	default:
		plug = appbackup.Unplugged
	}
	for _, d := range c.Disks {
		disks = append(disks, appbackup.TurnDisk{Folder: d.Folder, LastOK: d.LastOK.At, Undated: d.Undated, Here: p.Here && p.Disk == d.Disk})
	}
	return plug, disks
}

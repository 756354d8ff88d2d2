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
	k.plugs.roots = list // before the look: lookAgain may be called meanwhile
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
	k.plugs.asked, k.plugs.at = true, at
	k.Changed() // perhaps there is something to send now
}

// lookAgain lets the disks be looked at although they are the same; the lock is held.
func (k *Keeper) lookAgain() { k.plugs.roots = "\n" }

// on notes which disk a destination was just sent to: one that had no name at the last look got it by that.
func (k *Keeper) on(id, disk string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.plugs.at[id]
	if disk == "" || p.Here && p.Disk == disk {
		return
	}
	if p.Here {
		p.Disk = disk
		k.plugs.at[id] = p
	}
	k.lookAgain()
	k.Changed()
}

// mounted is what presence goes by before the first look, nil after it. The system may be slow to answer while a disk is
// dying, so the lock is not held.
func (k *Keeper) mounted() []string {
	k.mu.Lock()
	asked := k.plugs.asked
	k.mu.Unlock()
	if asked || k.set.Disks == nil {
		return nil
	}
	return k.set.Disks()
}

// presence is where the disk of a destination is, as far as is known; the lock is held. Before the first look one whose
// folder is on a disk that is mounted counts as here, whichever it is: that it is elsewhere would be a false comfort.
func (k *Keeper) presence(id string, mounted []string) (p backup.Presence, known bool) {
	if p, known = k.plugs.at[id]; known || k.plugs.asked {
		return p, known
	}
	d, err := k.set.Remotes.Get(id)
	here := err == nil && d.Provider == "local" && backup.Plugged(d.Folder, mounted)
	return backup.Presence{ID: id, Here: here}, here
}

// is tells whether a disk that takes turns may be the one that is here: before the first look each may; the lock is held.
func (k *Keeper) is(p backup.Presence, disk string) bool {
	return p.Here && (p.Disk == disk || !k.plugs.asked)
}

// plug is whether the disk of a copy is plugged in; the lock is held.
func (k *Keeper) plug(c backup.CopyStatus, mounted []string) (plug appbackup.Plug, disks []appbackup.TurnDisk) {
	p, known := k.presence(c.ID, mounted)
	switch {
	case !known || c.OnDisk:
	case p.Here:
		plug = appbackup.PluggedIn
	default:
		plug = appbackup.Unplugged
	}
	for _, d := range c.Disks {
		disks = append(disks, appbackup.TurnDisk{Folder: d.Folder, LastOK: d.LastOK.At, Undated: d.Undated, Here: k.is(p, d.Disk)})
	}
	return plug, disks
}

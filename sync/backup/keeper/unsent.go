package keeper

import (
	"context"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/remote"
)

// Unsent is the work that is on this PC only because a place could not be reached or refuses; the first such place says
// why. It is nil while some place elsewhere has everything, and where nothing is wrong: what waits for the hours of a
// place, for the end of a pause, or for a disk that is not late yet does so because the owner wants it.
func (k *Keeper) Unsent(ctx context.Context) *appbackup.Unsent {
	if !k.automatic() {
		return nil
	}
	st, err := k.Status(ctx)
	if err != nil {
		k.set.Log("the work that is nowhere else is unknown", err)
		return nil
	}
	out, elsewhere := appbackup.Unsent{Since: st.OnlyHere()}, false
	for _, c := range st.Copies {
		if c.Fault != nil && out.Why == nil && (c.Provider != "local" || c.Light != appbackup.Green) {
			out.Why, out.Again = c.Fault, remote.Passing(c.Fault)
		}
		elsewhere = elsewhere || !c.OnDisk && c.Sound()
	}
	if out.Why == nil || !st.Paused.IsZero() {
		return nil
	}
	if !elsewhere {
		if out.Since, err = k.set.Measures.ChangeAfter(ctx, 0); err != nil {
			k.set.Log("the work that is nowhere else is unknown", err)
		}
	}
	if out.Since.IsZero() {
		return nil
	}
	return &out
}

package keeper

import (
	"context"

	appbackup "zafe/app/backup"
)

// Folder is the folder of the copies on this PC.
func (k *Keeper) Folder() string { return k.set.Dir }

// KeptRules is what a program that starts now would follow.
func (k *Keeper) KeptRules(ctx context.Context) (appbackup.Rules, error) {
	return loadRules(ctx, k.set.Rules)
}

// Hold keeps the lane of this PC, as a snapshot under way does, until the test gives it back.
func (k *Keeper) Hold() (release func()) {
	lane := k.lane("")
	lane <- struct{}{}
	return func() { <-lane }
}

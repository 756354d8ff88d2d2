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

package keeper

import "zafe/sync/backup/vault"

// Folder is the folder of the copies on this PC.
func (k *Keeper) Folder() string { return k.set.Dir }

// SetDrill makes trial restores go where a test wants.
func (k *Keeper) SetDrill(to func() vault.BookSink) { k.set.Drill = to }

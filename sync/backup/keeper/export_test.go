package keeper

// Folder is the folder of the copies on this PC.
func (k *Keeper) Folder() string { return k.set.Dir }

package keeper

// Country is where a destination keeps what it is given, as its settings tell: "" when they do not.
func (k *Keeper) Country(id string) string { return k.set.Remotes.Country(id) }

package backup

import (
	"context"

	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// OpenFolder opens the vault in a folder for restoring.
func OpenFolder(ctx context.Context, dir, recoveryKey string) (*vault.Tree, error) {
	at, err := FindInFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	return at.Open(ctx, recoveryKey)
}

// OpenCopy opens the vault at a destination for restoring.
func OpenCopy(ctx context.Context, remotes *remote.Remotes, id, recoveryKey string) (*vault.Tree, error) {
	at, err := FindCopy(ctx, remotes, id)
	if err != nil {
		return nil, err
	}
	return at.Open(ctx, recoveryKey)
}

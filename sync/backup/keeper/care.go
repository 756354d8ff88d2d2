package keeper

import (
	"context"

	appbackup "zafe/app/backup"
)

// Acknowledge implements Engine.
func (k *Keeper) Acknowledge(ctx context.Context, id string) (appbackup.Status, error) {
	if _, err := k.set.Remotes.Get(id); err != nil {
		return appbackup.Status{}, err
	}
	if err := k.set.Service.Acknowledge(ctx, id); err != nil {
		return appbackup.Status{}, err
	}
	return k.Status(ctx)
}

// EndRival implements Engine.
func (k *Keeper) EndRival(ctx context.Context, writer string) (appbackup.Status, error) {
	if err := k.set.Service.EndRival(ctx, writer); err != nil {
		return appbackup.Status{}, err
	}
	return k.Status(ctx)
}

// Refill implements Engine.
func (k *Keeper) Refill(ctx context.Context, id string) (appbackup.Status, error) {
	again := k.set.Service.Refill
	if id != "" {
		d, err := k.set.Remotes.Get(id)
		if err != nil {
			return appbackup.Status{}, err
		}
		again = func(ctx context.Context) error { return k.set.Service.Forget(ctx, id) }
		if d.Provider == "local" { // the disk that had the copies may come back
			again = func(ctx context.Context) error { return k.set.Service.OtherDisk(ctx, id) }
		}
	}
	if err := k.anew(ctx, func() error { return again(ctx) }); err != nil {
		return appbackup.Status{}, err
	}
	return k.Status(ctx)
}

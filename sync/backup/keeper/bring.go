package keeper

import (
	"context"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/vault"
)

// Lacking is a book that may lack attachments: a restore brings its pages first.
type Lacking interface {
	vault.FileSink
	// Missing lists the attachments that the book refers to and the disk lacks.
	Missing(ctx context.Context) ([]vault.Attachment, error)
}

// bringEvery is how often attachments that are still missing are looked for: the disk that has them may be
// plugged in later.
const bringEvery = 15 * time.Minute

// BringFiles brings back what a restore still lacks, while people work on the book, until nothing is missing
// or ctx ends: from the place it was restored from, unless rescue is nil, then from wherever the book's own
// copies are. That place becomes a destination if the book has none; see Keep.
func (k *Keeper) BringFiles(ctx context.Context, rescue *Rescue, b Lacking) {
	if rescue != nil && !rescue.In(k.set.Dir) {
		if err := k.Keep(ctx, rescue); err != nil {
			k.set.Log("the place of the restored copy is no destination", err)
		}
	}
	for {
		left, err := k.bringOnce(ctx, rescue, b)
		if err != nil && ctx.Err() == nil {
			k.set.Log("attachments are not all back", err)
		}
		if err == nil && left == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(bringEvery):
		}
	}
}

func (k *Keeper) bringOnce(ctx context.Context, rescue *Rescue, b Lacking) (left int, err error) {
	missing, err := b.Missing(ctx)
	if err == nil && len(missing) > 0 && rescue != nil {
		if _, err := rescue.Files(ctx, missing, b, func(appbackup.Progress) {}); err != nil {
			k.set.Log("attachments are looked for in the other copies", err)
		}
		missing, err = b.Missing(ctx)
	}
	if err != nil || len(missing) == 0 {
		return len(missing), err
	}
	return k.set.Service.BringFiles(ctx, missing, b)
}

package keeper

import (
	"context"
	"io"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/vault"
)

// Recall gives the book of a restore point of this PC ("") or of a destination to sink, to be looked at: beside the
// copies that are being made and sent, but old points of this PC are not removed meanwhile. Faults as
// [backup.Service.Recall].
func (k *Keeper) Recall(ctx context.Context, place, point string, sink vault.BookSink,
	progress func(appbackup.Progress),
) (appbackup.Point, error) {
	if err := k.quiet.Acquire(ctx, 1); err != nil {
		return appbackup.Point{}, err
	}
	defer k.quiet.Release(1)
	m, err := k.set.Service.Recall(ctx, place, point, sink, Telling(progress))
	if err != nil {
		return appbackup.Point{}, err
	}
	return PointOf(m), nil
}

// Content gives the content of an attachment, as a place has it, to take. Faults as [backup.Service.Content].
func (k *Keeper) Content(ctx context.Context, place string, a appbackup.Attachment,
	take func(ctx context.Context, content io.Reader) error,
) error {
	if err := k.quiet.Acquire(ctx, 1); err != nil {
		return err
	}
	defer k.quiet.Release(1)
	return k.set.Service.Content(ctx, place, a, take)
}

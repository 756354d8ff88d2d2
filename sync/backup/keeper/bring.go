package keeper

import (
	"context"
	"errors"
	"fmt"
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

// How often attachments that are still missing are looked for: the disk that has them may be plugged in later.
// Those that no place has, every one having been looked through, are lost but for a place that is added.
const (
	bringEvery     = 15 * time.Minute
	bringLostEvery = 24 * time.Hour
	bringLook      = time.Second // how often one looks whether what waits for another connection may come
)

// bringAgain lets KeepFiles look for what the book lacks once more: there may be a place now that has it. It never
// blocks.
func (k *Keeper) bringAgain() {
	select {
	case k.bring <- struct{}{}:
	default:
	}
}

// KeepFiles is BringFiles, and again whenever a copy is asked for by hand, a disk is plugged in, a place is added or a
// restore point could not read an attachment, until ctx ends.
func (k *Keeper) KeepFiles(ctx context.Context, rescue *Rescue, b Lacking) {
	for ctx.Err() == nil {
		k.BringFiles(ctx, rescue, b)
		select {
		case <-ctx.Done():
		case <-k.bring:
		}
		rescue = nil // from now on from wherever the book's own copies are
	}
}

// BringFiles brings back what a restore still lacks, while people work on the book, until nothing is missing
// or ctx ends: from the place it was restored from, unless rescue is nil, then from wherever the book's own
// copies are. That place becomes a destination if the book has none; see Keep. Over a metered connection much waits,
// unless somebody asks for a copy by hand meanwhile.
func (k *Keeper) BringFiles(ctx context.Context, rescue *Rescue, b Lacking) {
	if rescue != nil && !rescue.In(k.set.Dir) {
		if err := k.Keep(ctx, rescue); err != nil {
			k.set.Log("the place of the restored copy is no destination", err)
		}
	}
	for {
		left, held, err := k.bringOnce(ctx, rescue, b)
		if err != nil && ctx.Err() == nil {
			k.set.Log("attachments are not all back", err)
		}
		if len(held) > 0 {
			k.hold(true)
			k.awaitLine(ctx, held)
			k.hold(false)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		wait := bringEvery
		switch {
		case err == nil && left == 0:
			return
		case err == nil:
			wait = bringLostEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-k.bring:
		case <-time.After(wait):
		}
	}
}

// bringOnce looks for what is missing and tells how much stays so; without an error no place has it, but for what is
// held back because the connection is metered.
func (k *Keeper) bringOnce(ctx context.Context, rescue *Rescue, b Lacking) (left int, held []vault.Attachment, err error) {
	missing, err := b.Missing(ctx)
	if err != nil {
		return 0, nil, err
	}
	if len(missing) == 0 {
		k.lose(nil, true)
		return 0, nil, nil
	}
	k.lookAtLine(ctx)
	dear := k.dear(missing)
	defer k.came()
	watch := k.comes(missing)
	var elsewhere error
	if rescue != nil && (!dear || rescue.place.Provider == "local") {
		_, elsewhere = rescue.Files(ctx, missing, b, watch)
		if missing, err = b.Missing(ctx); err != nil {
			return 0, nil, errors.Join(elsewhere, err)
		}
	}
	if len(missing) > 0 {
		_, err = k.set.Service.BringFiles(ctx, missing, b, watch, func(id string) bool { return dear && k.overLine(id) })
	}
	missing, unread := b.Missing(ctx)
	if err = errors.Join(err, unread); err == nil {
		err = elsewhere
	}
	switch {
	case dear && unread == nil:
		held = missing
	case err == nil:
		k.lose(missing, true)
	case unread == nil && ctx.Err() == nil:
		k.lose(missing, false)
	}
	return len(missing), held, err
}

// comes shows how far the attachments are that were missing when a round began: one place after the other is asked
// for those that the ones before it did not have.
func (k *Keeper) comes(missing []vault.Attachment) vault.Watch {
	all := vault.Progress{Stage: vault.StageFiles, Of: len(missing)}
	for _, a := range missing {
		all.Total += a.Size
	}
	show := func(p vault.Progress) {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.comingBack == nil {
			k.comingBack = new(appbackup.Running)
		}
		runs(k.comingBack, p)
	}
	show(all)
	return func(p vault.Progress) {
		now := all
		now.Done, now.Objects = all.Total-p.Total+p.Done, all.Of-p.Of+p.Objects
		show(now)
	}
}

// came ends comes.
func (k *Keeper) came() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.comingBack = nil
}

// lose notes the attachments that the book lacks after all places were asked: those that no place has, unless one did not
// answer, which may have what was not known to be lost before.
func (k *Keeper) lose(missing []vault.Attachment, answered bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before, known := len(k.nowhere), k.nowhere
	k.nowhere, k.unreached = map[string]bool{}, 0
	for _, a := range missing {
		if answered || known[a.Hash] {
			k.nowhere[a.Hash] = true
		} else {
			k.unreached++
		}
	}
	if n := len(k.nowhere); n != before && n > 0 {
		k.set.Log("attachments are in no copy", fmt.Errorf("%d of them, the first %s", n, missing[0].Hash))
	}
}

// lost counts the attachments that the book lacks: those that no place has, and those that may be at a place that did not
// answer.
func (k *Keeper) lost() (nowhere, unreached int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.nowhere), k.unreached
}

// coming counts the attachments that may still come back.
func (k *Keeper) coming(missing []vault.Attachment) (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range missing {
		if !k.nowhere[a.Hash] {
			n++
		}
	}
	return n
}

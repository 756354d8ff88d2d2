package keeper

import (
	"context"

	appbackup "zafe/app/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/schedule"
	"zafe/sync/backup/vault"
	"zafe/sync/metered"
)

// Folder is the folder of the copies on this PC.
func (k *Keeper) Folder() string { return k.set.Dir }

// KeptRules is what a program that starts now would follow.
func (k *Keeper) KeptRules(ctx context.Context) (appbackup.Rules, error) {
	return loadRules(ctx, k.set.Rules)
}

// Within tells whether a folder is inside another one.
var Within = within

// Hold keeps the lane of this PC, as a snapshot under way does, until the test gives it back.
func (k *Keeper) Hold() (release func()) {
	lane := k.lane("")
	lane <- struct{}{}
	return func() { <-lane }
}

// SetDrill makes trial restores go where a test wants.
func (k *Keeper) SetDrill(to func() vault.BookSink) { k.set.Drill = to }

// FollowDue does what is due at a place now.
func (k *Keeper) FollowDue(ctx context.Context, id string) {
	k.look(ctx)
	k.follow(ctx, byTarget(k.due(k.set.Clock()))[id])
}

// DueAt is what is due at a place now.
func (k *Keeper) DueAt(id string) []schedule.Task { return byTarget(k.due(k.set.Clock()))[id] }

// Replan forgets what only memory knows of what is due, as a start does.
func (k *Keeper) Replan(ctx context.Context) {
	change, err := k.set.Change(ctx)
	if err != nil {
		panic(err)
	}
	k.plan = k.planned(change)
}

// SetProved makes a test hear of what is proved.
func (k *Keeper) SetProved(hear func()) { k.set.Proved = hear }

// MoveLogins keeps the log-ins of the destinations elsewhere from now on.
func (k *Keeper) MoveLogins(ctx context.Context, to remote.ConfigStore) error {
	return k.set.Remotes.MoveTo(ctx, to)
}

// Watch lets a test say which disks are plugged in, before Run.
func (k *Keeper) Watch(roots func() []string) { k.set.Disks = roots }

// OfSample makes the book that of the sample company, before Run.
func (k *Keeper) OfSample() { k.set.Sample = true }

// AskLine lets a test say whether the connection is metered, before Run.
func (k *Keeper) AskLine(ask func(context.Context) (metered.State, error)) { k.set.Line = ask }

// OpenRescue reaches a place and opens its copies.
func OpenRescue(ctx context.Context, n appbackup.NewDestination, recoveryKey string,
	ask func(appbackup.Question) (string, bool), log func(what string, err error),
) (*Rescue, error) {
	at, err := Reach(ctx, n, ask, log)
	if err != nil {
		return nil, err
	}
	return at.Open(ctx, recoveryKey)
}

// SheetIs says whether the recovery sheet was typed back.
func (k *Keeper) SheetIs(known bool) {
	k.set.SheetKnown = func(context.Context) (bool, error) { return known, nil }
}

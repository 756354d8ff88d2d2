package keeper

import (
	"cmp"
	"context"
	"path"
	"path/filepath"
	"slices"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// Rescue is a place with copies of a book, reached with its login and the recovery key, on a PC that has
// no book.
type Rescue struct {
	tree    *vault.Tree
	byID    map[string]vault.Point
	log     func(what string, err error)
	place   appbackup.NewDestination
	answers []string // to the provider's further questions
}

// OpenRescue reaches a place. ask answers the provider's further questions; false gives up with
// op.cancelled. Nothing is written there. Faults of the provider, backup.disk_absent, backup.wrong_key.
func OpenRescue(ctx context.Context, n appbackup.NewDestination, recoveryKey string,
	ask func(appbackup.Question) (string, bool), log func(what string, err error),
) (*Rescue, error) {
	r := &Rescue{byID: map[string]vault.Point{}, log: log, place: n}
	tree, err := reach(ctx, n, recoveryKey, func(q appbackup.Question) (string, bool) {
		value, ok := ask(q)
		r.answers = append(r.answers, value)
		return value, ok
	})
	if err != nil {
		return nil, err
	}
	r.tree = tree
	return r, nil
}

// In tells whether the place is a folder of this PC.
func (r *Rescue) In(folder string) bool {
	return r.place.Provider == "local" && filepath.Clean(r.place.Folder) == filepath.Clean(folder)
}

// Keep makes the place that the book was restored from a destination when the book has none: its next copies
// belong there. A place that asks for its log-in in the browser is left to the owner.
func (k *Keeper) Keep(ctx context.Context, r *Rescue) error {
	provider, ok := remote.FindProvider(r.place.Provider)
	if !ok || provider.Browser || len(k.set.Remotes.List()) > 0 {
		return nil
	}
	place := r.place
	place.Label = cmp.Or(place.Label, path.Base(filepath.ToSlash(place.Folder)))
	step, err := k.Begin(ctx, place)
	for _, value := range r.answers {
		if err == nil && step.Question != nil {
			step, err = k.Answer(ctx, value)
		}
	}
	if err == nil {
		_, err = k.Finish(ctx)
	}
	if err != nil {
		k.Cancel()
	}
	return err
}

func reach(ctx context.Context, n appbackup.NewDestination, recoveryKey string,
	ask func(appbackup.Question) (string, bool),
) (*vault.Tree, error) {
	if n.Provider == "local" {
		return backup.OpenFolder(ctx, n.Folder, recoveryKey)
	}
	remotes, err := remote.Use(ctx, &remote.Memory{}, nil)
	if err != nil {
		return nil, err
	}
	draft := Draft(n)
	draft.ReadOnly = true
	s, err := remotes.Begin(ctx, draft)
	if err != nil {
		return nil, err
	}
	for step := StepOf(s); step.Question != nil; step = StepOf(s) {
		value, ok := ask(*step.Question)
		if !ok {
			s.Cancel()
			return nil, fault.New(fault.Unavailable, "op.cancelled")
		}
		if err := s.Answer(ctx, value); err != nil {
			s.Cancel()
			return nil, err
		}
	}
	d, err := s.Finish(ctx)
	if err != nil {
		s.Cancel()
		return nil, err
	}
	return backup.OpenCopy(ctx, remotes, d.ID, recoveryKey)
}

// Newer tells that the place has younger copies, made under a later recovery key.
func (r *Rescue) Newer() bool { return r.tree.Newer() }

// pointsShown bounds the list of a restore: nobody on their worst day reads more.
const pointsShown = 60

// Points lists what can be restored, newest first, at most 60.
func (r *Rescue) Points(ctx context.Context) ([]appbackup.Point, error) {
	contents, err := r.tree.Read(ctx)
	if err != nil {
		return nil, err
	}
	var points []vault.Point
	for _, w := range contents.Writers {
		points = append(points, w.Points...)
	}
	slices.SortFunc(points, func(a, b vault.Point) int { return b.At.Compare(a.At) })
	var out []appbackup.Point
	for _, at := range points[:min(len(points), pointsShown)] {
		m, err := r.tree.Describe(ctx, at)
		if err != nil {
			r.log("restore point unreadable", err)
			continue
		}
		p := PointOf(m)
		r.byID[p.ID] = at
		out = append(out, p)
	}
	return out, nil
}

// Restore gives the book of a point that Points listed to sink. Its attachments come with Files. Faults of the
// place, backup.point_gone, backup.totals_differ.
func (r *Rescue) Restore(ctx context.Context, id string, sink vault.BookSink,
	progress func(appbackup.Progress),
) error {
	at, ok := r.byID[id]
	if !ok {
		return fault.New(fault.NotFound, "backup.point_gone")
	}
	_, err := r.tree.RestoreBook(ctx, at, sink, telling(progress))
	return remote.Classify(err)
}

// Files gives attachments that the restored book names to sink; it returns how many the place does not have.
func (r *Rescue) Files(ctx context.Context, missing []vault.Attachment, sink vault.FileSink,
	progress func(appbackup.Progress),
) (left int, err error) {
	report, err := r.tree.BringFiles(ctx, missing, sink, telling(progress))
	return len(report.Missing) + len(report.Damaged), remote.Classify(err)
}

func telling(progress func(appbackup.Progress)) vault.Watch {
	return func(v vault.Progress) {
		progress(appbackup.Progress{Stage: string(v.Stage), Done: v.Done, Total: v.Total})
	}
}

// PointOf is how people know a restore point.
func PointOf(m vault.Manifest) appbackup.Point {
	return appbackup.Point{
		ID: m.Point().String(), Writer: m.WriterName, Seq: m.Seq, Made: m.Created, Bytes: m.BookBytes(),
		Invoice: m.Checks.LastInvoice, Invoices: m.Checks.InvoiceCount,
	}
}

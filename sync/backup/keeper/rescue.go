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
	tree     *vault.Tree
	contents vault.Contents // once read
	seen     []vault.Manifest
	doubtful map[vault.Point]bool // of whose dates
	log      func(what string, err error)
	place    appbackup.NewDestination
	answers  []string // to the provider's further questions
}

// Place is a place with copies that was reached with its login, without a key.
type Place struct {
	backup.Place
	place   appbackup.NewDestination
	answers []string
	log     func(what string, err error)
}

// Reach reaches a place and looks for copies there. ask answers the provider's further questions; false gives up with
// op.cancelled. Nothing is written there. Faults of the provider, backup.disk_absent, backup.no_vault.
func Reach(ctx context.Context, n appbackup.NewDestination, ask func(appbackup.Question) (string, bool),
	log func(what string, err error),
) (*Place, error) {
	p := &Place{place: n, log: log}
	var err error
	p.Place, err = reach(ctx, n, func(q appbackup.Question) (string, bool) {
		value, ok := ask(q)
		p.answers = append(p.answers, value)
		return value, ok
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Open opens the copies of a place with the recovery key: backup.wrong_key.
func (p *Place) Open(ctx context.Context, recoveryKey string) (*Rescue, error) {
	tree, err := p.Place.Open(ctx, recoveryKey)
	if err != nil {
		return nil, err
	}
	return &Rescue{tree: tree, log: p.log, place: p.place, answers: p.answers}, nil
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

func reach(ctx context.Context, n appbackup.NewDestination, ask func(appbackup.Question) (string, bool),
) (none backup.Place, err error) {
	if n.Provider == "local" {
		return backup.FindInFolder(ctx, n.Folder)
	}
	remotes, err := remote.Use(ctx, &remote.Memory{}, nil)
	if err != nil {
		return none, err
	}
	draft := Draft(n)
	draft.ReadOnly = true
	s, err := remotes.Begin(ctx, draft)
	if err != nil {
		return none, err
	}
	for step := StepOf(s); step.Question != nil; step = StepOf(s) {
		value, ok := ask(*step.Question)
		if !ok {
			s.Cancel()
			return none, fault.New(fault.Unavailable, "op.cancelled")
		}
		if err := s.Answer(ctx, value); err != nil {
			s.Cancel()
			return none, err
		}
	}
	d, err := s.Finish(ctx)
	if err != nil {
		s.Cancel()
		return none, err
	}
	return backup.FindCopy(ctx, remotes, d.ID)
}

// Newer tells that the place has younger copies, made under a later recovery key.
func (r *Rescue) Newer() bool { return r.tree.Newer() }

// pointsShown is how many restore points are read at a time: each is a request to the place.
const pointsShown = 60

// Points lists what can be restored, newest first, at most 60 after the first skip ones. Older is what to skip for
// the next page, 0 when there is none.
func (r *Rescue) Points(ctx context.Context, skip int) (page []appbackup.Point, older int, err error) {
	all, err := r.list(ctx)
	if err != nil {
		return nil, 0, err
	}
	var unread error // why the first of those that cannot be read is not shown
	for {
		end := min(skip+pointsShown, len(all))
		ms, err := r.tree.DescribeAll(ctx, r.contents, all[min(skip, end):end], func(_ vault.Point, err error) {
			r.log("restore point unreadable", err)
			if unread == nil {
				unread = err
			}
		})
		if err != nil {
			return nil, 0, remote.Classify(err)
		}
		r.seen = append(r.seen, ms...)
		for i, p := range pointsOf(ms, r.seen) {
			page = append(page, doubted(p, r.doubtful[ms[i].Point()]))
		}
		switch {
		case end == len(all) && len(page) == 0:
			return nil, 0, remote.Classify(unread)
		case end == len(all):
			return page, 0, nil
		case len(page) > 0:
			return page, end, nil
		}
		skip = end // none of these can be read: older ones may
	}
}

// list reads the names of the restore points once.
func (r *Rescue) list(ctx context.Context) ([]vault.Point, error) {
	if len(r.contents.Writers) == 0 {
		contents, err := r.tree.Read(ctx)
		if err != nil {
			return nil, err
		}
		r.contents, r.doubtful = contents, contents.Doubtful()
	}
	return r.contents.Points(), nil
}

// Point finds a restore point of any age by its name, the newest that can be read for "": backup.point_gone when
// there is none. Where the newest is of a PC that another one took over from, somebody has to choose:
// backup.two_lines, or backup.two_lines_alike where both PCs have one name.
func (r *Rescue) Point(ctx context.Context, id string) (appbackup.Point, error) {
	all, err := r.list(ctx)
	if err != nil {
		return appbackup.Point{}, err
	}
	for _, at := range all {
		if id != "" && at.String() != id {
			continue
		}
		m, err := r.tree.Describe(ctx, at)
		if err == nil && id == "" {
			err = r.only(ctx, m)
		}
		if err == nil {
			return PointOf(m), nil
		}
		if r.log("restore point unreadable", err); id != "" || !vault.Damaged(err) {
			return appbackup.Point{}, r.damaged(ctx, at, err)
		}
	}
	return appbackup.Point{}, fault.New(fault.NotFound, "backup.point_gone")
}

// only refuses the newest point when another PC has taken over from the one that made it, or when the one that its PC
// took over from went on.
func (r *Rescue) only(ctx context.Context, m vault.Manifest) error {
	other, err := r.tree.Rival(ctx, r.contents, m)
	if err != nil {
		return err
	}
	if other == nil { // it is of the latest line: did somebody go on with an earlier one?
		left, err := r.tree.Outliving(ctx, r.contents, m)
		if err != nil || left == nil {
			return err
		}
		newest := m
		m, other = *left, &newest
	}
	key := "backup.two_lines"
	if m.WriterName == other.WriterName {
		key = "backup.two_lines_alike"
	}
	return fault.New(fault.Conflict, key, "name", m.WriterName, "made", m.Created,
		"other", other.WriterName, "last", other.Created)
}

// Restore gives the book of a point to sink. Its attachments come with Files. Faults of the
// place, backup.point_gone, backup.totals_differ; backup.point_damaged names the last good point before it ("point"
// is its ID), backup.no_good_point says that there is none.
func (r *Rescue) Restore(ctx context.Context, id string, sink vault.BookSink,
	progress func(appbackup.Progress),
) error {
	all, err := r.list(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(p vault.Point) bool { return p.String() == id })
	if i < 0 {
		return fault.New(fault.NotFound, "backup.point_gone")
	}
	_, err = r.tree.RestoreBook(ctx, all[i], sink, Telling(progress))
	return r.damaged(ctx, all[i], err)
}

// damaged says, when a point is damaged, which one before it is whole.
func (r *Rescue) damaged(ctx context.Context, p vault.Point, err error) error {
	if !vault.Damaged(err) {
		return remote.Classify(err)
	}
	good, lost := r.tree.LastGood(ctx, r.contents, p, err, nil)
	if fault.KeyOf(lost) == "backup.no_good_point" {
		return fault.New(fault.NotFound, "backup.no_good_point", "made", p.At).Because(err)
	}
	if lost != nil {
		return remote.Classify(lost)
	}
	return fault.New(fault.Conflict, "backup.point_damaged", "made", p.At, "good", good.Created,
		"point", good.Point().String()).Because(err)
}

// Files gives attachments that the restored book names to sink; it returns how many the place does not have.
func (r *Rescue) Files(ctx context.Context, missing []vault.Attachment, sink vault.FileSink,
	watch vault.Watch,
) (left int, err error) {
	report, err := r.tree.BringFiles(ctx, missing, sink, watch)
	return len(report.Missing) + len(report.Damaged), remote.Classify(err)
}

// Telling tells of a restore as the program shows it.
func Telling(progress func(appbackup.Progress)) vault.Watch {
	return func(v vault.Progress) {
		progress(appbackup.Progress{
			Stage: string(v.Stage), Done: v.Done, Total: v.Total, Files: v.Objects, Of: v.Of,
		})
	}
}

// PointOf is how people know a restore point.
func PointOf(m vault.Manifest) appbackup.Point {
	return appbackup.Point{
		ID: m.Point().String(), Writer: m.WriterName, WriterID: m.WriterID, Seq: m.Seq, Made: m.Created, Bytes: m.BookBytes(),
		Invoice: m.Checks.LastInvoice, Invoices: m.Checks.InvoiceCount, Age: m.Age(),
	}
}

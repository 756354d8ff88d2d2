package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

func passing(err error) bool { return remote.Passing(err) }

// OpenFolder opens a vault in a folder of this PC for restoring: a USB disk, a network drive, or what
// the owner downloaded from a provider's web page. It also finds the vault one level below.
func OpenFolder(ctx context.Context, dir, recoveryKey string) (*vault.Tree, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fault.New(fault.NotFound, "backup.disk_absent", "folder", dir).Because(err)
	}
	key, err := vault.NewKey(recoveryKey)
	if err != nil {
		return nil, err
	}
	f, err := vault.LocalFolder(ctx, dir)
	if err != nil {
		return nil, remote.Classify(err)
	}
	tree, err := vault.Locate(ctx, f, key)
	return tree, remote.Classify(err)
}

// OpenCopy opens the vault at a destination for restoring.
func OpenCopy(ctx context.Context, remotes *remote.Remotes, id, recoveryKey string) (*vault.Tree, error) {
	key, err := vault.NewKey(recoveryKey)
	if err != nil {
		return nil, err
	}
	f, err := remotes.Open(ctx, id, "")
	if err != nil {
		return nil, err
	}
	tree, err := vault.Locate(ctx, f, key)
	return tree, remote.Classify(err)
}

// Restored is the result of a restore.
type Restored struct {
	Manifest vault.Manifest
	Files    vault.FileReport
}

// Restore brings back the book and then its attachments. The sink's Commit comes between the two: the
// book can be used while the attachments are still coming. An interrupted restore of attachments goes
// on with tree.RestoreFiles.
func Restore(ctx context.Context, tree *vault.Tree, p vault.Point, sink vault.Sink,
	watch vault.Watch,
) (Restored, error) {
	m, err := tree.RestoreBook(ctx, p, sink, watch)
	if err != nil {
		return Restored{}, remote.Classify(err)
	}
	report, err := tree.RestoreFiles(ctx, m, sink, watch)
	return Restored{Manifest: m, Files: report}, remote.Classify(err)
}

// BringFiles brings back attachments that the book names and the disk lacks, from the local vault and then
// from each destination until all are there. It returns how many are nowhere that could be reached, and what
// kept it from looking everywhere. Renew and Continue end it: it is called again later.
func (s *Service) BringFiles(ctx context.Context, missing []vault.Attachment, sink vault.FileSink,
) (left int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	err = s.with(ctx, func(v *vault.Vault) error {
		s.bringing(stop)
		places := []string{""}
		for _, d := range s.set.Remotes.List() {
			places = append(places, d.ID)
		}
		var problems []error
		for _, id := range places {
			if len(missing) == 0 || ctx.Err() != nil {
				break
			}
			tree, err := s.treeAt(ctx, v, id)
			if err == nil {
				missing, err = bringFrom(ctx, tree, missing, sink)
			}
			problems = append(problems, remote.Classify(err))
		}
		return errors.Join(append(problems, ctx.Err())...)
	})
	return len(missing), err
}

// bringFrom brings back what one place has and returns what is still missing.
func bringFrom(ctx context.Context, tree *vault.Tree, missing []vault.Attachment, sink vault.FileSink,
) ([]vault.Attachment, error) {
	report, err := tree.BringFiles(ctx, missing, sink, nil)
	if err != nil {
		return missing, err // those that came are passed over by the next place
	}
	return append(report.Missing, report.Damaged...), nil
}

// Drill is a complete trial restore of a point from a destination ("" means the local vault; a zero
// point means the newest that was sent there, "backup.vault_empty" if none was). The sink's Commit should open the
// restored book in memory, check its integrity and compare its totals with Manifest.Matches: an error of it fails the drill. A quarter of
// the attachments, another one each week, is read to the end and compared with its hashes (Check sees
// every week that all are there). The result is remembered for Status and allows pruning.
func (s *Service) Drill(ctx context.Context, id string, p vault.Point, sink vault.BookSink,
	watch vault.Watch,
) (done Restored, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		tree, err := s.treeAt(ctx, v, id)
		if err != nil {
			return err
		}
		if p.Seq == 0 {
			if p, err = s.newestAt(v, id); err != nil {
				return err
			}
		}
		if id != "" {
			if err := v.Ours(ctx, tree); err != nil {
				return remote.Classify(err)
			}
		}
		_, week := s.set.Now().ISOWeek()
		done, err = Restore(ctx, tree, p, drillSink{BookSink: sink, week: week}, watch)
		if n := len(done.Files.Damaged) + len(done.Files.Missing); err == nil && n > 0 {
			err = fault.New(fault.Conflict, "backup.files_damaged", "count", n)
		}
		return errors.Join(err, s.noteDrill(ctx, id, p, err))
	})
	return done, err
}

// newestAt gives the newest point a destination should have: the local vault may be ahead of it, and
// pruning, which spares at a destination what the local vault has, may have passed over the last one sent.
func (s *Service) newestAt(v *vault.Vault, id string) (vault.Point, error) {
	all := v.Manifests()
	for _, m := range slices.Backward(all) {
		if id == "" || m.Seq <= s.sentSeq(id) {
			return m.Point(), nil
		}
	}
	return vault.Point{}, fault.New(fault.NotFound, "backup.vault_empty")
}

// noteDrill remembers the outcome. A line that broke, or a place that refused us, says nothing about the copy.
func (s *Service) noteDrill(ctx context.Context, id string, p vault.Point, err error) error {
	now := s.set.Now()
	if err != nil && (ctx.Err() != nil || passing(err) || barred(err)) {
		return nil //nolint:nilerr // nothing to remember
	}
	return s.note(ctx, func(k *state) {
		failed := &k.DrillFailed // that of one place is not mended by another
		if id != "" {
			failed = &k.copyOf(id, now).DrillFailed
		}
		if err != nil {
			*failed = now
			return
		}
		*failed = time.Time{}
		k.Drill = &vault.Drill{Seq: p.Seq, At: now.UTC()}
		if id != "" {
			k.copyOf(id, now).Drilled = now
		}
	})
}

// barred tells whether a place did not let us read, which says nothing about what is there.
func barred(err error) bool {
	code := fault.Of(err).Code
	return code == fault.Forbidden || code == fault.Unavailable
}

// treeAt opens the local vault or a destination for reading.
func (s *Service) treeAt(ctx context.Context, v *vault.Vault, id string) (*vault.Tree, error) {
	if id == "" {
		return v.Tree(), nil
	}
	f, err := s.at(ctx, id)
	if err != nil {
		return nil, err
	}
	return v.At(f), nil
}

// drillShares is in how many drills all attachments come up once.
const drillShares = 4

// drillSink adds to a book's sink one that reads some attachments and keeps none.
type drillSink struct {
	vault.BookSink
	week int
}

// Commit makes a refusal of the book's sink a failure of the drill, not of the line.
func (d drillSink) Commit(ctx context.Context, m vault.Manifest) error {
	err := d.BookSink.Commit(ctx, m)
	if f := new(fault.Fault); err == nil || errors.As(err, &f) || ctx.Err() != nil {
		return err
	}
	return fault.New(fault.Conflict, "backup.drill_failed").Because(err)
}

// Has passes over the attachments of other weeks.
func (d drillSink) Has(_ context.Context, a vault.Attachment) (bool, error) {
	first, err := strconv.ParseUint(a.Hash[:4], 16, 16)
	return int(first)%drillShares != d.week%drillShares, err
}

// Put reads one attachment to its end.
func (drillSink) Put(_ context.Context, _ vault.Attachment, content io.Reader) error {
	_, err := io.Copy(io.Discard, content)
	return err
}

package backup

import (
	"context"
	"errors"
	"os"

	"github.com/rclone/rclone/fs"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

func passing(err error) bool { return remote.Passing(err) }

// Place is where a vault lies. It was looked at without a key.
type Place struct{ fs fs.Fs }

// FindInFolder looks for a vault in a folder of this PC: a USB disk, a network drive, or what the owner downloaded
// from a provider's web page, or one level below. Faults: backup.disk_absent, backup.no_vault.
func FindInFolder(ctx context.Context, dir string) (Place, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Place{}, fault.New(fault.NotFound, "backup.disk_absent", "folder", dir).Because(err)
	}
	f, err := vault.LocalFolder(ctx, dir)
	if err == nil {
		err = vault.There(ctx, f)
	}
	return Place{f}, remote.Classify(err)
}

// FindCopy looks for a vault at a destination. Faults: backup.no_vault, and why something else answers or nothing.
func FindCopy(ctx context.Context, remotes *remote.Remotes, id string) (Place, error) {
	f, err := remotes.Open(ctx, id, "")
	if err != nil {
		return Place{}, err
	}
	err = vault.There(ctx, f)
	if fault.KeyOf(err) == "backup.no_vault" {
		err = remote.Absent(ctx, f, err)
	}
	return Place{f}, remote.Classify(err)
}

// Open opens the vault for restoring.
func (p Place) Open(ctx context.Context, recoveryKey string) (*vault.Tree, error) {
	key, err := vault.NewKey(recoveryKey)
	if err != nil {
		return nil, err
	}
	tree, err := vault.Locate(ctx, p.fs, key)
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
// kept it from looking everywhere. Destinations for which skip is true, nil for none, are not asked. Renew and
// Continue end it: it is called again later.
func (s *Service) BringFiles(ctx context.Context, missing []vault.Attachment, sink vault.FileSink, watch vault.Watch,
	skip func(id string) bool,
) (left int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	err = s.with(ctx, func(v *vault.Vault) error {
		s.bringing(stop)
		places := []string{""}
		for _, d := range s.set.Remotes.List() {
			if skip == nil || !skip(d.ID) {
				places = append(places, d.ID)
			}
		}
		var problems []error
		for _, id := range places {
			if len(missing) == 0 || ctx.Err() != nil {
				break
			}
			tree, err := s.treeAt(ctx, v, id)
			if err == nil {
				missing, err = bringFrom(ctx, tree, missing, sink, watch)
			}
			problems = append(problems, remote.Classify(err))
		}
		return errors.Join(append(problems, ctx.Err())...)
	})
	return len(missing), err
}

// bringFrom brings back what one place has and returns what is still missing.
func bringFrom(ctx context.Context, tree *vault.Tree, missing []vault.Attachment, sink vault.FileSink,
	watch vault.Watch,
) ([]vault.Attachment, error) {
	report, err := tree.BringFiles(ctx, missing, sink, watch)
	if err != nil {
		return missing, err // those that came are passed over by the next place
	}
	return append(report.Missing, report.Damaged...), nil
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

package backup

import (
	"context"
	"errors"
	"io"
	"slices"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// Recall gives the book of a restore point, by its name, of the local vault ("") or of a destination to sink. Faults:
// backup.point_gone, backup.dest_unknown, those of the place and of the sink.
func (s *Service) Recall(ctx context.Context, id, point string, sink vault.BookSink, watch vault.Watch,
) (m vault.Manifest, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		tree, err := s.oursAt(ctx, v, id)
		if err != nil {
			return err
		}
		contents, err := tree.Read(ctx)
		if err != nil {
			return remote.Classify(err)
		}
		all := contents.Points()
		i := slices.IndexFunc(all, func(p vault.Point) bool { return p.String() == point })
		if i < 0 {
			return fault.New(fault.NotFound, "backup.point_gone")
		}
		m, err = tree.RestoreBook(ctx, all[i], sink, watch)
		if vault.Damaged(err) && all[i].Writer == s.writer() { // a trial restore would have said the same
			err = errors.Join(err, s.noteDrill(ctx, id, Trial{Point: all[i]}, true, err))
		}
		return remote.Classify(err)
	})
	return m, err
}

// Content gives the content of one attachment that a place has to take, which must read it to its end: one that is
// damaged makes the reading fail. Faults: backup.files_damaged, backup.dest_unknown, those of the place and of take.
func (s *Service) Content(ctx context.Context, id string, a vault.Attachment,
	take func(ctx context.Context, content io.Reader) error,
) error {
	return s.with(ctx, func(v *vault.Vault) error {
		tree, err := s.oursAt(ctx, v, id)
		if err != nil {
			return err
		}
		report, err := tree.BringFiles(ctx, []vault.Attachment{a}, taker(take), nil)
		if n := len(report.Missing) + len(report.Damaged); err == nil && n > 0 {
			err = fault.New(fault.NotFound, "backup.files_damaged", "count", n)
		}
		return remote.Classify(err)
	})
}

// taker is a sink for one content.
type taker func(ctx context.Context, content io.Reader) error

// Has implements vault.FileSink.
func (taker) Has(context.Context, vault.Attachment) (bool, error) { return false, nil }

// Put implements vault.FileSink.
func (t taker) Put(ctx context.Context, _ vault.Attachment, content io.Reader) error {
	return t(ctx, content)
}

// Settle implements vault.FileSink.
func (taker) Settle(context.Context) error { return nil }

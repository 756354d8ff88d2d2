package rebuild

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/op"
	"zafe/store"
	"zafe/store/source"
)

// Past is a book as it was at a restore point, put back beside the one at work to be looked at. It is on the disk
// under keys that nobody is given, none of them that of an owner, until Close.
type Past struct {
	scratch
	book *store.Store // from Commit on
	made atomic.Pointer[time.Time]
}

// NewPast prepares one in a folder of its own in parent. The clock of the options must be set; that of the book stands
// at the time of the point. One of an older schema is brought to this program's. Fault of its Begin: store.no_room. Of
// its Commit: backup.totals_differ, store.newer_book.
func NewPast(parent string, o store.Options, warn func(what string, err error)) *Past {
	p, now := &Past{}, o.Clock
	o.Clock = func() time.Time {
		if made := p.made.Load(); made != nil {
			return *made
		}
		return now()
	}
	p.scratch = newScratch(parent, pastPrefix, o, promised, warn)
	return p
}

var (
	_ Receiver           = (*Past)(nil)
	_ op.Work[*store.Tx] = (*Past)(nil)
)

// Commit implements [Receiver]: the book can be looked at once it succeeded.
func (p *Past) Commit(_ context.Context, c Copy) (err error) {
	p.of = c
	p.made.Store(&c.Point.Made)
	p.book, err = p.into.Finish()
	return err
}

// View implements [op.Work].
func (p *Past) View(ctx context.Context, fn func(*store.Tx) error) error { return p.book.View(ctx, fn) }

// Update implements [op.Work]: nobody writes to what was.
func (p *Past) Update(context.Context, func(*store.Tx) error) error {
	return fault.New(fault.Forbidden, "op.read_only")
}

// Attachment names the content with a digest as the copies know it. Fault file.not_found.
func (p *Past) Attachment(ctx context.Context, digest string) (backup.Attachment, error) {
	all, err := source.Files{Store: p.book}.Attachments(ctx)
	if err != nil {
		return backup.Attachment{}, err
	}
	for _, a := range all {
		if a.Hash == digest {
			return a, nil
		}
	}
	return backup.Attachment{}, fault.New(fault.NotFound, "file.not_found")
}

// Close removes it from the disk.
func (p *Past) Close() error { return errors.Join(p.book.Close(), p.clear()) }

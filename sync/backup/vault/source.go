package vault

import (
	"context"
	"io"

	appbackup "zafe/app/backup"
)

// Source is the book to back up. The store implements it.
type Source interface {
	// Pages reads every page of the database inside one read transaction: begin is called once with
	// the page size in bytes and the number of pages, then page for 1, 2, 3 ... in order. The data is
	// the plain logical page, valid only during the call. Writers are not blocked. An error of begin
	// or page ends the reading and is returned (wrapped or not). One backup may read twice, when the
	// difference turns out too large.
	Pages(ctx context.Context, begin func(pageSize int, pages uint32) error,
		page func(pgno uint32, data []byte) error) error
	// Checks gives the business totals a restored book is compared with.
	Checks(ctx context.Context) (Checks, error)
	// Head is the number of the last record of the book's seal; it only grows. Kept in a backup it is a
	// witness against files that are all put back together as they once were.
	Head() (uint64, error)
}

// MarkedSource is a Source that can tell what pages hold without reading them.
type MarkedSource interface {
	Source
	// MarkedPages is Pages, but begin is also given the marks of all pages, nil when there are none, and tells which
	// pages are to be read, in their order, or that all are.
	MarkedPages(ctx context.Context,
		begin func(pageSize int, pages uint32, m *Marks) (some []uint32, all bool, err error),
		page func(pgno uint32, data []byte) error) error
}

// Marks tell pages that did not change.
type Marks = appbackup.Marks

// Checks are the business totals that a backup keeps of its book.
type Checks = appbackup.Totals

// Attachment names one file kept beside the book.
type Attachment = appbackup.Attachment

// Files gives the attachments of the book. The store implements it.
type Files interface {
	// Attachments lists all attachments the book refers to, in any order.
	Attachments(ctx context.Context) ([]Attachment, error)
	// Open opens the plain content of one attachment.
	Open(ctx context.Context, hash string) (io.ReadCloser, error)
}

// BookSink receives a restored book. Nothing it got is good before Commit: until then the pages were
// authenticated one by one, but the whole was not yet compared with the manifest.
type BookSink interface {
	// Begin announces the image.
	Begin(ctx context.Context, pageSize int, pages uint32) error
	// Page receives page 1, 2, 3 ... in order. The data is valid only during the call.
	Page(pgno uint32, data []byte) error
	// Commit says that the image just received has the SHA-256 the manifest promised.
	Commit(ctx context.Context, m Manifest) error
	// Abort says that what was received must be thrown away. It is called at most once, never after
	// a successful Commit.
	Abort()
}

// FileSink receives restored attachments, after the book.
type FileSink interface {
	// Has says whether this attachment is already there, so that an interrupted restore goes on.
	Has(ctx context.Context, a Attachment) (bool, error)
	// Put receives one content, while it receives others. It is good only if content ended with io.EOF: a damaged attachment
	// makes the reader fail instead, and Put must then keep nothing and return that error.
	Put(ctx context.Context, a Attachment, content io.Reader) error
	// Settle returns once all that Put had received when it began would outlive a power cut. Has need not know it
	// before. It is called now and then while Put receives more, and at the end.
	Settle(ctx context.Context) error
}

// ProvingSink is a FileSink whose Put fails with another content than the one that was announced, as its digest tells.
type ProvingSink interface {
	FileSink
	Proves()
}

// Sink receives a restored book and its attachments.
type Sink interface {
	BookSink
	FileSink
}

// Progress tells how far a backup or a restore is. Total is 0 while unknown.
type Progress struct {
	Stage   Stage
	Done    int64 // bytes
	Total   int64 // bytes
	Objects int   // finished objects of this stage
	Of      int   // objects of this stage, 0 while unknown
}

// Stage is one step of a backup or a restore. Its message key is "backup.stage." + the stage.
type Stage string

// The stages in the order they happen.
const (
	StageAttachments Stage = "attachments" // copying new attachments into the vault
	StageBook        Stage = "book"        // reading or writing the book's pages
	StageCompare     Stage = "compare"     // listing a destination
	StageSend        Stage = "send"        // sending objects to a destination
	StageCheck       Stage = "check"       // comparing names and sizes after sending
	StageFiles       Stage = "files"       // bringing attachments back
)

// Watch is told about progress, from one goroutine at a time. Nil is allowed.
type Watch func(Progress)

func (w Watch) tell(p Progress) {
	if w != nil {
		w(p)
	}
}

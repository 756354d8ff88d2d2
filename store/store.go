// Package store keeps a book: one folder with an encrypted SQLite database, its key file and its
// attachments. It implements what each area of app asks of storage and holds no business rule beyond
// the constraints that SQL can enforce. It knows no screen and no network.
package store

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"zafe/store/blob"
	"zafe/store/crypt"
)

// The files of a book's folder. SQLite's own companions (-wal) and the seal's (-ledger) stand beside
// the database.
const (
	bookFile = "book.db"
	keysFile = "company.keys"
)

// Options are what a store needs of its surroundings. The zero value is right for real use.
type Options struct {
	Clock    func() time.Time  // time.Now
	Zone     *time.Location    // the office's time zone; time.Local
	SlotCost crypt.KDF         // Argon2id for new password slots; the zero value is right
	OnEvent  func(what string) // findings of the seal, for the log
	// Aside is where Restore moves a book that is there already, "" to refuse. It must not exist.
	Aside string

	building bool // the book is not in its place yet: there is nothing to keep a copy of
}

// events adapts OnEvent to the seal's.
func (o Options) events() func(crypt.Event) {
	return func(e crypt.Event) {
		if o.OnEvent != nil {
			o.OnEvent(e.What)
		}
	}
}

// Store is an open book. It is safe for concurrent use.
type Store struct {
	dir   string
	opts  Options
	zone  *time.Location
	keys  *crypt.Keys
	root  crypt.Root
	mount *crypt.Mount
	db    pools
	files *blob.Folder

	queue      chan request
	writerDone chan struct{}
	closing    sync.RWMutex
	closed     bool
	readers    sync.WaitGroup
	commits    atomic.Uint64
	dirty      chan struct{}
	onCommit   atomic.Pointer[func(uint64)]
	life       context.Context // until Close
	stop       context.CancelFunc
	background sync.WaitGroup
}

// Exists tells whether dir holds a book, whole or not: a book whose files were lost is not a PC without
// a book, and opening it says what is missing.
func Exists(dir string) bool {
	_, err := os.Stat(dir)
	return err == nil
}

// start opens the pools over a database file, migrates it and starts the writer.
func (s *Store) start(ctx context.Context) error {
	if s.opts.Clock == nil {
		s.opts.Clock = time.Now //nolint:forbidigo // what the zero value means
	}
	if s.zone = s.opts.Zone; s.zone == nil {
		s.zone = time.Local
	}
	db, err := s.openMigrated(ctx)
	if err != nil {
		return err
	}
	s.db = db
	s.queue = make(chan request, queueMax)
	s.writerDone = make(chan struct{})
	s.dirty = make(chan struct{}, 1)
	background, stop := context.WithCancel(context.Background())
	s.life, s.stop = background, stop
	go s.writer()
	s.background.Go(func() { s.checkpoints(background) })
	return nil
}

// Dir returns the book's folder.
func (s *Store) Dir() string { return s.dir }

// Commits counts the write transactions since the book was opened.
func (s *Store) Commits() uint64 { return s.commits.Load() }

// OnCommit sets a function called after each commit with the new count; it must not block.
func (s *Store) OnCommit(fn func(uint64)) { s.onCommit.Store(&fn) }

func (s *Store) committed() {
	n := s.commits.Add(1)
	if fn := s.onCommit.Load(); fn != nil {
		(*fn)(n)
	}
	select {
	case s.dirty <- struct{}{}:
	default:
	}
}

// now is the instant of a transaction, in whole milliseconds as it will be stored.
func (s *Store) now() time.Time { return s.opts.Clock().UTC().Truncate(time.Millisecond) }

// checkpoints moves committed pages from the WAL to the file at a steady pace.
func (s *Store) checkpoints(ctx context.Context) {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case <-s.dirty:
			// A busy checkpoint is not an error: readers were in the way, the next one does it.
			_, _ = s.db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
		default:
		}
	}
}

// Close finishes the waiting writes, lets readers end for a while, checkpoints and closes the files. A
// second Close does nothing.
func (s *Store) Close() error {
	s.closing.Lock()
	if s.closed {
		s.closing.Unlock()
		return nil
	}
	s.closed = true
	close(s.queue)
	s.closing.Unlock()
	<-s.writerDone
	s.stop()
	s.background.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	idle := make(chan struct{})
	go func() { s.readers.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	_, err := s.db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	err = errors.Join(err, s.db.close(), s.mount.Unmount())
	s.root.Zero()
	return err
}

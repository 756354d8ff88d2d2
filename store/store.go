// Package store keeps a book: one folder with an encrypted SQLite database, its key file and its
// attachments. It implements what each area of app asks of storage and holds no business rule beyond
// the constraints that SQL can enforce. It knows no screen and no network.
package store

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"zafe/app/change"
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
	OnEvent  func(what string) // findings of the seal, with file, page and cause, for the log
	// Aside is where Restore moves a book that is there already, "" to refuse. It must not exist.
	Aside string
	// Invariants tells what does not hold in a book, in words that are the same for the same trouble: an
	// update must not bring any. May be nil.
	Invariants func(*Tx) ([]string, error)
	// Known is what was seen elsewhere of the book that lies here, its zero value for nothing.
	Known Known
	// Progress is told the key of a sentence at each part of an opening that takes long. May be nil.
	Progress func(key string)

	building bool                            // the book is not in its place yet: there is nothing to keep a copy of
	at       func(step string) error         // see step
	free     func(dir string) (int64, error) // freeBytes, but in tests
	every    time.Duration                   // checkpointEvery, but in tests
	logMax   int64                           // walBytesMax, but in tests
}

// Known is a book and how far it was seen to go, as this PC remembers it outside of it. It only names what is wrong with
// a book that does not open.
type Known struct {
	Book string // its identifier, "" for none
	Seal uint64 // the highest [Store.Head]
}

// events adapts OnEvent to the seal's.
func (o Options) events() func(crypt.Event) {
	return func(e crypt.Event) {
		if o.OnEvent != nil {
			o.OnEvent(e.String())
		}
	}
}

// say tells whoever waits what is being done.
func (o Options) say(key string) {
	if o.Progress != nil {
		o.Progress(key)
	}
}

// tell reports what an operator of the log should know.
func (o Options) tell(what string) {
	if o.OnEvent != nil {
		o.OnEvent(what)
	}
}

// filled replaces what is not set by what that means.
func (o Options) filled() Options {
	if o.Clock == nil {
		o.Clock = time.Now //nolint:forbidigo // what the zero value means
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	o.every, o.logMax = cmp.Or(o.every, checkpointEvery), cmp.Or(o.logMax, walBytesMax)
	return o
}

// Store is an open book. It is safe for concurrent use.
type Store struct {
	dir   string
	lock  io.Closer // on the folder's name; nil while the book is being built
	opts  Options
	keys  *crypt.Keys
	root  crypt.Root
	mount *crypt.Mount
	db    pools
	files *blob.Folder

	queue      chan request
	writerDone chan struct{}
	closing    sync.RWMutex
	closed     bool
	gate       gate       // before db, mount, keys and root for all but the writer, who alone exchanges them
	turns      turns      // of those who read
	copying    sync.Mutex // held by what moves pages: checkpoints, and a copy of the whole book
	commits    atomic.Uint64
	journal    *journal
	damage     *damage // what the seal met in the files; made with the first mount
	notices    notices
	dirty      chan struct{}
	onCommit   atomic.Pointer[func(uint64)]
	onChange   atomic.Pointer[func([]change.Entry)]
	onCompared atomic.Pointer[func([]string)]
	told       []change.Entry  // of the batch under way; the writer's
	life       context.Context // until Close
	stop       context.CancelFunc
	background sync.WaitGroup
}

// start opens the pools over a database file, migrates it and starts the writer.
func (s *Store) start(ctx context.Context) error {
	s.opts, s.turns = s.opts.filled(), newTurns()
	if err := s.openMigrated(ctx); err != nil {
		return err
	}
	s.queue = make(chan request, queueMax)
	s.writerDone = make(chan struct{})
	s.dirty = make(chan struct{}, 1)
	s.life, s.stop = context.WithCancel(context.Background())
	go s.writer()
	s.background.Go(func() { s.checkpoints(s.life) })
	return nil
}

// Dir returns the book's folder.
func (s *Store) Dir() string { return s.dir }

// Commits counts the write transactions since the book was opened.
func (s *Store) Commits() uint64 { return s.commits.Load() }

// OnCommit sets a function called after each commit with the new count; it must not block.
func (s *Store) OnCommit(fn func(uint64)) { s.onCommit.Store(&fn) }

// OnChange sets a function told of the events of each commit, in the order of the journal, with whose the records are
// that they are about; it must not block.
func (s *Store) OnChange(fn func([]change.Entry)) { s.onChange.Store(&fn) }

// damage is what the seal met in a book's files while they were open.
type damage struct {
	first atomic.Pointer[crypt.Fault]
	told  atomic.Pointer[func()]
}

// OnDamage sets a function called when a file of the book is met that is not what was written, now if one was
// met already; from any goroutine, perhaps again and again. It must not use the book.
func (s *Store) OnDamage(fn func()) {
	s.damage.told.Store(&fn)
	if s.damage.first.Load() != nil {
		fn()
	}
}

// sees takes note of what the seal finds.
func (s *Store) sees(e crypt.Event) {
	s.notices.add(e)
	s.opts.events()(e)
	f, ok := errors.AsType[*crypt.Fault](e.Err)
	if !ok || errors.Is(f, crypt.ErrInUse) || errors.Is(f, crypt.ErrNewer) {
		return
	}
	s.damage.first.CompareAndSwap(nil, f)
	if fn := s.damage.told.Load(); fn != nil {
		(*fn)()
	}
}

// met is the first damage that was met, nil for none.
func (s *Store) met() *crypt.Fault {
	if s.damage == nil {
		return nil
	}
	return s.damage.first.Load()
}

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
	s.stop()
	s.closing.Unlock()
	<-s.writerDone
	s.background.Wait()
	s.gate.close()
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	s.gate.clear(ctx)
	_, err := s.db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	err = errors.Join(err, s.db.close(), s.mount.Unmount())
	s.root.Zero()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

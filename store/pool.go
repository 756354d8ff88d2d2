package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"strconv"
	"time"

	"zafe/app/fault"
)

// Limits of the store. They are constants so that each has one place and one reason.
const (
	readersMax      = 8                // concurrent read transactions
	batchMax        = 32               // write requests that share one commit (and one fsync)
	queueMax        = 256              // write requests waiting for the writer
	busyMS          = 10_000           // SQLite's own wait; contention is solved by the writer queue
	checkpointEvery = time.Second      // pages go from the WAL to the file at this pace
	idleTicks       = 5                // checkpoints' worth of time without a commit until the WAL is emptied
	walBytesMax     = 64 << 20         // a WAL beyond this is emptied at once, or somebody hears of it
	walFrameBytes   = 4184             // of a page in the WAL
	closeWait       = 10 * time.Second // how long Close waits for readers
)

// params returns the connection settings; order matters to SQLite, busy_timeout first.
func params(writer bool) url.Values {
	cache := -16_000
	if writer {
		cache = -32_000
	}
	v := url.Values{}
	for _, p := range []string{
		"busy_timeout(" + strconv.Itoa(busyMS) + ")", "journal_mode(wal)", "synchronous(full)",
		"temp_store(memory)", "foreign_keys(1)", "trusted_schema(0)", "cell_size_check(1)",
		"wal_autocheckpoint(0)", "journal_size_limit(" + strconv.Itoa(walBytesMax) + ")",
		"cache_size(" + strconv.Itoa(cache) + ")",
	} {
		v.Add("_pragma", p)
	}
	if !writer {
		v.Add("_pragma", "query_only(1)")
	}
	v.Set("_dqs", "0")
	v.Set("_defensive", "1")
	return v
}

// pools are the ways into one database: a single writer connection, a few readers, and a connection that
// moves pages from the WAL to the file beside them.
type pools struct {
	write, read, move *sql.DB
}

func openPools(ctx context.Context, dsn func(url.Values) string) (pools, error) {
	w, err := openDB(dsn(params(true)))
	if err != nil {
		return pools{}, err
	}
	w.SetMaxOpenConns(1)
	if err := w.PingContext(ctx); err != nil {
		return pools{}, errors.Join(err, w.Close())
	}
	r, err := openDB(dsn(params(false)))
	if err != nil {
		return pools{}, errors.Join(err, w.Close())
	}
	r.SetMaxOpenConns(readersMax)
	r.SetMaxIdleConns(readersMax)
	m, err := openDB(dsn(params(false)))
	if err != nil {
		return pools{}, errors.Join(err, r.Close(), w.Close())
	}
	m.SetMaxOpenConns(1)
	return pools{write: w, read: r, move: m}, nil
}

// close may be called again, and on pools that were never opened.
func (p pools) close() error {
	if p.write == nil {
		return nil
	}
	return errors.Join(p.move.Close(), p.read.Close(), p.write.Close())
}

// request is one Update waiting for the writer, or what it does alone, outside any transaction.
type request struct {
	ctx   context.Context
	fn    func(*Tx) error
	alone func() error
	done  chan error
}

// writer runs every Update on one connection, one goroutine, several requests to a commit. A request
// is answered after the commit that made it durable.
func (s *Store) writer() {
	defer close(s.writerDone)
	for first := range s.queue {
		for first.done != nil {
			first = s.serve(first)
		}
	}
}

// serve runs a request with those that can share its commit, and returns one it met that is to be run alone.
func (s *Store) serve(first request) (alone request) {
	if first.alone != nil {
		first.done <- surviving(first.alone)
		return request{}
	}
	batch, errs, alone := s.batch(first)
	for i, r := range batch {
		r.done <- errs[i]
	}
	return alone
}

// batch runs first and whatever else is waiting in one transaction, up to a request that is to be run
// alone, which it returns.
func (s *Store) batch(first request) (batch []request, errs []error, alone request) {
	ctx := context.Background()
	batch, errs, s.told = []request{first}, []error{nil}, nil
	fail := func(err error) ([]request, []error, request) {
		for i := range errs {
			if errs[i] == nil {
				errs[i] = s.storageFault(err)
			}
		}
		return batch, errs, alone
	}
	conn, err := s.db.write.Conn(ctx)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fail(err)
	}
	// The first has no savepoint: there is nothing of others to keep. SQLite would remember the former
	// state of every page a large import touches, and walk through all of it at each statement.
	if errs[0] = s.run(conn, first); errs[0] != nil {
		if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			errs[0] = errors.Join(errs[0], err)
		}
		return batch, errs, alone
	}
	for {
		next, ok := s.next(len(batch))
		if ok && next.alone != nil {
			alone = next
			break
		}
		if !ok {
			break
		}
		own, err := s.inSavepoint(ctx, conn, next)
		batch, errs = append(batch, next), append(errs, own)
		if err != nil {
			_, rollErr := conn.ExecContext(ctx, "ROLLBACK")
			return fail(errors.Join(err, rollErr))
		}
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		_, rollErr := conn.ExecContext(ctx, "ROLLBACK")
		return fail(errors.Join(err, rollErr))
	}
	s.committed()
	if fn := s.onChange.Load(); fn != nil {
		(*fn)(s.told)
	}
	return batch, errs, alone
}

// next takes a waiting request if there is one and the batch has room.
func (s *Store) next(have int) (request, bool) {
	if have >= batchMax {
		return request{}, false
	}
	select {
	case r, ok := <-s.queue:
		return r, ok
	default:
		return request{}, false
	}
}

// inSavepoint runs one request; its failure undoes only its own work. The second error is the
// connection's: the whole batch is lost.
func (s *Store) inSavepoint(ctx context.Context, conn *sql.Conn, r request) (own, fatal error) {
	if err := r.ctx.Err(); err != nil {
		return err, nil
	}
	if _, err := conn.ExecContext(ctx, "SAVEPOINT request"); err != nil {
		return nil, err
	}
	own = s.run(conn, r)
	if own != nil {
		if _, err := conn.ExecContext(ctx, "ROLLBACK TO request"); err != nil {
			return nil, errors.Join(own, err)
		}
	}
	if _, err := conn.ExecContext(ctx, "RELEASE request"); err != nil {
		return nil, errors.Join(own, err)
	}
	return own, nil
}

// run runs one request.
func (s *Store) run(conn *sql.Conn, r request) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	// Statements are not interrupted midway: SQLite would roll the whole batch back.
	tx := &Tx{ctx: context.WithoutCancel(r.ctx), conn: conn, st: s, now: s.now(), writable: true}
	if err := guarded(tx, r.fn); err != nil {
		return s.storageFault(err)
	}
	if len(tx.left) > 0 && !tx.noted {
		return errors.New("store: a notice without an event, by which windows hear of it")
	}
	if n := len(tx.told); n > 0 {
		tx.told[n-1].Left = tx.left
	}
	s.told = append(s.told, tx.told...)
	return nil
}

// guarded runs a handler; see [surviving].
func guarded(tx *Tx, fn func(*Tx) error) error { return surviving(func() error { return fn(tx) }) }

// surviving turns a panic into an error: the writer must survive it.
func surviving(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// Update runs fn in a write transaction and returns once it is durable. An error from fn undoes
// everything fn did. Faults: store.closed; store.disk_full, store.damaged for the disk's own.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	return s.ask(ctx, request{ctx: ctx, fn: fn, done: make(chan error, 1)})
}

// ask hands r to the writer and waits for its answer.
func (s *Store) ask(ctx context.Context, r request) error {
	if !s.enqueue(ctx, r) {
		if err := ctx.Err(); err != nil {
			return err
		}
		return errClosed()
	}
	return <-r.done
}

// enqueue hands r to the writer unless the store is closing or ctx ends first.
func (s *Store) enqueue(ctx context.Context, r request) bool {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return false
	}
	select {
	case s.queue <- r:
		return true
	case <-ctx.Done():
		return false
	}
}

// View runs fn in a read transaction: one consistent state of the book throughout. Never hold it
// across a person's thinking time.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	if err := s.gate.enter(ctx); err != nil {
		return err
	}
	defer s.gate.leave()
	end, err := s.turns.take(ctx)
	if err != nil {
		return err
	}
	defer end()
	conn, err := s.db.read.Conn(ctx)
	if err != nil {
		return s.storageFault(err)
	}
	defer func() { _ = conn.Close() }()
	// Cancelled midway, BEGIN would fail and yet have begun: the next reader of the connection could not.
	// It waits for nothing.
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "BEGIN"); err != nil {
		return s.storageFault(err)
	}
	err = guarded(&Tx{ctx: ctx, conn: conn, st: s, now: s.now()}, fn)
	_, endErr := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	if err == nil {
		err = endErr
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return s.storageFault(err)
	}
	return nil
}

func errClosed() error { return fault.New(fault.Unavailable, "store.closed") }

package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// Rotation is what a book's new data key is sealed under: the recovery key, and the password of the owner
// who asks for it. Cost is Argon2id's for the password; the zero value is right.
type Rotation struct {
	Label    string // whose password it is
	Password string
	Recovery [20]byte
	Cost     crypt.KDF
	// Init, which may be nil, runs in the first transaction of the book under its new key: the event that
	// tells of it, and the recovery key that the book remembers if it is another one.
	Init func(*Tx) error
}

// How long a rotation waits for those who read the book, when only the exchange is left to do: others that
// come are kept waiting readersPause at most, then let in for as long, for one may need what another waits
// for; after readersWait it is given up.
const (
	readersPause = 2 * time.Second
	readersWait  = time.Minute
)

// Rotate puts the open book under a new data key, for when somebody may have kept the present one. The whole
// book is written anew beside itself from one consistent state, checked and put in place; the old files are
// removed, with the copy kept before an update, which the old key opens. Attachments are not written again:
// each has a key of its own, in its row.
//
// Reads go on, but for the moment of the exchange; writes wait. progress, which may be nil, is told pages
// done and pages in all. On error, or after a power cut, the book is whole under one key or the other, and opens
// with the secrets that go with it; the caller keeps both until Rotate has returned.
//
// The key file keeps two slots, numbered anew: the recovery key's and this password's. Those of other people
// are made again when they log in. The caller lets no slot change meanwhile, and has checked the password: a
// wrong one would be the only one left.
//
// It does not reach books set aside by a restore, copies of the old files made elsewhere, backups, which have
// keys of their own, nor what a disk still holds of removed files: a solid state disk writes elsewhere what is
// written over, so that overwriting them would promise what it cannot keep. Whoever holds the old key and such
// a copy reads it, and the recovery key in it: where somebody may have one, the caller gives another.
//
// Faults: store.closed, store.reading when a long reading does not end, store.no_room, store.disk_full,
// store.damaged.
func (s *Store) Rotate(ctx context.Context, r Rotation, progress func(done, total uint32)) error {
	if r.Recovery == [20]byte{} || r.Password == "" {
		return errors.New("store: a book needs a recovery key and a password")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	alone := func() error { return s.rotate(ctx, r, progress) }
	return s.ask(ctx, request{ctx: ctx, alone: alone, done: make(chan error, 1)})
}

// rotate runs in the place of a transaction of the writer.
func (s *Store) rotate(ctx context.Context, r Rotation, progress func(done, total uint32)) error {
	s.copying.Lock()
	defer s.copying.Unlock()
	root := crypt.NewRoot()
	defer root.Zero()
	err := os.RemoveAll(s.dir + oldSuffix) // what the opening could not remove
	if err == nil {
		err = s.opts.prepare(s.dir, func(fresh string) error { return s.rekey(ctx, fresh, root, r, progress) })
	}
	if err == nil {
		if err = s.swap(ctx, s.dir+oldSuffix, r.Recovery); err != nil {
			err = errors.Join(err, clearReady(s.dir, s.dir+oldSuffix))
		}
	}
	if err != nil {
		if s.life.Err() != nil {
			return errClosed()
		}
		return s.storageFault(err)
	}
	s.committed()
	err = s.opts.step("destroy")
	if err == nil {
		err = errors.Join(os.RemoveAll(s.dir+oldSuffix), removeCopies(s.dir, ""))
	}
	if err != nil { // the next start tries again
		s.opts.tell("files under the old key are still there: " + err.Error())
	}
	return nil
}

// rekey writes the book into a folder under another root key, and reads all of it back.
func (s *Store) rekey(ctx context.Context, dir string, root crypt.Root, r Rotation,
	progress func(done, total uint32),
) error {
	if err := s.opts.room(s.dir); err != nil {
		return err
	}
	if err := s.opts.linkFiles(dir, s.dir); err != nil {
		return err
	}
	head, err := s.mount.Head(s.path())
	if err != nil {
		return err
	}
	sec := Secrets{
		BookID: s.keys.Book(), Label: r.Label, Password: r.Password, Recovery: r.Recovery, Cost: r.Cost,
	}
	var before Totals
	fill := func(m *crypt.Mount, path string) error {
		return s.atRest(ctx, func(tx *Tx) (err error) {
			if before, err = tx.Totals(); err != nil {
				return err
			}
			next, stop := iter.Pull2(tx.eachPage(progress))
			defer stop()
			return m.WriteImageAfter(path, head, func() ([]byte, error) {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				page, err, more := next()
				if !more {
					return nil, io.EOF
				}
				return page, err
			})
		})
	}
	init := func(tx *Tx) error {
		after, err := tx.Totals()
		if err == nil && after != before {
			err = fmt.Errorf("store: the book under its new key holds %+v, not %+v", after, before)
		}
		if err != nil || r.Init == nil {
			return err
		}
		return r.Init(tx)
	}
	if err := fillFolder(ctx, dir, root, sec, s.opts, init, fill); err != nil {
		return err
	}
	return checkSeal(ctx, dir, root)
}

// checkSeal reads every page of a closed book back.
func checkSeal(ctx context.Context, dir string, root crypt.Root) error {
	m, err := crypt.NewMount(root, crypt.Options{TempDir: dir})
	if err != nil {
		return err
	}
	_, err = m.Verify(ctx, filepath.Join(dir, bookFile), nil)
	return errors.Join(err, m.Unmount())
}

// atRest runs fn in a transaction on the writer's connection, which changes nothing. The writer calls it, or
// who opens a book before there is one.
func (s *Store) atRest(ctx context.Context, fn func(*Tx) error) error {
	conn, err := s.db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	free := context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(free, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = guarded(&Tx{ctx: free, conn: conn, st: s, now: s.now()}, fn)
	_, endErr := conn.ExecContext(free, "ROLLBACK")
	return errors.Join(err, endErr)
}

// eachPage goes through the plain pages of the book; an error is the last it gives.
func (t *Tx) eachPage(progress func(done, total uint32)) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var total uint32
		errStopped := errors.New("stopped")
		err := t.pages(func(_ int, pages uint32) error { total = pages; return nil },
			func(pgno uint32, data []byte) error {
				if !yield(data, nil) {
					return errStopped
				}
				if progress != nil {
					progress(pgno, total)
				}
				return nil
			})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// swap closes the book, exchanges its folder for the one that is ready, which another recovery key opens, and
// opens what is in its place then. On error it is the old one; a book that cannot be opened again is closed.
func (s *Store) swap(ctx context.Context, aside string, recovery [20]byte) error {
	if !s.clear(ctx) {
		return fault.New(fault.Conflict, "store.reading")
	}
	defer s.gate.letIn()
	// Attachments that came meanwhile; their rows wait for the writer.
	if err := s.opts.linkFiles(s.dir+readySuffix, s.dir); err != nil {
		return err
	}
	err := errors.Join(s.db.close(), s.mount.Unmount())
	if err == nil {
		err = s.opts.exchange(s.dir, aside)
	}
	if err == nil {
		if err = s.openSwapped(recovery); err == nil {
			return nil
		}
		// Read back a moment ago, it cannot be opened: whatever the reason, the old one could.
		err = errors.Join(err, crypt.Rename(s.dir, s.dir+readySuffix), crypt.Rename(aside, s.dir))
	}
	if again := s.reopen(s.keys, s.root); again != nil {
		s.gate.close()
		err = errors.Join(err, again)
	}
	return err
}

func (s *Store) openSwapped(recovery [20]byte) error {
	if err := s.opts.step("reopen"); err != nil {
		return err
	}
	keys, err := crypt.OpenKeys(filepath.Join(s.dir, keysFile), s.opts.events())
	if err != nil {
		return err
	}
	root, err := keys.UnlockSecret(crypt.KindRecovery, recovery[:])
	if err != nil {
		return err
	}
	defer root.Zero()
	return s.reopen(keys, root)
}

// clear keeps readers out and waits until there are none; on success the gate stays shut.
func (s *Store) clear(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, readersWait)
	defer cancel()
	for {
		s.gate.keepOut()
		short, stop := context.WithTimeout(ctx, readersPause)
		empty := s.gate.clear(short)
		stop()
		if empty {
			return true
		}
		s.gate.letIn()
		select {
		case <-ctx.Done():
			return false
		case <-time.After(readersPause):
		}
	}
}

// reopen opens the files in the book's place under a root key and makes them this store's.
func (s *Store) reopen(keys *crypt.Keys, root crypt.Root) error {
	next := &Store{dir: s.dir, opts: s.opts, root: root, journal: s.journal, damage: s.damage}
	if err := next.hold(); err != nil {
		return err
	}
	db, err := openPools(context.Background(), next.dsn)
	if err != nil {
		return errors.Join(next.storageFault(err), next.mount.Unmount())
	}
	s.root.Zero()
	s.keys, s.root, s.mount, s.db = keys, root, next.mount, db
	return nil
}

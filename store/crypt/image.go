package crypt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Create makes an empty sealed database at path. It is complete or absent, whatever happens
// meanwhile. It fails as [Mount.WriteImage].
func (m *Mount) Create(path string) error {
	page := emptyImage()
	return m.WriteImage(path, func() ([]byte, error) {
		p := page
		if page = nil; p == nil {
			return nil, io.EOF
		}
		return p, nil
	})
}

// WriteImage seals a plain database image, page size 4096 with a reserve of 40 bytes that are zero,
// as a new database at dst with a new identity and its ledger. next returns the pages in order and
// io.EOF after the last; a page is used before the next call. Database and ledger appear under
// their names, flushed, only when all is written; on error nothing stays, or all of it where only the last
// flush of their folder failed. It fails with fs.ErrExist if a database or log is there already; a ledger
// without a database is replaced.
func (m *Mount) WriteImage(dst string, next func() ([]byte, error)) error {
	return m.WriteImageAfter(dst, 0, next)
}

// WriteImageAfter is WriteImage for a database that takes the place of one whose [Mount.Head] was head: its
// own grows from there.
func (m *Mount) WriteImageAfter(dst string, head uint64, next func() ([]byte, error)) error {
	dst, err := canonical(dst)
	if err != nil {
		return err
	}
	for _, p := range []string{dst, dst + walSuffix} {
		if _, err := m.disk.size(p); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, &fs.PathError{Op: "create", Path: p, Err: fs.ErrExist})
		}
	}
	lock, err := m.disk.lock(dst + lockSuffix)
	if err != nil {
		return err
	}
	return errors.Join(m.writeImage(dst, head, next), lock.Close())
}

func (m *Mount) writeImage(dst string, head uint64, next func() ([]byte, error)) error {
	tmp := dst + newSuffix
	file := newID()
	versions, err := m.sealImage(tmp, file, next)
	if err == nil {
		// The ledger first: a database without a ledger is refused, a ledger without a database
		// is replaced by the next attempt.
		l := newLedger(m.disk, dst+ledgerSuffix, m.ledgers, file)
		l.seq = head
		err = l.write(ledgerState{}, versions)
		err = errors.Join(err, l.close())
	}
	if err == nil {
		err = m.disk.rename(tmp, dst)
	}
	if err != nil {
		_, _ = m.disk.remove(tmp), m.disk.remove(dst+ledgerSuffix) // no database is there that it could be of
		return err
	}
	return m.disk.syncDir(dst)
}

// earlyFile is a file whose bytes can be sent to the disk while more are written, so that the flush at the end has
// less to wait for. It flushes nothing, and what goes wrong shows in the flush.
type earlyFile interface{ early(off, n int64) }

// earlyBytes is how much is sent at once.
const earlyBytes = 8 << 20

// sealImage writes the pages to path, flushed, and returns their versions.
func (m *Mount) sealImage(path string, file id, next func() ([]byte, error)) (_ []uint64, err error) {
	f, err := m.disk.open(path, true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Truncate(0); err != nil {
		return nil, err
	}
	aad := newPageAAD(file)
	var versions []uint64
	const batch = 64
	buf := make([]byte, 0, batch*pageSize)
	early, _ := f.(earlyFile)
	start, sent := int64(0), int64(0)
	flush := func() error {
		_, err := f.WriteAt(buf, start)
		start, buf = start+int64(len(buf)), buf[:0]
		if early != nil && start-sent >= earlyBytes {
			early.early(sent, start-sent)
			sent = start
		}
		return err
	}
	for n := uint32(1); ; n++ {
		page, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		buf = buf[:len(buf)+pageSize]
		out := buf[len(buf)-pageSize:]
		clear(out)
		versions = append(versions, 0)
		if n != lockPage {
			if !sealable(page, n) {
				return nil, fmt.Errorf("crypt: page %d of the image cannot be sealed", n)
			}
			versions[n-1] = sealPage(m.pages, &aad, out, page, n)
		}
		if len(buf) == cap(buf) {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if len(versions) == 0 {
		return nil, errors.New("crypt: an image without pages")
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return versions, f.Sync()
}

// Head is the number of the ledger's last record. It grows with every checkpoint and every new log
// and never falls: a lower one than was noted elsewhere means that all files were put back
// together. It fails as [Mount.Hold].
func (m *Mount) Head(path string) (uint64, error) {
	var head uint64
	err := m.with(path, func(d *database) error {
		_, head = d.ledgerNow()
		return nil
	})
	return head, err
}

// with opens the database for the duration of f.
func (m *Mount) with(path string, f func(*database) error) error {
	path, err := canonical(path)
	if err != nil {
		return err
	}
	d, err := m.acquire(path, false)
	if err != nil {
		return err
	}
	return errors.Join(f(d), m.release(d))
}

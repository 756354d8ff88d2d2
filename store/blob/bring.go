package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"zafe/store/crypt"

	"golang.org/x/sync/errgroup"
)

// A restore brings back thousands of contents. To flush each before it gets its name would be a wait for the disk
// each time: they wait under no name of the book's and are flushed together. Killed before that, the restore brings
// them again.

// coming are the contents that came back and have no name yet.
type coming struct {
	mu    sync.Mutex
	users int // of disk: contents that come, or wait for their names
	disk  disk
	all   []*Content
	flush func(disk, []*Content) error // disk.flush
}

// flushers is how many files are flushed at once where each has to be by itself.
const flushers = 8

// enter counts a content that is about to be written: errors of the disk are known to who looked at it before.
func (c *coming) enter(dir string) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == 0 {
		if c.disk, err = openDisk(dir); err != nil {
			return err
		}
	}
	c.users++
	return nil
}

func (c *coming) leave(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users -= n; c.users > 0 || n == 0 {
		return nil
	}
	return c.disk.close()
}

// Bring takes back a content that the book knows already, to its name and under its key. It is there after Settle.
// Error ErrOther when r gives something else; then nothing is kept.
func (f *Folder) Bring(ctx context.Context, r io.Reader, name string, key crypt.StreamKey) error {
	if err := os.MkdirAll(f.dir, folderMode); err != nil {
		return err
	}
	if err := f.coming.enter(f.dir); err != nil {
		return err
	}
	c, err := f.receive(ctx, r, key, sendEarly)
	if err == nil && c.Name != name {
		err = errors.Join(fmt.Errorf("%w under %s", ErrOther, name), c.Discard())
	}
	if err != nil {
		return errors.Join(err, f.coming.leave(1))
	}
	f.coming.mu.Lock()
	f.coming.all = append(f.coming.all, c)
	f.coming.mu.Unlock()
	return nil
}

// Settle flushes what Bring took and gives it its names. After a power cut those may be missing, as they were
// before; what is there is whole. On error what has no name yet is thrown away.
func (f *Folder) Settle() (err error) {
	f.coming.mu.Lock()
	all, on := f.coming.all, f.coming.disk
	f.coming.all = nil
	f.coming.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	defer func() { err = errors.Join(err, f.coming.leave(len(all))) }()
	err = f.coming.flush(on, all)
	for _, c := range all {
		if err == nil {
			err = c.rename()
		}
		if err != nil {
			err = errors.Join(err, c.Discard())
			continue
		}
		f.changed(c.Name)
	}
	return err
}

// flushEach flushes the file of each content, several at once.
func flushEach(all []*Content) error {
	var group errgroup.Group
	group.SetLimit(flushers)
	for _, c := range all {
		group.Go(func() error {
			f, err := os.OpenFile(c.path, os.O_RDWR, 0) // Windows flushes only what it may write
			if err != nil {
				return err
			}
			return errors.Join(f.Sync(), f.Close())
		})
	}
	return group.Wait()
}

// Package blob keeps the contents attached to a book: immutable files beside the database, each sealed
// under a key of its own and named by a keyed hash of what it holds (store/crypt/FORMAT.md). It knows
// files; which of them the book needs, and their keys, are rows of the database.
package blob

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zafe/app/durable"
	"zafe/store/crypt"
)

// HeadBytes is how much of the beginning of a content is kept aside to tell what kind of file it is.
const HeadBytes = 512

const (
	newSuffix  = "-new" // a file being written; it belongs to nobody once the program is gone
	folderMode = 0o700
	fileMode   = 0o600
	nameBytes  = 2 * sha256.Size
)

// ErrOther means that a content is not the one that was announced.
var ErrOther = errors.New("blob: another content")

// NameKey is the key under which contents are named.
type NameKey [32]byte

// NewNameKey returns a fresh random key.
func NewNameKey() (k NameKey) {
	_, _ = rand.Read(k[:]) // never fails
	return k
}

// Folder holds the contents of one book. It is safe for concurrent use, but for Remove and Place of the
// same content.
type Folder struct {
	dir  string
	name NameKey
	// Changed is told the name of each content that came or went. Nil for nobody.
	Changed func(name string)

	// settled are the folders whose own names are known to survive a power cut: Settle makes them without a flush.
	settled sync.Map
	flush   func(dir string) error
	coming  coming
}

// New returns the folder of a book. It is made with its first content.
func New(dir string, name NameKey) *Folder {
	return &Folder{dir: dir, name: name, flush: durable.Folder, coming: coming{flush: disk.flush}}
}

// Tidy removes what was half written, in a folder that this process alone has open. Whatever it returns, the
// folder can be used.
func (f *Folder) Tidy() error {
	left, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, e := range left {
		if strings.HasSuffix(e.Name(), newSuffix) {
			err = errors.Join(err, os.Remove(filepath.Join(f.dir, e.Name())))
		}
	}
	return err
}

// Content is a content that was received: sealed and flushed to the disk, but nobody's until Place.
type Content struct {
	Name string // keyed hash, in hexadecimal
	Key  crypt.StreamKey
	Size int64 // bytes of plaintext

	folder *Folder
	sum    string
	head   []byte
	path   string // of the file, under the name it has now
	placed bool
}

// Digest returns the lower-case hexadecimal SHA-256 of the content.
func (c *Content) Digest() string { return c.sum }

// Head returns the first bytes of the content, at most HeadBytes.
func (c *Content) Head() []byte { return c.head }

// Length returns the size of the content in bytes.
func (c *Content) Length() int64 { return c.Size }

// Receive seals what r gives until io.EOF, in constant memory. Whatever fails, nothing is left behind.
func (f *Folder) Receive(ctx context.Context, r io.Reader) (*Content, error) {
	sum := sha256.New()
	c, err := f.receive(ctx, io.TeeReader(r, sum), crypt.NewStreamKey(), (*os.File).Sync)
	if err == nil {
		c.sum = hexOf(sum)
	}
	return c, err
}

// receive seals what r gives into a file of its own, which flush makes outlive a power cut.
func (f *Folder) receive(ctx context.Context, r io.Reader, key crypt.StreamKey, flush func(*os.File) error,
) (*Content, error) {
	if err := os.MkdirAll(f.dir, folderMode); err != nil {
		return nil, err
	}
	path := filepath.Join(f.dir, rand.Text()+newSuffix)
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return nil, err
	}
	c := &Content{Key: key, folder: f, path: path}
	if err = c.fill(ctx, out, r); err == nil {
		err = flush(out)
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, errors.Join(err, c.Discard())
	}
	return c, nil
}

// fill seals r into out and notes what is to be known of it.
func (c *Content) fill(ctx context.Context, out *os.File, r io.Reader) error {
	sealed := crypt.NewStreamWriter(out, c.Key)
	name := hmac.New(sha256.New, c.folder.name[:])
	var err error
	c.Size, err = io.Copy(io.MultiWriter(sealed, name, &headWriter{&c.head}), whileAlive{ctx, r})
	if err == nil {
		err = sealed.Close()
	}
	c.Name = hexOf(name)
	return err
}

func hexOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// headWriter keeps the beginning of what is written to it.
type headWriter struct{ head *[]byte }

func (h *headWriter) Write(p []byte) (int, error) {
	*h.head = append(*h.head, p[:min(len(p), HeadBytes-len(*h.head))]...)
	return len(p), nil
}

// whileAlive reads until its context ends.
type whileAlive struct {
	ctx context.Context
	r   io.Reader
}

func (w whileAlive) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

// Place gives the content its name, and returns once that would survive a power cut. What stood under
// the name is replaced.
func (c *Content) Place() error {
	if c.placed {
		return nil
	}
	if err := c.rename(); err != nil {
		return err
	}
	err := c.folder.settle(filepath.Dir(c.path))
	c.folder.changed(c.Name)
	return err
}

// rename gives the content its name, of which a power cut may leave nothing.
func (c *Content) rename() error {
	at := pathIn(c.folder.dir, c.Name)
	_, err := shelf(filepath.Dir(at))
	if err == nil {
		err = crypt.Rename(c.path, at)
	}
	if err == nil {
		c.path, c.placed = at, true
	}
	return err
}

// settle makes the names in the folder dir survive a power cut, and once its own.
func (f *Folder) settle(dir string) error {
	_, known := f.settled.Load(dir)
	err := settle(f.flush, f.dir, dir, !known)
	if err == nil {
		f.settled.Store(dir, true)
	}
	return err
}

func (f *Folder) changed(name string) {
	if f.Changed != nil {
		f.Changed(name)
	}
}

// PlaceAs gives the content its name sealed under another key: that of a row whose file was lost.
func (c *Content) PlaceAs(ctx context.Context, key crypt.StreamKey) error {
	in, err := os.Open(c.path)
	if err != nil {
		return err
	}
	again, err := c.folder.receive(ctx, crypt.NewStreamReader(in, c.Key, c.path), key, (*os.File).Sync)
	if err = errors.Join(err, in.Close()); err == nil {
		err = again.Place()
	}
	return err
}

// Discard removes the content unless it was placed.
func (c *Content) Discard() error {
	if c.placed {
		return nil
	}
	if err := os.Remove(c.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// shelf makes the folder dir that holds contents and tells whether it was not there.
func shelf(dir string) (made bool, err error) {
	if err = os.Mkdir(dir, folderMode); errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// settle makes the names in the folder dir of root survive a power cut, that of the folder as well if it was made.
func settle(flush func(string) error, root, dir string, made bool) error {
	err := flush(dir)
	if made {
		err = errors.Join(err, flush(root), flush(filepath.Dir(root)))
	}
	return err
}

func (f *Folder) path(name string) string { return pathIn(f.dir, name) }

func pathIn(dir, name string) string { return filepath.Join(dir, name[:2], name) }

// Has tells whether a content of that name and size is there, without reading it.
func (f *Folder) Has(name string, size int64) (bool, error) {
	st, err := os.Stat(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && st.Size() == crypt.StreamSize(size), err
}

// Read opens a content; it is whole only once io.EOF is reached. Errors: fs.ErrNotExist, and those of
// [crypt.NewStreamReader].
func (f *Folder) Read(name string, key crypt.StreamKey) (io.ReadCloser, error) {
	path := f.path(name)
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return reading{crypt.NewStreamReader(in, key, path), in}, nil
}

type reading struct {
	io.Reader
	io.Closer
}

// Check reads a content to its end and compares it with its name, size and SHA-256. Errors: those of
// Read; [crypt.ErrUnreadable] in a [crypt.Fault] where the disk fails; ErrOther; the context's.
func (f *Folder) Check(ctx context.Context, name string, key crypt.StreamKey, size int64, digest string) error {
	sum, keyed := sha256.New(), hmac.New(sha256.New, f.name[:])
	var n int64
	in, err := f.Read(name, key)
	if err == nil {
		n, err = io.Copy(io.MultiWriter(sum, keyed), whileAlive{ctx, in})
		err = errors.Join(err, in.Close())
	}
	var known *crypt.Fault
	switch {
	case err == nil && (n != size || hexOf(sum) != digest || hexOf(keyed) != name):
		return ErrOther
	case err == nil, errors.As(err, &known), errors.Is(err, fs.ErrNotExist), ctx.Err() != nil:
		return err
	default:
		return &crypt.Fault{Kind: crypt.ErrUnreadable, File: f.path(name), What: err.Error()}
	}
}

// Older lists the names of the contents last written before a moment.
func (f *Folder) Older(than time.Time) ([]string, error) {
	var names []string
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the folder is not made yet, or the file has just gone
		}
		if err != nil || d.IsDir() || !isName(d.Name()) {
			return err
		}
		st, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && st.ModTime().Before(than) {
			names = append(names, d.Name())
		}
		return err
	})
	return names, err
}

func isName(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == nameBytes
}

// Remove deletes a content; it is no error when it is not there.
func (f *Folder) Remove(name string) error {
	err := Drop(f.dir, name)
	f.changed(name)
	return err
}

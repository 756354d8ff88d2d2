package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// folder is one directory of the local vault, for writing. A file appears under its name complete,
// flushed to the disk, or not at all.
type folder struct {
	dir string
	key *Key
}

// newFolder makes the directory if needed.
func newFolder(dir string, key *Key) (folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folder{}, err
	}
	return folder{dir: dir, key: key}, nil
}

// put stores the content of r under name and returns what was stored. An existing file is replaced.
func (f folder) put(name string, r io.Reader) (Part, error) {
	count := &counter{sum: newSum()}
	sealed, err := f.key.encrypt(io.TeeReader(r, count))
	if err != nil {
		return Part{}, err
	}
	if err := writeFile(filepath.Join(f.dir, f.key.seal(name)), sealed); err != nil {
		return Part{}, err
	}
	return Part{Name: name, Bytes: count.n, SHA256: count.hex()}, nil
}

// remove deletes a stored file; it is no error if it is not there.
func (f folder) remove(name string) {
	_ = os.Remove(filepath.Join(f.dir, f.key.seal(name)))
}

// writeFile writes r to path through a temporary file in the same directory: content first, then the
// flush to the disk, then the name, then the flush of the directory.
func writeFile(path string, r io.Reader) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = io.Copy(tmp, r); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name survive a power cut. Windows has no such call and orders it by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

// counter counts and hashes what is written to it.
type counter struct {
	sum hash.Hash
	n   int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.sum.Write(p)
}

func (c *counter) hex() string { return hex.EncodeToString(c.sum.Sum(nil)) }

// objectWriter stores one object while it is being produced, in parts when limit is not 0. It must be
// ended with finish or abort.
type objectWriter struct {
	folder folder
	object Object
	limit  int64 // bytes per part, set before the first Write; 0 means one file
	whole  counter
	pipe   *io.PipeWriter // of the part being written, or nil
	room   int64          // bytes left in that part
	done   chan partResult
}

type partResult struct {
	part Part
	err  error
}

func newObjectWriter(f folder, name string) *objectWriter {
	return &objectWriter{
		folder: f, object: Object{Name: name},
		whole: counter{sum: newSum()}, done: make(chan partResult, 1),
	}
}

// Write adds to the object.
func (w *objectWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.pipe == nil {
			w.startPart()
		}
		chunk := p
		if w.limit > 0 && int64(len(chunk)) > w.room {
			chunk = chunk[:w.room]
		}
		n, err := w.pipe.Write(chunk)
		written += n
		_, _ = w.whole.Write(chunk[:n])
		w.room -= int64(n)
		if err != nil {
			return written, w.endPart(err)
		}
		if w.limit > 0 && w.room == 0 {
			if err := w.endPart(nil); err != nil {
				return written, err
			}
		}
		p = p[n:]
	}
	return written, nil
}

func (w *objectWriter) startPart() {
	name := w.object.Name
	if w.limit > 0 {
		name = fmt.Sprintf("%s.%03d", name, len(w.object.Parts)+1)
	}
	r, pipe := io.Pipe()
	w.pipe, w.room = pipe, w.limit
	go func() {
		part, err := w.folder.put(name, r)
		_ = r.CloseWithError(err)
		w.done <- partResult{part: part, err: err}
	}()
}

// endPart closes the part being written; a cause makes the part vanish.
func (w *objectWriter) endPart(cause error) error {
	if w.pipe == nil {
		return cause
	}
	_ = w.pipe.CloseWithError(cause) // nil means io.EOF
	w.pipe = nil
	result := <-w.done
	if result.err != nil {
		return result.err
	}
	w.object.Parts = append(w.object.Parts, result.part)
	return cause
}

// finish ends the object and says what was stored.
func (w *objectWriter) finish() (Object, error) {
	if w.pipe == nil && len(w.object.Parts) == 0 {
		w.startPart() // an empty object is one empty file
	}
	if err := w.endPart(nil); err != nil {
		return Object{}, err
	}
	w.object.Bytes, w.object.SHA256 = w.whole.n, w.whole.hex()
	stored := w.object
	if w.limit == 0 {
		stored.Parts = nil
	}
	return stored, nil
}

// abort removes everything written so far.
func (w *objectWriter) abort() {
	_ = w.endPart(io.ErrClosedPipe)
	for _, part := range w.object.Parts {
		w.folder.remove(part.Name)
	}
}

func newSum() hash.Hash { return sha256.New() }

package vault

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/operations"
)

// Tree is a vault as it lies on some storage, for reading: the local one or a copy.
type Tree struct {
	fs   fs.Fs
	root string // folder of the vault below fs, "" for fs itself
	key  *Key

	newer bool   // see Newer
	known *Known // manifests that need not be read again, or nil
}

// NewTree reads the vault whose root is f.
func NewTree(f fs.Fs, key *Key) *Tree { return &Tree{fs: f, key: key} }

// at gives the place of a vault path on the storage.
func (t *Tree) at(dir string) string { return path.Join(t.root, dir) }

// leaf gives the stored leaf name of an entry.
func leaf(e fs.DirEntry) string { return path.Base(e.Remote()) }

func isNoDir(err error) bool { return errors.Is(err, fs.ErrorDirNotFound) }

// listing is one folder: plain names with every stored object of that name. Some providers can hold
// two files of the same name; a reader then takes the one whose hash fits.
type listing struct {
	names   map[string][]fs.Object
	dirs    []string
	foreign int // entries that do not open with this key
}

// list reads one folder. A folder that is not there is an empty one.
func (t *Tree) list(ctx context.Context, dir string) (listing, error) {
	l := listing{names: map[string][]fs.Object{}}
	entries, err := t.fs.List(ctx, t.at(dir))
	if isNoDir(err) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	for _, entry := range entries {
		leaf := leaf(entry)
		object, ok := entry.(fs.Object)
		if !ok {
			l.dirs = append(l.dirs, leaf)
			continue
		}
		if unfinished(leaf) {
			continue
		}
		name, ok := t.key.unseal(leaf)
		if !ok {
			l.foreign++
			continue
		}
		l.names[name] = append(l.names[name], object)
	}
	slices.Sort(l.dirs)
	return l, nil
}

// points gives the restore points of a manifest folder, oldest first.
func (l listing) points(writer string) []Point {
	var all []Point
	for name := range l.names {
		if p, ok := parsePoint(name); ok && p.Writer == writer {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Point) int { return int(int64(a.Seq) - int64(b.Seq)) })
	return all
}

// has says whether a content of n bytes is there under that name, by size.
func (l listing) has(t *Tree, p Part) bool {
	for _, o := range l.names[p.Name] {
		if o.Size() == t.key.storedSize(p.Bytes) {
			return true
		}
	}
	return false
}

// manifest reads one restore point from its folder's listing. Of several files with its name it takes
// the first that opens.
func (t *Tree) manifest(ctx context.Context, l listing, p Point) (Manifest, string, error) {
	candidates := l.names[p.name()]
	err := error(faultNoPoint)
	for _, o := range candidates {
		var data []byte
		if data, err = t.readAll(ctx, o); err != nil {
			continue
		}
		var m Manifest
		if m, err = decodeManifest(data); err == nil {
			if m.WriterID != p.Writer || m.Seq != p.Seq {
				err = errDiffers
				continue
			}
			return m, sumHex(data), nil
		}
	}
	return Manifest{}, "", damage(p.String(), err)
}

// recall gives a manifest as manifest does, without reading again one that was read before. It serves what asks
// for many of them and tries none: a restore and its trial read the storage.
func (t *Tree) recall(ctx context.Context, l listing, p Point) (stored, error) {
	name := p.name()
	for _, o := range l.names[name] {
		if s, ok := t.known.get(name, o.Size()); ok {
			return s, nil
		}
	}
	m, sum, err := t.manifest(ctx, l, p)
	if err != nil {
		return stored{}, err
	}
	s := stored{Manifest: m, sha256: sum}
	if same := l.names[name]; len(same) == 1 {
		t.known.put(name, same[0].Size(), s)
	}
	return s, nil
}

func (t *Tree) readAll(ctx context.Context, o fs.Object) ([]byte, error) {
	r, err := t.open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(io.LimitReader(r, 64<<20))
}

// open opens the plain content of a stored object; a broken download goes on where it broke.
func (t *Tree) open(ctx context.Context, o fs.Object) (io.ReadCloser, error) {
	raw, err := operations.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return t.key.decrypt(raw)
}

// openRange opens n bytes of the plain content of a stored object from an offset.
func (t *Tree) openRange(ctx context.Context, o fs.Object, offset, n int64) (io.ReadCloser, error) {
	return t.key.decryptRange(ctx, func(ctx context.Context, offset, n int64) (io.ReadCloser, error) {
		end := offset + n - 1
		if n < 0 || end >= o.Size() {
			end = -1
		}
		return operations.Open(ctx, o, &fs.RangeOption{Start: offset, End: end})
	}, offset, n)
}

// openPart opens the stored file of one part and checks it against its hash while it is read.
func (t *Tree) openPart(ctx context.Context, l listing, p Part) (io.ReadCloser, error) {
	o, err := t.pick(ctx, l, p)
	if err != nil {
		return nil, err
	}
	r, err := t.open(ctx, o)
	if err != nil {
		return nil, damage(p.Name, err)
	}
	return &checked{in: r, part: p, sum: newSum()}, nil
}

// pick finds the stored file of one part. Of several candidates it reads each once and takes the one that fits.
func (t *Tree) pick(ctx context.Context, l listing, p Part) (fs.Object, error) {
	candidates := slices.DeleteFunc(slices.Clone(l.names[p.Name]), func(o fs.Object) bool {
		return o.Size() != t.key.storedSize(p.Bytes)
	})
	if len(candidates) == 0 {
		if len(l.names[p.Name]) > 0 {
			return nil, faultDamaged(p.Name, errDiffers)
		}
		return nil, faultMissing(p.Name)
	}
	for len(candidates) > 1 && t.read(ctx, candidates[0], p) != nil {
		candidates = candidates[1:]
	}
	return candidates[0], nil
}

// checked gives io.EOF only if the content had the promised length and hash.
type checked struct {
	in   io.ReadCloser
	part Part
	sum  hash.Hash
	n    int64
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	_, _ = c.sum.Write(p[:n])
	if err == io.EOF && (c.n != c.part.Bytes || hex.EncodeToString(c.sum.Sum(nil)) != c.part.SHA256) {
		return n, faultDamaged(c.part.Name, errDiffers)
	}
	if err != nil && err != io.EOF {
		return n, damage(c.part.Name, err)
	}
	return n, err
}

func (c *checked) Close() error { return c.in.Close() }

// openObject opens a whole object, joining its parts.
func (t *Tree) openObject(ctx context.Context, l listing, o Object) io.ReadCloser {
	return &joined{
		open: func(p Part) (io.ReadCloser, error) { return t.openPart(ctx, l, p) },
		rest: o.stored(),
	}
}

// joined reads parts one after the other, opening each when its turn comes.
type joined struct {
	open func(Part) (io.ReadCloser, error)
	rest []Part
	now  io.ReadCloser
}

func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.now == nil {
			if len(j.rest) == 0 {
				return 0, io.EOF
			}
			r, err := j.open(j.rest[0])
			if err != nil {
				return 0, err
			}
			j.now, j.rest = r, j.rest[1:]
		}
		n, err := j.now.Read(p)
		if err == io.EOF {
			_ = j.now.Close()
			j.now = nil
			if n == 0 {
				continue
			}
			err = nil
		}
		return n, err
	}
}

func (j *joined) Close() error {
	if j.now == nil {
		return nil
	}
	return j.now.Close()
}

// attachments reads the list of attachments of a restore point.
func (t *Tree) attachments(ctx context.Context, db listing, set FileSet) ([]filed, error) {
	if set.List == nil {
		return nil, nil
	}
	r := t.openObject(ctx, db, *set.List)
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	all, err := parseList(data)
	if err == nil && sumHex(data) != set.SetSHA256 {
		err = errDiffers
	}
	if err != nil {
		return nil, faultDamaged(set.List.Name, err)
	}
	return all, nil
}

// formatList writes attachments one per line, sorted, so that equal sets are equal bytes.
func formatList(all []filed) []byte {
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = f.line()
	}
	slices.Sort(lines)
	return []byte(strings.Join(slices.Compact(lines), ""))
}

func parseList(data []byte) ([]filed, error) {
	var all []filed
	for line := range bytes.Lines(data) {
		f, err := parseLine(string(line))
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func wellNamed(a Attachment) error {
	if !hashPattern.MatchString(a.Hash) || !monthPattern.MatchString(a.Month) || a.Size < 0 {
		return fmt.Errorf("bad attachment %q %d %q", a.Hash, a.Size, a.Month)
	}
	return nil
}

func partOf(a Attachment) Part { return Part{Name: a.Hash, Bytes: a.Size, SHA256: a.Hash} }

// rawNames lists a folder as stored; folders end with a slash. A missing folder is empty.
func (t *Tree) rawNames(ctx context.Context, dir string) ([]string, error) {
	entries, err := t.fs.List(ctx, t.at(dir))
	if errors.Is(err, fs.ErrorDirNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		leaf := leaf(entry)
		if _, ok := entry.(fs.Object); !ok {
			leaf += "/"
		}
		names = append(names, leaf)
	}
	return names, nil
}

// marker reads the vault's identity; "" when the marker is lost.
func (t *Tree) marker(ctx context.Context) (string, error) {
	data, err := t.raw(ctx, markerName, 4096)
	if errors.Is(err, fs.ErrorObjectNotFound) || errors.Is(err, fs.ErrorDirNotFound) {
		return "", nil
	}
	if err != nil {
		return "", t.reason(ctx, err)
	}
	return parseMarker(data)
}

// reason asks for the folder after a refusal of one file: what refuses the question whether it is there (HEAD) may not
// say why, and what refuses a listing does.
func (t *Tree) reason(ctx context.Context, err error) error {
	if !strings.Contains(err.Error(), "403") || ctx.Err() != nil {
		return err
	}
	if _, why := t.fs.List(ctx, t.root); why != nil && !isNoDir(why) {
		return why
	}
	return err
}

// raw reads the beginning of a small clear file, at most so many bytes of it.
func (t *Tree) raw(ctx context.Context, name string, most int64) ([]byte, error) {
	o, err := t.fs.NewObject(ctx, t.at(name))
	if err != nil {
		return nil, err
	}
	r, err := operations.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(io.LimitReader(r, most))
}

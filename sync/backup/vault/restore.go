package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/recovery"

	"github.com/rclone/rclone/fs"
	"golang.org/x/sync/errgroup"
)

// Writer is one installation that keeps restore points in a vault.
type Writer struct {
	ID      string
	Points  []Point // oldest first
	Foreign int     // files in its manifest folder that do not open with this key

	manifests listing
	age       appbackup.Age // of the newest point, where there are other writers and it can be read
}

// Contents is what a vault holds, as far as names tell it.
type Contents struct {
	VaultID string // "" when the marker is lost
	Writers []Writer

	read time.Time // by the clock of who read it
}

// Points lists the restore points of all writers, newest first as [appbackup.NewestFirst] puts them.
func (c Contents) Points() []Point {
	all, _ := c.placed()
	return all
}

// Doubtful tells of which points the date is not to be believed.
func (c Contents) Doubtful() map[Point]bool {
	all, doubts := c.placed()
	out := map[Point]bool{}
	for i, p := range all {
		out[p] = doubts[i]
	}
	return out
}

func (c Contents) placed() (all []Point, doubtful []bool) {
	ages := map[Point]appbackup.Age{}
	for _, w := range c.Writers {
		if all = append(all, w.Points...); len(w.Points) > 0 {
			ages[w.Points[len(w.Points)-1]] = w.age
		}
	}
	doubtful = appbackup.NewestFirst(all, func(p Point) appbackup.Dated {
		return appbackup.Dated{Writer: p.Writer, Seq: p.Seq, Made: p.At, Age: ages[p], Future: future(p.At, c.read)}
	})
	return all, doubtful
}

// future tells whether a date lies after a moment, as only a clock that is ahead writes it; the zero moment doubts none.
func future(date, now time.Time) bool {
	return !now.IsZero() && date.After(now.Add(appbackup.FutureAfter))
}

// Dated is what the order of restore points follows of one that is read at a moment.
func (m Manifest) Dated(now time.Time) appbackup.Dated {
	return appbackup.Dated{
		Writer: m.WriterID, Seq: m.Seq, Made: m.Created, Age: m.Age(), Future: future(m.Created, now),
	}
}

// Age is where the point stands in the life of the book, as far as it tells.
func (m Manifest) Age() appbackup.Age {
	if m.Checkpoint == nil {
		return appbackup.Age{}
	}
	return appbackup.Age{Term: m.Checkpoint.Term, Lead: m.Checkpoint.Lead, Event: m.Checkpoint.Event}
}

// listing gives a writer's manifest folder as it was read.
func (c Contents) listing(writer string) listing {
	for _, w := range c.Writers {
		if w.ID == writer {
			return w.manifests
		}
	}
	return listing{}
}

// There tells, without a key, whether there is a vault at f or in a sub-folder, where Locate looks as well: fault
// "backup.no_vault" when there is none.
func There(ctx context.Context, f fs.Fs) error {
	ctx = jobContext(ctx)
	names, err := NewTree(f, nil).rawNames(ctx, "")
	if err != nil {
		return err
	}
	for _, dir := range append([]string{""}, names...) {
		if dir != "" && !strings.HasSuffix(dir, "/") {
			continue
		}
		is, err := (&Tree{fs: f, root: strings.TrimSuffix(dir, "/")}).looksLikeVault(ctx)
		if is || err != nil {
			return err
		}
	}
	return faultNoVault
}

// Locate finds the vault that a key opens at f or in a sub-folder: the owner may have pointed one level
// too high, and a new recovery key starts a vault inside the first one's folder. A lone vault that the
// key does not open is given back as well, for Read to tell. It refuses with "backup.no_vault" and, where
// the key opens none of several, "backup.wrong_key".
func Locate(ctx context.Context, f fs.Fs, key *Key) (*Tree, error) {
	ctx = jobContext(ctx)
	top := NewTree(f, key)
	below, err := top.list(ctx, "")
	if err != nil {
		return nil, err
	}
	var found []*Tree
	for _, dir := range append([]string{""}, below.dirs...) {
		t := &Tree{fs: f, root: dir, key: key, newer: slices.ContainsFunc(below.dirs, func(other string) bool {
			return strings.HasPrefix(other, recovery.VaultPrefix) && other > dir
		})}
		is, err := t.looksLikeVault(ctx)
		if err != nil {
			return nil, err
		}
		if !is {
			continue
		}
		opens, err := t.opens(ctx)
		if opens || err != nil {
			return t, err
		}
		found = append(found, t)
	}
	switch len(found) {
	case 0:
		return nil, faultNoVault
	case 1:
		return found[0], nil
	default:
		return nil, faultWrongKey
	}
}

// Newer tells that a vault found by Locate stands beside one of a later recovery key, which this key does not
// open: there are younger copies than it tells of.
func (t *Tree) Newer() bool { return t.newer }

// opens tells whether the key opens the name of a restore point of any writer.
func (t *Tree) opens(ctx context.Context) (bool, error) {
	writers, err := t.list(ctx, writersDir)
	if err != nil {
		return false, err
	}
	for _, id := range writers.dirs {
		l, err := t.list(ctx, manifestDir(id))
		if len(l.points(id)) > 0 || err != nil {
			return err == nil, err
		}
	}
	return false, nil
}

// looksLikeVault recognises a vault by its marker or, if that was lost, by its writers.
func (t *Tree) looksLikeVault(ctx context.Context) (bool, error) {
	l, err := t.rawNames(ctx, "")
	return slices.Contains(l, markerName) || slices.Contains(l, writersDir+"/"), err
}

// Read lists the writers and their restore points. It refuses with "backup.no_vault",
// "backup.vault_empty", "backup.wrong_key" or "backup.vault_newer".
func (t *Tree) Read(ctx context.Context) (Contents, error) {
	ctx = jobContext(ctx)
	var c Contents
	ok, err := t.looksLikeVault(ctx)
	if err != nil {
		return c, err
	}
	if !ok {
		return c, faultNoVault
	}
	if c.VaultID, err = t.marker(ctx); err != nil {
		return c, err
	}
	writers, err := t.list(ctx, writersDir)
	if err != nil {
		return c, err
	}
	points, foreign := 0, 0
	for _, id := range writers.dirs {
		l, err := t.list(ctx, manifestDir(id))
		if err != nil {
			return c, err
		}
		w := Writer{ID: id, Points: l.points(id), Foreign: l.foreign, manifests: l}
		c.Writers = append(c.Writers, w)
		points += len(w.Points)
		foreign += w.Foreign
	}
	switch {
	case points == 0 && foreign > 0:
		return c, faultWrongKey
	case points == 0:
		return c, faultEmpty
	}
	c.read = time.Now() //nolint:forbidigo // by which dates are doubted, on a PC that has no book yet
	return c, t.ages(ctx, &c)
}

// ages reads the newest point of each of several writers: their dates alone do not tell which is newer. One that cannot
// be read, or not now, tells nothing: the others can be restored all the same.
func (t *Tree) ages(ctx context.Context, c *Contents) error {
	several := slices.DeleteFunc(slices.Clone(c.Writers), func(w Writer) bool { return len(w.Points) == 0 })
	if len(several) < 2 {
		return nil
	}
	for i, w := range c.Writers {
		if len(w.Points) == 0 {
			continue
		}
		s, err := t.recall(ctx, w.manifests, w.Points[len(w.Points)-1])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			c.Writers[i].age = s.Age()
		}
	}
	return nil
}

// Describe reads the manifest of a restore point. It refuses with "backup.point_gone",
// "backup.object_damaged" or "backup.vault_newer".
func (t *Tree) Describe(ctx context.Context, p Point) (Manifest, error) {
	ctx = jobContext(ctx)
	l, err := t.list(ctx, manifestDir(p.Writer))
	if err != nil {
		return Manifest{}, err
	}
	m, _, err := t.manifest(ctx, l, p)
	return m, err
}

// DescribeAll reads the manifests of points, in their order, four at a time and without listing their folders
// again. tell is told of each that cannot be read, which is left out.
func (t *Tree) DescribeAll(ctx context.Context, c Contents, points []Point, tell func(Point, error),
) ([]Manifest, error) {
	ctx = jobContext(ctx)
	found := make([]stored, len(points))
	problems := make([]error, len(points))
	var group errgroup.Group
	group.SetLimit(transfers)
	for i, p := range points {
		group.Go(func() error {
			found[i], problems[i] = t.recall(ctx, c.listing(p.Writer), p)
			return nil
		})
	}
	_ = group.Wait()
	var all []Manifest
	for i, p := range points {
		if problems[i] == nil {
			all = append(all, found[i].Manifest)
		} else if tell(p, problems[i]); ctx.Err() != nil {
			return all, ctx.Err()
		}
	}
	return all, nil
}

// RestoreBook brings back the book of a restore point. The sink gets Commit only when the whole image
// has the promised hash; in every other case Abort. Missing or damaged objects are
// "backup.object_missing" and "backup.object_damaged".
func (t *Tree) RestoreBook(ctx context.Context, p Point, sink BookSink, watch Watch) (Manifest, error) {
	ctx = jobContext(ctx)
	m, err := t.Describe(ctx, p)
	if err != nil {
		return Manifest{}, err
	}
	db, err := t.list(ctx, dbDir(p.Writer))
	if err != nil {
		return Manifest{}, err
	}
	for _, o := range m.objects() {
		for _, part := range o.stored() {
			if len(db.names[part.Name]) == 0 && o.Name != m.Hashes.Name {
				return Manifest{}, faultMissing(part.Name)
			}
		}
	}
	if err := t.streamBook(ctx, db, m, sink, watch); err != nil {
		sink.Abort()
		return Manifest{}, err
	}
	return m, nil
}

// streamBook lays the difference over the full image, page by page.
func (t *Tree) streamBook(ctx context.Context, db listing, m Manifest, sink BookSink, watch Watch) error {
	fullIn := t.openObject(ctx, db, m.Full)
	defer func() { _ = fullIn.Close() }()
	full, err := newFullReader(ctx, fullIn, m.PageSize)
	if err != nil {
		return damage(m.Full.Name, err)
	}
	defer full.close()
	var diff *diffReader
	if m.Diff != nil {
		diffIn := t.openObject(ctx, db, *m.Diff)
		defer func() { _ = diffIn.Close() }()
		if diff, err = newDiffReader(diffIn, m.PageSize); err != nil {
			return damage(m.Diff.Name, err)
		}
		defer diff.close()
	}
	if err := sink.Begin(ctx, m.PageSize, m.Pages); err != nil {
		return err
	}
	whole := newProof(m)
	for pgno := uint32(1); pgno <= m.Pages; pgno++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := mergedPage(m, full, diff, pgno)
		if err != nil {
			return err
		}
		whole.add(data)
		if err := sink.Page(pgno, data); err != nil {
			return err
		}
		if diff != nil && diff.next == pgno {
			if err := diff.advance(); err != nil {
				return damage(m.Diff.Name, err)
			}
		}
		if pgno%1024 == 0 || pgno == m.Pages {
			watch.tell(Progress{Stage: StageBook, Total: m.BookBytes(), Done: int64(pgno) * int64(m.PageSize)})
		}
	}
	if !whole.is(m) {
		return faultDamaged(m.Full.Name, errDiffers)
	}
	return sink.Commit(ctx, m)
}

// proof is the hash that a manifest has of its image.
type proof struct {
	sum   hash.Hash
	pages bool // of the hashes of its pages
}

func newProof(m Manifest) proof { return proof{sum: newSum(), pages: m.DBSHA256 == ""} }

func (p proof) add(page []byte) {
	if p.pages {
		sum := sha256.Sum256(page)
		page = sum[:pageHashSize]
	}
	_, _ = p.sum.Write(page)
}

func (p proof) is(m Manifest) bool {
	want := m.DBSHA256
	if p.pages {
		want = m.PagesSHA256
	}
	return hex.EncodeToString(p.sum.Sum(nil)) == want
}

// mergedPage gives a page from the difference if it has it, from the full image otherwise. The full
// image is read along in any case.
func mergedPage(m Manifest, full *fullReader, diff *diffReader, pgno uint32) ([]byte, error) {
	var data []byte
	if pgno <= m.FullPages {
		var err error
		if data, err = full.read(); err != nil {
			return nil, damage(m.Full.Name, err)
		}
	}
	if diff != nil && diff.next == pgno {
		data = diff.buf
	}
	if data == nil {
		return nil, faultDamaged(m.Full.Name, fmt.Errorf("%w: page %d is nowhere", errDiffers, pgno))
	}
	return data, nil
}

// drained remembers how reading ended.
type drained struct {
	in  io.Reader
	err error
}

func (d *drained) Read(p []byte) (int, error) {
	n, err := d.in.Read(p)
	if err != nil {
		d.err = err
	}
	return n, err
}

// short is the package's short for what was read through d: a line that broke is no early end of data.
func (d *drained) short(err error) error {
	if d.err != nil && !errors.Is(d.err, io.EOF) {
		return d.err
	}
	return short(err)
}

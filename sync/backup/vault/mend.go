package vault

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/rclone/rclone/fs"
	"golang.org/x/sync/errgroup"
)

// Mend is what of a copy is to be read to its end because a trial restore found it damaged.
type Mend string

// What is damaged. Names and sizes tell nothing of it.
const (
	MendBook  Mend = "book"  // the objects that the book comes back from, and the manifests
	MendFiles Mend = "files" // attachments
)

// of says whether a folder is to be read.
func (m Mend) of(g group) bool { return m != "" && g.attached == (m == MendFiles) }

// Gone counts what a copy had and has no more, or not whole.
type Gone struct {
	Points  int `json:"points,omitempty"`  // manifests
	Objects int `json:"objects,omitempty"` // that books come back from
	Files   int `json:"files,omitempty"`   // attachments
}

// Any says whether anything has gone.
func (g Gone) Any() bool { return g != Gone{} }

func (g *Gone) add(of group, p need) {
	switch {
	case of.last:
		g.Points++
	case of.attached:
		g.Files += p.files
	default:
		g.Objects++
	}
}

// glances is how many folders of old attachments a sending lists although nothing in them is new: all of a young book,
// and each in its turn of an old one, beside the complete look of each day.
const glances = 6

// glance looks whether the folders of attachments are there that are not going to be listed: one listing tells of an
// emptied copy. Some of them are listed all the same.
func (j *copyJob) glance(ctx context.Context, want []group) error {
	var old []int
	for i, g := range want {
		if g.old {
			old = append(old, i)
		}
	}
	if len(old) == 0 {
		return nil
	}
	months, err := j.to.list(ctx, filesDir)
	if err != nil {
		return err
	}
	for n, i := range old {
		turn := (n + len(old) - int(j.points[len(j.points)-1].Seq*glances%uint64(len(old)))) % len(old)
		want[i].old = turn >= glances && slices.Contains(months.dirs, path.Base(want[i].dir))
	}
	return nil
}

// damaged reads what is to be mended of a folder of the copy, and names what is not what was written.
func (j *copyJob) damaged(ctx context.Context, g group, there listing) (map[string]bool, error) {
	if !j.told.Mend.of(g) {
		return nil, nil
	}
	return damagedOf(ctx, j.to, there, g.parts, j.told.Watch)
}

// distrust reads, of what is going to be sent to a place where it was before, what this PC has: nothing rotten is sent
// over what may be whole. What is rotten here goes: the next restore point stores it again.
func (j *copyJob) distrust(ctx context.Context, g group, here, there listing, hurt map[string]bool) error {
	var again []*need
	for _, p := range g.parts {
		was := hurt[p.Name] || len(there.names[p.Name]) > 0 && !there.has(j.to, p.Part)
		if (was || p.seq <= j.told.LastSeq && !there.has(j.to, p.Part)) && here.has(j.from, p.Part) {
			again = append(again, p)
		}
	}
	rotten, err := j.vault.rotten(ctx, g.dir, here, again, j.told.Watch)
	for name := range rotten {
		j.lost[name], j.anew = true, true
	}
	return err
}

// rotten finds which files of a folder of the local vault are not what was written, and takes them away: from what is
// left, no restore point is made nor sent that needs them.
func (v *Vault) rotten(ctx context.Context, dir string, here listing, parts []*need, watch Watch,
) (map[string]bool, error) {
	bad, err := damagedOf(ctx, v.tree, here, parts, watch)
	for _, p := range parts {
		if !here.has(v.tree, p.Part) { // cut short
			bad[p.Name] = true
		}
		if err != nil || !bad[p.Name] {
			continue
		}
		// Once more: what was read wrong once, by a cable or a memory, may be whole.
		if again := v.tree.proves(ctx, here, p.Part); !isDamage(again) {
			if delete(bad, p.Name); again != nil {
				err = again
			}
			continue
		}
		if dir == manifestDir(v.set.WriterID) {
			v.disown(p.seq) // its name stays: the number was used
			continue
		}
		err = os.Remove(filepath.Join(v.set.Dir, filepath.FromSlash(dir), v.set.Key.seal(p.Name)))
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	return bad, err
}

// disown forgets a restore point whose manifest cannot be read any more, as opening the vault does.
func (v *Vault) disown(seq uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.newest = max(v.newest, seq)
	v.points = slices.DeleteFunc(slices.Clone(v.points), func(s stored) bool {
		if s.Seq == seq {
			v.set.Known.forget(s.Point().name())
		}
		return s.Seq == seq
	})
}

// Cleanse reads the whole of the local vault's own restore points, or their attachments, and takes away what is not
// what was written. It tells how much that was.
func (v *Vault) Cleanse(ctx context.Context, what Mend, watch Watch) (gone int, err error) {
	ctx = jobContext(ctx)
	want, err := v.wanted(ctx, v.own(), Sending{})
	for _, g := range want {
		if err != nil || !what.of(g) {
			continue
		}
		var here listing
		var bad map[string]bool
		if here, err = v.tree.list(ctx, g.dir); err != nil {
			continue
		}
		there := slices.DeleteFunc(slices.Clone(g.parts), func(p *need) bool { return len(here.names[p.Name]) == 0 })
		bad, err = v.rotten(ctx, g.dir, here, there, watch)
		gone += len(bad) + len(g.parts) - len(there)
	}
	return gone, err
}

// Serves tells of which own restore points the local vault has all that their book comes back from.
func (v *Vault) Serves(ctx context.Context) (func(Manifest) bool, error) {
	db, err := v.tree.list(ctx, dbDir(v.set.WriterID))
	return func(m Manifest) bool {
		for _, o := range m.objects() {
			if o.Name != m.Hashes.Name && slices.ContainsFunc(o.stored(), func(p Part) bool { return !db.has(v.tree, p) }) {
				return false
			}
		}
		return true
	}, err
}

// Bury takes the restore points older than the newest out of the local vault that it cannot bring back any more. A copy
// that has them keeps them for as long as retention does.
func (v *Vault) Bury(ctx context.Context) error {
	serves, err := v.Serves(ctx)
	if err != nil {
		return err
	}
	dir, err := v.folder(manifestDir(v.set.WriterID))
	if err != nil {
		return err
	}
	points := v.own()
	for _, s := range points[:max(0, len(points)-1)] {
		if !serves(s.Manifest) {
			v.disown(s.Seq)
			dir.remove(s.Point().name())
		}
	}
	return nil
}

// damagedOf reads the stored files of a folder that are there to their ends, and names those that are damaged.
func damagedOf(ctx context.Context, t *Tree, l listing, parts []*need, watch Watch) (map[string]bool, error) {
	bad := map[string]bool{}
	wrong := make([]error, len(parts))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(transfers)
	for i, p := range parts {
		if !l.has(t, p.Part) {
			continue
		}
		watch.tell(Progress{Stage: StageCompare, Objects: i, Of: len(parts)})
		group.Go(func() error {
			err := t.proves(inner, l, p.Part)
			if isDamage(err) {
				wrong[i], err = err, nil
			}
			return err
		})
	}
	err := group.Wait()
	for i, p := range parts {
		if wrong[i] != nil {
			bad[p.Name] = true
		}
	}
	return bad, err
}

// proves reads a stored file to its end: nil where one of that name holds what was written, a fault of damage where
// none does, and another error where that is not known.
func (t *Tree) proves(ctx context.Context, l listing, p Part) error {
	err := faultMissing(p.Name)
	for _, o := range l.names[p.Name] {
		if o.Size() != t.key.storedSize(p.Bytes) {
			continue
		}
		if err = t.read(ctx, o, p); err == nil || !isDamage(err) {
			return err
		}
	}
	return err
}

// read reads one stored file to its end and compares it with what its manifest says.
func (t *Tree) read(ctx context.Context, o fs.Object, p Part) error {
	r, err := t.open(ctx, o)
	if err != nil {
		return damage(p.Name, err)
	}
	c := &checked{in: r, part: p, sum: newSum()}
	defer func() { _ = c.Close() }()
	_, err = io.Copy(io.Discard, c)
	return err
}

// Lacks counts the attachments of a restore point that do not come back from here as far as is known: those in stored
// files that are not there, and those that a restore found damaged.
func (t *Tree) Lacks(ctx context.Context, m Manifest, found FileReport) (n int, err error) {
	ctx = jobContext(ctx)
	db, err := t.list(ctx, dbDir(m.WriterID))
	if err != nil {
		return 0, err
	}
	all, err := t.attachments(ctx, db, m.Files)
	if err != nil {
		return 0, err
	}
	damaged := map[string]bool{}
	for _, a := range found.Damaged {
		damaged[a.Hash] = true
	}
	months := map[string]listing{}
	for _, f := range all {
		l, ok := months[f.Month]
		if !ok {
			if l, err = t.list(ctx, monthDir(f.Month)); err != nil {
				return 0, err
			}
			months[f.Month] = l
		}
		if damaged[f.Hash] || !l.has(t, f.part()) {
			n++
		}
	}
	return n, nil
}

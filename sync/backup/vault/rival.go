package vault

import (
	"context"
	"slices"
	"time"

	"zafe/app/relay"
)

// Rival is another installation that goes on with the same book: either this book was restored there
// from a copy of ours, or ours was restored from theirs and they did not stop. Two PCs then issue
// invoices of the same numbers.
type Rival struct {
	Writer string
	Name   string    // what its owner calls that PC
	Latest time.Time // its newest restore point
	Seq    uint64    // the number of that point
	// TookOver tells that it is the main PC now, by the word of an owner, and this one is not any more.
	TookOver bool `json:"took_over,omitempty"`
}

// Clocks of two PCs may differ by so much, and one that was taken over from is not gone on with once it has been silent
// for so long.
const (
	clocksDiffer = 10 * time.Minute
	silentFor    = 24 * time.Hour
)

// later tells whether a point is of a later line of the book than another ([audit.Checkpoint]): an owner had it go on
// on another PC, or from an older point, in between. Points without a checkpoint do not tell.
func (m Manifest) later(than Manifest) bool {
	a, b := m.Checkpoint, than.Checkpoint
	return a != nil && b != nil && a.Book == b.Book && relay.Later(a.Term, a.Lead, b.Term, b.Lead)
}

// outlives tells whether a later line of the book had begun, as one of its points shows, when another point was made:
// by a PC that another one had taken over from, and that went on.
func (m Manifest) outlives(other Manifest) bool {
	return m.later(other) && !other.ended(m) && m.Created.Add(clocksDiffer).Before(other.Created)
}

// ended tells whether the owner said, before a point was made, that the installation of another one goes on no more.
func (m Manifest) ended(other Manifest) bool {
	last, said := m.Ended[other.WriterID]
	return said && other.Seq <= last
}

// Outlived tells whether a point was made on a line of the book that others show to have ended before. Those of an
// installation that goes on no more show nothing, by the owner's word in any point of the one that made it: that was the
// one to go on all the time.
func Outlived(m Manifest, others []Manifest) bool {
	return slices.ContainsFunc(others, func(o Manifest) bool {
		return o.outlives(m) && !slices.ContainsFunc(others, func(p Manifest) bool { return p.WriterID == m.WriterID && p.ended(o) })
	})
}

// Outliving finds, among the newest points of the other installations, one that was made on a line that had ended before,
// as a point shows: somebody went on with work that the point has not got. Nil for none.
func (t *Tree) Outliving(ctx context.Context, c Contents, m Manifest) (*Manifest, error) {
	return t.newestOf(ctx, c, m, func(o Manifest) bool { return m.outlives(o) && !future(o.Created, c.read) })
}

// Rival finds, among the newest points of the other installations, one that is of a later line than a point: what
// this is of is not what goes on, though it may be younger. Nil for none.
func (t *Tree) Rival(ctx context.Context, c Contents, m Manifest) (*Manifest, error) {
	return t.newestOf(ctx, c, m, func(o Manifest) bool { return o.later(m) && !m.ended(o) })
}

// newestOf finds, among the newest points of the other installations than that of one, the first that is so. One that
// cannot be read is passed over.
func (t *Tree) newestOf(ctx context.Context, c Contents, m Manifest, is func(Manifest) bool) (*Manifest, error) {
	ctx = jobContext(ctx)
	for _, w := range c.Writers {
		if w.ID == m.WriterID || len(w.Points) == 0 {
			continue
		}
		s, err := t.recall(ctx, w.manifests, w.Points[len(w.Points)-1])
		if isDamage(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if is(s.Manifest) {
			return &s.Manifest, nil
		}
	}
	return nil, nil
}

// OriginOf is the restore point of a name ([Point.String]) as manifests keep it, nil when it is none.
func OriginOf(name string) *Origin {
	p, ok := parsePoint(name + ".json")
	if !ok {
		return nil
	}
	return &Origin{Writer: p.Writer, Seq: p.Seq}
}

// rivals looks for them in a copy. It costs one listing when there is no other writer.
func (v *Vault) rivals(ctx context.Context, t *Tree, now time.Time) ([]Rival, error) {
	writers, err := t.list(ctx, writersDir)
	if err != nil {
		return nil, err
	}
	own, _ := v.Latest()
	var found []Rival
	for _, id := range writers.dirs {
		if id == v.set.WriterID {
			continue
		}
		l, err := t.list(ctx, manifestDir(id))
		if err != nil {
			return nil, err
		}
		points := l.points(id)
		if len(points) == 0 {
			continue
		}
		m, err := t.recall(ctx, l, points[len(points)-1])
		if isDamage(err) {
			continue // that installation's own check tells
		}
		if err != nil {
			return nil, err
		}
		r := Rival{Writer: id, Name: m.WriterName, Latest: m.Created, Seq: m.Seq}
		from, to := m.RestoredFrom, own.RestoredFrom
		switch {
		case from != nil && from.Writer == v.set.WriterID,
			to != nil && to.Writer == id && m.Seq > to.Seq && v.since(m.Created),
			v.outlives(m.Manifest) && !future(m.Created, now):
			found = append(found, r)
		case m.later(own):
			r.TookOver = true
			found = append(found, r)
		}
	}
	return found, nil
}

// since tells whether a moment was after this installation had begun: who goes back to an older point leaves the younger
// ones of before behind, which are nobody's work.
func (v *Vault) since(at time.Time) bool {
	own := v.Manifests()
	return len(own) > 0 && at.After(own[0].Created)
}

// outlives tells whether another installation goes on though this one took over from it: its newest point is not much
// older than the newest of this one.
func (v *Vault) outlives(m Manifest) bool {
	own := v.Manifests()
	return Outlived(m, own) && m.Created.After(own[len(own)-1].Created.Add(-silentFor))
}

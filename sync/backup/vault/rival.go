package vault

import (
	"context"
	"time"
)

// Rival is another installation that goes on with the same book: either this book was restored there
// from a copy of ours, or ours was restored from theirs and they did not stop. Two PCs then issue
// invoices of the same numbers.
type Rival struct {
	Writer string
	Name   string    // what its owner calls that PC
	Latest time.Time // its newest restore point
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
func (v *Vault) rivals(ctx context.Context, t *Tree) ([]Rival, error) {
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
		from, to := m.RestoredFrom, own.RestoredFrom
		if from != nil && from.Writer == v.set.WriterID || to != nil && to.Writer == id && m.Seq > to.Seq {
			found = append(found, Rival{Writer: id, Name: m.WriterName, Latest: m.Created})
		}
	}
	return found, nil
}

package vault

import (
	"context"
	"errors"

	"zafe/app/fault"
)

// Damaged says whether err is about what is stored of one restore point, so that another may be whole:
// "backup.object_damaged" or "backup.object_missing".
func Damaged(err error) bool { return isDamage(err) }

// LastGood finds the newest restore point before p whose book comes back whole, reading it to its end for that.
// Points that need an object already found damaged are passed over unread; cause is what p's restore said. It
// refuses with "backup.no_good_point".
func (t *Tree) LastGood(ctx context.Context, c Contents, p Point, cause error, watch Watch) (Manifest, error) {
	ctx = jobContext(ctx)
	bad := broken{}
	bad.note(p.Writer, cause)
	for _, older := range c.Points() {
		if !older.At.Before(p.At) && (older.Writer != p.Writer || older.Seq >= p.Seq) {
			continue
		}
		s, err := t.recall(ctx, c.listing(older.Writer), older)
		if err == nil && bad.breaks(s.Manifest) {
			continue
		}
		if err == nil {
			_, err = t.RestoreBook(ctx, older, nothing{}, watch)
		}
		if err == nil || !isDamage(err) {
			return s.Manifest, err
		}
		bad.note(older.Writer, err)
	}
	return Manifest{}, faultNoneGood.Because(cause)
}

// broken holds the objects of each writer that are damaged or missing.
type broken map[string]map[string]bool

func (b broken) note(writer string, err error) {
	f := new(fault.Fault)
	if !errors.As(err, &f) {
		return
	}
	if name, ok := f.Args["object"].(string); ok {
		if b[writer] == nil {
			b[writer] = map[string]bool{}
		}
		b[writer][name] = true
	}
}

// breaks says whether a point needs one of them.
func (b broken) breaks(m Manifest) bool {
	needed := map[string]bool{}
	m.names(needed)
	for _, o := range m.objects() {
		needed[o.Name] = true // of a whole whose parts do not fit together
	}
	delete(needed, m.Hashes.Name) // serves the next backup only
	for name := range b[m.WriterID] {
		if needed[name] {
			return true
		}
	}
	return false
}

// nothing receives a book and keeps none of it.
type nothing struct{}

func (nothing) Begin(context.Context, int, uint32) error { return nil }
func (nothing) Page(uint32, []byte) error                { return nil }
func (nothing) Commit(context.Context, Manifest) error   { return nil }
func (nothing) Abort()                                   {}

package backup

import (
	"context"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/vault"
)

// PutBack says that the local vault, or the whole PC, is as it once was: somebody put back a folder or the image
// of a disk.
type PutBack struct {
	Noticed time.Time `json:"noticed"`
	// Place is the destination that has points which this PC does not know it made; then nothing is sent any
	// more. "" means that only the local vault is behind the book: the numbers go on after those in the book,
	// and sending as well.
	Place string    `json:"place"`
	Made  time.Time `json:"made,omitzero"` // of the newest of those points
	Have  uint64    `json:"have"`          // the newest number in the local vault, or the one found at Place
	Want  uint64    `json:"want"`          // the newest number that the book knows of
}

// stopped refuses to write anywhere under the name of this installation when somebody else did, or it did itself
// in a past that the book does not know: "backup.put_back".
func (s *Service) stopped() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.know.stopped(); f != nil {
		return f
	}
	return nil
}

func (k *state) stopped() *fault.Fault {
	if k.PutBack == nil || k.PutBack.Place == "" {
		return nil
	}
	return fault.New(fault.Conflict, "backup.put_back", "made", k.PutBack.Made)
}

// ahead notes that a destination has a point that this PC does not know it made.
func (k *state) ahead(id string, p *vault.Point, now time.Time) {
	if p != nil {
		k.PutBack = &PutBack{Noticed: now, Place: id, Made: p.At, Have: p.Seq, Want: k.Saved.Seq}
	}
}

// behind tells the book, before it is noted, that there is a point which this PC does not know it made.
func (s *Service) behind(ctx context.Context, p *vault.Point) error {
	if p == nil || s.set.Behind == nil || s.stopped() != nil {
		return nil //nolint:nilerr // that is told by itself
	}
	return s.set.Behind(ctx)
}

// removedPlace stands for a destination that was removed: no other has that name.
const removedPlace = "-"

// noteNumbers compares the numbers that the book knows with those in the local vault. A vault that lacks the last
// ones was put back; one that the owner made anew has none at all. Where the book is behind, it went back itself, to
// before an update: what the vault has numbered may have been sent.
func (s *Service) noteNumbers(ctx context.Context, v *vault.Vault) error {
	have := v.Newest()
	s.mu.Lock()
	want, known := s.know.Saved.Seq, s.know.PutBack != nil
	s.mu.Unlock()
	switch {
	case have > want:
		return s.note(ctx, func(k *state) {
			k.Saved.Seq = max(k.Saved.Seq, have)
			for _, c := range k.Copies {
				c.Begun = max(c.Begun, have)
			}
		})
	case have != 0 && have < want && !known:
		return s.note(ctx, func(k *state) { k.PutBack = &PutBack{Noticed: s.set.Now(), Have: have, Want: want} })
	}
	return nil
}

// Continue goes on with the book as it is now, after PutBack: with the name of a new installation that renew
// gives, so that no number is used twice and what is stored under the old one stays as it is. It waits for jobs
// under way, but ends BringFiles; those that come meanwhile are refused with "backup.busy".
func (s *Service) Continue(ctx context.Context, renew func() (writer string, err error)) error {
	s.exclude()
	defer s.use.Unlock()
	writer, err := renew()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.set.WriterID = writer
	s.mu.Unlock()
	return s.note(ctx, func(k *state) { k.writtenBy(writer) })
}

// writtenBy makes the state that of a writer. What another one had numbered is not this one's: it has made and
// sent nothing yet, and nobody knows it put back.
func (k *state) writtenBy(writer string) {
	was := k.Writer
	if k.Writer = writer; was == "" || was == writer {
		return
	}
	// It may be on another PC, where the folder of its copies is yet to be made.
	k.Made, k.Saved, k.Pruned, k.PutBack = false, Mark{}, pruned{}, nil
	if k.Drill != nil {
		k.Drill = &vault.Drill{At: k.Drill.At}
	}
	for _, c := range k.Copies {
		c.OK.Seq, c.Begun, c.Pruned, c.Holes, c.Fault, c.Waits = 0, 0, pruned{}, 0, nil, Waits{}
		// What another writer had there cannot be mended; this one's first point is tried as soon as it is there.
		c.Short, c.Hurt, c.Mends, c.Anew, c.Suspect, c.Drilled = vault.Gone{}, "", 0, false, 0, time.Time{}
		c.Whole, c.Stuck = false, false
	}
}

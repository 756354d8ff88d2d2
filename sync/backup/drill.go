package backup

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"zafe/app/fault"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// Trial is the result of a trial restore, and what it took.
type Trial struct {
	Restored
	Point     vault.Point // zero when it was not begun
	BookTook  time.Duration
	BookRead  int64 // bytes that the place gave for the book
	FilesTook time.Duration
	FilesRead int64 // bytes of attachments
	// Refused is set when the book came back as it was written, and did not pass.
	Refused bool
}

// Drill is a complete trial restore of a point from a destination ("" means the local vault; a zero
// point means the newest that was sent there, "backup.vault_empty" if none was). The sink's Commit should open the
// restored book in memory, check its integrity and compare its totals with Manifest.Matches: an error of it fails the
// drill. A quarter of the attachments, another one each week, is read to the end and compared with its hashes (Check
// sees every week that all are there). The result is remembered for Status and allows pruning.
func (s *Service) Drill(ctx context.Context, id string, p vault.Point, sink vault.BookSink,
	watch vault.Watch,
) (done Trial, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		if err := s.recognise(ctx, id); err != nil {
			return err
		}
		to := p
		if to.Seq == 0 {
			if to, err = s.newestAt(v, id); err != nil {
				return err
			}
		}
		tree, err := s.oursAt(ctx, v, id)
		if err != nil {
			return err
		}
		done.Point = to
		err = s.rehearse(ctx, tree, &done, sink, watch, true)
		return errors.Join(err, s.refused(ctx, v, done.Point, err), s.noteDrill(ctx, id, done, false, err))
	})
	return done, err
}

// DrillOlder is a trial restore of a point picked at random among those older than the newest at a destination, without
// attachments: those are the same whatever the point. One whose trial failed is tried again first. It does
// nothing, and Point.Seq is 0, where there is no older point or some are known to be incomplete.
func (s *Service) DrillOlder(ctx context.Context, id string, sink vault.BookSink, watch vault.Watch,
) (done Trial, err error) {
	err = s.with(ctx, func(v *vault.Vault) error {
		p, err := s.olderAt(ctx, v, id)
		if err != nil || p.Seq == 0 {
			return err
		}
		tree, err := s.oursAt(ctx, v, id)
		if err != nil {
			return err
		}
		done.Point = p
		err = s.rehearse(ctx, tree, &done, sink, watch, false)
		return errors.Join(err, s.noteDrill(ctx, id, done, true, err))
	})
	return done, err
}

// oursAt opens a place for reading, and makes sure that it has the copies of this book.
func (s *Service) oursAt(ctx context.Context, v *vault.Vault, id string) (*vault.Tree, error) {
	tree, err := s.treeAt(ctx, v, id)
	if err != nil || id == "" {
		return tree, err
	}
	return tree, remote.Classify(v.Ours(ctx, tree))
}

// rehearse restores a point to nowhere, measuring the time.
func (s *Service) rehearse(ctx context.Context, tree *vault.Tree, done *Trial, sink vault.BookSink,
	watch vault.Watch, files bool,
) error {
	_, week := s.set.Now().ISOWeek()
	to := &drillSink{BookSink: sink, week: week}
	begun := s.set.Now()
	m, err := tree.RestoreBook(ctx, done.Point, to, watch)
	done.BookTook = s.set.Now().Sub(begun)
	if done.Refused = to.whole && err != nil; err != nil {
		return remote.Classify(err)
	}
	if done.Manifest, done.BookRead = m, m.Full.Bytes; m.Diff != nil {
		done.BookRead += m.Diff.Bytes
	}
	if !files {
		return nil
	}
	begun = s.set.Now()
	done.Files, err = tree.RestoreFiles(ctx, m, to, watch)
	done.FilesTook, done.FilesRead = s.set.Now().Sub(begun), to.read.Load()
	if len(done.Files.Damaged)+len(done.Files.Missing) > 0 && err == nil {
		n := 0
		if n, err = tree.Lacks(ctx, m, done.Files); err == nil {
			err = fault.New(fault.Conflict, "backup.files_damaged", "count", n)
		}
	}
	return remote.Classify(err)
}

// newestAt gives the newest point a destination should have: the local vault may be ahead of it, and
// pruning, which spares at a destination what the local vault has, may have passed over the last one sent.
func (s *Service) newestAt(v *vault.Vault, id string) (vault.Point, error) {
	all := v.Manifests()
	for _, m := range slices.Backward(all) {
		if id == "" || m.Seq <= s.sentSeq(id) {
			return m.Point(), nil
		}
	}
	return vault.Point{}, fault.New(fault.NotFound, "backup.vault_empty")
}

// olderAt picks one of the points older than the newest that a destination should have, the zero point for none. A
// point whose trial failed and that retention has removed since is no longer held against the place.
func (s *Service) olderAt(ctx context.Context, v *vault.Vault, id string) (vault.Point, error) {
	newest, err := s.newestAt(v, id)
	if err != nil {
		return vault.Point{}, err
	}
	s.mu.Lock()
	_, at := s.know.trials(id, s.set.Now())
	suspect, holes := *at, 0
	if c := s.know.Copies[id]; c != nil {
		holes = c.Holes
	}
	s.mu.Unlock()
	serves, err := v.Serves(ctx)
	if err != nil {
		return vault.Point{}, err
	}
	var older []vault.Point
	for _, m := range v.Manifests() {
		switch {
		case m.Seq < newest.Seq && !serves(m): // what it needs was damaged here as well: nobody can mend it
		case m.Seq == suspect && suspect != 0:
			return m.Point(), nil
		case m.Seq < newest.Seq:
			older = append(older, m.Point())
		}
	}
	if suspect != 0 {
		err = s.note(ctx, func(k *state) {
			failed, suspect := k.trials(id, s.set.Now())
			*failed, *suspect = time.Time{}, 0
		})
	}
	if len(older) == 0 || holes > 0 {
		return vault.Point{}, err
	}
	return older[rand.IntN(len(older))], err //nolint:gosec // nobody gains by guessing which
}

// noteDrill remembers the outcome. A line that broke, or a place that refused us, says nothing about the copy. Older is
// set for a point that was picked among the older ones: that it passed proves less than the newest does, and that it
// failed is not mended by another one.
func (s *Service) noteDrill(ctx context.Context, id string, done Trial, older bool, err error) error {
	p := done.Point
	now := s.set.Now()
	if err != nil && !Tells(ctx, err) {
		return nil // nothing to remember
	}
	return s.note(ctx, func(k *state) {
		failed, suspect := k.trials(id, now)
		if err != nil {
			if *failed = now; older {
				*suspect = p.Seq
			}
			if id != "" {
				c := k.copyOf(id, now)
				c.Hurt = mends(err)
				c.Whole, c.Stuck = c.Hurt == "" && done.Refused, c.Stuck && c.Hurt == vault.MendFiles
			}
			return
		}
		if older && p.Seq == *suspect {
			*suspect = 0
		}
		c := &copyMark{}
		if id != "" {
			c = k.copyOf(id, now)
		}
		if *suspect == 0 && c.Hurt != vault.MendFiles { // another trial read other attachments
			*failed = time.Time{}
			c.Hurt, c.Mends, c.Anew, c.Whole, c.Stuck = "", 0, false, false, false
		}
		if older {
			return
		}
		k.Drill = &vault.Drill{Seq: p.Seq, At: now.UTC()}
		if id != "" {
			k.copyOf(id, now).Drilled = now
		}
	})
}

// mends is what can be mended where a trial restore failed, "" for nothing: what was written was not what it should
// have been.
func mends(err error) vault.Mend {
	switch {
	case fault.KeyOf(err) == "backup.files_damaged":
		return vault.MendFiles
	case vault.Damaged(err) || fault.KeyOf(err) == "backup.point_gone":
		return vault.MendBook
	}
	return ""
}

// refused notes, when the newest point came back as it was written and is not the book all the same, that the next one
// is to be a full image: what was laid over the last one is doubtful.
func (s *Service) refused(ctx context.Context, v *vault.Vault, p vault.Point, err error) error {
	latest, _ := v.Latest()
	if err == nil || !Tells(ctx, err) || mends(err) != "" || latest.Seq != p.Seq || latest.Diff == nil {
		return nil
	}
	return s.note(ctx, func(k *state) { k.Full = true })
}

func (s *Service) fullNext() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.know.Full
}

// Ails tells what is to be done about a place, "" for this PC, whose last trial restore failed or that lacks what its
// newest point needs: a sending can mend what is damaged there, or the next restore point, which is due then.
func (s *Service) Ails(id string) (hurt, anew bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.know.Copies[id]
	return c != nil && (c.Hurt != "" || c.Short.Any()), s.know.Full
}

// mendsMost is how often in a row a place is mended and tried at once; then it is tried each day.
const mendsMost = 3

// Cleanse takes away what is damaged of this PC's own copies, after a trial restore from them failed with err, and tells
// whether there was anything: the next restore point stores it again.
func (s *Service) Cleanse(ctx context.Context, err error, watch vault.Watch) (found bool, _ error) {
	what := mends(err)
	if what == "" {
		return false, nil
	}
	err = s.with(ctx, func(v *vault.Vault) error {
		n, err := v.Cleanse(ctx, what, watch)
		if found = n > 0; found {
			err = errors.Join(err, s.note(ctx, func(k *state) { k.Bury = true }))
		}
		return remote.Classify(err)
	})
	return found, err
}

// trials is where the last failure of a trial restore from a place is noted, and the older point it was of: what failed
// at one place is not mended by another.
func (k *state) trials(id string, now time.Time) (failed *time.Time, suspect *uint64) {
	if id == "" {
		return &k.DrillFailed, &k.Suspect
	}
	c := k.copyOf(id, now)
	return &c.DrillFailed, &c.Suspect
}

// Tells tells whether the error of a trial restore says something about the copy: not that the line broke, that the
// place refused us, or that this PC has no room.
func Tells(ctx context.Context, err error) bool {
	return ctx.Err() == nil && !passing(err) && !barred(err)
}

// barred tells whether a place did not let us read, which says nothing about what is there.
func barred(err error) bool {
	code := fault.Of(err).Code
	return code == fault.Forbidden || code == fault.Unavailable
}

// drillShares is in how many drills all attachments come up once.
const drillShares = 4

// drillSink adds to a book's sink one that reads some attachments and keeps none.
type drillSink struct {
	vault.BookSink
	week  int
	whole bool         // the book came as it was written
	read  atomic.Int64 // bytes
}

// Commit makes a refusal of the book's sink a failure of the drill, not of the line.
func (d *drillSink) Commit(ctx context.Context, m vault.Manifest) error {
	d.whole = true
	err := d.BookSink.Commit(ctx, m)
	if f := new(fault.Fault); err == nil || errors.As(err, &f) || ctx.Err() != nil {
		return err
	}
	return fault.New(fault.Conflict, "backup.drill_failed").Because(err)
}

// Has passes over the attachments of other weeks.
func (d *drillSink) Has(_ context.Context, a vault.Attachment) (bool, error) {
	first, err := strconv.ParseUint(a.Hash[:4], 16, 16)
	return int(first)%drillShares != d.week%drillShares, err
}

// Put reads one attachment to its end.
func (d *drillSink) Put(_ context.Context, _ vault.Attachment, content io.Reader) error {
	n, err := io.Copy(io.Discard, content)
	d.read.Add(n)
	return err
}

// Settle implements vault.FileSink: nothing is kept.
func (d *drillSink) Settle(context.Context) error { return nil }

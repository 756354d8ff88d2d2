package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"zafe/app/fault"

	"github.com/klauspost/compress/zstd"
	"github.com/rclone/rclone/fs"
	"golang.org/x/sync/errgroup"
)

// FileReport sums up the attachments of a restore.
type FileReport struct {
	Restored, Already int
	Missing, Damaged  []Attachment
}

// RestoreFiles brings back the attachments of a restore point. One that is missing or damaged is
// reported and does not stop the others.
func (t *Tree) RestoreFiles(ctx context.Context, m Manifest, sink FileSink, watch Watch) (FileReport, error) {
	ctx = jobContext(ctx)
	db, err := t.list(ctx, dbDir(m.WriterID))
	if err != nil {
		return FileReport{}, err
	}
	all, err := t.attachments(ctx, db, m.Files)
	if err != nil {
		return FileReport{}, err
	}
	b := t.bringer(sink, watch)
	err = b.bring(ctx, all)
	return b.report, err
}

// BringFiles brings back attachments that the book names, whichever restore points have them: what a restore
// that was interrupted still lacks. One that is missing or damaged is reported and does not stop the others.
func (t *Tree) BringFiles(ctx context.Context, all []Attachment, sink FileSink, watch Watch,
) (FileReport, error) {
	ctx = jobContext(ctx)
	b := t.bringer(sink, watch)
	places, err := b.find(ctx, all)
	if err == nil {
		err = b.bring(ctx, places)
	}
	return b.report, err
}

// puts is how many attachments the sink takes at once.
const puts = 8

// settleEvery is how often what came is put in its place: so much is brought again when the program is killed.
const settleEvery = 5 * time.Second

// bringer brings attachments back from a vault.
type bringer struct {
	tree   *Tree
	sink   FileSink
	watch  Watch
	months map[string]listing
	zstd   *zstd.Decoder
	group  *errgroup.Group // of those that the sink takes
	memory sync.Pool       // of *memory

	mu       sync.Mutex // guards what follows
	progress Progress
	report   FileReport
}

// memory holds one attachment of a pack.
type memory struct{ frame, content []byte }

func (t *Tree) bringer(sink FileSink, watch Watch) *bringer {
	return &bringer{
		tree: t, sink: sink, watch: watch, months: map[string]listing{}, progress: Progress{Stage: StageFiles},
	}
}

// month lists the folder of a month, once.
func (b *bringer) month(ctx context.Context, month string) (listing, error) {
	l, ok := b.months[month]
	if ok {
		return l, nil
	}
	l, err := b.tree.list(ctx, monthDir(month))
	if err == nil {
		b.months[month] = l
	}
	return l, err
}

// find gives the places of attachments: a file of their own or, as far as the restore points tell, newest first, a
// pack. It reads no more of them than it needs. What is nowhere is given a file of its own, which is not there.
func (b *bringer) find(ctx context.Context, all []Attachment) (places []filed, err error) {
	var left []Attachment
	for _, a := range all {
		l, err := b.month(ctx, a.Month)
		if err != nil {
			return nil, err
		}
		if len(l.names[a.Hash]) == 0 {
			left = append(left, a)
			continue
		}
		places = append(places, filed{Attachment: a})
	}
	if len(left) == 0 {
		return places, nil
	}
	contents, err := b.tree.Read(ctx)
	if key := fault.KeyOf(err); key == "backup.no_vault" || key == "backup.vault_empty" {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	read := map[string]bool{} // lists, which points share
	for _, p := range contents.Points() {
		if len(left) == 0 {
			break
		}
		s, err := b.tree.recall(ctx, contents.listing(p.Writer), p)
		if isDamage(err) || fault.KeyOf(err) == "backup.vault_newer" || read[s.Files.SetSHA256] {
			continue
		}
		in := map[string]filed{}
		if err == nil {
			err = b.tree.packedOf(ctx, s.Manifest, in)
		}
		if err != nil {
			return nil, err
		}
		read[s.Files.SetSHA256] = true
		left = slices.DeleteFunc(left, func(a Attachment) bool {
			f, ok := in[a.Hash]
			if ok = ok && f.Month == a.Month && b.months[a.Month].has(b.tree, f.part()); ok {
				places = append(places, f)
			}
			return ok
		})
	}
	for _, a := range left {
		places = append(places, filed{Attachment: a})
	}
	return places, nil
}

// bring gives all of them to the sink, those of one pack together.
func (b *bringer) bring(ctx context.Context, all []filed) error {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(2*packBelow))
	if err != nil {
		return err
	}
	defer z.Close()
	b.zstd, b.progress.Of = z, len(all)
	for _, f := range all {
		b.progress.Total += f.Size
	}
	all = slices.SortedStableFunc(slices.Values(all), func(x, y filed) int {
		return cmp.Or(cmp.Compare(x.Pack, y.Pack), cmp.Compare(x.Offset, y.Offset))
	})
	whole := ctx
	b.group, ctx = errgroup.WithContext(ctx)
	b.group.SetLimit(puts + 1)
	done := make(chan struct{})
	b.group.Go(func() error { return b.settle(ctx, done) })
	for len(all) > 0 && err == nil {
		n := 1
		for all[0].Pack != "" && n < len(all) && all[n].Pack == all[0].Pack {
			n++
		}
		err = b.bringPlace(ctx, all[:n])
		all = all[n:]
	}
	close(done)
	err = cmp.Or(b.group.Wait(), err)
	return cmp.Or(err, b.sink.Settle(whole)) // what came before an error is put in its place as well
}

// settle puts what came in its place, every now and then, until done.
func (b *bringer) settle(ctx context.Context, done <-chan struct{}) error {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if err := b.sink.Settle(ctx); err != nil {
				return err
			}
		}
	}
}

// bringPlace gives what one stored file holds to the sink, but for what that has.
func (b *bringer) bringPlace(ctx context.Context, all []filed) error {
	var wanted []filed
	for _, f := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		has, err := b.sink.Has(ctx, f.Attachment)
		if err != nil {
			return err
		}
		if has {
			b.done(f, 0, &b.report.Already)
			continue
		}
		wanted = append(wanted, f)
	}
	if len(wanted) == 0 {
		return nil
	}
	l, err := b.month(ctx, wanted[0].Month)
	if err != nil {
		return err
	}
	if wanted[0].Pack != "" {
		return b.bringPack(ctx, l, wanted)
	}
	b.group.Go(func() error { return b.bringFile(ctx, l, wanted[0]) })
	return nil
}

// done counts one that is here, of which some bytes were told of before.
func (b *bringer) done(f filed, told int64, count *int) {
	b.mu.Lock()
	*count++
	b.mu.Unlock()
	comes(b.tell).whole(f.Attachment, told)
}

// tell tells of bytes that came, and attachments that are done with them.
func (b *bringer) tell(bytes int64, whole int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Objects += whole
	b.progress.Done += bytes
	b.watch.tell(b.progress)
}

// lose notes one that cannot be brought, of which some bytes were told of before: err says whether it is missing or
// damaged. Other errors are passed.
func (b *bringer) lose(f filed, told int64, err error) error {
	if !isDamage(err) {
		return err
	}
	b.mu.Lock()
	if fault.KeyOf(err) == "backup.object_missing" {
		b.report.Missing = append(b.report.Missing, f.Attachment)
	} else {
		b.report.Damaged = append(b.report.Damaged, f.Attachment)
	}
	b.mu.Unlock()
	comes(b.tell).whole(f.Attachment, told)
	return nil
}

// bringFile brings an attachment that has a file of its own.
func (b *bringer) bringFile(ctx context.Context, l listing, f filed) error {
	r, err := b.tree.openPart(ctx, l, f.part())
	if err != nil {
		return b.lose(f, 0, err)
	}
	watched := &drained{in: r}
	way := &steps{in: watched, tell: b.tell}
	err = b.sink.Put(ctx, f.Attachment, way)
	closeErr := r.Close()
	switch {
	case isDamage(watched.err):
		return b.lose(f, way.told, watched.err)
	case err != nil:
		return err
	case !errors.Is(watched.err, io.EOF):
		return fmt.Errorf("the sink kept attachment %s without reading it to its end", f.Hash)
	}
	b.done(f, way.told, &b.report.Restored)
	return closeErr
}

// bringPack brings attachments of one pack, in their order in it. What lies together is asked for once; one that is
// damaged does not stop the others.
func (b *bringer) bringPack(ctx context.Context, l listing, wanted []filed) error {
	o, err := b.tree.pick(ctx, l, wanted[0].part())
	for err == nil && len(wanted) > 0 {
		near := 1
		for near < len(wanted) && wanted[near].Offset-wanted[near-1].end() <= packGap {
			near++
		}
		var done int
		if done, err = b.bringRun(ctx, o, wanted[:near]); isDamage(err) {
			err = b.lose(wanted[done], 0, err)
			done++
		}
		wanted = wanted[done:]
	}
	for _, f := range wanted {
		if err := b.lose(f, 0, err); err != nil {
			return err
		}
	}
	return nil
}

// bringRun reads attachments that lie together and tells how many came before one that did not.
func (b *bringer) bringRun(ctx context.Context, o fs.Object, run []filed) (done int, err error) {
	at := run[0].Offset
	r, err := b.tree.openRange(ctx, o, at, run[len(run)-1].end()-at)
	if err != nil {
		return 0, damage(run[0].Hash, err)
	}
	defer func() { _ = r.Close() }()
	in := &drained{in: r}
	for i, f := range run {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		if _, err := io.CopyN(io.Discard, in, f.Offset-at); err != nil {
			return i, passed(damage(f.Hash, in.short(err))) // what is damaged is not wanted
		}
		at = f.end()
		m, _ := b.memory.Get().(*memory)
		if m == nil {
			m = new(memory)
		}
		m.frame = slices.Grow(m.frame[:0], int(f.Length))[:f.Length]
		if _, err := io.ReadFull(in, m.frame); err != nil {
			return i, damage(f.Hash, in.short(err))
		}
		b.group.Go(func() error {
			defer b.memory.Put(m)
			return b.put(ctx, f, m)
		})
	}
	return len(run), nil
}

// put gives an attachment whose frame was read to the sink.
func (b *bringer) put(ctx context.Context, f filed, m *memory) (err error) {
	m.content, err = b.zstd.DecodeAll(m.frame, m.content[:0])
	fits := func() bool { return sumHex(m.content) == f.Hash }
	_, proves := b.sink.(ProvingSink)
	if err != nil || int64(len(m.content)) != f.Size || !proves && !fits() {
		return b.lose(f, 0, damage(f.Hash, errors.Join(errDiffers, err)))
	}
	if err := b.sink.Put(ctx, f.Attachment, bytes.NewReader(m.content)); err != nil {
		if proves && !fits() {
			return b.lose(f, 0, damage(f.Hash, errors.Join(errDiffers, err)))
		}
		return err
	}
	b.done(f, 0, &b.report.Restored)
	return nil
}

// passed forgets that something is damaged.
func passed(err error) error {
	if isDamage(err) {
		return nil
	}
	return err
}

package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"zafe/app/fault"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/accounting"
	"github.com/rclone/rclone/fs/fserrors"
	"github.com/rclone/rclone/fs/object"
	"github.com/rclone/rclone/fs/operations"
	"golang.org/x/sync/errgroup"
)

// transfers is how many objects are sent at once.
const transfers = 4

// Sending says what one replication is told.
type Sending struct {
	// Known says that this copy was made before. If its marker has gone, that is an alarm
	// ("backup.vault_gone"), not a reason to start again silently.
	Known bool
	// LastSeq is the newest point that was there after the last replication, 0 if unknown.
	LastSeq uint64
	// Tried is the newest point that any replication began to send there, Saved the newest that the book
	// knows it made: a point beyond them was not made by the book as it is now. See Sent.Ahead.
	Tried, Saved uint64
	// Whole says that everything up to LastSeq was found there at the last look, not long ago: folders of
	// attachments that got no younger ones are not listed again.
	Whole bool
	// Mend is what a trial restore from there found damaged. It is read to its end, and what is not what was written is
	// sent again.
	Mend Mend
	// Found, unless nil, hears before anything leaves of what was there and has gone; its error ends the replication.
	Found func(Gone) error
	// BytesPerSecond is how fast it may be, Room how many bytes the copy may have; 0 for no limit. Where the copy
	// needs more, nothing is sent: "backup.dest_room".
	BytesPerSecond, Room int64
	// Most is how many bytes may leave this time, 0 for no limit. Where more lacks, attachments wait, the largest first,
	// and the points go without them: see Sent.Waits. Where the points alone are more, nothing leaves:
	// "backup.line_waits".
	Most int64
	// Now is what the clock of this PC says; what others date after it is not believed. The zero time believes all.
	Now   time.Time
	Watch Watch
}

// Sent is the result of a replication.
type Sent struct {
	Objects int   // sent this time
	Bytes   int64 // sent this time
	Check   CheckReport
	// Lost lists objects that neither the copy nor the local vault has any more. The restore points
	// that need them are not sent; the others are.
	Lost []string
	// RolledBack says that the newest points once sent had gone from the copy: somebody put an older
	// state back. They were sent again.
	RolledBack bool
	// Rivals are other installations that go on with the same book.
	Rivals []Rival
	// Ahead is a point of this installation that it did not make, as far as the book and the local vault
	// know; nil when there is none. Both were put back as they once were, or the PC was copied: the numbers
	// of the next points are taken. Nothing is sent, and the error is "backup.put_back".
	Ahead *Point
	// Gone is what was there after the last replication and was not any more; it was sent again.
	Gone Gone
	// Mended counts the objects whose content was damaged there and was sent again.
	Mended int
	// Stuck counts the files of attachments that are damaged there and that the place lets nobody write over: attachments
	// have no other name.
	Stuck int
	// Anew says that something damaged or missing there is damaged or missing on this PC as well, or that the place lets
	// nobody write over what is damaged of the book: the next restore point stores it again under another name.
	Anew bool
	// Waits is how many bytes of attachments did not leave because of Sending.Most. The points that name them are there:
	// a restore of one brings the book back and reports those attachments missing.
	Waits int64
}

// Replicate makes f a byte-for-byte copy of the local vault's own restore points: data first,
// manifests last, then a comparison. Cut at any moment, the next call goes on object by object; the
// points already there stay restorable. Other installations' folders are never touched.
func (v *Vault) Replicate(ctx context.Context, f fs.Fs, s Sending) (Sent, error) {
	ctx, cancel := context.WithCancel(jobContext(ctx))
	defer cancel()
	to := NewTree(f, v.set.Key)
	if err := v.claim(ctx, to, s.Known); err != nil {
		return Sent{}, err
	}
	points := v.own()
	if len(points) == 0 {
		return Sent{}, nil
	}
	want, err := v.wanted(ctx, points, s)
	if err == nil {
		err = v.roomFor(want, s.Room)
	}
	if err != nil {
		return Sent{}, err
	}
	job, err := v.compared(ctx, to, points, want, s)
	if err != nil {
		return Sent{Ahead: job.ahead}, err
	}
	sent := Sent{
		Lost: slices.Sorted(maps.Keys(job.lost)), RolledBack: job.newest < s.LastSeq, Gone: job.gone, Anew: job.anew,
	}
	if s.Found != nil && sent.Gone.Any() {
		if err := s.Found(sent.Gone); err != nil {
			return sent, err
		}
	}
	if err := job.spare(s.Most); err != nil {
		return sent, err
	}
	if job.sends > job.had {
		to.renewReadme(ctx)
	}
	err = job.send(ctx)
	sent.Objects, sent.Bytes, sent.Waits = job.sent, job.sentBytes, job.waits
	if err != nil {
		return sent, err
	}
	sent.Mended, sent.Stuck, sent.Anew = job.mends, job.stuck, job.anew
	s.Watch.tell(Progress{Stage: StageCheck})
	sent.Check, err = v.check(ctx, to, points, want, job.same)
	if err == nil {
		sent.Rivals, err = v.rivals(ctx, to, s.Now)
	}
	return sent, err
}

// NewestAt is the stored manifest of the newest point of this installation on a copy; nil when it is not there.
func (v *Vault) NewestAt(ctx context.Context, copied *Tree) (fs.Object, error) {
	points := v.own()
	if len(points) == 0 {
		return nil, nil
	}
	there, err := copied.list(jobContext(ctx), manifestDir(v.set.WriterID))
	if err != nil {
		return nil, err
	}
	for _, o := range there.names[points[len(points)-1].Point().name()] {
		return o, nil
	}
	return nil, nil
}

// roomFor refuses a copy that needs more bytes than it may have.
func (v *Vault) roomFor(want []group, room int64) error {
	need := int64(0)
	for _, g := range want {
		for _, p := range g.parts {
			need += v.set.Key.storedSize(p.Bytes)
		}
	}
	if room > 0 && need > room {
		return fault.New(fault.Conflict, "backup.dest_room", "need", need, "room", room)
	}
	return nil
}

// Ours tells whether a copy is still there and of this vault: "backup.vault_gone", "backup.other_vault". Where a
// network answers in the place's stead, what it answers says nothing about the copy.
func (v *Vault) Ours(ctx context.Context, copied *Tree) error {
	switch id, err := copied.marker(ctx); {
	case err != nil:
		return err
	case id == "":
		return faultEmptied
	case id != v.set.ID:
		return faultOtherVault
	}
	return nil
}

// claim checks that the place is ours, or makes it so if nothing is there.
func (v *Vault) claim(ctx context.Context, to *Tree, known bool) error {
	id, err := to.marker(ctx)
	if err != nil {
		return err
	}
	if id == v.set.ID {
		return nil
	}
	if id != "" {
		return faultOtherVault
	}
	if known {
		return faultEmptied
	}
	if err := to.fs.Mkdir(ctx, to.root); err != nil {
		return err
	}
	if err := to.putRaw(ctx, readmeName, readmeText); err != nil {
		return err
	}
	return to.putRaw(ctx, markerName, markerText(v.set.ID))
}

// renewReadme lets the README tell of the formats that points have had since. A place may refuse to write over what it
// has: the copies are as good under the old one, and every program that can read them knows how.
func (t *Tree) renewReadme(ctx context.Context) {
	if was, err := t.raw(ctx, readmeName, int64(len(readmeText))+1); err == nil && !bytes.Equal(was, readmeText) {
		_ = t.putRaw(ctx, readmeName, readmeText)
	}
}

// putRaw writes a small clear file, over the one that is there.
func (t *Tree) putRaw(ctx context.Context, name string, data []byte) error {
	now := time.Now() //nolint:forbidigo // nobody reads the date of this file
	info := object.NewStaticObjectInfo(t.at(name), now, int64(len(data)), true, nil, t.fs)
	o, err := t.fs.NewObject(ctx, t.at(name))
	if err == nil {
		return o.Update(ctx, bytes.NewReader(data), info)
	}
	_, err = t.fs.Put(ctx, bytes.NewReader(data), info)
	return err
}

// compared finds what a copy lacks. Where something has gone that was there, no part of it is taken for looked at.
func (v *Vault) compared(ctx context.Context, to *Tree, points []stored, want []group, s Sending) (*copyJob, error) {
	for {
		job := &copyJob{
			vault: v, from: v.tree, to: to, told: s, points: points, lost: map[string]bool{}, same: map[string]listing{},
		}
		if err := job.glance(ctx, want); err != nil {
			return job, err
		}
		err := job.compare(ctx, want)
		passedOver := slices.ContainsFunc(want, func(g group) bool { return g.old })
		if err != nil || !passedOver || !job.gone.Any() {
			return job, err
		}
		for i := range want {
			want[i].old = false
		}
	}
}

// copyJob is one replication under way.
type copyJob struct {
	vault    *Vault
	from, to *Tree
	told     Sending
	points   []stored
	lost     map[string]bool
	data     []transfer         // in any order
	last     []transfer         // manifests, oldest first
	newest   uint64             // newest own point that was there beforehand
	ahead    *Point             // see Sent
	had      int                // the highest format of the points that were there: its README tells of it
	sends    int                // and of those to be sent
	same     map[string]listing // folders of the copy to which nothing is sent
	waits    int64              // see Sent
	gone     Gone               // likewise
	anew     bool               // likewise
	mends    int                // see Sent.Mended
	stuck    int                // likewise

	mu        sync.Mutex
	sent      int
	sentBytes int64
}

// transfer is one object to send. old is what lies there under the same name with a wrong size.
type transfer struct {
	src fs.Object
	old fs.Object
	at  string

	attached bool // of attachments
	mends    bool // old is damaged
}

// compare finds what the copy lacks. A copy that is ahead ends it with "backup.put_back".
func (j *copyJob) compare(ctx context.Context, want []group) error {
	for i, g := range want {
		if j.told.Watch.tell(Progress{Stage: StageCompare, Objects: i, Of: len(want)}); g.old {
			continue
		}
		here, err := j.from.list(ctx, g.dir)
		if err != nil {
			return err
		}
		there, err := j.to.list(ctx, g.dir)
		if err != nil {
			return err
		}
		if g.last {
			points := there.points(j.points[0].WriterID)
			for _, p := range points {
				j.newest = max(j.newest, p.Seq)
			}
			if j.ahead = ahead(here, points, j.told); j.ahead != nil {
				return faultPutBack(*j.ahead)
			}
		}
		hurt, err := j.damaged(ctx, g, there)
		if err == nil {
			err = j.distrust(ctx, g, here, there, hurt)
		}
		if err != nil {
			return err
		}
		j.sort(g, here, there, hurt)
	}
	return nil
}

// sort finds what the copy lacks of one folder: what is not there, and what is hurt.
func (j *copyJob) sort(g group, here, there listing, hurt map[string]bool) {
	before := len(j.data) + len(j.last)
	for i, p := range g.parts {
		if there.has(j.to, p.Part) && !hurt[p.Name] {
			if g.last {
				j.had = max(j.had, j.points[i].Format)
			}
			continue
		}
		if g.last && j.lacking(j.points[i].Manifest) && !hurt[p.Name] {
			continue
		}
		if !here.has(j.from, p.Part) || j.lost[p.Name] {
			j.lost[p.Name] = true
			j.anew = j.anew || hurt[p.Name] || p.seq <= j.told.LastSeq && j.told.Mend != ""
			continue
		}
		if hurt[p.Name] {
			j.mends++
		} else if p.seq <= j.told.LastSeq {
			j.gone.add(g, *p)
		}
		t := transfer{src: here.names[p.Name][0], attached: g.attached, mends: hurt[p.Name]}
		t.at = j.to.at(path.Join(g.dir, leaf(t.src)))
		if old := there.names[p.Name]; len(old) > 0 {
			t.old = old[0]
		}
		if g.last {
			j.last = append(j.last, t)
			j.sends = max(j.sends, j.points[i].Format)
		} else {
			j.data = append(j.data, t)
		}
	}
	if len(j.data)+len(j.last) == before {
		j.same[g.dir] = there
	}
}

// ahead finds the newest own point of a copy that the book as it is now did not make: one with a number that
// the local vault gave to another, or beyond every number that was used or sent.
func ahead(here listing, there []Point, s Sending) *Point {
	newest, taken := s.Saved, map[uint64]bool{}
	for name := range here.names {
		if p, ok := parsePoint(name); ok {
			taken[p.Seq] = true
			newest = max(newest, p.Seq)
		}
	}
	for _, p := range slices.Backward(there) {
		if len(here.names[p.name()]) > 0 {
			continue // the same point
		}
		if taken[p.Seq] || p.Seq > newest || s.LastSeq > 0 && p.Seq > max(s.LastSeq, s.Tried) {
			return &p
		}
	}
	return nil
}

// lacking says whether a restore point needs a database object that is lost.
func (j *copyJob) lacking(m Manifest) bool {
	for _, o := range m.objects() {
		for _, p := range o.stored() {
			if j.lost[p.Name] {
				return true
			}
		}
	}
	return false
}

// spare lets attachments wait, the largest first, until what is left may leave.
func (j *copyJob) spare(most int64) error {
	total := int64(0)
	for _, t := range slices.Concat(j.data, j.last) {
		total += t.src.Size()
	}
	if most == 0 || total <= most {
		return nil
	}
	slices.SortFunc(j.data, func(a, b transfer) int { return cmp.Compare(b.src.Size(), a.src.Size()) })
	j.data = slices.DeleteFunc(j.data, func(t transfer) bool {
		if !t.attached || total <= most {
			return false
		}
		total -= t.src.Size()
		j.waits += t.src.Size()
		return true
	})
	if total > most {
		return faultWaits
	}
	return nil
}

// send sends the data in parallel, then the manifests one by one.
func (j *copyJob) send(ctx context.Context) error {
	name := "zafe-" + j.to.fs.Name()
	ctx = accounting.WithStatsGroup(ctx, name)
	stats := accounting.StatsGroup(ctx, name)
	stats.ResetCounters()
	stop := j.report(stats)
	defer stop()
	_ = j.to.fs.Hashes() // some backends find out at the first call, without a lock
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(transfers)
	if rate := fs.SizeSuffix(j.told.BytesPerSecond); rate > 0 {
		// rclone limits the whole program or one object: one at a time.
		group.SetLimit(1)
		fs.GetConfig(ctx).BwLimitFile = fs.BwTimetable{{Bandwidth: fs.BwPair{Tx: rate, Rx: rate}}}
	}
	for _, t := range j.data {
		group.Go(func() error { return j.sendOne(inner, t) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, t := range j.last {
		if err := j.sendOne(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (j *copyJob) sendOne(ctx context.Context, t transfer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := operations.Copy(ctx, j.to.fs, t.old, t.at, t.src)
	if errors.Is(err, fs.ErrorObjectNotFound) && t.old != nil {
		_, err = operations.Copy(ctx, j.to.fs, nil, t.at, t.src)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && t.mends && ctx.Err() == nil && !fserrors.ShouldRetry(err) {
		j.mends-- // a place that keeps what it was given: that this stays damaged holds back nothing else
		if t.attached {
			j.stuck++
		} else {
			j.anew = true
		}
		return nil
	}
	if err != nil {
		return err
	}
	j.sent++
	j.sentBytes += t.src.Size()
	return nil
}

// report tells the watcher twice a second how many bytes went out, until stop is called.
func (j *copyJob) report(stats *accounting.StatsInfo) (stop func()) {
	total := int64(0)
	for _, list := range [][]transfer{j.data, j.last} {
		for _, t := range list {
			total += t.src.Size()
		}
	}
	tell := func() {
		j.mu.Lock()
		p := Progress{
			Stage: StageSend, Done: min(stats.GetBytes(), total), Total: total,
			Objects: j.sent, Of: len(j.data) + len(j.last),
		}
		j.mu.Unlock()
		j.told.Watch.tell(p)
	}
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				tell()
			case <-done:
				tell()
				return
			}
		}
	}()
	return func() { close(done); <-finished }
}

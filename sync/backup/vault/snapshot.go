package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"zafe/app/audit"
)

// Run says what one backup is told besides the data.
type Run struct {
	Now          time.Time
	NextExpected time.Time         // when the following backup is promised; zero if unknown
	Drill        *Drill            // last complete trial restore, nil if never
	RestoredFrom *Origin           // set once a book was restored, nil otherwise
	Checkpoint   *audit.Checkpoint // see Manifest; nil when the book has none
	Ended        map[string]uint64 // see Manifest
	After        uint64            // the newest number that the book knows was used, whatever the vault holds
	Full         bool              // a full image, however young the last one is
	Watch        Watch
}

// Taken is the result of a backup into the local vault.
type Taken struct {
	Manifest Manifest
	// Damaged lists attachments whose content in the store no longer has its hash, or cannot be
	// read. They are not in this restore point; everything else is.
	Damaged []Attachment
}

// Snapshot makes a restore point in the local vault: attachments, the book, late attachments, the list, then
// the manifest. Killed at any moment it leaves the older points untouched and nothing half-made.
func (v *Vault) Snapshot(ctx context.Context, src Source, files Files, run Run) (Taken, error) {
	packed, err := v.packedNow(ctx)
	if err != nil {
		return Taken{}, err
	}
	if _, _, err := v.storeAttachments(ctx, files, packed, run.Watch); err != nil {
		return Taken{}, err
	}
	seq, err := v.nextSeq(ctx, run.After)
	if err != nil {
		return Taken{}, err
	}
	db, err := v.folder(dbDir(v.set.WriterID))
	if err != nil {
		return Taken{}, err
	}
	before, err := src.Checks(ctx)
	if err != nil {
		return Taken{}, err
	}
	head, err := src.Head()
	if err != nil {
		return Taken{}, err
	}
	m := Manifest{
		SealHead: head,
		Format:   plainFormat, VaultID: v.set.ID, WriterID: v.set.WriterID,
		WriterName: v.set.WriterName, Seq: seq, Created: run.Now.UTC().Truncate(time.Second),
		AppVersion: v.set.AppVersion, Schema: v.set.Schema, Checks: before,
		NextExpected: run.NextExpected, Drill: run.Drill, RestoredFrom: run.RestoredFrom,
		Checkpoint: run.Checkpoint, Ended: run.Ended,
	}
	if err := v.storeBook(ctx, src, db, &m, run); err != nil {
		return Taken{}, err
	}
	after, err := src.Checks(ctx)
	if err != nil {
		return Taken{}, err
	}
	if after != before {
		m.ChecksAfter = &after
	}
	// What was attached while the book was read may be in it, and is caught up with.
	kept, damaged, err := v.storeAttachments(ctx, files, packed, run.Watch)
	if err != nil {
		return Taken{}, err
	}
	if m.Files, err = v.storeList(ctx, db, seq, kept); err != nil {
		return Taken{}, err
	}
	if slices.ContainsFunc(kept, func(f filed) bool { return f.Pack != "" }) {
		m.Format = packsFormat
	}
	if m.DBSHA256 == "" {
		m.Format = partlyFormat
	}
	if m.Format > plainFormat { // the one that an older program wrote does not tell of that
		if err := writeFile(filepath.Join(v.set.Dir, readmeName), bytes.NewReader(readmeText)); err != nil {
			return Taken{}, err
		}
	}
	if err := v.commit(m); err != nil {
		return Taken{}, err
	}
	m, _ = v.Latest()
	return Taken{Manifest: m, Damaged: damaged}, nil
}

// nextSeq gives a number no object of this writer ever had: names are never used twice, because a
// destination compares by name and size. The vault alone does not know: it may have been put back, or made
// anew.
func (v *Vault) nextSeq(ctx context.Context, last uint64) (uint64, error) {
	for _, dir := range []string{dbDir(v.set.WriterID), manifestDir(v.set.WriterID)} {
		l, err := v.tree.list(ctx, dir)
		if err != nil {
			return 0, err
		}
		for name := range l.names {
			if seq, ok := objectSeq(name); ok {
				last = max(last, seq)
			}
			if p, ok := parsePoint(name); ok {
				last = max(last, p.Seq)
			}
		}
	}
	return last + 1, nil
}

// storeBook writes the difference against the newest full image, or a new full image.
func (v *Vault) storeBook(ctx context.Context, src Source, db folder, m *Manifest, run Run) error {
	prev, b := v.usableBase(ctx, run.Now)
	if b != nil && !run.Full {
		w := newObjectWriter(db, diffName(m.Seq))
		img, err := v.storeImage(ctx, src, w, b, run.Watch)
		if err == nil {
			img.into(m)
			m.Full, m.FullCreated, m.FullPages, m.Hashes = prev.Full, prev.FullCreated, prev.FullPages, prev.Hashes
			m.Diff = &img.object
			v.keepMarks(*m, img)
			return nil
		}
		w.abort()
		if !errors.Is(err, errDiffTooBig) {
			return err
		}
	}
	return v.storeFull(ctx, src, db, m, run)
}

// into says of what a point brings back how large it is, and what proves it.
func (i image) into(m *Manifest) {
	m.PageSize, m.Pages, m.DBSHA256 = i.pageSize, i.pages, i.sha256
	if i.sha256 == "" {
		m.PagesSHA256 = sumHex(i.hashes)
	}
}

func (v *Vault) storeFull(ctx context.Context, src Source, db folder, m *Manifest, run Run) error {
	w := newObjectWriter(db, fullName(m.Seq))
	img, err := v.storeImage(ctx, src, w, nil, run.Watch)
	if err != nil {
		w.abort()
		return err
	}
	hashes, err := db.put(hashesName(m.Seq), bytes.NewReader(img.hashes))
	if err != nil {
		return err
	}
	img.into(m)
	m.Full, m.FullCreated, m.FullPages = img.object, m.Created, img.pages
	m.Hashes = Object{Name: hashes.Name, Bytes: hashes.Bytes, SHA256: hashes.SHA256}
	v.keepMarks(*m, img)
	return nil
}

// partLimit says in parts of how many bytes an image of that size is stored; 0 means in one file.
func (v *Vault) partLimit(size int64) int64 {
	if size <= v.set.PartBytes {
		return 0
	}
	return v.set.PartBytes
}

// usableBase gives the newest full image if a difference against it is allowed: not older than 30
// days, of the same month (so that the points kept for a year stand alone), complete and readable.
func (v *Vault) usableBase(ctx context.Context, now time.Time) (Manifest, *base) {
	prev, ok := v.Latest()
	if !ok {
		return Manifest{}, nil
	}
	age := now.Sub(prev.FullCreated)
	local := prev.FullCreated.In(now.Location())
	if age < 0 || age > 30*24*time.Hour || local.Month() != now.Month() || local.Year() != now.Year() {
		return Manifest{}, nil
	}
	l, err := v.tree.list(ctx, dbDir(v.set.WriterID))
	if err != nil || slices.ContainsFunc(prev.Full.stored(), func(p Part) bool { return !l.has(v.tree, p) }) {
		return Manifest{}, nil
	}
	r := v.tree.openObject(ctx, l, prev.Hashes)
	defer func() { _ = r.Close() }()
	hashes, err := io.ReadAll(r)
	if err != nil || len(hashes) != int(prev.FullPages)*pageHashSize {
		return Manifest{}, nil
	}
	return prev, &base{
		pageSize: prev.PageSize, pages: prev.FullPages, hashes: hashes,
		limit: prev.Full.Bytes / 2, unchanged: v.loadMarks(prev.Full, now),
	}
}

// storeAttachments copies the attachments the vault does not have yet. packed says which lie in packs, and is told
// which are put in some.
func (v *Vault) storeAttachments(ctx context.Context, files Files, packed map[string]filed, watch Watch,
) (kept []filed, damaged []Attachment, err error) {
	all, err := files.Attachments(ctx)
	if err != nil {
		return nil, nil, err
	}
	months := map[string][]Attachment{}
	for _, a := range all {
		if err := wellNamed(a); err != nil {
			return nil, nil, err
		}
		months[a.Month] = append(months[a.Month], a)
	}
	progress := Progress{Stage: StageAttachments, Of: len(all)}
	for _, a := range all {
		progress.Total += a.Size
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		in, broken, err := v.storeMonth(ctx, files, months[month], packed, func(bytes int64, whole int) {
			progress.Objects += whole
			progress.Done += bytes
			watch.tell(progress)
		})
		if err != nil {
			return nil, nil, err
		}
		kept, damaged = append(kept, in...), append(damaged, broken...)
	}
	return kept, damaged, nil
}

// comes hears of so many bytes more that are done, and of the attachments that are whole with them.
type comes func(bytes int64, whole int)

// whole tells of an attachment of which some bytes were told of before.
func (c comes) whole(a Attachment, told int64) { c(a.Size-told, 1) }

// stepBytes is how many bytes of one attachment are told of at a time.
const stepBytes = 1 << 20

// steps tells of what is read through it.
type steps struct {
	in   io.Reader
	tell comes
	read int64
	told int64
}

func (s *steps) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if s.read += int64(n); s.read-s.told >= stepBytes {
		s.tell(s.read-s.told, 0)
		s.told = s.read
	}
	return n, err
}

// storeMonth copies those of one month. Many small ones that are new go into packs.
func (v *Vault) storeMonth(ctx context.Context, files Files, all []Attachment, packed map[string]filed,
	tell comes,
) (kept []filed, damaged []Attachment, err error) {
	l, err := v.tree.list(ctx, monthDir(all[0].Month))
	if err != nil {
		return nil, nil, err
	}
	var small, alone []Attachment
	for _, a := range all {
		f, ok := packed[a.Hash]
		switch {
		case l.has(v.tree, partOf(a)):
			f = filed{Attachment: a}
		case ok && f.Attachment == a && l.has(v.tree, f.part()):
		case a.Size < packBelow:
			small = append(small, a)
			continue
		default:
			alone = append(alone, a)
			continue
		}
		kept = append(kept, f)
		tell.whole(a, 0)
	}
	if len(small) < packFrom {
		alone, small = append(alone, small...), nil
	}
	stored, broken, err := v.storePacks(ctx, files, l, small, tell)
	if err != nil {
		return nil, nil, err
	}
	kept, damaged = append(kept, stored...), append(damaged, broken...)
	for _, f := range stored {
		packed[f.Hash] = f
	}
	for _, a := range alone {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		told, broken, err := v.storeAttachment(ctx, files, a, tell)
		if err != nil {
			return nil, nil, err
		}
		if broken {
			damaged = append(damaged, a)
			continue
		}
		kept = append(kept, filed{Attachment: a})
		tell.whole(a, told)
	}
	return kept, damaged, nil
}

// storeAttachment copies one. The content of a damaged one is refused (broken) without stopping the
// backup; only an error of the vault's own disk stops it. Of a large one, tell hears on the way (told).
func (v *Vault) storeAttachment(ctx context.Context, files Files, a Attachment, tell comes,
) (told int64, broken bool, err error) {
	dir, err := v.folder(monthDir(a.Month))
	if err != nil {
		return 0, false, err
	}
	r, err := files.Open(ctx, a.Hash)
	if err != nil {
		return 0, true, ctx.Err()
	}
	source := &checked{in: r, part: partOf(a), sum: newSum()}
	defer func() { _ = source.Close() }()
	watched := &failing{in: source}
	way := &steps{in: watched, tell: tell}
	if _, err = dir.put(a.Hash, way); err == nil {
		return way.told, false, nil
	}
	if watched.failed {
		return way.told, true, ctx.Err()
	}
	return way.told, false, err
}

// failing remembers whether the error came from the reading side.
type failing struct {
	in     io.Reader
	failed bool
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.in.Read(p)
	if err != nil && err != io.EOF {
		f.failed = true
	}
	return n, err
}

// storeList writes the list of attachments, or refers to the previous one if the set is the same.
func (v *Vault) storeList(ctx context.Context, db folder, seq uint64, all []filed) (FileSet, error) {
	if len(all) == 0 {
		return FileSet{}, nil
	}
	list := formatList(all)
	set := FileSet{SetSHA256: sumHex(list), Count: bytes.Count(list, []byte{'\n'})}
	seen := map[string]bool{}
	for _, a := range all {
		if !seen[a.Hash] {
			seen[a.Hash] = true
			set.Bytes += a.Size
		}
	}
	if prev, ok := v.Latest(); ok && prev.Files.SetSHA256 == set.SetSHA256 {
		l, err := v.tree.list(ctx, dbDir(v.set.WriterID))
		if err != nil {
			return FileSet{}, err
		}
		if l.has(v.tree, prev.Files.List.stored()[0]) { // a list is never stored in parts
			return prev.Files, nil
		}
	}
	part, err := db.put(listName(seq), bytes.NewReader(list))
	if err != nil {
		return FileSet{}, err
	}
	set.List = &Object{Name: part.Name, Bytes: part.Bytes, SHA256: part.SHA256}
	return set, nil
}

// commit writes the manifest: from now on the restore point exists.
func (v *Vault) commit(m Manifest) error {
	points := v.own()
	for _, old := range points[max(0, len(points)-historyMax):] {
		m.History = append(m.History, Link{Seq: old.Seq, SHA256: old.sha256})
		m.PrevSHA256 = old.sha256
	}
	data, err := m.encode()
	if err != nil {
		return err
	}
	dir, err := v.folder(manifestDir(v.set.WriterID))
	if err != nil {
		return err
	}
	if _, err := dir.put(m.Point().name(), bytes.NewReader(data)); err != nil {
		return err
	}
	made := stored{Manifest: m, sha256: sumHex(data)}
	v.set.Known.put(m.Point().name(), v.set.Key.storedSize(int64(len(data))), made)
	v.setOwn(append(slices.Clip(points), made))
	return nil
}

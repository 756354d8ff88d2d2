package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rclone/rclone/fs"
)

// addNoise puts in n attachments of a size that do not compress.
func (d *drawer) addNoise(month string, n, size int) (added []Attachment) {
	r := rand.New(rand.NewPCG(uint64(len(d.all)), uint64(size)))
	data := make([]byte, size)
	for range n {
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		added = append(added, d.add(month, string(data)))
	}
	return added
}

// inMonth tells how many packs and how many files of their own lie in a month's folder.
func inMonth(t testing.TB, tree *Tree, month string) (packs, files int) {
	t.Helper()
	l, err := tree.list(t.Context(), monthDir(month))
	if err != nil {
		t.Fatal(err)
	}
	for name := range l.names {
		if packPattern.MatchString(name) {
			packs++
		} else {
			files++
		}
	}
	return packs, files
}

// wantFiles restores the attachments of a point and compares them.
func wantFiles(t testing.TB, tree *Tree, m Manifest, d *drawer, want []Attachment) {
	t.Helper()
	s := &shelf{files: map[string][]byte{}}
	report, err := tree.RestoreFiles(t.Context(), m, s, nil)
	if err != nil || report.Restored != len(want) || s.settled != len(want) {
		t.Fatalf("%d of %d attachments, %+v %v", s.settled, len(want), report, err)
	}
	for _, a := range want {
		if !bytes.Equal(s.files[a.Hash], d.content[a.Hash]) {
			t.Errorf("attachment %s differs", a.Hash)
		}
	}
}

// TestManySmallAttachmentsLieInPacks: how they lie, that they come back, and that what came before stays as it is.
func TestManySmallAttachmentsLieInPacks(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	lie := func(month string, packs, files int) {
		t.Helper()
		if p, f := inMonth(t, v.Tree(), month); p != packs || f != files {
			t.Errorf("%s: %d packs and %d files, want %d and %d", month, p, f, packs, files)
		}
	}
	d.addNoise("2026-10", packFrom-1, 500)
	if m := take(t, v, b, d, testNow); m.Format != plainFormat {
		t.Errorf("a point without packs is of format %d: older programs do not read it", m.Format)
	}
	lie("2026-10", 0, packFrom-1)
	dir, f := place(t)
	if _, err := v.Replicate(ctx, f, Sending{}); err != nil {
		t.Fatal(err)
	}
	readmes := []string{filepath.Join(v.set.Dir, readmeName), filepath.Join(dir, readmeName)}
	for _, path := range readmes {
		write(t, path, []byte("as an older program wrote it"))
	}
	d.add("2026-11", strings.Repeat("a large plan ", packBelow/10))
	d.addNoise("2026-11", packFrom, 500)
	d.add("2026-11", "") // nothing at all is a content as well
	m := take(t, v, b, d, testNow.Add(time.Hour))
	if lie("2026-11", 1, 1); m.Format != packsFormat || m.Files.Count != len(d.all) {
		t.Errorf("format %d, %d attachments", m.Format, m.Files.Count)
	}
	wantFiles(t, v.Tree(), m, d, d.all)
	v = reopenAs(t, v, v.set.WriterID)
	again := take(t, v, b, d, testNow.Add(2*time.Hour))
	if again.Files.List.Name != m.Files.List.Name || again.Format != packsFormat {
		t.Errorf("the same attachments make another list: %+v", again.Files)
	}
	d.addNoise("2026-11", 2, 600)
	take(t, v, b, d, testNow.Add(3*time.Hour))
	lie("2026-11", 1, 3)
	d.addNoise("2026-11", packFrom, 700)
	last := take(t, v, b, d, testNow.Add(4*time.Hour))
	lie("2026-11", 2, 3)

	sent, err := v.Replicate(ctx, f, Sending{})
	for _, path := range readmes {
		if data, _ := os.ReadFile(path); !bytes.Equal(data, readmeText) {
			t.Errorf("%s does not tell of packs", path)
		}
	}
	if err != nil || !sent.Check.Complete() || !sent.Check.Newest {
		t.Fatalf("%+v %v", sent, err)
	}
	wantFiles(t, v.At(f), last, d, d.all)
	wantFiles(t, v.At(f), m, d, d.all[:m.Files.Count])
	if sent, err = v.Replicate(ctx, f, Sending{}); err != nil || sent.Objects != 0 {
		t.Errorf("sent again: %+v %v", sent, err)
	}
	// Another PC that takes the vault over finds what lies in the packs.
	other := reopenAs(t, v, "pc2-00000002")
	before, _ := inMonth(t, v.Tree(), "2026-11")
	m = take(t, other, b, d, testNow.Add(5*time.Hour))
	if lie("2026-11", before, 3); m.Files.SetSHA256 != last.Files.SetSHA256 {
		t.Error("another PC stores the attachments again")
	}
}

// reopenAs closes a vault and opens it as that of a writer.
func reopenAs(t testing.TB, v *Vault, writer string) *Vault {
	t.Helper()
	set := v.set
	set.WriterID = writer
	_ = v.Close()
	return reopen(t, set)
}

// TestPacksAreBounded: what does not fit begins another, and the same attachments make the same packs elsewhere.
func TestPacksAreBounded(t *testing.T) {
	b, d := newBook(t, 50), newDrawer()
	d.addNoise("2026-11", 20, packBelow-1)
	var packs [2][]string
	for i := range packs {
		v := newVault(t)
		m := take(t, v, b, d, testNow)
		wantFiles(t, v.Tree(), m, d, d.all)
		s := &shelf{files: map[string][]byte{}} // of what lies far apart, each is asked for
		report, err := v.Tree().BringFiles(t.Context(), []Attachment{d.all[0], d.all[9], d.all[19]}, s, nil)
		if err != nil || report.Restored != 3 {
			t.Errorf("%+v %v", report, err)
		}
		l, err := v.Tree().list(t.Context(), monthDir("2026-11"))
		if err != nil {
			t.Fatal(err)
		}
		for name := range l.names {
			if packs[i] = append(packs[i], name); (filed{Pack: name}).part().Bytes > packBytes {
				t.Errorf("%s is too large", name)
			}
		}
		slices.Sort(packs[i])
		slices.Reverse(d.all)
	}
	if len(packs[0]) != 2 || !slices.Equal(packs[0], packs[1]) {
		t.Errorf("packs %v and %v", packs[0], packs[1])
	}
}

// TestDamagedPacks: what lies in a damaged block is told, all else of the pack comes back.
func TestDamagedPacks(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	d.addNoise("2026-11", 12, 50_000)
	m := take(t, v, b, d, testNow)
	places, err := v.Tree().attachments(t.Context(), contentsOf(t, v, dbDir(v.set.WriterID)), m.Files)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(v.set.Dir, monthDir("2026-11"), v.set.Key.seal(places[0].Pack))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const head, block, sealed = 32, 64 << 10, 64<<10 + 16
	for _, at := range []int{head + 20, head + 3*sealed + 500, head + 6*sealed + 7, len(whole) - 1} {
		write(t, path, flip(slices.Clone(whole), at))
		from := int64((at - head) / sealed * block)
		for _, every := range []int{1, 2, 5} { // of what is between, nothing is wanted
			s := &shelf{files: map[string][]byte{}}
			touched, wanted := 0, 0
			for i, f := range places {
				if i%every > 0 {
					s.files[f.Hash] = nil
					continue
				}
				if wanted++; f.Offset < from+block && f.end() > from {
					touched++
				}
			}
			report, err := v.Tree().RestoreFiles(t.Context(), m, s, nil)
			if err != nil || len(report.Damaged) != touched || report.Restored != wanted-touched {
				t.Errorf("byte %d, one of %d wanted: %+v %v, %d touched", at, every, report, err, touched)
			}
		}
	}
	write(t, path, whole[:len(whole)-1])
	s := &shelf{files: map[string][]byte{}}
	if report, err := v.Tree().RestoreFiles(t.Context(), m, s, nil); err != nil || len(report.Damaged) != 12 {
		t.Errorf("cut: %+v %v", report, err)
	}
	_ = os.Remove(path)
	if report, err := v.Tree().RestoreFiles(t.Context(), m, s, nil); err != nil || len(report.Missing) != 12 {
		t.Errorf("gone: %+v %v", report, err)
	}
	again := take(t, v, b, d, testNow.Add(time.Hour)) // and stored anew
	wantFiles(t, v.Tree(), again, d, d.all)
}

func contentsOf(t testing.TB, v *Vault, dir string) listing {
	t.Helper()
	l, err := v.Tree().list(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestBringFilesOutOfPacks: what a book still lacks is found in packs without being told in which, also what only an
// older point knows of.
func TestBringFilesOutOfPacks(t *testing.T) {
	ctx := context.Background()
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	d.addNoise("2026-10", 12, 900)
	take(t, v, b, d, testNow)
	all := slices.Clone(d.all)
	d.all = d.all[:6] // the others were taken away
	all = append(all, d.addNoise("2026-11", 12, 800)...)
	all = append(all, d.add("2026-11", strings.Repeat("a large plan ", packBelow/10)))
	take(t, v, b, d, testNow.Add(time.Hour))
	nowhere := (&drawer{content: map[string][]byte{}}).add("2026-10", "never attached")
	s := &shelf{files: map[string][]byte{all[0].Hash: nil}}
	report, err := v.Tree().BringFiles(ctx, append(all, nowhere), s, nil)
	if err != nil || report.Restored != len(all)-1 || report.Already != 1 || !slices.Equal(report.Missing, []Attachment{nowhere}) {
		t.Fatalf("%+v %v", report, err)
	}
	for _, a := range all[1:] {
		if !bytes.Equal(s.files[a.Hash], d.content[a.Hash]) {
			t.Errorf("attachment %s differs", a.Hash)
		}
	}
	full := errors.New("the disk is full")
	if _, err = v.Tree().BringFiles(ctx, all[:24], &fullShelf{err: full}, nil); !errors.Is(err, full) {
		t.Errorf("a sink that takes nothing: %v", err)
	}
}

// fullShelf takes no attachment.
type fullShelf struct {
	shelf
	err error
}

func (s *fullShelf) Put(context.Context, Attachment, io.Reader) error { return s.err }

// TestAPackIsAskedForOnce: what lies together comes with one request, and a line that breaks is no damage.
func TestAPackIsAskedForOnce(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	d.addNoise("2026-11", 12, 50_000)
	m := take(t, v, b, d, testNow)
	_, f := place(t)
	if _, err := v.Replicate(t.Context(), f, Sending{}); err != nil {
		t.Fatal(err)
	}
	g := &gate{Fs: f}
	wantFiles(t, v.At(g), m, d, d.all)
	packs := 0
	for name, n := range g.opened {
		if plain, _ := v.set.Key.unseal(name); packPattern.MatchString(plain) {
			packs += n
		}
	}
	if packs != 1 {
		t.Errorf("%d requests for a pack", packs)
	}
	for _, after := range []int64{10, 100_000} {
		g.breaks = 0
		all, err := v.At(g).attachments(t.Context(), contentsOf(t, v, dbDir(m.WriterID)), m.Files)
		if err != nil {
			t.Fatal(err)
		}
		g.breaks = after
		bring := v.At(g).bringer(&shelf{files: map[string][]byte{}}, nil)
		err = bring.bring(jobContext(t.Context()), all)
		if len(bring.report.Damaged)+len(bring.report.Missing) > 0 || after < 50_000 && err == nil {
			t.Errorf("a line that breaks after %d bytes: %v %+v", after, err, bring.report)
		}
	}
}

// stopping ends the context at one of the openings of an attachment, as a process that is killed there.
type stopping struct {
	*drawer
	left int
	stop context.CancelFunc
}

func (s *stopping) Open(ctx context.Context, hash string) (io.ReadCloser, error) {
	if s.left--; s.left == 0 {
		s.stop()
	}
	return s.drawer.Open(ctx, hash)
}

// TestStoppedWhilePacking: wherever a backup ends, what was there comes back, and the next one leaves nothing out.
func TestStoppedWhilePacking(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	d.addNoise("2026-09", packFrom, 300)
	first := take(t, v, b, d, testNow)
	before := slices.Clone(d.all)
	d.addNoise("2026-10", packFrom, 300)
	d.addNoise("2026-11", packFrom, 300)
	d.add("2026-12", "alone")
	for n := 1; n <= 2*packFrom+1; n++ {
		ctx, stop := context.WithCancel(t.Context())
		files := &stopping{drawer: d, left: n, stop: stop}
		if _, err := v.Snapshot(ctx, b, files, Run{Now: testNow.Add(time.Hour)}); err == nil && n <= 2*packFrom {
			t.Fatalf("stopping at %d stopped nothing", n)
		}
		stop()
		wantFiles(t, v.Tree(), first, d, before)
		if n == packFrom+1 { // between two packs
			if p, _ := inMonth(t, v.Tree(), "2026-10"); p != 1 {
				t.Errorf("%d packs of the first month", p)
			}
		}
	}
	last := take(t, v, b, d, testNow.Add(2*time.Hour))
	wantFiles(t, v.Tree(), last, d, d.all)
	for _, month := range []string{"2026-09", "2026-10", "2026-11"} {
		if p, f := inMonth(t, v.Tree(), month); p != 1 || f != 0 {
			t.Errorf("%s: %d packs, %d files", month, p, f)
		}
	}
}

// TestAPackStaysWhileAnythingInItIsUsed: it goes as a file does, and not before.
func TestAPackStaysWhileAnythingInItIsUsed(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	d.addNoise("2026-09", 12, 300)
	take(t, v, b, d, testNow)
	other := d.addNoise("2026-10", 12, 300)
	prune := func(hours int) {
		t.Helper()
		for i := range 4 {
			take(t, v, b, d, testNow.Add(time.Duration(hours+i)*time.Hour))
		}
		g := openGuard(testNow.Add(time.Duration(hours+5) * time.Hour))
		g.Rule, g.Files = Rule{Last: 3}, true
		for _, month := range []string{"2026-09", "2026-10"} {
			l := contentsOf(t, v, monthDir(month))
			past := testNow.AddDate(0, -2, 0)
			for name := range l.names {
				path := filepath.Join(v.set.Dir, monthDir(month), v.set.Key.seal(name))
				if err := os.Chtimes(path, past, past); err != nil {
					t.Fatal(err)
				}
			}
		}
		plan, err := v.Tree().PlanPrune(t.Context(), v.set.WriterID, nil, g)
		if err == nil {
			_, err = v.Prune(t.Context(), plan)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	lie := func(month string, want int) {
		t.Helper()
		if p, f := inMonth(t, v.Tree(), month); p != want || f != 0 {
			t.Errorf("%s: %d packs and %d files, want %d and 0", month, p, f, want)
		}
	}
	d.all = append(slices.Clone(d.all[:1]), other...)
	prune(1)
	lie("2026-09", 1)
	last := take(t, v, b, d, testNow.Add(6*time.Hour))
	wantFiles(t, v.Tree(), last, d, d.all)
	d.all = other
	prune(7)
	lie("2026-09", 0)
	lie("2026-10", 1)
}

// TestPlacesInAList: what a list says of a place is bounded by its pack.
func TestPlacesInAList(t *testing.T) {
	hash := strings.Repeat("a1", 32)
	good := fmt.Sprintf("%s 100 2026-11 %s 20 80\n", hash, packName(hash, 100))
	f, err := parseLine(good)
	if err != nil || f.line() != good || f.part() != (Part{Name: packName(hash, 100), Bytes: 100, SHA256: hash}) {
		t.Fatalf("%+v %v", f, err)
	}
	for _, bad := range [][2]string{
		{" 20 80", " 20 81"},
		{" 20 80", " -1 80"},
		{" 20 80", " 20 0"},
		{" 20 80", " 20"},
		{" 100 2026", " 2000000 2026"},
		{".pack", ".sqlite.zst"},
		{" " + hash + "-", " ../" + hash + "-"},
		{" 20 80", " 9223372036854775807 80"},
	} {
		if f, err := parseLine(strings.Replace(good, bad[0], bad[1], 1)); err == nil {
			t.Errorf("%q is taken for %+v", bad[1], f)
		}
	}
}

// TestAPlaceThatKeepsWhatItHas: where nothing can be written over, packs arrive all the same, under the old README.
func TestAPlaceThatKeepsWhatItHas(t *testing.T) {
	ctx := t.Context()
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	dir, f := place(t)
	take(t, v, b, d, testNow)
	if _, err := v.Replicate(ctx, f, Sending{}); err != nil {
		t.Fatal(err)
	}
	old := []byte("as an older program wrote it")
	write(t, filepath.Join(dir, readmeName), old)
	d.addNoise("2026-11", packFrom, 500)
	m := take(t, v, b, d, testNow.Add(time.Hour))
	keeps := &appendOnly{Fs: f}
	sent, err := v.Replicate(ctx, keeps, Sending{Known: true})
	if err != nil || m.Format != packsFormat || !sent.Check.Complete() {
		t.Fatalf("format %d: %+v %v", m.Format, sent, err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, readmeName)); !bytes.Equal(data, old) || keeps.refused != 1 {
		t.Errorf("%d refusals, and the README says %q", keeps.refused, data)
	}
	write(t, filepath.Join(dir, readmeName), readmeText)
	d.addNoise("2026-12", packFrom, 500)
	take(t, v, b, d, testNow.Add(2*time.Hour))
	if _, err := v.Replicate(ctx, keeps, Sending{Known: true}); err != nil || keeps.refused != 1 {
		t.Errorf("a README that tells of packs is written again: %d refusals, %v", keeps.refused, err)
	}
}

// appendOnly is a place that lets nothing be written over.
type appendOnly struct {
	fs.Fs
	refused int
}

// NewObject implements fs.Fs.
func (a *appendOnly) NewObject(ctx context.Context, remote string) (fs.Object, error) {
	o, err := a.Fs.NewObject(ctx, remote)
	if err != nil {
		return nil, err
	}
	return &lasting{o, a}, nil
}

type lasting struct {
	fs.Object
	at *appendOnly
}

// Update implements fs.Object.
func (o *lasting) Update(context.Context, io.Reader, fs.ObjectInfo, ...fs.OpenOption) error {
	o.at.refused++
	return errors.New("it is kept as it is")
}

// provingShelf compares what it is given itself.
type provingShelf struct{ *shelf }

func (provingShelf) Proves() {}

func (s provingShelf) Put(ctx context.Context, a Attachment, r io.Reader) error {
	data, err := io.ReadAll(r)
	if err == nil && sumHex(data) != a.Hash {
		err = errors.New("another content")
	}
	if err != nil {
		return err
	}
	return s.shelf.Put(ctx, a, bytes.NewReader(data))
}

// TestTwoContentsInEachOthersPlace are damaged, whoever compares them.
func TestTwoContentsInEachOthersPlace(t *testing.T) {
	v, b, d := newVault(t), newBook(t, 50), newDrawer()
	for i := range 12 {
		d.add("2026-11", fmt.Sprintf("the paper with the number %02d", i))
	}
	m := take(t, v, b, d, testNow)
	places, err := v.Tree().attachments(t.Context(), contentsOf(t, v, dbDir(v.set.WriterID)), m.Files)
	if err != nil || places[0].Pack == "" {
		t.Fatal(places, err)
	}
	one, other := &places[3], &places[7]
	one.Offset, one.Length, other.Offset, other.Length = other.Offset, other.Length, one.Offset, one.Length
	plain := &shelf{files: map[string][]byte{}}
	proving := provingShelf{&shelf{files: map[string][]byte{}}}
	for _, sink := range []FileSink{plain, proving} {
		by := v.Tree().bringer(sink, nil)
		if err := by.bring(t.Context(), places); err != nil || len(by.report.Damaged) != 2 || by.report.Restored != 10 {
			t.Errorf("%T: %+v %v", sink, by.report, err)
		}
	}
	if len(plain.files) != 10 || len(proving.files) != 10 {
		t.Errorf("%d and %d were kept", len(plain.files), len(proving.files))
	}
}

package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/file"
	"zafe/store"
	"zafe/store/storetest"
)

// fed is a book at work with a standby, and what each of them knows.
type fed struct {
	t       *testing.T
	book    *store.Store
	standby *store.Standby
	dir     string // of the standby's copy

	mu    sync.Mutex
	acked []uint64 // acked[n]: the last step when transaction n+1 was confirmed
}

// feedBook opens a book that is checkpointed all the time.
func feedBook(t *testing.T) *fed {
	t.Helper()
	book := filepath.Join(t.TempDir(), "book")
	newBook(t, book, "")
	o := store.Paced(cheap, 5*time.Millisecond, 1<<20)
	s, err := store.Open(t.Context(), book, store.WithRecovery(storetest.Recovery), o)
	if err != nil {
		t.Fatal(err)
	}
	f := &fed{t: t, book: s, dir: filepath.Join(t.TempDir(), "relay")}
	if f.standby, err = store.OpenStandby(f.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(f.standby.Close(), s.Close()) })
	return f
}

const ballast = 40

// commit does transaction n: it must be found whole, and only behind those before.
func (f *fed) commit(n int) {
	f.t.Helper()
	ctx := context.Background()
	err := f.book.Update(ctx, func(tx *store.Tx) error {
		fill := strings.Repeat(fmt.Sprint(n), 1+rand.IntN(2000))
		if err := tx.SetSetting(fmt.Sprint("fill-", rand.IntN(ballast)), fill); err != nil {
			return err
		}
		return tx.SetSetting("done", n)
	})
	if err != nil {
		f.t.Error(err)
	}
	seq := store.LastStep(f.book)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acked = append(f.acked, seq)
}

func (f *fed) attach(n int) {
	f.t.Helper()
	ctx := context.Background()
	c, err := f.book.ReceiveFile(ctx, strings.NewReader(strings.Repeat(fmt.Sprint("piece", n), 3000)))
	if err == nil {
		err = f.book.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.AddAttachment(file.Attachment{
				Subject: file.Subject{Kind: file.Customer, ID: 1}, Name: fmt.Sprint(n), Size: c.Length(),
				Digest: c.Digest(), At: tx.Now(),
			}, c)
			return err
		})
	}
	if err != nil {
		f.t.Error(err)
	}
}

// ask gives the answer to what the standby asks now.
func (f *fed) ask(ctx context.Context) []byte {
	f.t.Helper()
	ask, err := f.standby.Ask()
	if err != nil {
		f.t.Fatal(err)
	}
	var answer bytes.Buffer
	if err := f.book.Feed(ctx, bytes.NewReader(ask), &answer); err != nil {
		f.t.Fatal(err)
	}
	return answer.Bytes()
}

// here tells whether there is a whole copy.
func (f *fed) here() bool {
	_, err := os.Stat(f.dir)
	return err == nil
}

// follow brings the standby to where the book is.
func (f *fed) follow() {
	f.t.Helper()
	for range 100 {
		if _, err := f.standby.Receive(f.t.Context(), bytes.NewReader(f.ask(f.t.Context()))); err != nil {
			f.t.Fatal(err)
		}
		if f.here() && store.StepOf(f.standby) == store.LastStep(f.book) {
			return
		}
	}
	f.t.Fatal("the standby does not get there")
}

// taken opens a copy of the standby's folder and returns the last transaction it holds, having checked all of it.
func taken(t *testing.T, dir string) (done int) {
	t.Helper()
	own := filepath.Join(t.TempDir(), "taken")
	for _, suffix := range []string{"", ".ready", ".old"} { // as a kill left them
		if _, err := os.Stat(dir + suffix); err == nil {
			if err := os.CopyFS(own+suffix, os.DirFS(dir+suffix)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := store.Open(context.Background(), own, store.WithRecovery(storetest.Recovery), cheap)
	if err != nil {
		t.Fatalf("the copy does not open: %v", err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.VerifySeal(context.Background(), nil); err != nil {
		t.Error(err)
	}
	err = s.View(context.Background(), func(tx *store.Tx) error {
		if wrong, err := tx.CheckIntegrity(); err != nil || len(wrong) > 0 {
			t.Errorf("the copy is not sound: %v %v", wrong, err)
		}
		at, err := tx.Attachments(file.Subject{Kind: file.Customer, ID: 1})
		for _, a := range at {
			if !a.Here {
				t.Errorf("attachment %s has a row and no file", a.Name)
				continue
			}
			in, err := tx.OpenAttachment(a)
			if err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, in); err != nil {
				t.Errorf("attachment %s: %v", a.Name, err)
			}
			_ = in.Close()
		}
		if err == nil {
			_, err = tx.Setting("done", &done)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestAStandbyFollows(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.attach(1)
	f.follow()
	if got := taken(t, f.dir); got != 1 {
		t.Errorf("after the first copy: %d", got)
	}
	for n := 2; n < 60; n++ {
		f.commit(n)
		if n%20 == 0 {
			f.attach(n)
			f.follow()
			if got := taken(t, f.dir); got != n {
				t.Errorf("after transaction %d: %d", n, got)
			}
		}
	}
	// What opens the book opens the copy.
	if _, err := f.book.AddPasswordSlot(t.Context(), "other", "un autre mot de passe"); err != nil {
		t.Fatal(err)
	}
	f.follow()
	if err := f.standby.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), f.dir, store.WithPassword("un autre mot de passe"), cheap)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Another program on this PC goes on with the copy, whatever was done to it.
	if f.standby, err = store.OpenStandby(f.dir); err != nil {
		t.Fatal(err)
	}
	f.commit(60)
	time.Sleep(100 * time.Millisecond) // the log is emptied
	f.follow()
	if got := taken(t, f.dir); got != 60 {
		t.Errorf("after a restart: %d", got)
	}
	f.same()
}

// same compares the files of both, once nobody works on them.
func (f *fed) same() {
	f.t.Helper()
	for _, name := range []string{"book.db", "book.db-ledger", "book.db-wal", "company.keys", "company.keys.bak"} {
		ours, err := os.ReadFile(filepath.Join(f.book.Dir(), name))
		if err != nil {
			f.t.Fatal(err)
		}
		theirs, err := os.ReadFile(filepath.Join(f.dir, name))
		if err != nil || !bytes.Equal(ours, theirs) {
			f.t.Errorf("%s: %d bytes here, %d there, %v", name, len(ours), len(theirs), err)
		}
	}
}

// TestAStandbyIsWholeAtEveryByte cuts what a book under load sends at many places, as a line or a program does
// that ends there, and the last step's own write: the copy always opens, with every transaction that was
// confirmed before the last step it did.
func TestAStandbyIsWholeAtEveryByte(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.follow()
	stop := f.load(2, func(n int) {
		if n%25 == 0 {
			f.attach(n)
		}
		if n%40 != 0 {
			return
		}
		err := f.book.Update(context.Background(), func(tx *store.Tx) error { // pages become free
			return store.Exec(tx, `DELETE FROM setting WHERE key LIKE 'fill-%' AND random() % 2 = 0`)
		})
		if err != nil {
			t.Error(err)
		}
	})
	cuts, reached := 25, 0
	for range cuts {
		answer := f.ask(t.Context())
		cut := answer[:rand.IntN(len(answer)+1)]
		_, err := f.standby.Receive(t.Context(), bytes.NewReader(cut))
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		seq := store.StepOf(f.standby)
		torn := store.Tear(f.dir, answer, seq, t.TempDir())
		got := taken(t, torn)
		f.mu.Lock()
		due := 0
		for n, at := range f.acked {
			if at <= seq {
				due = n + 1
			}
		}
		f.mu.Unlock()
		if got < due {
			t.Errorf("%d transactions were confirmed up to step %d, the copy holds %d", due, seq, got)
		}
		reached = max(reached, got)
	}
	stop()
	time.Sleep(100 * time.Millisecond) // the log is emptied
	f.follow()
	f.same()
	if got := taken(t, f.dir); got != len(f.acked) || reached < 10 {
		t.Errorf("at the end %d of %d, on the way %d", got, len(f.acked), reached)
	}
}

// TestAWholeCopyWhilePeopleWork cuts whole copies short, then takes one, all under load.
func TestAWholeCopyWhilePeopleWork(t *testing.T) {
	f := feedBook(t)
	stop := f.load(1, func(int) {})
	for range 12 {
		answer := f.ask(t.Context())
		if cut := answer[:rand.IntN(len(answer))]; true {
			if _, err := f.standby.Receive(t.Context(), bytes.NewReader(cut)); err == nil {
				t.Error("a copy that was cut short is taken for a whole one")
			}
		}
		before := len(f.acks())
		if _, err := f.standby.Receive(t.Context(), bytes.NewReader(f.ask(t.Context()))); err != nil {
			t.Fatal(err)
		}
		if got := taken(t, f.dir); got < before {
			t.Errorf("%d transactions before the copy, which holds %d", before, got)
		}
		if err := errors.Join(f.standby.Close(), os.WriteFile(filepath.Join(f.dir, "book.db"), []byte("torn"), 0o600)); err != nil {
			t.Fatal(err)
		}
		var err error
		if f.standby, err = store.OpenStandby(f.dir); err != nil {
			t.Fatal(err)
		}
	}
	stop()
}

// load does transactions from n on, and after each what also says, until it is stopped.
func (f *fed) load(n int, also func(n int)) (stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for ; ; n++ {
			select {
			case <-done:
				return
			default:
				f.commit(n)
				also(n)
			}
		}
	}()
	stop = sync.OnceFunc(func() { close(done); <-over })
	f.t.Cleanup(stop)
	return stop
}

func (f *fed) acks() []uint64 { f.mu.Lock(); defer f.mu.Unlock(); return f.acked }

// TestAStandbyTakesTheNextCopy kills between the renames of an exchange: one of the two copies opens.
func TestAStandbyTakesTheNextCopy(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.follow()
	for _, left := range []string{".ready", ".old"} {
		if err := f.standby.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(f.dir, f.dir+left); err != nil {
			t.Fatal(err)
		}
		if got := taken(t, f.dir); got != 1 {
			t.Errorf("left %s: %d", left, got)
		}
		var err error
		if f.standby, err = store.OpenStandby(f.dir); err != nil || !f.here() {
			t.Fatal("not there any more", err)
		}
	}
	if err := f.standby.Remove(); err != nil || f.here() {
		t.Error("it is still there", err)
	}
	if _, err := os.Stat(f.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	f.follow() // named again
	if got := taken(t, f.dir); got != 1 {
		t.Error(got)
	}
}

// TestABookUnderANewKeyIsCopiedAnew: other files are in its place.
func TestABookUnderANewKeyIsCopiedAnew(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.follow()
	if err := f.book.Rotate(t.Context(), rotation, nil); err != nil {
		t.Fatal(err)
	}
	if got := f.book.Fed(); !got.Asked.IsZero() {
		t.Errorf("the old standby is thought to follow: %+v", got)
	}
	f.commit(2)
	f.follow()
	if err := f.standby.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), f.dir, store.WithRecovery(rotation.Recovery), cheap)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if f.standby, err = store.OpenStandby(f.dir); err != nil {
		t.Fatal(err)
	}
}

// TestAWholeCopyThatWasCutKeepsItsAttachments: over a slow line it would never get to its end.
func TestAWholeCopyThatWasCutKeepsItsAttachments(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	for n := range 5 {
		f.attach(n)
	}
	all := f.ask(t.Context())
	if _, err := f.standby.Receive(t.Context(), bytes.NewReader(all[:len(all)-1])); err == nil || f.here() {
		t.Fatal("a copy that was cut is whole", err)
	}
	var err error
	if err = f.standby.Close(); err == nil {
		f.standby, err = store.OpenStandby(f.dir) // a restart
	}
	if err != nil {
		t.Fatal(err)
	}
	piece := strings.Repeat("piece0", 3000)
	if again := f.ask(t.Context()); len(again) > len(all)-5*len(piece) {
		t.Errorf("%d bytes, then %d: the attachments come again", len(all), len(again))
	}
	f.follow()
	if got := taken(t, f.dir); got != 1 {
		t.Error(got)
	}
	if _, err := os.Stat(f.dir + ".coming"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("what came first stays:", err)
	}
}

// TestAFeedEnds for a PC that is the relay no more, in the middle of a whole copy.
func TestAFeedEnds(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.attach(1)
	f.attach(2)
	ask, err := f.standby.Ask()
	if err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	err = f.book.Feed(t.Context(), bytes.NewReader(ask), writerFunc(func(p []byte) (int, error) {
		f.book.EndFeed()
		return sent.Write(p)
	}))
	if err == nil || sent.Len() > 1000 {
		t.Errorf("%d bytes were sent, %v", sent.Len(), err)
	}
}

type writerFunc func(p []byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

// TestACutCopyGivesWayToNothingOlder: an attachment was forgotten and attached again, sealed under another key, while the
// standby was off. Its first new copy is cut behind the attachments; the next one must not keep the older file.
func TestACutCopyGivesWayToNothingOlder(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.attach(1)
	f.follow()
	if err := f.standby.Close(); err != nil { // the PC is off for a long time
		t.Fatal(err)
	}
	err := f.book.Update(t.Context(), func(tx *store.Tx) error { // what SweepFiles does after 30 days
		if err := store.Exec(tx, `DELETE FROM attachment`); err != nil {
			return err
		}
		return store.Exec(tx, `DELETE FROM file`)
	})
	if err == nil {
		err = os.RemoveAll(filepath.Join(f.book.Dir(), "files"))
	}
	if err != nil {
		t.Fatal(err)
	}
	f.attach(1)
	f.commit(2)
	if f.standby, err = store.OpenStandby(f.dir); err != nil {
		t.Fatal(err)
	}
	whole := f.ask(t.Context())
	if _, err := f.standby.Receive(t.Context(), bytes.NewReader(whole[:len(whole)-1])); err == nil {
		t.Fatal("the copy was not cut")
	}
	f.follow()
	if got := taken(t, f.dir); got != 2 {
		t.Errorf("transaction %d", got)
	}
}

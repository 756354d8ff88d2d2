package store_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zafe/app/audit"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
)

var rotation = store.Rotation{
	Label: "owner", Password: "un autre mot de passe", Recovery: [20]byte{9, 9, 9}, Cost: storetest.Cheap,
}

// attach puts a file among the attachments of a book.
func attach(t *testing.T, dir, name string) {
	t.Helper()
	p := filepath.Join(dir, "files", name[:2], name)
	err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o700), os.WriteFile(p, []byte(name), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

func attached(dir, name string) bool {
	got, err := os.ReadFile(filepath.Join(dir, "files", name[:2], name))
	return err == nil && string(got) == name
}

// opens tells what of the secrets before and after a rotation open a book, and checks what it holds.
func opens(t *testing.T, dir string) (before, after bool) {
	t.Helper()
	try := func(recovery [20]byte, password string) bool {
		s, err := store.Open(t.Context(), dir, store.WithRecovery(recovery), cheap)
		if fault.KeyOf(err) == "store.wrong_recovery" {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		if rep, err := s.VerifySeal(t.Context(), nil); err != nil || len(rep.Faults) > 0 {
			t.Error(rep.Faults, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if markOf(t, dir, recovery) != "kept" || !attached(dir, "abcd") {
			t.Error("the book lost something")
		}
		if s, err = store.Open(t.Context(), dir, store.WithPassword(password), cheap); err != nil {
			t.Errorf("the password: %v", err)
			return true
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		return true
	}
	return try(storetest.Recovery, storetest.Password), try(rotation.Recovery, rotation.Password)
}

// rotated makes a book with what a rotation has to deal with, and opens it.
func rotated(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "kept")
	attach(t, dir, "abcd")
	s, err := store.Open(t.Context(), dir, store.WithPassword(storetest.Password), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestRotate(t *testing.T) {
	s := rotated(t, cheap)
	dir := s.Dir()
	copyOfUpdate := dir + ".before-update-from-3"
	if err := os.Mkdir(copyOfUpdate, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddPasswordSlot(t.Context(), "other", "le mot de passe d'un autre"); err != nil {
		t.Fatal(err)
	}
	oldKeys, err := os.ReadFile(filepath.Join(dir, "company.keys"))
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head()
	if err != nil {
		t.Fatal(err)
	}
	r, told := rotation, uint32(0)
	r.Init = func(tx *store.Tx) error {
		_, err := tx.AppendEvent(audit.Event{Op: "book.rotated", ActorName: "Claire"})
		return err
	}
	if err := s.Rotate(t.Context(), r, func(done, total uint32) {
		if told++; done != told || done > total {
			t.Errorf("%d pages of %d after %d", done, total, told)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if now, err := s.Head(); err != nil || now <= head || told == 0 {
		t.Errorf("head %d after %d, %v; told %d", now, head, err, told)
	}
	if got := s.PasswordSlots("other"); len(got) != 0 {
		t.Error("a slot under the old key was taken over")
	}
	// Work goes on in the same store, the key file's included.
	number, err := s.AddPasswordSlot(t.Context(), "other", "le mot de passe d'un autre")
	if err != nil || !s.PasswordOpens(number, "le mot de passe d'un autre") {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		e, err := tx.Head()
		if e.Op != "book.rotated" {
			t.Errorf("the last event is %q", e.Op)
		}
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, filepath.Dir(dir)); !slices.Equal(got, []string{"book"}) {
		t.Errorf("left behind: %v", got)
	}
	if before, after := opens(t, dir); before || !after {
		t.Errorf("old secrets %v, new ones %v", before, after)
	}
	// Whoever kept the old key file gets nowhere with it.
	for _, n := range []string{"company.keys", "company.keys.bak"} {
		if err := os.WriteFile(filepath.Join(dir, n), oldKeys, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err = store.Open(t.Context(), dir, store.WithPassword(storetest.Password), cheap)
	if fault.KeyOf(err) != "store.apart" {
		t.Errorf("the old key: %v", err)
	}
}

// TestWorkGoesOnDuringARotation: nobody sees an error, nothing acknowledged is lost.
func TestWorkGoesOnDuringARotation(t *testing.T) {
	s := rotated(t, cheap)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var written, read atomic.Int64
	for range 4 {
		wg.Go(func() {
			for running(stop) {
				err := s.Update(t.Context(), func(tx *store.Tx) error {
					_, err := tx.NextNumber("invoice", "2026")
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				written.Add(1)
			}
		})
		wg.Go(func() {
			for running(stop) {
				before := written.Load()
				err := s.View(t.Context(), func(tx *store.Tx) error {
					n, err := tx.LastNumber("invoice", "2026")
					if n < before {
						t.Errorf("%d numbers after %d were answered", n, before)
					}
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				read.Add(1)
			}
		})
	}
	wg.Go(func() {
		for running(stop) {
			if rep, err := s.VerifySeal(t.Context(), nil); err != nil || len(rep.Faults) > 0 {
				t.Error(err)
				return
			}
			s.PasswordSlots("owner")
		}
	})
	for range 3 {
		if err := s.Rotate(t.Context(), rotation, nil); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wg.Wait()
	if written.Load() == 0 || read.Load() == 0 {
		t.Error("nothing was done meanwhile")
	}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		n, err := tx.LastNumber("invoice", "2026")
		if n != written.Load() {
			t.Errorf("%d numbers, %d answered", n, written.Load())
		}
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if before, after := opens(t, s.Dir()); before || !after {
		t.Errorf("old secrets %v, new ones %v", before, after)
	}
}

func running(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return false
	default:
		return true
	}
}

// TestAttachmentsThatComeDuringARotation are in the book afterwards.
func TestAttachmentsThatComeDuringARotation(t *testing.T) {
	var s *store.Store
	s = rotated(t, store.Stepping(cheap, func(step string) error {
		if step == "ready" && s != nil {
			attach(t, s.Dir(), "late")
		}
		return nil
	}))
	if err := s.Rotate(t.Context(), rotation, nil); err != nil {
		t.Fatal(err)
	}
	if !attached(s.Dir(), "abcd") || !attached(s.Dir(), "late") {
		t.Error("an attachment is lost")
	}
}

// TestARotationThatFailsAtAnyStep leaves the book at work under its old key, and nothing beside it.
func TestARotationThatFailsAtAnyStep(t *testing.T) {
	planted := errors.New("planted")
	for _, step := range []string{"link", "ready", "aside", "place", "reopen"} {
		t.Run(step, func(t *testing.T) {
			failing := false
			s := rotated(t, store.Stepping(cheap, func(name string) error {
				if failing && name == step {
					return planted
				}
				return nil
			}))
			failing = true
			if err := s.Rotate(t.Context(), rotation, nil); !errors.Is(err, planted) {
				t.Fatal(err)
			}
			if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetSetting("x", 1) }); err != nil {
				t.Fatal(err)
			}
			if _, err := s.AddPasswordSlot(t.Context(), "owner", "encore un autre"); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if got := names(t, filepath.Dir(s.Dir())); !slices.Equal(got, []string{"book"}) {
				t.Errorf("left behind: %v", got)
			}
			if before, after := opens(t, s.Dir()); !before || after {
				t.Errorf("old secrets %v, new ones %v", before, after)
			}
		})
	}
}

// TestARotationKilledAtAnyStep leaves one whole book, under the old key until the new one is in its place.
func TestARotationKilledAtAnyStep(t *testing.T) {
	for _, c := range []struct {
		step string
		new  bool
	}{
		{"link", false}, {"ready", false}, {"aside", false}, {"place", true}, {"reopen", true}, {"destroy", true},
	} {
		t.Run(c.step, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "book")
			newBook(t, dir, "kept")
			attach(t, dir, "abcd")
			killed(t, "rotate", dir, c.step)
			if err := store.Settle(dir); err != nil {
				t.Fatal(err)
			}
			if before, after := opens(t, dir); before == c.new || after != c.new {
				t.Errorf("old secrets %v, new ones %v", before, after)
			}
			left := slices.DeleteFunc(names(t, filepath.Dir(dir)), func(n string) bool { return strings.HasSuffix(n, "-lock") })
			if !slices.Equal(left, []string{"book"}) {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestARotationWaitsForReaders, who are not cut short, and gives up before it keeps everybody waiting.
func TestARotationWaitsForReaders(t *testing.T) {
	s := rotated(t, cheap)
	reading, end := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- s.View(t.Context(), func(tx *store.Tx) error {
			close(reading)
			<-end
			var mark string
			_, err := tx.Setting("mark", &mark)
			return err
		})
	}()
	<-reading
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.Rotate(ctx, rotation, nil); fault.KeyOf(err) != "store.reading" {
		t.Fatal(err)
	}
	go func() { time.Sleep(200 * time.Millisecond); close(end) }()
	if err := s.Rotate(t.Context(), rotation, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestARotationNeedsRoom: it says so before it writes anything.
func TestARotationNeedsRoom(t *testing.T) {
	s := rotated(t, store.OnADiskOf(cheap, 64<<20))
	err := s.Rotate(t.Context(), rotation, nil)
	if fault.KeyOf(err) != "store.no_room" {
		t.Fatal(err)
	}
	if f := fault.Of(err); f.Args["need"] != int64(65) || f.Args["free"] != int64(64) {
		t.Errorf("told %v", f.Args)
	}
}

// TestClosingEndsARotation: whoever closes the window does not wait for a large book to be written anew.
func TestClosingEndsARotation(t *testing.T) {
	s := rotated(t, cheap)
	started, going := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		var once sync.Once
		done <- s.Rotate(t.Context(), rotation, func(uint32, uint32) {
			once.Do(func() { close(started); <-going })
		})
	}()
	<-started
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	time.Sleep(50 * time.Millisecond) // Close has come as far as it can
	close(going)
	if err := <-done; fault.KeyOf(err) != "store.closed" {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if before, after := opens(t, s.Dir()); !before || after {
		t.Errorf("old secrets %v, new ones %v", before, after)
	}
}

// TestARotationKilledAtItsEndKeepsNothingUnderTheOldKey: not the copy from before an update either.
func TestARotationKilledAtItsEndKeepsNothingUnderTheOldKey(t *testing.T) {
	for _, step := range []string{"place", "reopen", "destroy"} {
		t.Run(step, func(t *testing.T) {
			dir, _ := updatedBook(t, 1)
			killed(t, "rotate newer", dir, step)
			s, err := store.Open(t.Context(), dir, store.WithRecovery(rotation.Recovery), cheap)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if left := kept(t, dir); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

// TestTheKeysAreWholeDuringARotation: the key file begins to count anew, and is not taken for an old one by who
// looked into the book before.
func TestTheKeysAreWholeDuringARotation(t *testing.T) {
	var s *store.Store
	var due atomic.Bool
	looking, verified := make(chan struct{}), make(chan error, 1)
	o := store.Stepping(cheap, func(step string) error {
		if step == "ready" && s != nil {
			due.Store(true)
			go func() { verified <- s.VerifyKeys(t.Context()) }()
			<-looking
		}
		return nil
	})
	o.Clock = func() time.Time { // asked at the beginning of each transaction
		if due.CompareAndSwap(true, false) {
			close(looking)
			time.Sleep(200 * time.Millisecond) // the rotation keeps others out by then
		}
		return storetest.Noon
	}
	s = rotated(t, o)
	for range 3 {
		number, err := s.AddPasswordSlot(t.Context(), "other", "le mot de passe d'un autre")
		if err := errors.Join(err, s.RemoveSlot(t.Context(), number)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Rotate(t.Context(), rotation, nil), <-verified); err != nil {
		t.Fatal(err)
	}
}

// TestARotationWaitsForADownload, which would be cut short, or on some systems keep the folder from its new name.
func TestARotationWaitsForADownload(t *testing.T) {
	s := rotated(t, cheap)
	a := mustAttach(t, s, 1, "un devis signé")
	var in io.ReadCloser
	err := s.View(t.Context(), func(tx *store.Tx) (err error) { in, err = tx.OpenAttachment(a); return err })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.Rotate(ctx, rotation, nil); fault.KeyOf(err) != "store.reading" {
		t.Error(err)
	}
	got, err := io.ReadAll(in)
	if err := errors.Join(err, in.Close(), s.Rotate(t.Context(), rotation, nil)); err != nil ||
		string(got) != "un devis signé" {
		t.Errorf("%q %v", got, err)
	}
}

// TestAnExchangeThatIsNotFlushedIsDone: the book under its new key is the one at work, not the old one over the new
// files.
func TestAnExchangeThatIsNotFlushedIsDone(t *testing.T) {
	var told []string
	o := store.Stepping(cheap, func(step string) error {
		if step == "flush" {
			return errors.New("planted")
		}
		return nil
	})
	o.OnEvent = func(what string) { told = append(told, what) }
	s := rotated(t, o)
	told = nil
	if err := s.Rotate(t.Context(), rotation, nil); err != nil || len(told) != 1 {
		t.Errorf("%v, told %q", err, told)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if before, after := opens(t, s.Dir()); before || !after {
		t.Errorf("old secrets %v, new ones %v", before, after)
	}
}

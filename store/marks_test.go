package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zafe/app/backup"
	"zafe/store"
	"zafe/store/storetest"
)

// seen is a state of a book: what its pages hold, and how they are marked.
type seen struct {
	step  string
	marks backup.Marks
	sums  [][32]byte
}

// look reads a book as a whole; meanwhile, if not nil, runs when the marks are known and no page is read.
func look(t *testing.T, s *store.Store, step string, meanwhile func()) seen {
	t.Helper()
	out := seen{step: step}
	err := s.MarkedPages(t.Context(), func(_ int, pages uint32, m *backup.Marks) ([]uint32, bool, error) {
		if m == nil || len(m.Pages) != int(pages) {
			t.Fatalf("%s: no marks of %d pages: %v", step, pages, m)
		}
		out.marks = *m
		if meanwhile != nil {
			meanwhile()
		}
		return nil, true, nil
	}, func(_ uint32, data []byte) error {
		out.sums = append(out.sums, sha256.Sum256(data))
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", step, err)
	}
	return out
}

// known counts the pages that two states show to be the same by their marks. Where they are not, a backup would lose
// what is in them.
func (x seen) known(t *testing.T, before seen) (n int) {
	t.Helper()
	if x.marks.File != before.marks.File {
		return 0
	}
	for i := range min(len(x.sums), len(before.sums)) {
		if x.marks.Pages[i] == 0 || x.marks.Pages[i] != before.marks.Pages[i] {
			continue
		}
		if n++; x.sums[i] != before.sums[i] {
			t.Errorf("page %d differs between %q and %q under one mark", i+1, before.step, x.step)
		}
	}
	return n
}

// lifeOf works on a book at random.
type lifeOf struct {
	t     *testing.T
	r     *rand.Rand
	dir   string
	s     *store.Store
	past  []seen
	older string // a folder with the files of an earlier state
	key   [20]byte
	found int // pages known by their marks
}

func (h *lifeOf) update(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.s.Update(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// slow keeps the store from moving pages by itself: the history says when.
func slow() store.Options { return store.Paced(cheap, time.Hour, 1<<40) }

func (h *lifeOf) open() {
	h.t.Helper()
	s, err := store.Open(h.t.Context(), h.dir, store.WithRecovery(h.key), slow())
	if err != nil {
		h.t.Fatal(err)
	}
	h.s = s
}

func (h *lifeOf) close() {
	h.t.Helper()
	if err := h.s.Close(); err != nil {
		h.t.Fatal(err)
	}
}

// edit changes a few rows among many, or many.
func (h *lifeOf) edit() {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		var err error
		for range 1 + h.r.IntN(3) {
			data := make([]byte, 10+h.r.IntN(9000))
			for i := range data {
				data[i] = byte(h.r.IntN(256))
			}
			err = errors.Join(err, tx.SetSetting(fmt.Sprintf("pad.%d", h.r.IntN(60)), data))
		}
		return err
	})
}

func (h *lifeOf) clean() {
	h.update(func(tx *store.Tx) error {
		return store.Exec(tx, fmt.Sprintf(`DELETE FROM setting WHERE key GLOB 'pad.%d*'`, 1+h.r.IntN(6)))
	})
}

func (h *lifeOf) move(mode string) {
	h.t.Helper()
	if err := store.Move(h.t.Context(), h.s, mode); err != nil {
		h.t.Fatal(err)
	}
}

// keep puts the files of the book aside, and putBack in its place what was.
func (h *lifeOf) keep() {
	h.t.Helper()
	h.close()
	h.older = filepath.Join(h.t.TempDir(), "older")
	if err := os.CopyFS(h.older, os.DirFS(h.dir)); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

func (h *lifeOf) putBack() {
	h.t.Helper()
	if h.older == "" {
		return
	}
	h.close()
	if err := errors.Join(os.RemoveAll(h.dir), os.CopyFS(h.dir, os.DirFS(h.older))); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

func (h *lifeOf) rotate() {
	h.t.Helper()
	r := rotation
	r.Recovery = [20]byte{byte(1 + h.r.IntN(255)), 7}
	if err := h.s.Rotate(h.t.Context(), r, nil); err != nil {
		h.t.Fatal(err)
	}
	h.key, h.older = r.Recovery, ""
}

// killed opens what a process that was killed now would leave.
func (h *lifeOf) killed() {
	h.t.Helper()
	left := filepath.Join(h.t.TempDir(), "book")
	if err := os.CopyFS(left, os.DirFS(h.dir)); err != nil {
		h.t.Fatal(err)
	}
	h.close()
	h.dir = left
	h.open()
}

// reading looks at a book while an older reading goes on, and pages are moved and changed.
func (h *lifeOf) reading(step string) {
	begun, end := make(chan struct{}), make(chan struct{})
	var old sync.WaitGroup
	old.Go(func() {
		err := h.s.View(h.t.Context(), func(tx *store.Tx) error {
			_, err := tx.LastChange()
			close(begun)
			<-end
			return err
		})
		if err != nil {
			h.t.Error(err)
		}
	})
	<-begun
	h.edit()
	h.move("PASSIVE")
	h.edit()
	h.look(step)
	close(end)
	old.Wait()
}

func (h *lifeOf) look(step string) {
	now := look(h.t, h.s, step, func() {
		if h.r.IntN(2) == 0 {
			h.edit()
			h.move("PASSIVE")
		}
	})
	for _, before := range h.past {
		h.found += now.known(h.t, before)
	}
	h.past = append(h.past, now)
}

// TestOneMarkIsOneContent: whatever was done to a book, pages with one mark hold the same, or a backup that passes
// them over would lose work.
func TestOneMarkIsOneContent(t *testing.T) {
	for seed := range uint64(6) {
		dir := filepath.Join(t.TempDir(), "book")
		newBook(t, dir, "kept")
		h := &lifeOf{t: t, r: rand.New(rand.NewPCG(seed, 1)), dir: dir, key: storetest.Recovery}
		h.open()
		steps := []struct {
			name string
			do   func()
		}{
			{"edit", h.edit},
			{"edit", h.edit},
			{"edit", h.edit},
			{"clean", h.clean},
			{"passive", func() { h.move("PASSIVE") }},
			{"truncate", func() { h.move("TRUNCATE") }},
			{"restart", func() { h.move("RESTART") }},
			{"reopen", func() { h.close(); h.open() }},
			{"vacuum", func() {
				if err := store.Vacuum(t.Context(), h.s); err != nil {
					t.Fatal(err)
				}
			}},
			{"keep", h.keep},
			{"put back", h.putBack},
			{"rotate", h.rotate},
			{"killed", h.killed},
		}
		h.look("made")
		for i := range 60 {
			step := steps[h.r.IntN(len(steps))]
			name := fmt.Sprintf("seed %d, %d: %s", seed, i, step.name)
			if step.do(); h.r.IntN(4) == 0 {
				h.reading(name)
			} else {
				h.look(name)
			}
		}
		h.close()
		if h.found == 0 {
			t.Errorf("seed %d: no page was ever known by its mark", seed)
		}
	}
}

// TestMarksWhileOthersWrite: the marks are of the state that is read, however fast it goes on.
func TestMarksWhileOthersWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "kept")
	h := &lifeOf{t: t, r: rand.New(rand.NewPCG(9, 9)), dir: dir, key: storetest.Recovery}
	h.open()
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			err := h.s.Update(t.Context(), func(tx *store.Tx) error {
				return tx.SetSetting(fmt.Sprintf("pad.%d", i%40), make([]byte, 100+i%5000))
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	all.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			_ = store.Move(t.Context(), h.s, []string{"PASSIVE", "RESTART", "TRUNCATE"}[i%3]) // a reader may be in its way
		}
	})
	for i := range 40 {
		now := look(t, h.s, fmt.Sprint(i), nil)
		for _, before := range h.past {
			h.found += now.known(t, before)
		}
		h.past = append(h.past, now)
	}
	stop()
	all.Wait()
	h.close()
	if h.found == 0 {
		t.Error("no page was ever known by its mark")
	}
}

// TestAfterASmallEditMostIsKnown: or all of it would be read for nothing.
func TestAfterASmallEditMostIsKnown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "kept")
	h := &lifeOf{t: t, r: rand.New(rand.NewPCG(1, 1)), dir: dir, key: storetest.Recovery}
	h.open()
	for range 40 {
		h.edit()
	}
	h.move("TRUNCATE")
	before := look(t, h.s, "before", nil)
	h.close()
	h.open()
	h.edit()
	h.move("TRUNCATE")
	after := look(t, h.s, "after", nil)
	n := after.known(t, before)
	if n == len(after.sums) || n < len(after.sums)*8/10 {
		t.Errorf("%d of %d pages are known", n, len(after.sums))
	}
	var got []uint32
	err := h.s.MarkedPages(t.Context(), func(int, uint32, *backup.Marks) ([]uint32, bool, error) {
		return []uint32{2, 7, 5}, false, nil
	}, func(pgno uint32, data []byte) error {
		if sha256.Sum256(data) != after.sums[pgno-1] {
			t.Errorf("page %d is another when it is read by itself", pgno)
		}
		got = append(got, pgno)
		return nil
	})
	if err != nil || len(got) != 3 {
		t.Error(got, err)
	}
	h.close()
}

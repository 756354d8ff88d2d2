package opener_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zafe/app/fault"
	"zafe/store/crypt"
)

// damaged are the refusals after which a log-in offers to restore a copy.
var damaged = []string{"store.damaged", "store.file_missing", "store.keys_missing", "store.old_keys"}

// TestADamagedPageIsCalledThat: wherever a page of the book is flipped, the log-in says that the book is
// damaged, or opens it and the check finds the page. Never does it fail in another way: nobody would be told
// to restore a copy.
func TestADamagedPageIsCalledThat(t *testing.T) {
	d := newDesk(t)
	path := filepath.Join(d.dir, "book.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kept := keep(t, d.dir)
	refused := 0
	for page := range len(whole) / crypt.PageSize {
		data := slices.Clone(whole)
		data[page*crypt.PageSize+904] ^= 1
		put(t, d.dir, kept)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := d.look()
		if err == nil {
			t.Errorf("page %d: nobody sees it", page+1)
		}
		if !slices.Contains(damaged, fault.KeyOf(err)) && !errors.Is(err, errFound) {
			t.Errorf("page %d: %v", page+1, err)
		}
		if !errors.Is(err, errFound) {
			refused++
		}
	}
	t.Logf("%d pages, %d keep the book from opening", len(whole)/crypt.PageSize, refused)
	if refused == 0 {
		t.Error("the pages that an opening reads are not among them")
	}
}

var errFound = errors.New("found by the check")

// look opens the book as the log-in does and checks it.
func (d *desk) look() error {
	st, err := d.open(d.pc.Unlock(password))
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }() // a damaged book may close badly
	if err := st.VerifyKeys(d.t.Context()); err != nil {
		return err
	}
	rep, err := st.VerifySeal(d.t.Context(), nil)
	if err == nil && len(rep.Faults) > 0 {
		return fmt.Errorf("%w: %w", errFound, rep.Faults[0])
	}
	return err
}

// keep reads the files of a closed book, and put puts them back.
func keep(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range all {
		if info, e := os.Stat(path); e == nil && info.Mode().IsRegular() && !strings.HasSuffix(path, "-lock") {
			data, e := os.ReadFile(path)
			out[filepath.Base(path)], err = data, errors.Join(err, e)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func put(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	err := os.Remove(filepath.Join(dir, "book.db-wal"))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	for name, data := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

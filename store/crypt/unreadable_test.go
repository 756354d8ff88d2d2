package crypt

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// badDisk fails to read some bytes of files, as a worn out disk does.
type badDisk struct {
	*simDisk
	bad map[string][]int64 // by the end of the name: where; none: it cannot even be opened
}

type badFile struct {
	diskFile
	at []int64
}

func (d badDisk) open(path string, create bool) (diskFile, error) {
	f, err := d.simDisk.open(path, create)
	for suffix, at := range d.bad {
		if err != nil || !strings.HasSuffix(path, suffix) {
			continue
		}
		if len(at) == 0 {
			return nil, errSim
		}
		f = badFile{f, at}
	}
	return f, err
}

func (f badFile) ReadAt(p []byte, off int64) (int, error) {
	for _, at := range f.at {
		if off <= at && at < off+int64(len(p)) {
			return 0, errSim
		}
	}
	return f.diskFile.ReadAt(p, off)
}

// found are the faults of a report, in short.
func found(rep Report, path string) (list []string) {
	for _, f := range rep.Faults {
		kind := map[bool]string{true: "unreadable", false: "damaged"}[errors.Is(f, ErrUnreadable)]
		list = append(list, strings.TrimPrefix(f.File, path)+" "+string(rune('0'+f.Page))+" "+kind)
	}
	return list
}

// TestVerifyUnreadable: what the disk does not give back is found like what is wrong, page by page, and the rest
// is checked all the same.
func TestVerifyUnreadable(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	bad := map[string][]int64{}
	m, _ := mountOn(t, Options{disk: badDisk{d, bad}})
	held := connect(t, m, b.path, standard())
	if err := held.Ping(); err != nil {
		t.Fatal(m.Explain(err))
	}
	verify := func(what string, want ...string) {
		t.Helper()
		rep, err := m.Verify(t.Context(), b.path, nil)
		if got := found(rep, b.path); strings.Join(got, ",") != strings.Join(want, ",") || (err == nil) != (want == nil) {
			t.Errorf("%s: %v %v, want %v", what, got, err, want)
		}
		if rep.Pages != uint32(len(b.files[b.path])/pageSize) {
			t.Errorf("%s: %d pages", what, rep.Pages)
		}
	}
	verify("sound")
	bad[walSuffix] = nil
	verify("the log", "-wal 0 unreadable")
	bad[walSuffix] = []int64{recordAt(2) + 77, recordAt(4)}
	verify("two frames", "-wal 2 unreadable", "-wal 4 unreadable")
	delete(bad, walSuffix)
	bad[ledgerSuffix] = nil
	verify("the ledger", "-ledger 0 unreadable")
	delete(bad, ledgerSuffix)
	if err := d.remove(b.path + walSuffix); err != nil {
		t.Fatal(err)
	}
	verify("no log", "-wal 0 damaged")
}

// TestVerifyUnreadablePages is the same for the database, which a handle keeps open.
func TestVerifyUnreadablePages(t *testing.T) {
	b := makeBook(t).clean(t)
	for what, c := range map[string]struct {
		bad  []int64
		want string
	}{
		"one":        {[]int64{3*pageSize + 100}, " 4 unreadable"},
		"two":        {[]int64{3 * pageSize, 6*pageSize - 1}, " 4 unreadable, 6 unreadable"},
		"and damage": {[]int64{3 * pageSize}, " 3 damaged, 4 unreadable, 8 damaged"},
	} {
		files := b.with("", edited(b.files[b.path], func(d []byte) {
			if what == "and damage" {
				d[2*pageSize+99] ^= 1
				d[7*pageSize+99] ^= 1
			}
		}))
		m, _ := mountOn(t, Options{disk: badDisk{newSimDisk(files), map[string][]int64{".db": c.bad}}})
		rep, err := m.Verify(t.Context(), b.path, nil)
		if got := strings.Join(found(rep, b.path), ","); got != c.want || err == nil {
			t.Errorf("%s: %q %v, want %q", what, got, err, c.want)
		}
	}
}

// TestVerifyGivesUp: a disk that gives back nothing is not asked for every page of a large book.
func TestVerifyGivesUp(t *testing.T) {
	d := newSimDisk(nil)
	m, _ := mountOn(t, Options{disk: d})
	path, n := t.TempDir()+"/book.db", 0
	err := m.WriteImage(path, func() ([]byte, error) {
		if n++; n == 1 {
			return emptyImage(), nil
		}
		if n > 1000 {
			return nil, io.EOF
		}
		return emptyPage[:], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	reads := 0
	dead := deadDisk{d, &reads}
	m2, _ := mountOn(t, Options{disk: dead})
	rep, err := m2.Verify(t.Context(), path, nil)
	if len(rep.Faults) != faultsMax || !errors.Is(err, ErrUnreadable) || reads > 3*verifyBatch {
		t.Errorf("%d faults after %d reads: %v", len(rep.Faults), reads, err)
	}
}

// deadDisk counts the reads of a database, all of which fail.
type deadDisk struct {
	*simDisk
	reads *int
}

type deadFile struct {
	diskFile
	reads *int
}

func (d deadDisk) open(path string, create bool) (diskFile, error) {
	f, err := d.simDisk.open(path, create)
	if strings.HasSuffix(path, ".db") {
		f = deadFile{f, d.reads}
	}
	return f, err
}

func (f deadFile) ReadAt([]byte, int64) (int, error) { *f.reads++; return 0, errSim }

// TestKeysUnreadable: one of the two files that the disk does not give back is as good as damaged.
func TestKeysUnreadable(t *testing.T) {
	for i, suffix := range []string{"", ".bak"} {
		path, _ := makeKeys(t)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		k := openKeys(t, path)
		if _, err := k.UnlockSecret(KindRecovery, recovery); err != nil {
			t.Fatal(err)
		}
		unread(t, path+suffix)
		if err := k.Verify(testRoot); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%d, verified: %v", i, err)
		}
		var events []Event
		k, err = OpenKeys(path, func(e Event) { events = append(events, e) })
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if root, err := k.UnlockSecret(KindRecovery, recovery); err != nil || root != testRoot {
			t.Errorf("%d: %v", i, err)
		}
		if len(events) != 1 || events[0].File != path+suffix {
			t.Errorf("%d: %v", i, events)
		}
		other := []string{".bak", ""}[i]
		if err := os.WriteFile(path+other, whole[1:], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeys(path, nil); err == nil || errors.Is(err, ErrTampered) || errors.Is(err, ErrMissingKeys) {
			t.Errorf("%d, the other damaged: %v", i, err)
		}
	}
}

// unread puts something in the place of a file that cannot be read, nor replaced.
func unread(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.Remove(path), os.MkdirAll(path+"/x", 0o700)); err != nil {
		t.Fatal(err)
	}
}

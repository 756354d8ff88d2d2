package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// compare has the standby compared to the end, and returns what the book's PC was told.
func (f *fed) compare(part int) (told [][]string) {
	f.t.Helper()
	var mu sync.Mutex
	f.book.OnCompared(func(differ []string) { mu.Lock(); told = append(told, differ); mu.Unlock() })
	if err := f.standby.Check(part); err != nil {
		f.t.Fatal(err)
	}
	for n := 0; f.standby.Checking(); n++ {
		if n > 1000 {
			f.t.Fatal("the comparison does not end")
		}
		if _, err := f.standby.Receive(f.t.Context(), bytes.NewReader(f.ask(f.t.Context()))); err != nil {
			f.t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return told
}

// contents are the attachments of a standby.
func (f *fed) contents() (names []string) {
	f.t.Helper()
	err := filepath.WalkDir(filepath.Join(f.dir, "files"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return names
}

// TestAStandbyIsComparedWhilePeopleWork finds all the same, though the book changes all the time.
func TestAStandbyIsComparedWhilePeopleWork(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.attach(1)
	f.follow()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 2; n < 120; n++ {
			f.commit(n)
			if n%10 == 0 {
				f.attach(n)
			}
		}
	}()
	for i := range 16 {
		if told := f.compare(i); len(told) != 1 || len(told[0]) > 0 || !f.standby.Matches() {
			t.Fatalf("comparison %d: told %v", i, told)
		}
	}
	<-done
	f.follow()
	if told := f.compare(0); len(told) != 1 || len(told[0]) > 0 || !f.standby.Matches() {
		t.Errorf("at rest: told %v", told)
	}
}

// TestWhatDiffersInAStandbyIsFoundAndMended: one byte of any of its files, or a file that is no more.
func TestWhatDiffersInAStandbyIsFoundAndMended(t *testing.T) {
	f := feedBook(t)
	for n := 1; n < 30; n++ {
		f.commit(n)
	}
	f.attach(1)
	f.follow()
	content := f.contents()[0]
	digit, err := strconv.ParseUint(filepath.Base(content)[:1], 16, 8)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(f.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	hurt := func(path string, at int64) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil || int64(len(data)) <= at {
			t.Fatalf("%s: %d bytes, %v", path, len(data), err)
		}
		data[at] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found := func(path string) {
		t.Helper()
		told := f.compare(int(digit))
		if len(told) != 1 || !slices.Equal(told[0], []string{filepath.Base(path)}) || f.standby.Matches() || f.standby.Follows() {
			t.Fatalf("%s: told %v, follows %t", filepath.Base(path), told, f.standby.Follows())
		}
		f.follow()
		if told := f.compare(int(digit)); len(told) != 1 || len(told[0]) > 0 || !f.standby.Matches() {
			t.Errorf("after a fresh copy of %s: told %v", filepath.Base(path), told)
		}
		if got := taken(t, f.dir); got != 29 {
			t.Errorf("the copy holds %d", got)
		}
	}
	tried := 0
	for _, path := range files {
		st, err := os.Stat(path)
		if err != nil || st.IsDir() || st.Size() == 0 || filepath.Ext(path) == ".bak" {
			continue
		}
		tried++
		hurt(path, st.Size()/2)
		found(path)
	}
	if tried < 3 {
		t.Errorf("only %d files in %v", tried, files)
	}
	hurt(content, 100)
	if told := f.compare(int(digit) + 1); len(told) != 1 || len(told[0]) > 0 { // read on its own night
		t.Errorf("on another night: %v", told)
	}
	found(content)
	if err := os.Remove(content); err != nil {
		t.Fatal(err)
	}
	found(content)
}

// TestAComparisonThatIsCutGoesOn: a part that got no answer is sent again, and a main PC that knows nothing of
// comparisons is not asked for ever.
func TestAComparisonThatIsCutGoesOn(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.follow()
	if err := f.standby.Check(0); err != nil {
		t.Fatal(err)
	}
	first, err := f.standby.Ask()
	again, err2 := f.standby.Ask()
	if err := errors.Join(err, err2); err != nil || !bytes.Equal(first, again) || !bytes.Contains(first, []byte(`"check"`)) {
		t.Errorf("%v, the same: %t", err, bytes.Equal(first, again))
	}
	if _, err := f.standby.Receive(t.Context(), bytes.NewReader(nil)); err != nil || f.standby.Checking() || f.standby.Matches() {
		t.Errorf("%v, under way: %t, same: %t", err, f.standby.Checking(), f.standby.Matches())
	}
	if !f.standby.Follows() {
		t.Error("it gave its place up")
	}
}

// TestAComparisonReadsTheBooksFilesOnly: what asks is another program, which may be mistaken or worse.
func TestAComparisonReadsTheBooksFilesOnly(t *testing.T) {
	f := feedBook(t)
	f.commit(1)
	f.follow()
	sums := bytes.Repeat([]byte{1}, 64)
	for name, part := range map[string]map[string]any{
		"another file":          {"name": "local.json", "at": 0, "sums": sums},
		"a file out of there":   {"name": "../book/book.db", "at": 0, "sums": sums},
		"no name":               {"name": "", "at": 0, "end": true},
		"before the beginning":  {"name": "book.db", "at": -70_000, "sums": sums},
		"an attachment's place": {"name": "files/../company.keys", "at": 0, "sums": sums},
	} {
		ask, err := f.standby.Ask()
		if err != nil {
			t.Fatal(err)
		}
		var asked map[string]any
		if err := json.Unmarshal(ask, &asked); err != nil {
			t.Fatal(err)
		}
		asked["check"] = map[string]any{"parts": []any{part}}
		if ask, err = json.Marshal(asked); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := f.book.Feed(t.Context(), bytes.NewReader(ask), &out); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, out.Len())
		}
	}
}

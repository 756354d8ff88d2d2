package crypt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// TestTamper is the table of attacks on whole pages, records and files.
func TestTamper(t *testing.T) {
	b := makeBook(t)
	clean := b.clean(t)
	page := func(f []byte, n int) []byte { return f[(n-1)*pageSize : n*pageSize] }
	db, wal, led := clean.files[b.path], b.files[b.path+walSuffix], clean.files[b.path+ledgerSuffix]
	oldDB, oldWAL, oldLed := b.older[b.path], b.older[b.path+walSuffix], b.older[b.path+ledgerSuffix]
	edit := func(data []byte, f func([]byte) []byte) []byte { return f(bytes.Clone(data)) }
	foreign := makeBook(t)
	foreign.path = b.path
	rename := func(files map[string][]byte, suffix string) []byte {
		for p, c := range files {
			if strings.HasSuffix(p, "company.db"+suffix) {
				return c
			}
		}
		t.Fatal("no such file")
		return nil
	}
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  error // nil: harmless, checked to hold the last transaction
	}{
		{"pages swapped", clean.with("", edit(db, func(d []byte) []byte {
			p := bytes.Clone(page(d, 3))
			copy(page(d, 3), page(d, 4))
			copy(page(d, 4), p)
			return d
		})), ErrTampered},
		{"page blanked", clean.with("", edit(db, func(d []byte) []byte {
			clear(page(d, 3))
			return d
		})), ErrTampered},
		{"last page cut off", clean.with("", db[:len(db)-pageSize]), ErrTampered},
		{"cut inside a page", clean.with("", db[:len(db)-10]), ErrTampered},
		{"cut to one page", clean.with("", db[:pageSize]), ErrTampered},
		{"cut to nothing", clean.with("", []byte{}), ErrMissingDB},
		{"database removed", clean.with("", nil), ErrMissingDB},
		{"database of another book", clean.with("", rename(foreign.files, "")), ErrTampered},
		{"older database", clean.with("", oldDB), ErrTampered},
		{"a plain database", clean.with("", emptyImage()), ErrTampered},
		{"a plain database alone", map[string][]byte{b.path: emptyImage()}, ErrNotSealed},
		{"text", map[string][]byte{b.path: []byte("hello")}, ErrNotSealed},
		{"database emptied under a log", b.with("", []byte{}), ErrMissingDB},
		{"database removed under a log", b.with("", nil), ErrMissingDB},
		{"ledger removed", clean.with(ledgerSuffix, nil), ErrMissingLedger},
		{"ledger removed under a log", b.with(ledgerSuffix, nil), ErrMissingLedger},
		{"ledger emptied", clean.with(ledgerSuffix, []byte{}), ErrTampered},
		{"older ledger", clean.with(ledgerSuffix, oldLed), ErrMissingWAL},
		{"older ledger under a log", b.with(ledgerSuffix, oldLed), ErrTampered},
		{"ledger of another book", clean.with(ledgerSuffix, rename(foreign.files, ledgerSuffix)), ErrMissingWAL},
		{"ledger without its last record", clean.with(ledgerSuffix, cutRecord(led, 1)), ErrMissingWAL},
		{"ledger without its last 4 records", clean.with(ledgerSuffix, cutRecord(led, 4)), ErrMissingWAL},
		{"log removed", b.with(walSuffix, nil), ErrMissingWAL},
		{"log emptied", b.with(walSuffix, []byte{}), ErrMissingWAL},
		{"log cut to its header", b.with(walSuffix, wal[:walHeader]), ErrTampered},
		{"log cut before the last checkpoint", b.with(walSuffix, wal[:recordAt(3)]), ErrTampered},
		{"older log", b.with(walSuffix, oldWAL), ErrTampered},
		{"eldest log", b.with(walSuffix, b.eldest[b.path+walSuffix]), ErrTampered},
		{"older log beside a clean database", clean.with(walSuffix, oldWAL), ErrTampered},
		{"log back beside a clean database", clean.with(walSuffix, wal), nil},
		{"log of another book", b.with(walSuffix, rename(foreign.files, walSuffix)), ErrTampered},
		{
			"log of another book beside a clean database",
			clean.with(walSuffix, rename(foreign.files, walSuffix)), ErrTampered,
		},
		{"junk as a log", clean.with(walSuffix, bytes.Repeat([]byte("junk"), 5000)), nil},
		{"log cut at a commit that is in the database", func() map[string][]byte {
			files := maps.Clone(b.written)
			files[b.path+walSuffix] = files[b.path+walSuffix][:recordAt(7)]
			return files
		}(), ErrTampered},
		{"second of three transactions damaged", b.with(walSuffix, edit(wal, func(w []byte) []byte {
			w[recordAt(5)+1000] ^= 1
			return w
		})), ErrTampered},
		{"commit frame of the second damaged", b.with(walSuffix, edit(wal, func(w []byte) []byte {
			w[recordAt(6)] ^= 1
			return w
		})), ErrTampered},
		{"frames swapped", b.with(walSuffix, edit(wal, func(w []byte) []byte {
			f := bytes.Clone(w[recordAt(2):recordAt(3)])
			copy(w[recordAt(2):], w[recordAt(3):recordAt(4)])
			copy(w[recordAt(3):], f)
			return w
		})), ErrTampered},
		{"newer ledger format", clean.with(ledgerSuffix, edit(led, func(l []byte) []byte {
			l[9] = 2
			return l
		})), ErrNewer},
	} {
		n, _, err := b.attempt(c.files)
		switch {
		case c.want != nil && !errors.Is(err, c.want):
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		case c.want == nil && (err != nil || n != b.last):
			t.Errorf("%s: transaction %d of %d, %v", c.name, n, b.last, err)
		}
	}
}

// cutRecord removes n records from the end of a ledger.
func cutRecord(l []byte, n int) []byte {
	at := []int{}
	for i := ledgerHeader; i < len(l); i += ledgerPrefix + int(be.Uint32(l[i:])) {
		at = append(at, i)
	}
	return l[:at[max(0, len(at)-n)]]
}

// TestReplay puts back single older pages that are authentic: without the ledger SQLite would read
// some of them as good.
func TestReplay(t *testing.T) {
	b := makeBook(t)
	clean := b.clean(t)
	now, tried := clean.files[b.path], 0
	for name, old := range map[string][]byte{"older": b.older[b.path], "eldest": b.eldest[b.path]} {
		for n := 0; n < min(len(old), len(now))/pageSize; n++ {
			from, to := n*pageSize, (n+1)*pageSize
			if bytes.Equal(old[from:to], now[from:to]) {
				continue
			}
			tried++
			bad := bytes.Clone(now)
			copy(bad[from:to], old[from:to])
			if _, _, err := b.attempt(clean.with("", bad)); !errors.Is(err, ErrTampered) {
				t.Errorf("%s page %d: %v", name, n+1, err)
			}
		}
	}
	if tried < 5 {
		t.Errorf("only %d pages tried", tried)
	}
}

// TestLedgerCut cuts the ledger at every byte, as a crash while appending would, and longer. It is
// refused, or everything is still there.
func TestLedgerCut(t *testing.T) {
	b := makeBook(t)
	led := b.files[b.path+ledgerSuffix]
	for i := range len(led) {
		if i%7 != 0 {
			continue
		}
		n, _, err := b.attempt(b.with(ledgerSuffix, led[:i]))
		if !refused(err) && (err != nil || n != b.last) {
			t.Fatalf("cut at %d of %d: transaction %d of %d, %v", i, len(led), n, b.last, err)
		}
	}
}

// TestWrongKey opens a book with another root key.
func TestWrongKey(t *testing.T) {
	b := makeBook(t)
	m, err := NewMount(Root{42}, Options{disk: newSimDisk(b.files)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Unmount() }()
	if err := m.Hold(b.path); !errors.Is(err, ErrTampered) {
		t.Errorf("Hold: %v", err)
	}
	db := connect(t, m, b.path, standard())
	err = db.Ping()
	if err == nil || !errors.Is(m.Explain(err), ErrTampered) {
		t.Errorf("SQLite: %v", m.Explain(err))
	}
	if !strings.Contains(fmt.Sprint(err), "not a database") {
		t.Errorf("SQLite's own error: %v", err)
	}
}

// TestHead sees that the head only grows, over checkpoints, reopening and rewriting of the ledger.
func TestHead(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	last := uint64(0)
	for i := range 4 {
		m, db, err := openSim(d, b.path, "full")
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			run(t, db, "UPDATE meta SET n=n+1")
			run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
			head, err := m.Head(b.path)
			if err != nil || head <= last {
				t.Fatalf("head %d after %d: %v", head, last, err)
			}
			last = head
		}
		if i == 2 {
			err := m.with(b.path, func(d *database) error { return d.ledger.write(d.ledger.state, d.versions) })
			if head, _ := m.Head(b.path); err != nil || head <= last {
				t.Fatalf("rewritten: head %d after %d: %v", head, last, err)
			}
		}
		rep, err := m.Verify(context.Background(), b.path, nil)
		if err != nil || rep.Head < last || rep.Pages == 0 {
			t.Fatalf("%+v %v", rep, err)
		}
		_ = db.Close()
		_ = m.Unmount()
	}
}

// TestRebaseline rebuilds a lost ledger, with and without a log, and refuses a damaged database.
func TestRebaseline(t *testing.T) {
	b := makeBook(t)
	for name, b := range map[string]*book{"crashed": b, "clean": b.clean(t)} {
		for what, ledger := range map[string][]byte{"lost": nil, "damaged": bytes.Repeat([]byte{1}, 99)} {
			d := newSimDisk(b.with(ledgerSuffix, ledger))
			m, events := mountOn(t, Options{disk: d})
			if err := m.Hold(b.path); !refused(err) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			if err := m.Rebaseline(t.Context(), b.path, 1000); err != nil {
				t.Fatalf("%s, %s: %v", name, what, err)
			}
			if head, err := m.Head(b.path); err != nil || head <= 1000 {
				t.Errorf("head %d, %v", head, err)
			}
			if e := events(); e[len(e)-1].Kind != EventRebaselined {
				t.Errorf("events: %v", e)
			}
			n, _, err := b.attempt(d.content())
			if err != nil || n != b.last {
				t.Errorf("%s, %s: transaction %d of %d: %v", name, what, n, b.last, err)
			}
		}
	}
	clean := b.clean(t)
	files := clean.with(ledgerSuffix, nil)
	files[b.path] = bytes.Clone(files[b.path])
	files[b.path][3*pageSize+5] ^= 1
	m, _ := mountOn(t, Options{disk: newSimDisk(files)})
	if err := m.Rebaseline(t.Context(), b.path, 0); !errors.Is(err, ErrTampered) {
		t.Errorf("damaged database: %v", err)
	}
}

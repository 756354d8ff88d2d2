package crypt

import (
	"bytes"
	"errors"
	"testing"
)

// TestBinding opens sealed records under everything they are not bound to. The ledger would notice
// most of these too; each line of defence is tested alone.
func TestBinding(t *testing.T) {
	a, b := newID(), newID()
	s := newSuite(testRoot.Sub("db"))
	page := emptyImage()
	for _, n := range []uint32{1, 2} {
		sealed := make([]byte, pageSize)
		aad := newPageAAD(a)
		sealPage(s, &aad, sealed, page, n)
		for _, c := range []struct {
			name string
			key  *suite
			file id
			page uint32
			ok   bool
		}{
			{"itself", s, a, n, true},
			{"another page", s, a, n + 1, false},
			{"another file", s, b, n, false},
			{"another role", newSuite(testRoot.Sub("wal")), a, n, false},
		} {
			aad, got := newPageAAD(c.file), bytes.Clone(sealed)
			if c.file == b && n == 1 {
				copy(got, b[:]) // an attacker would not forget this
			}
			if _, ok := openPage(c.key, &aad, got, c.page); ok != c.ok {
				t.Errorf("page %d, %s: %v", n, c.name, ok)
			}
		}
	}

	g, h := newID(), newID()
	frame := make([]byte, sqlFrame+overhead)
	aad := newFrameAAD(a, g)
	s.seal(frame, frame[:sqlFrame], aad.frame(7, 5))
	for _, c := range []struct {
		name      string
		file, gen id
		n, first  uint32
		ok        bool
	}{
		{"itself", a, g, 7, 5, true},
		{"another number", a, g, 8, 5, false},
		{"another transaction", a, g, 7, 6, false},
		{"another generation", a, h, 7, 5, false},
		{"another file", b, g, 7, 5, false},
	} {
		aad := newFrameAAD(c.file, c.gen)
		if s.open(make([]byte, sqlFrame), frame, aad.frame(c.n, c.first)) != c.ok {
			t.Errorf("frame, %s: %v", c.name, !c.ok)
		}
	}

	head := sealWALHeader(s, a, g, make([]byte, sqlWALHeader))
	for i := range 56 {
		bad := bytes.Clone(head)
		bad[i] ^= 1
		if _, _, _, ok := openWALHeader(s, bad); ok {
			t.Errorf("log header: byte %d is not bound", i)
		}
	}
	if file, gen, _, ok := openWALHeader(s, head); !ok || file != a || gen != g {
		t.Error("log header does not open")
	}
}

// TestLedgerChain moves, drops, repeats and damages records.
func TestLedgerChain(t *testing.T) {
	s := newSuite(testRoot.Sub("ledger"))
	d := newSimDisk(nil)
	l := newLedger(d, "x", s, newID())
	if err := l.write(ledgerState{}, []uint64{1}); err != nil {
		t.Fatal(err)
	}
	cuts := []int64{ledgerHeader, l.size}
	for i := range uint64(3) {
		st := l.state
		st.pages++
		if err := l.append(st, []change{{st.pages, 10 + i}}); err != nil {
			t.Fatal(err)
		}
		cuts = append(cuts, l.size)
	}
	data := d.content()["x"]
	later := divergedLedger(t, s, data[:cuts[1]])
	rec := func(i int) []byte { return data[cuts[i]:cuts[i+1]] }
	pages := func(parts ...[]byte) int {
		l := &ledger{s: s, path: "x"}
		v, err := l.parse(bytes.Join(parts, nil))
		if err != nil {
			return -1
		}
		return len(v)
	}
	head := data[:ledgerHeader]
	counted := bytes.Clone(rec(0))
	counted[11]++
	other := bytes.Clone(head)
	other[20] ^= 1
	damaged := func(i int) []byte { return edited(rec(i), func(r []byte) { r[len(r)-1] ^= 1 }) }
	for _, c := range []struct {
		name  string
		parts [][]byte
		want  int
	}{
		{"whole", [][]byte{head, rec(0), rec(1), rec(2), rec(3)}, 4},
		{"cut", [][]byte{head, rec(0), rec(1)}, 2},
		{"one dropped", [][]byte{head, rec(0), rec(2), rec(3)}, -1},
		{"swapped", [][]byte{head, rec(0), rec(2), rec(1)}, 1},
		{"repeated", [][]byte{head, rec(0), rec(1), rec(1)}, 2},
		{"without the snapshot", [][]byte{head, rec(1)}, -1},
		{"a record of another course of events", [][]byte{head, rec(0), rec(1), later[2]}, 2},
		{"that course itself", [][]byte{head, rec(0), later[1], later[2]}, 3},
		{"the last one damaged", [][]byte{head, rec(0), rec(1), rec(2), damaged(3)}, 3},
		{"the last two damaged", [][]byte{head, rec(0), rec(1), damaged(2), damaged(3)}, -1},
		{"another number", [][]byte{head, counted}, -1},
		{"another identity", [][]byte{other, rec(0)}, -1},
	} {
		if got := pages(c.parts...); got != c.want {
			t.Errorf("%s: %d pages, want %d", c.name, got, c.want)
		}
	}
}

// divergedLedger continues the ledger otherwise and returns its records; its pages end at the numbers
// of the records.
func divergedLedger(t *testing.T, s *suite, data []byte) [][]byte {
	t.Helper()
	d := newSimDisk(map[string][]byte{"x": data})
	l, _, err := loadLedger(d, "x", s, 0)
	if err != nil {
		t.Fatal(err)
	}
	records := [][]byte{nil}
	for i := range uint64(2) {
		st, from := l.state, l.size
		st.pages++
		if err := l.append(st, []change{{st.pages, 20 + i}}); err != nil {
			t.Fatal(err)
		}
		records = append(records, d.content()["x"][from:l.size])
	}
	return records
}

// TestSlotAAD sees that a wrapped key is bound to each thing its slot says.
func TestSlotAAD(t *testing.T) {
	s := slotEntry{ID: 1, Kind: KindPassword, Label: "ab", Time: 1, Memory: 64, Lanes: 1, Salt: make([]byte, saltSize)}
	seen := map[string]string{string(s.aad("book")): "itself"}
	for name, edit := range map[string]func(*slotEntry){
		"number":  func(s *slotEntry) { s.ID = 2 },
		"kind":    func(s *slotEntry) { s.Kind = kindDevice },
		"label":   func(s *slotEntry) { s.Label = "ac" },
		"salt":    func(s *slotEntry) { s.Salt = bytes.Repeat([]byte{1}, saltSize) },
		"time":    func(s *slotEntry) { s.Time = 2 },
		"memory":  func(s *slotEntry) { s.Memory = 65 },
		"threads": func(s *slotEntry) { s.Lanes = 2 },
		"borders": func(s *slotEntry) { s.Kind, s.Label = KindPassword+"a", "b" },
	} {
		c := s
		edit(&c)
		if other, ok := seen[string(c.aad("book"))]; ok {
			t.Errorf("%s and %s look alike", name, other)
		}
		seen[string(c.aad("book"))] = name
	}
	if _, ok := seen[string(s.aad("look"))]; ok {
		t.Error("the book is not bound")
	}
}

// TestRefusedPageIsBlank reads pages that are authentic and not the latest: nothing of them reaches SQLite.
func TestRefusedPageIsBlank(t *testing.T) {
	b := makeBook(t)
	clean := b.clean(t)
	old := edited(clean.files[b.path], func(d []byte) { copy(d, b.older[b.path]) })
	m, _ := mountOn(t, Options{disk: newSimDisk(clean.with("", old))})
	blank, refusals := make([]byte, pageSize), 0
	err := m.with(b.path, func(d *database) error {
		f, buf := newMainFile(d), make([]byte, pageSize)
		for n := range int64(d.known()) {
			if err := f.readAt(buf, n*pageSize); err == nil {
				continue
			}
			if refusals++; !bytes.Equal(buf, blank) {
				t.Errorf("page %d: %x", n+1, buf[:32])
			}
		}
		return nil
	})
	if err != nil || refusals == 0 {
		t.Errorf("%d refusals, %v", refusals, err)
	}
}

// TestRepairedPage flips a bit of a page that a crash had left to the log, once it is written again:
// from then on it is judged as any other.
func TestRepairedPage(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(db.Close(), m.Unmount()) }()
	if _, err := checkSim(m, db, b.path); err != nil {
		t.Fatal(err)
	}
	run(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	for n := 1; n < len(d.files[b.path].data)/pageSize; n++ {
		d.files[b.path].data[n*pageSize+9] ^= 1
		rep, err := m.Verify(t.Context(), b.path, nil)
		if !errors.Is(err, ErrTampered) || len(rep.Faults) != n || rep.Superseded > 0 {
			t.Fatalf("page %d: %v, %+v", n+1, err, rep)
		}
	}
}

// TestVerifyOlder puts back pages that are authentic and older, and verifies without SQLite.
func TestVerifyOlder(t *testing.T) {
	b := makeBook(t)
	clean := b.clean(t)
	old := edited(clean.files[b.path], func(d []byte) { copy(d, b.older[b.path]) })
	m, _ := mountOn(t, Options{disk: newSimDisk(clean.with("", old))})
	rep, err := m.Verify(t.Context(), b.path, nil)
	if !errors.Is(err, ErrTampered) || len(rep.Faults) < 3 {
		t.Errorf("%v, %v", err, rep.Faults)
	}
}

// TestLiveWithoutCommit cuts the only transaction of a log in two: a log that was called live holds
// one.
func TestLiveWithoutCommit(t *testing.T) {
	b := makeBook(t).clean(t)
	d := newSimDisk(b.files)
	m, db, err := openSim(d, b.path, "full")
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, bookTransaction(b.last+1))
	// A ledger that calls the log live and says nothing of frames, as after a rebuilt one.
	err = m.with(b.path, func(d *database) error {
		return d.record(nil, func(st *ledgerState) { st.frames = 0 })
	})
	files := d.content()
	if err := errors.Join(err, db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	files[b.path+walSuffix] = files[b.path+walSuffix][:recordAt(2)]
	if _, _, err := b.attempt(files); !errors.Is(err, ErrTampered) {
		t.Error(err)
	}
}

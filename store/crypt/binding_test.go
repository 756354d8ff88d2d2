package crypt

import (
	"bytes"
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

// TestLedgerChain moves, drops and repeats records.
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
	other := bytes.Clone(head)
	other[20] ^= 1
	for _, c := range []struct {
		name  string
		parts [][]byte
		want  int
	}{
		{"whole", [][]byte{head, rec(0), rec(1), rec(2), rec(3)}, 4},
		{"cut", [][]byte{head, rec(0), rec(1)}, 2},
		{"one dropped", [][]byte{head, rec(0), rec(2), rec(3)}, 1},
		{"swapped", [][]byte{head, rec(0), rec(2), rec(1)}, 1},
		{"repeated", [][]byte{head, rec(0), rec(1), rec(1)}, 2},
		{"without the snapshot", [][]byte{head, rec(1)}, -1},
		{"another identity", [][]byte{other, rec(0)}, -1},
	} {
		if got := pages(c.parts...); got != c.want {
			t.Errorf("%s: %d pages, want %d", c.name, got, c.want)
		}
	}
}

package crypt

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// goldenBook are the files of testdata/v1: the same bytes in every run, so that what a fuzzer found
// stays found.
func goldenBook(t testing.TB) *book {
	t.Helper()
	b := &book{path: filepath.Join(t.TempDir(), "company.db"), files: make(map[string][]byte)}
	for _, s := range []string{"", walSuffix, ledgerSuffix} {
		data, err := os.ReadFile(filepath.Join("testdata/v1", "company.db"+s))
		if err != nil {
			t.Fatal(err)
		}
		b.files[b.path+s] = data
	}
	return b
}

// FuzzLedger reads ledgers from outside, which may be no more than a beginning of the real one, and
// records that are authentic whatever they say.
func FuzzLedger(f *testing.F) {
	b := goldenBook(f)
	s := newSuite(testRoot.Sub("ledger"))
	whole := b.files[b.path+ledgerSuffix]
	beginnings := make(map[uint64]int) // number of the last record to pages
	for i := 1; ; i++ {
		l := &ledger{s: s, path: "x"}
		v, err := l.parse(cutRecord(append(bytes.Clone(whole), make([]byte, ledgerPrefix)...), i))
		if err != nil {
			break
		}
		beginnings[l.seq] = len(v)
	}
	if len(beginnings) < 3 {
		f.Fatal("records: ", beginnings)
	}
	f.Add(whole, false)
	f.Add(cutRecord(whole, 1), false)
	f.Add(swapRecords(whole), false)
	rec, _ := (&ledger{s: s, path: "x"}).encode(ledgerState{pages: 2}, []uint64{1, 2}, nil)
	f.Add(rec[ledgerPrefix:len(rec)-overhead], true)
	f.Fuzz(func(t *testing.T, data []byte, plain bool) {
		if !plain {
			l := &ledger{s: s, path: "x"}
			if v, err := l.parse(data); err == nil && len(v) != beginnings[l.seq] {
				t.Errorf("%d versions at record %d", len(v), l.seq)
			}
			return
		}
		l := &ledger{s: s, path: "x", seq: 1}
		if len(data) < ledgerFixed {
			return
		}
		if v, err := l.apply(nil, data); err == nil && len(v) != int(l.state.pages) {
			t.Errorf("%d versions, %d pages", len(v), l.state.pages)
		}
	})
}

// FuzzLog puts anything in place of the log: it is refused, or every page reads as after one of the
// transactions.
func FuzzLog(f *testing.F) {
	b := goldenBook(f)
	s := newShelf(f, b.path)
	wal := b.files[b.path+walSuffix]
	var images [][][]byte
	for n := uint32(1); recordAt(n) <= int64(len(wal)); n++ {
		if image, err := s.look(b.with(walSuffix, wal[:recordAt(n)])); err == nil {
			images = append(images, image)
		}
	}
	if len(images) < 2 {
		f.Fatal("states: ", len(images))
	}
	f.Add(wal)
	f.Add(wal[:recordAt(2)])
	f.Add(wal[:walHeader])
	f.Add(append(bytes.Clone(wal), wal[walHeader:]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		image, err := s.look(b.with(walSuffix, data))
		if err != nil {
			if !refused(err) {
				t.Error(err)
			}
			return
		}
		for _, known := range images {
			if same(image, known) {
				return
			}
		}
		t.Error("another content")
	})
}

// FuzzRecovery reads logs whose frames are authentic and say anything, as only who has the key could
// write them: the search for their end stops somewhere.
func FuzzRecovery(f *testing.F) {
	b := goldenBook(f)
	s := newShelf(f, b.path)
	wal := b.files[b.path+walSuffix]
	_, gen, _, ok := openWALHeader(s.m.logs, wal[:walHeader])
	if !ok {
		f.Fatal("the log's header does not open")
	}
	first := bytes.Clone(wal[recordAt(1):recordAt(2)])
	aad := newFrameAAD(id(b.files[b.path]), gen)
	if !s.m.logs.open(first[walClear:], first[walClear:], aad.frame(1, 1)) {
		f.Fatal("the first frame does not open")
	}
	f.Add(first[walClear:walClear+sqlFrameHead], uint32(1))
	f.Add(make([]byte, 3*sqlFrameHead), uint32(7))
	f.Fuzz(func(t *testing.T, heads []byte, begins uint32) {
		files := maps.Clone(b.files)
		log := bytes.Clone(wal[:walHeader])
		for n := uint32(1); len(heads) >= sqlFrameHead && n < 20; n++ {
			rec := make([]byte, walRecord)
			copy(rec, gen[:])
			be.PutUint32(rec[16:], n)
			be.PutUint32(rec[20:], begins)
			body := append(bytes.Clone(heads[:sqlFrameHead]), first[walClear+sqlFrameHead:walClear+sqlFrame]...)
			s.m.logs.seal(rec[walClear:], body, aad.frame(n, begins))
			log, heads = append(log, rec...), heads[sqlFrameHead:]
		}
		files[b.path+walSuffix] = log
		if _, err := s.look(files); err != nil && !refused(err) {
			t.Error(err)
		}
	})
}

// FuzzPage changes a sealed page and the place it is read at: nothing of it reaches SQLite. A page SQLite
// could write comes back as it was.
func FuzzPage(f *testing.F) {
	b := goldenBook(f)
	s, aad := newSuite(testRoot.Sub("db")), newPageAAD(id(b.files[b.path]))
	f.Add(bytes.Clone(b.files[b.path][:pageSize]), uint32(1))
	f.Add(bytes.Clone(b.files[b.path][pageSize:2*pageSize]), uint32(1))
	f.Add(emptyImage(), uint32(1))
	f.Add(make([]byte, pageSize), uint32(9))
	f.Fuzz(func(t *testing.T, data []byte, n uint32) {
		if len(data) != pageSize || n == 0 {
			return
		}
		page := bytes.Clone(data)
		db := b.files[b.path]
		real := int64(n)*pageSize <= int64(len(db)) && bytes.Equal(data, db[(n-1)*pageSize:][:pageSize])
		if _, ok := openPage(s, &aad, page, n); ok != real {
			t.Fatalf("page %d opens: %v", n, ok)
		}
		if !sealable(data, n) {
			return
		}
		sealed := make([]byte, pageSize)
		version := sealPage(s, &aad, sealed, data, n)
		got, ok := openPage(s, &aad, sealed, n)
		if data = bytes.Clone(data); n == 1 {
			data[18], data[19] = 2, 2
		}
		if !ok || got != version || !bytes.Equal(sealed, data) {
			t.Errorf("page %d does not come back", n)
		}
	})
}

func FuzzKeys(f *testing.F) {
	_, k := makeKeys(f)
	f.Add(k.doc.encode())
	f.Add([]byte(`{"format":"zafe-keys","version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := parseKeys(data)
		if err != nil {
			return
		}
		if !bytes.Equal(doc.encode(), data) {
			t.Error("accepted a second spelling")
		}
		for i := range doc.Slots {
			if s := &doc.Slots[i]; s.Kind == KindPassword && !s.kdf().valid() {
				t.Error("parameters out of bounds")
			}
		}
	})
}

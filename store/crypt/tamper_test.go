package crypt

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the documents that tests generate anew")

// attack is one row of TAMPER.md: what somebody does to the files of a closed or crashed book, and
// what the next opening makes of it.
type attack struct {
	what  string
	files map[string][]byte
	want  outcome
}

// Outcomes of attacks that no file of the book can tell from an honest past.
const (
	anchorHead outcome = "needs the outside anchor: opens as it once was; `Head` is lower than what was noted"
	anchorLast outcome = "needs the outside anchor: opens as of an earlier transaction; `Head` is the same, " +
		"the number of the last transaction tells"
	anchorGen outcome = "needs the outside anchor: opens with the slots of then; `Gen` is lower than the one " +
		"recorded in the database"
	cutMiddle outcome = "noticed with an event: all transactions from there on are gone"
)

// agedLedger is what follows a refusal where the number of the ledger, noted elsewhere, names the file at fault.
const agedLedger outcome = "; its number is lower than the `Head` noted, which names it as an older one"

// TestTamper tries the attacks of TAMPER.md and compares the document with what it finds.
func TestTamper(t *testing.T) {
	b := makeBook(t)
	var doc strings.Builder
	doc.WriteString(tamperIntro)
	for _, r := range regionGroups() {
		fmt.Fprintf(&doc, "\n## %s\n\n| where the bit is | outcome |\n|---|---|\n%s", r[0], r[1])
	}
	for _, g := range []struct {
		title string
		rows  []attack
	}{
		{"Database", b.databaseAttacks(t)},
		{"Ledger", b.ledgerAttacks(t)},
		{"Log", b.logAttacks(t)},
		{"Several files at once", b.combinedAttacks(t)},
	} {
		fmt.Fprintf(&doc, "\n## %s\n\n| attack | outcome |\n|---|---|\n", g.title)
		for _, a := range g.rows {
			got := b.observe(t, a.files)
			if g.title == "Ledger" {
				got += b.aged(t, a.files)
			}
			if got != a.want {
				t.Errorf("%s: %s\nwant %s", a.what, got, a.want)
			}
			fmt.Fprintf(&doc, "| %s | %s |\n", a.what, a.want)
		}
	}
	doc.WriteString(takenIntro)
	for _, a := range b.takenAttacks(t) {
		if got := b.taken(t, a.files); got != a.want {
			t.Errorf("taken as it is: %s: %s\nwant %s", a.what, got, a.want)
		}
		fmt.Fprintf(&doc, "| %s | %s |\n", a.what, a.want)
	}
	doc.WriteString("\n## Key file\n\n| attack | outcome |\n|---|---|\n")
	for _, a := range keyAttacks {
		if got := a.observe(t); got != a.want {
			t.Errorf("%s: %s\nwant %s", a.what, got, a.want)
		}
		fmt.Fprintf(&doc, "| %s | %s |\n", a.what, a.want)
	}
	golden(t, "TAMPER.md", doc.String())
}

// golden compares a document with its file, or writes it.
func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update && !t.Failed() {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what this test finds (%v); write it anew with -update and review it", path, err)
	}
}

const tamperIntro = `# What becomes of a sealed book that was tampered with

Written by TestTamper (go test ./store/crypt -run TestTamper -update), which tries each line and fails
if another outcome is seen. FORMAT.md describes the files. The attacker can write to every file of a
book that is closed, or that a crash left open, and does not know the root key.

*Refused* means that the database does not open, or that reading the page fails; the words are those of
the [Fault], which also names file and page. *Noticed* means that it opens and an [Event] is told.
*Harmless* means that every page reads exactly as before.

*Needs the outside anchor*: the files are a state the book once had, or could have had after a power
cut. Nothing inside them can tell. [Mount.Head] grows with every checkpoint and every new log; it tells
when all files are put back, if it was noted elsewhere (the backup target, the other computers). It does
not grow with each transaction: for the last ones since a checkpoint, the application notes the head of
its own chain of entries. What was noted also tells an older ledger from a lost log or an older page, though
the database does not open ([Mount.Origin]).

*The last transaction* is the last one in the log. Were its flush interrupted, it would look no other
way; only nobody would have been told that it is saved.
`

// regionGroups renders the table of regions, of which TestFlip tries every bit.
func regionGroups() (groups [][2]string) {
	for _, r := range regions {
		title := fmt.Sprintf("One bit flipped in the %s, after %s", fileNames[r.file], stateNames[r.state])
		var words []string
		for _, w := range r.want {
			words = append(words, string(w))
		}
		line := fmt.Sprintf("| %s | %s |\n", r.name, strings.Join(words, "; or "))
		if n := len(groups); n > 0 && groups[n-1][0] == title {
			groups[n-1][1] += line
			continue
		}
		groups = append(groups, [2]string{title, line})
	}
	return groups
}

var (
	fileNames  = map[string]string{"": "database", walSuffix: "log", ledgerSuffix: "ledger"}
	stateNames = map[string]string{"clean": "an orderly close", "crashed": "a crash"}
)

// observe opens the files and says what came of it.
func (b *book) observe(t *testing.T, files map[string][]byte) outcome {
	t.Helper()
	n, events, err := b.attempt(files)
	if f, ok := errors.AsType[*Fault](err); ok && refused(err) {
		return refusal(f.Kind)
	}
	if err != nil {
		return outcome("error: " + err.Error())
	}
	if says, err := b.content(files); err != nil || says != b.says(t, n) {
		return outcome(fmt.Sprintf("another content: %v", err))
	}
	before, after := b.head(t, b.files), b.head(t, files)
	switch {
	case n == b.last && len(events) > 0:
		return dropped
	case n == b.last:
		return harmless
	case after < before && len(events) == 0:
		return anchorHead
	case len(events) == 0:
		return anchorLast
	case n == b.last-1:
		return lastGone
	}
	return cutMiddle
}

// aged tells whether the ledger is older than it was noted: where the log holds transactions, as of the crash, and
// else as of the orderly close.
func (b *book) aged(t *testing.T, files map[string][]byte) outcome {
	t.Helper()
	at := func(files map[string][]byte) Origin {
		m, _ := mountOn(t, Options{disk: newSimDisk(files)})
		o, err := m.Origin(b.path)
		if err != nil || o.Foreign {
			t.Errorf("%+v, %v", o, err)
		}
		return o
	}
	noted := at(b.clean(t).files)
	if files[b.path+walSuffix] != nil {
		noted = at(b.files)
	}
	if now := at(files); now.Head != 0 && now.Head < noted.Head {
		return agedLedger
	}
	return ""
}

// says is the content after transaction n, replayed on a plain database.
func (b *book) says(t *testing.T, n int) string {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if err := (&worker{db: db}).setup(); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		run(t, db, bookTransaction(i+1))
	}
	s, err := dump(db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// head is what Head says about the files once SQLite has looked at them.
func (b *book) head(t *testing.T, files map[string][]byte) uint64 {
	t.Helper()
	m, _ := mountOn(t, Options{disk: newSimDisk(files)})
	head, err := m.Head(b.path)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// edited returns a changed copy.
func edited(data []byte, f func([]byte)) []byte {
	data = bytes.Clone(data)
	f(data)
	return data
}

// exchange swaps two pieces of data.
func exchange(data []byte, a, b, size int) {
	keep := bytes.Clone(data[a : a+size])
	copy(data[a:a+size], data[b:b+size])
	copy(data[b:], keep)
}

func (b *book) databaseAttacks(t *testing.T) []attack {
	clean, other := b.clean(t), b.foreign(t)
	db := clean.files[b.path]
	tampered, missing := refusal(ErrTampered), refusal(ErrMissingDB)
	return []attack{
		{"two pages swapped", clean.with("", edited(db, func(d []byte) {
			exchange(d, 2*pageSize, 3*pageSize, pageSize)
		})), tampered},
		{"a page blanked", clean.with("", edited(db, func(d []byte) {
			clear(d[2*pageSize : 3*pageSize])
		})), tampered},
		{"a page overwritten with another page of the book", clean.with("", edited(db, func(d []byte) {
			copy(d[2*pageSize:3*pageSize], d[pageSize:])
		})), tampered},
		{"a page replaced by the same page of another book under the same key", clean.with("", edited(db,
			func(d []byte) { copy(d[2*pageSize:3*pageSize], other.clean(t).files[b.path][2*pageSize:]) })), tampered},
		{"a page put back to an older version of itself", clean.with("", edited(db, func(d []byte) {
			copy(d[2*pageSize:3*pageSize], b.older[b.path][2*pageSize:])
		})), tampered},
		{"the file put back to an older version", clean.with("", b.older[b.path]), tampered},
		{"the last page cut off", clean.with("", db[:len(db)-pageSize]), tampered},
		{"cut inside the last page", clean.with("", db[:len(db)-10]), tampered},
		{"cut to one page", clean.with("", db[:pageSize]), tampered},
		{"emptied", clean.with("", []byte{}), missing},
		{"removed", clean.with("", nil), missing},
		{"emptied while the log holds transactions", b.with("", []byte{}), missing},
		{"removed while the log holds transactions", b.with("", nil), missing},
		{
			"junk appended behind the last page",
			clean.with("", append(bytes.Clone(db), make([]byte, pageSize)...)), harmless,
		},
		{"replaced by the database of another book under the same key", clean.with("", other.files[b.path]), tampered},
		{"replaced by a plain SQLite database", clean.with("", emptyImage()), tampered},
		{"a plain SQLite database alone", map[string][]byte{b.path: emptyImage()}, refusal(ErrNotSealed)},
		{"a text file alone", map[string][]byte{b.path: []byte("hello")}, refusal(ErrNotSealed)},
	}
}

func (b *book) ledgerAttacks(t *testing.T) []attack {
	clean, other := b.clean(t), b.foreign(t)
	led, old := clean.files[b.path+ledgerSuffix], b.older[b.path+ledgerSuffix]
	tampered, missing := refusal(ErrTampered), refusal(ErrMissingLedger)
	set := func(data []byte) map[string][]byte { return clean.with(ledgerSuffix, data) }
	return []attack{
		{"removed", set(nil), missing},
		{"removed while the log holds transactions", b.with(ledgerSuffix, nil), missing},
		{"emptied", set([]byte{}), tampered},
		{"cut to its header", set(led[:ledgerHeader]), tampered},
		{"put back to an older version", set(old), refusal(ErrMissingWAL) + agedLedger},
		{
			"put back to an older version while the log holds transactions", b.with(ledgerSuffix, old),
			tampered + agedLedger,
		},
		{
			"replaced by that of another book under the same key",
			set(other.files[b.path+ledgerSuffix]), refusal(ErrMissingWAL),
		},
		{"replaced by that of a closed book under the same key", set(other.clean(t).files[b.path+ledgerSuffix]), tampered},
		{"its last record cut off", set(cutRecord(led, 1)), refusal(ErrMissingWAL) + agedLedger},
		{"its last four records cut off", set(cutRecord(led, 4)), refusal(ErrMissingWAL) + agedLedger},
		{"its last two records swapped", set(swapRecords(led)), tampered},
		{"a record repeated at the end", set(append(bytes.Clone(led), led[len(cutRecord(led, 1)):]...)), dropped},
		{"junk appended, shorter than a record", set(append(bytes.Clone(led), "junk"...)), dropped},
		{"marked as written by a newer version", set(edited(led, func(l []byte) { l[9] = 2 })), refusal(ErrNewer)},
	}
}

func (b *book) logAttacks(t *testing.T) []attack {
	clean, other := b.clean(t), b.foreign(t)
	wal, tampered := b.files[b.path+walSuffix], refusal(ErrTampered)
	set := func(data []byte) map[string][]byte { return b.with(walSuffix, data) }
	flip := func(at int64) []byte { return edited(wal, func(w []byte) { w[at] ^= 1 }) }
	written := maps.Clone(b.written)
	written[b.path+walSuffix] = written[b.path+walSuffix][:recordAt(7)]
	return []attack{
		{"removed", set(nil), refusal(ErrMissingWAL)},
		{"emptied", set([]byte{}), refusal(ErrMissingWAL)},
		{"cut to its header", set(wal[:walHeader]), tampered},
		{"cut before the last checkpoint", set(wal[:recordAt(3)]), tampered},
		{"cut at a transaction that is in the database already", written, tampered},
		{"cut exactly after an earlier transaction since the last checkpoint", set(wal[:recordAt(7)]), anchorLast},
		{"cut inside the last transaction", set(wal[:recordAt(8)]), lastGone},
		{"the last of three transactions since the checkpoint damaged", set(flip(recordAt(8) + 1000)), lastGone},
		{"the second of three transactions since the checkpoint damaged", set(flip(recordAt(5) + 1000)), tampered},
		{"the frame that commits the second damaged", set(flip(recordAt(6))), tampered},
		{"two frames swapped", set(edited(wal, func(w []byte) {
			exchange(w, int(recordAt(2)), int(recordAt(3)), walRecord)
		})), tampered},
		{"a frame replaced by the same frame of an older log", set(edited(wal, func(w []byte) {
			copy(w[recordAt(2):recordAt(3)], b.older[b.path+walSuffix][recordAt(2):])
		})), tampered},
		{"the frames of an older log behind the header of this one", set(append(bytes.Clone(wal[:walHeader]),
			b.older[b.path+walSuffix][walHeader:]...)), tampered},
		{"the beginning of a transaction moved in the clear", set(edited(wal, func(w []byte) {
			be.PutUint32(w[recordAt(7)+20:], 6)
		})), lastGone},
		{"put back to the one before the last restart", set(b.older[b.path+walSuffix]), tampered},
		{"put back to one from before the last but one", set(b.eldest[b.path+walSuffix]), tampered},
		{"of another book under the same key", set(other.files[b.path+walSuffix]), tampered},
		{"of another book beside a closed database", clean.with(walSuffix, other.files[b.path+walSuffix]), tampered},
		{"an older one beside a closed database", clean.with(walSuffix, b.older[b.path+walSuffix]), tampered},
		{"the last one back beside the closed database", clean.with(walSuffix, wal), harmless},
		{"junk beside a closed database", clean.with(walSuffix, bytes.Repeat([]byte("junk"), 5000)), dropped},
		{"junk appended", set(append(bytes.Clone(wal), bytes.Repeat([]byte("junk"), 5000)...)), harmless},
		{"the first of three transactions damaged, written with synchronous=NORMAL", b.relaxed(t), cutMiddle},
	}
}

func (b *book) combinedAttacks(t *testing.T) []attack {
	clean, other := b.clean(t), b.foreign(t)
	mix := func(db, wal, led map[string][]byte) map[string][]byte {
		files := map[string][]byte{b.path: db[b.path], b.path + ledgerSuffix: led[b.path+ledgerSuffix]}
		if w := wal[b.path+walSuffix]; w != nil {
			files[b.path+walSuffix] = w
		}
		return files
	}
	old, now, tampered := b.older, b.files, refusal(ErrTampered)
	elsewhere := makeKeyed(t, Root{77}, b.path)
	return []attack{
		{"database, log and ledger put back together", mix(old, old, old), anchorHead},
		{
			"database, log and ledger put back together, from before the last checkpoint but one",
			mix(b.eldest, b.eldest, b.eldest), anchorHead,
		},
		{"database and log put back, ledger kept", mix(old, old, now), tampered},
		{"database and ledger put back, log kept", mix(old, now, old), tampered},
		{"log and ledger put back, database kept", mix(now, old, old), anchorHead},
		{"database put back, log and ledger kept", mix(old, now, now), tampered},
		{"database and ledger put back beside no log", mix(old, nil, old), refusal(ErrMissingWAL)},
		{"log and ledger removed", clean.with(ledgerSuffix, nil), refusal(ErrMissingLedger)},
		{"all files replaced by those of a book under another key", elsewhere, tampered},
		{"database and ledger of one book, log of another, same key", mix(now, other.files, now), tampered},
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

// swapRecords exchanges the last two records of a ledger.
func swapRecords(l []byte) []byte {
	a, b := len(cutRecord(l, 2)), len(cutRecord(l, 1))
	return bytes.Join([][]byte{l[:a], l[b:], l[a:b]}, nil)
}

// foreign is another book, with another file identity, under the same key and the same path.
func (b *book) foreign(t *testing.T) *book {
	t.Helper()
	other := makeBook(t)
	moved := make(map[string][]byte)
	for p, data := range other.files {
		moved[b.path+strings.TrimPrefix(p, other.path)] = data
	}
	return &book{path: b.path, files: moved, last: other.last}
}

// makeKeyed are the files of a new database under another root key.
func makeKeyed(t *testing.T, root Root, path string) map[string][]byte {
	t.Helper()
	d := newSimDisk(nil)
	m, err := NewMount(root, Options{disk: d})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Create(path), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	return d.content()
}

// relaxed is a book of as many transactions, of which the last three were not flushed one by one and
// the first of these is damaged.
func (b *book) relaxed(t *testing.T) map[string][]byte {
	t.Helper()
	d := newSimDisk(nil)
	m, db, err := openSim(d, b.path, "normal")
	if err != nil {
		t.Fatal(err)
	}
	if err := (&worker{db: db}).setup(); err != nil {
		t.Fatal(m.Explain(err))
	}
	for n := 1; n <= b.last; n++ {
		if n == b.last-2 {
			run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		}
		run(t, db, bookTransaction(n))
	}
	files := d.content()
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	files[b.path+walSuffix][recordAt(1)+1000] ^= 1
	return files
}

// TestLogAlone leaves nothing but the log. SQLite would make an empty database in its place and delete
// the log.
func TestLogAlone(t *testing.T) {
	b := makeBook(t)
	d := newSimDisk(map[string][]byte{b.path + walSuffix: b.files[b.path+walSuffix]})
	m, _ := mountOn(t, Options{disk: d})
	err := connect(t, m, b.path, standard()).Ping()
	if err == nil || !errors.Is(m.Explain(err), ErrMissingDB) {
		t.Error(m.Explain(err))
	}
	if !maps.EqualFunc(d.content(), map[string][]byte{b.path + walSuffix: b.files[b.path+walSuffix]}, bytes.Equal) {
		t.Error("files were changed")
	}
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

package crypt

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestDifferential gives a plain database, with SQLite's own page cache, and a sealed one the same statements: they
// answer the same and hold the same.
func TestDifferential(t *testing.T) { differential(t, 5, 200) }

// differential runs that many histories of that many statements and returns how many times the contents
// were compared. A history stays short: the statements let a table grow, and many of them go through it
// whole.
func differential(t *testing.T, histories, statements int) (compared int) {
	seed, _ := seeded(t)
	for i := range histories {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			compared += bothWays(t, rand.New(rand.NewPCG(seed, uint64(i))), statements)
		})
	}
	return compared
}

func bothWays(t *testing.T, rnd *rand.Rand, statements int) (compared int) {
	dir := t.TempDir()
	m, events := mountOn(t, Options{TempDir: dir})
	p := pair{t, startPlain(t, filepath.Join(dir, "plain.db")), connect(t, m, filepath.Join(dir, "sealed.db"), standard())}
	p.sealed.SetMaxOpenConns(1)
	for _, q := range []string{
		fmt.Sprintf("PRAGMA cache_size=%d", []int{-2000, 6 + rnd.IntN(60)}[rnd.IntN(2)]), // few pages: many go and come back
		"CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT NOT NULL, amount INT, memo TEXT) STRICT",
		"CREATE INDEX entry_account ON entry(account, amount)",
		"CREATE TABLE tag(name TEXT, entry INT REFERENCES entry ON DELETE CASCADE, PRIMARY KEY(name, entry)) WITHOUT ROWID",
		"CREATE VIRTUAL TABLE memo_text USING fts5(memo, content='entry', content_rowid='id')",
		`CREATE TRIGGER entry_text AFTER INSERT ON entry BEGIN
			INSERT INTO memo_text(rowid, memo) VALUES(new.id, new.memo); END`,
	} {
		p.both(q)
	}
	for i := range statements {
		p.both(randomStatement(rnd))
		if i%100 == 99 {
			p.both("PRAGMA integrity_check")
			p.compare()
			compared++
		}
	}
	if _, err := m.Verify(t.Context(), filepath.Join(dir, "sealed.db"), nil); err != nil {
		t.Error(err)
	}
	if e := events(); len(e) > 0 {
		t.Errorf("events: %v", e)
	}
	return compared
}

// plainEnv makes this test binary a plain database that does what it is told.
const plainEnv = "ZAFE_CRYPT_PLAIN"

// plainDB is a plain database in a process of its own, where nothing of ours is below SQLite nor beside it.
type plainDB struct {
	in  *json.Encoder
	out *json.Decoder
}

// plainAnswer is what a statement gave, or the whole content where there was none.
type plainAnswer struct{ Rows, Err string }

func servePlain(path string, in io.Reader, out io.Writer) error {
	db, err := sql.Open("sqlite", "file:"+path+"?"+standard().Encode())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	asked, told := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var q string
		if err := asked.Decode(&q); err != nil {
			return errors.Join(ignoreEOF(err), db.Close())
		}
		var a plainAnswer
		if q == "" {
			a.Rows, err = dump(db)
		} else {
			a.Rows, err = answer(db, q)
		}
		a.Err = fmt.Sprint(err)
		if err := told.Encode(a); err != nil {
			return err
		}
	}
}

func startPlain(t *testing.T, path string) *plainDB {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env, cmd.Stderr = append(os.Environ(), plainEnv+"="+path), os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
	})
	return &plainDB{json.NewEncoder(in), json.NewDecoder(out)}
}

// ask has a statement done, or asks for the content if it is "".
func (p *plainDB) ask(t *testing.T, q string) (a plainAnswer) {
	t.Helper()
	if err := errors.Join(p.in.Encode(q), p.out.Decode(&a)); err != nil {
		t.Fatal(err)
	}
	return a
}

// pair is the same database twice.
type pair struct {
	t      *testing.T
	plain  *plainDB
	sealed *sql.DB
}

// both runs a statement on both and compares rows and errors.
func (p pair) both(q string) {
	p.t.Helper()
	plain := p.plain.ask(p.t, q)
	a, errA := plain.Rows, plain.Err
	b, errB := answer(p.sealed, q)
	if strings.Contains(q, "wal_checkpoint") {
		a, b = "", "" // counts frames, of pages that hold 40 bytes more in one
	}
	if a != b || errA != fmt.Sprint(errB) {
		p.t.Fatalf("%s\nplain:  %.300s %v\nsealed: %.300s %v", q, a, errA, b, errB)
	}
}

func answer(db *sql.DB, q string) (string, error) {
	var s strings.Builder
	_, err := each(db, q, func(row []any) { _, _ = fmt.Fprintf(&s, "%#v\n", row) })
	return s.String(), err
}

func (p pair) compare() {
	p.t.Helper()
	a := p.plain.ask(p.t, "")
	if b, err := dump(p.sealed); err != nil || a.Err != fmt.Sprint(nil) || a.Rows != b {
		p.t.Fatalf("contents differ: %v, %s", err, a.Err)
	}
}

// randomStatement is one of the kinds a business application uses, and of those that move pages about.
func randomStatement(rnd *rand.Rand) string {
	n, account := rnd.IntN(2000), rnd.IntN(40)
	memo := fmt.Sprintf("word%d %s", rnd.IntN(50), strings.Repeat("x", rnd.IntN(300)))
	switch rnd.IntN(16) {
	case 0, 1, 2:
		return fmt.Sprintf("INSERT INTO entry(account, amount, memo) VALUES(%d, %d, '%s') RETURNING id", account, n, memo)
	case 3:
		return fmt.Sprintf(`INSERT INTO entry(account, amount, memo)
			SELECT account+1, amount*2, memo FROM entry WHERE id%%50=%d LIMIT 40`, account)
	case 4:
		return fmt.Sprintf("UPDATE entry SET amount=amount+%d, memo=memo||'y' WHERE account=%d", n, account)
	case 5:
		return fmt.Sprintf("DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE account=%d LIMIT 30)", account)
	case 6:
		return fmt.Sprintf(`INSERT INTO tag SELECT 't%d', id FROM entry WHERE id%%30=%d
			ON CONFLICT DO NOTHING`, n%7, account%30)
	case 7:
		return fmt.Sprintf("INSERT INTO entry VALUES(%d, NULL, 1, 'refused')", n) // NOT NULL
	case 8:
		return fmt.Sprintf("SELECT rowid FROM memo_text WHERE memo_text MATCH 'word%d' ORDER BY rowid", n%50)
	case 9:
		return "SELECT account, sum(amount), count(*) FROM entry GROUP BY account ORDER BY account"
	case 10:
		return `SELECT id, sum(amount) OVER (PARTITION BY account ORDER BY id) FROM entry ORDER BY memo, id LIMIT 200`
	case 11:
		return "SAVEPOINT s; UPDATE entry SET amount=0; ROLLBACK TO s; RELEASE s"
	case 12:
		return fmt.Sprintf("BEGIN; DELETE FROM tag WHERE name='t%d'; ROLLBACK", n%7)
	case 13:
		return fmt.Sprintf("CREATE TEMP TABLE IF NOT EXISTS scratch AS SELECT * FROM entry WHERE account=%d", account)
	case 14:
		return []string{
			"DROP INDEX IF EXISTS entry_memo", "CREATE INDEX IF NOT EXISTS entry_memo ON entry(memo)",
			"DROP TABLE IF EXISTS temp.scratch", "INSERT INTO memo_text(memo_text) VALUES('rebuild')", "REINDEX",
		}[rnd.IntN(5)]
	}
	return []string{
		"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint(RESTART)", "ANALYZE", "PRAGMA quick_check",
	}[rnd.IntN(5)]
}

package crypt

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// childEnv makes this test binary a worker on the database it names.
const childEnv = "ZAFE_CRYPT_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(plainEnv); path != "" {
		if err := servePlain(path, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// model is what a database must hold: the value of each key, by plain Go.
type model map[int]string

// modelOp is one change of a transaction.
type modelOp struct {
	key   int
	value string // empty: delete
}

// modelOps are the changes of transaction n: the child makes them, and the parent, who knows the
// numbers only, makes them again in its model.
func modelOps(seed uint64, n int) []modelOp {
	rnd := rand.New(rand.NewPCG(seed, uint64(n)))
	ops := make([]modelOp, 1+rnd.IntN(6))
	for i := range ops {
		ops[i].key = rnd.IntN(400)
		if rnd.IntN(4) > 0 {
			ops[i].value = strings.Repeat(strconv.Itoa(n%10), 1+rnd.IntN(3000))
		}
	}
	return ops
}

// apply replays transaction n.
func (m model) apply(seed uint64, n int) {
	for _, op := range modelOps(seed, n) {
		if m[op.key] = op.value; op.value == "" {
			delete(m, op.key)
		}
	}
}

// compare sees that the database holds the model and nothing else.
func (m model) compare(db *sql.DB) error {
	rows, err := db.Query("SELECT key, value FROM pair")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	found := 0
	for rows.Next() {
		var key int
		var value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		if found++; m[key] != value {
			return fmt.Errorf("key %d holds %.9q (%d), want %.9q (%d)", key, value, len(value), m[key], len(m[key]))
		}
	}
	if err := rows.Err(); err != nil || found != len(m) {
		return fmt.Errorf("%d keys, want %d: %w", found, len(m), err)
	}
	return nil
}

// setup makes the tables of the model.
func (model) setup(db *sql.DB) error {
	_, err := db.Exec(`CREATE TABLE done(n INT); INSERT INTO done VALUES(0);
		CREATE TABLE pair(key INTEGER PRIMARY KEY, value TEXT)`)
	return err
}

// child commits transactions and prints the number of each once it is confirmed, while readers and
// a checkpointer are at work, until it is killed. The seed is its only argument.
func child(path string) error {
	seed, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err != nil {
		return err
	}
	m, err := NewMount(testRoot, Options{})
	if err != nil {
		return err
	}
	if err := m.Hold(path); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", m.DSN(path, standard()))
	if err != nil {
		return err
	}
	var n int
	if err := db.QueryRow("SELECT n FROM done").Scan(&n); err != nil {
		return m.Explain(err)
	}
	fmt.Println("ready", n)
	loop := func(f func() error) {
		go func() {
			for {
				began := time.Now()
				if err := f(); err != nil {
					fmt.Println("error", m.Explain(err), "after", time.Since(began))
					os.Exit(1)
				}
			}
		}()
	}
	for range 2 {
		loop(func() error {
			var n int
			return db.QueryRow("SELECT coalesce(sum(length(value)), 0) FROM pair WHERE key%7=3").Scan(&n)
		})
	}
	// It rests as long as it works: on a slow disk the writer, who asks ten times a second, would not find a moment
	// between two checkpoints in all the ten seconds that it waits.
	rest := time.Duration(0)
	loop(func() error {
		time.Sleep(max(rest, 3*time.Millisecond))
		kind := []string{"PASSIVE", "RESTART", "TRUNCATE"}[rand.IntN(3)]
		began := time.Now()
		_, err := db.Exec("PRAGMA wal_checkpoint(" + kind + ")")
		rest = time.Since(began)
		return err
	})
	for {
		n++
		began := time.Now()
		if err := commitModel(db, seed, n); err != nil {
			return fmt.Errorf("transaction %d, %v after it began: %w", n, time.Since(began), m.Explain(err))
		}
		fmt.Println(n)
	}
}

// commitModel commits transaction n; every hundredth is followed by VACUUM.
func commitModel(db *sql.DB, seed uint64, n int) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, op := range modelOps(seed, n) {
		q := "INSERT INTO pair VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value=?2"
		if op.value == "" {
			q = "DELETE FROM pair WHERE key=?1 OR ?2 IS NULL"
		}
		if _, err := tx.Exec(q, op.key, op.value); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("UPDATE done SET n=?", n); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil || n%100 != 0 {
		return err
	}
	_, err = db.Exec("VACUUM")
	return err
}

// start runs a child on path and returns it with its output.
func start(t *testing.T, path string, seed uint64) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, strconv.FormatUint(seed, 10))
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

// newBook creates a database with the model's tables on the real disk.
func newBook(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "company.db")
	m, err := NewMount(testRoot, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(path); err != nil {
		t.Fatal(err)
	}
	db := connect(t, m, path, standard())
	if err := (model{}).setup(db); err != nil {
		t.Fatal(m.Explain(err))
	}
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKill kills a working process again and again. All that it had confirmed is there and nothing
// else but at most the one transaction it was about to confirm, everything verifies, and nobody cries
// wolf.
func TestKill(t *testing.T) { kills(t, 6) }

// kills kills that many processes, at random moments from their start on, and more where a loaded machine lets
// them do little before: it takes two transactions for each to say anything.
func kills(t *testing.T, count int) (transactions int) {
	seed, _ := seeded(t)
	path, rnd, want := newBook(t), rand.New(rand.NewPCG(seed, 1)), model{}
	last := 0 // transactions in want
	for i := 0; i < count || last < 2*count; i++ {
		if i%100 == 99 {
			t.Logf("%d kills", i) // a soak takes an hour
		}
		cmd, out := start(t, path, seed)
		confirmed := killed(t, cmd, out, rnd, last)
		m, err := NewMount(testRoot, Options{})
		if err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", m.DSN(path, standard()))
		if err != nil {
			t.Fatal(err)
		}
		n, err := m.wholeModel(path, db)
		if err != nil || n < confirmed || n > confirmed+1 {
			t.Fatalf("kill %d: transaction %d, %d were confirmed: %v", i, n, confirmed, err)
		}
		for ; last < n; last++ {
			want.apply(seed, last+1)
		}
		if err := want.compare(db); err != nil {
			t.Fatalf("kill %d, transaction %d: %v", i, n, err)
		}
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d transactions", count, last)
	return last
}

// killed kills a process after a few transactions, or at any time since its start, and returns the last
// transaction it confirmed.
func killed(t *testing.T, cmd *exec.Cmd, out *bufio.Scanner, rnd *rand.Rand, confirmed int) int {
	t.Helper()
	kill := func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
	}
	wait := 1 + rnd.IntN(40)
	if rnd.IntN(4) == 0 {
		wait = 0
		time.AfterFunc(time.Duration(rnd.IntN(60_000))*time.Microsecond, kill)
	}
	for out.Scan() { // to the last word
		n, err := strconv.Atoi(strings.TrimPrefix(out.Text(), "ready "))
		if err != nil || n > confirmed+1 {
			t.Fatalf("%q after %d", out.Text(), confirmed)
		}
		confirmed = max(confirmed, n)
		if wait--; wait == 0 {
			kill()
		}
	}
	_ = cmd.Wait()
	return confirmed
}

// wholeModel verifies the database and returns its last transaction.
func (m *Mount) wholeModel(path string, db *sql.DB) (n int, err error) {
	if err := m.Hold(path); err != nil {
		return 0, err
	}
	if _, err := m.Verify(context.Background(), path, nil); err != nil {
		return 0, err
	}
	var ok string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		return 0, fmt.Errorf("integrity: %s, %w", ok, m.Explain(err))
	}
	return n, db.QueryRow("SELECT n FROM done").Scan(&n)
}

// TestSecondProcess finds the book in use by another process, and free once that has died.
func TestSecondProcess(t *testing.T) {
	path := newBook(t)
	cmd, out := start(t, path, 1)
	if !out.Scan() {
		t.Fatal("no word from the child")
	}
	m, _ := mountOn(t, Options{})
	if err := m.Hold(path); !errors.Is(err, ErrInUse) {
		t.Errorf("Hold: %v", err)
	}
	db := connect(t, m, path, nil)
	if err := m.Explain(db.Ping()); !errors.Is(err, ErrInUse) {
		t.Errorf("SQLite: %v", err)
	}
	if _, err := m.Verify(t.Context(), path, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("Verify: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if err := m.Hold(path); err != nil {
		t.Errorf("after its death: %v", err)
	}
	other, _ := mountOn(t, Options{})
	if err := other.Hold(path); !errors.Is(err, ErrInUse) {
		t.Errorf("a second mount: %v", err)
	}
}

// TestNoPlaintext looks for known text, and for SQLite's own, in every file while the database
// works: database, log, ledger and what SQLite spills to temporary files.
func TestNoPlaintext(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "company.db")
	m, _ := mountOn(t, Options{TempDir: dir})
	db := connect(t, m, path, standard())
	db.SetMaxOpenConns(1)
	exec1 := func(q string, args ...any) { t.Helper(); run(t, db, q, args...) }
	exec1("PRAGMA temp_store=FILE")
	exec1("PRAGMA cache_size=10")
	exec1("CREATE TABLE entry(id INTEGER PRIMARY KEY, account INT, memo TEXT)")
	exec1(bulk, 30_000)
	exec1("CREATE TEMP TABLE scratch AS SELECT * FROM entry ORDER BY memo")
	rows, err := db.Query("SELECT memo FROM entry ORDER BY memo DESC")
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	temps := 0
	look := func(p string) {
		data, err := os.ReadFile(p)
		if err != nil {
			return
		}
		for _, s := range []string{"cleartext", "SQLite format", "CREATE TABLE"} {
			if bytes.Contains(data, []byte(s)) {
				t.Errorf("%s contains %q", p, s)
			}
		}
		if len(data) > pageSize && entropy(data) < 7.9 {
			t.Errorf("%s: %.3f bits a byte", p, entropy(data))
		}
		if strings.Contains(p, "/fd/") && len(data) > 0 {
			temps++
		}
	}
	walk := func() {
		_ = filepath.WalkDir(dir, func(p string, e fs.DirEntry, _ error) error {
			if st, err := e.Info(); err == nil && !e.IsDir() {
				look(p)
				if st.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
					t.Errorf("%s has mode %v", p, st.Mode())
				}
			}
			return nil
		})
	}
	walk()
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		p := "/proc/self/fd/" + fd.Name()
		if to, err := os.Readlink(p); err == nil && strings.HasPrefix(to, dir) && strings.Contains(to, ".tmp") {
			look(p)
		}
	}
	if runtime.GOOS == "linux" && temps == 0 {
		t.Error("no temporary file was seen")
	}
	_ = rows.Close()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	walk()
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if runtime.GOOS == "windows" { // an open file cannot be removed: the lock's stays
		left = slices.DeleteFunc(left, IsLock)
	}
	if len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

// entropy of a file in bits a byte.
func entropy(data []byte) float64 {
	var count [256]float64
	for _, b := range data {
		count[b]++
	}
	h := 0.0
	for _, c := range count {
		if p := c / float64(len(data)); p > 0 {
			h -= p * math.Log2(p)
		}
	}
	return h
}

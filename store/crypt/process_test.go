package crypt

import (
	"bufio"
	"bytes"
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
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child commits transactions and prints the number of each once it is confirmed, while readers and
// a checkpointer are at work, until it is killed.
func child(path string) error {
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
	if err := db.QueryRow("SELECT n FROM meta").Scan(&n); err != nil {
		return m.Explain(err)
	}
	fmt.Println("ready", n)
	loop := func(f func() error) {
		go func() {
			for {
				if err := f(); err != nil {
					fmt.Println("error", m.Explain(err))
					os.Exit(1)
				}
			}
		}()
	}
	for range 2 {
		loop(func() error {
			var total, sum int
			return db.QueryRow("SELECT total, (SELECT coalesce(sum(v),0) FROM item) FROM meta").Scan(&total, &sum)
		})
	}
	loop(func() error {
		time.Sleep(3 * time.Millisecond)
		kind := []string{"PASSIVE", "RESTART", "TRUNCATE"}[rand.IntN(3)]
		_, err := db.Exec("PRAGMA wal_checkpoint(" + kind + ")")
		return err
	})
	for {
		n++
		tx, err := db.Begin()
		if err != nil {
			return m.Explain(err)
		}
		for _, q := range []string{
			"INSERT INTO item(v, pad) VALUES(abs(random())%1000, zeroblob(abs(random())%9000))",
			"DELETE FROM item WHERE id=(SELECT min(id) FROM item) AND (SELECT count(*) FROM item)>300",
			"UPDATE meta SET n=n+1, total=(SELECT sum(v) FROM item)",
		} {
			if _, err := tx.Exec(q); err != nil {
				return m.Explain(err)
			}
		}
		if err := tx.Commit(); err != nil {
			return m.Explain(err)
		}
		fmt.Println(n)
	}
}

// start runs a child on path and returns it with its output.
func start(t *testing.T, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s := bufio.NewScanner(out)
	if !s.Scan() || !strings.HasPrefix(s.Text(), "ready") {
		t.Fatalf("child: %q", s.Text())
	}
	return cmd, s
}

// newBook creates a database with the worker's tables on the real disk.
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
	if err := (&worker{db: db}).setup(); err != nil {
		t.Fatal(m.Explain(err))
	}
	if err := errors.Join(db.Close(), m.Unmount()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKill kills a working process again and again. What it had confirmed is there, everything
// verifies, and nobody cries wolf.
func TestKill(t *testing.T) {
	path := newBook(t)
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	confirmed := 0
	for i := range 6 {
		cmd, out := start(t, path)
		want := rnd.IntN(40)
		for k := 0; k <= want && out.Scan(); k++ {
			n, err := strconv.Atoi(out.Text())
			if err != nil {
				t.Fatal(out.Text())
			}
			confirmed = n
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() { // what it managed to say before it died
			if n, err := strconv.Atoi(out.Text()); err == nil {
				confirmed = n
			}
		}
		_ = cmd.Wait()
		m, err := NewMount(testRoot, Options{})
		if err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", m.DSN(path, standard()))
		if err != nil {
			t.Fatal(err)
		}
		n, err := checkSim(m, db, path)
		if err != nil || n < confirmed {
			t.Fatalf("kill %d: transaction %d, %d were confirmed: %v", i, n, confirmed, err)
		}
		if err := errors.Join(db.Close(), m.Unmount()); err != nil {
			t.Fatal(err)
		}
	}
	if confirmed < 20 {
		t.Errorf("only %d transactions", confirmed)
	}
}

// TestSecondProcess finds the book in use by another process, and free once that has died.
func TestSecondProcess(t *testing.T) {
	path := newBook(t)
	cmd, _ := start(t, path)
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

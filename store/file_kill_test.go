package store_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zafe/app/file"
	"zafe/store"
	"zafe/store/storetest"
)

// killEnv makes this test binary a program at work on the book it names, until it is killed.
const killEnv = "ZAFE_STORE_ATTACH"

// clearMark stands all over the contents that are attached; it must never be seen on a disk.
const clearMark = "PIECE-EN-CLAIR."

// hurried is a clock by which a month passes in three seconds, so that contents are forgotten all the time.
func hurried() time.Time {
	now := time.Now()
	return now.Add(now.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) % time.Hour * 1_000_000)
}

// attachUntilKilled attaches and detaches on several goroutines while another one tidies up. It says what was
// confirmed ("+ id digest") and what it is about to take off ("- id").
func attachUntilKilled(dir string) error {
	o := cheap
	o.Clock = hurried
	s, err := store.Open(context.Background(), dir, store.WithRecovery(storetest.Recovery), o)
	if err != nil {
		return err
	}
	var out sync.Mutex
	say := func(args ...any) { out.Lock(); defer out.Unlock(); fmt.Println(args...) }
	say("ready")
	failed := make(chan error)
	for worker := range 3 {
		go func() {
			for {
				if err := attachOne(s, worker, say); err != nil {
					failed <- err
				}
			}
		}()
	}
	go func() {
		for {
			if err := s.SweepFiles(context.Background()); err != nil {
				failed <- err
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return <-failed
}

func attachOne(s *store.Store, worker int, say func(...any)) error {
	ctx := context.Background()
	// Few contents, so that the same one comes back while it is being forgotten.
	text := strings.Repeat(fmt.Sprint(clearMark, rand.IntN(40)), 1+rand.IntN(3)*rand.IntN(6000))
	c, err := s.ReceiveFile(ctx, strings.NewReader(text))
	if err != nil {
		return err
	}
	var a file.Attachment
	err = s.Update(ctx, func(tx *store.Tx) error {
		have, err := tx.Attachments(file.Subject{Kind: file.Customer, ID: int64(worker + 1)})
		if err != nil {
			return err
		}
		for _, h := range have {
			if h.Digest == c.Digest() || rand.IntN(8) == 0 {
				say("-", h.ID)
				if err := tx.DropAttachment(h.ID); err != nil {
					return err
				}
			}
		}
		a, err = tx.AddAttachment(file.Attachment{
			Subject: file.Subject{Kind: file.Customer, ID: int64(worker + 1)}, Name: "n", Size: c.Length(),
			Digest: c.Digest(), At: tx.Now(),
		}, c)
		return err
	})
	if err = errors.Join(err, c.Discard()); err != nil {
		return err
	}
	say("+", a.ID, a.Digest)
	return nil
}

// TestKillWhileAttaching kills a program at work on attachments again and again: nothing confirmed is lost, no
// row is without its file, and no clear text is anywhere on the disk.
func TestKillWhileAttaching(t *testing.T) {
	kills := 12
	if n, err := strconv.Atoi(os.Getenv("ZAFE_KILLS")); err == nil {
		kills = n
	}
	dir := filepath.Join(t.TempDir(), "book")
	newBook(t, dir, "")
	kept := map[file.ID]string{}
	confirmed := 0
	for range kills {
		for _, line := range killedAttaching(t, dir) {
			f := strings.Fields(line)
			if f[0] == "error" {
				t.Fatal(line)
			}
			id, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil || f[0] == "+" && len(f) < 3 {
				t.Fatal(line)
			}
			if f[0] == "-" {
				delete(kept, file.ID(id))
			} else {
				kept[file.ID(id)] = f[2]
				confirmed++
			}
		}
		noClearText(t, dir)
		s, err := store.Open(t.Context(), dir, store.WithRecovery(storetest.Recovery), cheap)
		if err != nil {
			t.Fatal(err)
		}
		if got := fileFindings(t, s); got != "" {
			t.Fatalf("rows without a good file: %s", got)
		}
		for id, digest := range kept {
			var a file.Attachment
			err := s.View(t.Context(), func(tx *store.Tx) (err error) { a, _, err = tx.Attachment(id); return err })
			if err != nil {
				t.Fatal(err)
			}
			got, err := content(t, s, a)
			if sum := sha256.Sum256([]byte(got)); err != nil || hex.EncodeToString(sum[:]) != digest {
				t.Fatalf("attachment %d was confirmed and is lost: %v", id, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d attachments confirmed, %d still there", kills, confirmed, len(kept))
	if confirmed < 3*kills {
		t.Error("hardly anything was attached")
	}
}

// killedAttaching runs the program on a book, kills it at work and returns what it said.
func killedAttaching(t *testing.T, dir string) (lines []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewScanner(pipe)
	if !out.Scan() || out.Text() != "ready" {
		t.Fatalf("the program says %q", out.Text())
	}
	work := 1 + rand.IntN(60) // lines, not time: a busy machine gets nothing done in no time
	for out.Scan() {
		if lines = append(lines, out.Text()); len(lines) == work {
			time.AfterFunc(time.Duration(rand.IntN(30))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait()
	if n := len(lines); n > 0 && len(strings.Fields(lines[n-1])) < 2 {
		lines = lines[:n-1] // cut in the middle
	}
	return lines
}

func noClearText(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(clearMark)) {
			t.Errorf("%s holds clear text", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

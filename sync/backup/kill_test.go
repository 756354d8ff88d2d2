package backup

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// fileStore keeps a blob in a file, for the two processes of the kill test.
type fileStore string

func (f fileStore) Load(context.Context) ([]byte, error) {
	data, err := os.ReadFile(string(f))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return data, err
}

func (f fileStore) Save(_ context.Context, data []byte) error {
	return os.WriteFile(string(f), data, 0o600)
}

// The program is killed while it sends, again and again, at any moment.
func TestKilledWhileSending(t *testing.T) {
	rounds, interrupted := 6, 0
	if testing.Short() {
		rounds = 2
	}
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			ctx := context.Background()
			b := newBook(t)
			s, c, set := newService(t, b)
			dir := t.TempDir()
			if err := s.set.Remotes.MoveTo(ctx, fileStore(filepath.Join(dir, "config"))); err != nil {
				t.Fatal(err)
			}
			id := addDestination(t, s, server.draft(t))
			images := map[uint64][]byte{}
			listed := 0
			for round := range rounds {
				b.work(t, 12, 50_000)
				taken, err := s.Snapshot(ctx, nil)
				if err != nil {
					t.Fatal(err)
				}
				images[taken.Manifest.Seq] = b.bytes()
				c.pass(time.Hour)
				killSender(t, set.Dir, filepath.Join(dir, "config"), id)
				if n := allPointsRestore(t, s, id, images); n < listed || n > round+1 {
					t.Fatalf("%d points after round %d, %d before", n, round, listed)
				} else if listed = n; n <= round {
					interrupted++
				}
			}
			if sent := s.Send(ctx, id, nil); sent.Err != nil {
				t.Fatal(sent.Err)
			}
			if n := allPointsRestore(t, s, id, images); n != rounds {
				t.Fatalf("%d points in the end", n)
			}
		})
	}
	t.Logf("%d of %d sendings were interrupted", interrupted, rounds*len(servers))
	if interrupted == 0 {
		t.Error("every sending was over before it could be killed")
	}
}

// killSender runs a process that sends and kills it soon after the first bytes left.
func killSender(t *testing.T, vaultDir, config, id string) {
	t.Helper()
	killChild(t, "TestSenderChild", 60, "ZAFE_VAULT="+vaultDir, "ZAFE_REMOTES="+config, "ZAFE_ID="+id)
}

// killChild runs a test of this program as a process of its own and kills it some milliseconds after
// it said "go".
func killChild(t *testing.T, test string, within int, env ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "go" {
	}
	time.Sleep(time.Duration(rand.IntN(within)) * time.Millisecond)
	_ = cmd.Process.Kill()
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
}

// TestSenderChild is the process TestKilledWhileSending kills.
func TestSenderChild(t *testing.T) {
	dir := os.Getenv("ZAFE_VAULT")
	if dir == "" || os.Getenv("ZAFE_ID") == "" {
		t.Skip("runs as a child only")
	}
	ctx := context.Background()
	remotes, err := remote.Use(ctx, fileStore(os.Getenv("ZAFE_REMOTES")), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, Settings{
		Dir: dir, Vault: VaultOf{ID: "company-1", RecoveryKey: testKey}, WriterID: "pc-00000001",
		Remotes: remotes, State: &remote.Memory{},
	})
	if err != nil {
		t.Fatal(err)
	}
	told := false
	sent := s.Send(ctx, os.Getenv("ZAFE_ID"), func(p vault.Progress) {
		if p.Stage == vault.StageCompare && p.Objects == p.Of-1 && !told {
			told = true
			fmt.Println("go")
		}
	})
	if sent.Err != nil {
		t.Fatal(sent.Err)
	}
}

// The program is killed while it makes a restore point, again and again, at any moment.
func TestKilledWhileSaving(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.sql(`WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<20000)
		INSERT INTO line(label) SELECT hex(randomblob(100)) FROM n;`)
	s, c, set := newService(t, b)
	images := map[uint64][]byte{}
	rounds, interrupted := 12, 0
	for range rounds {
		b.sql("UPDATE line SET label=hex(randomblob(100)) WHERE id%3=abs(random()%3)")
		killChild(t, "TestSaverChild", 90, "ZAFE_VAULT="+set.Dir, "ZAFE_BOOK="+b.path)
		points, err := s.Points(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range points {
			if images[m.Seq] == nil {
				images[m.Seq] = b.bytes()
			}
		}
		if len(points) == 0 || !bytes.Equal(images[points[0].Seq], b.bytes()) {
			interrupted++
		}
		left, _ := filepath.Glob(filepath.Join(set.Dir, "w", "*", "*", ".new-*"))
		if len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	tree, err := OpenFolder(ctx, set.Dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	points := contents.Writers[0].Points
	images[points[len(points)-1].Seq] = b.bytes()
	for _, p := range points {
		sink := newSink(t)
		if _, err := Restore(ctx, tree, p, sink, nil); err != nil || !bytes.Equal(sink.image, images[p.Seq]) {
			t.Errorf("%s does not come back: %v", p, err)
		}
	}
	if t.Logf("%d of %d savings were interrupted", interrupted, rounds); interrupted == 0 {
		t.Error("every saving was over before it could be killed")
	}
}

// TestSaverChild is the process TestKilledWhileSaving kills.
func TestSaverChild(t *testing.T) {
	dir, path := os.Getenv("ZAFE_VAULT"), os.Getenv("ZAFE_BOOK")
	if dir == "" || path == "" {
		t.Skip("runs as a child only")
	}
	ctx := context.Background()
	remotes, err := remote.Use(ctx, &remote.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &book{t: t, path: path}
	s, err := Open(ctx, Settings{
		Dir: dir, Vault: VaultOf{ID: "company-1", RecoveryKey: testKey}, WriterID: "pc-00000001",
		Remotes: remotes, State: &remote.Memory{}, Source: b, Files: b,
	})
	if err != nil {
		t.Fatal(err)
	}
	told := false
	_, err = s.Snapshot(ctx, func(p vault.Progress) {
		if p.Stage == vault.StageBook && !told {
			told = true
			fmt.Println("go")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

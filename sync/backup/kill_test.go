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

// killChild runs a test of this program as a process of its own and kills it some time, not later than
// within, after it said "go".
func killChild(t *testing.T, test string, within time.Duration, env ...string) {
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
	time.Sleep(rand.N(within))
	_ = cmd.Process.Kill()
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
}

// runChild runs TestChild as a process of its own to its end.
func runChild(env ...string) error {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return err
}

// TestChild is the process that the matrix kills, or the other PC: it sends, prunes or restores.
func TestChild(t *testing.T) {
	do := os.Getenv("ZAFE_DO")
	if do == "" {
		t.Skip("runs as a child only")
	}
	ctx := context.Background()
	remotes, err := remote.Use(ctx, fileStore(os.Getenv("ZAFE_REMOTES")), nil)
	if err != nil {
		t.Fatal(err)
	}
	set := Settings{
		Dir: os.Getenv("ZAFE_VAULT"), Vault: VaultOf{ID: "company-1", RecoveryKey: testKey},
		WriterID: os.Getenv("ZAFE_WRITER"), Remotes: remotes, State: &remote.Memory{},
	}
	switch id := os.Getenv("ZAFE_ID"); do {
	case "send":
		err = childSends(ctx, set, id)
	case "prune":
		err = childPrunes(ctx, set)
	case "restore":
		err = childRestores(t, set, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func childSends(ctx context.Context, set Settings, id string) error {
	s, err := Open(ctx, set)
	if err != nil {
		return err
	}
	told := false
	return s.Send(ctx, id, func(p vault.Progress) {
		if p.Stage == vault.StageCompare && p.Objects == p.Of-1 && !told {
			told = true
			fmt.Println("go")
		}
	}).Err
}

func childPrunes(ctx context.Context, set Settings) error {
	now, err := time.Parse(time.RFC3339, os.Getenv("ZAFE_NOW"))
	if err != nil {
		return err
	}
	set.State, set.Now = fileStore(os.Getenv("ZAFE_STATE")), func() time.Time { return now }
	s, err := Open(ctx, set)
	if err != nil {
		return err
	}
	fmt.Println("go")
	return pruneAll(ctx, s)
}

func childRestores(t *testing.T, set Settings, id string) error {
	ctx := context.Background()
	tree, err := OpenCopy(ctx, set.Remotes, id, testKey)
	if err != nil {
		return err
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		return err
	}
	fmt.Println("go")
	pc := &blank{dir: os.Getenv("ZAFE_BOOK")}
	_, err = Restore(ctx, tree, latestOf(t, contents, set.WriterID), pc, nil)
	pc.close()
	return err
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
		killChild(t, "TestSaverChild", 25*time.Millisecond, "ZAFE_VAULT="+set.Dir, "ZAFE_BOOK="+b.path)
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

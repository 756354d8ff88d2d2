package remote

import (
	"bytes"
	"crypto/rand"
	"io"
	"testing"
	"time"

	"zafe/sync/backup/servetest"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/accounting"
	"github.com/rclone/rclone/fs/object"
)

// TestTheLineIsShared: what is sent takes no more of it than it may, what comes back all of it, on real servers.
func TestTheLineIsShared(t *testing.T) {
	data := make([]byte, 1<<20)
	_, _ = rand.Read(data)
	for name, draft := range map[string]func() Draft{
		"webdav": func() Draft { return webdavDraft(servetest.WebDAV(t, t.TempDir())) },
		"sftp":   func() Draft { return sftpDraft(servetest.SSHD(t), t.TempDir()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() { LimitUploads(0) })
			r := use(t, &Memory{})
			d, err := add(t, r, draft())
			if err != nil {
				t.Fatal(err)
			}
			f, err := r.Open(t.Context(), d.ID, "")
			if err != nil {
				t.Fatal(err)
			}
			send := func(name string) time.Duration {
				began := time.Now()
				info := object.NewStaticObjectInfo(name, began, int64(len(data)), true, nil, f)
				if _, err := f.Put(t.Context(), bytes.NewReader(data), info); err != nil {
					t.Fatal(err)
				}
				return time.Since(began)
			}
			free := send("free")
			const limit = 400 << 10
			LimitUploads(limit)
			slow := send("slow")
			want := time.Duration(float64(len(data)) / limit * float64(time.Second))
			back := fetch(t, f, "slow", data)
			LimitUploads(0)
			again := send("again")
			t.Logf("sent in %v, limited %v (want %v), fetched in %v, sent in %v", free, slow, want, back, again)
			if slow < want*9/10 || slow > 3*want {
				t.Errorf("%d bytes took %v at %d bytes a second", len(data), slow, limit)
			}
			if back > want/2 || again > want/2 {
				t.Errorf("without a limit it took %v to fetch, %v to send", back, again)
			}
		})
	}
}

// TestALineThatRestedIsNotTakenWhole: what could have left meanwhile does not leave at once.
func TestALineThatRestedIsNotTakenWhole(t *testing.T) {
	t.Cleanup(func() { LimitUploads(0) })
	const limit = 8 << 20
	LimitUploads(limit)
	time.Sleep(time.Second) // what rclone keeps of a rest is full
	began := time.Now()
	EmptyBurst()
	accounting.TokenBucket.LimitBandwidth(accounting.TokenBucketSlotTransportTx, limit/4)
	if took := time.Since(began); took < time.Second/4 {
		t.Errorf("a quarter of a second's worth left in %v", took)
	}
}

// fetch reads an object back and gives how long that took.
func fetch(t *testing.T, f fs.Fs, name string, want []byte) time.Duration {
	t.Helper()
	began := time.Now()
	o, err := f.NewObject(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	in, err := o.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(in)
	_ = in.Close()
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes came back: %v", len(got), err)
	}
	return time.Since(began)
}

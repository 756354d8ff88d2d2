package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"zafe/sync/backup/vault"
)

// wipe removes the attachments from a copy.
func wipe(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.ToSlash(path), "/files/") {
			err = os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBringFiles: what an interrupted restore lacks comes from wherever it is, each piece once, and what is
// nowhere is counted.
func TestBringFiles(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	b.attach("contract")
	b.attach("plan")
	s, _, set := newService(t, b)
	_, usb := addFolder(t, s, "Clé USB")
	_, cloud := addFolder(t, s, "Nuage")
	if _, err := s.BackUp(ctx, nil); err != nil {
		t.Fatal(err)
	}
	all, err := b.Attachments(ctx)
	if err != nil {
		t.Fatal(err)
	}
	bring := func(missing []vault.Attachment, wantLeft, wantHere int) {
		t.Helper()
		left, err := s.BringFiles(ctx, missing, b, nil, nil)
		if err != nil || left != wantLeft || len(b.restored) != wantHere {
			t.Fatalf("%d left, %d here, %v; want %d and %d", left, len(b.restored), err, wantLeft, wantHere)
		}
	}
	wipe(t, set.Dir)
	bring(all[:1], 0, 1)
	wipe(t, usb)
	bring(all, 0, 2)
	for hash, data := range b.files {
		if string(b.restored[hash]) != string(data) {
			t.Errorf("%q came back as %q", data, b.restored[hash])
		}
	}
	wipe(t, cloud)
	clear(b.restored)
	bring(all, 2, 0)
	if err := os.RemoveAll(usb); err != nil {
		t.Fatal(err)
	}
	if left, err := s.BringFiles(ctx, all, b, nil, nil); left != 2 || err == nil {
		t.Errorf("a disk that is not there: %d left, %v", left, err)
	}
}

// slowSink takes an attachment for as long as it is let.
type slowSink struct {
	vault.FileSink
	begun func()
}

func (s slowSink) Put(ctx context.Context, _ vault.Attachment, _ io.Reader) error {
	s.begun()
	<-ctx.Done()
	return ctx.Err()
}

// TestTheOwnersWordDoesNotWaitForAttachments: they can take days to come back.
func TestTheOwnersWordDoesNotWaitForAttachments(t *testing.T) {
	b := newBook(t)
	b.attach("contract")
	s, _, _ := newService(t, b)
	if _, err := s.BackUp(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	all, err := b.Attachments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	ended := make(chan error)
	go func() {
		_, err := s.BringFiles(t.Context(), all, slowSink{FileSink: b, begun: sync.OnceFunc(func() { close(begun) })}, nil, nil)
		ended <- err
	}()
	<-begun
	if err := s.Continue(t.Context(), func() (string, error) { return "pc-00000009", nil }); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if left, err := s.BringFiles(t.Context(), all, b, nil, nil); err != nil || left != 0 {
		t.Errorf("later: %d left, %v", left, err)
	}
}

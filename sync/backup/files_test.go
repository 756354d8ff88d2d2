package backup

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
		left, err := s.BringFiles(ctx, missing, b)
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
	if left, err := s.BringFiles(ctx, all, b); left != 2 {
		t.Errorf("a disk that is not there: %d left, %v", left, err)
	}
}

package backup

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"zafe/sync/backup/remote"

	"github.com/gofrs/flock"
)

// openedAll opens the service all the same, as a book is, and tells what its vault lacks.
func openedAll(t *testing.T, set Settings) error {
	t.Helper()
	s, err := Open(context.Background(), set)
	if err != nil {
		t.Fatalf("the vault keeps the book from opening: %v", err)
	}
	return s.NewVault(context.Background(), set.Dir)
}

// The folder of the copies holds those of another company: both companies keep what is theirs.
func TestAnotherCompanysVaultIsSetAside(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	old, _, set := newService(t, b)
	if _, err := old.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	set.Vault.ID, set.WriterID, set.State = "company-2", "pc-00000002", &remote.Memory{}

	lock := flock.New(filepath.Join(set.Dir, ".lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	wantFault(t, openedAll(t, set), "backup.busy")
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	aside := set.Dir + ".aside-20261120-140000"
	if err := os.Mkdir(aside, 0o700); err != nil {
		t.Fatal(err)
	}
	wantFault(t, openedAll(t, set), "backup.vault_exists")
	if err := os.Remove(aside); err != nil {
		t.Fatal(err)
	}

	s, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	tree, err := OpenFolder(ctx, aside, testKey)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := tree.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	point := contents.Points()[0]
	if _, err := Restore(ctx, tree, point, b, nil); err != nil {
		t.Error(err)
	}
}

func TestAVaultOfTheSameCompanyIsTakenOver(t *testing.T) {
	ctx := context.Background()
	b := newBook(t)
	s, _, set := newService(t, b)
	if _, err := s.Snapshot(ctx, nil); err != nil {
		t.Fatal(err)
	}
	set.State = &remote.Memory{}
	s, err := Open(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	if points, err := s.Points(ctx, ""); err != nil || len(points) != 1 {
		t.Errorf("%d points, %v", len(points), err)
	}
	if around, err := os.ReadDir(filepath.Dir(set.Dir)); err != nil || len(around) != 1 {
		t.Errorf("%v %v", around, err)
	}
}

// A marker nobody can read says nothing of whose vault it is: it is kept, and does not stop the backups.
func TestAVaultOfNobodyIsSetAside(t *testing.T) {
	ctx := context.Background()
	for marker, aside := range map[string]bool{
		"": true, "ZAFE-VAULT 1\n": true, "ZAFE-VAULT 99\nid: company-1\n": false,
	} {
		b := newBook(t)
		_, _, set := newService(t, b)
		if err := os.WriteFile(filepath.Join(set.Dir, "VAULT"), []byte(marker), 0o600); err != nil {
			t.Fatal(err)
		}
		set.State = &remote.Memory{}
		if !aside {
			wantFault(t, openedAll(t, set), "backup.vault_newer")
			continue
		}
		s, err := Open(ctx, set)
		if err != nil {
			t.Fatalf("%q: %v", marker, err)
		}
		if _, err := s.Snapshot(ctx, nil); err != nil {
			t.Errorf("%q: %v", marker, err)
		}
		data, err := os.ReadFile(filepath.Join(set.Dir+".aside-20261120-140000", "VAULT"))
		if err != nil || string(data) != marker {
			t.Errorf("%q: %q %v", marker, data, err)
		}
	}
}

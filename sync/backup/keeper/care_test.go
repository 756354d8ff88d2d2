package keeper_test

import (
	"os"
	"path/filepath"
	"testing"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/keeper"
)

// emptied removes what is in a folder, and leaves the folder.
func emptied(t *testing.T, dir string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %d things, %v", dir, len(all), err)
	}
	for _, e := range all {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

func now(t *testing.T, k *keeper.Keeper) appbackup.Status {
	t.Helper()
	st, err := k.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// TestAnEmptiedPlaceIsFilledAgain at the owner's word, and not before: it may have been emptied by somebody else.
func TestAnEmptiedPlaceIsFilledAgain(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	disk := elsewhere(t)
	d := add(t, k, disk)
	now(t, k)
	emptied(t, disk.Folder)
	for range 2 {
		b.change(t)
		if st := now(t, k); fault.KeyOf(st.Copies[0].Fault) != "backup.vault_gone" || !st.Copies[0].Lacks {
			t.Fatalf("emptied: %+v", st.Copies[0])
		}
	}
	if _, err := k.Refill(t.Context(), "d99"); fault.KeyOf(err) != "backup.dest_unknown" {
		t.Errorf("a place that is none: %v", err)
	}
	if _, err := k.Refill(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if st := now(t, k); st.Copies[0].Fault != nil || st.Copies[0].Lacks || st.Copies[0].Light != appbackup.Green {
		t.Errorf("filled again: %+v", st)
	}
	if points, err := k.Points(t.Context(), d.ID); err != nil || len(points) == 0 {
		t.Errorf("%d points, %v", len(points), err)
	}
}

// TestTheCopiesOfThisPCBeginAgain at the owner's word, when their folder is gone; those elsewhere stay as they are.
func TestTheCopiesOfThisPCBeginAgain(t *testing.T) {
	k, b, clock, vault := newKeeperAt(t)
	b.change(t)
	d := add(t, k, elsewhere(t))
	now(t, k)
	emptied(t, vault)
	clock.Add(60e9)
	b.change(t)
	if _, err := k.Now(t.Context()); fault.KeyOf(err) != "backup.vault_gone" {
		t.Fatalf("gone: %v", err)
	}
	if st, err := k.Status(t.Context()); err != nil || fault.KeyOf(st.LastFault) != "backup.vault_gone" {
		t.Fatalf("it is not said: %+v, %v", st, err)
	}
	if st, err := k.Refill(t.Context(), ""); err != nil || st.LastFault != nil {
		t.Fatalf("%+v %v", st, err)
	}
	if st := now(t, k); st.Copies[0].Fault != nil || st.Copies[0].Lacks || len(st.Copies[0].Alarms) != 0 {
		t.Errorf("begun again: %+v", st.Copies[0])
	}
	points, err := k.Points(t.Context(), d.ID)
	if err != nil || len(points) != 2 || points[0].Seq <= points[1].Seq {
		t.Errorf("at the place: %+v, %v", points, err)
	}
}

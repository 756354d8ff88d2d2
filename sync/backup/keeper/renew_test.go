package keeper_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/i18n"
	"zafe/sync/backup"
	"zafe/sync/backup/keeper"
)

const newSheet = "ZAFE1-0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-000000"

// TestANewSheetIsFollowedByItsCopiesAtOnce: by themselves, though not a minute passes; until they are there
// nothing alarms, and after the usual delay it does.
func TestANewSheetIsFollowedByItsCopiesAtOnce(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	add(t, k, elsewhere(t))
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	status := func() appbackup.Status {
		t.Helper()
		st, err := k.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := status(); st.Anew() {
		t.Errorf("before: %+v", st)
	}
	err := k.Renew(t.Context(), func() (backup.VaultOf, error) {
		return backup.VaultOf{ID: "v2", RecoveryKey: newSheet, Inside: "cle-2026-11-22-00aa"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if st := status(); !st.Anew() || !st.Saved.IsZero() || st.Light != appbackup.Amber || !strings.Contains(worries(st), "first ") {
		t.Errorf("just after: %+v", st)
	}
	clock.Add(8 * 24 * time.Hour)
	if st := status(); st.Anew() || st.Light != appbackup.Amber {
		t.Errorf("eight days later: %+v", st)
	}
	clock.Add(-8 * 24 * time.Hour)

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { k.Run(ctx); close(ended) }()
	for deadline := time.Now().Add(60 * time.Second); status().Drill.IsZero(); {
		if time.Now().After(deadline) {
			t.Fatal("no copy left, or none was proved, by itself")
		}
		if st := status(); !st.Copies[0].LastOK.IsZero() && st.Light == appbackup.Green && st.Drill.IsZero() {
			t.Errorf("green before the first proof: %+v", st)
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-ended
	if st := status(); st.Anew() || st.Light != appbackup.Green || st.Saved.IsZero() {
		t.Errorf("after the first copy and its trial: %+v", st)
	}
}

// TestPointsOfAnEarlierSheetAreListed with the day it was replaced, also at the places they were sent to, and are the ones
// that the earlier sheet restores on a PC that has nothing.
func TestPointsOfAnEarlierSheetAreListed(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	d := add(t, k, elsewhere(t))
	now(t, k)
	clock.Add(time.Hour)
	b.change(t)
	now(t, k)
	listed := func(place string) (earlier, others []string) {
		t.Helper()
		points, err := k.Points(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			if p.Before.IsZero() {
				others = append(others, p.ID)
			} else if earlier = append(earlier, p.ID); p.Here || !p.Before.Equal(clock.Now()) {
				t.Errorf("%+v", p)
			}
		}
		return earlier, others
	}
	_, were := listed("")
	clock.Add(time.Hour)
	err := k.Renew(t.Context(), func() (backup.VaultOf, error) {
		return backup.VaultOf{ID: "v2", RecoveryKey: newSheet, Inside: "cle-2026-11-22-00aa"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"", d.ID} {
		if earlier, _ := listed(place); len(were) != 2 || !slices.Equal(earlier, were) {
			t.Errorf("at %q: %v, not %v", place, earlier, were)
		}
	}
	now(t, k)
	points, err := k.Points(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	all := appbackup.Together(map[string][]appbackup.Point{d.ID: points})
	if len(all) != 3 || !all[0].Before.IsZero() || all[1].ID != were[0] || all[1].Doubt || all[2].Doubt {
		t.Errorf("the new one is not the newest: %+v", all)
	}
	st, err := k.Status(t.Context())
	if err != nil || !strings.Contains(st.Where(i18n.For("fr"), all[1], func(string) bool { return true }), "feuille d’avant le ") {
		t.Errorf("%q, %v", st.Where(i18n.For("fr"), all[1], nil), err)
	}

	place := appbackup.NewDestination{Provider: "local", Folder: d.Folder} // a PC that has nothing
	r, err := keeper.OpenRescue(t.Context(), place, sheet, nil, func(string, error) {})
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := r.Points(t.Context(), 0)
	if err != nil || len(found) != 2 || found[0].ID != were[0] || found[1].ID != were[1] || !r.Newer() {
		t.Fatalf("%+v, %v", found, err)
	}
	for i, id := range were {
		back := new(atomic.Bool)
		into := &trial{dir: filepath.Join(t.TempDir(), "back"), got: back}
		if err := r.Restore(t.Context(), id, into, func(appbackup.Progress) {}); err != nil || !back.Load() {
			t.Errorf("point %d does not come back: %v", i, err)
		}
	}
}

// TestARestoredBookUnderANewSheet has had points of its own: that it was restored once says nothing about its copies now.
func TestARestoredBookUnderANewSheet(t *testing.T) {
	k, b, _, _ := newKeeperOf(t, "pc-2", &appbackup.Point{ID: "p"}, func(string) {})
	b.change(t)
	add(t, k, elsewhere(t))
	if st, err := k.Status(t.Context()); err != nil || st.Origin == nil {
		t.Errorf("before its first copy: %+v, %v", st, err)
	}
	now(t, k)
	err := k.Renew(t.Context(), func() (backup.VaultOf, error) {
		return backup.VaultOf{ID: "v2", RecoveryKey: newSheet, Inside: "cle-2026-11-22-00aa"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if st, err := k.Status(t.Context()); err != nil || st.Origin != nil || !st.Anew() {
		t.Errorf("under a new sheet: %+v, %v", st, err)
	}
}

package keeper_test

import (
	"context"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/sync/backup"
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
	if st := status(); !st.Anew() || !st.Saved.IsZero() {
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

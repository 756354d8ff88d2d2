package keeper_test

import (
	"os"
	"strings"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/i18n"
	"zafe/sync/backup"
)

// TestWorkThatCouldNotLeaveIsNotSaidToBeElsewhere: the light stays green for a while when a place is out of reach, and
// everything that is said beside it tells that the work of now is on this PC alone.
func TestWorkThatCouldNotLeaveIsNotSaidToBeElsewhere(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	d := add(t, k, elsewhere(t))
	now(t, k)
	tried(t, k, d)
	if st, err := k.Status(t.Context()); err != nil || !st.Whole() || st.Head() != "backups.light.green" {
		t.Fatalf("sent: %+v, %v", st, err)
	}
	clock.Add(time.Minute)
	b.change(t)
	if st, err := k.Status(t.Context()); err != nil || st.Whole() || st.LossSeconds < 1 || len(st.Outstanding(i18n.For("fr"))) != 1 {
		t.Errorf("the work of this second: %+v, %v", st, err)
	}
	if err := os.Rename(d.Folder, d.Folder+"-away"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d.Folder + "-away") })
	st, err := k.Now(t.Context())
	said := strings.Join(st.Outstanding(i18n.For("fr")), "|")
	if err != nil || st.Light != appbackup.Green || st.Unsaved || st.Whole() || st.Head() != "backups.held" ||
		!strings.HasPrefix(said, d.Label) {
		t.Errorf("out of reach: %s, unsaved %v, whole %v, %s, %q, %v", st.Light, st.Unsaved, st.Whole(), st.Head(), said, err)
	}
	points, err := k.Points(t.Context(), "")
	if err != nil || len(points) != 2 {
		t.Fatal(points, err)
	}
	alone := func(p appbackup.Point) bool {
		return st.Alone(appbackup.Sited{Point: p, At: []string{""}}, func(string) bool { return true })
	}
	if !alone(points[0]) || alone(points[1]) {
		t.Errorf("points: %v, %v", alone(points[0]), alone(points[1]))
	}
}

// TestNoGreenWithoutTheSheet: copies that nobody can open protect from nothing, from the first one on and as soon as a
// new key begins.
func TestNoGreenWithoutTheSheet(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	k.SheetIs(false)
	d := add(t, k, elsewhere(t))
	if st, err := k.Status(t.Context()); err != nil || strings.Contains(worries(st), "sheet") {
		t.Errorf("before the first copy: %q, %v", worries(st), err)
	}
	now(t, k)
	tried(t, k, d)
	if st, err := k.Status(t.Context()); err != nil || st.Light != appbackup.Amber || worries(st) != "sheet " {
		t.Errorf("sent: %s, %q, %v", st.Light, worries(st), err)
	}
	k.SheetIs(true)
	if st, err := k.Status(t.Context()); err != nil || st.Renewed || st.Light != appbackup.Green || worries(st) != "" {
		t.Errorf("typed back: %s, %q, %v", st.Light, worries(st), err)
	}
	k.SheetIs(false)
	err := k.Renew(t.Context(), func() (backup.VaultOf, error) {
		return backup.VaultOf{ID: "v2", RecoveryKey: newSheet, Inside: "Zafe-2026-11-21-v2"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if st, err := k.Status(t.Context()); err != nil || !st.Copies[0].Again || !st.Renewed || st.Light != appbackup.Amber || !strings.Contains(worries(st), "sheet") {
		t.Errorf("a new key: %s, %q, %+v, %v", st.Light, worries(st), st.Copies, err)
	}
}

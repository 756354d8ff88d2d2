package keeper_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/store/storetest"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
)

// scratch writes over six bytes in the middle of the largest object of the book in each folder.
func scratch(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		all, err := filepath.Glob(filepath.Join(folder, "w", "*", "db", "*"))
		if err != nil || len(all) == 0 {
			t.Fatal(folder, err)
		}
		var largest string
		var data []byte
		for _, path := range all {
			if got, err := os.ReadFile(path); err != nil {
				t.Fatal(err)
			} else if len(got) > len(data) {
				largest, data = path, got
			}
		}
		was := bytes.Clone(data)
		copy(data[len(data)/2:], "ABCDEF")
		if err := os.WriteFile(largest, data, 0o600); err != nil || bytes.Equal(was, data) {
			t.Fatal(err)
		}
	}
}

// twoDisks is a keeper with copies at two places, both tried.
func twoDisks(t *testing.T) (k *keeper.Keeper, b book, clock *storetest.Clock, first appbackup.Destination) {
	t.Helper()
	k, b, clock, _ = newKeeper(t)
	b.change(t)
	first = add(t, k, elsewhere(t))
	second := elsewhere(t)
	second.Label = "Autre"
	d := add(t, k, second)
	now(t, k)
	for _, id := range []string{first.ID, d.ID} {
		if _, err := k.Drill(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	return k, b, clock, first
}

// TestADamagedPlaceIsMendedByItself: its trial restore tells of it, the next sending mends it soon, and another trial
// restore makes it whole again; where this PC's own copies are damaged too, a new restore point does.
func TestADamagedPlaceIsMendedByItself(t *testing.T) {
	for name, also := range map[string]bool{"there": false, "here as well": true} {
		t.Run(name, func(t *testing.T) {
			k, _, clock, d := twoDisks(t)
			scratch(t, d.Folder)
			if also {
				scratch(t, k.Folder())
			}
			_, err := k.Drill(t.Context(), d.ID)
			if fault.KeyOf(err) != "backup.object_damaged" {
				t.Fatal(err)
			}
			st, err := k.Status(t.Context())
			if err != nil || len(st.Copies) != 2 {
				t.Fatal(err)
			}
			bad, good := st.Copies[0], st.Copies[1]
			if bad.Light != appbackup.Red || bad.Broken == nil || bad.Sound() || !bad.Lacks || st.Light != appbackup.Red ||
				good.Broken != nil || !good.Sound() || worries(st) != "backup.broken.trial " {
				t.Errorf("%+v, %+v, %q", bad, good, worries(st))
			}
			start(t, k)
			until(t, k, clock, "mended and proved", func(bad, good appbackup.Copy, st appbackup.Status) bool {
				return bad.Light == appbackup.Green && bad.Sound() && good.Sound() && st.Running == nil && st.DrillFailed.IsZero()
			})
		})
	}
}

// TestMendingDoesNotWaitForTheRhythm of a place that has a copy a week, also when the program starts again meanwhile; new
// work does.
func TestMendingDoesNotWaitForTheRhythm(t *testing.T) {
	for name, again := range map[string]bool{"": false, "after a start": true} {
		t.Run(name, func(t *testing.T) {
			k, b, clock, _ := newKeeper(t)
			b.change(t)
			weekly := elsewhere(t)
			weekly.Values = map[string]string{remote.EveryKey: "168h"}
			d := add(t, k, weekly)
			now(t, k)
			if _, err := k.Drill(t.Context(), d.ID); err != nil {
				t.Fatal(err)
			}
			clock.Add(time.Hour)
			b.change(t)
			if k.FollowDue(t.Context(), ""); len(k.DueAt(d.ID)) != 0 {
				t.Errorf("new work does not wait: %v", k.DueAt(d.ID))
			}
			scratch(t, d.Folder)
			if _, err := k.Drill(t.Context(), d.ID); err == nil {
				t.Fatal("it passed")
			}
			if again {
				k.Replan(t.Context())
				clock.Add(2 * time.Minute)
			}
			for range 3 {
				k.FollowDue(t.Context(), "")
				k.FollowDue(t.Context(), d.ID)
			}
			st, err := k.Status(t.Context())
			if err != nil || !st.Copies[0].Sound() || st.Copies[0].Light != appbackup.Green {
				t.Errorf("%+v, %v", st.Copies[0], err)
			}
			b.change(t)
			clock.Add(time.Hour)
			if k.FollowDue(t.Context(), ""); len(k.DueAt(d.ID)) != 0 {
				t.Errorf("new work does not wait any more: %v", k.DueAt(d.ID))
			}
		})
	}
}

// TestByHandADamagedPlaceIsMendedAtOnce.
func TestByHandADamagedPlaceIsMendedAtOnce(t *testing.T) {
	for name, also := range map[string]bool{"there": false, "here as well": true} {
		t.Run(name, func(t *testing.T) {
			k, _, _, d := twoDisks(t)
			scratch(t, d.Folder)
			if also {
				scratch(t, k.Folder())
			}
			if _, err := k.Drill(t.Context(), d.ID); err == nil {
				t.Fatal("it passed")
			}
			st, err := k.Now(t.Context())
			if err != nil || st.Copies[0].Light != appbackup.Green || !st.Copies[0].Sound() || !st.DrillFailed.IsZero() {
				t.Errorf("%+v, %v", st, err)
			}
		})
	}
}

// TestATrialRestoreSendsWhatIsMissingFirst: names and sizes are looked at whenever it was done last, and the alarm stays.
func TestATrialRestoreSendsWhatIsMissingFirst(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.paper(2_000_000)
	b.change(t)
	d := add(t, k, elsewhere(t))
	now(t, k)
	if err := os.RemoveAll(filepath.Join(d.Folder, "files")); err != nil {
		t.Fatal(err)
	}
	st, err := k.Drill(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	c := st.Copies[0]
	if len(c.Alarms) != 1 || c.Alarms[0].Key != "backup.alarm.gone" || c.Alarms[0].Args["count"] != 1 ||
		c.Light != appbackup.Amber || !c.Sound() {
		t.Errorf("%+v", c)
	}
	if back, err := os.ReadDir(filepath.Join(d.Folder, "files")); err != nil || len(back) != 1 {
		t.Errorf("%v %v", back, err)
	}
	if st, err = k.Acknowledge(t.Context(), d.ID); err != nil || st.Copies[0].Light != appbackup.Green {
		t.Errorf("%+v, %v", st.Copies[0], err)
	}
}

// TestThisPCsOwnDamagedCopiesAreMadeAnew: after a trial restore from them, a new full image stands by itself, and is tried.
func TestThisPCsOwnDamagedCopiesAreMadeAnew(t *testing.T) {
	k, b, clock, _ := twoDisks(t)
	b.change(t)
	now(t, k)
	scratch(t, k.Folder())
	if _, err := k.Drill(t.Context(), ""); fault.KeyOf(err) != "backup.object_damaged" {
		t.Fatal(err)
	}
	st, err := k.Status(t.Context())
	if err != nil || st.Light != appbackup.Red || worries(st) != "drill_failed " || !st.Copies[0].Sound() {
		t.Errorf("%+v, %v", st, err)
	}
	if points, err := k.Points(t.Context(), ""); err != nil || len(points) != 0 {
		t.Errorf("what does not come back is listed: %+v, %v", points, err)
	}
	start(t, k)
	until(t, k, clock, "made anew and proved", func(first, second appbackup.Copy, st appbackup.Status) bool {
		return st.DrillFailed.IsZero() && st.Light == appbackup.Green && st.Running == nil && !first.Lacks && !second.Lacks
	})
	if points, err := k.Points(t.Context(), ""); err != nil || len(points) == 0 {
		t.Errorf("%+v, %v", points, err)
	}
}

// TestThisPCsOwnCopiesAreProvenAgain whatever was damaged of them, with nobody's help.
func TestThisPCsOwnCopiesAreProvenAgain(t *testing.T) {
	for name, harm := range map[string]func(k *keeper.Keeper, b book) error{
		"the book and attachments": func(k *keeper.Keeper, b book) error {
			scratch(t, k.Folder())
			all, err := filepath.Glob(filepath.Join(k.Folder(), "files", "*", "*"))
			if err != nil || len(all) == 0 {
				return fmt.Errorf("%d attachments: %w", len(all), err)
			}
			for _, path := range all {
				data, err := os.ReadFile(path)
				for i := 100; i < len(data); i += 30_000 {
					data[i]++
				}
				if err = errors.Join(err, os.WriteFile(path, data, 0o600)); err != nil {
					return err
				}
			}
			_, err = k.Drill(t.Context(), "")
			return err
		},
		"an old point that was opened": func(k *keeper.Keeper, b book) error {
			b.change(t)
			now(t, k)
			points, err := k.Points(t.Context(), "")
			if err != nil || len(points) < 2 {
				return fmt.Errorf("%d points: %w", len(points), err)
			}
			scratch(t, k.Folder())
			_, err = k.Recall(t.Context(), "", points[len(points)-1].ID, &trial{dir: filepath.Join(t.TempDir(), "past")},
				func(appbackup.Progress) {})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			k, b, clock, _ := twoDisks(t)
			for i := range 8 {
				b.paper(1_500_000 + i)
			}
			b.change(t)
			now(t, k)
			if err := harm(k, b); fault.KeyOf(err) != "backup.object_damaged" {
				t.Fatal(err)
			}
			if st, err := k.Status(t.Context()); err != nil || st.Light != appbackup.Red {
				t.Fatal(st.Light, err)
			}
			for range 4 { // days of work, none of it while a copy is made
				b.change(t)
				clock.Add(25 * time.Hour)
				now(t, k)
			}
			if st, err := k.Status(t.Context()); err != nil || st.Light == appbackup.Red {
				t.Errorf("%s for ever: %v, %v", st.Light, worries(st), err)
			}
		})
	}
}

package keeper_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/sync/backup/keeper"
)

// rescue opens the copy of a shop on a PC that has no book.
func (s *shop) rescue() *keeper.Rescue {
	s.t.Helper()
	place := appbackup.NewDestination{Provider: "local", Folder: s.disk}
	r, err := keeper.OpenRescue(s.t.Context(), place, sheet, nil, func(what string, err error) { s.t.Log(what, err) })
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// bring restores a point and gives the change that its book ends with.
func bring(t *testing.T, r *keeper.Rescue, id string) (uint64, error) {
	t.Helper()
	got := &nowhere{}
	err := r.Restore(t.Context(), id, got, func(appbackup.Progress) {})
	return got.m.Checks.Change, err
}

// TestEveryPointCanBeReached: page by page, by its name, and whole.
func TestEveryPointCanBeReached(t *testing.T) {
	s := newShop(t)
	day := s.clock.Now().Truncate(24 * time.Hour)
	for range 16 { // nothing proves the copies, and nothing goes
		s.day(day, []time.Duration{9 * time.Hour, 10 * time.Hour, 11 * time.Hour, 12 * time.Hour})
		day = day.AddDate(0, 0, 7)
	}
	r := s.rescue()
	var all []appbackup.Point
	for skip, pages := 0, 1; ; pages++ {
		page, older, err := r.Points(t.Context(), skip)
		if err != nil || len(page) > 60 {
			t.Fatal(len(page), err)
		}
		if all = append(all, page...); older == 0 {
			if pages != 2 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		skip = older
	}
	if len(all) != len(s.made) || !slices.IsSortedFunc(all, func(a, b appbackup.Point) int { return b.Made.Compare(a.Made) }) {
		t.Fatalf("%d of %d points listed", len(all), len(s.made))
	}
	fresh := s.rescue() // by name alone, nothing listed
	p, err := fresh.Point(t.Context(), all[len(all)-1].ID)
	if err != nil || p != all[len(all)-1] || p.Seq != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if got, err := bring(t, fresh, p.ID); err != nil || got != 1 {
		t.Errorf("the oldest point brings change %d, %v", got, err)
	}
	if p, err := fresh.Point(t.Context(), ""); err != nil || p != all[0] {
		t.Errorf("the newest: %+v %v", p, err)
	}
	for _, id := range []string{"nonsense", all[0].ID + "x"} {
		_, err := fresh.Point(t.Context(), id)
		if _, err2 := bring(t, fresh, id); fault.KeyOf(err) != "backup.point_gone" || fault.KeyOf(err2) != "backup.point_gone" {
			t.Errorf("%s: %v, %v", id, err, err2)
		}
	}
}

// TestADamagedPointIsToldWithTheLastGoodOne: one sentence names it, and it comes back.
func TestADamagedPointIsToldWithTheLastGoodOne(t *testing.T) {
	s := newShop(t)
	day := s.clock.Now().Truncate(24 * time.Hour)
	s.day(day, []time.Duration{9 * time.Hour, 10 * time.Hour})
	known := objects(t, s.disk)
	s.day(day.AddDate(0, 0, 1), []time.Duration{9 * time.Hour})
	for _, path := range objects(t, s.disk) {
		if !slices.Contains(known, path) {
			if err := os.Truncate(path, 50); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := s.rescue()
	newest, err := r.Point(t.Context(), "")
	if err != nil || newest.Seq != 3 {
		t.Fatal(newest, err)
	}
	_, err = bring(t, r, newest.ID)
	f := new(fault.Fault)
	if !errors.As(err, &f) || f.Key != "backup.point_damaged" {
		t.Fatalf("got %v", err)
	}
	good, _ := f.Args["point"].(string)
	if at, ok := f.Args["made"].(time.Time); !ok || !at.Equal(newest.Made) {
		t.Errorf("made %v", f.Args["made"])
	}
	p, err := r.Point(t.Context(), good)
	if at, ok := f.Args["good"].(time.Time); err != nil || p.Seq != 2 || !ok || !at.Equal(p.Made) {
		t.Errorf("%+v %v, good %v", p, err, f.Args["good"])
	}
	if got, err := bring(t, r, good); err != nil || got != 2 {
		t.Errorf("the good one brings change %d, %v", got, err)
	}
	for _, path := range known {
		if err := os.Truncate(path, 50); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = bring(t, r, newest.ID); fault.KeyOf(err) != "backup.no_good_point" {
		t.Errorf("nothing is whole: %v", err)
	}
}

func objects(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "w", "*", "db", "*"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	return all
}

// TestThePutBackPCGoesOnAtTheOwnersWord: an alarm stands at the place that gives it away, nothing is sent, and
// after the owner's word all is sent at once.
func TestThePutBackPCGoesOnAtTheOwnersWord(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	place := appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: t.TempDir()}
	add := func(k *keeper.Keeper) {
		t.Helper()
		if _, err := k.Begin(t.Context(), place); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	add(k)
	for range 3 {
		b.change(t)
		if _, err := k.Now(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	twin, b, _, _ := newKeeper(t) // of the same name: an image of the disk, put on another PC
	add(twin)
	b.change(t)
	st, err := twin.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := st.Copies[0]; st.Unsaved || c.Light != appbackup.Red || fault.KeyOf(c.Fault) != "backup.put_back" ||
		len(c.Alarms) != 1 || c.Alarms[0].Key != "backup.alarm.put_back" {
		t.Fatalf("%+v", st)
	}
	if st, err = twin.Continue(t.Context()); err != nil || len(st.Copies[0].Alarms) != 0 || !st.Unsaved {
		t.Fatalf("%+v %v", st, err)
	}
	if st, err = twin.Now(t.Context()); err != nil || st.Copies[0].Light != appbackup.Green || st.Copies[0].Lacks {
		t.Errorf("%+v %v", st, err)
	}
}

package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/tooltest"
	"zafe/store"
	"zafe/store/kept"
	"zafe/store/source"
	"zafe/store/storetest"
	"zafe/sync/backup"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// book gives a real store to the backups, and papers that are attached to it, by their hash.
type book struct {
	*store.Store
	papers map[string]string
}

func (b book) Checks(ctx context.Context) (c vault.Checks, err error) {
	err = b.View(ctx, func(tx *store.Tx) error { c, err = source.Totals(tx); return err })
	return c, err
}

// change makes the book worth a backup.
func (b book) change(t *testing.T) {
	t.Helper()
	if err := b.Update(t.Context(), func(tx *store.Tx) error { return tx.NoteRestored("{}") }); err != nil {
		t.Fatal(err)
	}
}

// trial restores a copy for real, into a folder of the test.
type trial struct {
	dir  string
	into *store.Restoring
	want vault.Manifest
	got  *atomic.Bool
}

func (d *trial) Begin(ctx context.Context, _ int, _ uint32) error {
	sec := store.Secrets{BookID: "trial", Label: "trial", Password: storetest.Password, Recovery: storetest.Recovery, Cost: storetest.Cheap}
	d.into = store.StartRestore(ctx, d.dir, sec, store.Options{SlotCost: storetest.Cheap}, func(tx *store.Tx) error {
		got, err := source.Totals(tx)
		if err == nil && !d.want.Matches(got) { // events may come while it is copied, what was measured among them
			err = fmt.Errorf("another book: %+v, want %+v to %+v", got, d.want.Checks, d.want.ChecksAfter)
		}
		d.got.Store(err == nil)
		return err
	})
	return nil
}

func (d *trial) Page(_ uint32, data []byte) error { return d.into.Page(data) }

func (d *trial) Commit(_ context.Context, m vault.Manifest) error {
	d.want = m
	st, err := d.into.Finish()
	if err != nil {
		return err
	}
	return errors.Join(st.Close(), os.RemoveAll(d.dir))
}

func (d *trial) Abort() { d.into.Abort() }

func newKeeper(t *testing.T) (*keeper.Keeper, book, *storetest.Clock, *atomic.Bool) {
	t.Helper()
	return newKeeperLogging(t, func(string) {})
}

// newKeeperAt is a keeper with the folder of its copies on this PC.
func newKeeperAt(t *testing.T) (*keeper.Keeper, book, *storetest.Clock, string) {
	t.Helper()
	k, b, clock, _ := newKeeper(t)
	return k, b, clock, k.Folder()
}

func newKeeperLogging(t *testing.T, also func(what string)) (*keeper.Keeper, book, *storetest.Clock, *atomic.Bool) {
	t.Helper()
	return newKeeperOf(t, "pc-1", nil, also)
}

// newKeeperOf is the keeper of a writer's book, restored from a point if one is given.
func newKeeperOf(t *testing.T, writer string, origin *appbackup.Point, also func(what string),
) (*keeper.Keeper, book, *storetest.Clock, *atomic.Bool) {
	t.Helper()
	st, clock := storetest.New(t)
	b := book{st, map[string]string{}}
	dir := t.TempDir()
	remotes, err := remote.Use(t.Context(), &remote.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	service, err := backup.Open(t.Context(), backup.Settings{
		Dir: filepath.Join(dir, "vault"), WriterID: writer, WriterName: "PC", Source: b, Files: b,
		Vault:   backup.VaultOf{ID: "v", RecoveryKey: sheet},
		Remotes: remotes, State: &remote.Memory{}, Now: clock.Now,
		SameDisk: func(folder string) bool { return keeper.SameDisk(dir, folder) },
	})
	if err != nil {
		t.Fatal(err)
	}
	proved := new(atomic.Bool)
	var trials atomic.Int64
	writers := 0
	k, err := keeper.New(t.Context(), keeper.Settings{
		Writer: func(context.Context) (string, error) {
			writers++
			return fmt.Sprintf("%s-anew-%d", writer, writers), nil
		},
		Measures: kept.Measures{Store: st},
		Rules:    &remote.Memory{}, Service: service, Remotes: remotes, Clock: clock.Now, Origin: origin, Dir: filepath.Join(dir, "vault"),
		Change: func(ctx context.Context) (uint64, error) {
			c, err := b.Checks(ctx)
			return c.Change, err
		},
		SheetKnown: func(context.Context) (bool, error) { return true, nil },
		Drill: func() vault.BookSink {
			return &trial{dir: filepath.Join(dir, fmt.Sprintf("trial-%d", trials.Add(1))), got: proved}
		},
		Log: func(what string, err error) {
			t.Logf("%s: %v", what, err)
			also(what)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return k, b, clock, proved
}

// elsewhere is a folder on another disk than the book, which the owner says is in another building.
func elsewhere(t *testing.T) appbackup.NewDestination {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "zafe-copies-") //nolint:usetesting // on another disk than the book
	if err != nil {
		tooltest.Lacks(t, "no second disk here:", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return appbackup.NewDestination{
		Provider: "local", Label: "Disque", Folder: dir, Values: map[string]string{remote.AwayKey: "true"},
	}
}

// worries are the reasons of a status, by the ends of their keys.
func worries(st appbackup.Status) (out string) {
	for _, w := range st.Worries {
		out += strings.TrimPrefix(w.Key, "backup.worry.") + " "
	}
	return out
}

// add makes a destination.
func add(t *testing.T, k *keeper.Keeper, n appbackup.NewDestination) appbackup.Destination {
	t.Helper()
	if step, err := k.Begin(t.Context(), n); err != nil || step.Question != nil {
		t.Fatal(step, err)
	}
	d, err := k.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAllUnderOneRoof (R3, R15): copies on the disk of the book are red, in its building amber, however fresh they are.
func TestAllUnderOneRoof(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	look := func(light appbackup.Light, want string) {
		t.Helper()
		st, err := k.Now(t.Context())
		if err != nil || st.Light != light || worries(st) != want {
			t.Errorf("%s, %q, %v, want %s, %q", st.Light, worries(st), err, light, want)
		}
	}
	look(appbackup.Red, "none ")
	// What the owner says of the book's own disk counts for nothing.
	here := add(t, k, appbackup.NewDestination{
		Provider: "local", Label: "Ici", Folder: t.TempDir(), Values: map[string]string{remote.AwayKey: "true"},
	})
	look(appbackup.Red, "same_disk drill_none ")
	near := elsewhere(t)
	near.Values, near.Label = nil, "Près"
	add(t, k, near)
	look(appbackup.Amber, "same_roof drill_none ")
	far := add(t, k, elsewhere(t))
	look(appbackup.Amber, "drill_none ")
	tried(t, k, far)
	look(appbackup.Green, "")
	if !far.Away || here.Away != true {
		t.Errorf("%+v %+v", far, here)
	}
	form, err := k.Form(t.Context(), "local", far.ID, nil)
	if err != nil || !slices.ContainsFunc(form.Fields, func(f appbackup.Field) bool {
		return f.Name == remote.AwayKey && f.Default == "true"
	}) {
		t.Errorf("its form: %+v, %v", form, err)
	}
}

// TestAnUnpluggedDisk is not taken for the disk of the book, though the folder it is plugged in at is there.
func TestAnUnpluggedDisk(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	usb := elsewhere(t)
	plug := filepath.Join(t.TempDir(), "usb")
	if err := os.Symlink(usb.Folder, plug); err != nil {
		t.Fatal(err)
	}
	usb.Folder = plug
	d := add(t, k, usb)
	now(t, k)
	tried(t, k, d)
	for _, left := range []func() error{
		func() error { return os.Remove(plug) },
		func() error { return os.Mkdir(plug, 0o700) }, // what some systems leave
	} {
		if err := left(); err != nil {
			t.Fatal(err)
		}
		if st, err := k.Status(t.Context()); err != nil || worries(st) != "" {
			t.Errorf("unplugged: %q, %v", worries(st), err)
		}
	}
}

// tried makes a trial restore from a place.
func tried(t *testing.T, k *keeper.Keeper, d appbackup.Destination) {
	t.Helper()
	if _, err := k.Drill(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
}

// TestAProofThatNeverComes: copies that are all there and that no trial restore has proved, yet or for long, are not
// green.
func TestAProofThatNeverComes(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	d := add(t, k, elsewhere(t))
	begun := clock.Now()
	for _, c := range []struct {
		days  int
		light appbackup.Light
		want  string
	}{
		{0, appbackup.Amber, "drill_none "},
		{9, appbackup.Amber, "drill_none "},
		{31, appbackup.Red, "drill_none "},
		{32, appbackup.Green, ""},
		{39, appbackup.Green, ""},
		{41, appbackup.Amber, "drill_old "},
		{63, appbackup.Red, "drill_old "},
	} {
		clock.Set(begun.AddDate(0, 0, c.days))
		b.change(t)
		if c.days == 32 {
			now(t, k)
			tried(t, k, d)
		}
		if st, err := k.Now(t.Context()); err != nil || st.Light != c.light || worries(st) != c.want {
			t.Errorf("after %d days: %s, %q, %v", c.days, st.Light, worries(st), err)
		}
	}
	if st, err := k.Drill(t.Context(), d.ID); err != nil || st.Light != appbackup.Green {
		t.Errorf("after a trial: %s, %q, %v", st.Light, worries(st), err)
	}
}

// TestAClockThatWasAhead does not keep the shield green: what it noted for later than now was done nobody knows when.
func TestAClockThatWasAhead(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	b.change(t)
	d := add(t, k, elsewhere(t))
	right := clock.Now()
	clock.Set(right.AddDate(2, 0, 0))
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Drill(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	clock.Set(right.AddDate(0, 0, 1))
	st, err := k.Status(t.Context())
	if err != nil || st.Light == appbackup.Green || !st.Drill.IsZero() || !st.DrillUndated || !st.Copies[0].Undated || !st.Copies[0].LastOK.Equal(clock.Now()) ||
		fault.KeyOf(st.Clock) != "backup.worry.clock_behind" || st.LossSeconds < 0 {
		t.Errorf("the clock is right again: %+v, %v", st, err)
	}
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st, err := k.Drill(t.Context(), d.ID); err != nil || st.Light != appbackup.Green || st.Copies[0].Undated || st.DrillUndated || st.Clock != nil {
		t.Errorf("after a backup and a trial: %s, %q, %v", st.Light, worries(st), err)
	}
}

// TestALeapOfTheClockIsTold for a week, or until the clock is set right: a PC that was off for long is asked once to look
// at its date.
func TestALeapOfTheClockIsTold(t *testing.T) {
	k, b, clock, _ := newKeeper(t)
	add(t, k, elsewhere(t))
	right := clock.Now()
	is := func(what string, at time.Time, save bool, want string) {
		t.Helper()
		if clock.Set(at); save {
			b.change(t)
			now(t, k)
		}
		if st, err := k.Status(t.Context()); err != nil || fault.KeyOf(st.Clock) != want {
			t.Errorf("%s: %v, %v", what, st.Clock, err)
		}
	}
	const ahead, behind = "backup.worry.clock_ahead", "backup.worry.clock_behind"
	is("at first", right, true, "")
	is("after three months", right.AddDate(0, 3, 0), true, "")
	later := right.AddDate(2, 3, 0)
	is("two years later", later, false, ahead)
	is("and saved", later, true, ahead)
	is("saved again", later.AddDate(0, 0, 2), true, ahead)
	is("set right", right.AddDate(0, 3, 1), false, behind)
	before, err := k.Status(t.Context())
	clock.Add(5 * time.Second) // as often as a page looks
	st, again := k.Status(t.Context())
	if err != nil || again != nil || !reflect.DeepEqual(st.Worries, before.Worries) { //nolint:govet // faults are values
		t.Errorf("it is another worry each time: %v %v", st.Worries, before.Worries)
	}
	is("and saved", right.AddDate(0, 3, 1), true, "")
	is("two years later again", later, true, ahead)
	is("it was right", later.AddDate(0, 0, 8), true, "")
}

const sheet = "ZAFE1-THH3-XK2N-6VKD-YSZA-DF8Y-XY7M-AECS-9B3M-TTNV9T"

func (b book) Attachments(context.Context) (out []vault.Attachment, err error) {
	for hash, content := range b.papers {
		out = append(out, vault.Attachment{Hash: hash, Size: int64(len(content)), Month: "2026-11"})
	}
	return out, nil
}

func (b book) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(b.papers[hash])), nil
}

func TestTheShieldTellsTheTruth(t *testing.T) {
	k, b, clock, proved := newKeeper(t)
	b.change(t)
	status := func() appbackup.Status {
		t.Helper()
		st, err := k.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := status(); st.Light != appbackup.Red || !st.Unsaved {
		t.Errorf("without a copy: %+v", st)
	}
	disk := elsewhere(t)
	d := add(t, k, disk)
	st, err := k.Now(t.Context())
	if err != nil || worries(st) != "drill_none " || st.Unsaved || len(st.Copies) != 1 || st.Copies[0].Lacks {
		t.Fatalf("after a backup: %+v %v", st, err)
	}
	if st, err = k.Drill(t.Context(), d.ID); err != nil || st.Light != appbackup.Green || st.Drill.IsZero() || !proved.Load() {
		t.Fatalf("the trial restore: %+v %v proved %v", st, err, proved.Load())
	}
	b.change(t)
	if st := status(); !st.Unsaved || !st.Copies[0].Lacks {
		t.Errorf("after more work: %+v", st)
	}
	clock.Add(20 * 24 * time.Hour)
	if st := status(); st.Light != appbackup.Red {
		t.Errorf("twenty days late: %s", st.Light)
	}
	if err := os.RemoveAll(disk.Folder); err != nil {
		t.Fatal(err)
	}
	if st, err = k.Now(t.Context()); err != nil || st.Copies[0].Fault == nil {
		t.Errorf("the disk is gone: %+v %v", st, err)
	}
}

func TestClosingSavesWhatIsNotSaved(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	k.Changed()
	stopped, stop := context.WithCancel(t.Context())
	stop() // the system is shutting down
	if err := k.Close(stopped); err != nil {
		t.Fatal(err)
	}
	points, err := k.Points(t.Context(), "")
	if err != nil || len(points) != 1 {
		t.Fatalf("%v %v", points, err)
	}
	if st, err := k.Status(t.Context()); err != nil || st.Unsaved {
		t.Errorf("%+v %v", st, err)
	}
	// What the keeper wrote down, and log-ins, are not worth another backup.
	if err := b.Update(t.Context(), func(tx *store.Tx) error { return tx.SetSetting("backup.state", "x") }); err != nil {
		t.Fatal(err)
	}
	k.Changed()
	if err := k.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if points, err = k.Points(t.Context(), ""); err != nil || len(points) != 1 {
		t.Errorf("a backup set off another: %d points, %v", len(points), err)
	}
}

// TestARestoredBookThatWasOnlyLookedAt is not sent to where the one that goes on has its copies.
func TestARestoredBookThatWasOnlyLookedAt(t *testing.T) {
	k, b, _, _ := newKeeperOf(t, "pc-2", &appbackup.Point{ID: "00000007-20261121T100000Z-pc-1"}, func(string) {})
	add(t, k, elsewhere(t))
	for i, want := range []int{0, 1} {
		if i == 1 {
			b.change(t)
			k.Changed()
		}
		if err := k.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if points, err := k.Points(t.Context(), ""); err != nil || len(points) != want {
			t.Errorf("%d points, want %d: %v", len(points), want, err)
		}
	}
}

func TestOneDestinationIsMadeAtATime(t *testing.T) {
	k, _, _, _ := newKeeper(t)
	if _, err := k.Finish(t.Context()); fault.KeyOf(err) != "backup.no_setup" {
		t.Errorf("finished nothing: %v", err)
	}
	if _, err := k.Form(t.Context(), "no such", "", nil); fault.KeyOf(err) != "backup.provider_unknown" {
		t.Errorf("form of nothing: %v", err)
	}
	form, err := k.Form(t.Context(), "sftp", "", map[string]string{})
	if err != nil || len(form.Fields) == 0 {
		t.Errorf("no form for sftp: %v", err)
	}
	if ps := k.Providers(false); len(ps) < 11 || ps[0].Name != "local" {
		t.Errorf("%d providers", len(ps))
	}
}

// TestARestoredBookKnowsWhereItCameFrom: the place is its destination when it has none, whose points are listed
// before it made any itself, and the point it comes from stands for the last one until then.
func TestARestoredBookKnowsWhereItCameFrom(t *testing.T) {
	k, b, _, _ := newKeeper(t)
	b.change(t)
	usb := elsewhere(t)
	if _, err := k.Begin(t.Context(), usb); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	usb.Label = ""
	r, err := keeper.OpenRescue(t.Context(), usb, sheet, nil, func(string, error) {})
	if err != nil {
		t.Fatal(err)
	}
	points, older, err := r.Points(t.Context(), 0)
	if err != nil || len(points) != 1 || older != 0 {
		t.Fatal(points, err)
	}
	if !r.In(usb.Folder+"/") || r.In(t.TempDir()) {
		t.Error("the folder is not known again")
	}

	k, b, clock, _ := newKeeperOf(t, "pc-2", &points[0], func(string) {})
	clock.Add(time.Hour)
	b.change(t)
	if got, err := k.Points(t.Context(), ""); err != nil || len(got) != 0 {
		t.Errorf("on a new PC: %v %v", got, err)
	}
	for range 2 { // a second time finds a destination
		if err := k.Keep(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	kept := k.Destinations()
	if len(kept) != 1 || kept[0].Folder != usb.Folder || kept[0].Label == "" {
		t.Fatalf("kept %+v", kept)
	}
	if got, err := k.Points(t.Context(), kept[0].ID); err != nil || len(got) != 1 || got[0].ID != points[0].ID {
		t.Errorf("at the place: %v %v", got, err)
	}
	st, err := k.Status(t.Context())
	if err != nil || st.Origin == nil || st.Origin.ID != points[0].ID || st.Origin.Invoice != "" || st.Light != appbackup.Amber {
		t.Errorf("after the restore: %+v %v", st, err)
	}
	if st, err = k.Now(t.Context()); err != nil || st.Origin != nil || worries(st) != "drill_none " {
		t.Errorf("after its first copy: %+v %v", st, err)
	}
	if got, err := k.Points(t.Context(), kept[0].ID); err != nil || len(got) != 2 || got[1].ID != points[0].ID {
		t.Errorf("at the place: %v %v", got, err)
	}
}

func TestAFolderOnTheDiskOfTheBookIsKnown(t *testing.T) {
	k, _, _, _ := newKeeper(t)
	here := t.TempDir()
	for folder, same := range map[string]bool{
		here: true, filepath.Join(here, "not", "there", "yet"): true, "": false, "relative": false,
	} {
		if got := k.SameDisk(folder); got != same {
			t.Errorf("%q: %t", folder, got)
		}
	}
	if other, err := os.Stat("/proc/self"); err == nil && other.IsDir() && k.SameDisk("/proc/self") {
		t.Error("another file system is said to be the same disk")
	}
}

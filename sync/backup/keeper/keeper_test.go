package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/fault"
	"zafe/store"
	"zafe/store/storetest"
	"zafe/sync/backup"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
	"zafe/sync/backup/vault"
)

// book gives a real store to the backups.
type book struct{ *store.Store }

func (b book) Checks(ctx context.Context) (c vault.Checks, err error) {
	err = b.View(ctx, func(tx *store.Tx) error {
		t, err := tx.Totals()
		c = vault.Checks{Change: t.Change, SumDebit: int64(t.Debit), SumCredit: int64(t.Credit), AuditHead: t.Head}
		return err
	})
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
		t, err := tx.Totals()
		if err == nil && t.Head != d.want.Checks.AuditHead {
			err = errors.New("another chain of events")
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

func newKeeperLogging(t *testing.T, also func(what string)) (*keeper.Keeper, book, *storetest.Clock, *atomic.Bool) {
	t.Helper()
	return newKeeperOf(t, "pc-1", nil, also)
}

// newKeeperOf is the keeper of a writer's book, restored from a point if one is given.
func newKeeperOf(t *testing.T, writer string, origin *appbackup.Point, also func(what string),
) (*keeper.Keeper, book, *storetest.Clock, *atomic.Bool) {
	t.Helper()
	st, clock := storetest.New(t)
	b := book{st}
	dir := t.TempDir()
	remotes, err := remote.Use(t.Context(), &remote.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	service, err := backup.Open(t.Context(), backup.Settings{
		Dir: filepath.Join(dir, "vault"), WriterID: writer, WriterName: "PC", Source: b, Files: none{},
		Vault:   backup.VaultOf{ID: "v", RecoveryKey: sheet},
		Remotes: remotes, State: &remote.Memory{}, Now: clock.Now, Every: 2 * time.Hour,
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
		Service: service, Remotes: remotes, Clock: clock.Now, Automatic: true, Origin: origin, Dir: dir,
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

const sheet = "ZAFE1-THH3-XK2N-6VKD-YSZA-DF8Y-XY7M-AECS-9B3M-TTNV9T"

type none struct{}

func (none) Attachments(context.Context) ([]vault.Attachment, error) { return nil, nil }

func (none) Open(context.Context, string) (io.ReadCloser, error) { return nil, os.ErrNotExist }

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
	disk := t.TempDir()
	step, err := k.Begin(t.Context(), appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: disk})
	if err != nil || step.Question != nil {
		t.Fatal(step, err)
	}
	d, err := k.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := k.Now(t.Context())
	if err != nil || st.Light != appbackup.Green || st.Unsaved || len(st.Copies) != 1 || st.Copies[0].Lacks {
		t.Fatalf("after a backup: %+v %v", st, err)
	}
	if st, err = k.Drill(t.Context(), d.ID); err != nil || st.Drill.IsZero() || !proved.Load() {
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
	if err := os.RemoveAll(disk); err != nil {
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

func TestOneDestinationIsMadeAtATime(t *testing.T) {
	k, _, _, _ := newKeeper(t)
	if _, err := k.Finish(t.Context()); fault.KeyOf(err) != "backup.no_setup" {
		t.Errorf("finished nothing: %v", err)
	}
	if _, err := k.Form(t.Context(), "no such", "", nil); fault.KeyOf(err) != "backup.provider_unknown" {
		t.Errorf("form of nothing: %v", err)
	}
	fields, err := k.Form(t.Context(), "sftp", "", map[string]string{})
	if err != nil || len(fields) == 0 {
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
	usb := appbackup.NewDestination{Provider: "local", Label: "Disque", Folder: t.TempDir()}
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
	if err != nil || st.Origin == nil || st.Origin.ID != points[0].ID || st.Light != appbackup.Amber {
		t.Errorf("after the restore: %+v %v", st, err)
	}
	if st, err = k.Now(t.Context()); err != nil || st.Origin != nil || st.Light != appbackup.Green {
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

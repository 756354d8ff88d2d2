package keeper_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	appbackup "zafe/app/backup"
	"zafe/app/tooltest"
	"zafe/store/storetest"
	"zafe/sync/backup/disks"
	"zafe/sync/backup/keeper"
	"zafe/sync/backup/remote"
)

// port is where disks are plugged in: folders of another disk than the book's, which come and go.
type port struct {
	t   *testing.T
	dir string

	mu    sync.Mutex
	roots []string
}

func newPort(t *testing.T) *port {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "zafe-port-") //nolint:usetesting // on another disk than the book
	if err != nil {
		tooltest.Lacks(t, "no second disk here:", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return &port{t: t, dir: dir}
}

func (p *port) Roots() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{"/"}, p.roots...)
}

// disk is a disk that is not plugged in yet.
func (p *port) disk(name string) (at string) {
	p.t.Helper()
	at = filepath.Join(p.dir, "drawer-"+name)
	if err := os.Mkdir(at, 0o700); err != nil {
		p.t.Fatal(err)
	}
	return at
}

// plug makes a disk appear somewhere.
func (p *port) plug(disk, as string) (root string) {
	p.t.Helper()
	root = filepath.Join(p.dir, as)
	if err := os.Rename(disk, root); err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roots = append(p.roots, root)
	return root
}

// unplug puts all disks away that are plugged in, into the drawers they came from.
func (p *port) unplug(root, disk string) {
	p.t.Helper()
	p.mu.Lock()
	p.roots = nil
	p.mu.Unlock()
	if err := os.Rename(root, disk); err != nil {
		p.t.Fatal(err)
	}
}

// running lets a keeper work by itself until the test ends.
func running(t *testing.T, k *keeper.Keeper) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { k.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
}

// inTime waits, on the real clock, for the first copy to be in a state.
func inTime(t *testing.T, k *keeper.Keeper, what string, is func(appbackup.Copy, appbackup.Status) bool) appbackup.Copy {
	t.Helper()
	var st appbackup.Status
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if st, err = k.Status(t.Context()); err != nil {
			t.Fatal(err)
		}
		if is(st.Copies[0], st) {
			return st.Copies[0]
		}
		k.Changed()
	}
	t.Fatalf("%s does not come: %+v", what, st.Copies[0])
	return appbackup.Copy{}
}

func all(c appbackup.Copy, st appbackup.Status) bool {
	return c.Plug == appbackup.PluggedIn && !c.Lacks && !st.Unsaved && c.Running == nil && c.Fault == nil
}

// settled is all with the trial restore that a new place gets, so that nothing is due there any more.
func settled(c appbackup.Copy, st appbackup.Status) bool { return all(c, st) && !c.Drilled.IsZero() }

func out(c appbackup.Copy, _ appbackup.Status) bool { return c.Plug == appbackup.Unplugged }

// aDisk is a keeper with a destination on a disk that is plugged in and has all.
func aDisk(t *testing.T, values map[string]string) (*keeper.Keeper, book, *storetest.Clock, *port, string) {
	t.Helper()
	p := newPort(t)
	k, b, clock, _ := newKeeper(t)
	k.Watch(p.Roots)
	root := p.plug(p.disk("blue"), "E")
	if err := os.Mkdir(filepath.Join(root, "Copies"), 0o700); err != nil {
		t.Fatal(err)
	}
	add(t, k, appbackup.NewDestination{
		Provider: "local", Label: "Blue", Folder: filepath.Join(root, "Copies", "Zafe"), Values: values,
	})
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	running(t, k)
	inTime(t, k, "the first copy", settled)
	return k, b, clock, p, root
}

// TestADiskIsFollowedWhereverItIsPluggedIn: its copy begins by itself, whatever its rhythm and what is unsaved, and the
// destination is where the disk is.
func TestADiskIsFollowedWhereverItIsPluggedIn(t *testing.T) {
	k, b, clock, p, root := aDisk(t, map[string]string{remote.EveryKey: "168h"})
	drawer := filepath.Join(p.dir, "drawer-blue")
	p.unplug(root, drawer)
	inTime(t, k, "that it is unplugged", out)
	b.change(t) // a moment ago: no point has it yet
	clock.Add(time.Second)
	inTime(t, k, "that work is missing there", func(c appbackup.Copy, st appbackup.Status) bool {
		return st.Unsaved && c.Lacks
	})
	moved := p.plug(drawer, "F")
	began := time.Now()
	c := inTime(t, k, "its copy", all)
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	if want := filepath.Join(moved, "Copies", "Zafe"); c.Folder != want {
		t.Errorf("the destination is %s, not %s", c.Folder, want)
	}
	if _, err := os.Stat(root); err == nil {
		t.Error("something was written where the disk is not")
	}
	if len(c.Alarms) > 0 || len(c.Disks) > 0 {
		t.Errorf("%+v", c)
	}
}

// TestDisksTakeTurns: each has what it had when it was there last, the newest copy counts, and neither is taken for the
// other put back.
func TestDisksTakeTurns(t *testing.T) {
	k, b, clock, p, blueRoot := aDisk(t, nil)
	st, err := k.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	blue := filepath.Join(p.dir, "drawer-blue")
	p.unplug(blueRoot, blue)
	inTime(t, k, "that blue is unplugged", out)
	red := p.disk("red")
	redRoot := p.plug(red, "R")
	d := st.Copies[0].Destination
	b.change(t)
	add(t, k, appbackup.NewDestination{ // the owner shows the other disk
		ID: d.ID, Provider: "local", Label: d.Label, Folder: filepath.Join(redRoot, "Zafe"), Values: map[string]string{},
	})
	inTime(t, k, "the copy on red", all)
	for turn := range 2 {
		p.unplug(redRoot, red)
		inTime(t, k, "that red is unplugged", out)
		b.change(t)
		clock.Add(time.Minute)
		blueRoot = p.plug(blue, "E")
		c := inTime(t, k, "the copy on blue", all)
		if len(c.Alarms) > 0 || c.Fault != nil || len(c.Disks) != 2 || !c.Disks[0].Here || c.Disks[1].Here ||
			!c.Disks[0].LastOK.After(c.Disks[1].LastOK) || filepath.Dir(filepath.Dir(c.Disks[0].Folder)) != blueRoot {
			t.Fatalf("turn %d: %+v", turn, c)
		}
		p.unplug(blueRoot, blue)
		inTime(t, k, "that blue is unplugged", out)
		b.change(t)
		clock.Add(time.Minute)
		redRoot = p.plug(red, "R")
		inTime(t, k, "the copy on red", all)
	}
}

// TestADiskThatWasEmptiedIsAnAlarm: it is not filled again as if it were new.
func TestADiskThatWasEmptiedIsAnAlarm(t *testing.T) {
	k, b, _, p, root := aDisk(t, nil)
	drawer := filepath.Join(p.dir, "drawer-blue")
	p.unplug(root, drawer)
	inTime(t, k, "that it is unplugged", out)
	at := filepath.Join(drawer, "Copies", "Zafe")
	if err := os.RemoveAll(at); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	b.change(t)
	p.plug(drawer, "E")
	c := inTime(t, k, "the alarm", func(c appbackup.Copy, _ appbackup.Status) bool { return c.Fault != nil })
	if c.Fault.Key != "backup.vault_gone" {
		t.Errorf("%+v", c.Fault)
	}
	if _, err := k.Refill(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	inTime(t, k, "the copy", all)
}

// TestARealDiskIsFollowed: mounted by the system, taken away and mounted elsewhere, its copy is complete on the disk itself
// when the window says that it can be unplugged.
func TestARealDiskIsFollowed(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("only root of Linux can mount a disk")
	}
	dir := t.TempDir()
	image := filepath.Join(dir, "disk.img")
	tool := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			tooltest.Lacks(t, "no disk can be mounted here:", name, string(out), err)
		}
	}
	tool("truncate", "-s", "16M", image)
	tool("mkfs.ext4", "-q", image)
	at := [2]string{filepath.Join(dir, "first place"), filepath.Join(dir, "second")}
	mount := func(n int) {
		t.Helper()
		if err := os.Mkdir(at[n], 0o700); err != nil {
			t.Fatal(err)
		}
		tool("mount", "-o", "loop", image, at[n])
		t.Cleanup(func() { _ = exec.Command("umount", "-l", at[n]).Run() })
	}
	k, b, _, _ := newKeeper(t)
	k.Watch(disks.Roots)
	mount(0)
	add(t, k, appbackup.NewDestination{Provider: "local", Label: "Disk", Folder: filepath.Join(at[0], "Zafe")})
	b.change(t)
	if _, err := k.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	running(t, k)
	inTime(t, k, "the first copy", settled)
	tool("umount", at[0])
	inTime(t, k, "that it is unplugged", out)
	b.change(t)
	mount(1)
	began := time.Now()
	c := inTime(t, k, "its copy", all)
	t.Logf("complete %v after the mount", time.Since(began))
	if c.Folder != filepath.Join(at[1], "Zafe") || len(c.Alarms) > 0 {
		t.Errorf("%+v", c)
	}
	if left, err := os.ReadDir(at[0]); err != nil || len(left) > 0 {
		t.Errorf("written where no disk is: %v %v", left, err)
	}
}

// TestADiskThatIsPluggedInIsUnderTheSameRoof, wherever its owner keeps it otherwise, and that is said until it is unplugged.
func TestADiskThatIsPluggedInIsUnderTheSameRoof(t *testing.T) {
	k, _, _, p, root := aDisk(t, map[string]string{remote.AwayKey: "true"})
	says := func(want bool) func(appbackup.Copy, appbackup.Status) bool {
		return func(_ appbackup.Copy, st appbackup.Status) bool {
			return strings.Contains(worries(st), "plugged_in ") == want && !strings.Contains(worries(st), "same_roof ")
		}
	}
	inTime(t, k, "that it is here", says(true))
	p.unplug(root, filepath.Join(p.dir, "drawer"))
	inTime(t, k, "that it is elsewhere", says(false))
}

// TestADiskIsHereBeforeTheFirstLook: as long as nobody knows better, one that is mounted does not count as elsewhere.
func TestADiskIsHereBeforeTheFirstLook(t *testing.T) {
	p := newPort(t)
	k, b, _, _ := newKeeper(t)
	k.Watch(p.Roots)
	root := p.plug(p.disk("blue"), "E")
	add(t, k, appbackup.NewDestination{
		Provider: "local", Label: "Blue", Folder: filepath.Join(root, "Zafe"), Values: map[string]string{remote.AwayKey: "true"},
	})
	b.change(t)
	if st := now(t, k); st.Copies[0].Elsewhere() || !strings.Contains(worries(st), "plugged_in ") {
		t.Errorf("it counts as elsewhere: %s", worries(st))
	}
	p.unplug(root, filepath.Join(p.dir, "drawer"))
	st, err := k.Status(t.Context())
	if err != nil || !st.Copies[0].Elsewhere() || strings.Contains(worries(st), "plugged_in ") {
		t.Errorf("it counts as here: %s %v", worries(st), err)
	}
}

// TestADiskThatHangsStopsNothing: what the keeper does goes on while the system has not said yet which disks there are.
func TestADiskThatHangsStopsNothing(t *testing.T) {
	p := newPort(t)
	k, b, _, _ := newKeeper(t)
	root := p.plug(p.disk("blue"), "E")
	add(t, k, appbackup.NewDestination{
		Provider: "local", Label: "Blue", Folder: filepath.Join(root, "Zafe"), Values: map[string]string{remote.AwayKey: "true"},
	})
	b.change(t)
	now(t, k)
	asked := 0
	k.Watch(func() []string {
		asked++
		went := make(chan bool)
		go func() { k.Stop(); close(went) }()
		select {
		case <-went:
		case <-time.After(10 * time.Second):
			t.Error("the keeper waits for the disks")
		}
		return p.Roots()
	})
	if st, err := k.Status(t.Context()); err != nil || asked == 0 || st.Copies[0].Plug != appbackup.PluggedIn {
		t.Errorf("%v, asked %d times: %+v", err, asked, st.Copies)
	}
}

// TestTheFirstDiskIsInItsDrawer: once the second disk has its copy, the first counts as elsewhere although nothing was plugged
// in or taken out meanwhile.
func TestTheFirstDiskIsInItsDrawer(t *testing.T) {
	k, b, clock, p, root := aDisk(t, map[string]string{remote.AwayKey: "true"})
	p.unplug(root, filepath.Join(p.dir, "drawer-blue"))
	inTime(t, k, "that blue is unplugged", out)
	red := p.disk("red")
	if err := os.MkdirAll(filepath.Join(red, "Copies", "Zafe"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.change(t)
	clock.Add(time.Second)
	p.plug(red, "E")
	c := inTime(t, k, "the question of red", func(c appbackup.Copy, _ appbackup.Status) bool {
		return c.Plug == appbackup.PluggedIn && c.Fault != nil
	})
	if _, err := k.Refill(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	inTime(t, k, "the copy on red", all)
	st, err := k.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c = st.Copies[0]
	if !c.Elsewhere() || len(c.Disks) != 2 || !c.Disks[0].Here || c.Disks[1].Here || strings.Contains(worries(st), "plugged_in ") {
		t.Errorf("%+v %s", c.Disks, worries(st))
	}
}

// TestADiskIsFoundWhereTheBookNeverSawIt: after a restore the folder of its destination is that of the PC before, and nothing
// is known about it here.
func TestADiskIsFoundWhereTheBookNeverSawIt(t *testing.T) {
	k, b, clock, p, root := aDisk(t, nil)
	drawer := filepath.Join(p.dir, "drawer-blue")
	p.unplug(root, drawer)
	inTime(t, k, "that it is unplugged", out)
	st, err := k.Status(t.Context())
	if err == nil {
		err = k.Remove(t.Context(), st.Copies[0].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	before := filepath.Join(t.TempDir(), "media", "Copies", "Zafe")
	if err := os.MkdirAll(before, 0o700); err != nil {
		t.Fatal(err)
	}
	add(t, k, appbackup.NewDestination{Provider: "local", Label: "Blue", Folder: before})
	if err := os.RemoveAll(filepath.Dir(filepath.Dir(before))); err != nil {
		t.Fatal(err)
	}
	b.change(t)
	moved := p.plug(drawer, "F")
	c := inTime(t, k, "that it is found", func(c appbackup.Copy, st appbackup.Status) bool {
		clock.Add(5 * time.Second) // what was under way to the folder that is gone may fail after the disk came
		return all(c, st)
	})
	if c.Folder != filepath.Join(moved, "Copies", "Zafe") {
		t.Errorf("at %s", c.Folder)
	}
}

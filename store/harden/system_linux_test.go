package harden

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"
)

const mounts = `21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:40 / /home/c/nas rw,relatime shared:2 - nfs4 nas:/export rw,vers=4.2
31 21 0:41 / /home/c/Mes\040fichiers rw - fuse.sshfs c@host:/ rw,user_id=0
32 21 8:1 / /media/usb rw - fuseblk /dev/sdb1 rw
33 21 0:42 / /auto rw - autofs systemd-1 rw
34 33 0:43 / /auto rw - cifs //nas/share rw
35 30 254:3 / /home/c/nas/local rw - xfs /dev/vdb rw
36 21 0:50 / /srv rw - 9p srv rw,trans=virtio
too short
`

func TestMountsOfOtherMachinesAreKnown(t *testing.T) {
	for dir, want := range map[string]string{
		"/home/c":              "",
		"/home/c/nas":          "nfs4",
		"/home/c/nas/zafe":     "nfs4",
		"/home/c/nas2":         "",
		"/home/c/nas/local/x":  "",
		"/home/c/Mes fichiers": "fuse.sshfs",
		"/media/usb/zafe":      "",
		"/auto/x":              "cifs", // the last one mounted there
		"/srv/zafe":            "9p",
	} {
		got := mountType(strings.NewReader(mounts), dir)
		if !remoteTypes[got] {
			got = ""
		}
		if got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
}

func TestThisDiskIsOurs(t *testing.T) {
	if got := remote(t.TempDir()); got != "" {
		t.Errorf("the temporary folder is taken for %s", got)
	}
}

func TestSwap(t *testing.T) {
	const head = "Filename\tType\tSize\tUsed\tPriority\n"
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	disks := fstest.MapFS{
		"sys/dev/block/253:1/dm/uuid":         file("CRYPT-LUKS2-0b-swap\n"),
		"sys/dev/block/253:2/dm/uuid":         file("LVM-abc"),
		"sys/dev/block/253:2/slaves/dm-0/x":   file(""),
		"sys/dev/block/253:3/dm/uuid":         file("LVM-def"),
		"sys/dev/block/253:3/slaves/dm-0/x":   file(""),
		"sys/dev/block/253:3/slaves/sda3/x":   file(""),
		"sys/class/block/dm-0/dm/uuid":        file("CRYPT-LUKS1-0a-x"),
		"sys/class/block/sda3/size":           file("1"),
		"sys/dev/block/8:2/size":              file("1"),
		"sys/dev/block/253:4/slaves/loop0/x":  file(""),
		"sys/class/block/loop0/slaves/loop/x": file(""),
		"sys/class/block/loop/slaves/loop0/x": file(""),
	}
	number := map[string]uint64{
		"dev/dm-1": unix.Mkdev(253, 1), "dev/dm-2": unix.Mkdev(253, 2), "dev/dm-3": unix.Mkdev(253, 3),
		"dev/sda2": unix.Mkdev(8, 2), "swap file": unix.Mkdev(253, 2), "dev/dm-4": unix.Mkdev(253, 4),
	}
	device := func(path string) (uint64, error) {
		if n, ok := number[path]; ok {
			return n, nil
		}
		return 0, errors.New("no such device")
	}
	for name, tt := range map[string]struct {
		swaps, resume string
		want          Spill
	}{
		"none":              {head, "0:0\n", Spill{Off, Off}},
		"in memory":         {head + "/dev/zram0  partition\t1\t0\t100\n", "", Spill{Off, Off}},
		"on a crypt":        {head + "/dev/dm-1\tpartition 1 0 -2\n", "253:1", Spill{Sealed, Sealed}},
		"file, LVM on LUKS": {head + "/swap\\040file file 1 0 -2\n", "", Spill{Sealed, Off}},
		"half of it sealed": {head + "/dev/dm-3 partition 1 0 -2\n", "", Spill{Clear, Off}},
		"in the clear":      {head + "/dev/sda2 partition 1 0 -2\n", "8:2", Spill{Clear, Clear}},
		"one of two":        {head + "/dev/sda2 partition 1\n/dev/dm-1 partition 1\n", "0:0", Spill{Clear, Off}},
		"not found":         {head + "/dev/sdx partition 1\n", "", Spill{Clear, Off}},
		"going in circles":  {head + "/dev/dm-4 partition 1\n", "", Spill{Clear, Off}},
	} {
		root := fstest.MapFS{"proc/swaps": file(tt.swaps)}
		maps.Copy(root, disks)
		if tt.resume != "" {
			root["sys/power/resume"] = file(tt.resume)
		}
		if got := spill(root, device); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// childKey makes this test binary the child of TestNoCore.
const childKey = "ZAFE_HARDEN_CHILD"

func TestNoCore(t *testing.T) {
	if os.Getenv(childKey) != "" {
		if err := Process(); err != nil {
			t.Fatal(err)
		}
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
			t.Errorf("limit %+v %v", limit, err)
		}
		if n, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); n != 0 || err != nil {
			t.Errorf("dumpable %d %v", n, err)
		}
		if _, err := os.ReadFile("/proc/self/mountinfo"); err != nil {
			t.Errorf("the mounts can no longer be read: %v", err)
		}
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestNoCore$", "-test.v")
	child.Env = append(os.Environ(), childKey+"=1")
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
}

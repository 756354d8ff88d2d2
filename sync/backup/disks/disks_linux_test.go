package disks

import (
	"reflect"
	"testing"
)

func TestTheTableOfMountsIsRead(t *testing.T) {
	const table = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
25 22 0:5 / /dev rw,nosuid - devtmpfs udev rw
31 22 0:27 / /run/user/1000 rw - tmpfs tmpfs rw
40 22 8:17 / /media/claire/CLE\040BLEUE rw,nosuid - vfat /dev/sdb1 rw
41 22 8:33 / /media/claire/a\134b rw - fuseblk /dev/sdc1 rw
41 22 8:33 / /media/claire/a\134b rw - fuseblk /dev/sdc1 rw
50 22 0:44 / /mnt/nas rw - nfs4 nas:/volume1 rw
51 22 0:45 / /mnt/part rw - cifs //nas/part rw
junk
`
	want := []string{"/", "/media/claire/CLE BLEUE", `/media/claire/a\b`}
	if got := rootsOf(table); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	if len(Roots()) == 0 {
		t.Log("this machine has no disk of its own")
	}
	if err := Flush(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := Flush("/nowhere"); err == nil {
		t.Error("a folder that is not there is flushed")
	}
}

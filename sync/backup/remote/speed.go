package remote

import (
	"sync"

	"github.com/rclone/rclone/fs"
	"github.com/rclone/rclone/fs/accounting"
)

// upload is the limit that rclone was told: there is one for the whole program.
var upload struct {
	sync.Mutex
	limit int64
}

// LimitUploads bounds what leaves this PC to all destinations together, in bytes per second; 0 is no limit. What
// comes back, such as a restore, has the whole line, and so have the disks of this PC. It takes effect at once, also
// for what is on its way, and costs nothing when the limit is what it was.
func LimitUploads(bytes int64) {
	upload.Lock()
	defer upload.Unlock()
	if upload.limit == bytes {
		return
	}
	upload.limit = bytes
	accounting.TokenBucket.SetBwLimit(fs.BwPair{Tx: fs.SizeSuffix(bytes)})
}

// EmptyBurst is called as a sending begins, where there is a limit: rclone lets what nobody used for a while leave at once,
// up to 4 MiB, which is the whole line of others for half a minute. It forgets that.
func EmptyBurst() {
	upload.Lock()
	defer upload.Unlock()
	if upload.limit > 0 {
		accounting.TokenBucket.SetBwLimit(fs.BwPair{Tx: fs.SizeSuffix(upload.limit)})
	}
}

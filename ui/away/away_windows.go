package away

import (
	"context"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The state of the session (WTSQuerySessionInformationW, wtsapi32.h).
var (
	wtsapi  = windows.NewLazySystemDLL("wtsapi32.dll")
	query   = wtsapi.NewProc("WTSQuerySessionInformationW")
	release = wtsapi.NewProc("WTSFreeMemory")
)

const (
	currentSession = 0xFFFFFFFF // WTS_CURRENT_SESSION
	sessionInfoEx  = 25         // WTSSessionInfoEx
	disconnected   = 4          // WTSDisconnected: another person has the screen
	locked         = 0          // WTS_SESSIONSTATE_LOCK, since Windows 8
)

// sessionInfo is the beginning of WTSINFOEXW at level 1.
type sessionInfo struct {
	level   uint32
	_       uint32 // the union after it is laid out by eight bytes
	session uint32
	state   int32
	flags   int32
}

// every is how often Windows is asked: a signal would need a window of the toolkit's.
const every = 2 * time.Second

func watch(ctx context.Context, left func()) {
	if query.Find() != nil {
		return
	}
	gone := false
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			was := gone
			if gone = away(); gone && !was {
				left()
			}
		}
	}
}

// away tells whether the session is locked or not on the screen; false when Windows does not say.
func away() bool {
	var info *sessionInfo
	var size uint32
	ok, _, _ := query.Call(0, currentSession, sessionInfoEx, uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)))
	if ok == 0 || info == nil {
		return false
	}
	defer func() { _, _, _ = release.Call(uintptr(unsafe.Pointer(info))) }()
	if uintptr(size) < unsafe.Sizeof(*info) || info.level != 1 {
		return false
	}
	return info.state == disconnected || info.flags == locked
}

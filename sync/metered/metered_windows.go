package metered

import (
	"context"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/go-ole/go-ole"
)

// The list of networks (NetworkListManager), asked for what its connections cost (INetworkCostManager, netlistmgr.h).
var (
	networkList = ole.NewGUID("{DCB00C01-570F-4A9B-8D69-199FDBA5723B}")
	costManager = ole.NewGUID("{DCB00008-570F-4A9B-8D69-199FDBA5723B}")
)

// The costs (NLM_CONNECTION_COST): a plan with a limit or paid by use, one that is used up or nearly, another country.
const (
	costUnrestricted = 0x1
	costLimited      = 0x2 | 0x4 | 0x10000 | 0x40000 | 0x80000
)

// methodGetCost is the place of GetCost in the table of the interface, after the three of IUnknown.
const methodGetCost = 3

// falseAlready is the answer to a second CoInitializeEx on one thread (S_FALSE): all is well.
const falseAlready = 1

// Now asks Windows what the connection in use costs.
func Now(context.Context) (State, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := ole.CoInitializeEx(0, ole.COINIT_MULTITHREADED); err != nil {
		if oe, ok := err.(*ole.OleError); !ok || oe.Code() != falseAlready { //nolint:errorlint // never wrapped
			return Unknown, err
		}
	}
	defer ole.CoUninitialize()
	list, err := ole.CreateInstance(networkList, costManager)
	if err != nil {
		return Unknown, err
	}
	defer list.Release()
	var cost uint32
	table := (*[methodGetCost + 1]uintptr)(unsafe.Pointer(list.RawVTable))
	result, _, _ := syscall.SyscallN(table[methodGetCost], uintptr(unsafe.Pointer(list)),
		uintptr(unsafe.Pointer(&cost)), 0)
	switch {
	case result != 0:
		return Unknown, ole.NewError(result)
	case cost&costLimited != 0:
		return Limited, nil
	case cost&costUnrestricted != 0:
		return Free, nil
	default:
		return Unknown, nil
	}
}

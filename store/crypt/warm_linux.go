package crypt

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// warmReads reads of a file what the system has in its memory, which is nearly always all that is asked
// for. Such a read takes about a microsecond and never waits for the disk, so Go's scheduler, which prepares
// for a long wait and on a busy machine gives the processor away meanwhile, need not hear of it.
type warmReads struct {
	fd  uintptr
	off atomic.Bool // not possible with this file, or it is closed
}

// start is called once, before read.
func (w *warmReads) start(f *os.File) { w.fd = f.Fd() }

// read fills p from an offset and reports whether it did. Otherwise nothing is known, not even that there is
// an error, p may have been written to, and the file is to be read as usual. It does not allocate.
func (w *warmReads) read(p []byte, off int64) bool {
	if off < 0 || w.off.Load() { // an offset of -1 would mean where the file stands
		return false
	}
	v := unix.Iovec{Base: unsafe.SliceData(p)}
	v.SetLen(len(p))
	n, _, errno := syscall.RawSyscall6(unix.SYS_PREADV2, w.fd, uintptr(unsafe.Pointer(&v)), 1, //nolint:gosec // the memory is the caller's until the call returns
		uintptr(off), uintptr(off>>32>>(8*unix.SizeofPtr-32)), unix.RWF_NOWAIT)
	switch errno {
	case 0:
		return n == uintptr(len(p))
	case unix.EAGAIN, unix.EINTR: // not in memory; it may be the next time
	default:
		w.off.Store(true)
	}
	return false
}

// stop makes read refuse: the number of a closed file soon means another.
func (w *warmReads) stop() { w.off.Store(true) }

// early implements earlyFile.
func (f *osFile) early(off, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE) // the flush at the end tells
}

package crypt

import "syscall"

// isDiskFull knows ERROR_HANDLE_DISK_FULL (39) and ERROR_DISK_FULL (112).
func isDiskFull(n syscall.Errno) bool { return n == 39 || n == 112 }

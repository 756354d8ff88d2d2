//go:build !windows

package crypt

import "syscall"

func isDiskFull(n syscall.Errno) bool { return n == syscall.ENOSPC || n == syscall.EDQUOT }

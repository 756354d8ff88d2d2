package crypt

import "unsafe"

// SQLite's memory lies outside Go's heap and is addressed by uintptr. The conversions are kept to
// this file; nothing here may ever be given the address of a Go variable.

// at converts an address of SQLite's memory.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// bytesAt is the n bytes at p.
func bytesAt(p uintptr, n int) []byte { return unsafe.Slice((*byte)(at(p)), n) }

// stringAt copies the zero-terminated string at p.
func stringAt(p uintptr) string {
	if p == 0 {
		return ""
	}
	n := 0
	for *(*byte)(at(p + uintptr(n))) != 0 {
		n++
	}
	return string(bytesAt(p, n))
}

// setInt32 and setInt64 store a result where SQLite asked for it.
func setInt32(p uintptr, v int32) {
	if p != 0 {
		*(*int32)(at(p)) = v
	}
}

func setInt64(p uintptr, v int64) {
	if p != 0 {
		*(*int64)(at(p)) = v
	}
}

// funcAddr returns the address by which SQLite's Go translation calls f, which must be a top-level
// function: the value is kept where the collector does not see it.
func funcAddr[T any](f T) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f T }{f})) }

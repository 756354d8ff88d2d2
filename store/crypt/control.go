package crypt

import (
	"slices"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// ioFileControl answers the requests that concern a sealed file and leaves the rest to SQLite.
func ioFileControl(tls *libc.TLS, p uintptr, op int32, arg uintptr) int32 {
	f := handleOf(p).h.main()
	switch op {
	case sqlite3.SQLITE_FCNTL_SIZE_HINT, sqlite3.SQLITE_FCNTL_CHUNK_SIZE:
		return sqlite3.SQLITE_OK // zeros written ahead would be pages that do not open
	case sqlite3.SQLITE_FCNTL_MMAP_SIZE:
		setInt64(arg, 0)
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_FCNTL_HAS_MOVED:
		setInt32(arg, 0)
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_FCNTL_POWERSAFE_OVERWRITE:
		setInt32(arg, 1)
		return sqlite3.SQLITE_OK
	}
	if f == nil {
		return sqlite3.SQLITE_NOTFOUND
	}
	switch op {
	case sqlite3.SQLITE_FCNTL_LOCKSTATE:
		setInt32(arg, f.level)
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_FCNTL_PERSIST_WAL:
		if v := *(*int32)(at(arg)); v >= 0 {
			f.persist = v != 0
		}
		setInt32(arg, 0)
		if f.persist {
			setInt32(arg, 1)
		}
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_FCNTL_PRAGMA:
		return f.pragma(tls, arg)
	}
	return sqlite3.SQLITE_NOTFOUND
}

// pragma sees every PRAGMA before SQLite does: argv[1] is its name, argv[2] its value or nil, and
// argv[0] takes an error message.
func (f *mainFile) pragma(tls *libc.TLS, argv uintptr) int32 {
	v := (*[3]uintptr)(at(argv))
	name, value := strings.ToLower(stringAt(v[1])), strings.ToLower(stringAt(v[2]))
	switch {
	case v[2] == 0:
	case name == "page_size":
		return sqlite3.SQLITE_OK // fixed; asking for another changes nothing
	case name == "journal_mode" && value != "wal" && !f.db.creating.Load():
		v[0] = newCString(tls, "a sealed database is always in WAL mode")
		return sqlite3.SQLITE_ERROR
	case name == "synchronous" && !slices.Contains(flushing, value):
		v[0] = newCString(tls, "a sealed database is always flushed: synchronous is NORMAL, FULL or EXTRA")
		return sqlite3.SQLITE_ERROR
	case name == "locking_mode" && value == "exclusive":
		v[0] = newCString(tls, "a sealed database is locked by the process, not by a connection")
		return sqlite3.SQLITE_ERROR
	}
	return sqlite3.SQLITE_NOTFOUND
}

// flushing are the values of PRAGMA synchronous that keep the order of writing.
var flushing = []string{"normal", "full", "extra", "1", "2", "3", "on", "yes", "true"}

// newCString copies s to memory that SQLite frees; 0 if there is none left.
func newCString(tls *libc.TLS, s string) uintptr {
	p := sqlite3.Xsqlite3_malloc64(tls, sqlite3.Tsqlite3_uint64(len(s)+1))
	if p != 0 {
		b := bytesAt(p, len(s)+1)
		b[copy(b, s)] = 0
	}
	return p
}

const vfsSize = unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})

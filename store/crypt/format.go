package crypt

import "encoding/binary"

// Format version 1. These numbers are on people's disks and never change; see FORMAT.md.
const (
	formatVersion = 1
	suiteXAES     = 1

	pageSize  = 4096
	pageBody  = pageSize - overhead // what SQLite may use of a page: 4056
	idSize    = 16
	lockPage  = 0x40000000/pageSize + 1 // SQLite never uses the page at 1 GiB
	magicText = "SQLite format 3\x00"

	walSuffix     = "-wal"
	journalSuffix = "-journal"
	ledgerSuffix  = "-ledger"
	lockSuffix    = "-lock"
	newSuffix     = "-new" // a file being written that will be renamed
)

// Sizes of the log: as SQLite sees it, and on disk.
const (
	sqlWALHeader = 32
	sqlFrameHead = 24
	sqlFrame     = sqlFrameHead + pageSize
	walHeader    = 128
	walClear     = 24                                            // generation, frame, first frame
	walRecord    = walClear + sqlFrameHead + pageSize + overhead // 4184
)

// id is a random file identity or log generation.
type id [idSize]byte

func newID() id {
	var v id
	fillRandom(v[:])
	return v
}

// isZero reports whether there is none.
func (v id) isZero() bool { return v == id{} }

// be abbreviates the byte order of everything written here.
var be = binary.BigEndian

// le is what SQLite uses for checksums on most machines.
var le = binary.LittleEndian

// pageAAD is what a database page is bound to: role and format, file identity, page number.
type pageAAD [8 + idSize + 4]byte

func newPageAAD(file id) pageAAD {
	var a pageAAD
	copy(a[:], "zafe-db\x01")
	copy(a[8:], file[:])
	return a
}

func (a *pageAAD) page(n uint32) []byte {
	be.PutUint32(a[24:], n)
	return a[:]
}

// frameAAD is what a log frame is bound to: role and format, file identity, generation, its number,
// and the number of the first frame of its transaction.
type frameAAD [8 + idSize + idSize + 8]byte

func newFrameAAD(file, gen id) frameAAD {
	var a frameAAD
	copy(a[:], "zafe-wf\x01")
	copy(a[8:], file[:])
	copy(a[24:], gen[:])
	return a
}

func (a *frameAAD) frame(n, first uint32) []byte {
	be.PutUint32(a[40:], n)
	be.PutUint32(a[44:], first)
	return a[:]
}

// sealPage seals a 4096-byte page into dst. The first page keeps its first 16 bytes, SQLite's
// constant magic, for the file identity. It returns the first eight bytes of the tag, which stand
// for this version of the page in the ledger.
func sealPage(s *suite, aad *pageAAD, dst, page []byte, n uint32) uint64 {
	from := 0
	if n == 1 {
		from = copy(dst[:idSize], aad[8:24])
	}
	s.seal(dst[from:], page[from:pageBody], aad.page(n))
	return be.Uint64(dst[pageBody:])
}

// openPage opens a sealed page in place; otherwise as openPageTo.
func openPage(s *suite, aad *pageAAD, page []byte, n uint32) (uint64, bool) {
	return openPageTo(s, aad, page, page, n)
}

// openPageTo opens a sealed page into dst, as long, and reports whether it is authentic; the tag's first
// eight bytes are returned. The reserve reads as zeros, as SQLite's checksums need it.
func openPageTo(s *suite, aad *pageAAD, dst, page []byte, n uint32) (uint64, bool) {
	from := 0
	if n == 1 {
		if [idSize]byte(page) != [idSize]byte(aad[8:24]) {
			return 0, false
		}
		from = idSize
	}
	version := be.Uint64(page[pageBody:])
	if !s.open(dst[from:], page[from:pageSize], aad.page(n)) {
		return 0, false
	}
	if n == 1 {
		copy(dst, magicText)
		dst[18], dst[19] = 2, 2 // a sealed database is always in WAL mode, however it was made
	}
	clear(dst[pageBody:pageSize])
	return version, true
}

// sealable checks that a page is one this format can hold: 40 reserved bytes that are zero, and on
// the first page the header that says so.
func sealable(page []byte, n uint32) bool {
	if n == lockPage || len(page) != pageSize {
		return false
	}
	for _, b := range page[pageBody:] {
		if b != 0 {
			return false
		}
	}
	if n != 1 {
		return true
	}
	return string(page[:16]) == magicText && be.Uint16(page[16:]) == pageSize && page[20] == overhead
}

// blankHeader is the header SQLite is shown of a database that is empty or whose first page cannot
// be read yet: it fixes page size and reserve and nothing else.
func blankHeader() []byte {
	h := make([]byte, 100)
	copy(h, magicText)
	be.PutUint16(h[16:], pageSize)
	h[18], h[19], h[20] = 2, 2, overhead
	h[21], h[22], h[23] = 64, 32, 32
	return h
}

// emptyImage is the one-page image of a database without any table.
func emptyImage() []byte {
	p := make([]byte, pageSize)
	copy(p, blankHeader())
	be.PutUint32(p[24:], 1) // change counter
	be.PutUint32(p[28:], 1) // pages
	be.PutUint32(p[44:], 4) // schema format
	be.PutUint32(p[56:], 1) // UTF-8
	be.PutUint32(p[92:], 1) // version-valid-for
	p[100] = 0x0d           // an empty leaf table
	be.PutUint16(p[105:], pageBody)
	return p
}

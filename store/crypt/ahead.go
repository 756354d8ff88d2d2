package crypt

import "io"

const (
	aheadPages = 16 // pages read at once
	aheadGap   = 4  // a scan skips pages of other tables
	aheadRun   = 4  // reads that lie close together before more is read than asked for
)

// ahead reads the pages of a scan several at once: a read of one page costs as much in calls to the system
// as in copying. What it holds is still sealed and may have been overwritten since; whoever opens a page
// of it checks that the page is the latest.
type ahead struct {
	last         uint32 // page asked for last
	run          int    // how many of the last reads lay close behind the one before
	first, count uint32 // pages in buf
	buf          []byte // made when first needed
}

// page returns page n as it was read ahead, or nil: then it is to be read by itself.
func (a *ahead) page(f io.ReaderAt, n uint32) []byte {
	near := n > a.last && n-a.last <= aheadGap
	a.last = n
	if a.run++; !near {
		a.run = 0
	}
	if n < a.first || n-a.first >= a.count {
		if a.run < aheadRun {
			return nil
		}
		if a.buf == nil {
			a.buf = make([]byte, aheadPages*pageSize)
		}
		got, _ := f.ReadAt(a.buf, int64(n-1)*pageSize) // what is wrong shows when the page is read by itself
		if a.first, a.count = n, uint32(got/pageSize); a.count == 0 {
			return nil
		}
	}
	at := int(n-a.first) * pageSize
	return a.buf[at : at+pageSize]
}

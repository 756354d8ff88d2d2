// Package paging reads long lists by pages as they come into view. It knows no record.
package paging

import (
	"time"

	"zafe/ui/kit"
)

// Rows is how many rows are read at once.
const Rows = 100

// The waits.
const (
	restScroll = 30 * time.Millisecond
	RestSearch = 160 * time.Millisecond // from the last key to the question
	RestShown  = 60 * time.Millisecond  // until a new page is on screen and can be focused
)

// Pager holds the rows of a list that were read so far. What arrives for an earlier search is dropped.
type Pager[R any] struct {
	// Fetch asks for rows from offset on and answers on the UI goroutine.
	Fetch func(offset int, answer func(rows []R, count int, err error))
	// Arrived is told of every page; err is why it did not come.
	Arrived func(first bool, err error)

	rows  map[int]R
	asked map[int]bool // pages there or on their way
	count int
	turn  int
	view  [2]int // rows in view that were not there
	seen  int    // the last row that was asked about
	stale bool   // what is there is shown until it comes again
	waits bool   // somebody looks at view soon
}

// Count is the length of the whole list.
func (p *Pager[R]) Count() int { return p.count }

// At returns a row and whether it is there.
func (p *Pager[R]) At(row int) (R, bool) {
	p.seen = row
	r, ok := p.rows[row]
	return r, ok
}

// Reset starts again, for another search; the old rows stay until the first new ones come.
func (p *Pager[R]) Reset() {
	p.turn++
	p.asked = map[int]bool{}
	p.stale = false
	p.get(0)
}

// Again reads what is in view anew, which stays until then: something of the list may have changed.
func (p *Pager[R]) Again() {
	p.turn++
	p.asked = map[int]bool{}
	p.stale = true
	p.get(p.seen / Rows)
}

// Need notes that the rows from first to last are in view. They are asked for a moment later: while a
// bar is dragged over thousands of rows, only those where it is then.
func (p *Pager[R]) Need(first, last int) {
	p.view = [2]int{first, last}
	if p.waits {
		return
	}
	p.waits = true
	kit.After(restScroll, func() {
		p.waits = false
		for n := p.view[0] / Rows; n <= p.view[1]/Rows; n++ {
			if !p.asked[n] {
				p.get(n)
			}
		}
	})
}

func (p *Pager[R]) get(n int) {
	p.asked[n] = true
	turn := p.turn
	p.Fetch(n*Rows, func(rows []R, count int, err error) {
		if turn != p.turn {
			return
		}
		if err != nil {
			delete(p.asked, n)
			p.Arrived(n == 0, err)
			return
		}
		if n == 0 || p.stale {
			p.rows, p.stale = map[int]R{}, false
		}
		p.count = count
		for i, r := range rows {
			p.rows[n*Rows+i] = r
		}
		p.Arrived(n == 0, nil)
	})
}

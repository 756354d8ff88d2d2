package sales

// pageRows is how many rows are read at once.
const pageRows = 100

// pager reads a long list by pages as they come into view. What arrives for an earlier search is
// dropped.
type pager[R any] struct {
	// fetch asks for rows from offset on and answers on the UI goroutine.
	fetch func(offset int, answer func(rows []R, count int, err error))
	// arrived is told of every page; err is why it did not come.
	arrived func(first bool, err error)

	rows  map[int]R
	asked map[int]bool // pages there or on their way
	count int
	turn  int
	view  [2]int // rows in view that were not there
	waits bool   // somebody looks at view soon
}

// reset starts again, for another search; the old rows stay until the first new ones come.
func (p *pager[R]) reset() {
	p.turn++
	p.asked = map[int]bool{}
	p.get(0)
}

// need notes that the rows from first to last are in view. They are asked for a moment later: while
// a bar is dragged over thousands of rows, only those where it is then.
func (p *pager[R]) need(first, last int) {
	p.view = [2]int{first, last}
	if p.waits {
		return
	}
	p.waits = true
	after(restScroll, func() {
		p.waits = false
		for n := p.view[0] / pageRows; n <= p.view[1]/pageRows; n++ {
			if !p.asked[n] {
				p.get(n)
			}
		}
	})
}

func (p *pager[R]) get(n int) {
	p.asked[n] = true
	turn := p.turn
	p.fetch(n*pageRows, func(rows []R, count int, err error) {
		if turn != p.turn {
			return
		}
		if err != nil {
			delete(p.asked, n)
			p.arrived(n == 0, err)
			return
		}
		if n == 0 {
			p.rows = map[int]R{}
		}
		p.count = count
		for i, r := range rows {
			p.rows[n*pageRows+i] = r
		}
		p.arrived(n == 0, nil)
	})
}

// at returns a row and whether it is there.
func (p *pager[R]) at(row int) (R, bool) {
	r, ok := p.rows[row]
	return r, ok
}

package books

// chain holds the rows read so far of a list that is read from a mark on, one page after the other.
// What arrives for an earlier question is dropped.
type chain[R, M any] struct {
	// fetch asks for the page after a mark and answers on the UI goroutine.
	fetch func(after M, answer func(rows []R, more bool, next M, err error))
	// arrived is told of every page.
	arrived func(first bool, err error)

	rows []R
	more bool
	next M
	busy bool
	turn int
}

// reset starts again; the old rows stay until the first new ones come.
func (c *chain[R, M]) reset() {
	var none M
	c.turn++
	c.get(none, true)
}

func (c *chain[R, M]) get(after M, first bool) {
	turn := c.turn
	c.busy = true
	c.fetch(after, func(rows []R, more bool, next M, err error) {
		if turn != c.turn {
			return
		}
		c.busy = false
		if err != nil {
			c.more = false
			c.arrived(first, err)
			return
		}
		if first {
			c.rows = nil
		}
		c.rows, c.more, c.next = append(c.rows, rows...), more, next
		c.arrived(first, nil)
	})
}

// count is the number of rows, with one that stands for those to come.
func (c *chain[R, M]) count() int {
	if c.more {
		return len(c.rows) + 1
	}
	return len(c.rows)
}

func (c *chain[R, M]) loaded(row int) bool { return row < len(c.rows) }

// need asks for the next page when rows beyond the last are in view.
func (c *chain[R, M]) need(int, int) {
	if c.more && !c.busy {
		c.get(c.next, false)
	}
}

// at returns a row and whether it is there.
func (c *chain[R, M]) at(row int) (r R, ok bool) {
	if row < 0 || row >= len(c.rows) {
		return r, false
	}
	return c.rows[row], true
}

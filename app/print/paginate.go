package print

// piece is something that never spans two pages: a table row, or a part of a
// very tall one. A glued piece stays on the page of the piece that follows it.
type piece struct {
	height float64
	glued  bool
}

// room is the space pieces may take. All values are in millimetres.
type room struct {
	first float64 // on the first page
	next  float64 // on the others, the line carried from the page before deducted
	carry float64 // taken at the foot of a page that is not the last
	tail  float64 // the block of totals that follows the last piece
}

// paginate distributes pieces over pages and returns, for each page, the index
// of its first piece. The tail is never alone on a page: pieces are moved down
// to accompany it. Two pages may hold no piece: the first, where its room is too
// short for one, and the last, where the last piece and the tail together are
// taller than a page. A piece taller than a page runs over its foot.
func paginate(pieces []piece, r room) []int {
	rest := make([]float64, len(pieces)+1) // height from a piece to the end, tail included
	rest[len(pieces)] = r.tail
	for i := len(pieces) - 1; i >= 0; i-- {
		rest[i] = rest[i+1] + pieces[i].height
	}
	pages, used, space := []int{0}, 0.0, r.first
	for i := 0; i < len(pieces); {
		if used+rest[i] <= space {
			return pages
		}
		end, height := chain(pieces, i)
		full := used+height > space-r.carry
		if full && (i > pages[len(pages)-1] || len(pages) == 1 && height <= r.next-r.carry) {
			pages, used, space = append(pages, i), 0, r.next
			continue
		}
		used += height
		i = end
	}
	if used+r.tail <= space {
		return pages
	}
	return append(pages, accompany(pieces, pages[len(pages)-1], rest, r.next))
}

// chain returns the index after a piece and all that is glued to it, and their height.
func chain(pieces []piece, i int) (end int, height float64) {
	for ; i < len(pieces); i++ {
		height += pieces[i].height
		if !pieces[i].glued {
			return i + 1, height
		}
	}
	return i, height
}

// accompany finds the piece from which the last page starts so that the totals
// have company: two chains of pieces where possible, else one, else none.
func accompany(pieces []piece, first int, rest []float64, space float64) int {
	start, chains := len(pieces), 0
	for i := len(pieces) - 1; i >= first && chains < 2; i-- {
		if i > 0 && pieces[i-1].glued || i == first && (first > 0 || chains > 0) {
			continue // inside a chain, or would empty the page without need
		}
		if rest[i] > space {
			break
		}
		start, chains = i, chains+1
	}
	return start
}

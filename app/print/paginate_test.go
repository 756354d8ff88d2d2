package print

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPaginate(t *testing.T) {
	tall := func(n int, h float64) []piece {
		list := make([]piece, n)
		for i := range list {
			list[i].height = h
		}
		return list
	}
	heading := tall(10, 10)
	heading[4].glued = true
	r := room{first: 50, next: 100, carry: 5, tail: 30}
	for name, c := range map[string]struct {
		pieces []piece
		room   room
		want   []int
	}{
		"nothing":                        {nil, r, []int{0}},
		"all on one page":                {tall(2, 10), r, []int{0}},
		"tail takes two along":           {tall(4, 10), r, []int{0, 2}},
		"tail takes one along":           {tall(2, 25), room{first: 60, next: 55, carry: 5, tail: 30}, []int{0, 1}},
		"tail alone when it must":        {tall(1, 40), room{first: 50, next: 60, carry: 5, tail: 30}, []int{0, 1}},
		"first page too short":           {tall(1, 40), room{first: 20, next: 100, carry: 5, tail: 30}, []int{0, 0}},
		"heading follows its first line": {heading, room{first: 52, next: 100, carry: 5, tail: 30}, []int{0, 4}},
	} {
		if got := paginate(c.pieces, c.room); !equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestPaginateFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) piece {
			return piece{
				rapid.Float64Range(3, 35).Draw(t, "height"),
				rapid.IntRange(0, 5).Draw(t, "glued") == 0,
			}
		}), 0, 120).Draw(t, "pieces")
		for i := range pieces { // headings follow each other only by mistake, and end no table
			if i+1 == len(pieces) || i > 0 && pieces[i-1].glued {
				pieces[i].glued = false
			}
		}
		r := room{
			first: rapid.Float64Range(10, 180).
				Draw(t, "first"),
			next: rapid.Float64Range(200, 240).Draw(t, "next"),
			carry: rapid.Float64Range(0, 8).
				Draw(t, "carry"),
			tail: rapid.Float64Range(20, 120).Draw(t, "tail"),
		}
		pages := paginate(pieces, r)
		for p, start := range pages {
			end, space := len(pieces), r.next
			if p == 0 {
				space = r.first
			}
			last := p == len(pages)-1
			if last {
				space -= r.tail
			} else {
				end = pages[p+1]
				space -= r.carry
			}
			used := 0.0
			for _, piece := range pieces[start:end] {
				used += piece.height
			}
			if used > space+1e-9 {
				t.Fatalf("page %d: %.1f in %.1f", p, used, space)
			}
			if !last && end > start && pieces[end-1].glued {
				t.Fatalf("page %d ends with a glued piece", p)
			}
			if p > 0 && start == end && len(pieces) > 0 {
				t.Fatalf("page %d has no piece", p)
			}
			if p > 0 && start < pages[p-1] {
				t.Fatalf("page %d goes back", p)
			}
		}
	})
}

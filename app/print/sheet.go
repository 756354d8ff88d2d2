package print

import "io"

// document gathers what is to be drawn, page by page, before anything is: the
// number of pages must be known when the first one is written.
type document struct {
	*canvas
	sheets [][]func()
}

// next starts a page; what is put afterwards goes there.
func (d *document) next() { d.sheets = append(d.sheets, nil) }

// put adds something to draw on the current page.
func (d *document) put(draw func()) {
	last := len(d.sheets) - 1
	d.sheets[last] = append(d.sheets[last], draw)
}

// write draws every page, first what every page carries, then its own content.
func (d *document) write(w io.Writer, furniture func(page, pages int)) error {
	for i, sheet := range d.sheets {
		d.addPage()
		furniture(i+1, len(d.sheets))
		for _, draw := range sheet {
			draw()
		}
	}
	return d.finish(w)
}

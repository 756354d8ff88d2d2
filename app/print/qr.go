package print

import (
	"fmt"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// quietZone is the blank border a QR code needs, in modules (ISO/IEC 18004, 9.1).
const quietZone = 4

// code is a QR code ready to be drawn.
type code struct{ modules barcode.Barcode }

// newCode encodes a text at error level Q, which survives a quarter of the
// surface being creased or stained.
func newCode(text string) (code, error) {
	m, err := qr.Encode(text, qr.Q, qr.Auto)
	if err != nil {
		return code{}, fmt.Errorf("print: qr code: %w", err)
	}
	return code{m}, nil
}

// qr draws a code as rectangles, on white, in a square of side millimetres that
// includes the quiet zone. Neighbouring modules of a row are joined, so that no
// hairline shows between them.
func (c *canvas) qr(x, y, side float64, q code) {
	n := q.modules.Bounds().Dx()
	step := side / float64(n+2*quietZone)
	c.box(x, y, side, side, 0, inkWhite)
	c.pdf.SetFillColor(0, 0, 0)
	dark := func(col, row int) bool {
		r, _, _, _ := q.modules.At(col, row).RGBA()
		return r < 0x8000
	}
	for row := range n {
		for col := 0; col < n; col++ {
			start := col
			for col < n && dark(col, row) {
				col++
			}
			if col > start {
				c.pdf.Rect(x+float64(quietZone+start)*step, y+float64(quietZone+row)*step,
					float64(col-start)*step, step*1.02, "F")
			}
		}
	}
}

package print

import (
	"fmt"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"zafe/assets"
)

// face is one of the embedded faces of IBM Plex Sans.
type face int

const (
	regular face = iota
	medium
	semiBold
	italic
	faceCount
)

// faceFiles ties each face to its embedded file; the order is that of the
// constants.
var faceFiles = [faceCount]string{
	assets.FontRegular, assets.FontMedium, assets.FontSemiBold, assets.FontItalic,
}

// faceFamilies are the names under which the PDF library knows the faces. The
// first seven characters of what it writes, "utf8" included, are later
// replaced by the subset tag the PDF standard asks for (ISO 32000-1, 9.6.4):
// see subsetNames.
var faceFamilies = [faceCount]string{
	"aa+ibmplexsans-regular", "ab+ibmplexsans-medium", "ac+ibmplexsans-semibold", "ad+ibmplexsans-italic",
}

// subsetNames maps the font names the library writes to proper subset names of
// the same length, so that no offset of the file moves.
var subsetNames = [faceCount][2]string{
	{"/utf8aa+ibmplexsans-regular", "/ZAFEAA+IBMPlexSans-Regular"},
	{"/utf8ab+ibmplexsans-medium", "/ZAFEAB+IBMPlexSans-Medium"},
	{"/utf8ac+ibmplexsans-semibold", "/ZAFEAC+IBMPlexSans-SemiBold"},
	{"/utf8ad+ibmplexsans-italic", "/ZAFEAD+IBMPlexSans-Italic"},
}

// unitsPerEm is the resolution of PDF glyph widths.
const unitsPerEm = 1000

// mmPerPoint converts type sizes to the unit of the page.
const mmPerPoint = 25.4 / 72

// metrics measures text in one face without touching the document, so that a
// page can be laid out entirely before anything is drawn. It is not safe for
// several goroutines: every document has its own.
type metrics struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
	widths map[rune]int // in 1/1000 em; -1 when the face has no such glyph
}

func newMetrics(ttf []byte) (*metrics, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("print: read font: %w", err)
	}
	return &metrics{font: f, widths: make(map[rune]int, 128)}, nil
}

// advance returns the width of a rune in 1/1000 em, or -1 when the face has no
// glyph for it.
func (m *metrics) advance(r rune) int {
	if w, ok := m.widths[r]; ok {
		return w
	}
	w := -1
	if r <= 0xFFFF { // the PDF library addresses glyphs by 16-bit code
		if i, err := m.font.GlyphIndex(&m.buffer, r); err == nil && i != 0 {
			a, err := m.font.GlyphAdvance(&m.buffer, i, fixed.I(unitsPerEm), font.HintingNone)
			if err == nil {
				w = a.Round()
			}
		}
	}
	m.widths[r] = w
	return w
}

// width returns the width in millimetres of a cleaned text set at a size in points.
func (m *metrics) width(s string, size float64) float64 {
	units := 0
	for _, r := range s {
		units += max(m.advance(r), 0)
	}
	return float64(units) / unitsPerEm * size * mmPerPoint
}

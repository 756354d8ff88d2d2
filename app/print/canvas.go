package print

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"zafe/assets"
)

// A4 upright, and the margins every document keeps, in millimetres.
const (
	pageWidth    = 210.0
	pageHeight   = 297.0
	marginSide   = 15.0
	contentWidth = pageWidth - 2*marginSide
)

// style is how a text is set: face, size in points, colour.
type style struct {
	face  face
	size  float64
	color Color
}

// lineHeight is the distance between two baselines, in millimetres.
func (s style) lineHeight() float64 { return s.size * mmPerPoint * 1.38 }

// ascent is the distance from the top of a line to its baseline.
func (s style) ascent() float64 { return s.size * mmPerPoint * 1.02 }

func (s style) in(c Color) style { s.color = c; return s }

// alignment of a text to its horizontal reference.
type alignment int

const (
	left alignment = iota
	center
	right
)

// canvas draws on the pages of one document. It owns the PDF library: nothing
// else in the package talks to it. Lengths are millimetres from the top left
// corner of the page; the vertical reference of a text is the top of its line.
type canvas struct {
	pdf    *fpdf.Fpdf
	fonts  [faceCount]*metrics
	now    style // what the library was last told
	loaded [faceCount]bool
	width  float64
	height float64
}

// info is what the file says of itself.
type info struct {
	title, author, subject string
	lang                   string
	made                   time.Time // never the clock: same document, same bytes
	landscape              bool
}

func newCanvas(in info) (*canvas, error) {
	orientation := "P"
	c := &canvas{width: pageWidth, height: pageHeight}
	if in.landscape {
		orientation, c.width, c.height = "L", pageHeight, pageWidth
	}
	c.pdf = fpdf.New(orientation, "mm", "A4", "")
	c.pdf.SetCatalogSort(true)
	c.pdf.SetAutoPageBreak(false, 0)
	c.pdf.SetMargins(0, 0, 0)
	c.pdf.SetCellMargin(0)
	c.pdf.SetCreationDate(in.made)
	c.pdf.SetModificationDate(in.made)
	for f := range c.fonts {
		m, err := newMetrics(assets.Font(faceFiles[f]))
		if err != nil {
			return nil, err
		}
		c.fonts[f] = m
	}
	c.pdf.SetLang(in.lang)
	c.pdf.SetProducer("Zafè", true)
	c.pdf.SetCreator("Zafè", true)
	c.pdf.SetTitle(c.fonts[regular].oneLine(in.title, 1, 1e3), true)
	c.pdf.SetAuthor(c.fonts[regular].oneLine(in.author, 1, 1e3), true)
	c.pdf.SetSubject(c.fonts[regular].oneLine(in.subject, 1, 1e3), true)
	return c, nil
}

// use tells the library about the style of the next text. A face is handed
// over at its first use, so that a document embeds only what it shows.
func (c *canvas) use(s style) {
	if s.face != c.now.face || s.size != c.now.size || !c.loaded[s.face] {
		if !c.loaded[s.face] {
			ttf := bytes.Clone(assets.Font(faceFiles[s.face])) // the library pads tables in place
			c.pdf.AddUTF8FontFromBytes(faceFamilies[s.face], "", ttf)
			c.loaded[s.face] = true
		}
		c.pdf.SetFont(faceFamilies[s.face], "", s.size)
	}
	c.pdf.SetTextColor(int(s.color.R), int(s.color.G), int(s.color.B))
	c.now = s
}

func (c *canvas) addPage() { c.pdf.AddPage() }

// measure returns the width of a text.
func (c *canvas) measure(s string, st style) float64 {
	m := c.fonts[st.face]
	return m.width(m.clean(s), st.size)
}

// wrap cuts a text into lines of at most width.
func (c *canvas) wrap(s string, st style, width float64) []string {
	return c.fonts[st.face].wrap(s, st.size, width)
}

// text draws one line with the top of the line at y, and returns its width.
func (c *canvas) text(x, y float64, s string, st style, a alignment) float64 {
	m := c.fonts[st.face]
	s = m.clean(s)
	if s == "" {
		return 0
	}
	w := m.width(s, st.size)
	switch a {
	case left:
	case right:
		x -= w
	case center:
		x -= w / 2
	}
	c.use(st)
	c.pdf.Text(x, y+st.ascent(), s)
	return w
}

// fit draws one line in at most width: first by setting it smaller, down to
// six tenths, then by an ellipsis.
func (c *canvas) fit(x, y float64, s string, st style, a alignment, width float64) {
	m := c.fonts[st.face]
	if w := c.measure(s, st); w > width && w > 0 {
		base := st.ascent()
		st.size *= max(width/w, 0.6) * 0.999
		y += base - st.ascent()
		s = m.oneLine(s, st.size, width)
	}
	c.text(x, y, s, st, a)
}

// figure draws an amount in at most width. It is set as small as needed, and
// never cut: an amount that lacks digits would be a false one.
func (c *canvas) figure(x, y float64, s string, st style, width float64) {
	if w := c.measure(s, st); w > width && w > 0 {
		base := st.ascent()
		st.size *= width / w
		y += base - st.ascent()
	}
	c.text(x, y, s, st, right)
}

// lines draws lines one under the other and returns the ordinate below them.
func (c *canvas) lines(x, y float64, lines []string, st style, a alignment) float64 {
	for _, s := range lines {
		c.text(x, y, s, st, a)
		y += st.lineHeight()
	}
	return y
}

// hairline draws a horizontal line of a thickness in millimetres.
func (c *canvas) hairline(x, y, w float64, col Color, thickness float64) {
	c.pdf.SetDrawColor(int(col.R), int(col.G), int(col.B))
	c.pdf.SetLineWidth(thickness)
	c.pdf.Line(x, y, x+w, y)
}

// box fills a rectangle with rounded corners.
func (c *canvas) box(x, y, w, h, radius float64, fill Color) {
	c.pdf.SetFillColor(int(fill.R), int(fill.G), int(fill.B))
	if radius == 0 {
		c.pdf.Rect(x, y, w, h, "F")
		return
	}
	c.pdf.RoundedRect(x, y, w, h, radius, "1234", "F")
}

// frame outlines a rectangle with rounded corners.
func (c *canvas) frame(x, y, w, h, radius float64, col Color, thickness float64) {
	c.pdf.SetDrawColor(int(col.R), int(col.G), int(col.B))
	c.pdf.SetLineWidth(thickness)
	c.pdf.RoundedRect(x, y, w, h, radius, "1234", "D")
}

// watermark sets one word across the page, in a tint so light that whatever is
// printed over it stays readable. No transparency is used: archival PDF and
// old printers dislike it.
func (c *canvas) watermark(word string) {
	st := style{semiBold, 100, Color{240, 241, 245}}
	w := c.measure(word, st)
	if limit := c.height * 0.85; w > limit {
		st.size *= limit / w
	}
	c.pdf.TransformBegin()
	c.pdf.TransformRotate(52, c.width/2, c.height/2)
	c.text(c.width/2, c.height/2-st.lineHeight()/2, word, st, center)
	c.pdf.TransformEnd()
}

// finish writes the document. The library leaves out the file identifier and
// names its subset fonts in its own way; both are put right here, the names
// with equal length so that every offset stays true.
func (c *canvas) finish(w io.Writer) error {
	var buf bytes.Buffer
	if err := c.pdf.Output(&buf); err != nil {
		return fmt.Errorf("print: make pdf: %w", err)
	}
	out := buf.Bytes()
	for _, name := range subsetNames {
		out = bytes.ReplaceAll(out, []byte(name[0]), []byte(name[1]))
	}
	if !bytes.HasPrefix(out, []byte("%PDF-1.")) {
		return fmt.Errorf("print: make pdf: unexpected header")
	}
	out[len("%PDF-1.")] = '7'
	const trailer = "trailer\n<<\n"
	at := bytes.LastIndex(out, []byte(trailer))
	if at < 0 {
		return fmt.Errorf("print: make pdf: no trailer")
	}
	at += len(trailer)
	sum := sha256.Sum256(out)
	id := fmt.Sprintf("/ID [<%X><%X>]\n", sum[:16], sum[:16])
	for _, part := range [][]byte{out[:at], []byte(id), out[at:]} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("print: write pdf: %w", err)
		}
	}
	return nil
}

package print

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // a logo may be a JPEG file
	"image/png"

	"codeberg.org/go-pdf/fpdf"
)

// Limits of a logo file: what a careful scan of a letterhead needs, far below
// what could exhaust the memory of a small PC.
const (
	LogoBytesMax  = 5 << 20
	logoPixelsMax = 4000 * 4000
)

const logoName = "logo"

var logoOptions = fpdf.ImageOptions{ImageType: "PNG"}

// ErrLogo says that a logo is not a PNG or JPEG picture, or is too large
// (LogoBytesMax, 16 megapixels).
var ErrLogo = errors.New("print: logo is not a PNG or JPEG picture of acceptable size")

// CheckLogo tells before a logo is stored whether documents can be printed
// with it. It returns ErrLogo, wrapped.
func CheckLogo(logo []byte) error {
	_, err := decodeLogo(logo)
	return err
}

// decodeLogo reads a picture and lays it on white: no transparency reaches the
// document, and nothing of the original file (position, camera) does either.
func decodeLogo(logo []byte) (*image.NRGBA, error) {
	if len(logo) > LogoBytesMax {
		return nil, fmt.Errorf("%w: %d bytes", ErrLogo, len(logo))
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(logo))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLogo, err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > logoPixelsMax/head.Height {
		return nil, fmt.Errorf("%w: %d x %d pixels", ErrLogo, head.Width, head.Height)
	}
	if format != "png" && format != "jpeg" {
		return nil, fmt.Errorf("%w: %s", ErrLogo, format)
	}
	src, _, err := image.Decode(bytes.NewReader(logo))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLogo, err)
	}
	dst := image.NewNRGBA(image.Rect(0, 0, head.Width, head.Height))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Over)
	return dst, nil
}

// loadLogo hands a logo over to the document and returns its proportions.
func (c *canvas) loadLogo(logo []byte) (size image.Point, err error) {
	img, err := decodeLogo(logo)
	if err != nil {
		return size, err
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return size, fmt.Errorf("print: encode logo: %w", err)
	}
	c.pdf.RegisterImageOptionsReader(logoName, logoOptions, &buf)
	return img.Bounds().Size(), nil
}

// logo draws the loaded logo at the top left of a box, keeping its proportions.
func (c *canvas) logo(x, y, boxWidth, boxHeight float64, size image.Point) {
	w, h := boxWidth, boxWidth*float64(size.Y)/float64(size.X)
	if h > boxHeight {
		w, h = boxHeight*float64(size.X)/float64(size.Y), boxHeight
	}
	c.pdf.ImageOptions(logoName, x, y, w, h, false, logoOptions, 0, "")
}

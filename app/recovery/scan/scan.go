// Package scan reads a recovery key from a picture of its sheet: a photo or what a scanner made.
package scan

import (
	"bytes"
	"image"
	"image/draw"
	_ "image/jpeg" // the formats of phones and scanners
	_ "image/png"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
	scaling "golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"zafe/app/fault"
	"zafe/app/recovery"
)

// Extensions are those of the pictures that [Read] takes.
func Extensions() []string { return []string{".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"} }

// pixelsMax bounds a picture before it is unpacked: the largest cameras of phones give 200 million.
const pixelsMax = 200_000_000

// sides are the longest sides, in pixels, at which a picture is looked at: a code is found where its squares are
// a few pixels wide, neither lost in the grain of a large photo nor smeared in a small one.
var sides = []int{1600, 2600, 1000, 4000, 600}

// Read returns what the QR code of a recovery sheet says: a key or a share of one, as [recovery.Parse] and
// [recovery.ParseShare] take it. Faults recovery.picture_unread and recovery.picture_without.
func Read(picture []byte) (string, error) {
	whole, err := decode(picture)
	if err != nil {
		return "", fault.New(fault.Invalid, "recovery.picture_unread").Because(err)
	}
	longest := max(whole.Bounds().Dx(), whole.Bounds().Dy())
	asItIs := false
	for _, side := range sides {
		if side >= longest {
			if asItIs {
				continue
			}
			side, asItIs = longest, true
		}
		for _, text := range codes(gray(whole, side, longest)) {
			if ours(text) {
				return text, nil
			}
		}
	}
	return "", fault.New(fault.NotFound, "recovery.picture_without")
}

func decode(picture []byte) (image.Image, error) {
	of, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	if of.Width < 1 || of.Height < 1 || of.Width > pixelsMax/of.Height {
		return nil, image.ErrFormat
	}
	whole, _, err := image.Decode(bytes.NewReader(picture))
	return whole, err
}

// gray is a picture on white paper, of which the longest side has that many pixels.
func gray(whole image.Image, side, longest int) *image.Gray {
	b := whole.Bounds()
	g := image.NewGray(image.Rect(0, 0, max(1, b.Dx()*side/longest), max(1, b.Dy()*side/longest)))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	scaling.BiLinear.Scale(g, g.Rect, whole, b, scaling.Over, nil)
	return g
}

// codes returns the texts of the QR codes in a picture, by the two ways to tell black from white: one that suits
// uneven light, one that suits a clean scan.
func codes(g *image.Gray) (texts []string) {
	light := gozxing.NewLuminanceSourceFromImage(g)
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, way := range []gozxing.Binarizer{
		gozxing.NewHybridBinarizer(light), gozxing.NewGlobalHistgramBinarizer(light),
	} {
		bits, err := gozxing.NewBinaryBitmap(way)
		if err != nil {
			continue
		}
		if found, err := multi.NewQRCodeMultiReader().DecodeMultiple(bits, hints); err == nil {
			for _, r := range found {
				texts = append(texts, r.GetText())
			}
		}
		if r, err := qrcode.NewQRCodeReader().Decode(bits, hints); err == nil {
			texts = append(texts, r.GetText())
		}
	}
	return texts
}

func ours(text string) bool {
	if _, err := recovery.Parse(text); err == nil {
		return true
	}
	_, err := recovery.ParseShare(text)
	return err == nil
}

package print

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"
)

// FuzzLogo takes anything for a logo: it is refused, or a picture without a transparent corner within the limits.
func FuzzLogo(f *testing.F) {
	f.Add(sampleLogo())
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 9, 5)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(photo.Bytes())
	f.Add([]byte("<svg onload='x()'/>"))
	f.Fuzz(func(t *testing.T, logo []byte) {
		if of, _, err := image.DecodeConfig(bytes.NewReader(logo)); err == nil && of.Width*of.Height > 1<<20 {
			return // takes its time
		}
		switch img, err := decodeLogo(logo); {
		case err != nil && !errors.Is(err, ErrLogo):
			t.Errorf("refused by %v", err)
		case err == nil && (!img.Opaque() || img.Bounds().Empty()):
			t.Errorf("a picture of %v, opaque %v", img.Bounds(), img.Opaque())
		}
	})
}

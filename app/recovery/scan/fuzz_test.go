package scan

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"zafe/app/fault"
)

// FuzzRead takes anything for a picture: it is refused in one of two ways, or holds the key.
func FuzzRead(f *testing.F) {
	for _, text := range []string{key.String(), "nothing of ours"} {
		code, err := qr.Encode(text, qr.L, qr.Auto)
		if err == nil {
			code, err = barcode.Scale(code, 80, 80)
		}
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, code); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, picture []byte) {
		if of, _, err := image.DecodeConfig(bytes.NewReader(picture)); err == nil && of.Width*of.Height > 1<<20 {
			return // takes its time
		}
		text, err := Read(picture)
		if k := fault.KeyOf(err); err != nil && k != "recovery.picture_unread" && k != "recovery.picture_without" ||
			err == nil && !ours(text) {
			t.Errorf("%q, %v", text, err)
		}
	})
}

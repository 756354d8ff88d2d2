package scan

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
	scaling "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/app/print"
	"zafe/app/recovery"
	"zafe/app/tooltest"
)

var key = recovery.Key{1, 2, 3, 5, 7, 11, 13}

// sheet is the printed recovery sheet, at that many dots per inch.
func sheet(t *testing.T, r print.RecoverySheet, dpi string) image.Image {
	t.Helper()
	pdftoppm := tooltest.Program(t, "pdftoppm")
	var pdf bytes.Buffer
	if err := print.Recovery(&pdf, i18n.For(i18n.French), r); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(path, pdf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), pdftoppm, "-r", dpi, "-f", "1", "-l", "1", "-png", "-singlefile",
		path, filepath.Join(dir, "sheet")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "sheet.png"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

var made = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// photo is a picture of a page that lies on a table: turned, leaning, unevenly lit, with the grain of a phone.
func photo(page image.Image, turn, lean float64) *image.RGBA {
	b := page.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	side := int(math.Hypot(w, h) * 1.1)
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range out.Pix {
		out.Pix[i] = 96 // the table
	}
	sin, cos := math.Sincos(turn * math.Pi / 180)
	mid := float64(side) / 2
	m := f64.Aff3{cos, -sin + lean, 0, sin, cos, 0}
	m[2], m[5] = mid-m[0]*w/2-m[1]*h/2, mid-m[3]*w/2-m[4]*h/2
	scaling.ApproxBiLinear.Transform(out, m, page, b, scaling.Over, nil)
	rnd := rand.New(rand.NewPCG(1, 2))
	for y := range side {
		for x := range side {
			c := out.RGBAAt(x, y)
			shade := 1 - 0.55*float64(x)/float64(side)
			grain := rnd.NormFloat64() * 10
			of := func(v uint8) uint8 { return uint8(min(255, max(0, float64(v)*shade+grain))) }
			out.SetRGBA(x, y, color.RGBA{of(c.R), of(c.G), of(c.B), 255})
		}
	}
	return out
}

func asJPEG(t *testing.T, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheSheetIsReadFromAPicture(t *testing.T) {
	page := sheet(t, print.RecoverySheet{Company: "Menuiserie Bélair", Key: key.String(), Printed: made}, "110")
	for name, picture := range map[string][]byte{
		"scan":                 asJPEG(t, page, 85),
		"a poor scan":          asJPEG(t, sheet(t, print.RecoverySheet{Key: key.String(), Printed: made}, "75"), 40),
		"photo":                asJPEG(t, photo(page, 4, 0.05), 70),
		"photo, on its side":   asJPEG(t, photo(page, 93, 0.1), 60),
		"photo, upside down":   asJPEG(t, photo(page, 171, -0.12), 60),
		"photo, leaning a lot": asJPEG(t, photo(page, -28, 0.2), 50),
	} {
		if got, err := Read(picture); err != nil || got != key.String() {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestAShareIsReadFromAPicture(t *testing.T) {
	var shares []string
	for _, s := range key.Shares() {
		shares = append(shares, s.String())
	}
	page := sheet(t, print.RecoverySheet{Company: "Bélair", Shares: shares, Printed: made}, "150")
	if got, err := Read(asJPEG(t, photo(page, 3, 0), 70)); err != nil || got != shares[0] {
		t.Errorf("%q, %v", got, err)
	}
}

// TestAnotherCodeIsNotTheKey: the code of something else, and pictures that are none.
func TestAnotherCodeIsNotTheKey(t *testing.T) {
	code, err := qr.Encode("https://zafe.example/", qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	other := image.NewGray(image.Rect(0, 0, 400, 400))
	scaling.NearestNeighbor.Scale(other, image.Rect(50, 50, 350, 350), code, code.Bounds(), scaling.Src, nil)
	var small bytes.Buffer
	if err := png.Encode(&small, other); err != nil {
		t.Fatal(err)
	}
	huge := small.Bytes()
	binary.BigEndian.PutUint32(huge[16:], 1<<30) // the width in its head
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for name, of := range map[string]struct {
		picture []byte
		key     string
	}{
		"another code": {asJPEG(t, other, 90), "recovery.picture_without"},
		"a plain page": {asJPEG(t, image.NewGray(image.Rect(0, 0, 3, 2)), 90), "recovery.picture_without"},
		"no picture":   {[]byte("%PDF-1.7"), "recovery.picture_unread"},
		"nothing":      {nil, "recovery.picture_unread"},
		"cut short":    {asJPEG(t, other, 90)[:300], "recovery.picture_unread"},
		"a bomb":       {huge, "recovery.picture_unread"},
	} {
		if got, err := Read(of.picture); fault.KeyOf(err) != of.key {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

package print

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zafe/app/tooltest"
)

// scan prints a document at an office resolution and reads its QR code back.
func scan(t *testing.T, pdf []byte, resolution string) string {
	t.Helper()
	for _, name := range []string{"pdftoppm", "zbarimg"} {
		tooltest.Program(t, name)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(dir, "page")
	if out, err := exec.Command("pdftoppm", "-r", resolution, "-png", "-singlefile", file, picture).
		CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v %s", err, out)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", picture+".png").Output()
	if err != nil {
		t.Fatalf("zbarimg: %v %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestRecoveryCodeReadsBack(t *testing.T) {
	r := sampleRecovery()
	for _, resolution := range []string{"100", "200"} {
		if got := scan(
			t,
			pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) }),
			resolution,
		); got != r.Key {
			t.Errorf("at %s dots per inch the code reads %q", resolution, got)
		}
	}
}

func TestRecoverySheetSaysItAll(t *testing.T) {
	r := sampleRecovery()
	for len(r.Places) < PlacesMax {
		name := strings.Repeat("Un fournisseur au nom interminable ", 6)
		r.Places = append(r.Places, BackupPlace{name, "dossier", "Serveur SFTP · Serveur nas.exemple.fr · Identifiant boutique"})
	}
	pdf := pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) })
	text := pdfText(t, pdf)
	if strings.Count(text, "\f") != 1 {
		t.Errorf("%d pages", strings.Count(text, "\f"))
	}
	if !strings.HasSuffix(strings.TrimSpace(text), "lire toutes vos données.") {
		t.Error("the warning is not the last line: the sheet overflows")
	}
	tight := strings.ReplaceAll(flat(text), " ", "")
	for g := range strings.SplitSeq(r.Key, "-") {
		if !strings.Contains(tight, g) {
			t.Errorf("group %s is missing", g)
		}
	}
	for _, want := range []string{
		"Menuiserie Bélair", "732 829 320", "zafe-7k2m-p94x", "Votre clé : feuille n° 94XA du 21/11/2026 à 09:30",
		"remplace la feuille n° 00F7 du 02/03/2026 à 17:05", "22/11/2026 à 10:12", "tant que vous n'en faites pas une autre",
		"Scaleway Object Storage (Paris)",
		"belair-sauvegardes / zafe", "ZAFE/sauvegardes", "Serveur SFTP · Serveur nas.exemple.fr · Identifiant boutique", "Restaurer ma sauvegarde",
		"deux exemplaires", "au coffre", "À ne pas faire", "confidentiel",
	} {
		if !strings.Contains(flat(text), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestASheetWithoutAPlaceSaysSo: it sends nobody to a line that is not there.
func TestASheetWithoutAPlaceSaysSo(t *testing.T) {
	for _, shared := range []bool{false, true} {
		r := sampleRecovery()
		if shared {
			r.Shares = []string{"ZAFE2-14HK-ZJ8E-PY7B-XJSZ-79GR-RWQX-E8YR-8P4Z-Y3FF-5JWTHJ"}
		}
		with := flat(pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) })))
		r.Places = nil
		none := pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) }))
		for _, words := range []string{"ci-dessus", "Aucune à ce jour", "il n'y en avait aucune"} {
			if had := words == "ci-dessus"; strings.Contains(with, words) != had || strings.Contains(flat(none), words) == had {
				t.Errorf("shared %v: %q", shared, words)
			}
		}
		if strings.Count(none, "\f") != 1 || !strings.HasSuffix(strings.TrimSpace(none), "lire toutes vos données.") {
			t.Errorf("shared %v: it overflows", shared)
		}
		r.Untold = true // there may be copies
		untold := flat(pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) })))
		if strings.Contains(untold, "Aucune à ce jour") || strings.Contains(untold, "il n'y en avait aucune") || !strings.Contains(untold, "à noter ici") {
			t.Errorf("shared %v: %s", shared, untold)
		}
	}
}

// TestSharedSheets: a page for each share, with its code, and the key on none of them.
func TestSharedSheets(t *testing.T) {
	r := sampleRecovery()
	r.Shares = []string{
		"ZAFE2-14HK-ZJ8E-PY7B-XJSZ-79GR-RWQX-E8YR-8P4Z-Y3FF-5JWTHJ",
		"ZAFE2-24HK-WCWC-QXE1-SHVZ-8KSB-HD1T-2MDS-KCWX-CB7G-VY3WPK",
		"ZAFE2-34HK-3YMJ-53HE-4Q10-1R9T-8SKQ-MZVF-T6G3-GCRC-FNR8QV",
	}
	pdf := pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) })
	pages := strings.Split(strings.TrimSuffix(pdfText(t, pdf), "\f"), "\f")
	if len(pages) != len(r.Shares) {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		tight := strings.ReplaceAll(flat(page), " ", "")
		for n, share := range r.Shares {
			if got := strings.Contains(tight, strings.Split(share, "-")[5]); got != (n == i) {
				t.Errorf("page %d with share %d: %v", i+1, n+1, got)
			}
		}
		for _, g := range strings.Split(r.Key, "-")[1:] {
			if strings.Contains(tight, g) {
				t.Errorf("page %d shows the key: %s", i+1, g)
			}
		}
		for _, want := range []string{
			fmt.Sprintf("Feuille partagée n° %d sur 3", i+1), "Confiée à", "feuilles partagées", "Scaleway",
			fmt.Sprintf("Part n° %d de la feuille n° 94XA", i+1),
		} {
			if !strings.Contains(flat(page), want) {
				t.Errorf("page %d: %q is missing", i+1, want)
			}
		}
		if !strings.HasSuffix(strings.TrimSpace(page), "lire toutes vos données.") {
			t.Errorf("page %d overflows", i+1)
		}
	}
	if got := scan(t, pdf, "100"); got != r.Shares[0] {
		t.Errorf("the code of the first reads %q", got)
	}
}

// TestAFirstSheetReplacesNone: nor does one whose book does not know it.
func TestAFirstSheetReplacesNone(t *testing.T) {
	r := sampleRecovery()
	r.Replaces, r.Sheet.Made = SheetID{}, time.Time{}
	text := flat(pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return Recovery(b, french, r) })))
	if strings.Contains(text, "remplace") || !strings.Contains(text, "Votre clé : feuille n° 94XA") {
		t.Error(text)
	}
}

func TestCodesSheet(t *testing.T) {
	d := sampleCodes()
	text := pdfText(t, pdfBytes(t, func(b *bytes.Buffer) error { return RecoveryCodes(b, french, d) }))
	for _, code := range d.Codes {
		if !strings.Contains(text, code) {
			t.Errorf("code %s is missing", code)
		}
	}
}

func TestSheetsRefuse(t *testing.T) {
	many := sampleRecovery()
	many.Key = strings.Repeat("AAAA-", keyGroupsMax) + "AAAA"
	none, places, undated := sampleRecovery(), sampleRecovery(), sampleCodes()
	none.Key = ""
	places.Places = make([]BackupPlace, PlacesMax+1)
	undated.Codes = nil
	for name, err := range map[string]error{
		"too long":    Recovery(io.Discard, french, many),
		"no key":      Recovery(io.Discard, french, none),
		"many places": Recovery(io.Discard, french, places),
		"no code":     RecoveryCodes(io.Discard, french, undated),
	} {
		if !errors.Is(err, ErrDocument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLogo(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 900)), nil); err != nil {
		t.Fatal(err)
	}
	for name, logo := range map[string][]byte{"png": sampleLogo(), "tall grey jpeg": photo.Bytes()} {
		if err := CheckLogo(logo); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		d := sampleQuote()
		d.Seller.Logo = logo
		pdf := salesBytes(t, d)
		checkStructure(t, pdf)
		if rows := strings.Count(tooltest.Say(t, pdf, "pdfimages", "-list", "FILE"), "\n") - 2; rows != 1 {
			t.Errorf("%s: %d pictures in the document", name, rows)
		}
	}
	cut := sampleLogo()
	img, err := decodeLogo(cut)
	if err != nil || !img.Opaque() || img.NRGBAAt(0, 0) != (color.NRGBA{255, 255, 255, 255}) {
		t.Errorf("a transparent corner became %v, %v", img.NRGBAAt(0, 0), err)
	}
	for name, logo := range map[string][]byte{
		"nothing": nil, "text": []byte("logo"), "cut": cut[:len(cut)/2], "heavy": make([]byte, LogoBytesMax+1),
		"bomb": bytes.Replace(cut, []byte{0, 0, 1, 0x68, 0, 0, 0, 0x78}, []byte{0, 1, 0, 0, 0, 1, 0, 0}, 1),
	} {
		if err := CheckLogo(logo); !errors.Is(err, ErrLogo) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

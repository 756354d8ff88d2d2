package start_test

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/recovery"
	"zafe/ui/machine"
)

// codeFile writes a picture of a QR code.
func codeFile(t *testing.T, text string) string {
	t.Helper()
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, 300, 300)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.CreateTemp(t.TempDir(), "*.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, code); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// TestAPictureOfTheSheetStandsInForTyping: of the whole sheet, of two shares one after the other, and of none.
func TestAPictureOfTheSheetStandsInForTyping(t *testing.T) {
	key := recovery.Key{1, 2, 3, 4, 5}
	p := newPC(t, machine.Nothing)
	s := show(t, p)
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	text := filepath.Join(t.TempDir(), "feuille.jpg")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.pick("Lire une photo de la feuille", text)
	if !s.has("Cette image ne s’ouvre pas") {
		t.Fatal("a file that is no picture is not refused in words")
	}
	const erase = "effacez-la, du téléphone aussi"
	if s.has(erase) {
		t.Error("what to do with a photo is said before one was read")
	}
	s.pick("Lire une photo de la feuille", codeFile(t, key.String()))
	if !s.has(erase) {
		t.Error("nobody says that the photo is to go")
	}
	for i, want := range key.Groups() {
		if got := s.fields()[i].Text(); got != want {
			t.Errorf("group %d: %q, want %q", i+1, got, want)
		}
	}
	shares := key.Shares()
	s.pick("Lire une photo de la feuille", codeFile(t, shares[2].String()))
	if s.press("Voir les copies"); !s.has("Saisissez aussi la clé d’une deuxième feuille") {
		t.Error("one share is said to be a key of no length")
	}
	s.pick("Lire une photo de la feuille", codeFile(t, shares[2].String())) // twice the same
	s.pick("Lire une photo de la feuille", codeFile(t, shares[0].String()))
	s.press("Voir les copies")
	if len(p.keys) != 1 || p.keys[0] != shares[2].String()+"+"+shares[0].String() {
		t.Errorf("asked with %v", p.keys)
	}
}

// shut is a place whose copies no key opens.
type shut struct{ *pc }

func (p shut) ReachVault(context.Context, backup.NewDestination, func(backup.Question) (string, bool),
) (machine.Place, error) {
	return barred{}, nil
}

type barred struct{}

func (barred) Open(context.Context, string) (machine.Vault, error) {
	return nil, fault.New(fault.Conflict, "backup.wrong_key")
}

// TestWhatWasRefusedIsForgottenWithAnotherKey: the red line was about the key before.
func TestWhatWasRefusedIsForgottenWithAnotherKey(t *testing.T) {
	p := newPC(t, machine.Nothing)
	s := showOn(t, p, shut{p})
	s.press("Restaurer")
	s.press("Un dossier, une clé ou un disque USB")
	s.fields()[0].SetText("/media/usb")
	s.press("Suivant")
	wrong := s.flow.Text.Fault(fault.New(fault.Conflict, "backup.wrong_key"))
	for n, by := range []func(){
		func() { s.pick("Lire une photo de la feuille", codeFile(t, recovery.Key{7}.String())) },
		func() { s.fields()[2].OnChanged("") },
	} {
		for i, g := range (recovery.Key{1, 2, 3}).Groups() {
			s.fields()[i].SetText(g)
		}
		if s.press("Voir les copies"); !s.has(wrong) {
			t.Fatal("a wrong key is not refused")
		}
		if by(); s.has(wrong) {
			t.Errorf("%d: the refusal stays beside another key", n)
		}
	}
}

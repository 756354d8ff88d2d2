package shell

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// TestADocumentNobodyShowsIsMadeOnce: each making of one is an event, so it is saved as it was made, and
// stands nowhere else.
func TestADocumentNobodyShowsIsMadeOnce(t *testing.T) {
	c := choose(t)
	t.Setenv("PATH", t.TempDir()) // no viewer
	t.Setenv("TMPDIR", t.TempDir())
	host := kit.NewHost(kit.Backdrop(theme.Surface, kit.Gap(1, 1)))
	c.win.SetContent(host)
	s := &Shell{Options: Options{Window: c.win, Host: host, Text: c.c.Text, Spawn: c.c.Spawn}, files: c.c}
	s.root, s.tasks = host, kit.VBox(0)
	s.ctx, s.cancel = context.WithCancel(t.Context())
	defer s.cancel()
	made := 0
	s.showDocument("feuille.pdf", func(_ context.Context, w io.Writer) error {
		made++
		_, err := w.Write([]byte("%PDF"))
		return err
	})
	if left, err := filepath.Glob(filepath.Join(documentsPlace(), "*")); err != nil || len(left) > 0 {
		t.Errorf("lies where nobody shows it: %v %v", left, err)
	}
	c.press("Enregistrer le document")
	c.press("Enregistrer")
	if got, err := os.ReadFile(filepath.Join(c.dir, "feuille.pdf")); err != nil || string(got) != "%PDF" || made != 1 {
		t.Errorf("saved %q, %v, made %d times", got, err, made)
	}
}

package shell

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"zafe/app/fault"
	"zafe/ui/kit"
)

// documentsPlace is where documents stand while the system's viewer shows them: one known place, so
// that the next start removes what a killed program left.
func documentsPlace() string {
	return filepath.Join(os.TempDir(), "zafe-documents-"+strconv.Itoa(os.Getuid()))
}

// clearDocuments removes the documents shown by this or an earlier session of this person.
func clearDocuments() { _ = os.RemoveAll(documentsPlace()) }

// showDocument writes a document to a place only this person can read and opens it in the system's
// viewer; without a viewer it offers to save it. The place goes with the session.
func (s *Shell) showDocument(name string, write func(context.Context, io.Writer) error) {
	var path string
	s.run(func(ctx context.Context) error {
		err := os.MkdirAll(documentsPlace(), 0o700)
		var dir string
		if err == nil {
			dir, err = os.MkdirTemp(documentsPlace(), "") // mode 0700
		}
		if err != nil {
			return fault.New(fault.Unavailable, "shell.file_unwritable", "file", name).Because(err)
		}
		path = filepath.Join(dir, filepath.Base(name))
		return writeFile(ctx, path, write)
	}, func(err error) {
		if err != nil {
			s.again(err, func() { s.showDocument(name, write) })
			return
		}
		s.view(path, func() {
			made, err := os.ReadFile(path)
			_ = os.RemoveAll(filepath.Dir(path)) // nobody shows it, so it need not lie there
			if err != nil {
				s.Fail(fault.New(fault.Invalid, "shell.file_unreadable", "file", name).Because(err))
				return
			}
			// Making it once more would stand in the journal as a second one.
			write := func(_ context.Context, w io.Writer) error { _, err := w.Write(made); return err }
			kit.Confirm(s.Window, s.t("shell.no_viewer.title"), s.t("shell.no_viewer.text"),
				s.t("shell.no_viewer.save"),
				s.t("common.cancel"), false, func() { s.save(name, write) })
		})
	})
}

// view opens a file or a folder with what the system has for it; none runs when it has nothing.
func (s *Shell) view(path string, none func()) {
	var err error
	s.Spawn(func() { err = viewer(s.ctx, path) }, func() {
		if err != nil {
			none()
		}
	})
}

// viewer hands a path to the system. The commands return at once, telling whether there is a program.
func viewer(ctx context.Context, path string) error {
	switch runtime.GOOS {
	case "windows":
		return exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", path).Run() //nolint:gosec // a file this program just wrote
	case "darwin":
		return exec.CommandContext(ctx, "open", path).Run() //nolint:gosec // a file this program just wrote
	default:
		return exec.CommandContext(ctx, "xdg-open", path).Run() //nolint:gosec // a file this program just wrote
	}
}

package shell

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/rymdport/portal/filechooser"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/ui/kit"
)

// fileBytesMax bounds a file the person picks: it travels inside one request.
const fileBytesMax = 32 << 20

// Chooser asks for files and folders: with the desktop's own dialog where it offers one to programs
// (the portal of Linux desktops), else with a dialog in the window.
type Chooser struct {
	Window fyne.Window
	Text   *i18n.Printer
	Spawn  func(work, then func())

	last string // the folder of the last choice
}

// portal tells whether the session can have a file dialog of its own. Without a bus the library
// would start one and wait for it.
func portal() bool {
	return runtime.GOOS == "linux" && os.Getenv("DBUS_SESSION_BUS_ADDRESS") != ""
}

// ask runs the desktop's own dialog elsewhere; when there is none it runs other in the window.
func (c *Chooser) ask(open func() ([]string, error), got func(path string), other func()) {
	if !portal() {
		other()
		return
	}
	var uris []string
	var err error
	c.Spawn(func() { uris, err = open() }, func() {
		switch {
		case err != nil:
			other()
		case len(uris) > 0:
			got(local(uris[0]))
		}
	})
}

// local is the path of a file URI.
func local(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return uri
	}
	return filepath.FromSlash(u.Path)
}

// Pick lets the person choose a file and gives its name and bytes; nothing when they cancel.
// Extensions are like ".csv". Fault shell.file_large, shell.file_unreadable.
func (c *Chooser) Pick(title string, extensions []string, got func(name string, data []byte, err error)) {
	c.Path(title, extensions, func(path string, err error) {
		if err != nil {
			got("", nil, err)
			return
		}
		var data []byte
		c.Spawn(func() { data, err = readFile(path) }, func() { got(filepath.Base(path), data, err) })
	})
}

// Path lets the person choose a file and gives its path; nothing when they cancel. Fault
// shell.file_unreadable.
func (c *Chooser) Path(title string, extensions []string, got func(path string, err error)) {
	open := func() ([]string, error) {
		o := &filechooser.OpenFileOptions{}
		if len(extensions) > 0 {
			f := &filechooser.Filter{Name: strings.Join(extensions, " ")}
			for _, e := range extensions {
				f.Rules = append(f.Rules, filechooser.Rule{Type: filechooser.GlobPattern, Pattern: "*" + e},
					filechooser.Rule{Type: filechooser.GlobPattern, Pattern: "*" + strings.ToUpper(e)})
			}
			o.Filters = []*filechooser.Filter{f}
		}
		return filechooser.OpenFile("", title, o)
	}
	c.ask(open, func(path string) { got(path, nil) }, func() {
		c.browse(aFile, title, "", extensions, func(path string) { got(path, nil) })
	})
}

func readFile(path string) (data []byte, err error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > fileBytesMax {
		return nil, fault.New(fault.Invalid, "shell.file_large", "file", filepath.Base(path), "max_mb",
			fileBytesMax>>20)
	}
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "shell.file_unreadable", "file",
			filepath.Base(path)).Because(err)
	}
	return data, nil
}

// Folder lets the person choose a folder; nothing when they cancel.
func (c *Chooser) Folder(title string, got func(path string)) {
	open := func() ([]string, error) {
		return filechooser.OpenFile("", title, &filechooser.OpenFileOptions{Directory: true})
	}
	c.ask(open, got, func() {
		c.browse(aFolder, title, "", nil, got)
	})
}

// Target lets the person choose where a file goes; nothing when they cancel. Fault shell.file_unwritable.
func (c *Chooser) Target(name string, got func(path string, err error)) {
	open := func() ([]string, error) {
		return filechooser.SaveFile("", c.Text.T("shell.save_title", nil),
			&filechooser.SaveFileOptions{CurrentName: name})
	}
	c.ask(open, func(path string) { got(path, nil) }, func() {
		c.browse(aTarget, c.Text.T("shell.save_title", nil), name, nil, func(path string) { got(path, nil) })
	})
}

// writeFile fills path so that a failure never leaves half a file under its name.
func writeFile(ctx context.Context, path string, write func(context.Context, io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".zafe-*")
	if err != nil {
		return fault.New(fault.Unavailable, "shell.file_unwritable", "file", path).Because(err)
	}
	err = write(ctx, f)
	if cerr := f.Close(); err == nil && cerr != nil {
		err = fault.New(fault.Unavailable, "shell.file_unwritable", "file", path).Because(cerr)
	}
	if err == nil {
		if rerr := os.Rename(f.Name(), path); rerr != nil {
			err = fault.New(fault.Unavailable, "shell.file_unwritable", "file", path).Because(rerr)
		}
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// save lets the person choose where a file goes and fills it in the background.
func (s *Shell) save(name string, write func(context.Context, io.Writer) error) {
	s.files.Target(name, func(path string, err error) {
		if err != nil {
			s.Fail(err)
			return
		}
		s.task(s.t("shell.saving", "file", filepath.Base(path)), func(ctx context.Context, _ func(int64,
			int64),
		) error {
			return writeFile(ctx, path, write)
		}, func(err error) {
			if err != nil {
				s.again(err, func() { s.write(path, write) })
				return
			}
			s.saved(path)
		})
	})
}

// write is the second try of a save, once the person proved who they are.
func (s *Shell) write(path string, write func(context.Context, io.Writer) error) {
	s.run(func(ctx context.Context) error { return writeFile(ctx, path, write) }, func(err error) {
		if err != nil {
			s.Fail(err)
			return
		}
		s.saved(path)
	})
}

func (s *Shell) saved(path string) {
	kit.ToastAction(s.Host, kit.Ok, s.t("shell.saved", "file", filepath.Base(path)), s.t("shell.open_folder"),
		func() {
			s.view(filepath.Dir(path), func() {})
		})
}

// again asks for the second factor when that is what an operation wants, then retries.
func (s *Shell) again(err error, retry func()) {
	if fault.KeyOf(err) == "op.fresh_needed" {
		s.stepUp(retry)
		return
	}
	s.Fail(err)
}

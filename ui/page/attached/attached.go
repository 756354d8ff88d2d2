// Package attached is the part of a page that shows what is attached to a record: the list, and what one
// does with it. A file is never opened from here: the program that shows it would need it in clear on the
// disk, where it would stay behind. It is saved where the person wants it instead.
package attached

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/file"
	"zafe/app/op"
	"zafe/ui/kit"
	"zafe/ui/page"
	"zafe/ui/theme"
)

// Panel lists what is attached to one record.
type Panel struct {
	*page.Gate
	// OnCount is told how many there are, whenever that was read.
	OnCount func(n int)

	env     *page.Env
	subject file.Subject
	list    file.List
	grid    *kit.Grid
	attach  *kit.Button
	save    *kit.Button
	detach  *kit.Button
	kept    *kit.Label // says of a final record that nothing can be detached
	object  fyne.CanvasObject
}

// New makes the panel of a record, which must exist; Read fills it.
func New(e *page.Env, s file.Subject) *Panel {
	p := &Panel{Gate: page.NewGate(e), env: e, subject: s, OnCount: func(int) {}}
	p.grid = kit.NewGrid([]kit.Column{
		{Title: e.T("attached.column.name"), Width: 150, Weight: 1},
		{Title: e.T("attached.column.size"), Width: 76, Align: fyne.TextAlignTrailing},
		{Title: e.T("attached.column.who"), Width: 112, Spare: true},
		{Title: e.T("attached.column.when"), Width: 140, Spare: true},
	}, func() int { return len(p.list.Attachments) }, p.cell)
	p.grid.Frameless, p.grid.Plain = true, true
	p.grid.Muted = func(row int) bool { return !p.list.Attachments[row].Here }
	p.grid.OnSelect = func(int) { p.follow() }
	p.grid.OnOpen = func(int) { p.saveAs() }
	p.grid.OnDelete = func(int) {
		if !p.detach.Hidden && !p.detach.Disabled() {
			p.ask()
		}
	}
	p.grid.SetEmpty(kit.NewEmpty("paperclip", e.T("attached.none"), e.T("attached.none_text"), nil))
	p.attach = p.Write(kit.NewButton(e.T("attached.attach"), "paperclip", kit.Secondary, p.pick).Small())
	p.save = kit.NewButton(e.T("attached.save"), "download-simple", kit.Ghost, p.saveAs).Small()
	p.detach = p.Write(kit.NewButton(e.T("attached.detach"), "link-break", kit.Ghost, p.ask).Small())
	bar := kit.HBox(6, p.attach, kit.Spacer(), p.save, p.detach)
	p.kept = kit.MutedParagraph("")
	p.object = kit.VFill(8, 2, bar, p.kept, p.grid)
	p.follow()
	return p
}

// Count is what a tab shows of a number: nothing of none.
func Count(e *page.Env, n int) string {
	if n == 0 {
		return ""
	}
	return e.Text.Number(int64(n))
}

// Object is what the page shows.
func (p *Panel) Object() fyne.CanvasObject { return p.object }

func (p *Panel) cell(row, col int) kit.CellView {
	e, a := p.env, p.list.Attachments[row]
	switch col {
	case 0:
		if !a.Here {
			return kit.CellView{Text: e.T("attached.not_here", "name", a.Name), Icon: "hourglass"}
		}
		return kit.CellView{Text: a.Name, Weight: kit.Medium, Icon: icon(a.Media)}
	case 1:
		return kit.CellView{Text: e.Text.Bytes(a.Size), Color: theme.Muted}
	case 2:
		return kit.CellView{Text: a.ByName, Color: theme.Muted}
	default:
		return kit.CellView{Text: e.Text.Instant(a.At), Color: theme.Muted}
	}
}

// icon is the picture of a kind of file.
func icon(media string) string {
	switch {
	case media == "application/pdf":
		return "file-pdf"
	case strings.HasPrefix(media, "image/"):
		return "image"
	case strings.Contains(media, "spreadsheet") || strings.Contains(media, "excel"):
		return "file-xls"
	case media == "text/csv":
		return "file-csv"
	case strings.HasPrefix(media, "text/") || strings.Contains(media, "word"):
		return "file-text"
	default:
		return "file"
	}
}

// follow shows the buttons that make sense: what one may not do is not shown, what needs a row waits for one.
func (p *Panel) follow() {
	shown(p.attach, p.list.MayAttach)
	if p.kept.Hidden = p.list.MayDetach || !p.list.MayAttach; !p.kept.Hidden {
		p.kept.SetText(p.env.T("attached.kept." + string(p.subject.Kind)))
	}
	shown(p.detach, p.list.MayDetach && len(p.list.Attachments) > 0)
	shown(p.save, len(p.list.Attachments) > 0)
	for _, b := range []*kit.Button{p.save, p.detach} {
		switch row := p.grid.Selected(); {
		case row < 0:
			b.DisableWith(p.env.T("attached.choose"))
		case b.Why() == p.env.T("attached.choose"):
			b.Enable()
		}
	}
	p.SetOnline(p.env.Shell.Online())
	p.object.Refresh()
}

func shown(b *kit.Button, show bool) {
	if show {
		b.Show()
	} else {
		b.Hide()
	}
}

// Read reads the list again.
func (p *Panel) Read() { p.read(func() {}) }

func (p *Panel) read(then func()) {
	page.Call(p.env, file.Listing, file.ListRequest{Subject: p.subject}, func(l file.List, err error) {
		page.Answered(p.env, err, p.grid)
		if err != nil {
			return // the list says why
		}
		p.list = l
		p.grid.Unselect()
		p.grid.Reload()
		p.follow()
		p.OnCount(len(l.Attachments))
		then()
	})
}

func (p *Panel) pick() {
	p.env.Shell.PickPath(p.env.T("attached.attach"), func(path string) { p.Drop([]string{path}) })
}

// Drop attaches files of this PC, one after the other; the first that is refused ends it.
func (p *Panel) Drop(paths []string) {
	e := p.env
	if !p.list.MayAttach {
		e.Shell.Toast(kit.Warn, e.Text.Fault(fault.New(fault.Forbidden, "op.forbidden")))
		return
	}
	page.Writable(e, func() {
		title := e.T("attached.sending", "file", filepath.Base(paths[0]))
		e.Shell.Task(title, func(ctx context.Context, progress func(done, total int64)) error {
			for _, path := range paths {
				if err := p.send(ctx, path, progress); err != nil {
					return err
				}
			}
			return nil
		}, func(err error) {
			p.Read()
			if err != nil {
				if fault.KeyOf(err) != "op.cancelled" {
					e.Shell.Fail(err)
				}
				return
			}
			e.Shell.Toast(kit.Ok, e.Text.N("attached.done", len(paths), map[string]any{"file": filepath.Base(paths[0])}))
		})
	})
}

// send attaches one file.
func (p *Panel) send(ctx context.Context, path string, progress func(done, total int64)) error {
	unreadable := fault.New(fault.Invalid, "shell.file_unreadable", "file", filepath.Base(path))
	f, err := os.Open(path)
	if err != nil {
		return unreadable.Because(err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return unreadable.Because(err)
	}
	in := &told{in: f, total: st.Size(), progress: progress, unreadable: unreadable}
	ctx = op.WithRequestID(ctx, op.NewID(time.Now())) //nolint:forbidigo // only makes ids sort
	_, err = file.Attach.Send(ctx, p.env.Caller, file.AttachRequest{
		Subject: p.subject, Name: st.Name(), Size: st.Size(),
	}, in)
	return err
}

// steps is how often the progress of a file is told, at most: the window has other things to draw.
const steps = 100

// told tells how far the reading of a file is.
type told struct {
	in         io.Reader
	at, said   int64
	total      int64
	progress   func(done, total int64)
	unreadable *fault.Fault
}

func (t *told) Read(b []byte) (int, error) {
	n, err := t.in.Read(b)
	t.at += int64(n)
	if n > 0 && (t.at-t.said >= t.total/steps || t.at == t.total) {
		t.said = t.at
		t.progress(t.at, t.total)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = t.unreadable.Because(err)
	}
	return n, err
}

// chosen is the attachment of the selected row.
func (p *Panel) chosen() (file.Attachment, bool) {
	row := p.grid.Selected()
	if row < 0 || row >= len(p.list.Attachments) {
		return file.Attachment{}, false
	}
	return p.list.Attachments[row], true
}

func (p *Panel) saveAs() {
	if a, ok := p.chosen(); ok {
		p.env.Shell.SaveFile(a.Name, page.Fetch(p.env, file.Get, file.Request{ID: a.ID}))
	}
}

// ask takes an attachment off after the question.
func (p *Panel) ask() {
	e := p.env
	a, ok := p.chosen()
	if !ok {
		return
	}
	what, text := e.T("attached.detach"), e.T("attached.detach_text", "name", a.Name)
	e.Shell.Confirm(what, text, what, true,
		func() {
			page.Writable(e, func() {
				page.Do(e, file.Detach, file.Request{ID: a.ID}, func(op.Empty) {
					e.Shell.Toast(kit.Ok, e.T("attached.detached", "name", a.Name))
					p.Read()
				})
			})
		})
}

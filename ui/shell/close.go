package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// closeMax is how long the program waits for the last backup; what is not sent goes at the next start.
const closeMax = 60 * time.Second

// Close asks about what is not saved, then leaves the book and ends the program.
func (s *Shell) Close() {
	s.leaving(s.history, func() {
		s.end()
		Leave(LeaveOptions{
			Window: s.Window, Text: s.Text, Book: s.Book, Spawn: s.Spawn, Tick: s.Tick,
			Quit: s.Quit,
		})
	})
}

// LeaveOptions are what leaving a book needs.
type LeaveOptions struct {
	Window fyne.Window
	Text   *i18n.Printer
	Book   machine.Book
	Spawn  func(work, then func())
	Tick   func(ctx context.Context, d time.Duration, act func())
	Quit   func()
	// Abandon says nothing when the book does not close as it should: it is given up.
	Abandon bool
}

// Leave closes a book under the eyes of the person: what it does, for how long, and a way not to wait.
func Leave(o LeaveOptions) {
	ctx, cancel := context.WithTimeout(context.Background(), closeMax)
	bar := kit.NewProgress(o.Text.T("shell.closing.book", nil), nil)
	doing, seconds := "shell.closing.book", 0
	say := func() {
		bar.Set(o.Text.T(doing, nil), o.Text.Duration(time.Duration(seconds)*time.Second), -1)
	}
	say()
	now := kit.NewButton(o.Text.T("shell.closing.now", nil), "", kit.Secondary, cancel)
	m := kit.NewModal(o.Text.T("shell.closing.title", nil), 440,
		kit.VBox(theme.GapField, bar, kit.MutedParagraph(o.Text.T("shell.closing.text", nil))), now).Lock()
	m.Show(o.Window)
	if o.Tick != nil {
		o.Tick(ctx, time.Second, func() { seconds++; say() })
	}
	var err error
	o.Spawn(func() {
		err = o.Book.Close(ctx, func(key string) { fyne.Do(func() { doing = key; say() }) })
	}, func() {
		cancel()
		bar.Hide()
		m.Close()
		if err == nil || o.Abandon {
			o.Quit()
			return
		}
		a := kit.Alert(o.Window, kit.Warn, o.Text.T("shell.closing.failed", nil), o.Text.Fault(fault.Of(err)),
			o.Text.T("common.close", nil))
		a.OnClosed = o.Quit
	})
}

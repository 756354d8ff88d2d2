package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"zafe/app/backup"
	"zafe/app/fault"
	"zafe/app/i18n"
	"zafe/ui/kit"
	"zafe/ui/machine"
	"zafe/ui/theme"
)

// closeMax is how long the program waits for the last backup; what is not sent goes at the next start.
const closeMax = 60 * time.Second

// askMax is how long, in seconds, the program asks what to do about a backup that did not leave: a PC that shuts down is
// not held up, and nobody may be there.
const askMax = 60

// Close asks about what is not saved, then leaves the book and ends the program.
func (s *Shell) Close() {
	s.leaving(s.history, s.Quits)
}

// Quits leaves the book and ends the program, whatever is not saved: the system wants it to. Once it does, a window that
// is closed again changes nothing.
func (s *Shell) Quits() {
	if s.quits {
		return
	}
	s.quits = true
	s.end()
	Leave(LeaveOptions{
		Window: s.Window, Text: s.Text, Book: s.Book, Spawn: s.Spawn, Tick: s.Tick, Clock: s.Clock, Ask: s.Asks,
		Quit: s.Quit,
	})
}

// LeaveOptions are what leaving a book needs.
type LeaveOptions struct {
	Window fyne.Window
	Text   *i18n.Printer
	Book   machine.Book
	Spawn  func(work, then func())
	Tick   func(ctx context.Context, d time.Duration, act func())
	Clock  func() time.Time
	Quit   func()
	// Ask tells whether somebody is there to be asked about a backup that did not leave; nil never asks.
	Ask func() bool
	// Abandon says nothing when the book does not close as it should: it is given up.
	Abandon bool
}

// Leave closes a book under the eyes of the person: what it does, for how long, and a way not to wait. A last backup that
// did not leave is told, unless the person did not want to wait for it.
func Leave(o LeaveOptions) {
	var left *backup.Unsent
	hurried := false
	o.under(&hurried, func(ctx context.Context, progress func(string)) { left = o.Book.BackUp(ctx, progress) }, func() {
		if left != nil && !hurried && o.Ask != nil && o.Ask() {
			o.unsent(*left)
			return
		}
		o.shut(hurried)
	})
}

// shut closes the book; at once does not try to send what is left.
func (o LeaveOptions) shut(atOnce bool) {
	var err error
	o.under(&atOnce, func(ctx context.Context, progress func(string)) { err = o.Book.Close(ctx, progress) }, func() {
		if err == nil || o.Abandon {
			o.Quit()
			return
		}
		a := kit.Alert(o.Window, kit.Warn, o.Text.T("shell.closing.failed", nil), o.Text.Fault(fault.Of(err)),
			o.Text.T("common.close", nil))
		a.OnClosed = o.Quit
	})
}

// under does a part of the closing while a dialog says which. Hurried says that nothing is to be waited for, and is set
// when the person says so.
func (o LeaveOptions) under(hurried *bool, work func(context.Context, func(string)), done func()) {
	ctx, cancel := context.WithTimeout(context.Background(), closeMax)
	hurry := func() { *hurried = true; cancel() }
	if *hurried {
		cancel()
	}
	bar := kit.NewProgress(o.Text.T("shell.closing.book", nil), nil)
	doing, seconds := "shell.closing.book", 0
	say := func() {
		bar.Set(o.Text.T(doing, nil), o.Text.Duration(time.Duration(seconds)*time.Second), -1)
	}
	say()
	now := kit.NewButton(o.Text.T("shell.closing.now", nil), "", kit.Secondary, hurry)
	m := kit.NewModal(o.Text.T("shell.closing.title", nil), 440,
		kit.VBox(theme.GapField, bar, kit.MutedParagraph(o.Text.T("shell.closing.text", nil))), now).Lock()
	m.Show(o.Window)
	if o.Tick != nil {
		o.Tick(ctx, time.Second, func() { seconds++; say() })
	}
	o.Spawn(func() {
		work(ctx, func(key string) { fyne.Do(func() { doing = key; say() }) })
	}, func() {
		cancel()
		bar.Hide()
		m.Close()
		done()
	})
}

// unsent says what is on this PC only and why, and lets the person choose for as long as askMax. The next log-in says it
// again if it is still so.
func (o LeaveOptions) unsent(left backup.Unsent) {
	ctx, answered := context.WithCancel(context.Background())
	var m *kit.Modal
	then := func(act func()) func() {
		return func() {
			if ctx.Err() == nil {
				answered()
				m.Close()
				act()
			}
		}
	}
	seconds := askMax
	count := kit.Caption("")
	say := func() {
		count.SetText(o.Text.T("shell.unsent.wait", map[string]any{"time": o.Text.Duration(time.Duration(seconds) * time.Second)}))
	}
	say()
	text := o.Text.T("shell.unsent.text", map[string]any{
		"since": left.Since, "work": o.Text.Duration(o.Clock().Sub(left.Since)), "why": o.Text.Fault(left.Why),
	})
	leave := then(func() { o.shut(false) })
	buttons := []fyne.CanvasObject{kit.NewButton(o.Text.T("shell.unsent.leave", nil), "", kit.Secondary, leave)}
	if left.Again {
		buttons = append(buttons, kit.NewButton(o.Text.T("shell.unsent.again", nil), "arrows-clockwise", kit.Primary,
			then(func() { Leave(o) })))
	}
	m = kit.NewModal(o.Text.T("shell.unsent.title", nil), 520, kit.VBox(theme.GapField, kit.Paragraph(text), count),
		buttons...).Mark("warning", kit.Warn).Lock()
	m.Show(o.Window)
	m.Focus(buttons[len(buttons)-1].(*kit.Button))
	if o.Tick != nil {
		o.Tick(ctx, time.Second, func() {
			if seconds--; seconds <= 0 || !o.Ask() {
				leave()
				return
			}
			say()
		})
	}
}

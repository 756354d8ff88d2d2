package shell

import (
	"context"

	"fyne.io/fyne/v2"

	"zafe/ui/kit"
	"zafe/ui/theme"
)

// task shows long work in a line above the status bar, with its progress and a way to stop it. It
// goes on when the page is left, and ends with the session.
func (s *Shell) task(title string, work func(context.Context, func(done, total int64)) error,
	done func(error),
) {
	ctx, cancel := context.WithCancel(s.ctx)
	bar := kit.NewProgress(title, cancel)
	bar.Set(title, "", -1)
	strip := kit.Backdrop(theme.Surface, kit.Pad(4, theme.PadPage, 4, theme.PadPage, bar))
	s.tasks.Add(strip)
	s.root.Refresh()
	progress := func(n, total int64) {
		fyne.Do(func() {
			if total > 0 {
				bar.Set(title, s.Text.Bytes(n)+" / "+s.Text.Bytes(total), float64(n)/float64(total))
			}
		})
	}
	var err error
	s.Spawn(func() { err = work(ctx, progress) }, func() {
		cancel()
		bar.Hide()
		s.tasks.Remove(strip)
		s.root.Refresh()
		if s.ctx.Err() == nil {
			done(err)
		}
	})
}
